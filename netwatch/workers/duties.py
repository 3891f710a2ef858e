"""Every minute: what is overdue or missed, what rounds found, whom to remind, which sessions are near."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from netwatch.domain.duties import Fulfilment, Mark
from netwatch.domain.findings import Finding, fold
from netwatch.language import label
from netwatch.mail import duties as mails
from netwatch.mail.duties import Told
from netwatch.mail.office import office_of
from netwatch.storage import duties as entries
from netwatch.storage import identity, outbox
from netwatch.storage.agenda import Agenda
from netwatch.storage.events import Entry, EventKind
from netwatch.workers.duty_book import troubles
from netwatch.workers.minutely import every_minute
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.domain.duties import Standing
    from netwatch.storage.database import Database
    from netwatch.workers.observer import Observer
    from netwatch.workers.watched import Watched

BOOK = "duties"
NETWATCH = "netwatch"
"""Who enters that a missed one has lapsed."""
KNOWN = timedelta(days=400)
"""How far back it is looked for what was found out of order."""
LATE = timedelta(hours=1)
"""An escalation that should have left longer ago than this, while the service was off, leaves no more."""


@dataclass(frozen=True, slots=True)
class Survey:
    """What one look at the rows has found."""

    current: tuple[Standing, ...]
    lapsing: tuple[Standing, ...]
    fresh: tuple[Fulfilment, ...]
    """Entries since the last look."""
    unknown: tuple[str, ...]
    """Duties that were never seen before."""


class DutiesWorker:
    """A child of the TaskGroup."""

    def __init__(
        self, database: Database, watched: Watched, clock: Clock, observer: Observer, wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._observer = observer
        self._wake = wake
        self._findings: dict[str, Finding] = {}
        self._seen: int | None = None

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        await every_minute(self.look, self._clock, "cannot look at the duties")

    async def look(self, now: datetime) -> None:
        """Do once what is to be done now."""
        survey = await self._database.read(partial(self._survey, now=now))
        self._findings = fold(self._findings, survey.fresh)
        self._seen = max((each.id for each in survey.fresh), default=self._seen or 0)
        if survey.unknown or survey.lapsing:
            await self._database.write(partial(self._keep, survey, now))
        settings = self._watched.settings
        await self._observer.book(BOOK, troubles(settings, survey.current, self._findings.values()), now)
        await self._tell(survey.current, now)

    def _survey(self, tx: Connection, now: datetime) -> Survey:
        agenda = Agenda(tx, self._watched.settings, now)
        fresh = entries.since(tx, now - KNOWN) if self._seen is None else entries.after(tx, self._seen)
        unknown = tuple(duty.name for duty in agenda.duties if entries.taken_up(tx, duty.name) is None)
        return Survey(agenda.current(), agenda.lapsing(), fresh, unknown)

    def _keep(self, survey: Survey, now: datetime, tx: Connection) -> None:
        entries.take_up(tx, survey.unknown, now)
        language = self._watched.settings.site.language
        for standing in survey.lapsing:
            occurrence = standing.occurrence
            made = Fulfilment(occurrence.duty.name, occurrence.key, occurrence.scheduled, Mark.LAPSED, NETWATCH, now)
            values = {"duty": label(occurrence.duty.titles, language)}
            summary = Message(_("{duty}: it was missed, and nobody has said why in time"), values)
            data = {"duty": occurrence.duty.name, "occurrence": occurrence.key, "mark": made.mark.value}
            entries.add(tx, made, Entry(EventKind.DUTY, now, now, summary=summary, data=data))

    async def _tell(self, current: tuple[Standing, ...], now: datetime) -> None:
        """Remind, and escalate; what has been told is not told again."""
        office = office_of(self._watched.settings)
        wanted = [
            Told(notice, standing, person)
            for standing in current
            for notice in mails.notices(standing, now, LATE)
            for person in mails.readers(office, standing, notice, now)
        ]
        if not wanted:
            return
        keys = [told.key for told in wanted]
        known = {letter.key for letter in await self._database.read(partial(outbox.of_keys, keys=keys))}
        new = [told for told in wanted if told.key not in known]
        if new:
            await self._database.write(partial(self._write, new, now))
            self._wake()

    def _write(self, new: list[Told], now: datetime, tx: Connection) -> None:
        office, site = office_of(self._watched.settings), identity.of(tx)
        for told in new:
            outbox.add(tx, mails.letter_for_duty(office, site, told, now))
