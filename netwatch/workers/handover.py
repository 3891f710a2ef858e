"""Handovers as time passes: opened, frozen at the exact end of a shift, reminded of, escalated, lapsed, told of."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from netwatch import report
from netwatch.doctor.look import synchronised
from netwatch.errors import StorageUnavailable, UsageError
from netwatch.handover import cases, freeze, letters
from netwatch.handover.day import digest
from netwatch.handover.signing import enter
from netwatch.mail.office import leaders, seconds
from netwatch.mail.signing import About, Notice
from netwatch.planned import planned
from netwatch.storage import records, signatures
from probes.api import Message, _
from roster.cover import next_change, on_duty
from roster.layers import Post
from roster.signing import Due, Signature, Step, due

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.handover.cases import Opened
    from netwatch.progress import Progress
    from netwatch.storage.database import Database
    from netwatch.storage.handovers import Archived
    from netwatch.workers.watched import Watched
    from roster.cover import Shift

log = structlog.get_logger()

LONGEST_SLEEP = 30.0
OLDEST = timedelta(days=7)
"""Shifts that ended longer ago than this, while the service was off, get no report any more."""
CURSOR = "handover_upto"
OPENED = "handover_opened"


class HandoverWorker:
    """A child of the TaskGroup."""

    def __init__(
        self, database: Database, watched: Watched, clock: Clock, progress: Progress, wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._progress = progress
        self._wake = wake

    async def run(self) -> None:
        """Do what is due, whenever it is. A shift's end is an instant of the roster, not of a cron table."""
        while True:
            now = self._clock.now()
            self._progress.clock_synchronised = synchronised()
            try:
                await self.catch_up(now)
            except StorageUnavailable as error:
                log.warning("cannot build the handover report yet", error=str(error))
            change = next_change(self._watched.settings.roster, now)
            wait = (change - self._clock.now()).total_seconds() if change is not None else LONGEST_SLEEP
            # Short steps: the wall clock may jump, and the roster may be another one after a reload.
            await self._clock.sleep(min(max(wait, 0.05), LONGEST_SLEEP))

    async def catch_up(self, now: datetime) -> None:
        """Freeze the reports of all shifts that have ended, and do what else is due by now."""
        await self.look(now)
        upto = await self._database.read(_upto)
        if upto is None:
            await self._database.write(partial(records.put, key=CURSOR, value=now.isoformat()))
        else:
            for shift in report.ended(self._watched.settings, max(upto, now - OLDEST), now):
                await self._end(shift, now)
        await self._follow(now)
        if await self._database.write(partial(_ahead, self._watched.settings, progress=self._progress, now=now)):
            self._wake()

    async def look(self, now: datetime) -> None:
        """Take over what the records say of the roster and of who is on duty."""
        settings = self._watched.settings
        self._watched.settings = await self._database.read(partial(planned, settings=settings, now=now))

    async def build_running(self, now: datetime) -> Message:
        """Freeze the report of the shift that is on, as when somebody is relieved in the middle of it."""
        shift = report.running(self._watched.settings, now)
        if shift is None:
            raise UsageError(_("nobody is on duty, so there is no shift to report on"))
        archived = await self._freeze(shift, now, relief="")
        return Message(_("handover report {number} is archived and mailed"), {"number": archived.id})

    async def _end(self, shift: Shift, now: datetime) -> None:
        """Freeze the report of a shift that is over, unless somebody on it has offered one."""
        if not await self._database.read(partial(_offered, shift=shift)):
            await self._freeze(shift, now)
        await self._database.write(partial(records.put, key=CURSOR, value=shift.end.isoformat()))

    async def _freeze(
        self, shift: Shift, now: datetime, *, relief: str | None = None, like: Opened | None = None
    ) -> Archived:
        """Freeze a report in netwatch's own name; its sides are those of the revision that it is `like`."""
        settings = self._watched.settings
        made = await self._database.read(lambda tx: freeze.prepare(tx, settings, shift, now, self._progress, relief))
        if like is not None:
            made = replace(made, sides=like.case.sides)
        archived = await self._database.write(lambda tx: freeze.archive(tx, settings, made, now))
        self._wake()
        log.info("handover report", shift=shift.id, number=archived.id, revision=archived.revision)
        return archived

    async def _follow(self, now: datetime) -> None:
        """Remind of what nobody has signed, escalate it, let it lapse, and offer anew what was deferred."""
        settings = self._watched.settings
        changed = await self._database.write(lambda tx: _press(tx, settings, now))
        if changed:
            self._wake()
        for opened, asked in await self._database.read(lambda tx: _asked(tx, settings, now)):
            if Due.AGAIN in asked:
                shift = report.of_archive(settings, opened.archived, opened.report, opened.case.outgoing)
                relief = "" if opened.signed[0].data.get("relief") else None
                await self._freeze(shift, now, relief=relief, like=opened)
        await self.look(now)


