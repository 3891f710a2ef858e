"""What tells open pages that something has changed: a mark that is read now and then, and a stream of events."""

from __future__ import annotations

import asyncio
import hashlib
from typing import TYPE_CHECKING

import structlog

from netwatch.errors import StorageError
from netwatch.storage import overview
from netwatch.web.tempo import Pace, Tempo

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.storage.database import Database

log = structlog.get_logger()

INTERVAL = 2.0
"""Seconds between two looks at the mark: also the shortest time between two refreshes."""
BEAT = 10.0
"""Seconds between two signs of life on a quiet stream."""
RETRY = 3000
"""Milliseconds after which a browser connects again."""


class News:
    """Knows the mark of what is shown, and wakes the streams when it is another one."""

    def __init__(self, settings: Callable[[], Settings], database: Database, clock: Clock, progress: Progress) -> None:
        self._settings = settings
        self._database = database
        self._clock = clock
        self._progress = progress
        self._tempo = Tempo()
        self._bell = asyncio.Event()
        self._shown = ""
        self.stopped = False

    async def run(self) -> None:
        """Look at the mark until cancelled; then end every stream."""
        try:
            while True:
                self._tempo.sample(self._progress, self._clock.monotonic())
                mark = await self.mark()
                if mark != self._shown:
                    self._shown = mark
                    self._ring()
                await self._clock.sleep(INTERVAL)
        finally:
            self.stop()

    def stop(self) -> None:
        """End every stream."""
        self.stopped = True
        self._ring()

    def pace(self) -> Pace:
        """Return how fast the service looks."""
        return self._tempo.pace(self._progress, self._clock.monotonic())

    async def mark(self) -> str:
        """Return what changes when a page would show something else: records, settings, troubles, or the minute."""
        try:
            recorded = repr(await self._database.read(overview.mark))
        except StorageError as error:
            recorded = f"unreadable: {type(error).__name__}"
        told = self._progress
        live = (told.isolated, told.writer_ok, told.outbox_error, told.last_reload_at)
        minute = self._clock.now().replace(second=0, microsecond=0)
        whole = f"{recorded} {live} {minute} {id(self._settings())}"
        return hashlib.sha256(whole.encode()).hexdigest()[:16]

    async def stream(self, beat: float = BEAT) -> AsyncIterator[str]:
        """Yield events (WHATWG HTML, 9.2): `mark` with the mark whenever it changes, `beat` when nothing does."""
        told = self._shown or await self.mark()
        yield f"retry: {RETRY}\n{_event('mark', told)}"
        while not self.stopped:
            bell = self._bell
            if told != self._shown and self._shown:
                told = self._shown
                yield _event("mark", told)
                continue
            try:
                async with asyncio.timeout(beat):
                    await bell.wait()
            except TimeoutError:
                yield _event("beat", "")

    def _ring(self) -> None:
        bell, self._bell = self._bell, asyncio.Event()
        bell.set()


def _event(name: str, data: str) -> str:
    return f"event: {name}\ndata: {data}\n\n"
