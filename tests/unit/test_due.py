"""Every check has its turn, waits at most once, and never piles up."""

from __future__ import annotations

from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain import plan
from netwatch.workers.due import Due

MINUTE = timedelta(minutes=1)


def due_of(*names: str) -> Due:
    due = Due()
    due.plan(dict.fromkeys(names, MINUTE), 0)
    return due


async def taken(due: Due, now: float) -> list[str]:
    due.release(now)
    found = []
    while not due._waiting.empty():
        found.append(await due.take())
    return found


@given(st.text(min_size=1, max_size=30), st.integers(1, 86400))
def test_the_first_turn_lies_within_the_interval_and_is_the_same_after_a_restart(name: str, seconds: int):
    every = timedelta(seconds=seconds)

    assert 0 <= plan.offset(name, every) < seconds
    assert plan.offset(name, every) == plan.offset(name, every)


def test_first_turns_are_spread_over_the_interval():
    turns = sorted(plan.offset(f"sw-{number}/snmp", MINUTE) for number in range(600))

    most_in_a_second = max(sum(second <= turn < second + 1 for turn in turns) for second in range(60))
    assert most_in_a_second < 30


@given(st.floats(0, 1e6), st.floats(0, 1e4), st.integers(1, 3600))
def test_the_following_turn_is_after_the_end_and_in_step(due: float, took: float, seconds: int):
    every = timedelta(seconds=seconds)

    turn = plan.following(due, due + took, every)

    assert due + took < turn + 1e-6
    assert turn <= due + took + seconds + 1e-6


async def test_every_check_is_taken_once_in_its_interval():
    due = due_of("a", "b", "c")

    assert sorted(await taken(due, 60)) == ["a", "b", "c"]


async def test_a_check_that_is_running_is_not_taken_again():
    due = due_of("a")
    assert await taken(due, 60) == ["a"]

    due.at_once("a", 61)

    assert await taken(due, 300) == []


async def test_a_check_asked_for_while_it_runs_runs_again_after():
    due = due_of("a")
    await taken(due, 60)
    due.at_once("a", 61)

    due.done("a", 62)

    assert await taken(due, 62) == ["a"]


async def test_a_check_in_doubt_comes_again_sooner():
    due = due_of("a")
    await taken(due, 60)

    due.done("a", 61, retry=timedelta(seconds=15))

    assert await taken(due, 75) == []
    assert await taken(due, 76.1) == ["a"]


async def test_turns_that_passed_while_it_ran_are_counted_and_not_made_up_for():
    due = due_of("a")
    await taken(due, 60)

    due.done("a", 200)

    assert due.skipped >= 1
    assert await taken(due, 200) == []
    assert await taken(due, 261) == ["a"]


async def test_a_check_that_is_no_longer_asked_for_is_let_go():
    due = due_of("a", "b")

    due.plan({"a": MINUTE}, 10)

    assert await taken(due, 60) == ["a"]


async def test_a_check_taken_up_late_is_counted():
    due = due_of("a")
    await taken(due, 60)

    due.started("a", 90)

    assert due.late == 1


async def test_what_waits_too_long_is_overdue():
    due = due_of("a", "b")
    due.release(60)

    assert due.overdue(130) == 2
    assert await taken(due, 130) != []
    assert due.overdue(130) == 0
