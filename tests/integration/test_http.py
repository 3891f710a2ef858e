"""The probe http against servers of this machine: plain, by TLS, moved, broken and hostile."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from probes.api import Failure, Measurement, Message, Reading, Shared, State, Target, Trouble, Value
from probes.http import HttpProbe
from probes.names import Names

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from pathlib import Path

NOW = datetime.now(UTC)  # noqa: TID251 — TLS itself reads the clock
DAY = timedelta(days=1)
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello"


@asynccontextmanager
async def site(
    answer: bytes | Callable[[bytes], bytes],
    *,
    tls: ssl.SSLContext | None = None,
    hangs: bool = False,
    greets: bool = False,
) -> AsyncIterator[int]:
    """A server that gives each request this answer; yields its port. At the end no connection may be open."""
    open_: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_.add(writer)
        try:
            request = b"" if greets else await reader.readuntil(b"\r\n\r\n")
            writer.write(answer if isinstance(answer, bytes) else answer(request))
            await writer.drain()
            if hangs:
                await reader.read()
        except (OSError, asyncio.IncompleteReadError):
            pass
        finally:
            open_.discard(writer)
            writer.transport.abort()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    yield server.sockets[0].getsockname()[1]
    for _count in range(500):
        if not open_:
            break
        await asyncio.sleep(0.005)
    server.close()
    assert not open_, "the probe left a connection open"


@dataclass(frozen=True, slots=True)
class Authority:
    """A certificate authority of the test."""

    folder: Path
    key: ec.EllipticCurvePrivateKey
    file: str

    def server(self, *, until: datetime, name: str = "his.test", own: bool = False) -> ssl.SSLContext:
        """A server with a certificate for this name and 127.0.0.1, signed by the authority or by itself."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _name(name)
        certificate = _certificate(
            subject,
            subject if own else _name("Authority of the test"),
            key,
            key if own else self.key,
            until,
            names=[x509.DNSName(name), x509.IPAddress(ip_address("127.0.0.1"))],
        )
        file = self.folder / f"{name}-{until:%s}.pem"
        file.write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
            + certificate.public_bytes(serialization.Encoding.PEM)
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(file)
        return context


def _name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    signer: ec.EllipticCurvePrivateKey,
    until: datetime,
    *,
    names: list[x509.GeneralName],
) -> x509.Certificate:
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(min(NOW, until) - DAY)
        .not_valid_after(until)
        .add_extension(x509.BasicConstraints(ca=not names, path_length=None), critical=True)
    )
    if names:
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(signer, hashes.SHA256())


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    folder = tmp_path_factory.mktemp("authority")
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("Authority of the test")
    certificate = _certificate(name, name, key, key, NOW + 90 * DAY, names=[])
    file = folder / "authority.pem"
    file.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    return Authority(folder, key, str(file))


async def measure(address: str = "127.0.0.1", hosts: dict[str, str] | None = None, **options: Any) -> Reading:
    """Measure once; `hosts` is what DNS knows."""
    known = {name: (ip_address(text),) for name, text in (hosts or {}).items()}
    shared = Shared()
    shared.get("names", lambda: Names(lambda name, _version: known.get(name) or Message("no such name")))
    probe = HttpProbe(HttpProbe.Options(**options), shared=shared)
    try:
        return await probe.measure(Target("device", address), NOW)
    finally:
        await shared.close()


def values(reading: Reading) -> dict[str, Value]:
    assert isinstance(reading, Measurement), str(reading.detail)
    return {value.meaning: value for value in reading.values}


def failure(reading: Reading) -> Failure:
    assert isinstance(reading, Failure)
    return reading


async def test_a_page_that_answers_is_timed_and_its_status_is_good() -> None:
    async with site(OK) as port:
        found = values(await measure(port=port))
    assert found.keys() == {"response.time", "http.status"}
    assert (found["http.status"].value, found["http.status"].state) == (200, State.OK)
    assert 0 < found["response.time"].value < 2000


async def test_a_page_is_asked_for_by_its_name_at_the_address_that_our_resolver_knows() -> None:
    seen = []
    async with site(lambda request: seen.append(request) or OK) as port:
        await measure(url=f"http://his.test:{port}/login?a=1", hosts={"his.test": "127.0.0.1"})
    assert seen[0].startswith(b"GET /login?a=1 HTTP/1.1\r\n")
    assert b"\r\nHost: his.test:%d\r\n" % port in seen[0]


async def test_a_name_that_does_not_resolve_is_a_failure_of_the_name() -> None:
    assert failure(await measure(url="http://gone.test/")).trouble is Trouble.NAME


@pytest.mark.parametrize("address", ["", "a b", "sw-1/evil", "x@y", "a" * 300])
async def test_an_address_that_is_none_is_a_failure_of_the_name(address: str) -> None:
    assert failure(await measure(address)).trouble is Trouble.NAME


