"""At the exact end of each shift: the report, archived and queued to both sides and the leader."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from netwatch import report
from netwatch.errors import StorageUnavailable, UsageError
from netwatch.language import LANGUAGES, translations
from netwatch.mail import letter_for_report
from netwatch.storage import events, handovers, outbox, records
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.handovers import Archived
from probes.api import Message, _
from roster import render
from roster.cover import next_change
from roster.handover import to_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.report import Draft
    from netwatch.storage.database import Database
    from netwatch.workers.watched import Watched
    from roster.cover import Shift

log = structlog.get_logger()

LONGEST_SLEEP = 30.0
OLDEST = timedelta(days=7)
"""Shifts that ended longer ago than this, while the service was off, get no report any more."""
CURSOR = "handover_upto"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A draft with its renderings by (language, format)."""

    draft: Draft
    bodies: dict[tuple[str, str], str]


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
        """Build every report when it is due. A shift's end is an instant of the roster, not of a cron table."""
        while True:
            now = self._clock.now()
            try:
                await self.catch_up(now)
            except StorageUnavailable as error:
                log.warning("cannot build the handover report yet", error=str(error))
            change = next_change(self._watched.settings.roster, now)
            wait = (change - self._clock.now()).total_seconds() if change is not None else LONGEST_SLEEP
            # Short steps: the wall clock may jump, and the roster may be another one after a reload.
            await self._clock.sleep(min(max(wait, 0.05), LONGEST_SLEEP))

    async def catch_up(self, now: datetime) -> None:
        """Build the reports of all shifts that have ended since the last one."""
        upto = await self._database.read(_upto)
        if upto is None:
            await self._database.write(partial(records.put, key=CURSOR, value=now.isoformat()))
            return
        for shift in report.ended(self._watched.settings, max(upto, now - OLDEST), now):
            await self.build(shift, now, upto=shift.end)

    async def build(self, shift: Shift, now: datetime, *, upto: datetime | None = None) -> Archived:
        """Build, archive and queue the report of a shift; what it holds is cut at the newest event."""
        settings = self._watched.settings
        rendered = await self._database.read(partial(_rendered, settings, shift, now, self._progress))
        archived = await self._database.write(partial(_archive, settings, rendered, now, upto))
        self._wake()
        log.info("handover report", shift=shift.id, number=archived.id, revision=archived.revision)
        return archived

    async def build_running(self, now: datetime) -> Message:
        """Build the report of the shift that is on, as when somebody is relieved in the middle of it."""
        shift = report.running(self._watched.settings, now)
        if shift is None:
            raise UsageError(_("nobody is on duty, so there is no shift to report on"))
        archived = await self.build(shift, now)
        return Message(_("handover report {number} is archived and mailed"), {"number": archived.id})


def _upto(tx: Connection) -> datetime | None:
    value = records.get(tx, CURSOR)
    return datetime.fromisoformat(value) if value else None


def _rendered(settings: Settings, shift: Shift, now: datetime, progress: Progress, tx: Connection) -> Rendered:
    made = report.draft(tx, settings, shift, now, progress)
    bodies = {}
    for language in LANGUAGES:
        catalogue = translations(language)
        bodies[language, "html"] = render.html(made.handover, catalogue, settings.site.zone)
        bodies[language, "text"] = render.text(made.handover, catalogue, settings.site.zone)
    return Rendered(made, bodies)


def _archive(settings: Settings, rendered: Rendered, now: datetime, upto: datetime | None, tx: Connection) -> Archived:
    made = rendered.draft
    head = made.handover.head
    archived = handovers.add(
        tx,
        Archived(
            shift=made.shift.id,
            revision=head.revision,
            start=made.shift.start,
            end=made.shift.end,
            built_at=now,
            after_event=head.after_event,
            upto_event=head.upto_event,
            document=to_json(made.handover),
        ),
        rendered.bodies,
    )
    if upto is not None:
        records.put(tx, key=CURSOR, value=upto.isoformat())
    summary = Message(_("handover report {number} of {shift}"), {"number": archived.id, "shift": made.shift.title})
    data = {"handover": archived.id, "shift": made.shift.id}
    events.add(tx, Entry(EventKind.HANDOVER, now, now, summary=summary, data=data))
    for name in report.recipients(settings, made.shift):
        person = settings.people.get(name)
        if person is not None and person.mail:
            outbox.add(tx, letter_for_report(settings, person, archived, made.handover, rendered.bodies, now))
    return archived
