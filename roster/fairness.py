"""How evenly duty is shared, and who should come next: hours, nights, weekends, holidays, person by person."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from itertools import combinations
from typing import TYPE_CHECKING

from roster.calendar import DayKind
from roster.cover import shifts
from roster.layers import Post
from roster.spans import Span
from roster.strain import nightly
from roster.wall import first_instant, utc, wall

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence

    from roster.cover import Roster, Shift
    from roster.layers import Slot

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
_ALL = 100
_EVEN = 95
"""From how many per cent on duty counts as evenly shared: hours never divide without a rest."""

SHARED = (Post.PRIMARY, Post.SECOND)
"""The posts that people take turns at."""
SPRING_FESTIVAL = ("Spring Festival", "春节")
NATIONAL_DAY = ("National Day", "国庆")
"""What a holiday's name contains, in the words of libraries and of notices."""


@dataclass(frozen=True, slots=True)
class Share:
    """One person's part of a stretch of duty. Hours are real ones; a shift counts for the day on which it begins.

    `spring_festivals` and `national_days` are years in which they had duty then. `overload` is how many per cent
    above the mean their hours are, 0 where duty is evenly shared. `last` and `next` are shifts around `now`.
    """

    person: str
    shifts: int = 0
    hours: float = 0.0
    nights: int = 0
    weekends: int = 0
    holidays: int = 0
    holiday_hours: float = 0.0
    spring_festivals: tuple[int, ...] = ()
    national_days: tuple[int, ...] = ()
    overload: int = 0
    last: Shift | None = None
    next: Shift | None = None


@dataclass(frozen=True, slots=True)
class Fairness:
    """How evenly a stretch is shared: `balance` and `coverage` in per cent, `total` their mean."""

    shares: tuple[Share, ...]
    balance: int
    coverage: int
    total: int


@dataclass(frozen=True, slots=True)
class Candidate:
    """Somebody who could come, and why before others: never served, or how long ago; rested; holiday hours so far."""

    person: str
    last: datetime | None
    rested: bool
    holiday_hours: float = 0.0


@dataclass(slots=True)
class _Tally:
    """What is counted so far."""

    shifts: list[Shift] = field(default_factory=list)
    nights: set[date] = field(default_factory=set)
    weekends: int = 0
    holidays: int = 0
    holiday_hours: float = 0.0
    spring: set[int] = field(default_factory=set)
    national: set[int] = field(default_factory=set)


def fairness(
    roster: Roster,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    people: Iterable[str] = (),
    posts: Collection[Post] = SHARED,
) -> Fairness:
    """Return how [start, end) is shared among those who have duty in it, and `people` who may have none."""
    asked = Span(utc(start), utc(end))
    held = [each for each in shifts(roster, start, end) if each.post in posts and each.start in asked]
    tallies: dict[str, _Tally] = {person: _Tally() for person in people}
    for shift in held:
        for person in shift.people:
            _count(tallies.setdefault(person, _Tally()), shift, roster)
    hours = {person: _hours(tally.shifts) for person, tally in tallies.items()}
    over = overload(hours)
    shares = tuple(_share(person, tally, utc(now), over.get(person, 0)) for person, tally in sorted(tallies.items()))
    covered = coverage(held, asked)
    return Fairness(shares, balance(hours), covered, score(covered, hours))


def balance(hours: Mapping[str, float]) -> int:
    """Return how alike people's hours are, in per cent: the mean, over all pairs, of the lesser to the greater.

    From 95 on it is 100: hours never divide without a rest.
    """
    pairs = list(combinations(hours.values(), 2))
    if not pairs:
        return _ALL
    alike = sum(min(pair) / max(pair) if max(pair) else 1.0 for pair in pairs) / len(pairs)
    percent = round(alike * _ALL)
    return _ALL if percent >= _EVEN else percent


def overload(hours: Mapping[str, float]) -> dict[str, int]:
    """Return by how many per cent somebody's hours exceed the mean, for those whose do; nobody's where all is even."""
    mean = sum(hours.values()) / len(hours) if hours else 0.0
    if not mean or balance(hours) == _ALL:
        return {}
    above = {person: round(own / mean * _ALL) - _ALL for person, own in hours.items()}
    return {person: percent for person, percent in above.items() if percent > 0}


def score(covered: float, hours: Mapping[str, float]) -> int:
    """Return one figure for a roster, in per cent: half for its coverage, half for its balance; 0 for an empty one."""
    return round((covered + balance(hours)) / 2) if hours else 0


def coverage(held: Iterable[Shift], asked: Span) -> int:
    """Return how much of a stretch somebody has duty, in per cent; shifts side by side count once."""
    total, reached = timedelta(), asked.start
    for shift in sorted((each for each in held if each.people), key=lambda each: each.start):
        begin, until = max(shift.start, reached), min(shift.end, asked.end)
        total += max(until - begin, timedelta())
        reached = max(reached, until)
    return round(total / (asked.end - asked.start) * _ALL) if asked.start < asked.end else _ALL


