"""A session with a device over SSH, by asyncssh: the host key checked first, one log-in, closed in every case.

Nothing of the user's surroundings is used: no agent, no keys or settings in `~/.ssh`, no known hosts.
"""

from __future__ import annotations

import asyncio
import logging
import warnings
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import asyncssh
from asyncssh.packet import PacketDecodeError

from probes.api import Failure, Message, Trouble, _
from probes.ssh import hostkey
from probes.ssh.algorithms import offered
from probes.troubles import closed, no_answer, no_connection

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

    from probes.names import Address
    from probes.ssh.credentials import Login

KEEPALIVE = 15.0
"""Seconds of silence after which the device is asked whether it is still there; three unanswered end the session."""
FAREWELL = 2.0
"""Seconds to close a session in good order."""
asyncssh.set_log_level(logging.WARNING)  # it would tell of each connection, and at its debug levels of each packet
# What old devices speak is going to leave the library one day: a word for whoever updates it, not for every log.
warnings.filterwarnings("ignore", "Diffie-Hellman over finite fields", module=r"asyncssh\.")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a device is, and how to know that it is the one."""

    address: Address
    port: int = 22
    host_key: str | None = None
    """The fingerprint of its host key; without one nobody logs in."""
    legacy: bool = False
    connect: float = 15.0
    """Seconds until the log-in must be done."""


class NoSessionError(Exception):
    """There is no session: `failure` says why."""

    def __init__(self, failure: Failure) -> None:
        super().__init__(str(failure.detail))
        self.failure = failure


@dataclass(frozen=True, slots=True)
class Session:
    """A log-in that was accepted, by a device that proved to hold this host key."""

    connection: asyncssh.SSHClientConnection
    host_key: str


@asynccontextmanager
async def session(place: Place, login: Login, credential: str) -> AsyncIterator[Session]:
    """Log in, and log out in the end whatever happens. Raises NoSessionError; no password goes to a wrong host key."""
    client = _Client(login, place.host_key)
    connection = await _connected(place, login, client, credential)
    try:
        yield Session(connection, client.fingerprint)
    except BaseException:
        connection.abort()
        raise
    finally:
        await _close(connection)


async def _connected(place: Place, login: Login, client: _Client, credential: str) -> asyncssh.SSHClientConnection:
    address, port = place.address, place.port
    options = _options(login, credential, legacy=place.legacy)
    try:
        async with asyncio.timeout(place.connect):
            return await asyncssh.connect(str(address), port, client_factory=lambda: client, **options)
    except TimeoutError:
        raise NoSessionError(no_answer(address, port, place.connect)) from None
    except OSError as error:
        raise NoSessionError(_hung_up(place, client) or no_connection(error, address, port, place.connect)) from None
    except asyncssh.HostKeyNotVerifiable:
        raise NoSessionError(hostkey.failure(str(address), client.fingerprint, place.host_key)) from None
    except (asyncssh.DisconnectError, PacketDecodeError) as error:  # the second at a packet that ends too early
        raise NoSessionError(_failure(error, place, credential, client)) from None


def _options(login: Login, credential: str, *, legacy: bool) -> dict[str, Any]:
    keys = [_private_key(login, credential)] if login.key else None
    return {
        "username": login.user,
        "client_keys": keys,
        "preferred_auth": [*(["publickey"] if keys else []), "password", "keyboard-interactive"],
        # An empty list of known hosts, not none: every key comes to `validate_host_public_key`.
        "known_hosts": ([], [], []),
        "x509_trusted_certs": None,
        "config": None,
        "agent_path": None,
        "agent_forwarding": False,
        "gss_host": None,
        "keepalive_interval": KEEPALIVE,
        "compression_algs": None,
        **offered(legacy=legacy),
    }


def _private_key(login: Login, credential: str) -> asyncssh.SSHKey:
    passphrase = login.passphrase.reveal() if login.passphrase else None
    try:
        return asyncssh.import_private_key(login.key.reveal() if login.key else "", passphrase)
    except (asyncssh.KeyImportError, asyncssh.KeyEncryptionError):
        # What the library says may quote the key.
        template = _("the private key of the credential {credential} cannot be read, or its passphrase is another")
        raise NoSessionError(Failure(Trouble.PERMISSION, Message(template, {"credential": credential}))) from None


class _Client(asyncssh.SSHClient):
    """What asyncssh asks: whether the host key is the one, and once for the password."""

    def __init__(self, login: Login, pinned: str | None) -> None:
        self.fingerprint = ""
        self._connection: asyncssh.SSHClientConnection | None = None
        self._pinned = pinned
        self._password = login.password.reveal() if login.password else None

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        self._connection = conn

    def is_agreeing(self) -> bool:
        """Whether the device has said which algorithms it knows, or is about to, and has not shown its host key."""
        greeted = self._connection is not None and self._connection.get_extra_info("server_version") is not None
        return greeted and not self.fingerprint

    def validate_host_public_key(self, host: str, addr: str, port: int, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        self.fingerprint = key.get_fingerprint("sha256")
        return self.fingerprint == self._pinned

    def password_auth_requested(self) -> str | None:
        # Once, by whatever method the device takes: a second attempt would count as a second failure.
        password, self._password = self._password, None
        return password

    def kbdint_auth_requested(self) -> str | None:
        return "" if self._password is not None else None

    def kbdint_challenge_received(
        self,
        name: str,  # noqa: ARG002
        instructions: str,  # noqa: ARG002
        lang: str,  # noqa: ARG002
        prompts: Sequence[tuple[str, bool]],
    ) -> list[str] | None:
        if not prompts:
            return []
        (_prompt, is_shown), *more = prompts
        if more or is_shown or self._password is None:
            return None
        password, self._password = self._password, None
        return [password]


def _failure(error: Exception, place: Place, credential: str, client: _Client) -> Failure:
    values: dict[str, str | int | float] = {"address": str(place.address), "port": place.port, "credential": credential}
    if isinstance(error, asyncssh.PermissionDenied):
        template = _("{address} refuses the log-in with the credential {credential}")
        return Failure(Trouble.AUTHENTICATION, Message(template, values))
    if isinstance(error, asyncssh.KeyExchangeFailed):
        template = _("{address} and this program know no algorithm in common; very old devices need legacy = true")
        return Failure(Trouble.PROTOCOL, Message(template, values))
    if isinstance(error, asyncssh.ConnectionLost):
        return _hung_up(place, client) or closed(place.address, place.port)
    template = _("{address} ended the log-in: {what}")
    return Failure(Trouble.PROTOCOL, Message(template, values | {"what": type(error).__name__}))


def _hung_up(place: Place, client: _Client) -> Failure | None:
    """Return what it may mean that a device is gone: some hang up instead of saying that they know no algorithm."""
    if place.legacy or not client.is_agreeing():
        return None
    template = _("{address} hung up while algorithms were agreed on; very old devices need legacy = true")
    return Failure(Trouble.PROTOCOL, Message(template, {"address": str(place.address)}))


async def _close(connection: asyncssh.SSHClientConnection) -> None:
    """Close in good order, or else at once: nothing stays open."""
    connection.close()
    try:
        async with asyncio.timeout(FAREWELL):
            await connection.wait_closed()
    except TimeoutError:
        connection.abort()
        await connection.wait_closed()
