"""Whose turn it is: shift templates, and rotations of people through them.

The arithmetic is stateless: turn = floor((wall(t) - wall(anchor)) / length) in the rotation's own zone,
the same for past, now and future, whatever the clocks did between.
"""

from __future__ import annotations

import re
from calendar import monthrange
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import Enum
from typing import TYPE_CHECKING, NamedTuple

from roster.calendar import ALL_KINDS, WEEK, Calendar, DayKind
from roster.spans import Span
from roster.wall import first_instant, instants, wall

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_WEEK = 7


class Unit(Enum):
    """What a turn is measured in."""

    OCCURRENCE = "occurrence"
    HOURS = "hours"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


class Counts(Enum):
    """Whether a day on which the template does not fall takes a turn."""

    ELIGIBLE = "eligible"
    CALENDAR = "calendar"


_BY_DAY = frozenset({Unit.OCCURRENCE, Unit.DAY})
_STEP = {
    Unit.OCCURRENCE: _DAY,
    Unit.HOURS: timedelta(hours=1),
    Unit.DAY: _DAY,
    Unit.WEEK: timedelta(days=_WEEK),
}


PLAIN = Calendar()
"""The calendar of a shift that was given none: weeks without holidays."""


class Hours(NamedTuple):
    """When a shift begins and ends by the clock on the wall; an end not after the start is on the next day."""

    start: time
    end: time


@dataclass(frozen=True, slots=True)
class Template:
    """A kind of shift: when it begins and ends by the clock on the wall, and on which days.

    It falls on days of these `kinds` and `weekdays` (Monday is 0), each of them all where none is named, by its
    `calendar`. `hours` has those kinds of day on which it begins and ends otherwise. An end not after the start
    is on the next day, so equal ones make 24 hours. `title` is shown as written.
    """

    code: str
    title: str
    start: time
    end: time
    weekdays: frozenset[int] | None = None
    kinds: frozenset[DayKind] | None = None
    hours: Mapping[DayKind, Hours] = field(default_factory=dict, hash=False)
    calendar: Calendar = PLAIN

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[\w.-]{1,40}", self.code):
            raise ValueError(f"shift template {self.code!r}: a code is letters, digits, '_', '.' and '-'")
        if any(shown.tzinfo for hours in ((self.start, self.end), *self.hours.values()) for shown in hours):
            raise ValueError(f"shift template {self.code}: times are those of the wall, without a zone")
        if self.weekdays is not None and not (self.weekdays and self.weekdays <= WEEK):
            raise ValueError(f"shift template {self.code}: weekdays are 0 (Monday) to 6 (Sunday), at least one")
        if self.kinds is not None and not self.kinds:
            raise ValueError(f"shift template {self.code}: it falls on no kind of day")

    def falls_on(self, day: date) -> bool:
        """Say whether a shift of this kind begins on that day."""
        if self.weekdays is not None and day.weekday() not in self.weekdays:
            return False
        return self.kinds is None or self.calendar.kind(day) in self.kinds

    def hours_on(self, day: date) -> Hours:
        """Return when it begins and ends on a day of that kind."""
        usual = Hours(self.start, self.end)
        return self.hours.get(self.calendar.kind(day), usual) if self.hours else usual

    @property
    def earliest(self) -> time:
        """The earliest time at which it begins on any kind of day: a rotation anchored there never loses a turn."""
        return min(self.start, *(hours.start for hours in self.hours.values())) if self.hours else self.start

    def occurrences(self, first: date, until: date) -> int:
        """Count the days in [first, until) on which it falls; negative when `until` is earlier."""
        if self.weekdays is None and self.kinds is None:
            return (until - first).days
        kinds = ALL_KINDS if self.kinds is None else self.kinds
        return self.calendar.count(kinds, first, until, WEEK if self.weekdays is None else self.weekdays)

    def span(self, day: date, zone: ZoneInfo) -> Span:
        """Return when the shift of that day is: 23 or 25 hours long, or empty, where the clocks change.

        Of a repeated time the start takes the first occurrence and the end the last.
        """
        return Span(self.begins(day, zone), self.ends(day, zone)[1])

    def begins(self, day: date, zone: ZoneInfo) -> datetime:
        """Return when the shift of that day begins."""
        return first_instant(datetime.combine(day, self.hours_on(day).start), zone)

    def ends(self, day: date, zone: ZoneInfo) -> tuple[datetime, datetime]:
        """Return when the shift of that day ends: where a successor begins at the same wall time, and else."""
        start, end = self.hours_on(day)
        return instants(datetime.combine(day if start < end else day + _DAY, end), zone)


