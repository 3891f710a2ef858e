"""The border of the page: whose name it answers to, and what browsers may do with what it says."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import PlainTextResponse

if TYPE_CHECKING:
    from collections.abc import Callable

    from starlette.types import ASGIApp, Message, Receive, Scope, Send

POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
SEALED = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox; frame-ancestors 'none'"
"""For an archived report, which carries its own style and needs nothing else."""
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Guard:
    """Wraps the application. `page` gives the address under which people open it, for a proxy in front of it."""

    def __init__(self, app: ASGIApp, page: Callable[[], str | None]) -> None:
        self._app = app
        self._page = page

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it was meant for us (ASGI)."""
        if scope["type"] != "http":
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        if is_ours(Headers(scope=scope).get("host", ""), self._page()):
            await self._app(scope, receive, send_guarded)
        else:
            refusal = PlainTextResponse("This address is not one of the status page.\n", status_code=421)
            await refusal(scope, receive, send_guarded)


def is_ours(host: str, page: str | None) -> bool:
    """Whether a Host header names this machine's loopback, or the page's configured address.

    Another name that resolves to 127.0.0.1 is how a foreign site reads a local page (DNS rebinding).
    """
    name = _name(f"//{host}")
    if not name:
        return False
    if name == "localhost" or (page and name == _name(page)):
        return True
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return False


def _name(address: str) -> str:
    try:
        return (urlsplit(address).hostname or "").rstrip(".")
    except ValueError:
        return ""