def _upto(tx: Connection) -> datetime | None:
    value = records.get(tx, CURSOR)
    return datetime.fromisoformat(value) if value else None


def _offered(tx: Connection, shift: Shift) -> bool:
    """Whether a revision of a shift's end is there that counts."""
    signed = signatures.of_shift(tx, shift.id)
    at_its_end = {each.handover for each in signed if each.data.get("relief") is False}
    return bool(signatures.counting(tx, sorted(at_its_end)))


def _asked(tx: Connection, settings: Settings, now: datetime) -> list[tuple[Opened, frozenset[Due]]]:
    """Return the handovers that wait, each with what is due of it."""
    patience = settings.file.handover.patience
    return [
        (opened, due(opened.case, patience, now, next_end=_next_end(settings, opened)))
        for opened in cases.pending(tx)
        if opened.case.ends <= now
    ]


def _next_end(settings: Settings, opened: Opened) -> datetime | None:
    following = on_duty(settings.roster, opened.case.ends)
    return next(
        (shift.end for shift in following if shift.post is Post.PRIMARY and shift.start >= opened.case.ends), None
    )


def _press(tx: Connection, settings: Settings, now: datetime) -> bool:
    """Write the reminders and escalations that are due, and let lapse what nobody has signed."""
    found = _asked(tx, settings, now)
    for opened, asked in found:
        about = letters.about(opened)
        both = (*opened.case.outgoing, *opened.case.incoming)
        if Due.REMIND in asked:
            letters.queue(tx, settings, both, Notice.REMINDER, about, now)
        if Due.ESCALATE in asked:
            above = (*seconds(settings, now), *leaders(settings, now))
            letters.queue(tx, settings, above, Notice.ESCALATION, about, now)
        if Due.LAPSE in asked:
            enter(tx, settings, opened, Signature(Step.LAPSED, "", now))
    return any(asked for _opened, asked in found)


def _ahead(settings: Settings, tx: Connection, progress: Progress, now: datetime) -> bool:
    """Ask the outgoing to offer, show the incoming what comes, and write the leaders' digest; say if anything was."""
    return any([_open(tx, settings, progress, now), digest(tx, settings, now)])


def _open(tx: Connection, settings: Settings, progress: Progress, now: datetime) -> bool:
    shift = report.running(settings, now)
    if shift is None or not shift.end - settings.file.handover.open_before <= now < shift.end:
        return False
    if records.get(tx, OPENED) == shift.id or _offered(tx, shift):
        return False
    records.put(tx, key=OPENED, value=shift.id)
    frozen = freeze.prepare(tx, settings, shift, now, progress)
    sides = frozen.sides
    about = About(
        shift=shift.id,
        title=shift.title,
        start=shift.start,
        end=shift.end,
        outgoing=tuple(dict.fromkeys(name for side in sides for name in side.outgoing)),
        incoming=tuple(dict.fromkeys(name for side in sides for name in side.incoming)),
    )
    letters.queue(tx, settings, about.outgoing, Notice.OPENED, about, now)
    letters.preview(tx, settings, about, frozen.draft.handover, now)
    return True
