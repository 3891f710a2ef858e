"""The days that libraries know: China's by `chinesecalendar`, other countries' by `holidays` where it is installed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from netwatch.errors import NetwatchError
from probes.api import _
from roster.calendar import Calendar, Day, DayKind, Source, YearStatus, laid_over, whole_years

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

CHINA = "CN"
FIRST, LAST = 2004, 2040
"""The years of which a library is asked."""
_BREAK = 45
"""Days between which a working day is made up for a day off of the same festival."""

_FESTIVALS = {
    "new year's day": _("New Year's Day"),
    "spring festival": _("Spring Festival"),
    "chinese new year": _("Spring Festival"),
    "tomb-sweeping": _("Tomb-Sweeping Day"),
    "labour day": _("Labour Day"),
    "labor day": _("Labour Day"),
    "dragon boat": _("Dragon Boat Festival"),
    "mid-autumn": _("Mid-Autumn Festival"),
    "national day": _("National Day"),
    "anti-fascist": _("Victory Day"),
}
_FIXED_NAMES = {(1, 1): _("New Year's Day"), (5, 1): _("Labour Day"), (10, 1): _("National Day")}

# chinesecalendar 1.11 has this Saturday off; the State Council's notice of December 2005 has it worked.
_CORRECTED = (Day(date(2005, 12, 31), DayKind.WORKDAY, _("New Year's Day"), date(2006, 1, 3), Source.LIBRARY.value),)


class HolidaysMissing(NetwatchError):
    """The days of that country take a library that is not installed, or that does not know it."""

    exit_code = 78


def calendar(country: str = CHINA, days: Iterable[Day] = ()) -> Calendar:
    """Return a country's calendar as libraries know it, with days laid over it that people or files told.

    Of a year that a file tells whole nothing else is believed: what was worked out for it may be a working day.
    Raises HolidaysMissing where no library that is installed knows the country.
    """
    told, known = tuple(days), seed(country)
    if not told:
        return known
    files = [day for day in told if day.source == Source.IMPORT.value]
    whole = whole_years(files, country)
    kept = [day for day in known.days.values() if day.date.year not in whole]
    return replace(known, days=laid_over((*kept, *told)))


@cache
def seed(country: str) -> Calendar:
    """Return a country's calendar as libraries know it."""
    if country != CHINA:
        return _elsewhere(country)
    told = (*_china(), *_CORRECTED)
    later = range(max(day.date.year for day in told) + 1, LAST + 1)
    return Calendar(laid_over((*_computed(later), *told)), country=CHINA)


def problem(country: str) -> str:
    """Return why a country's days cannot be known, as a sentence to translate; nothing where they can."""
    if country == CHINA:
        return ""
    if find_spec("holidays") is None:
        return _("the days of other countries than CN take the package 'holidays': run make environment")
    if country not in import_module("holidays").list_supported_countries(include_aliases=False):
        return _("no library knows the holidays of this country")
    return ""


def _china() -> Iterator[Day]:
    """Yield what chinesecalendar knows: every day of a break, and every working day that is made up for one."""
    known = import_module("chinese_calendar.constants")
    pairs = _made_up(known.workdays, known.in_lieu_days)
    for day, name in known.holidays.items():
        yield Day(day, DayKind.STATUTORY, _festival(name), source=Source.LIBRARY.value)
    for day, name in known.workdays.items():
        yield Day(day, DayKind.WORKDAY, _festival(name), pairs.get(day), Source.LIBRARY.value)


def _made_up(worked: Mapping[date, str], free: Mapping[date, str]) -> dict[date, date]:
    """Pair the working days that are made up with the days off that they are worked for: in order, break by break.

    The notices name no pairs; `holidays` reads 143 of the 150 the same way.
    """
    pairs: dict[date, date] = {}
    for name in sorted(set(worked.values())):
        days = sorted(day for known in (worked, free) for day, of in known.items() if of == name)
        for around in _clusters(days):
            pairs |= zip((d for d in around if d in worked), (d for d in around if d in free), strict=False)
    return pairs


def _clusters(days: Iterable[date]) -> Iterator[list[date]]:
    """Yield the days of each break: those of the next year's are months away."""
    around: list[date] = []
    for day in days:
        if around and (day - around[-1]).days > _BREAK:
            yield around
            around = []
        around.append(day)
    if around:
        yield around


def _computed(years: range) -> Iterator[Day]:
    """Yield the holidays that can be worked out for years whose arrangement chinesecalendar does not know.

    With `holidays` those of the moon as well, and the whole arrangement where that knows it already.
    """
    if find_spec("holidays") is not None:
        yield from _of_library(CHINA, years, _festival, language="en_US")
        return
    for year in years:
        for (month, day), name in _FIXED_NAMES.items():
            yield Day(date(year, month, day), DayKind.STATUTORY, name, source=Source.COMPUTED.value)


def _elsewhere(country: str) -> Calendar:
    if problem(country):
        raise HolidaysMissing(problem(country))
    years = range(FIRST, LAST + 1)
    days = laid_over(_of_library(country, years, str))
    told = max((day.date.year for day in days.values() if day.source == Source.LIBRARY.value), default=LAST)
    status = {year: YearStatus.OFFICIAL if year <= told else YearStatus.PROVISIONAL for year in years}
    weekend = import_module("holidays").country_holidays(country).weekend
    return Calendar(days, frozenset(weekend), country, status)


def _of_library(country: str, years: range, named: Callable[[str], str], **options: str) -> Iterator[Day]:
    """Yield what `holidays` knows. A year with working days on weekends was told by a notice, others are computed."""
    known = import_module("holidays").country_holidays(country, years=years, **options)
    worked = [day for day in known.weekend_workdays if day.year in years]
    told = {day.year for day in worked}
    for day, name in known.items():
        source = Source.LIBRARY if day.year in told else Source.COMPUTED
        yield Day(day, DayKind.STATUTORY, named(name), source=source.value)
    for day in worked:
        yield Day(day, DayKind.WORKDAY, source=Source.LIBRARY.value)


def _festival(name: str) -> str:
    """Return what we call a festival that a library calls otherwise."""
    low = name.lower()
    return next((ours for theirs, ours in _FESTIVALS.items() if theirs in low), name)
