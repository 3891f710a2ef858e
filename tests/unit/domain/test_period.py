"""Weeks, months and years: how they are written, where they begin and end."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.period import PeriodKind, containing, last_ended, written

SHANGHAI = ZoneInfo("Asia/Shanghai")
CASES = [
    ("2026-11", date(2026, 11, 1), date(2026, 12, 1)),
    ("2026-12", date(2026, 12, 1), date(2027, 1, 1)),
    ("2026", date(2026, 1, 1), date(2027, 1, 1)),
    ("2026-W47", date(2026, 11, 16), date(2026, 11, 23)),
    ("2026-W53", date(2026, 12, 28), date(2027, 1, 4)),
    ("2026-W01", date(2025, 12, 29), date(2026, 1, 5)),
]


@pytest.mark.parametrize(("text", "first", "until"), CASES)
def test_a_period_is_read_as_it_is_written(text, first, until):
    period = written(text)
    assert period is not None
    assert (period.first, period.until, period.name) == (first, until, text)


@pytest.mark.parametrize("text", ["", "2026-13", "2026-00", "2026-W00", "2025-W53", "26-11", "2026-11-01", "0000", "9999-W99", "２０２６"])  # fmt: skip
def test_what_is_no_period_is_none(text):
    assert written(text) is None


@given(st.sampled_from(PeriodKind), st.dates(date(1990, 1, 1), date(2090, 1, 1)))
def test_every_day_is_in_one_period_and_periods_follow_each_other(kind, day):
    period = containing(kind, day)
    assert period.first <= day < period.until
    assert period.before.until == period.first
    assert containing(kind, period.last) == period
    assert written(period.name) == period


def test_the_last_period_that_is_over_is_so_by_the_clock_on_the_wall():
    midnight = datetime(2026, 11, 30, 16, 0, tzinfo=UTC)
    assert last_ended(PeriodKind.MONTH, midnight, SHANGHAI).name == "2026-11"
    assert last_ended(PeriodKind.MONTH, midnight - timedelta(seconds=1), SHANGHAI).name == "2026-10"


def test_a_period_lasts_from_midnight_to_midnight():
    span = containing(PeriodKind.MONTH, date(2026, 11, 5)).span(SHANGHAI)
    assert (span.start, span.end) == (datetime(2026, 10, 31, 16, tzinfo=UTC), datetime(2026, 11, 30, 16, tzinfo=UTC))
    chicago = containing(PeriodKind.MONTH, date(2026, 3, 5)).span(ZoneInfo("America/Chicago"))
    assert chicago.end - chicago.start == timedelta(days=31, hours=-1)


def test_a_year_has_twelve_months_and_a_week_none_but_one_that_begins_in_it():
    assert [month.name for month in containing(PeriodKind.YEAR, date(2026, 5, 1)).months] == [
        f"2026-{month:02}" for month in range(1, 13)
    ]
