"""The page of a hospital, served from a thread, so that a browser in the test can look at it."""

from __future__ import annotations

import asyncio
import threading
from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.clock import SystemClock
from netwatch.web.server import Web
from tests.hospital import NOW

if TYPE_CHECKING:
    from datetime import datetime

    from tests.hospital import Hospital

PATIENCE = 20.0


class StandingClock(SystemClock):
    """A wall clock that stands still at night, beside a steady one that goes on, with short pauses."""

    def now(self) -> datetime:
        return NOW

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, 0.2))


class ServedPage:
    """Start and stop the page; after a stop it comes back at the same address."""

    def __init__(self, hospital: Hospital) -> None:
        self.hospital = hospital
        self.port = 0
        self._thread: threading.Thread | None = None

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        place = self.hospital.settings.file.web.model_copy(update={"listen": f"127.0.0.1:{self.port}"})
        file = self.hospital.settings.file.model_copy(update={"web": place})
        settings = replace(self.hospital.settings, file=file)
        self._ready = threading.Event()
        web = Web(lambda: settings, self.hospital.database, StandingClock(), self.hospital.progress)
        self._thread = threading.Thread(target=asyncio.run, args=(self._serve(web),))
        self._thread.start()
        assert self._ready.wait(PATIENCE)

    def stop(self) -> None:
        if self._thread is not None:
            self._loop.call_soon_threadsafe(self._running.cancel)
            self._thread.join(PATIENCE)
            self._thread = None

    async def _serve(self, web: Web) -> None:
        self._loop = asyncio.get_running_loop()
        self._running = self._loop.create_task(web.run())
        while web.address is None and not self._running.done():  # noqa: ASYNC110 - it has no event to wait for
            await asyncio.sleep(0.01)
        assert web.address is not None
        self.port = web.address[1]
        self._ready.set()
        await asyncio.wait([self._running])
