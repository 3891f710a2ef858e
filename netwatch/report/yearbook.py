"""The year-book, read from the rows."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from netwatch.config.reports import DepartmentTable
from netwatch.domain.period import PeriodKind, containing
from netwatch.domain.yearbook import Bound, YearBook
from netwatch.report.compliance import compliance
from netwatch.report.counts import outcomes
from netwatch.report.filing import called
from netwatch.report.service import service_report
from netwatch.report.statistics import statistics
from netwatch.storage import retrospect, service
from roster.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings

ALL = 10_000
"""So many major faults are listed one by one."""


def yearbook(tx: Connection, settings: Settings, year: int, now: datetime) -> YearBook:
    """Return a year; of one that is not over, as far as it goes."""
    period, zone = containing(PeriodKind.YEAR, date(year, 1, 1)), settings.site.zone
    beginning = retrospect.beginning(tx) or now
    spans = {month: month.span(zone) for month in period.months}
    months = [month for month, span in spans.items() if span.start <= now and beginning < span.end]
    table, asked = centre(settings), period.span(zone)
    whole = Span(asked.start, max(asked.start, min(asked.end, now)))
    return YearBook(
        site=settings.site.name,
        year=year,
        built_at=now,
        whole=service_report(tx, settings, table, period, now, ALL),
        months=tuple(service_report(tx, settings, table, month, now, 0) for month in months),
        compliance=tuple(compliance(tx, settings, month, now) for month in months),
        statistics=statistics(tx, settings, period, table.respond_within, now),
        handovers=tuple(_handovers(tx, settings, whole, now)),
        reports=tuple(
            Bound(
                each.id,
                called(settings, each.scope, settings.site.language),
                each.start,
                each.end,
                each.state.title,
                each.digest,
            )
            for each in service.ended(tx, whole.start, whole.end)
        ),
    )


def centre(settings: Settings) -> DepartmentTable:
    """Return the department of everything: the configured one where there is one, for its targets, else a plain one."""
    found = (table for table in settings.file.department if not table.groups and not table.devices)
    return next(found, DepartmentTable.model_construct(name="", recipients=()))


def _handovers(tx: Connection, settings: Settings, whole: Span, now: datetime) -> Iterator[Bound]:
    for shift, became, revisions in outcomes(tx, settings, whole, now):
        for one in revisions:
            name = f"{shift.date} {shift.title}" + (f" ({one.revision})" if one.revision > 1 else "")
            yield Bound(one.number, name, one.start, one.end, became.title, one.digest)
