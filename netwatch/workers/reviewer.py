"""Looks again at every fault that is not settled: reminders, windows that ended, parents that came back."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.notices import Quiet, decide
from netwatch.errors import StorageUnavailable
from netwatch.storage import faults, windows
from netwatch.workers.observer import caused
from netwatch.workers.telling import manner, tell

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.domain.model import CheckId, Fault
    from netwatch.domain.notices import Circumstances
    from netwatch.storage.database import Database
    from netwatch.workers.telling import Manner
    from netwatch.workers.watched import Watched

log = structlog.get_logger()

AHEAD = timedelta(minutes=5)
"""How far ahead windows are read, so that one that begins between two reviews is known."""


class Reviewer:
    """A child of the TaskGroup; `ring` asks for a review."""

    def __init__(self, database: Database, watched: Watched, clock: Clock, wake: Callable[[], None]) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._wake = wake
        self._asked = asyncio.Event()

    def ring(self) -> None:
        """Ask for a review soon."""
        self._asked.set()

    async def run(self) -> None:
        """Review whenever the timetable rings."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                await self.review(self._clock.now())
            except StorageUnavailable as error:
                log.warning("cannot review", error=str(error))

    async def review(self, now: datetime) -> None:
        """Look at the windows in force and at every unsettled fault; write what is new."""
        opened = await self._database.read(lambda tx: windows.overlapping(tx, now, now + AHEAD))
        planned = self._watched.settings.windows(now, now + AHEAD)
        self._watched.windows = (*planned, *(each.window for each in opened))
        how = manner(self._watched.settings.file.mail)
        todo = [
            (fault, around, self._watched.culprit(fault.subject.device))
            for fault in await self._database.read(faults.unsettled)
            for around in (self._watched.around(fault.subject.device, now),)
            if _is_news(fault, around, how, now)
        ]
        if todo:
            await self._database.write(lambda tx: _write(tx, todo, how, now))
            self._wake()


def _is_news(fault: Fault, around: Circumstances, how: Manner, now: datetime) -> bool:
    """Whether a decision would differ from the one on record, or a mail may still be taken back."""
    decision = decide(fault, around, how.rules, now)
    fresh = fault.told_at is not None and now - fault.told_at <= how.wait + timedelta(minutes=1)
    return fresh or not isinstance(decision, Quiet) or decision.why != fault.quiet


def _write(tx: Connection, todo: list[tuple[Fault, Circumstances, CheckId | None]], how: Manner, now: datetime) -> None:
    for known, around, culprit in todo:
        fault = faults.get(tx, known.id)
        if fault is None:
            continue
        tied = caused(tx, fault, culprit)
        if tied.cause != fault.cause:
            faults.save(tx, tied)
        tell(tx, tied, around, how, now)
