"""Kinds of day, and counting them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.calendar import Calendar, Day, DayKind, YearStatus, laid_over

WORK = (DayKind.WORKDAY,)
# February 2026: a break of nine days, and two Saturdays that are worked for it.
BREAK = [Day(date(2026, 2, 15) + timedelta(days=n), DayKind.STATUTORY, "春节", source="import") for n in range(9)]
MAKE_UP = [
    Day(date(2026, 2, 14), DayKind.WORKDAY, "春节", date(2026, 2, 20), "import"),
    Day(date(2026, 2, 28), DayKind.WORKDAY, "春节", date(2026, 2, 23), "import"),
]
FEBRUARY = Calendar(laid_over([*BREAK, *MAKE_UP]))

days = st.dates(date(2026, 1, 1), date(2026, 12, 31))
calendars = st.builds(
    lambda found, weekend: Calendar({day: Day(day, kind) for day, kind in found.items()}, weekend),
    st.dictionaries(days, st.sampled_from(DayKind), max_size=40),
    st.frozensets(st.integers(0, 6), max_size=3),
)


@pytest.mark.parametrize(
    ("text", "kind", "make_up"),
    [
        ("2026-02-13", DayKind.WORKDAY, False),
        ("2026-02-14", DayKind.WORKDAY, True),
        ("2026-02-15", DayKind.STATUTORY, False),
        ("2026-02-23", DayKind.STATUTORY, False),
        ("2026-02-24", DayKind.WORKDAY, False),
        ("2026-03-01", DayKind.REST, False),
    ],
)
def test_a_day_is_what_is_said_of_it_and_else_what_its_weekday_makes_it(text, kind, make_up):
    found = FEBRUARY.day(date.fromisoformat(text))
    assert (found.kind, found.make_up) == (kind, make_up)


def test_the_working_day_next_to_a_break_may_be_a_saturday():
    assert FEBRUARY.next_workday(date(2026, 2, 13)) == date(2026, 2, 14)
    assert FEBRUARY.next_workday(date(2026, 2, 14)) == date(2026, 2, 24)
    assert FEBRUARY.previous_workday(date(2026, 2, 24)) == date(2026, 2, 14)
    assert FEBRUARY.workdays(date(2026, 2, 1), date(2026, 3, 1)) == 16


def test_a_calendar_without_working_days_says_so_instead_of_searching_for_ever():
    with pytest.raises(ValueError, match="no working day within a year of 2026-02-13"):
        Calendar(weekend=frozenset(range(7))).next_workday(date(2026, 2, 13))


@given(calendars, st.frozensets(st.sampled_from(DayKind)), st.frozensets(st.integers(0, 6)), days, days)
def test_counting_is_looking_at_each_day(calendar, kinds, weekdays, first, until):
    counted = calendar.count(kinds, first, until, weekdays)
    begin, end = sorted((first, until))
    looked = sum(day.kind in kinds and day.date.weekday() in weekdays for day in calendar.between(begin, end))
    assert counted == (looked if first <= until else -looked)


@given(calendars, days)
def test_the_next_and_the_previous_working_day_are_neighbours(calendar, day):
    try:
        later = calendar.next_workday(day)
    except ValueError:
        return
    assert later > day
    assert calendar.kind(later) is DayKind.WORKDAY
    assert calendar.count(WORK, day + timedelta(days=1), later) == 0


def test_what_people_wrote_wins_over_a_file_and_a_file_over_a_library():
    day = date(2026, 5, 4)
    said = [
        Day(day, kind, source=source)
        for source, kind in (("local", DayKind.WORKDAY), ("library", DayKind.STATUTORY), ("import", DayKind.REST))
    ]
    assert laid_over(said)[day].source == "local"
    assert laid_over(said[1:])[day].source == "import"


def of_year(source: str, *texts: str) -> Calendar:
    return Calendar(laid_over(Day(date.fromisoformat(text), DayKind.STATUTORY, source=source) for text in texts))


@pytest.mark.parametrize(
    ("calendar", "status"),
    [
        (Calendar(), YearStatus.MISSING),
        (of_year("import", "2027-01-01", "2027-05-01", "2027-10-01"), YearStatus.OFFICIAL),
        (of_year("library", "2027-01-01", "2027-05-01", "2027-10-01"), YearStatus.OFFICIAL),
        # the next year's notice may name a day of December: that makes no year whole
        (of_year("import", "2027-12-31"), YearStatus.PROVISIONAL),
        (of_year("computed", "2027-01-01", "2027-05-01", "2027-10-01"), YearStatus.PROVISIONAL),
        # nor does one imported day among those that were worked out
        (
            Calendar({**of_year("computed", "2027-05-01", "2027-10-01").days, **of_year("import", "2027-01-01").days}),
            YearStatus.PROVISIONAL,
        ),
        # a day of the hospital's own says nothing of the year
        (of_year("local", "2027-06-06"), YearStatus.MISSING),
        (Calendar(years={2027: YearStatus.OFFICIAL}), YearStatus.OFFICIAL),
    ],
)
def test_a_year_is_as_official_as_what_is_known_of_it(calendar, status):
    assert calendar.status(2027) is status
