"""The handover report: what one shift hands to the next, built from facts and nothing else.

The same facts give the same report, any time later. Events are cut by their number, so that each is in
exactly one report, and what was open at one cut is in the next report with its age grown by one.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from roster.document import dumps, loads, normal
from roster.facts import Kept
from roster.report import Colour, FaultEntry, Handover, Head, Reason, State, TaskEntry

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from roster.cover import Shift
    from roster.facts import Facts, Fault, Outlook

FORMAT = 3
LATER: Mapping[int, frozenset[str]] = {
    2: frozenset({"performed", "environment", "records", "unapproved", "words", "stands"}),
    3: frozenset({"redundancy", "outlook"}),
}
"""What came with each format. An older report does not have it: its canonical JSON stays the one that was hashed."""
_MAIL_LATE = timedelta(minutes=5)
_CLOCK_OFF = 2.0
_RED = frozenset({Reason.BLIND, Reason.CRITICAL})
_NOT_KEPT = frozenset({Kept.MISSED, Kept.OVERDUE})
_NEVER = datetime.max.replace(tzinfo=UTC)


def build(shift: Shift, facts: Facts, previous: Handover | None = None) -> Handover:
    """Build the report of a shift; raise ValueError when its cut lies before the previous one's."""
    after = previous.head.upto_event if previous else facts.after_event
    if facts.upto_event < after:
        raise ValueError(f"event {facts.upto_event} was handed over already: the previous report goes to {after}")
    faults = _faults(facts, after, previous)
    report = Handover(
        format=FORMAT,
        head=_head(shift, facts, after, previous),
        state=_state(shift, facts, faults),
        faults=faults,
        tasks=_tasks(facts, previous),
        windows=tuple(sorted(facts.windows, key=lambda window: (window.start, window.end, window.title))),
        silences=tuple(sorted(facts.silences, key=lambda silence: (silence.since, silence.scope))),
        unseen=tuple(sorted(facts.unseen, key=lambda unseen: (unseen.sight.value, unseen.device))),
        flapping=tuple(sorted(facts.flapping, key=lambda flapping: (flapping.device, flapping.check))),
        mail=facts.mail,
        mails=tuple(
            sorted(
                (mail for mail in facts.mails if mail.event is None or after < mail.event <= facts.upto_event),
                key=lambda mail: (mail.at, mail.to, mail.subject),
            )
        ),
        log=tuple(
            sorted(
                (entry for entry in facts.log if after < entry.id <= facts.upto_event),
                key=lambda entry: (entry.occurred_at, entry.id),
            )
        ),
        monitoring=facts.monitoring,
        performed=tuple(sorted(facts.performed, key=lambda each: (each.due, each.key))),
        environment=tuple(sorted(facts.environment, key=lambda each: (each.good, sorted(each.names.items())))),
        records=tuple(sorted(facts.records, key=lambda each: (not each.overdue, each.due or _NEVER, each.number))),
        unapproved=tuple(sorted(facts.unapproved, key=lambda each: (each.settled, each.at, each.number))),
        words=tuple(sorted(facts.words, key=lambda each: (each.at, each.key))),
        stands=tuple(sorted(facts.stands, key=lambda each: (each.post.rank, each.person))),
        redundancy=tuple(sorted(facts.redundancy, key=lambda each: (each.since or _NEVER, each.away))),
        outlook=_outlook(facts.outlook),
    )
    return normal(report)


def _outlook(found: Outlook) -> Outlook:
    """Return the forecasts, the earliest first."""
    order = sorted(found.forecasts, key=lambda each: (each.reaches, each.device, each.what, each.item))
    return replace(found, forecasts=tuple(order))


def to_json(handover: Handover) -> str:
    """Return the report as canonical JSON, which is what is archived and hashed, in UTF-8."""
    if handover.format >= FORMAT:
        return dumps(handover)
    tree = json.loads(dumps(handover))
    if handover.format == 1:
        _forget_of_first(tree)
    later = frozenset[str]().union(*(names for number, names in LATER.items() if number > handover.format))
    kept = {name: part for name, part in tree.items() if name not in later}
    return json.dumps(kept, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":"))


def _forget_of_first(tree: dict[str, Any]) -> None:
    for task in tree["tasks"]:
        del task["task"]["what"]
    for entry in tree["log"]:
        for name in ("corrects", "replies_to", "corrected_by", "hidden"):
            del entry[name]


def from_json(text: str) -> Handover:
    """Return the report that was archived; raise `roster.document.BadDocument` when the text is none."""
    return loads(text, Handover)


def digest(handover: Handover) -> str:
    """Return the SHA-256 of the canonical JSON, in hexadecimal."""
    return hashlib.sha256(to_json(handover).encode()).hexdigest()


def _head(shift: Shift, facts: Facts, after: int, previous: Handover | None) -> Head:
    return Head(
        shift=shift.id,
        title=shift.title,
        date=shift.date,
        day_kind=facts.day_kind,
        post=shift.post,
        start=shift.start,
        end=shift.end,
        at=facts.at,
        revision=facts.revision,
        after_event=after,
        upto_event=facts.upto_event,
        previous=previous.head.shift if previous else "",
        previous_digest=facts.previous_digest,
        outgoing=tuple(sorted(facts.outgoing, key=lambda duty: duty.post.rank)),
        incoming=tuple(sorted(facts.incoming, key=lambda duty: duty.post.rank)),
        next_shift=facts.next_shift,
        next_start=facts.next_start,
        next_end=facts.next_end,
    )


