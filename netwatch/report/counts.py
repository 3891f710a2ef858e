"""Duties, registers and handovers of a stretch of time, counted."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.config.duties import duties
from netwatch.config.registers import types
from netwatch.domain.duties import State, when
from netwatch.domain.handing_over import Outcome, outcome
from netwatch.domain.registers import EntryState, FieldKind
from netwatch.domain.service_report import DutyCount, HandoverCount, RegisterCount
from netwatch.report import ended
from netwatch.storage import registers, retrospect
from netwatch.storage.agenda import Agenda

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Sequence
    from zoneinfo import ZoneInfo

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.duties import Duty, Standing
    from netwatch.domain.registers import Entry, RegisterType
    from netwatch.storage.retrospect import HandedOver
    from roster.cover import Shift
    from roster.spans import Span

DEPARTMENT = "department"
"""The field by which an entry names a department."""
AROUND = timedelta(days=2)
"""Around a shift's end its report is looked for."""


def duty_counts(
    tx: Connection, settings: Settings, whole: Span, now: datetime, wanted: Callable[[Duty], bool]
) -> tuple[DutyCount, ...]:
    """Return what was due by now of each duty that is wanted, and what became of it."""
    agenda = Agenda(tx, settings, now)
    found = []
    for duty in duties(settings.file):
        if wanted(duty):
            due = [each for each in agenda.scheduled(whole.start, whole.end, duty) if _counts(each)]
            found.append(duty_count(duty, due, settings.site.zone))
    return tuple(found)


def _counts(standing: Standing) -> bool:
    """Whether it is due by now, or done already."""
    return standing.state not in {State.TO_COME, State.DUE}


def duty_count(duty: Duty, due: Sequence[Standing], zone: ZoneInfo) -> DutyCount:
    """Count how the occurrences of a duty fared."""
    states = [each.state for each in due]
    wanting = [each for each in due if each.state in {State.MISSED, State.OVERDUE}]
    return DutyCount(
        name=duty.name,
        titles=dict(duty.titles),
        due=len(due),
        done=states.count(State.DONE),
        late=states.count(State.LATE),
        excused=states.count(State.EXCUSED),
        missed=len(wanting),
        wanting=tuple(when(each.occurrence, zone) for each in wanting),
    )


def register_counts(
    tx: Connection,
    settings: Settings,
    whole: Span,
    now: datetime,
    devices: Collection[str] | None = None,
    department: Collection[str] = (),
) -> tuple[RegisterCount, ...]:
    """Return the entries of each register: all, or those that name one of some devices or the department."""
    by: dict[str, list[Entry]] = defaultdict(list)
    kinds = types(settings.file)
    for entry in registers.of(tx, None, whole.start, whole.end):
        kind = kinds.get(entry.register)
        if kind is not None and entry.state is not EntryState.DRAFT and _names(kind, entry, devices, department):
            by[entry.register].append(entry)
    at = min(now, whole.end)
    return tuple(_register(kind, by[name], whole, at, settings.site.zone) for name, kind in kinds.items() if by[name])


def _names(kind: RegisterType, entry: Entry, devices: Collection[str] | None, department: Collection[str]) -> bool:
    if devices is None:
        return True
    named = {entry.values.get(each.name, "") for each in kind.fields if each.kind is FieldKind.DEVICE}
    return bool(named & set(devices)) or entry.values.get(DEPARTMENT, "") in department


def _register(kind: RegisterType, found: Sequence[Entry], whole: Span, at: datetime, zone: ZoneInfo) -> RegisterCount:
    late = tuple(each.id for each in found if each.overdue(kind, at, zone))
    return RegisterCount(
        name=kind.name,
        titles=dict(kind.titles),
        written=sum(whole.start <= each.created < whole.end for each in found),
        ended=sum(each.closed is not None and whole.start <= each.closed < whole.end for each in found),
        standing=sum(each.state is EntryState.OPEN for each in found),
        overdue=len(late),
        entries=tuple(each.id for each in found),
        late=late,
    )


def outcomes(
    tx: Connection, settings: Settings, whole: Span, now: datetime
) -> tuple[tuple[Shift, Outcome, tuple[HandedOver, ...]], ...]:
    """Return what became of the handover of each shift of the first post that ended in a stretch of time.

    Left out are shifts before the first record, and those archived before there were signatures.
    """
    beginning = retrospect.beginning(tx) or now
    by: dict[str, list[HandedOver]] = defaultdict(list)
    for each in retrospect.handed_over(tx, whole.start - AROUND, whole.end + AROUND):
        by[each.shift].append(each)
    patience = settings.file.handover.remind_after
    signed = {shift for shift, found in by.items() if any(each.signed for each in found)}
    over = [
        each
        for each in ended(settings, max(whole.start, beginning), min(whole.end, now))
        if each.people and (each.id in signed or each.id not in by)
    ]
    return tuple((each, _outcome(by.get(each.id, []), each.end, patience), tuple(by.get(each.id, ()))) for each in over)


def _outcome(revisions: Sequence[HandedOver], ends: datetime, patience: timedelta) -> Outcome:
    return outcome([[each.signature for each in one.signed] for one in revisions], ends, patience)


def handover_count(found: Sequence[tuple[Shift, Outcome, tuple[HandedOver, ...]]]) -> HandoverCount:
    """Count what became of handovers. One that was accepted late was accepted."""
    told = [each[1] for each in found]
    return HandoverCount(
        shifts=len(told),
        accepted=told.count(Outcome.ACCEPTED) + told.count(Outcome.LATE),
        late=told.count(Outcome.LATE),
        lapsed=told.count(Outcome.LAPSED),
        waiting=told.count(Outcome.WAITING),
        missing=told.count(Outcome.MISSING),
    )
