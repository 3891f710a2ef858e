"""Who really is there around a handover."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.actual import LONGEST, Relief, present
from roster.cover import Roster, on_duty
from roster.layers import Layer, Post
from roster.rotation import Rotation, Template

SHANGHAI = ZoneInfo("Asia/Shanghai")

NIGHT = "night/2026-11-22/primary"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def eight(local):
    """The night of day 22 ends, and the day begins."""
    return local("2026-11-22 08:00")


@pytest.fixture
def there(three_shifts):
    def at(moment, *reliefs):
        found = present(three_shifts, reliefs, moment)
        return [(shift.template, shift.people) for shift in found if shift.post is Post.PRIMARY]

    return at


NIGHT_PEOPLE, DAY_PEOPLE = ("night2",), ("day2",)
BOTH = [("night", NIGHT_PEOPLE), ("day", DAY_PEOPLE)]
DAY = [("day", DAY_PEOPLE)]


def relief(ended, **more) -> Relief:
    return Relief(NIGHT, Post.PRIMARY, NIGHT_PEOPLE, ended, **more)


def test_before_the_end_of_the_shift_only_the_outgoing_is_there(there, eight):
    assert there(eight - MINUTE, relief(eight)) == [("night", NIGHT_PEOPLE)]


def test_from_the_end_until_somebody_has_accepted_both_are_there(there, eight):
    taken = relief(eight, taken_at=eight + 20 * MINUTE, by=DAY_PEOPLE)
    for minutes in (0, 1, 19):
        assert there(eight + minutes * MINUTE, taken) == BOTH
    assert there(eight + 20 * MINUTE, taken) == DAY


def test_the_outgoing_stays_listed_under_the_shift_that_is_over(three_shifts, eight):
    first = present(three_shifts, [relief(eight)], eight + MINUTE)[0]
    assert (first.id, first.end, first.title) == (NIGHT, eight, "night")


def test_a_handover_that_lapses_leaves_the_plan(there, eight):
    lapsed = relief(eight, lapsed_at=eight + 120 * MINUTE)
    assert there(eight + 119 * MINUTE, lapsed) == BOTH
    assert there(eight + 120 * MINUTE, lapsed) == DAY


def test_a_handover_that_nobody_closes_releases_the_outgoing_after_a_day(there, eight):
    assert there(eight + LONGEST - MINUTE, relief(eight))[0] == ("night", NIGHT_PEOPLE)
    assert ("night", NIGHT_PEOPLE) not in there(eight + LONGEST, relief(eight))


def test_who_really_took_over_counts_from_then_on(there, eight):
    taken = relief(eight, taken_at=eight + 5 * MINUTE, by=("wang",))
    assert there(eight + 4 * MINUTE, taken) == BOTH
    assert there(eight + 5 * MINUTE, taken) == [("day", ("wang",))]
    assert there(eight + 539 * MINUTE, taken) == [("day", ("wang",))]
    assert there(eight + 540 * MINUTE, taken) == [("evening", ("evening2",))]


def test_the_last_relief_in_a_shift_counts(there, eight):
    first = relief(eight, taken_at=eight + 5 * MINUTE, by=("wang",))
    middle = Relief(
        "day/2026-11-22/primary", Post.PRIMARY, ("wang",), eight + 60 * MINUTE,
        taken_at=eight + 61 * MINUTE, by=("zhao",),
    )  # fmt: skip
    assert there(eight + 30 * MINUTE, middle, first) == [("day", ("wang",))]
    assert there(eight + 61 * MINUTE, middle, first) == [("day", ("zhao",))]


def test_somebody_who_relieves_themselves_is_there_once(three_shifts, there, eight):
    same = Relief(NIGHT, Post.PRIMARY, DAY_PEOPLE, eight)
    assert there(eight + MINUTE, same) == DAY


def test_a_relief_of_another_post_changes_nothing(there, eight):
    other = Relief("lead/2026-11-21/leader", Post.LEADER, ("li",), eight, taken_at=eight, by=("wang",))
    assert there(eight + MINUTE, other) == DAY


def test_a_shift_that_the_roster_has_lost_is_still_handed_over(there, eight):
    lost = Relief("gone/2026-11-22/primary", Post.PRIMARY, ("zhao",), eight)
    assert ("gone", ("zhao",)) in there(eight + MINUTE, lost)


def test_nobody_is_there_without_a_plan_only_while_nobody_was_to_be_relieved(three_shifts, eight):
    empty = type(three_shifts)(three_shifts.zone, ())
    assert present(empty, [relief(eight)], eight + MINUTE)[0].people == NIGHT_PEOPLE
    assert present(empty, [], eight) == on_duty(empty, eight) == ()


def people(roster, reliefs, moment) -> set[str]:
    return {
        person for shift in present(roster, reliefs, moment) if shift.post is Post.PRIMARY for person in shift.people
    }


@given(
    taken=st.none() | st.integers(0, 3000),
    lapsed=st.none() | st.integers(0, 3000),
    by=st.sampled_from([("day2",), ("wang",), ("wang", "zhao")]),
    at=st.integers(0, 500),
)
def test_nobody_is_ever_nobody_and_the_outgoing_goes_with_acceptance_or_lapse(taken, lapsed, by, at):
    roster, eight = three(), datetime(2026, 11, 22, tzinfo=UTC)
    moments = [None if minutes is None else eight + minutes * MINUTE for minutes in (taken, lapsed)]
    handed = Relief(NIGHT, Post.PRIMARY, NIGHT_PEOPLE, eight, taken_at=moments[0], by=by, lapsed_at=moments[1])
    there_now = people(roster, [handed], eight + at * MINUTE)
    waiting = all(minutes is None or at < minutes for minutes in (taken, lapsed))
    coming = set(by) if taken is not None and at >= taken else set(DAY_PEOPLE)
    assert there_now == coming | (set(NIGHT_PEOPLE) if waiting else set())


def three() -> Roster:
    """Return a night and a day that follow each other, each by one person."""
    layers = [
        Layer(Template(code, code, time(start), time(end)), Rotation(((f"{code}2",),), datetime(2026, 1, 1), SHANGHAI))
        for code, start, end in (("night", 0, 8), ("day", 8, 0))
    ]
    return Roster(SHANGHAI, tuple(layers))