def pick(people: Iterable[str], busy: Collection[str], last: Mapping[str, date | datetime]) -> str | None:
    """Return whose turn it is by fairness alone: not the busy; who never served first, then the longest ago."""
    free = sorted(person for person in people if person not in busy)
    never = [person for person in free if person not in last]
    return never[0] if never else min(free, key=lambda person: (last[person].isoformat(), person), default=None)


def takers(roster: Roster) -> frozenset[str]:
    """Return who takes turns at all, leaders on call and shadows aside: whoever never does is no fair choice."""
    layers = (layer for layer in roster.layers if layer.post in SHARED)
    return frozenset(name for layer in layers for group in layer.rotation.groups for name in group)


def suggest(
    roster: Roster,
    slot: Slot | Shift,
    people: Iterable[str],
    *,
    away: Collection[str] = (),
    least_rest: timedelta = timedelta(hours=8),
    behind: timedelta = timedelta(days=366),
    ahead: timedelta = timedelta(days=31),
) -> tuple[Candidate, ...]:
    """Return who could take a shift, the fairest first; the busy and those on leave (`away`) are left out.

    First those who are rested before and after it, then those who never served for that post, then the longest
    since, then the fewest hours on holidays. `behind` and `ahead` are how far duty before and after is looked at.
    """
    span = slot.span
    around = shifts(roster, span.start - max(behind, least_rest), span.end + max(ahead, least_rest))
    own: dict[str, list[Shift]] = defaultdict(list)
    for shift in around:
        for person in shift.people:
            if shift.post is not Post.SHADOW:
                own[person].append(shift)
    wide = Span(span.start - least_rest, span.end + least_rest)
    out = {*away, *slot.people}
    found = [
        _candidate(person, own[person], slot, wide, roster)
        for person in sorted(set(people) - out)
        if not any(shift.span.meets(span) for shift in own[person])
    ]
    return tuple(sorted(found, key=_standing))


def _candidate(person: str, own: Sequence[Shift], slot: Slot | Shift, wide: Span, roster: Roster) -> Candidate:
    served = [shift.end for shift in own if shift.post is slot.post and shift.end <= slot.span.start]
    tired = any(shift.span.meets(wide) and shift.post is not Post.LEADER for shift in own)
    holiday = _hours([shift for shift in own if roster.calendar.kind(shift.date) is DayKind.STATUTORY])
    return Candidate(person, max(served, default=None), not tired, holiday)


def _standing(candidate: Candidate) -> tuple[bool, bool, str, float, str]:
    last = candidate.last.isoformat() if candidate.last else ""
    return not candidate.rested, candidate.last is not None, last, candidate.holiday_hours, candidate.person


def _count(tally: _Tally, shift: Shift, roster: Roster) -> None:
    day = roster.calendar.day(shift.date)
    tally.shifts.append(shift)
    if (night := nightly(shift, roster.zone)) is not None:
        tally.nights.add(night)
    if shift.date.weekday() in roster.calendar.weekend:
        tally.weekends += 1
    if day.kind is DayKind.STATUTORY:
        tally.holidays += 1
    tally.holiday_hours += _holiday_hours(shift, roster)
    for names, years in ((SPRING_FESTIVAL, tally.spring), (NATIONAL_DAY, tally.national)):
        if day.kind is DayKind.STATUTORY and any(name in day.name for name in names):
            years.add(day.date.year)


def _holiday_hours(shift: Shift, roster: Roster) -> float:
    """Return how much of a shift really lies on holidays: a night reaches into the next day."""
    total, day = timedelta(), wall(shift.start, roster.zone).date()
    while True:
        start, end = (first_instant(datetime.combine(each, time()), roster.zone) for each in (day, day + _DAY))
        if start >= shift.end:
            return total / _HOUR
        if roster.calendar.kind(day) is DayKind.STATUTORY:
            total += max(min(end, shift.end) - max(start, shift.start), timedelta())
        day += _DAY


def _share(person: str, tally: _Tally, now: datetime, over: int) -> Share:
    past = [shift for shift in tally.shifts if shift.start <= now]
    coming = [shift for shift in tally.shifts if shift.start > now]
    return Share(
        person=person,
        shifts=len({shift.slot for shift in tally.shifts}),
        hours=round(_hours(tally.shifts), 2),
        nights=len(tally.nights),
        weekends=tally.weekends,
        holidays=tally.holidays,
        holiday_hours=round(tally.holiday_hours, 2),
        spring_festivals=tuple(sorted(tally.spring)),
        national_days=tuple(sorted(tally.national)),
        overload=over,
        last=max(past, key=lambda shift: shift.start, default=None),
        next=min(coming, key=lambda shift: shift.start, default=None),
    )


def _hours(held: Iterable[Shift]) -> float:
    return sum((shift.end - shift.start) / _HOUR for shift in held)
