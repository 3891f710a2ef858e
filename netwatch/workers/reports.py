"""Every minute: which devices were seen, which service reports are due, released, or wait too long."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.availability import sighted
from netwatch.domain.period import PeriodKind, last_ended
from netwatch.domain.service_report import ReportState, from_json
from netwatch.errors import NetwatchError, StorageUnavailable
from netwatch.mail.office import leaders
from netwatch.report import filing
from netwatch.report.filing import By
from netwatch.report.letters import Notice, Paperwork, tell_leaders
from netwatch.report.service import service_report
from netwatch.storage import retrospect, service, sights
from netwatch.workers.minutely import every_minute

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator, Mapping

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.config.reports import DepartmentTable
    from netwatch.domain.period import Period
    from netwatch.domain.service_report import ServiceReport
    from netwatch.storage.database import Database
    from netwatch.workers.watched import Watched

log = structlog.get_logger()

SETTLES = timedelta(minutes=10)
"""How long after a period its report is drafted: until then last looks and late entries come in."""
REMINDS = timedelta(days=1)
"""How often the leaders are reminded of a draft."""
LEAST_PATIENCE = timedelta(minutes=3)
LOOKS = 3
"""After so many looks without a result nobody knows what a device was in between."""


class ReportsWorker:
    """A child of the TaskGroup."""

    def __init__(
        self,
        database: Database,
        watched: Watched,
        clock: Clock,
        wake: Callable[[], None],
        vouched: Callable[[datetime], Awaitable[object]] | None = None,
    ) -> None:
        """`vouched` verifies the audit log: what is wrong with it must be known before a report is made."""
        self._vouched = vouched
        self._database = database
        self._watched = watched
        self._clock = clock
        self._wake = wake
        self._stuck: set[int] = set()

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        await every_minute(self.look, self._clock, "cannot look at the service reports")

    async def look(self, now: datetime) -> None:
        """Do once what is to be done now."""
        settings = self._watched.settings
        await self._database.write(partial(see, settings))
        if not settings.file.department:
            return
        due = await self._database.read(partial(_due, settings, now))
        if due and self._vouched is not None:
            await self._vouched(now)
        for table, period in due:
            await self._draft(settings, table, period, now)
        for filed in await self._database.read(partial(service.standing, state=ReportState.RELEASED)):
            await self._send(settings, filed.id, now)
        if await self._database.write(partial(_remind, settings, now)):
            self._wake()

    async def _draft(self, settings: Settings, table: DepartmentTable, period: Period, now: datetime) -> None:
        """Draft a report. Whatever is wrong with one, the monitoring goes on."""
        try:
            report = await self._database.read(partial(_built, settings, table, period, now))
            await self._database.write(partial(_draft, settings, report, now))
        except StorageUnavailable:
            raise
        except Exception:
            log.exception("a service report cannot be drafted", department=table.name, period=period.name)
        else:
            self._wake()

    async def _send(self, settings: Settings, number: int, now: datetime) -> None:
        """Send a released report; what cannot be sent now stays released, and stands in the list."""
        try:
            await self._database.write(partial(filing.send, settings=settings, number=number, by=By(now)))
        except StorageUnavailable:
            raise
        except NetwatchError as error:
            if number not in self._stuck:
                log.warning("a service report cannot be sent", report=number, error=str(error))
            self._stuck.add(number)
        else:
            self._wake()


def see(settings: Settings, tx: Connection) -> None:
    """Write down until when each device was seen."""
    last, patience = sights.latest(tx), _patience(settings)
    found = (
        sighted(last.get(device), device, seen, patience[device])
        for device, seen in sights.looks(tx).items()
        if device in patience
    )
    sights.keep(tx, [each for each in found if each is not None])


def _patience(settings: Settings) -> Mapping[str, timedelta]:
    """Return how long after a look a device still counts as seen: by the check that looks least often."""
    found: dict[str, timedelta] = {}
    for check in settings.checks:
        if check.reachability:
            known = found.get(check.device, LEAST_PATIENCE)
            found[check.device] = max(known, LOOKS * check.every)
    return found


def _due(settings: Settings, now: datetime, tx: Connection) -> tuple[tuple[DepartmentTable, Period], ...]:
    """Return the reports that are due and were never drafted; of times before the first record there are none."""
    beginning = retrospect.beginning(tx)
    if beginning is None:
        return ()
    return tuple(
        (table, period)
        for table, period in _ended(settings, now)
        if beginning < period.span(settings.site.zone).end
        and not service.of_period(tx, period.kind, table.name, period.span(settings.site.zone).start)
    )


def _ended(settings: Settings, now: datetime) -> Iterator[tuple[DepartmentTable, Period]]:
    for table in settings.file.department:
        for kind in table.periods:
            yield table, last_ended(PeriodKind(kind), now - SETTLES, settings.site.zone)


def _built(settings: Settings, table: DepartmentTable, period: Period, now: datetime, tx: Connection) -> ServiceReport:
    return service_report(tx, settings, table, period, now)


def _draft(settings: Settings, report: ServiceReport, now: datetime, tx: Connection) -> None:
    """Keep a report, unless somebody has drafted one in the meantime."""
    start = report.period.span(settings.site.zone).start
    if not service.of_period(tx, report.kind, report.department, start):
        filing.draft(tx, settings, report, By(now))


def _remind(settings: Settings, now: datetime, tx: Connection) -> int:
    """Remind the leaders of drafts, once a day; return how many mails are new."""
    new = 0
    for filed in service.standing(tx, ReportState.DRAFT):
        turn = (now - filed.built_at) // REMINDS
        if turn > 0 and filed.whole:
            what = Paperwork(filed, from_json(filed.document))
            new += tell_leaders(tx, settings, leaders(settings, now), what, Notice.REMINDER, now, turn)
    return new
