"""Every minute: software, services and log-ins on servers that nobody approved, as faults of these servers."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.drift.visit import CONDUCT
from netwatch.drift.conduct import troubles
from netwatch.errors import StorageError
from netwatch.workers.observer import Trouble

if TYPE_CHECKING:
    from datetime import datetime

    from netwatch.clock import Clock
    from netwatch.drift.conduct import Judged
    from netwatch.storage.database import Database
    from netwatch.workers.observer import Observer
    from netwatch.workers.watched import Watched

log = structlog.get_logger()

EVERY = 60.0


class ConductWorker:
    """A child of the TaskGroup."""

    def __init__(self, database: Database, watched: Watched, clock: Clock, observer: Observer) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._observer = observer
        self._known: dict[str, Judged] = {}

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        while True:
            try:
                await self.look(self._clock.now())
            except StorageError as error:
                log.warning("cannot look at the conduct on servers", error=str(error))
            await self._clock.sleep(EVERY)

    async def look(self, now: datetime) -> None:
        """State once all that is wrong now; what is no longer looked at is over."""
        settings = self._watched.settings
        found = await self._database.read(partial(troubles, settings=settings, now=now, known=self._known))
        for device in settings.devices:
            wrong = {key: Trouble(each.severity, each.summary) for key, each in found.get(device, {}).items()}
            if wrong or self._has_faults(device):
                await self._observer.stand(device, CONDUCT, wrong, now)

    def _has_faults(self, device: str) -> bool:
        return any(state.subject.check == CONDUCT for state in self._watched.states(device))