@pytest.mark.parametrize(("status", "asked"), [(500, ["200-399"]), (404, [200, 204]), (200, [401])])
async def test_a_wrong_status_is_critical_and_no_failure(status: int, asked: list[int | str]) -> None:
    async with site(b"HTTP/1.1 %d X\r\nContent-Length: 0\r\n\r\n" % status) as port:
        found = values(await measure(port=port, status=asked))
    assert found["http.status"].state is State.CRITICAL
    assert str(found["http.status"].note) == f"status {status}, expected {', '.join(map(str, asked))}"


@pytest.mark.parametrize(("wanted", "state"), [("系统登录", State.OK), ("挂号", State.CRITICAL)])
async def test_a_text_is_looked_for_in_a_gbk_page(wanted: str, state: State) -> None:
    body = "<title>医院信息系统登录</title>".encode("gbk")
    head = b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=gb2312\r\nContent-Length: %d\r\n\r\n" % len(body)
    async with site(head + body) as port:
        found = values(await measure(port=port, contains=wanted))
    assert found["http.text"].state is state


async def test_a_page_without_end_is_read_to_a_bound() -> None:
    """Were all of it read, the text at its end would be found, and it would take its 64 MiB."""
    page = b"HTTP/1.1 200 OK\r\n\r\n" + bytes(64 * 2**20) + b"needle"
    async with site(page) as port:
        found = values(await measure(port=port, contains="needle"))
    assert found["http.text"].state is State.CRITICAL


async def test_a_redirection_on_the_same_host_is_followed() -> None:
    def answer(request: bytes) -> bytes:
        if b"GET /new" in request:
            return OK
        return b"HTTP/1.1 302 Found\r\nLocation: /new\r\nContent-Length: 0\r\n\r\n"

    async with site(answer) as port:
        assert values(await measure(port=port, contains="hello"))["http.status"].value == 200


async def test_a_cookie_that_a_redirection_sets_is_shown_at_its_target() -> None:
    def answer(request: bytes) -> bytes:
        if b"Cookie: session=1" in request:
            return OK
        return b"HTTP/1.1 302 Found\r\nLocation: /\r\nSet-Cookie: session=1\r\nContent-Length: 0\r\n\r\n"

    async with site(answer) as port:
        assert values(await measure(port=port))["http.status"].value == 200


