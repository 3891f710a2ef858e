"""Each duty is due when it should be, once, however the time is cut."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.config import public_holidays
from netwatch.domain.duties import Anchor, Duty, DutyKind, meeting, occurrences
from netwatch.domain.recurrence import ByRule, ByShift, ByWorkday, Period, RestDay, workday
from roster.cover import Cover, CoverKind, Roster, shifts
from roster.layers import Layer, Post
from roster.rotation import Rotation, Template

SHANGHAI, CHICAGO, LORD_HOWE = (ZoneInfo(name) for name in ("Asia/Shanghai", "America/Chicago", "Australia/Lord_Howe"))
ZONES = (SHANGHAI, CHICAGO, LORD_HOWE)
CHINA = public_holidays.calendar("CN", ())
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def rule(text: str, start: datetime = datetime(2026, 1, 5, 17, 0), rest_day: RestDay = RestDay.KEEP) -> ByRule:
    return ByRule(text, start, rest_day)


def worked(ordinal: int | None, period: Period = Period.MONTH) -> ByWorkday:
    return ByWorkday(ordinal, period, time(17, 0), date(2026, 1, 1))


def duty(when, zone: ZoneInfo = SHANGHAI, **more) -> Duty:
    return Duty("it", {"en": "It"}, DutyKind.OTHER, when, zone, **more)


def roster(zone: ZoneInfo = SHANGHAI, *covers: Cover) -> Roster:
    layers = []
    for name, start, end, people in (
        ("day", time(8), time(20), ("zhang", "li", "wang")),
        ("night", time(20), time(8), ("li", "wang", "zhang")),
    ):
        template = Template(name, name, start, end)
        groups = tuple((person,) for person in people)
        layers.append(Layer(template, Rotation(groups, datetime.combine(date(2026, 1, 1), start), zone)))
    return Roster(zone, tuple(layers), covers)


def due(one: Duty, start: datetime, end: datetime, *covers: Cover, **more) -> tuple:
    return occurrences(one, CHINA, partial(shifts, roster(one.zone, *covers)), start, end, **more)


def dates(one: Duty, first: date, until: date) -> list[str]:
    start, end = (datetime.combine(day, time(), one.zone) for day in (first, until))
    return [f"{each.scheduled.astimezone(one.zone):%m-%d %H:%M}" for each in due(one, start, end)]


@pytest.mark.parametrize(
    ("when", "expected"),
    [
        (rule("FREQ=WEEKLY;BYDAY=FR"), ["09-25 17:00", "10-02 17:00", "10-09 17:00"]),
        (rule("FREQ=WEEKLY;BYDAY=FR", rest_day=RestDay.NEXT), ["09-28 17:00", "10-08 17:00", "10-09 17:00"]),
        (rule("FREQ=WEEKLY;BYDAY=FR", rest_day=RestDay.PREVIOUS), ["09-24 17:00", "09-30 17:00", "10-09 17:00"]),
        (rule("FREQ=MONTHLY;BYMONTHDAY=5", rest_day=RestDay.NEXT), ["10-08 17:00"]),
        (rule("FREQ=DAILY;INTERVAL=10"), ["10-02 17:00", "10-12 17:00"]),
        (worked(-1), ["09-30 17:00"]),
        (worked(1), ["10-08 17:00"]),
        (worked(3), ["10-10 17:00"]),  # a Saturday that is worked
        (worked(1, Period.WEEK), ["09-28 17:00", "10-08 17:00", "10-12 17:00"]),
        (worked(-1, Period.QUARTER), ["09-30 17:00"]),
        (worked(1, Period.YEAR), []),
    ],
)
def test_rules_know_the_working_days_around_the_national_day(when, expected):
    # 2026: 09-20 and 10-10 are worked, 09-25 to 09-27 and 10-01 to 10-07 are not.
    assert dates(duty(when), date(2026, 9, 23), date(2026, 10, 13)) == expected


def test_every_workday_counts_those_that_make_up_for_a_holiday():
    found = dates(duty(worked(None)), date(2026, 10, 1), date(2026, 10, 13))
    assert found == ["10-08 17:00", "10-09 17:00", "10-10 17:00", "10-12 17:00"]


def test_a_week_without_a_working_day_has_none():
    # The Spring Festival of 2026 takes 02-15 to 02-23.
    found = dates(duty(worked(1, Period.WEEK)), date(2026, 2, 9), date(2026, 3, 1))
    assert found == ["02-09 17:00", "02-24 17:00"]


def test_a_month_with_fewer_working_days_takes_its_last():
    # February 2026 has 16 working days with those worked for the Spring Festival.
    assert dates(duty(worked(20)), date(2026, 2, 1), date(2026, 3, 1)) == ["02-28 17:00"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("every workday", (None, Period.MONTH)),
        ("last workday of the month", (-1, Period.MONTH)),
        ("First workday", (1, Period.MONTH)),
        ("3rd workday of the quarter", (3, Period.QUARTER)),
        ("20th workday", (20, Period.MONTH)),
        ("21st workday", None),
        ("6th workday of the week", None),
        ("every workday of the month", None),
        ("0th workday", None),
        ("last day of the month", None),
        ("FREQ=DAILY", None),
    ],
)
def test_working_days_are_told_in_words(text, expected):
    assert workday(text) == expected


def test_two_rest_days_that_move_to_one_working_day_are_due_once():
    weekend = duty(rule("FREQ=WEEKLY;BYDAY=SA,SU", rest_day=RestDay.NEXT))
    assert dates(weekend, date(2026, 11, 20), date(2026, 11, 25)) == ["11-23 17:00"]


def test_a_round_is_due_an_hour_before_the_end_of_each_shift_and_missed_at_its_end():
    start = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)  # 08:00 in Shanghai
    day, night = due(duty(ByShift()), start, start + DAY)

    assert (day.key, night.key) == ("it/day/2026-11-22/primary", "it/night/2026-11-22/primary")
    assert (day.due_from, day.due_by, day.missed_at) == (start, start + 11 * HOUR, start + 12 * HOUR)


def test_a_round_of_one_kind_of_shift_falls_on_no_other():
    start = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    found = due(duty(ByShift(("night",), within=2 * HOUR)), start, start + 2 * DAY)
    assert [(each.shift.template, each.due_by) for each in found] == [
        ("night", start + 14 * HOUR),
        ("night", start + 38 * HOUR),
    ]


def test_a_round_never_reaches_beyond_its_shift():
    start = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    wide = duty(ByShift(("day",), within=20 * HOUR), before=30 * HOUR, after=30 * HOUR)
    (day,) = due(wide, start, start + DAY)
    assert (day.due_from, day.due_by, day.missed_at) == (start, start + 12 * HOUR, start + 12 * HOUR)


def test_a_shift_that_a_substitute_cuts_in_two_has_one_round():
    start = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    planned = shifts(roster(), start, start + HOUR)[0].people[0]
    cover = Cover(
        CoverKind.SUBSTITUTE,
        planned,
        "chen",
        slot="day/2026-11-22/primary",
        start=start + 4 * HOUR,
        end=start + 6 * HOUR,
    )
    (day,) = due(duty(ByShift(("day",))), start, start + DAY, cover)
    assert (day.due_from, day.missed_at) == (start, start + 12 * HOUR)


def test_somebody_who_comes_outside_every_shift_owes_no_round():
    start = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
    extra = Cover(CoverKind.ADD, by="chen", post=Post.PRIMARY, start=start, end=start + 4 * HOUR)
    found = due(duty(ByShift()), start, start + DAY, extra)
    assert [each.shift.template for each in found] == ["day", "night"]


def test_what_counts_from_its_completion_is_due_so_long_after_it():
    monthly = duty(rule("FREQ=MONTHLY"), anchor=Anchor.COMPLETED)
    start, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC)

    def found(*completed: datetime) -> list[str]:
        return [
            f"{each.scheduled.astimezone(SHANGHAI):%m-%d %H:%M}"
            for each in due(monthly, start, end, completed=completed)
        ]

    assert found() == ["01-05 17:00"]
    assert found(datetime(2026, 1, 20, 3, 0, tzinfo=UTC)) == ["01-05 17:00", "02-20 17:00"]
    assert found(datetime(2026, 1, 31, 3, 0, tzinfo=UTC)) == ["01-05 17:00", "02-28 17:00"]


def test_a_time_that_the_clocks_skip_is_due_when_they_are_changed():
    # In Chicago 02:00 to 03:00 does not exist on 2026-03-08: the change is at 08:00 UTC.
    daily = duty(rule("FREQ=DAILY", datetime(2026, 3, 1, 2, 30)), CHICAGO)
    found = due(daily, datetime(2026, 3, 8, 0, 0, tzinfo=UTC), datetime(2026, 3, 9, 0, 0, tzinfo=UTC))
    assert [each.scheduled for each in found] == [datetime(2026, 3, 8, 8, 0, tzinfo=UTC)]


def test_a_time_that_the_clocks_repeat_is_due_once():
    # In Chicago 01:00 to 02:00 comes twice on 2026-11-01.
    daily = duty(rule("FREQ=DAILY", datetime(2026, 10, 1, 1, 30)), CHICAGO)
    found = due(daily, datetime(2026, 11, 1, 5, 0, tzinfo=UTC), datetime(2026, 11, 2, 5, 0, tzinfo=UTC))
    assert [each.scheduled for each in found] == [datetime(2026, 11, 1, 6, 30, tzinfo=UTC)]


def test_what_may_be_done_a_week_ahead_is_met_a_week_ahead():
    weekly = duty(rule("FREQ=WEEKLY;BYDAY=FR"), before=4 * DAY, after=2 * DAY)
    fetch = partial(shifts, roster())
    friday = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)

    def met(at: datetime) -> list[datetime]:
        return [each.scheduled for each in meeting(weekly, CHINA, fetch, at, at + timedelta(seconds=1))]

    assert met(friday - 4 * DAY) == [friday]
    assert met(friday - 4 * DAY - timedelta(seconds=2)) == []
    assert met(friday + 2 * DAY - timedelta(seconds=1)) == [friday]
    assert met(friday + 2 * DAY) == []


RULES = st.sampled_from(
    [
        "FREQ=DAILY",
        "FREQ=DAILY;INTERVAL=3",
        "FREQ=WEEKLY;BYDAY=MO,FR",
        "FREQ=WEEKLY;INTERVAL=2",
        "FREQ=MONTHLY;BYMONTHDAY=-1",
        "FREQ=MONTHLY;BYDAY=1SU",
        "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1",
    ]
)
STARTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 6, 1)).map(lambda at: at.replace(second=0, microsecond=0))
WHENS = st.one_of(
    st.builds(ByRule, RULES, STARTS, st.sampled_from(RestDay)),
    st.builds(
        ByWorkday, st.sampled_from([None, 1, 5, -1]), st.sampled_from(Period), st.times(), st.just(date(2026, 1, 1))
    ),
    st.builds(ByShift, st.sampled_from([(), ("day",), ("night",)]), st.sampled_from([None, HOUR, 3 * HOUR])),
)
DUTIES = st.builds(duty, WHENS, st.sampled_from(ZONES))
MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1), timezones=st.just(UTC))


@given(DUTIES, MOMENTS, st.integers(1, 60), st.lists(st.integers(1, 60 * 24 * 60), max_size=3))
def test_each_is_due_once_in_order_and_the_same_however_the_time_is_cut(one, start, days, cuts):
    end = start + days * DAY
    points = sorted(
        {start, end, *(start + timedelta(minutes=cut) for cut in cuts if timedelta(minutes=cut) < end - start)}
    )
    whole = due(one, start, end)
    parts = [each for first, last in pairwise(points) for each in due(one, first, last)]

    assert [each.key for each in whole] == [each.key for each in parts]
    assert whole == tuple(parts)
    assert len({each.key for each in whole}) == len(whole)
    assert [each.scheduled for each in whole] == sorted(each.scheduled for each in whole)
    assert all(start <= each.scheduled < end for each in whole)
    assert all(each.due_from <= each.due_by <= each.missed_at for each in whole)


@given(DUTIES, MOMENTS, st.integers(1, 30))
def test_who_asks_for_a_moment_meets_what_a_wide_look_shows(one, start, days):
    fetch = partial(shifts, roster(one.zone))
    end = start + days * DAY
    met = meeting(one, CHINA, fetch, start, end)
    wide = occurrences(one, CHINA, fetch, start - 9 * DAY, end + 9 * DAY)
    assert met == tuple(each for each in wide if each.due_from < end and start < each.missed_at)


@given(st.sampled_from(ZONES), MOMENTS)
def test_every_planned_shift_has_its_round(zone, start):
    one, fetch = duty(ByShift(), zone), partial(shifts, roster(zone))
    found = occurrences(one, CHINA, fetch, start, start + 10 * DAY)
    planned = {shift.slot for shift in fetch(start + DAY, start + 9 * DAY)}
    assert planned <= {each.shift.slot for each in found}
    assert all(each.due_from == each.shift.start and each.missed_at == each.shift.end for each in found)


def test_a_day_of_its_own_zone_is_due_there():
    for zone in ZONES:
        found = due(
            replace(duty(rule("FREQ=DAILY")), zone=zone),
            datetime(2026, 7, 1, tzinfo=UTC),
            datetime(2026, 7, 3, tzinfo=UTC),
        )
        assert {each.scheduled.astimezone(zone).time() for each in found} == {time(17, 0)}
