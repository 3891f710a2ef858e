"""The page's server: uvicorn inside the service's own event loop, as one child of its TaskGroup."""

from __future__ import annotations

import asyncio
import socket
from contextlib import contextmanager
from typing import TYPE_CHECKING

import structlog
import uvicorn

from netwatch.config.values import is_loopback
from netwatch.web.app import application
from netwatch.web.live import News

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from starlette.types import ASGIApp

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.storage.database import Database

log = structlog.get_logger()

AGAIN = 10.0
"""Seconds until another try when the address cannot be listened on."""
GRACE = 1
"""Seconds that answers under way are given at the end."""
MOST_CLIENTS = 250


class Web:
    """A child of the TaskGroup that serves the status page on a loopback address.

    Monitoring does not end because its page cannot be served: an address that is taken is tried again, and
    the reason stands in `progress.page_error`. The address is read once, at the start of `run`.
    """

    def __init__(self, settings: Callable[[], Settings], database: Database, clock: Clock, progress: Progress) -> None:
        self._settings = settings
        self._clock = clock
        self._progress = progress
        self._news = News(settings, database, clock, progress)
        self._app = application(settings, database, clock, progress, self._news)
        self.address: tuple[str, int] | None = None
        """Where it listens, once it does."""

    async def run(self) -> None:
        """Serve until cancelled, then end every answer and stream within two seconds."""
        listening = await self._listen()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(self._news.run())
                group.create_task(_Server(self._app, self._news.stop).serve(sockets=[listening]))
        finally:
            self.address = None
            listening.close()

    async def _listen(self) -> socket.socket:
        """Bind the address, trying again until it is free."""
        where = self._settings().listen
        while True:
            try:
                listening = bound(where)
            except OSError as error:
                if self._progress.page_error is None:
                    log.warning(
                        "the status page cannot be served, and is tried again; `listen` in [web] names another port",
                        listen=":".join(map(str, where)),
                        error=str(error),
                    )
                self._progress.page_error = str(error)
                await self._clock.sleep(AGAIN)
            else:
                self._progress.page_error = None
                self.address = listening.getsockname()[:2]
                log.info("the status page is served", address="http://{}:{}/".format(*self.address))
                return listening


class _Server(uvicorn.Server):
    """Leaves signals to the service, and ends in good order when its task is cancelled."""

    def __init__(self, app: ASGIApp, ending: Callable[[], None]) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                log_level="warning",
                access_log=False,
                lifespan="off",
                ws="none",
                http="h11",
                interface="asgi3",
                proxy_headers=False,
                server_header=False,
                limit_concurrency=MOST_CLIENTS,
                timeout_graceful_shutdown=GRACE,
                h11_max_incomplete_event_size=16 * 1024,
            )
        )
        self._ending = ending

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Install no signal handler: the service has its own."""
        yield

    async def main_loop(self) -> None:
        """Wait until cancelled."""
        try:
            await super().main_loop()
        finally:
            self._ending()
            await self.shutdown()


def bound(place: tuple[str, int]) -> socket.socket:
    """Return a socket bound to an address and a port.

    Raises OSError, also where the address is not this machine's loopback: the page has no sign-in.
    """
    family, kind, protocol, _name, address = socket.getaddrinfo(*place, type=socket.SOCK_STREAM)[0]
    if not is_loopback(str(address[0])):
        raise OSError(f"{place[0]} is not a loopback address")
    listening = socket.socket(family, kind, protocol)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setblocking(False)
        listening.bind(address)
    except BaseException:
        listening.close()
        raise
    return listening
