"""Keeps the house: drops what is older than it has to be kept."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import structlog

from netwatch.errors import StorageUnavailable
from netwatch.storage import baselines, captures, history

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

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
            await self.clear(self._clock.now())

    async def clear(self, now: datetime) -> None:
        """Drop what is too old: samples, and what devices said but for what baselines stand on."""
        file = self._watched.settings.file
        try:
            polls = await self._database.write(partial(history.drop_before, before=now - file.storage.keep_samples))
            old = now - file.drift.keep_captures
            said = await self._database.write(partial(_thin, before=old))
        except StorageUnavailable as error:
            log.warning("cannot drop what is old", error=str(error))
        else:
            log.info("dropped what is old", polls=polls, captures=said)


def _thin(tx: Connection, before: datetime) -> int:
    wanted = [(each.device, each.facet, each.content) for each in baselines.in_force(tx)]
    return captures.drop_before(tx, before, wanted)