@pytest.mark.parametrize(("follow", "status"), [(False, 302), (True, 200)])
async def test_a_redirection_to_another_host_is_followed_only_when_asked(follow: bool, status: int) -> None:
    async with site(OK) as elsewhere:
        location = b"Location: http://other.test:%d/\r\n" % elsewhere
        async with site(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n" + location + b"\r\n") as port:
            found = values(await measure(port=port, other_hosts=follow, hosts={"other.test": "127.0.0.1"}))
    assert found["http.status"].value == status


async def test_redirections_without_end_are_critical() -> None:
    async with site(b"HTTP/1.1 302 Found\r\nLocation: /again\r\nContent-Length: 0\r\n\r\n") as port:
        found = values(await measure(port=port))
    assert found["http.status"].state is State.CRITICAL
    assert "no end" in str(found["http.status"].note)


@pytest.mark.parametrize(
    "location", ["http://[", "ftp://127.0.0.1/", "javascript:alert(1)", "http://", "//", "http://x:99999/", "\x00", "é"]
)
async def test_a_redirection_to_nowhere_is_an_answer_like_any_other(location: str) -> None:
    head = b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: " + location.encode() + b"\r\n\r\n"
    async with site(head) as port:
        reading = await measure(port=port, other_hosts=True)
    assert isinstance(reading, Failure) or values(reading)["http.status"].value == 302


@pytest.mark.parametrize(
    ("answer", "trouble"),
    [
        (b"SSH-2.0-dropbear\r\n", Trouble.PROTOCOL),
        (b"", Trouble.PROTOCOL),
        (b"HTTP/1.1 200 OK\r\nX: " + b"x" * 200_000, Trouble.PROTOCOL),
        (b"\x00\xff" * 100 + b"\r\n\r\n", Trouble.PROTOCOL),
    ],
)
async def test_what_is_not_http_is_a_failure_of_the_protocol(answer: bytes, trouble: Trouble) -> None:
    async with site(answer) as port:
        reading = failure(await measure(port=port))
    assert reading.trouble is trouble
    assert len(str(reading.detail)) < 250
    assert str(reading.detail).isprintable()


async def test_a_server_that_keeps_silent_is_a_timeout_that_shows_no_query() -> None:
    async with site(b"", hangs=True) as port:
        reading = failure(await measure(url=f"http://127.0.0.1:{port}/a?key=secret", timeout=0.2))
    assert reading.trouble is Trouble.TIMEOUT
    assert str(reading.detail) == f"http://127.0.0.1:{port}/a did not answer within 0.2 s"


async def test_a_closed_port_refuses() -> None:
    async with site(OK) as port:
        pass
    assert failure(await measure(port=port)).trouble is Trouble.REFUSED


async def test_a_good_certificate_is_trusted_and_its_days_are_counted(authority: Authority) -> None:
    async with site(OK, tls=authority.server(until=NOW + 40 * DAY)) as port:
        url = f"https://his.test:{port}/"
        reading = await measure(url=url, ca_file=authority.file, hosts={"his.test": "127.0.0.1"})
    found = values(reading)
    assert found["http.status"].state is State.OK
    assert found["certificate.trust"].state is State.OK
    assert found["certificate.days"].value == pytest.approx(40, abs=0.1)
    assert reading.facts["certificate.subject"] == "CN=his.test"
    assert reading.facts["certificate.issuer"] == "CN=Authority of the test"


@pytest.mark.parametrize("path", [{}, {"scheme": "https"}])
async def test_the_address_itself_may_be_certified(authority: Authority, path: dict[str, str]) -> None:
    async with site(OK, tls=authority.server(until=NOW + 40 * DAY)) as port:
        options: dict[str, Any] = {"port": port, **path} if path else {"url": f"https://127.0.0.1:{port}/"}
        found = values(await measure(ca_file=authority.file, **options))
    assert found["certificate.trust"].state is State.OK


async def test_an_expired_certificate_is_critical_and_its_days_are_still_counted(authority: Authority) -> None:
    async with site(OK, tls=authority.server(until=NOW - 3 * DAY)) as port:
        found = values(await measure(scheme="https", port=port, ca_file=authority.file))
    assert found["certificate.trust"].state is State.CRITICAL
    assert "expired" in str(found["certificate.trust"].note)
    assert found["certificate.days"].value == pytest.approx(-3, abs=0.1)
    assert "http.status" not in found  # nothing is said to somebody who is not trusted


@pytest.mark.parametrize("own", [True, False])
async def test_a_certificate_of_nobody_known_or_of_another_name_is_not_trusted(authority: Authority, own: bool) -> None:
    async with site(OK, tls=authority.server(until=NOW + 40 * DAY, name="other.test", own=own)) as port:
        url = f"https://his.test:{port}/"
        found = values(await measure(url=url, ca_file=authority.file, hosts={"his.test": "127.0.0.1"}))
    assert found["certificate.trust"].state is State.CRITICAL
    assert found["certificate.days"].value == pytest.approx(40, abs=0.1)


@pytest.mark.parametrize("days", [-3, 3])
async def test_without_verification_the_page_is_read_and_the_days_are_counted_all_the_same(
    authority: Authority, days: int
) -> None:
    async with site(OK, tls=authority.server(until=NOW + days * DAY, own=True)) as port:
        found = values(await measure(scheme="https", port=port, verify=False))
    assert found.keys() == {"response.time", "http.status", "certificate.days"}
    assert found["certificate.days"].value == pytest.approx(days, abs=0.1)


async def test_without_verification_the_tls_of_old_devices_is_spoken(authority: Authority) -> None:
    old = authority.server(until=NOW + 40 * DAY)
    old.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    with pytest.warns(DeprecationWarning, match="TLSv1"):
        old.maximum_version = ssl.TLSVersion.TLSv1
    old.set_ciphers("ALL:@SECLEVEL=0")
    async with site(OK, tls=old) as port:
        found = values(await measure(scheme="https", port=port, verify=False))
        assert found["http.status"].state is State.OK
        reading = failure(await measure(scheme="https", port=port, ca_file=authority.file))
    assert reading.trouble is Trouble.PROTOCOL
    assert str(reading.detail).startswith(f"TLS with 127.0.0.1 port {port} failed: ")


async def test_tls_to_a_port_that_has_none_is_a_failure_of_the_protocol() -> None:
    async with site(b"SSH-2.0-dropbear\r\n", greets=True) as port:
        reading = failure(await measure(scheme="https", port=port, verify=False, timeout=2.0))
    assert reading.trouble is Trouble.PROTOCOL


async def test_authorities_that_cannot_be_read_are_named(tmp_path: Path) -> None:
    missing = str(tmp_path / "missing.pem")
    reading = failure(await measure(scheme="https", ca_file=missing))
    assert str(reading.detail) == f"The authorities in {missing} cannot be read: No such file or directory"
    empty = tmp_path / "empty.pem"
    empty.touch()
    assert "cannot be read" in str(failure(await measure(scheme="https", ca_file=str(empty))).detail)


async def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    async with site(OK) as port:
        assert values(await measure(port=port))["http.status"].state is State.OK
