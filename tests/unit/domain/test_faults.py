"""A fault is confirmed before it alarms and before it ends, and what flaps is told once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.faults import penalty, step
from netwatch.domain.model import (
    Changed,
    CheckState,
    Closed,
    Event,
    FlapEnded,
    FlapStarted,
    Health,
    Observation,
    Opened,
    Policy,
    Severity,
    Subject,
)
from probes.api import Message

SUBJECT = Subject("sw-1", "icmp")
START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
BAD = Severity.CRITICAL
POLICY = Policy()
SEVERITIES = st.sampled_from([None, Severity.WARNING, Severity.MAJOR, Severity.CRITICAL])


def look(minute: float, severity: Severity | None) -> Observation:
    return Observation(SUBJECT, START + timedelta(minutes=minute), severity, Message(str(severity)))


def fold(
    severities: list[Severity | None], policy: Policy = POLICY, *, gap: float = 1
) -> tuple[CheckState, list[Event]]:
    state, happened = CheckState(SUBJECT), []
    for number, severity in enumerate(severities):
        state, events = step(state, look(number * gap, severity), policy)
        happened += events
    return state, happened


def test_one_or_two_bad_looks_alarm_nobody():
    state, happened = fold([None, BAD, BAD, None])

    assert happened == []
    assert state.health is Health.OK


def test_the_third_bad_look_opens_the_fault_at_the_first():
    state, happened = fold([None, BAD, BAD, BAD])

    (opened,) = happened
    assert opened == Opened(START + timedelta(minutes=1), START + timedelta(minutes=3), BAD, Message(str(BAD)))
    assert state.since == START + timedelta(minutes=1)


def test_recovery_is_confirmed_as_well_and_dated_at_the_first_good_look():
    _state, happened = fold([BAD, BAD, BAD, None, None])

    assert [type(each) for each in happened] == [Opened, Closed]
    assert happened[1].at == START + timedelta(minutes=3)
    assert happened[1].confirmed == START + timedelta(minutes=4)


def test_a_good_look_between_bad_ones_delays_recovery():
    state, happened = fold([BAD, BAD, BAD, None, BAD, None])

    assert [type(each) for each in happened] == [Opened]
    assert state.health is Health.FAILING


def test_a_good_and_a_less_bad_look_are_different_doubts():
    state, happened = fold([BAD, BAD, BAD, None, Severity.WARNING, None])

    assert [type(each) for each in happened] == [Opened]
    assert state.health is Health.FAILING


def test_a_confirmed_change_of_severity_is_an_event():
    _state, happened = fold([Severity.WARNING] * 3 + [Severity.MAJOR] * 3)

    assert [type(each) for each in happened] == [Opened, Changed]
    assert happened[1].severity is Severity.MAJOR


def test_a_late_result_does_not_rewrite_history():
    state, _happened = fold([None, BAD, BAD, BAD])

    again, events = step(state, look(0.5, None), POLICY)

    assert again == state
    assert events == ()


def test_what_changes_too_often_starts_to_flap_and_settles():
    policy = Policy(fail_after=1, recover_after=1)
    state, happened = fold([BAD, None, BAD, None], policy)

    assert FlapStarted(START + timedelta(minutes=2)) in happened
    assert state.flapping

    for minute in range(4, 60):
        state, events = step(state, look(minute, None), policy)
        happened += events

    assert isinstance(happened[-1], FlapEnded)
    assert happened[-1].health is Health.OK
    assert not state.flapping


def test_the_penalty_halves_with_each_half_life():
    state = CheckState(SUBJECT, flaps=8.0, flaps_at=START)
    policy = Policy(flap_half_life=timedelta(minutes=10))

    assert penalty(state, START + timedelta(minutes=20), policy) == pytest.approx(2.0)


@given(st.lists(SEVERITIES, max_size=60), st.integers(1, 4), st.integers(1, 4))
def test_opening_and_closing_alternate(severities: list[Severity | None], fail: int, recover: int):
    _state, happened = fold(severities, Policy(fail_after=fail, recover_after=recover))

    turns = [type(each) for each in happened if isinstance(each, Opened | Closed)]
    assert turns == [Opened, Closed] * (len(turns) // 2) + [Opened] * (len(turns) % 2)


@given(st.lists(SEVERITIES, max_size=60), st.integers(1, 4), st.integers(1, 4))
def test_every_opening_is_preceded_by_its_run_of_bad_looks(severities: list[Severity | None], fail: int, recover: int):
    _state, happened = fold(severities, Policy(fail_after=fail, recover_after=recover))

    for event in happened:
        if isinstance(event, Opened):
            last = int((event.confirmed - START).total_seconds() // 60)
            first = int((event.at - START).total_seconds() // 60)
            assert last - first == fail - 1
            assert all(severities[first : last + 1])
        if isinstance(event, Closed):
            last = int((event.confirmed - START).total_seconds() // 60)
            assert severities[last - recover + 1 : last + 1] == [None] * recover


@given(st.lists(SEVERITIES, max_size=60))
def test_a_state_is_failing_exactly_when_its_last_turn_was_an_opening(severities: list[Severity | None]):
    state, happened = fold(severities)

    turns = [each for each in happened if isinstance(each, Opened | Closed)]
    assert (state.health is Health.FAILING) == (bool(turns) and isinstance(turns[-1], Opened))
    assert (state.severity is None) == (state.health is not Health.FAILING)


@given(st.lists(SEVERITIES, max_size=40), st.lists(SEVERITIES, max_size=5))
def test_the_same_looks_give_the_same_state(first: list[Severity | None], more: list[Severity | None]):
    assert fold(first + more) == fold(first + more)


@given(st.lists(SEVERITIES, min_size=30, max_size=120))
def test_flapping_starts_and_ends_in_turn(severities: list[Severity | None]):
    _state, happened = fold(severities, Policy(fail_after=1, recover_after=1))

    turns = [type(each) for each in happened if isinstance(each, FlapStarted | FlapEnded)]
    assert turns == [FlapStarted, FlapEnded] * (len(turns) // 2) + [FlapStarted] * (len(turns) % 2)
