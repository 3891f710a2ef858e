"""Shifts that fall on kinds of day, with their own hours on each."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.calendar import Calendar, Day, DayKind
from roster.checks import staffed
from roster.cover import Cover, CoverKind, Roster, gaps, on_duty, shifts, with_calendar
from roster.findings import Standards
from roster.layers import Layer
from roster.rotation import Counts, Hours, Rotation, Template, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
WHOLE = Hours(time(8, 30), time(8, 30))
REST = dict.fromkeys((DayKind.REST, DayKind.STATUTORY), WHOLE)
# Spring Festival 2026: nine days off, and the Saturdays before and after worked for it.
CALENDAR = Calendar(
    {date(2026, 2, 15) + timedelta(days=n): Day(date(2026, 2, 15) + timedelta(days=n), DayKind.STATUTORY, "春节") for n in range(9)}
    | {day: Day(day, DayKind.WORKDAY, "春节") for day in (date(2026, 2, 14), date(2026, 2, 28))}
)  # fmt: skip
DUTY = Template("duty", "值班", time(17), time(8), hours=REST, calendar=CALENDAR)
ANCHOR = datetime(2026, 2, 13, 8, 30)
ROSTER = Roster(SHANGHAI, (Layer(DUTY, Rotation((("a",), ("b",), ("c",)), ANCHOR, SHANGHAI)),), calendar=CALENDAR)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def test_one_rotation_takes_one_turn_for_each_window_whatever_its_hours():
    found = shifts(ROSTER, local("2026-02-13 17:00"), local("2026-02-17 08:30"))
    assert [(shift.start, shift.end, shift.people) for shift in found] == [
        (local("2026-02-13 17:00"), local("2026-02-14 08:00"), ("a",)),
        (local("2026-02-14 17:00"), local("2026-02-15 08:00"), ("b",)),  # a Saturday that is worked
        (local("2026-02-15 08:30"), local("2026-02-16 08:30"), ("c",)),
        (local("2026-02-16 08:30"), local("2026-02-17 08:30"), ("a",)),
    ]


def test_the_half_hour_between_a_night_and_a_day_off_is_a_gap_and_office_hours_are_none():
    start, end = local("2026-02-13 17:00"), local("2026-02-17 08:30")
    office = staffed(ROSTER, Standards(), start, end)
    (gap,) = gaps(ROSTER, start, end, staffed=office)
    assert (gap.start, gap.end) == (local("2026-02-15 08:00"), local("2026-02-15 08:30"))


@pytest.mark.parametrize(
    ("kinds", "weekdays", "expected"),
    [
        ({DayKind.WORKDAY}, None, "13 14 24 25 26 27 28"),
        ({DayKind.REST}, None, ""),
        ({DayKind.STATUTORY}, None, "15 16 17 18 19 20 21 22 23"),
        ({DayKind.WORKDAY}, {5}, "14 28"),
        (None, {5}, "14 21 28"),
    ],
)
def test_a_shift_falls_on_its_kinds_of_day_and_its_weekdays(kinds, weekdays, expected):
    template = replace(
        DUTY, kinds=frozenset(kinds) if kinds else None, weekdays=frozenset(weekdays) if weekdays else None
    )
    days = [date(2026, 2, day) for day in range(13, 29)]
    assert " ".join(str(day.day) for day in days if template.falls_on(day)) == expected
    assert template.occurrences(days[0], date(2026, 3, 1)) == len(expected.split())


def test_a_holiday_burns_no_turn_of_a_rotation_of_working_days():
    day = Template("day", "白班", time(8), time(17), kinds=frozenset({DayKind.WORKDAY}), calendar=CALENDAR)
    roster = Roster(SHANGHAI, (Layer(day, Rotation((("a",), ("b",), ("c",)), ANCHOR.replace(minute=0), SHANGHAI)),))
    found = shifts(roster, local("2026-02-13 00:00"), local("2026-02-26 00:00"))
    assert [(shift.date.day, *shift.people) for shift in found] == [(13, "a"), (14, "b"), (24, "c"), (25, "a")]


def test_another_calendar_changes_every_layer_and_no_turn_of_a_shift_of_every_day():
    plain = with_calendar(ROSTER, Calendar())
    at = local("2026-02-17 20:00")
    assert on_duty(ROSTER, at)[0].start == local("2026-02-17 08:30")
    assert on_duty(plain, at)[0].start == local("2026-02-17 17:00")
    assert on_duty(ROSTER, at)[0].people == on_duty(plain, at)[0].people
    assert plain.calendar == plain.layers[0].template.calendar == Calendar()


def test_a_rotation_anchored_at_the_earliest_hour_keeps_its_turns_when_the_day_becomes_a_holiday():
    off = Calendar({date(2026, 2, 13): Day(date(2026, 2, 13), DayKind.REST)})
    at = local("2026-02-13 20:00")
    assert DUTY.earliest == time(8, 30)
    assert on_duty(ROSTER, at)[0].people == on_duty(with_calendar(ROSTER, off), at)[0].people == ("a",)


def test_a_shift_that_falls_on_no_kind_of_day_is_refused():
    with pytest.raises(ValueError, match="falls on no kind of day"):
        replace(DUTY, kinds=frozenset())
    with pytest.raises(ValueError, match="without a zone"):
        replace(DUTY, hours={DayKind.REST: Hours(time(8, tzinfo=UTC), time(9))})


kinds = st.sampled_from(DayKind)
calendars = st.dictionaries(st.dates(date(2026, 2, 1), date(2026, 4, 30)), kinds, max_size=30).map(
    lambda found: Calendar({day: Day(day, kind) for day, kind in found.items()})
)
zones = st.sampled_from(
    (
        "Asia/Shanghai",
        "America/Chicago",
        "Australia/Lord_Howe",
        "Pacific/Apia",
        "Africa/Casablanca",
        "Europe/London",
        "UTC",
    )
).map(ZoneInfo)


@given(
    calendars,
    zones,
    st.integers(1, 4),
    st.integers(1, 3),
    st.sampled_from(Counts),
    st.sampled_from((Unit.OCCURRENCE, Unit.DAY, Unit.WEEK)),
)
def test_shifts_of_every_day_tile_time_with_one_owner_at_every_instant(calendar, zone, people, length, counts, unit):
    on, off = frozenset({DayKind.WORKDAY}), frozenset({DayKind.REST, DayKind.STATUTORY})
    working = Template("w", "", time(8), time(8), kinds=on, calendar=calendar)
    resting = replace(working, code="r", kinds=off)
    groups = tuple((f"p{n}",) for n in range(people))
    rotation = Rotation(groups, datetime(2026, 1, 1, 8), zone, unit, length, counts)
    start = datetime(2026, 2, 20, tzinfo=UTC)
    end = start + timedelta(days=45)
    layers = tuple(Layer(template, rotation) for template in (working, resting))
    found = shifts(Roster(zone, layers, calendar=calendar), start, end)
    assert found[0].start <= start
    assert found[-1].end >= end
    assert all(one.end == other.start and len(one.people) == 1 for one, other in pairwise(found))


@given(calendars, st.integers(1, 5), st.frozensets(kinds, min_size=1))
def test_each_window_in_order_takes_the_next_turn(calendar, people, on):
    template = Template("d", "", time(17), time(8), kinds=on, hours=REST, calendar=calendar)
    groups = tuple((f"p{n}",) for n in range(people))
    rotation = Rotation(groups, datetime(2026, 1, 1, 8, 30), SHANGHAI)
    start = datetime(2026, 2, 1, tzinfo=UTC)
    found = shifts(Roster(SHANGHAI, (Layer(template, rotation),)), start, start + timedelta(days=60))
    turns = [int(shift.people[0][1:]) for shift in found]
    assert all((later - earlier) % people == 1 % people for earlier, later in pairwise(turns))
    assert all(calendar.kind(shift.date) in on for shift in found)


def test_a_cover_stands_on_a_rest_days_shift_by_its_id():
    cover = Cover(CoverKind.SUBSTITUTE, "c", "z", "duty/2026-02-15/primary")
    (shift,) = on_duty(replace(ROSTER, covers=(cover,)), local("2026-02-15 12:00"))
    assert (shift.people, shift.planned) == (("z",), ("c",))
