"""Verifies the archive of handovers at the start and every night: what was altered is a fault like any other."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.model import Severity
from netwatch.errors import StorageUnavailable
from netwatch.storage import chain
from netwatch.workers.observer import Trouble

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.storage.database import Database
    from netwatch.workers.observer import Observer
    from netwatch.workers.watched import Watched

log = structlog.get_logger()

BOOK = "archive"
NIGHTLY = time(3, 30)
"""When it is verified, by the site's clocks."""
MOST = 20
"""So many of the things that are wrong become faults; the rest is counted by `netwatch handover verify`."""
AGAIN = timedelta(minutes=1)
"""How long after the database was away it is tried anew."""


class ArchiveWorker:
    """A child of the TaskGroup."""

    def __init__(self, database: Database, watched: Watched, clock: Clock, observer: Observer) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._observer = observer

    async def run(self) -> None:
        """Look at the start and every night, until cancelled."""
        while True:
            now = self._clock.now()
            wait = self._until_night(now)
            try:
                await self.look(now)
            except StorageUnavailable as error:
                log.warning("cannot verify the archive", error=str(error))
                wait = AGAIN
            await self._clock.sleep(wait.total_seconds())

    async def look(self, now: datetime) -> None:
        """Verify once."""
        wrong = await self._database.read(_wrong)
        await self._observer.book(BOOK, wrong, now)

    def _until_night(self, now: datetime) -> timedelta:
        zone = self._watched.settings.site.zone
        day = now.astimezone(zone).date()
        night = datetime.combine(day, NIGHTLY, zone)
        return (night if night > now else datetime.combine(day + timedelta(days=1), NIGHTLY, zone)) - now


def _wrong(tx: Connection) -> dict[str, Trouble]:
    found: dict[str, Trouble] = {}
    for message in chain.walk(tx):
        key = "-".join(str(value) for value in message.values.values()) or "chain"
        found.setdefault(key, Trouble(Severity.CRITICAL, message))
        if len(found) == MOST:
            break
    return found
