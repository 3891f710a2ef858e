"""Turns and shifts by the clock on the wall."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from roster.rotation import Counts, Rotation, Template, Unit

HOUR = timedelta(hours=1)
CHICAGO = ZoneInfo("America/Chicago")
SHANGHAI = ZoneInfo("Asia/Shanghai")
WORKDAYS = frozenset(range(5))


def one(
    anchor: str, unit: Unit, length: int = 1, zone: ZoneInfo = CHICAGO, counts: Counts = Counts.CALENDAR
) -> Rotation:
    return Rotation((("a",), ("b",), ("c",)), datetime.fromisoformat(anchor), zone, unit, length, counts)


HAND_OVERS = [
    # autumn: the repeated 01:30 hands over at its first occurrence, and that shift lasts 25 hours
    ("America/Chicago", Unit.DAY, 1, "2026-10-30T01:30", ["10-31T06:30", "11-01T06:30", "11-02T07:30"]),
    # spring: 02:30 does not exist on 8 March, the change itself does
    ("America/Chicago", Unit.DAY, 1, "2026-03-06T02:30", ["03-07T08:30", "03-08T08:00", "03-09T07:30"]),
    # half an hour is repeated: the turn from 01:30 has 90 minutes
    ("Australia/Lord_Howe", Unit.HOURS, 1, "2026-04-05T00:30", ["04-04T14:30", "04-04T16:00", "04-04T17:00"]),
    # the 30th of December 2011 was skipped whole
    ("Pacific/Apia", Unit.DAY, 1, "2011-12-28T08:00", ["12-29T18:00", "12-30T10:00", "12-30T18:00"]),
    ("Asia/Shanghai", Unit.MONTH, 1, "2026-01-31T08:00", ["02-28T00:00", "03-31T00:00", "04-30T00:00"]),
    ("Asia/Shanghai", Unit.WEEK, 2, "2026-11-02T08:00", ["11-16T00:00", "11-30T00:00", "12-14T00:00"]),
]


@pytest.mark.parametrize(("zone", "unit", "length", "anchor", "expected"), HAND_OVERS)
def test_turns_begin_at_the_same_wall_time_whatever_the_clocks_do(zone, unit, length, anchor, expected):
    rotation = one(anchor, unit, length, ZoneInfo(zone))
    first = 1
    year = anchor[:4]
    wanted = [datetime.fromisoformat(f"{year}-{text}").replace(tzinfo=UTC) for text in expected]
    while rotation.begins(first) < wanted[0]:
        first += 1
    assert [rotation.begins(first + n) for n in range(len(wanted))] == wanted


def test_a_week_over_the_spring_change_has_167_hours():
    rotation = one("2026-03-06T08:00", Unit.WEEK)
    span = rotation.turn_span(rotation.turn_at(datetime(2026, 3, 6, 14, tzinfo=UTC)))
    assert (span.end - span.start) / HOUR == 167


def test_the_last_instant_before_a_hand_over_belongs_to_the_earlier_turn_also_before_the_anchor():
    rotation = one("2026-12-10T00:00", Unit.DAY, zone=ZoneInfo("UTC"))
    assert rotation.turn_at(datetime(2026, 12, 4, 23, 59, tzinfo=UTC)) == -6
    assert rotation.group(-6) == ("a",)
    assert rotation.turn_at(datetime(2026, 12, 5, tzinfo=UTC)) == -5


def test_a_turn_within_a_skipped_hour_is_empty_and_nobody_loses_time():
    rotation = one("2026-03-08T00:00", Unit.HOURS)
    skipped = rotation.turn_span(2)
    assert skipped.start == skipped.end
    assert rotation.turn_at(skipped.start) == 3


def test_a_turn_that_began_in_the_repeated_hour_is_not_taken_back():
    lord_howe = ZoneInfo("Australia/Lord_Howe")
    rotation = one("2026-04-05T00:45", Unit.HOURS, zone=lord_howe)
    begun = rotation.begins(1)
    repeated = begun + timedelta(minutes=20)  # the wall shows 01:35 again, before 01:45
    assert rotation.turn_at(repeated) == 1


def test_a_month_that_lacks_the_day_turns_on_its_last_and_the_next_is_whole_again():
    rotation = one("2026-01-31T08:00", Unit.MONTH, zone=SHANGHAI)
    starts = [rotation.begins(n).astimezone(SHANGHAI).date() for n in range(-2, 3)]
    assert [str(day) for day in starts] == ["2025-11-30", "2025-12-31", "2026-01-31", "2026-02-28", "2026-03-31"]
    assert rotation.turn_at(datetime(2026, 2, 28, tzinfo=UTC)) == 1
    assert rotation.turn_at(datetime(2026, 2, 27, 23, 59, tzinfo=UTC)) == 0


@pytest.mark.parametrize(
    ("unit", "length", "counts", "expected"),
    [
        (Unit.OCCURRENCE, 1, Counts.ELIGIBLE, "abcab cabca"),
        (Unit.DAY, 1, Counts.ELIGIBLE, "abcab cabca"),
        (Unit.DAY, 2, Counts.ELIGIBLE, "aabbc caabb"),
        (Unit.DAY, 1, Counts.CALENDAR, "abcab bcabc"),
        (Unit.WEEK, 1, Counts.ELIGIBLE, "aaaaa bbbbb"),
    ],
)
def test_a_weekend_burns_no_turn_unless_the_calendar_counts(unit, length, counts, expected):
    rotation = one("2026-11-02T00:00", unit, length, SHANGHAI, counts)
    template = Template("day", "白班", time(8), time(17), WORKDAYS)
    days = [date(2026, 11, 2) + timedelta(days=n) for n in range(12)]
    got = [rotation.group(rotation.turn_of(template, day))[0] for day in days if template.falls_on(day)]
    assert "".join(got) == expected.replace(" ", "")


def test_a_shift_that_begins_before_the_anchors_hour_belongs_to_the_turn_before():
    rotation = one("2026-11-02T08:00", Unit.DAY, zone=SHANGHAI)
    day, night = Template("day", "白班", time(8), time(17)), Template("night", "大夜", time(0), time(8))
    assert rotation.turn_of(day, date(2026, 11, 2)) == 0
    assert rotation.turn_of(night, date(2026, 11, 2)) == -1
    assert rotation.turn_of(night, date(2026, 11, 3)) == 0


def test_counting_eligible_days_backwards_is_counting_forwards_negated():
    template = Template("day", "白班", time(8), time(17), frozenset({0, 3, 6}))
    first, until = date(2025, 3, 5), date(2026, 11, 22)
    counted = sum(template.falls_on(first + timedelta(days=n)) for n in range((until - first).days))
    assert template.occurrences(first, until) == counted
    assert template.occurrences(until, first) == -counted


@pytest.mark.parametrize(
    ("day", "start", "end", "hours"),
    [
        (date(2026, 3, 7), time(20), time(8), 11),
        (date(2026, 10, 31), time(20), time(8), 13),
        (date(2026, 10, 31), time(1, 30), time(1, 30), 25),  # it ends at the later 01:30
        (date(2026, 3, 8), time(8), time(8), 24),
        (date(2026, 3, 8), time(2), time(3), 0),
        (date(2026, 11, 22), time(9), time(17), 8),
    ],
)
def test_a_shift_may_last_an_hour_more_or_less_or_not_take_place(day, start, end, hours):
    span = Template("x", "", start, end).span(day, CHICAGO)
    assert (span.end - span.start) / HOUR == hours


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Template("a/b", "", time(8), time(9)), "a code is letters"),
        (lambda: Template("a", "", time(8, tzinfo=UTC), time(9)), "without a zone"),
        (lambda: Template("a", "", time(8), time(9), frozenset()), "at least one"),
        (lambda: Template("a", "", time(8), time(9), frozenset({7})), "0 \\(Monday\\) to 6"),
        (lambda: Rotation((), datetime(2026, 1, 1), SHANGHAI), "at least one group"),
        (lambda: Rotation((("a",),), datetime(2026, 1, 1, tzinfo=UTC), SHANGHAI), "without an offset"),
        (lambda: Rotation((("a",),), datetime(2026, 1, 1), SHANGHAI, Unit.WEEK, 0), "at least one week, not 0"),
    ],
)
def test_a_mistaken_template_or_rotation_says_what_is_wrong(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()
