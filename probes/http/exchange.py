"""One question to a web server, and what became of it, through redirections as far as they are wanted."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import httpx

from probes.api import Failure, Message, Trouble, _
from probes.http.pages import LONGEST, text, unpacked
from probes.http.tls import peer_certificate
from probes.names import Address
from probes.snmp.text import decoded
from probes.troubles import closed, no_connection

if TYPE_CHECKING:
    from collections.abc import Iterator

REDIRECTIONS = 5
SHOWN = 120
DEEPEST = 20
PORTS = {"http": 80, "https": 443}
_AGENT = "netwatch"

Resolve = Callable[[str], Awaitable[Address | Failure]]


@dataclass(frozen=True, slots=True)
class Answer:
    """The last answer of a chain.

    `text` is empty where it was not wanted, `certificate` is DER, `answered` is when its head came, by the
    clock of the event loop; with `circle` it sends us on for ever.
    """

    status: int
    text: str
    certificate: bytes | None
    answered: float
    circle: bool = False


@dataclass(frozen=True, slots=True)
class Distrusted:
    """The server has a certificate that is not to be trusted, for this reason."""

    url: httpx.URL
    address: Address
    reason: str


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for: a page, whether its text matters, and whether other hosts may be followed to."""

    url: httpx.URL
    text: bool
    other_hosts: bool
    seconds: float


async def ask(context: ssl.SSLContext, wish: Wish, resolve: Resolve) -> Answer | Distrusted | Failure:
    """Get the page, over connections that end with it.

    Names are resolved here and not by the library, so that a dead DNS stops nothing; redirections are followed
    here, as the library fails on one that leads nowhere even where it need not follow.
    """
    async with httpx.AsyncHTTPTransport(verify=context, trust_env=False) as transport:
        return await _follow(transport, httpx.Cookies(), wish, resolve, wish.url, REDIRECTIONS)


async def _follow(
    transport: httpx.AsyncHTTPTransport,
    cookies: httpx.Cookies,
    wish: Wish,
    resolve: Resolve,
    url: httpx.URL,
    hops: int,
) -> Answer | Distrusted | Failure:
    address = await resolve(url.raw_host.decode("ascii"))
    if isinstance(address, Failure):
        return address
    try:
        answer, target = await _get(transport, cookies, wish, url, address)
    except (httpx.HTTPError, OSError) as error:
        return _trouble(error, url, address, wish.seconds)
    if target is None:
        return answer
    if not hops:
        return replace(answer, circle=True)
    return await _follow(transport, cookies, wish, resolve, target, hops - 1)


async def _get(
    transport: httpx.AsyncHTTPTransport, cookies: httpx.Cookies, wish: Wish, url: httpx.URL, address: Address
) -> tuple[Answer, httpx.URL | None]:
    """Ask this address for the page as if for its name; return the answer, and where it sends us if we follow."""
    name = url.raw_host.decode("ascii")
    request = httpx.Request(
        "GET",
        url.copy_with(host=str(address)),
        headers={"Host": url.netloc.decode("ascii"), "User-Agent": _AGENT, "Accept-Encoding": "identity"},
        extensions={"sni_hostname": name},
    )
    cookies.set_cookie_header(request)
    response = await transport.handle_async_request(request)
    answered = asyncio.get_running_loop().time()
    response.request = request
    cookies.extract_cookies(response)
    try:
        target = _target(response, url, wish)
        page = await _text(response) if wish.text and target is None else ""
        connection = response.extensions["network_stream"].get_extra_info("ssl_object")
        return Answer(response.status_code, page, peer_certificate(connection), answered), target
    finally:
        await response.aclose()


def _target(response: httpx.Response, url: httpx.URL, wish: Wish) -> httpx.URL | None:
    if not response.has_redirect_location:
        return None
    try:
        target = url.join(response.headers["location"])
    except (httpx.InvalidURL, ValueError):
        return None
    if target.scheme not in PORTS or not target.host:
        return None
    return target if wish.other_hosts or target.host == url.host else None


async def _text(response: httpx.Response) -> str:
    body = bytearray()
    async for piece in response.aiter_raw():
        body += piece
        if len(body) >= LONGEST:
            break
    plain = unpacked(bytes(body[:LONGEST]), response.headers.get("content-encoding", ""))
    return text(plain, response.headers.get("content-type", ""))


def _trouble(error: Exception, url: httpx.URL, address: Address, seconds: float) -> Distrusted | Failure:
    """Find what lies below the client's own exceptions."""
    port = port_of(url)
    values: dict[str, str | int] = {"address": str(address), "port": port, "error": _words(error)}
    for cause in _causes(error):
        if isinstance(cause, ssl.SSLCertVerificationError):
            return Distrusted(url, address, cause.verify_message)
        if isinstance(cause, ssl.SSLError):
            values["error"] = cause.reason or _words(cause)
            return Failure(Trouble.PROTOCOL, Message(_("TLS with {address} port {port} failed: {error}"), values))
        if isinstance(cause, OSError) and cause.errno:
            return no_connection(cause, address, port, seconds)
    if isinstance(error, httpx.RemoteProtocolError) and "disconnected without" not in str(error):
        sentence = _("What {address} port {port} says is not HTTP: {error}")
        return Failure(Trouble.PROTOCOL, Message(sentence, values))
    return closed(address, port)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield what caused an exception, the deepest first."""
    chain: list[BaseException] = []
    while error is not None and len(chain) < DEEPEST:
        chain.append(error)
        error = error.__cause__ or error.__context__
    return reversed(chain)


def port_of(url: httpx.URL) -> int:
    """Return the port that a URL means."""
    return url.port or PORTS[url.scheme]


def _words(error: BaseException) -> str:
    return decoded(str(error).encode(errors="replace"))[:SHOWN] or type(error).__name__
