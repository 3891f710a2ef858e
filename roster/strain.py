"""What a roster asks of people: double duty, duty while on leave, too little rest, too many nights in a row."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, time, timedelta
from itertools import combinations, groupby, pairwise
from typing import TYPE_CHECKING

from roster.findings import Check, Finding
from roster.layers import Post
from roster.phrase import Sentence
from roster.spans import Span, merge
from roster.wall import first_instant, utc, wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import date
    from zoneinfo import ZoneInfo

    from roster.cover import Shift
    from roster.findings import Leave, Standards

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_SMALL_HOURS = time(3)
_AT_HAND = frozenset({Post.LEADER, Post.SHADOW})
"""Posts that leave somebody their sleep."""


def _(text: str) -> str:
    """Mark a sentence for translation; it is translated where it is shown."""
    return text


def nightly(shift: Shift, zone: ZoneInfo) -> date | None:
    """Return the day whose small hours, three o'clock, a shift covers; none for a shift by day."""
    first = wall(shift.start, zone).date()
    for day in (first, first + _DAY):
        if first_instant(datetime.combine(day, _SMALL_HOURS), zone) in shift.span:
            return day
    return None


def double_duty(held: Iterable[Shift]) -> Iterator[Finding]:
    """Yield who has two shifts at one time; a shadow may."""
    for person, own in each_person(held):
        for one, other in combinations(own, 2):
            if one.span.meets(other.span) and one.post is not Post.SHADOW and other.post is not Post.SHADOW:
                both = one.span.within(other.span)
                values = {"person": person, "one": _named(one), "other": _named(other)}
                sentence = Sentence(_("{person} has two shifts at one time: {one} and {other}"), values)
                yield Finding(Check.DOUBLE, sentence, both.start, both.end, (person,), (one.id, other.id))


def on_leave(near: Iterable[Shift], leaves: Sequence[Leave]) -> Iterator[Finding]:
    """Yield who is on duty while they are away."""
    away: dict[str, list[Span]] = defaultdict(list)
    for leave in leaves:
        away[leave.person].append(Span(utc(leave.start), utc(leave.end)))
    for person, own in each_person(near):
        for shift in own:
            for span in away.get(person, ()):
                if span.meets(shift.span):
                    both = shift.span.within(span)
                    values = {"person": person, "shift": _named(shift)}
                    sentence = Sentence(_("{person} is on leave and on duty: {shift}"), values)
                    yield Finding(Check.LEAVE, sentence, both.start, both.end, (person,), (shift.id,))


def little_rest(held: Iterable[Shift], standards: Standards) -> Iterator[Finding]:
    """Yield who comes back too soon. Shifts that follow without a break are one; a leader on call may rest."""
    for person, own in each_person(shift for shift in held if shift.post not in _AT_HAND):
        spans = merge(shift.span for shift in own)
        for before, after in pairwise(spans):
            rest = after.start - before.end
            if rest < standards.least_rest:
                hours: dict[str, str | int | float] = {"person": person, "hours": round(rest / _HOUR, 1)}
                sentence = Sentence(_("{person} has only {hours:g} h of rest between two shifts"), hours)
                ids = tuple(shift.id for shift in own if before.end == shift.end or after.start == shift.start)
                yield Finding(Check.REST, sentence, before.end, after.start, (person,), ids)


def many_nights(held: Iterable[Shift], zone: ZoneInfo, standards: Standards) -> Iterator[Finding]:
    """Yield who has more nights in a row than they may."""
    for person, own in each_person(shift for shift in held if shift.post not in _AT_HAND):
        nights = {night: shift for shift in own if (night := nightly(shift, zone)) is not None}
        for _key, run in groupby(enumerate(sorted(nights)), key=lambda pair: pair[1].toordinal() - pair[0]):
            days = [day for _index, day in run]
            if len(days) > standards.most_nights:
                values: dict[str, str | int | float] = {"person": person, "n": len(days), "most": standards.most_nights}
                sentence = Sentence(_("{person} has {n} nights in a row, more than {most}"), values)
                ids = tuple(nights[day].id for day in days)
                yield Finding(Check.NIGHTS, sentence, nights[days[0]].start, nights[days[-1]].end, (person,), ids)


def without_address(near: Iterable[Shift], standards: Standards) -> Iterator[Finding]:
    """Yield who is on duty and cannot be told of anything."""
    for person, own in each_person(near):
        if not standards.reachable.get(person, True):
            sentence = Sentence(_("{person} has no mail address that works"), {"person": person})
            yield Finding(Check.ADDRESS, sentence, own[0].start, own[-1].end, (person,))


def each_person(held: Iterable[Shift]) -> Iterator[tuple[str, list[Shift]]]:
    """Yield each person with their shifts, by time."""
    own: dict[str, list[Shift]] = defaultdict(list)
    for shift in sorted(held, key=lambda shift: (shift.start, shift.id)):
        for person in shift.people:
            own[person].append(shift)
    yield from sorted(own.items())


def _named(shift: Shift) -> str:
    return f"{shift.title or shift.template} {shift.date}"
