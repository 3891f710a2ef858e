"""What there is to show for service: reports that were sent, targets that were reached, archives that are whole."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.audit.verifying import asked, verify
from netwatch.domain.availability import Share
from netwatch.domain.compliance import Evidence, Source
from netwatch.domain.period import PeriodKind, containing
from netwatch.domain.service_report import ReportState
from netwatch.errors import NetwatchError, StorageUnavailable
from netwatch.language import said, translations
from netwatch.report.letters import undelivered
from netwatch.report.service import scope_of
from netwatch.storage import retrospect, service
from roster.wall import wall

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.config.reports import DepartmentTable
    from netwatch.domain.period import Period
    from roster.spans import Span

GRACE = timedelta(days=7)
"""So long after a period its report may wait for a leader before it is missing."""
MOST = 5
"""So many things that are wrong with the audit log are named."""


def reports(tx: Connection, settings: Settings, whole: Span, now: datetime) -> Evidence:
    """Return the service reports of the periods that ended in a time: each must have been sent, and delivered."""
    refs: list[str] = []
    wanting: list[str] = []
    for table, period in _due(tx, settings, whole):
        found = service.of_period(tx, period.kind, table.name, period.span(settings.site.zone).start)
        sent = [each.id for each in found if each.state is ReportState.SENT]
        lost = undelivered(tx, table, sent[-1]) if sent else ()
        withheld = any(each.state is ReportState.WITHHELD for each in found)
        if sent and not lost:
            refs.append(f"#{sent[-1]}")
        elif lost:
            wanting.append(f"{table.name} {period.name}: {', '.join(lost)}")
        elif not withheld and now - period.span(settings.site.zone).end > GRACE:
            wanting.append(f"{table.name} {period.name}")
    return Evidence(Source.REPORTS, len(refs) + len(wanting), len(refs), tuple(wanting), tuple(refs))


def _due(tx: Connection, settings: Settings, whole: Span) -> Iterator[tuple[DepartmentTable, Period]]:
    """Yield the periods that ended in a time and of which there are records."""
    beginning = retrospect.beginning(tx)
    for table in settings.file.department:
        for kind in table.periods:
            for period in _ended(PeriodKind(kind), whole, settings):
                if beginning is not None and beginning < period.span(settings.site.zone).end:
                    yield table, period


def _ended(kind: PeriodKind, whole: Span, settings: Settings) -> Iterator[Period]:
    zone = settings.site.zone
    period = containing(kind, wall(whole.start, zone).date())
    while period.span(zone).end <= whole.end:
        if period.span(zone).end > whole.start:
            yield period
        period = containing(kind, period.until)


def targets(settings: Settings, told: Mapping[str, tuple[Share, int]]) -> Evidence:
    """Return the departments that something is known of: each must have had the availability agreed upon."""
    refs: list[str] = []
    wanting: list[str] = []
    for table in settings.file.department:
        share = sum((told[name][0] for name in scope_of(settings, table).devices), Share())
        if share.per_cent is not None:
            word = f"{table.name} {share.per_cent:.3f} % / {table.target:g} %"
            (refs if share.per_cent >= table.target else wanting).append(word)
    return Evidence(Source.TARGETS, len(refs) + len(wanting), len(refs), tuple(wanting), tuple(refs))


def audit_log(tx: Connection, settings: Settings) -> Evidence:
    """Return the events of the audit log, all of them: the log is verified as a whole or not at all."""
    catalogue = translations(settings.site.language)
    try:
        found = verify(tx, asked(settings))
    except StorageUnavailable:
        raise
    except NetwatchError as error:
        return Evidence(Source.AUDIT, 1, 0, (said(error.template, error.values, catalogue),))
    wanting = tuple(said(each.message.template, each.message.values, catalogue) for each in found.wrong[:MOST])
    return Evidence(Source.AUDIT, found.count, max(0, found.count - len(found.wrong)), wanting)


def archive(tx: Connection, whole: Span) -> Evidence:
    """Return the service reports kept, each against its digest; handovers have a command of their own for that."""
    found = service.ended(tx, whole.start, whole.end)
    refs = tuple(f"#{each.id}" for each in found if each.whole)
    return Evidence(
        Source.ARCHIVE, len(found), len(refs), tuple(f"#{each.id}" for each in found if not each.whole), refs
    )