@dataclass(frozen=True, slots=True)
class Rotation:
    """Groups of people who take turns, from an anchor on: a naive wall time of `zone`, where turn 0 begins.

    A turn lasts `length` units. Occurrences and days count only those on which the template falls
    (`Counts.ELIGIBLE`) or all (`Counts.CALENDAR`); hours, weeks and months are always those of the calendar.
    A month's turn that would begin on a day which the month lacks begins on its last day.
    Valid for shifts whose day is in [valid_from, valid_until); a joiner or leaver is a new rotation.
    """

    groups: tuple[tuple[str, ...], ...]
    anchor: datetime
    zone: ZoneInfo
    unit: Unit = Unit.OCCURRENCE
    length: int = 1
    counts: Counts = Counts.ELIGIBLE
    valid_from: date | None = None
    valid_until: date | None = None

    def __post_init__(self) -> None:
        if not self.groups:
            raise ValueError("a rotation needs at least one group of people")
        if self.anchor.tzinfo:
            raise ValueError("a rotation's anchor is a time of the wall, without an offset")
        if self.length < 1:
            raise ValueError(f"a turn lasts at least one {self.unit.value}, not {self.length}")

    def valid(self, day: date) -> bool:
        """Say whether shifts of that day follow this rotation."""
        begun = self.valid_from is None or self.valid_from <= day
        return begun and (self.valid_until is None or day < self.valid_until)

    def group(self, turn: int) -> tuple[str, ...]:
        """Return who has that turn; turns before the anchor are negative."""
        return self.groups[turn % len(self.groups)]

    def turn_of(self, template: Template, day: date) -> int:
        """Return the turn to which a shift belongs: the one that runs when it should begin, by the wall."""
        if self.unit not in _BY_DAY:
            return self._turn(datetime.combine(day, template.hours_on(day).start))
        begun = self.anchor.date()
        first = begun + (_DAY if template.hours_on(begun).start < self.anchor.time() else timedelta())
        counted = template.occurrences(first, day) if self.counts is Counts.ELIGIBLE else (day - first).days
        return counted // self.length

    def turn_at(self, instant: datetime) -> int:
        """Return the turn that runs at an instant, every day of the calendar counted."""
        turn = self._turn(wall(instant, self.zone))
        # In a repeated hour the wall falls behind a turn that has already begun.
        while self.begins(turn + 1) <= instant:
            turn += 1
        return turn

    def begins(self, turn: int) -> datetime:
        """Return the instant at which a turn begins, every day of the calendar counted."""
        return first_instant(self._shown(turn), self.zone)

    def turn_span(self, turn: int) -> Span:
        """Return when a turn runs: empty where a clock change skips it."""
        return Span(self.begins(turn), self.begins(turn + 1))

    def _turn(self, shown: datetime) -> int:
        if self.unit is not Unit.MONTH:
            return (shown - self.anchor) // (self.length * _STEP[self.unit])
        months = (shown.year - self.anchor.year) * 12 + shown.month - self.anchor.month
        turn = months // self.length
        return turn if self._shown(turn) <= shown else turn - 1

    def _shown(self, turn: int) -> datetime:
        if self.unit is not Unit.MONTH:
            return self.anchor + turn * self.length * _STEP[self.unit]
        months = self.anchor.year * 12 + self.anchor.month - 1 + turn * self.length
        year, month = divmod(months, 12)
        last = monthrange(year, month + 1)[1]
        return self.anchor.replace(year=year, month=month + 1, day=min(self.anchor.day, last))
