"""How evenly duty is shared, and who should come next."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.calendar import Calendar, Day, DayKind
from roster.cover import Cover, CoverKind, Roster, on_duty, shifts
from roster.fairness import balance, fairness, overload, pick, score, suggest
from roster.layers import Layer, Post
from roster.rotation import Rotation, Template

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAYS = [Day(date(2026, 2, 15) + timedelta(days=n), DayKind.STATUTORY, "Spring Festival") for n in range(9)]
DAYS += [Day(date(2026, 10, 1) + timedelta(days=n), DayKind.STATUTORY, "国庆节、中秋节") for n in range(7)]
CALENDAR = Calendar({day.date: day for day in DAYS})
WHOLE = Template("whole", "通班", time(8), time(8), calendar=CALENDAR)


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


def roster(*people: str, covers: tuple[Cover, ...] = ()) -> Roster:
    rotation = Rotation(tuple((name,) for name in people), datetime(2026, 1, 1, 8), SHANGHAI)
    return Roster(SHANGHAI, (Layer(WHOLE, rotation),), covers, calendar=CALENDAR)


@pytest.mark.parametrize(
    ("hours", "expected", "over"),
    [
        ({}, 100, {}),
        ({"a": 7}, 100, {}),
        ({"a": 100, "b": 100, "c": 100}, 100, {}),
        ({"a": 100, "b": 50}, 50, {"a": 33}),
        ({"a": 100, "b": 95}, 100, {}),  # hours never divide without a rest
        ({"a": 100, "b": 94}, 94, {"a": 3}),
        ({"a": 100, "b": 0}, 0, {"a": 100}),
        ({"a": 0, "b": 0}, 100, {}),
        # half of the people have the weekends as well
        ({**dict.fromkeys("abcd", 108), **dict.fromkeys("efgh", 60)}, 75, dict.fromkeys("abcd", 29)),
    ],
)
def test_balance_is_how_alike_the_hours_of_each_pair_are(hours, expected, over):
    assert balance(hours) == expected
    assert overload(hours) == over


@pytest.mark.parametrize(
    ("covered", "hours", "expected"),
    [(100, {"a": 5, "b": 5}, 100), (71, {"a": 5, "b": 5}, 86), (100, {"a": 10, "b": 5}, 75), (0, {}, 0)],
)
def test_one_figure_is_half_coverage_and_half_balance(covered, hours, expected):
    assert score(covered, hours) == expected


@given(st.dictionaries(st.text(max_size=3), st.integers(0, 1000), max_size=8))
def test_nobody_is_overloaded_where_all_is_even_and_somebody_is_where_it_is_not(hours):
    assert 0 <= balance(hours) <= 100
    assert all(percent > 0 for percent in overload(hours).values())
    if balance(hours) == 100:
        assert overload(hours) == {}


def test_everybodys_part_is_counted_in_shifts_hours_nights_and_days_off():
    found = fairness(
        roster("a", "b"), local("2026-02-14 08:00"), local("2026-02-18 08:00"), now=local("2026-02-15 12:00")
    )
    first, second = found.shares
    assert (first.person, first.shifts, first.hours, first.nights) == ("a", 2, 48, 2)
    assert (first.weekends, first.holidays, first.holiday_hours) == (
        1,
        1,
        32,
    )  # 8 h of the 14th's shift, 24 of the 16th's
    assert (second.weekends, second.holidays, second.holiday_hours) == (1, 2, 48)
    assert (first.spring_festivals, second.spring_festivals) == ((2026,), (2026,))
    assert (first.last.date, first.next.date) == (date(2026, 2, 14), date(2026, 2, 16))
    assert (found.balance, found.coverage, found.total) == (100, 100, 100)


def test_a_holiday_that_two_festivals_share_counts_for_the_national_day():
    found = fairness(roster("a"), local("2026-10-03 08:00"), local("2026-10-04 08:00"), now=local("2026-10-01"))
    assert found.shares[0].national_days == (2026,)
    assert found.shares[0].spring_festivals == ()


def test_who_has_no_duty_is_counted_as_well_where_asked():
    found = fairness(
        roster("a"), local("2026-03-02 08:00"), local("2026-03-04 08:00"), now=local("2026-03-01"), people="ab"
    )
    assert [(share.person, share.shifts, share.overload) for share in found.shares] == [("a", 2, 100), ("b", 0, 0)]


def test_a_substitute_has_the_hours_and_the_planned_person_has_not():
    cover = Cover(CoverKind.SUBSTITUTE, "a", "c", start=local("2026-03-02 20:00"), end=local("2026-03-03 08:00"))
    found = fairness(
        roster("a", covers=(cover,)), local("2026-03-02 08:00"), local("2026-03-03 08:00"), now=local("2026-03-01")
    )
    assert {share.person: (share.hours, share.nights) for share in found.shares} == {"a": (12, 0), "c": (12, 1)}


@pytest.mark.parametrize(
    ("busy", "last", "expected"),
    [
        (set(), {"p": "2026-01-01", "q": "2026-01-10", "r": "2026-01-03"}, "p"),
        ({"p"}, {"p": "2026-01-01", "q": "2026-01-10", "r": "2026-01-03"}, "r"),
        ({"p"}, {"p": "2026-01-01", "r": "2026-01-03"}, "q"),  # who never served comes first
        ({"p", "q", "r"}, {}, None),
        (set(), {"p": "2026-01-03", "q": "2026-01-03", "r": "2026-01-10"}, "p"),
    ],
)
def test_the_fair_pick_is_free_and_served_longest_ago(busy, last, expected):
    assert pick("pqr", busy, {name: date.fromisoformat(day) for name, day in last.items()}) == expected


def gap(of: Roster, text: str):
    (shift,) = on_duty(of, local(text))
    return shift


def test_a_suggestion_leaves_out_the_busy_those_on_leave_and_whoever_has_the_shift():
    of = roster("a", "b", "c", "d", "e")
    slot = gap(of, "2026-03-04 12:00")
    (planned,) = slot.people
    found = suggest(of, slot, "abcdexy", away={"y"})
    assert planned not in [each.person for each in found]
    assert {each.person for each in found} == set("abcdex") - {planned}


def test_a_suggestion_puts_the_rested_first_then_who_never_served_then_who_served_longest_ago():
    of = roster("a", "b", "c", "d", "e")
    slot = gap(of, "2026-03-04 12:00")
    found = suggest(of, slot, "abcdex")
    order = [(each.person, each.rested) for each in found]
    before = gap(of, "2026-03-03 12:00").people[0]
    after = gap(of, "2026-03-05 12:00").people[0]
    assert order[0] == ("x", True)
    assert {name for name, rested in order if not rested} == {before, after}
    assert [rested for _name, rested in order] == [True, True, True, False, False]
    rested = [each for each in found if each.rested and each.last]
    assert rested == sorted(rested, key=lambda each: each.last)


def test_among_equals_who_had_fewer_holidays_comes_first():
    both = Rotation((("a", "b"),), datetime(2026, 1, 1, 8), SHANGHAI, valid_until=date(2026, 10, 9))
    holiday = Cover(CoverKind.REMOVE, "a", "", "whole/2026-10-03/primary")
    of = Roster(SHANGHAI, (Layer(WHOLE, both),), (holiday,), calendar=CALENDAR)
    later = Rotation((("c",),), datetime(2026, 10, 9, 8), SHANGHAI, valid_from=date(2026, 10, 9))
    of = replace(of, layers=(*of.layers, Layer(WHOLE, later)))
    found = suggest(of, gap(of, "2026-10-12 12:00"), "ab")
    assert [each.person for each in found] == ["a", "b"]
    assert found[0].holiday_hours < found[1].holiday_hours


def test_a_leader_on_call_may_take_a_shift_and_a_shadow_too():
    shadow = Rotation((("s",),), datetime(2026, 1, 1, 8), SHANGHAI)
    of = roster("a", "b", "c")
    of = replace(of, layers=(*of.layers, Layer(replace(WHOLE, code="learn"), shadow, Post.SHADOW)))
    slot = next(
        shift
        for shift in shifts(of, local("2026-03-04 12:00"), local("2026-03-04 12:01"))
        if shift.post is Post.PRIMARY
    )
    assert "s" in [each.person for each in suggest(of, slot, "abcs")]
