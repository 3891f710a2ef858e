"""Feeds systemd's watchdog while everything that matters makes progress, and notices when the clock jumps."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from netwatch.errors import StorageUnavailable
from netwatch.storage import events, records
from netwatch.storage.events import Entry, EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from netwatch.clock import Clock
    from netwatch.progress import Progress
    from netwatch.storage.database import Database
    from netwatch.supervisor import Pulse
    from netwatch.workers.watched import Watched

log = structlog.get_logger()

EVERY = 5.0
JUMP = timedelta(seconds=5)


class Heart:
    """A child of the TaskGroup: a beat every five seconds."""

    def __init__(self, database: Database, watched: Watched, clock: Clock, progress: Progress, pulse: Pulse) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._progress = progress
        self._pulse = pulse

    async def run(self) -> None:
        """Beat until cancelled."""
        wall, steady = self._clock.now(), self._clock.monotonic()
        while True:
            await self._clock.sleep(EVERY)
            now, later = self._clock.now(), self._clock.monotonic()
            jump = (now - wall) - timedelta(seconds=later - steady)
            wall, steady = now, later
            await self._beat(now, jump if abs(jump) > JUMP else None)

    async def _beat(self, now: datetime, jump: timedelta | None) -> None:
        """Write one small row: a hung writer shows itself here, and the last beat tells when the service was lost."""
        self._progress.isolated = self._watched.isolated()
        try:
            await self._database.write(partial(records.put, key=records.ALIVE, value=now.isoformat()))
            if jump is not None:
                seconds = f"{jump.total_seconds():+.0f}"
                log.warning("the wall clock jumped", seconds=seconds)
                summary = Message(_("the wall clock jumped by {seconds} s"), {"seconds": seconds})
                await self._database.write(partial(events.add, entry=Entry(EventKind.CLOCK, now, now, summary=summary)))
        except StorageUnavailable as error:
            # The writer answered, if only with an error: it does not hang, and a restart would not help.
            log.debug("no beat in the database", error=str(error))
        self._pulse.beat("writer")
