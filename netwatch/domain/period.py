"""The stretches of the calendar that reports are of: a week from Monday, a month, a year."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from roster.spans import Span
from roster.wall import first_instant, wall

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_DAY = timedelta(days=1)
_WEEK = 7 * _DAY
_DECEMBER = 12
_WRITTEN = re.compile(r"(?P<year>[0-9]{4})(?:-(?:W(?P<week>[0-9]{2})|(?P<month>[0-9]{2})))?")


class PeriodKind(Enum):
    """How long a period is."""

    WEEK = "week"
    MONTH = "month"
    YEAR = "year"


@dataclass(frozen=True, slots=True)
class Period:
    """One week, month or year: the days from `first` up to, and without, `until`."""

    kind: PeriodKind
    first: date
    until: date

    @property
    def name(self) -> str:
        """How it is written: `2026-W47` (ISO 8601), `2026-11`, `2026`."""
        if self.kind is PeriodKind.WEEK:
            year, week, _weekday = self.first.isocalendar()
            return f"{year}-W{week:02}"
        return f"{self.first:%Y-%m}" if self.kind is PeriodKind.MONTH else f"{self.first:%Y}"

    @property
    def last(self) -> date:
        """Its last day."""
        return self.until - _DAY

    @property
    def before(self) -> Period:
        """The one before it."""
        return containing(self.kind, self.first - _DAY)

    @property
    def months(self) -> tuple[Period, ...]:
        """The months that begin in it, in order."""
        found = [containing(PeriodKind.MONTH, self.first)]
        while found[-1].until < self.until:
            found.append(containing(PeriodKind.MONTH, found[-1].until))
        return tuple(month for month in found if month.first >= self.first)

    def span(self, zone: ZoneInfo) -> Span:
        """Return it in time, from midnight to midnight on the wall of a zone."""
        start, end = (datetime(day.year, day.month, day.day) for day in (self.first, self.until))  # noqa: DTZ001 - wall
        return Span(first_instant(start, zone), first_instant(end, zone))


def containing(kind: PeriodKind, day: date) -> Period:
    """Return the period of a kind in which a day is."""
    if kind is PeriodKind.WEEK:
        monday = day - day.weekday() * _DAY
        return Period(kind, monday, monday + _WEEK)
    if kind is PeriodKind.YEAR:
        return Period(kind, date(day.year, 1, 1), date(day.year + 1, 1, 1))
    following = date(day.year + day.month // _DECEMBER, day.month % _DECEMBER + 1, 1)
    return Period(kind, day.replace(day=1), following)


def last_ended(kind: PeriodKind, now: datetime, zone: ZoneInfo) -> Period:
    """Return the newest period of a kind that is over at a time."""
    return containing(kind, wall(now, zone).date()).before


def written(text: str) -> Period | None:
    """Return the period that a text such as `2026-W47`, `2026-11` or `2026` means; None where it is none."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        return None
    try:
        if match["week"]:
            return containing(PeriodKind.WEEK, date.fromisocalendar(int(match["year"]), int(match["week"]), 1))
        kind = PeriodKind.MONTH if match["month"] else PeriodKind.YEAR
        return containing(kind, date(int(match["year"]), int(match["month"] or 1), 1))
    except (ValueError, OverflowError):
        return None
