"""What libraries know of the days, and what holds where they know nothing."""

from __future__ import annotations

import importlib.util
from datetime import date, timedelta

import holidays
import pytest

from netwatch.config import public_holidays
from netwatch.config.public_holidays import HolidaysMissing, calendar, problem, seed
from roster.calendar import Day, DayKind, YearStatus

MADE_UP = {
    2025: "01-26 02-08 04-27 09-28 10-11",
    2026: "01-04 02-14 02-28 05-09 09-20 10-10",
}


@pytest.fixture
def without_holidays(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(public_holidays, "find_spec", lambda name: None if name == "holidays" else real(name))
    seed.cache_clear()
    yield
    seed.cache_clear()


def days(first: date, until: date) -> list[date]:
    return [first + timedelta(days=n) for n in range((until - first).days)]


def test_two_libraries_agree_on_every_day_of_twenty_three_years():
    ours, theirs = calendar(), holidays.CN(years=range(2004, 2027))
    every = days(date(2004, 1, 1), date(2027, 1, 1))
    assert len(every) == 8401
    assert [day for day in every if (ours.kind(day) is DayKind.WORKDAY) != theirs.is_working_day(day)] == []


def test_the_day_on_which_the_first_library_errs_is_worked():
    assert calendar().day(date(2005, 12, 31)).make_up


@pytest.mark.parametrize("year", MADE_UP)
def test_working_days_that_are_made_up_are_known_with_the_day_off_they_stand_for(year):
    known = calendar()
    made_up = [known.day(day) for day in days(date(year, 1, 1), date(year + 1, 1, 1)) if known.day(day).make_up]
    assert " ".join(f"{day.date:%m-%d}" for day in made_up) == MADE_UP[year]
    for day in made_up:
        assert day.replaces is not None
        assert known.kind(day.replaces) is DayKind.STATUTORY
        assert day.replaces.weekday() < 5


@pytest.mark.parametrize(
    ("year", "status"),
    [
        (2003, YearStatus.MISSING),
        (2004, YearStatus.OFFICIAL),
        (2026, YearStatus.OFFICIAL),
        (2039, YearStatus.PROVISIONAL),
        (2041, YearStatus.MISSING),
    ],
)
def test_a_year_says_how_much_of_it_is_known(year, status):
    assert calendar().status(year) is status


def test_a_year_not_announced_yet_has_the_holidays_of_the_moon_where_they_can_be_worked_out():
    assert calendar().day(date(2039, 10, 2)).name == "Mid-Autumn Festival"
    assert calendar().kind(date(2039, 1, 24)) is DayKind.STATUTORY


def test_without_the_second_library_a_year_has_its_fixed_holidays(without_holidays):
    known = calendar()
    found = [day for day in days(date(2039, 1, 1), date(2040, 1, 1)) if known.kind(day) is DayKind.STATUTORY]
    assert [str(day) for day in found] == ["2039-01-01", "2039-05-01", "2039-10-01"]
    assert known.status(2039) is YearStatus.PROVISIONAL


def test_what_was_told_lies_over_what_libraries_know():
    day = date(2026, 2, 14)
    assert calendar("CN", [Day(day, DayKind.REST, "院庆", source="local")]).day(day).name == "院庆"


def test_other_countries_have_their_own_weekends_and_holidays():
    germany, arabia = calendar("DE"), calendar("SA")
    assert germany.kind(date(2026, 10, 3)) is DayKind.STATUTORY
    assert germany.kind(date(2026, 10, 1)) is DayKind.WORKDAY
    assert germany.status(2030) is YearStatus.OFFICIAL
    assert arabia.weekend == {4, 5}


def test_a_country_that_moves_its_working_days_is_provisional_beyond_the_last_notice():
    assert calendar("HU").status(2026) is YearStatus.OFFICIAL
    assert calendar("HU").status(2039) is YearStatus.PROVISIONAL


def test_another_country_takes_the_second_library_and_one_that_it_knows(without_holidays):
    assert "run make environment" in problem("DE")
    assert problem("CN") == ""
    with pytest.raises(HolidaysMissing, match="take the package 'holidays'"):
        calendar("DE")


def test_a_country_that_nobody_knows_is_told():
    assert problem("XX") == "no library knows the holidays of this country"


def test_of_a_year_that_a_file_tells_whole_nothing_that_was_worked_out_remains():
    observed = date(2039, 1, 26)
    assert calendar().kind(observed) is DayKind.STATUTORY
    fixed = [Day(date(2039, month, 1), DayKind.STATUTORY, source="import") for month in (1, 5, 10)]
    told = calendar("CN", fixed)
    assert told.kind(observed) is DayKind.WORKDAY
    assert told.status(2039) is YearStatus.OFFICIAL
    assert told.kind(date(2026, 2, 16)) is DayKind.STATUTORY
    # a part of a year lies over what is known of the rest
    assert calendar("CN", fixed[:2]).kind(observed) is DayKind.STATUTORY
