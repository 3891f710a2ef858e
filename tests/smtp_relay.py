"""SMTP relays on loopback, in the test's own event loop: good ones, and ones that misbehave."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

from aiosmtpd.smtp import SMTP, AuthResult, LoginPassword
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

    from aiosmtpd.smtp import Envelope, Session

USER, PASSWORD = "netwatch", "correct horse battery staple"


class Mailbox:
    """What a relay has taken, and how it answers."""

    def __init__(self) -> None:
        self.taken: list[Envelope] = []
        self.connections = 0
        self.encrypted: list[bool] = []
        self.users: list[Any] = []
        self.rcpt: Callable[[str], str] = lambda _address: "250 OK"
        self.data: Callable[[], str] = lambda: "250 2.0.0 taken as 4711"
        self.hang = 0.0
        self.drop_data = False
        self.asked = asyncio.Event()
        """Set when a mail's content has come."""
        self._server: Any = None

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        if not session.host_name:
            self.connections += 1
        session.host_name = hostname
        self._server = server
        return responses

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        answer = self.rcpt(address)
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        self.asked.set()
        await asyncio.sleep(self.hang)
        if self.drop_data:
            assert server.transport is not None
            server.transport.abort()
            return "421 gone"
        answer = self.data()
        if answer.startswith("250"):
            self.taken.append(envelope)
            self.encrypted.append(
                server.transport is not None and server.transport.get_extra_info("sslcontext") is not None
            )
            self.users.append(session.auth_data)
        return answer

    @property
    def contents(self) -> list[bytes]:
        """The mails as they came."""
        return [bytes(envelope.content or b"") for envelope in self.taken]


def _sign_in(_server: SMTP, _session: Session, _envelope: Envelope, mechanism: str, data: object) -> AuthResult:
    if mechanism not in ("LOGIN", "PLAIN") or not isinstance(data, LoginPassword):
        return AuthResult(success=False, handled=False)
    good = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
    return AuthResult(success=good, handled=False, auth_data=data.login)


class _Connection(SMTP):
    """A connection to a relay that says when it is over."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.over = asyncio.Event()

    def connection_lost(self, error: Exception | None) -> None:
        super().connection_lost(error)
        self.over.set()

    async def end(self) -> None:
        """Break off, unless the caller has gone, and wait until the socket is closed."""
        if isinstance(self.transport, asyncio.WriteTransport):
            self.transport.abort()
            await asyncio.wait_for(self.over.wait(), 10)


@asynccontextmanager
async def relay(
    box: Mailbox, *, port: int = 0, tls: ssl.SSLContext | None = None, implicit: bool = False, auth: bool = False
) -> AsyncIterator[int]:
    """Run a relay; yield its port. No connection to it outlives it."""
    loop = asyncio.get_running_loop()
    connections: list[_Connection] = []

    def protocol() -> SMTP:
        connections.append(made())
        return connections[-1]

    def made() -> _Connection:
        return _Connection(
            box,
            hostname="relay.test",
            loop=loop,
            tls_context=None if implicit else tls,
            require_starttls=tls is not None and not implicit,
            authenticator=_sign_in if auth else None,
            auth_required=auth and not implicit,
            auth_require_tls=not implicit and tls is not None,
        )

    server = await loop.create_server(protocol, "127.0.0.1", port, ssl=tls if implicit else None)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for each in connections:
            await each.end()
        await server.wait_closed()


@asynccontextmanager
async def listener(
    serve: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Any], port: int = 0
) -> AsyncIterator[int]:
    """Run anything that listens."""
    tasks: set[asyncio.Task[None]] = set()

    async def accepted(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        tasks.add(task)
        try:
            await serve(reader, writer)
        except (ConnectionError, asyncio.CancelledError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(accepted, "127.0.0.1", port)
    try:
        yield server.sockets[0].getsockname()[1]
    finally:
        server.close()
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await server.wait_closed()


async def tarpit(_reader: asyncio.StreamReader, _writer: asyncio.StreamWriter) -> None:
    """Accept, and say nothing."""
    await asyncio.sleep(3600)


def script(*answers: bytes, greets_after: float = 0.0) -> Callable[..., Any]:
    """Return a server that greets with the first answer, gives each command the next, and then breaks off."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(greets_after)
        for number, answer in enumerate(answers):
            if number and not await reader.readline():
                return
            writer.write(answer + b"\r\n")
            await writer.drain()

    return serve


def unused_port() -> int:
    """Return a port on which nobody listens."""
    import socket  # noqa: PLC0415 - used here only

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Certificate:
    """A certificate for 127.0.0.1 that signs itself, in files."""

    def __init__(self, folder: Path) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "relay.test")])
        now = datetime.now(UTC)  # noqa: TID251 - a certificate must be valid at the machine's own time
        made = (
            x509.CertificateBuilder()
            .subject_name(name)
            .issuer_name(name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(hours=1))
            .not_valid_after(now + timedelta(hours=1))
            .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .sign(key, hashes.SHA256())
        )
        self.file = folder / "relay.pem"
        self.file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
        private = folder / "relay.key"
        private.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        self.server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.server.load_cert_chain(self.file, private)
