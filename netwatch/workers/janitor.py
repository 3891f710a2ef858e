"""Keeps the house: drops what is older than it has to be kept."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog

from netwatch.errors import StorageUnavailable
from netwatch.storage import history

if TYPE_CHECKING:
    from netwatch.clock import Clock
    from netwatch.storage.database import Database
    from netwatch.workers.watched import Watched

log = structlog.get_logger()


class Janitor:
    """A child of the TaskGroup; `ring` asks for a round."""

    def __init__(self, database: Database, watched: Watched, clock: Clock) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._asked = asyncio.Event()

    def ring(self) -> None:
        """Ask for a round."""
        self._asked.set()

    async def run(self) -> None:
        """Do a round whenever the timetable rings."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            before = self._clock.now() - self._watched.settings.file.storage.keep_samples
            try:
                dropped = await self._database.write(partial(history.drop_before, before=before))
            except StorageUnavailable as error:
                log.warning("cannot drop old samples", error=str(error))
            else:
                log.info("dropped old samples", polls=dropped)
