"""A service report, read from the rows as of one moment."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from netwatch.domain.availability import Share
from netwatch.domain.model import BOOKS, Severity
from netwatch.domain.promptness import Course, repairs, responses
from netwatch.domain.service_report import (
    Available,
    FaultCount,
    Grave,
    ServiceReport,
    available,
    timing,
)
from netwatch.report.counts import duty_counts, handover_count, outcomes, register_counts
from netwatch.report.courses import courses
from netwatch.report.spent import maintenance, spent
from roster.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.config.reports import DepartmentTable
    from netwatch.domain.duties import Duty
    from netwatch.domain.period import Period

MOST_GRAVE = 50
"""So many faults stand in a report one by one, the worst and the newest."""
WORST_FIRST = tuple(reversed(Severity))


@dataclass(frozen=True, slots=True)
class Scope:
    """What a report is of: some devices, or everything; and what entries call the department."""

    devices: tuple[str, ...]
    everything: bool
    called: frozenset[str]

    def concerns(self, duty: Duty) -> bool:
        """Whether a duty is about these devices."""
        return self.everything or bool(duty.devices & set(self.devices))


def scope_of(settings: Settings, table: DepartmentTable) -> Scope:
    """Return what the reports of a department are of."""
    everything = not table.groups and not table.devices
    wanted = (
        name
        for name, device in settings.devices.items()
        if everything or name in table.devices or set(device.groups) & set(table.groups)
    )
    return Scope(tuple(wanted), everything, frozenset({table.name, *(table.title or {}).values()}))


def service_report(
    tx: Connection,
    settings: Settings,
    table: DepartmentTable,
    period: Period,
    now: datetime,
    most: int = MOST_GRAVE,
) -> ServiceReport:
    """Return a department's report of a period; of one that is not over, as far as it goes.

    Of the major faults so many as `most` stand in it one by one.
    """
    scope, asked = scope_of(settings, table), period.span(settings.site.zone)
    whole = Span(asked.start, max(asked.start, min(asked.end, now)))
    devices = None if scope.everything else frozenset(scope.devices)
    told = spent(tx, settings, scope.devices, whole)
    found = courses(tx, whole, maintenance(tx, settings, whole), devices)
    begun = [each for each in found.counting if each.fault.opened >= whole.start]
    told_of = [each for each in begun if each.fault.worst >= settings.file.mail.tell_from]
    return ServiceReport(
        site=settings.site.name,
        department=table.name,
        titles=_plain(table),
        kind=period.kind,
        first=period.first,
        until=period.until,
        start=whole.start,
        upto=whole.end,
        built_at=now,
        target=table.target,
        total=available("", "", sum((each for each, _n in told.values()), Share()), sum(n for _e, n in told.values())),
        response=timing(responses(told_of, table.respond_within, whole.end), table.respond_within),
        repair=timing(repairs(told_of, table.repair_within, whole.end), table.repair_within),
        devices=tuple(_devices(settings, told)),
        faults=fault_counts(found.counting, whole),
        behind=found.behind,
        planned=found.planned,
        graves=tuple(_graves(settings, found.counting, most)),
        duties=duty_counts(tx, settings, whole, now, scope.concerns),
        registers=register_counts(tx, settings, whole, now, devices, scope.called),
        handovers=handover_count(outcomes(tx, settings, whole, now)) if scope.everything else None,
    )


def _plain(table: DepartmentTable) -> Mapping[str, str]:
    return {str(language): title for language, title in (table.title or {}).items()} or {"en": table.name}


def _devices(settings: Settings, told: Mapping[str, tuple[Share, int]]) -> Iterable[Available]:
    """Yield each device, the least available first."""
    rows = [available(name, settings.devices[name].title or "", *each) for name, each in told.items()]
    return sorted(rows, key=lambda row: (_rank(row.share.per_cent), row.name))


def _rank(per_cent: float | None) -> float:
    return 101.0 if per_cent is None else per_cent


def fault_counts(found: Sequence[Course], whole: Span) -> tuple[FaultCount, ...]:
    """Count faults by how bad they became, the worst first."""
    return tuple(map(partial(_count, found, whole), WORST_FIRST))


def _count(found: Sequence[Course], whole: Span, severity: Severity) -> FaultCount:
    own = [each for each in found if each.fault.worst is severity]
    before = sum(each.fault.opened < whole.start for each in own)
    closed = sum(each.closed is not None for each in own)
    return FaultCount(severity.name.lower(), before, len(own) - before, closed, len(own) - closed)


def _graves(settings: Settings, found: Sequence[Course], most: int) -> Iterable[Grave]:
    grave = [each for each in found if each.fault.worst >= Severity.MAJOR]
    for each in sorted(grave, key=lambda one: (-one.fault.worst, -int(one.fault.id)))[:most]:
        fault = each.fault
        device = settings.devices.get(fault.subject.device)
        yield Grave(
            number=int(fault.id),
            device=fault.subject.device,
            title=(device.title or "") if device else BOOKS.get(fault.subject.device, ""),
            severity=fault.worst.name.lower(),
            what=fault.summary,
            opened=fault.opened,
            closed=each.closed,
            answered=each.answered,
        )
