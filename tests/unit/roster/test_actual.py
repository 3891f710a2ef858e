"""Who really is there around a handover."""

from __future__ import annotations

from datetime import timedelta

import pytest

from roster.actual import LONGEST, Relief, present
from roster.cover import on_duty
from roster.layers import Post

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
