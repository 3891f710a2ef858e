"""The evidence for each clause of the regulation, read from the rows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.duties import duties
from netwatch.config.registers import types
from netwatch.domain.approval import Verdict
from netwatch.domain.compliance import Compliance, Evidence, Source, judged
from netwatch.domain.handing_over import Outcome
from netwatch.domain.model import Severity
from netwatch.domain.period import PeriodKind, containing
from netwatch.domain.regulation import SHIPPED, Clause, clauses
from netwatch.language import translations
from netwatch.report.counts import duty_counts, outcomes, register_counts
from netwatch.report.courses import courses
from netwatch.report.drift_evidence import baselines_in_force, drift
from netwatch.report.service_evidence import archive, audit_log, reports, targets
from netwatch.report.spent import maintenance, spent
from netwatch.storage import deeds, discrepancies, retrospect, sights
from netwatch.storage import roster as rosters
from roster.spans import Span

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.config.reports import ClauseTable
    from netwatch.domain.availability import Share
    from netwatch.domain.model import Window
    from netwatch.domain.period import Period
    from netwatch.domain.service_report import DutyCount, RegisterCount

BLIND = 0.5
"""A device that nobody saw for more than this part of the time was not watched."""
OVER = frozenset({Outcome.ACCEPTED, Outcome.LATE})
PENDING = frozenset({Outcome.WAITING, Outcome.MISSING})


def compliance(tx: Connection, settings: Settings, period: Period, now: datetime) -> Compliance:
    """Return how the regulation stands in a period; of one that is not over, as far as it goes."""
    # Before anything else is read: see `verify`.
    audited = audit_log(tx, settings)
    asked = period.span(settings.site.zone)
    end = max(asked.start, min(asked.end, now))
    # Of a time before the first record nothing can be missing.
    whole = Span(max(asked.start, min(retrospect.beginning(tx) or end, end)), end)
    evidence = (*_evidence(tx, settings, period, whole, now), audited)
    named = {clause for each in evidence for clause in each.clauses}
    own = settings.file.clause
    absent = {each.name for each in own if not each.enabled}
    shipped = (Clause(name, _both(title)) for name, title in SHIPPED.items() if name not in absent)
    written = (Clause(each.name, _plain(each)) for each in own if each.enabled)
    return Compliance(
        site=settings.site.name,
        kind=period.kind,
        first=period.first,
        until=period.until,
        upto=whole.end,
        built_at=now,
        lines=judged(clauses(shipped, written, named - absent), evidence),
    )


def _both(title: str) -> Mapping[str, str]:
    return {"en": title, "zh_CN": translations("zh_CN").gettext(title)}


def _plain(table: ClauseTable) -> Mapping[str, str]:
    return {str(language): title for language, title in (table.title or {}).items()}


def _evidence(tx: Connection, settings: Settings, period: Period, whole: Span, now: datetime) -> Iterator[Evidence]:
    windows = maintenance(tx, settings, whole)
    told = spent(tx, settings, tuple(settings.devices), whole)
    yield _watched(settings, told, sights.first(tx), whole)
    yield _handovers(tx, settings, whole, now)
    yield from _roster(tx, settings, period, whole)
    yield _faults(tx, whole, windows)
    yield _unapproved(tx, whole)
    if settings.collects:
        yield baselines_in_force(tx, settings, whole)
        yield drift(tx, whole)
    if settings.file.department:
        yield reports(tx, settings, whole, now)
        yield targets(settings, told)
    acts = deeds.counted(tx, whole.start, whole.end)
    yield Evidence(Source.JOURNAL, acts, acts)
    yield archive(tx, whole)
    for duty in duty_counts(tx, settings, whole, now, lambda one: bool(one.clauses)):
        yield _duty(settings, duty)
    entered = {each.name: each for each in register_counts(tx, settings, whole, now)}
    for name, kind in types(settings.file).items():
        if kind.clauses:
            yield _register(name, kind.titles, kind.clauses, entered.get(name))


def _watched(
    settings: Settings, told: Mapping[str, tuple[Share, int]], first: Mapping[str, datetime], whole: Span
) -> Evidence:
    """Return the devices that were looked at for most of the time since they were first seen."""
    pinged = {check.device for check in settings.checks if check.reachability and whole.start < whole.end}
    blind = tuple(sorted(name for name in pinged if _blind(told[name][0], first.get(name), whole)))
    return Evidence(Source.WATCH, len(pinged), len(pinged) - len(blind), blind)


def _blind(share: Share, first: datetime | None, whole: Span) -> bool:
    since = whole.end if first is None else max(whole.start, min(first, whole.end))
    unknown = share.unknown - (since - whole.start)
    return first is None or unknown > BLIND * (whole.end - since)


def _handovers(tx: Connection, settings: Settings, whole: Span, now: datetime) -> Evidence:
    found = outcomes(tx, settings, whole, now)
    waits = now - settings.file.handover.lapse_after
    due = [each for each in found if each[1] not in PENDING or each[0].end < waits]
    wanting = tuple(f"{shift.date} {shift.title}" for shift, what, _revisions in due if what not in OVER)
    refs = tuple(f"#{one.number}" for _shift, what, revisions in due if what in OVER for one in revisions[-1:])
    return Evidence(Source.HANDOVERS, len(due), len(refs), wanting, refs)


def _roster(tx: Connection, settings: Settings, period: Period, whole: Span) -> Iterator[Evidence]:
    if not settings.file.rotation or not settings.file.roster.published:
        return
    if whole.start == whole.end:
        return
    asked = period.months or (containing(PeriodKind.MONTH, period.first),)
    spans = {month.name: month.span(settings.site.zone) for month in asked}
    months = [name for name, span in spans.items() if whole.start < span.end and span.start < whole.end]
    published = rosters.published(tx)
    refs = tuple(month for month in months if month in published)
    yield Evidence(Source.ROSTER, len(months), len(refs), tuple(m for m in months if m not in published), refs)


def _faults(tx: Connection, whole: Span, windows: tuple[Window, ...]) -> Evidence:
    """Return the major faults: each must have been taken up by somebody, or be over."""
    found = [each for each in courses(tx, whole, windows).counting if each.fault.worst >= Severity.MAJOR]
    wanting = tuple(f"F{each.fault.id}" for each in found if each.answered is None and each.closed is None)
    refs = tuple(f"F{each.fault.id}" for each in found if each.answered is not None or each.closed is not None)
    return Evidence(Source.FAULTS, len(found), len(refs), wanting, refs)


def _unapproved(tx: Connection, whole: Span) -> Evidence:
    """Return what nobody had approved: each must have been judged by a leader, and be no incident."""
    found = [each for each in discrepancies.during(tx, whole.start, whole.end) if each.verdict is not Verdict.EXPLAINED]
    bad = {Verdict.OPEN, Verdict.INCIDENT}
    wanting = tuple(f"U{each.id} {each.happened.device}" for each in found if each.verdict in bad)
    refs = tuple(f"U{each.id}" for each in found if each.verdict not in bad)
    return Evidence(Source.UNAPPROVED, len(found), len(refs), wanting, refs)


def _duty(settings: Settings, found: DutyCount) -> Evidence:
    duty = next(each for each in duties(settings.file) if each.name == found.name)
    done = found.done + found.late + found.excused
    return Evidence(
        Source.DUTY, found.due, done, found.wanting, (), found.name, dict(found.titles), tuple(duty.clauses)
    )


def _register(name: str, titles: Mapping[str, str], serves: tuple[str, ...], found: RegisterCount | None) -> Evidence:
    if found is None:
        return Evidence(Source.REGISTER, 0, 0, (), (), name, dict(titles), serves)
    refs = tuple(f"#{number}" for number in found.entries)
    late = tuple(f"#{number}" for number in found.late)
    return Evidence(Source.REGISTER, len(refs), len(refs) - len(late), late, refs, name, dict(titles), serves)
