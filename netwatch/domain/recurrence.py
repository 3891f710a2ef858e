"""When something recurs: by an RFC 5545 rule, by working days, or on every shift.

All of it is reckoned by the clock on the wall, in naive times; `netwatch.domain.duties` makes instants of them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import lru_cache
from itertools import chain
from typing import TYPE_CHECKING

from dateutil.rrule import rrule, rrulestr

from roster.calendar import DayKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from roster.calendar import Calendar

_DAY = timedelta(days=1)
SURE_DAY = 28
"""The last day that every month has."""
MOVED = timedelta(days=62)
"""How far a rest day may move something at most: no holiday is longer."""


class RestDay(Enum):
    """What becomes of something that falls on a rest day or a holiday."""

    KEEP = "keep"
    NEXT = "next workday"
    PREVIOUS = "previous workday"


class Period(Enum):
    """In what working days are counted; the value is what a rule says, and how many months it has."""

    WEEK = "week"
    MONTH = "month"
    QUARTER = "quarter"
    YEAR = "year"

    @property
    def most(self) -> int:
        """The highest count of a working day that it surely has but for long holidays."""
        return {Period.WEEK: 5, Period.MONTH: 20, Period.QUARTER: 60, Period.YEAR: 240}[self]


@dataclass(frozen=True, slots=True)
class ByRule:
    """By an RFC 5545 rule, from a naive time on. The rule must have been checked: it occurs."""

    rule: str
    start: datetime
    rest_day: RestDay = RestDay.KEEP

    def times(self, calendar: Calendar, first: datetime, last: datetime) -> Iterator[datetime]:
        """Yield the naive times in [first, last], and perhaps some around them, not always in order."""
        for moment in _built(self.rule, self.start).between(first - MOVED, last + MOVED, inc=True):
            yield self.moved(calendar, moment)

    def after(self, calendar: Calendar, done: datetime) -> datetime | None:
        """Return the time that follows when it was done at a naive time: the rule counted from that day on."""
        # The 31st has no like in most months, and a rule leaves those out.
        day = done.date().replace(day=min(done.day, SURE_DAY))
        start = datetime.combine(day, self.start.time())
        found = _built(self.rule, start).after(max(start, done))
        return self.moved(calendar, found) if found is not None else None

    def first(self, calendar: Calendar) -> datetime:
        """Return the first time of all."""
        return self.moved(calendar, next(iter(_built(self.rule, self.start))))

    def moved(self, calendar: Calendar, moment: datetime) -> datetime:
        """Return where a time goes if it falls on a rest day."""
        day = moment.date()
        if self.rest_day is RestDay.KEEP or calendar.kind(day) is DayKind.WORKDAY:
            return moment
        step = _DAY if self.rest_day is RestDay.NEXT else -_DAY
        while calendar.kind(day) is not DayKind.WORKDAY and abs(day - moment.date()) < MOVED:
            day += step
        return datetime.combine(day, moment.time())


@dataclass(frozen=True, slots=True)
class ByWorkday:
    """On the nth working day of a period; -1 is its last, None is every one.

    A period with fewer working days takes its last, and one without any takes none.
    """

    ordinal: int | None
    period: Period
    at: time
    start: date

    def times(self, calendar: Calendar, first: datetime, last: datetime) -> Iterator[datetime]:
        """Yield the naive times in [first, last], and perhaps some around them, in order."""
        begin = max(first.date() - _DAY, self.start)
        if self.ordinal is None:
            days: Iterator[date] = (day for day in _days(begin, last.date() + _DAY) if _worked(calendar, day))
        else:
            days = chain.from_iterable(self._of(calendar, period) for period in self._periods(begin, last.date()))
        return (datetime.combine(day, self.at) for day in days if day >= self.start)

    def _of(self, calendar: Calendar, period: tuple[date, date]) -> Iterator[date]:
        worked = [day for day in _days(*period) if _worked(calendar, day)]
        if worked and self.ordinal is not None:
            yield worked[-1] if self.ordinal < 0 else worked[min(self.ordinal, len(worked)) - 1]

    def _periods(self, first: date, last: date) -> Iterator[tuple[date, date]]:
        begin = _begin(self.period, first)
        while begin <= last:
            end = _end(self.period, begin)
            yield begin, end
            begin = end


@dataclass(frozen=True, slots=True)
class ByShift:
    """On every shift of these kinds, of all kinds if none is named; due so long after it began."""

    shifts: tuple[str, ...] = ()
    within: timedelta | None = None


Recurrence = ByRule | ByWorkday | ByShift

_WORKDAY = re.compile(
    r"(?:(?P<every>every)|(?P<first>first)|(?P<last>last)|(?P<nth>[1-9]\d{0,2})(?:st|nd|rd|th)) workday"
    r"(?: of the (?P<period>week|month|quarter|year))?"
)


def workday(text: str) -> tuple[int | None, Period] | None:
    """Read `last workday of the month`, `5th workday`, `every workday`; None where it is nothing of the kind."""
    match = _WORKDAY.fullmatch(text.strip().lower())
    if match is None or (match["every"] and match["period"]):
        return None
    period = Period(match["period"] or "month")
    if match["every"]:
        return None, period
    ordinal = 1 if match["first"] else -1 if match["last"] else int(match["nth"])
    return (ordinal, period) if ordinal <= period.most else None


@lru_cache(maxsize=256)
def _built(rule: str, start: datetime) -> rrule:
    made = rrulestr(rule, dtstart=start, cache=True)
    if not isinstance(made, rrule):
        raise TypeError(f"{rule!r} is a set of rules")
    return made


def _worked(calendar: Calendar, day: date) -> bool:
    return calendar.kind(day) is DayKind.WORKDAY


def _days(first: date, until: date) -> Iterator[date]:
    return (first + n * _DAY for n in range((until - first).days))


def _begin(period: Period, day: date) -> date:
    match period:
        case Period.WEEK:
            return day - day.weekday() * _DAY
        case Period.MONTH:
            return day.replace(day=1)
        case Period.QUARTER:
            return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1)
        case Period.YEAR:
            return day.replace(month=1, day=1)


def _end(period: Period, begin: date) -> date:
    if period is Period.WEEK:
        return begin + 7 * _DAY
    months = {Period.MONTH: 1, Period.QUARTER: 3, Period.YEAR: 12}[period]
    whole = begin.year * 12 + begin.month - 1 + months
    return date(whole // 12, whole % 12 + 1, 1)
