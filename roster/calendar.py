"""Which days are worked, rested and celebrated, and how many of them lie between two days.

A year whose days nobody has told is one of plain weeks: the calendar never leaves a question unanswered,
and `Calendar.status` says how much an answer is worth.
"""

from __future__ import annotations

from bisect import bisect_left
from dataclasses import dataclass, field
from datetime import date, timedelta
from enum import Enum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator, Mapping

    Date = date
    _Sums = tuple[frozenset[int], list[int], list[int]]

_DAY = timedelta(days=1)
_WEEK = 7
_FURTHEST = 366
WEEK = frozenset(range(_WEEK))

FIXED = {"CN": ((1, 1), (5, 1), (10, 1))}
"""Month and day of holidays that are the same every year: without them a year's arrangement is not whole."""


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


class DayKind(Enum):
    """What a day is to those who work. Every day of a public holiday's break is statutory."""

    WORKDAY = "workday"
    REST = "rest day"
    STATUTORY = "statutory"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]


_TITLES = {
    DayKind.WORKDAY: _("working day"),
    DayKind.REST: _("rest day"),
    DayKind.STATUTORY: _("statutory holiday"),
}
ALL_KINDS = frozenset(DayKind)


class Source(Enum):
    """Who says what a day is; a later one wins over those before it."""

    COMPUTED = "computed"
    LIBRARY = "library"
    IMPORT = "import"
    LOCAL = "local"


_WEIGHTS = {source.value: weight for weight, source in enumerate(Source)}
_OFFICIAL = frozenset({Source.LIBRARY, Source.IMPORT})


class YearStatus(Enum):
    """How much is known of a year."""

    OFFICIAL = "official"
    PROVISIONAL = "provisional"
    MISSING = "missing"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STATUS_TITLES[self]


_STATUS_TITLES = {
    YearStatus.OFFICIAL: _("official"),
    YearStatus.PROVISIONAL: _("provisional"),
    YearStatus.MISSING: _("not known"),
}


@dataclass(frozen=True, slots=True)
class Day:
    """What is said of one day. `replaces` is the day off for which a make-up working day is worked (调休)."""

    date: Date
    kind: DayKind
    name: str = ""
    replaces: Date | None = None
    source: str = ""

    @property
    def make_up(self) -> bool:
        """Whether it is a working day on a weekend."""
        return self.kind is DayKind.WORKDAY and self.date.weekday() >= _WEEK - 2

    @property
    def title(self) -> str:
        """What people call such a day, to be translated."""
        return _("make-up working day") if self.make_up else self.kind.title


@dataclass(frozen=True, slots=True)
class Calendar:
    """The days of which something is said; every other one follows from its weekday (Monday is 0).

    `years` says what is known of a year where the days' sources do not: a year whose holidays are all
    computed is provisional, one told by a library or a file is official once its `FIXED` days are there.
    """

    days: Mapping[date, Day] = field(default_factory=dict, hash=False)
    weekend: frozenset[int] = frozenset({5, 6})
    country: str = "CN"
    years: Mapping[int, YearStatus] = field(default_factory=dict, hash=False)
    _sums: dict[tuple[frozenset[DayKind], frozenset[int]], _Sums] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def kind(self, day: date) -> DayKind:
        """Return what a day is."""
        known = self.days.get(day)
        return self._usual(day.weekday()) if known is None else known.kind

    def day(self, day: date) -> Day:
        """Return what is known of a day; of most only their weekday is."""
        return self.days.get(day) or Day(day, self._usual(day.weekday()))

    def status(self, year: int) -> YearStatus:
        """Return how much is known of a year."""
        if year in self.years:
            return self.years[year]
        sources = {day.source for day in self.days.values() if day.date.year == year} - {Source.LOCAL.value}
        if sources & {source.value for source in _OFFICIAL} and self._whole(year):
            return YearStatus.OFFICIAL
        return YearStatus.PROVISIONAL if sources else YearStatus.MISSING

    def count(self, kinds: Collection[DayKind], first: date, until: date, weekdays: Collection[int] = WEEK) -> int:
        """Count the days in [first, until) of these kinds and weekdays; negative when `until` is earlier."""
        if until < first:
            return -self.count(kinds, until, first, weekdays)
        usual, ordinals, sums = self._corrections(frozenset(kinds), frozenset(weekdays))
        corrected = sums[bisect_left(ordinals, until.toordinal())] - sums[bisect_left(ordinals, first.toordinal())]
        return _weekdays(usual, first, until) + corrected

    def workdays(self, first: date, until: date) -> int:
        """Count the working days in [first, until)."""
        return self.count((DayKind.WORKDAY,), first, until)

    def next_workday(self, day: date) -> date:
        """Return the first working day after a day."""
        return self._nearest(day, _DAY)

    def previous_workday(self, day: date) -> date:
        """Return the last working day before a day."""
        return self._nearest(day, -_DAY)

    def between(self, first: date, until: date) -> Iterator[Day]:
        """Yield every day in [first, until)."""
        return (self.day(first + n * _DAY) for n in range((until - first).days))

    def _usual(self, weekday: int) -> DayKind:
        return DayKind.REST if weekday in self.weekend else DayKind.WORKDAY

    def _whole(self, year: int) -> bool:
        """Whether the holidays that are the same every year are told, not worked out: one imported day is no year."""
        fixed = (self.days.get(date(year, month, day)) for month, day in FIXED.get(self.country, ()))
        return all(
            day is not None and day.kind is DayKind.STATUTORY and day.source != Source.COMPUTED.value for day in fixed
        )

    def _nearest(self, day: date, step: timedelta) -> date:
        for _n in range(_FURTHEST):
            day += step
            if self.kind(day) is DayKind.WORKDAY:
                return day
        raise ValueError(f"there is no working day within a year of {day - _FURTHEST * step}")

    def _corrections(self, kinds: frozenset[DayKind], weekdays: frozenset[int]) -> _Sums:
        """Return the weekdays to count by, where that is wrong, and by how much up to there: worked out once."""
        key = kinds, weekdays
        if key not in self._sums:
            ordinals, sums = [], [0]
            for day in sorted(self.days):
                change = (self.kind(day) in kinds) - (self._usual(day.weekday()) in kinds)
                if change and day.weekday() in weekdays:
                    ordinals.append(day.toordinal())
                    sums.append(sums[-1] + change)
            usual = frozenset(weekday for weekday in weekdays if self._usual(weekday) in kinds)
            self._sums[key] = usual, ordinals, sums
        return self._sums[key]


def whole_years(days: Iterable[Day], country: str) -> set[int]:
    """Return the years of which days tell everything: those whose every fixed holiday is among them."""
    off = {day.date for day in days if day.kind is DayKind.STATUTORY}
    fixed = FIXED.get(country, ())
    return {day.year for day in off if fixed and all(date(day.year, month, of) in off for month, of in fixed)}


def laid_over(days: Iterable[Day]) -> dict[date, Day]:
    """Return one day for each date: of several the one whose source weighs most."""
    return {day.date: day for day in sorted(days, key=lambda day: _WEIGHTS.get(day.source, -1))}


def _weekdays(wanted: Collection[int], first: date, until: date) -> int:
    """Count the days in [first, until) on some weekdays."""
    weeks, rest = divmod((until - first).days, _WEEK)
    begin = first.weekday()
    return weeks * len(wanted) + sum((begin + n) % _WEEK in wanted for n in range(rest))
