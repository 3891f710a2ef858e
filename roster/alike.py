"""What is the same many times in a report and told once: a change on three hundred devices is one thing to hand over.

The report itself has each by itself; this is how it is laid out for people.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, TypeVar

from roster.stretches import stretches
from roster.together import together

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence
    from datetime import datetime

    from roster.facts import Fault, Unapproved
    from roster.phrase import Phrase
    from roster.report import FaultEntry
    from roster.report_wording import ReportWording

T = TypeVar("T")

_NUMBER = re.compile("[0-9]{1,18}")
MANY = 5
"""From so many on they are told together."""


def standing(entries: Iterable[FaultEntry]) -> tuple[tuple[FaultEntry, ...], ...]:
    """Put together the open faults of which there is the same to say, each group where the first of them stands."""
    return together(entries, _as_it_stands, MANY)


def events(entries: Iterable[FaultEntry]) -> tuple[tuple[FaultEntry, ...], ...]:
    """Put together the faults of a shift of which there is the same to say."""
    return together(entries, _as_an_event, MANY)


def unapproved(items: Iterable[Unapproved]) -> tuple[tuple[Unapproved, ...], ...]:
    """Put together what happened without approval in the same way, and was judged in the same way."""
    return together(items, _as_judged, MANY)


def shown(groups: Iterable[Sequence[T]]) -> int:
    """Return how many there are in some groups."""
    return sum(len(each) for each in groups)


def title(say: ReportWording, entries: Sequence[FaultEntry]) -> str:
    """Return on how many devices there is the same."""
    return _on(say, len({entry.fault.device for entry in entries}))


def names(say: ReportWording, entries: Sequence[FaultEntry], most: int) -> str:
    """Return the devices, in the report every one: who takes over takes each of them over."""
    told = {" ".join(filter(None, say.device(entry.fault))) for entry in entries}
    return say.listed(sorted(told, key=_natural), most=most)


def numbers(entries: Iterable[FaultEntry]) -> str:
    """Return the numbers of the faults as they are typed: `F13-211`."""
    return " ".join(f"F{each}" for each in stretches(entry.fault.id for entry in entries))


def since(entries: Iterable[FaultEntry]) -> datetime:
    """Return when the first of them was opened."""
    return min(entry.fault.opened for entry in entries)


def until(entries: Iterable[FaultEntry]) -> datetime | None:
    """Return when the last of them was closed; None where they are still open."""
    closed = [entry.fault.closed for entry in entries if entry.fault.closed is not None]
    return max(closed, default=None)


def told_unapproved(say: ReportWording, items: Iterable[Unapproved], most: int) -> tuple[str, ...]:
    """Return what happened without approval, the same on many devices in one sentence that names so many of them."""
    return tuple(
        _of_many(say, group, most) if len(group) > 1 else say.unapproved(group[0]) for group in unapproved(items)
    )


def _of_many(say: ReportWording, group: Sequence[Unapproved], most: int) -> str:
    first, devices = group[0], sorted({each.device for each in group}, key=_natural)
    own = " ".join(f"{first.mark}{each}" for each in stretches(each.number for each in group))
    at = tuple(each.at for each in group)
    what = say.labelled(_on(say, len(devices)), say.said(first.what))
    when = say.span(min(at), max(at)) if say.when(min(at)) != say.when(max(at)) else say.when(min(at))
    told = say.noted(say.clauses(what, when), say.judged(first))
    return say.statements(told, say.listed(devices, most=most), own)


def _on(say: ReportWording, count: int) -> str:
    return say.ngettext("the same on {n} device", "the same on {n} devices", count)


def _natural(name: str) -> tuple[tuple[str, ...], tuple[int, ...], str]:
    """Order names as people look for them: `sw-9` before `sw-10`."""
    return tuple(_NUMBER.split(name)), tuple(map(int, _NUMBER.findall(name))), name


def _as_it_stands(entry: FaultEntry) -> Hashable | None:
    if entry.hidden or entry.lost:
        return None
    return entry.worst, entry.age, _said(entry.fault)


def _as_an_event(entry: FaultEntry) -> Hashable | None:
    if entry.lost:
        return None
    fault = entry.fault
    is_over = fault.closed is not None
    return fault.severity, entry.opened_here, is_over, fault.root, fault.cause, fault.repair, _said(fault)


def _said(fault: Fault) -> Hashable:
    taken = fault.acknowledged
    by = (taken.by, taken.text, taken.until) if taken is not None else None
    notes = tuple((note.author, note.text) for note in fault.notes)
    return _sentence(fault.summary), fault.reopened, fault.affects, by, notes, fault.next_action, fault.phone


def _as_judged(each: Unapproved) -> Hashable:
    return _sentence(each.what), each.mark, each.entry, each.change, each.settled, each.text, each.by, each.verdict


def _sentence(phrase: Phrase) -> Hashable:
    return phrase.template, tuple(sorted((name, str(value)) for name, value in phrase.values.items()))