def _state(shift: Shift, facts: Facts, faults: Iterable[FaultEntry]) -> State:
    open_now = {entry.worst.value for entry in faults if entry.open}
    holds = {
        Reason.BLIND: facts.monitoring.devices_total > 0 and facts.monitoring.devices_seen == 0,
        Reason.CRITICAL: "critical" in open_now,
        Reason.MAJOR: "major" in open_now,
        Reason.MONITORING: _monitoring_in_trouble(facts),
        Reason.UNAPPROVED: any(not each.settled and not each.entry for each in facts.unapproved),
        Reason.DUTIES: any(each.kept in _NOT_KEPT for each in facts.performed),
        Reason.RECORDS: any(each.overdue and each.open for each in facts.records),
        Reason.NOBODY_NEXT: all(duty.post is not shift.post for duty in facts.incoming),
    }
    reasons = tuple(reason for reason in Reason if holds[reason])
    colour = Colour.RED if _RED.intersection(reasons) else Colour.AMBER if reasons else Colour.GREEN
    return State(colour, reasons)


def _monitoring_in_trouble(facts: Facts) -> bool:
    monitoring, mail = facts.monitoring, facts.mail
    return (
        any(polls.late for polls in monitoring.polls)
        or monitoring.clock_synchronised is False
        or abs(monitoring.clock_offset or 0.0) >= _CLOCK_OFF
        or monitoring.backup_good is False
        or bool(monitoring.problems)
        or mail.given_up > 0
        or (mail.oldest is not None and facts.at - mail.oldest > _MAIL_LATE)
    )


def _faults(facts: Facts, after: int, previous: Handover | None) -> tuple[FaultEntry, ...]:
    """Return the faults of the report, the worst first; of equal ones those that nobody has taken, then the oldest."""
    before = {entry.fault.id: entry for entry in previous.faults if entry.open} if previous else {}
    found = {entry.fault.id: entry for fault in facts.faults for entry in _entry(fault, after, facts.upto_event)}
    aged = [replace(entry, age=before[key].age + 1) if key in before else entry for key, entry in found.items()]
    lost = [
        replace(entry, age=entry.age + 1, opened_here=False, lost=True)
        for key, entry in before.items()
        if key not in found and not entry.lost
    ]

    def order(entry: FaultEntry) -> tuple[bool, bool, int, bool, datetime, int]:
        fault = entry.fault
        explained = not entry.open and fault.root is not None  # what is over stands behind what explains it
        return not entry.open, explained, entry.worst.rank, fault.taken(facts.at), fault.opened, fault.id

    return tuple(sorted(_explained([*aged, *lost]), key=order))


def _entry(fault: Fault, after: int, upto: int) -> Iterator[FaultEntry]:
    """Yield the fault as it was at the cut, if it is of this report."""
    if fault.closed_event is not None and fault.closed_event > upto:
        fault = replace(fault, closed=None, closed_event=None)
    entry = FaultEntry(
        fault,
        open=fault.closed_event is None,
        opened_here=after < fault.opened_event <= upto,
        closed_here=fault.closed_event is not None and fault.closed_event > after,
    )
    if fault.opened_event <= upto and (entry.open or entry.opened_here or entry.closed_here):
        yield entry


def _explained(entries: list[FaultEntry]) -> Iterator[FaultEntry]:
    """Yield each fault with what stands behind it."""
    open_now = {entry.fault.id: entry for entry in entries if entry.open}
    behind_of: dict[int, list[FaultEntry]] = {}
    beneath: set[int] = set()
    for key, entry in open_now.items():
        if (top := _top(key, open_now)) != key:
            behind_of.setdefault(top, []).append(entry)
            beneath.add(key)
    for entry in entries:
        behind = behind_of.get(entry.fault.id, [])
        yield replace(
            entry,
            worst=min((each.fault.severity for each in [entry, *behind]), key=lambda severity: severity.rank),
            beneath=entry.fault.id in beneath,
            hidden=max(entry.fault.hidden, len(behind)),
            behind=tuple(sorted({each.fault.device for each in behind})),
        )


def _top(key: int, open_now: dict[int, FaultEntry]) -> int:
    """Return the open fault that explains this one in the end: itself where there is none, or only a circle."""
    seen = {key}
    top = key
    while (root := open_now[top].fault.root) is not None and root in open_now:
        if root in seen:
            return key
        seen.add(root)
        top = root
    return top


def _tasks(facts: Facts, previous: Handover | None) -> tuple[TaskEntry, ...]:
    """Return the tasks, the next due first."""
    before = {entry.task.key: entry for entry in previous.tasks} if previous else {}
    found = {task.key: TaskEntry(task) for task in facts.tasks}
    aged = [replace(entry, age=before[key].age + 1) if key in before else entry for key, entry in found.items()]

    def order(entry: TaskEntry) -> tuple[datetime, datetime, str]:
        task = entry.task
        return task.due or _NEVER, task.since, task.key

    return tuple(sorted(aged, key=order))
