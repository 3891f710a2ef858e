"""A device is unreachable, instead of down, only when all that is in front of it is known to be away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.model import CheckState, DeviceState, Health, Severity, Subject, Window
from netwatch.domain.topology import (
    Reach,
    Standing,
    Upstream,
    behind,
    device_state,
    isolated,
    reach,
    standing,
)
from probes.api import Message

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


def pinged(device: str, health: Health, *, against: int = 0, since: int = 60, seen: int = 0) -> CheckState:
    return CheckState(
        Subject(device, "icmp"),
        health,
        Severity.CRITICAL if health is Health.FAILING else None,
        against,
        since=NOW - timedelta(seconds=since),
        seen=NOW - timedelta(seconds=seen),
        summary=Message("no answer" if health is Health.FAILING else "answers"),
        reachability=True,
    )


UP, DOWN = Health.OK, Health.FAILING


@pytest.mark.parametrize(
    ("states", "answer"),
    [
        ((), Reach.UNKNOWN),
        ((pinged("a", UP),), Reach.YES),
        ((pinged("a", UP, against=1),), Reach.DOUBT),
        ((pinged("a", DOWN),), Reach.NO),
        ((pinged("a", DOWN, against=1),), Reach.NO),
        ((pinged("a", Health.UNKNOWN),), Reach.UNKNOWN),
        ((pinged("a", Health.UNKNOWN, against=1),), Reach.DOUBT),
        ((pinged("a", DOWN), pinged("a", UP)), Reach.YES),
    ],
)
def test_one_check_that_answers_is_enough_to_be_reached(states: tuple[CheckState, ...], answer: Reach):
    assert reach(states) is answer


PARENTS = {"sw": ("core",), "dual": ("core", "core-b"), "alone": ()}


@pytest.mark.parametrize(
    ("device", "core", "core_b", "upstream"),
    [
        ("alone", pinged("core", DOWN), pinged("core-b", DOWN), Upstream.CLEAR),
        ("sw", pinged("core", UP, since=600), pinged("core-b", DOWN), Upstream.CLEAR),
        ("sw", pinged("core", UP, against=1), pinged("core-b", UP), Upstream.DOUBT),
        ("sw", pinged("core", DOWN), pinged("core-b", UP), Upstream.DOWN),
        ("sw", pinged("core", Health.UNKNOWN), pinged("core-b", UP), Upstream.CLEAR),
        ("dual", pinged("core", DOWN), pinged("core-b", UP, since=600), Upstream.CLEAR),
        ("dual", pinged("core", DOWN), pinged("core-b", DOWN), Upstream.DOWN),
        ("dual", pinged("core", DOWN), pinged("core-b", UP, against=2), Upstream.DOUBT),
    ],
)
def test_a_parent_that_answers_leaves_the_fault_with_the_device(
    device: str, core: CheckState, core_b: CheckState, upstream: Upstream
):
    states = {"core": (core,), "core-b": (core_b,), device: (pinged(device, DOWN, seen=5),)}

    assert standing(device, PARENTS, states).upstream is upstream


def test_after_a_parent_came_back_its_children_are_looked_at_first():
    back = pinged("core", UP, since=10)
    stale = {"core": (back,), "sw": (pinged("sw", DOWN, seen=20),)}
    fresh = {"core": (back,), "sw": (pinged("sw", DOWN, seen=2),)}

    assert standing("sw", PARENTS, stale).upstream is Upstream.RECOVERING
    assert standing("sw", PARENTS, fresh).upstream is Upstream.CLEAR


def test_everything_behind_a_device_is_found_through_any_number_of_steps():
    parents = {"a": (), "b": ("a",), "c": ("b",), "d": ("b", "e"), "e": (), "f": ("d", "c")}

    assert behind("a", parents) == {"b", "c"}
    assert behind("b", parents) == {"c"}
    assert behind("e", parents) == frozenset()


@given(
    st.dictionaries(
        st.sampled_from("abcdefgh"), st.lists(st.sampled_from("abcdefgh"), max_size=3).map(tuple), max_size=8
    )
)
def test_no_device_is_behind_itself_and_the_search_ends_even_in_a_ring(parents: dict[str, tuple[str, ...]]):
    for device in parents:
        assert device not in behind(device, parents)


def test_the_monitor_is_cut_off_when_no_canary_answers():
    states = {"gw": (pinged("gw", UP, against=1),), "core": (pinged("core", DOWN),)}

    assert isolated(("gw", "core"), states)
    assert not isolated((), states)
    assert not isolated(("gw", "core"), {**states, "gw": (pinged("gw", UP),)})


def cpu(health: Health, severity: Severity | None = None) -> CheckState:
    return CheckState(Subject("a", "snmp", "cpu.usage", "1"), health, severity, summary=Message("cpu"))


CLEAR = Standing(Upstream.CLEAR)


@pytest.mark.parametrize(
    ("states", "upstream", "expected"),
    [
        ((pinged("a", UP), cpu(UP)), CLEAR, DeviceState.UP),
        ((pinged("a", UP), cpu(DOWN, Severity.WARNING)), CLEAR, DeviceState.DEGRADED),
        ((pinged("a", DOWN), cpu(UP)), CLEAR, DeviceState.DOWN),
        ((pinged("a", DOWN), cpu(UP)), Standing(Upstream.DOWN, "core"), DeviceState.UNREACHABLE),
        ((pinged("a", Health.UNKNOWN),), CLEAR, DeviceState.UNKNOWN),
        ((), CLEAR, DeviceState.UNKNOWN),
    ],
)
def test_a_device_is_one_word_with_a_reason(states: tuple[CheckState, ...], upstream: Standing, expected: DeviceState):
    state, reason = device_state(states, None, upstream)

    assert state is expected
    assert reason.template


def test_a_window_is_said_before_anything_else():
    window = Window("exchange of the core", frozenset({"a"}), NOW, NOW + timedelta(hours=1))

    state, reason = device_state((pinged("a", DOWN),), window, CLEAR)

    assert state is DeviceState.MAINTENANCE
    assert "exchange of the core" in str(reason)
