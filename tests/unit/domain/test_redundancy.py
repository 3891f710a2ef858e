"""A device has lost an uplink where one of several parents is known to be away and it still answers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.model import DeviceState
from netwatch.domain.redundancy import ANSWERS, AWAY, Lost, because_of, lost
from netwatch.domain.topology import behind

UP, DEGRADED, DOWN = DeviceState.UP, DeviceState.DEGRADED, DeviceState.DOWN
UNREACHABLE, UNKNOWN, MAINTENANCE = DeviceState.UNREACHABLE, DeviceState.UNKNOWN, DeviceState.MAINTENANCE
PAIR = {"sw": ("core-a", "core-b")}


@pytest.mark.parametrize(
    ("device", "core_a", "core_b", "away"),
    [
        (UP, UP, UP, ()),
        (UP, DOWN, UP, ("core-a",)),
        (UP, UP, DOWN, ("core-b",)),
        (UP, DEGRADED, UP, ()),
        (DEGRADED, DOWN, DEGRADED, ("core-a",)),
        # Away for the sake of what is in front of it: it carries nothing either.
        (UP, UNREACHABLE, UP, ("core-a",)),
        # Not known, or planned: nothing is lost.
        (UP, UNKNOWN, UP, ()),
        (UP, MAINTENANCE, UP, ()),
        (MAINTENANCE, DOWN, UP, ()),
        # That the device answers shows that the other carries, whatever is known of it.
        (UP, DOWN, UNKNOWN, ("core-a",)),
        (UP, DOWN, MAINTENANCE, ("core-a",)),
        # Both away, or the device itself: that is another matter, with a fault of its own.
        (UP, DOWN, DOWN, ()),
        (UNREACHABLE, DOWN, DOWN, ()),
        (UNREACHABLE, DOWN, UNREACHABLE, ()),
        (DOWN, DOWN, UP, ()),
        (UNKNOWN, DOWN, UP, ()),
    ],
)
def test_one_of_two_parents_is_away_and_the_device_answers(
    device: DeviceState, core_a: DeviceState, core_b: DeviceState, away: tuple[str, ...]
):
    found = lost(PAIR, {"sw": device, "core-a": core_a, "core-b": core_b})
    assert found == ((Lost("sw", away, 1),) if away else ())


def test_what_was_never_looked_at_loses_nothing_and_one_parent_is_no_redundancy():
    assert lost(PAIR, {}) == ()
    assert lost(PAIR, {"sw": UP}) == ()
    assert lost({"sw": ("core-a",)}, {"sw": UP, "core-a": DOWN}) == ()


def test_of_three_uplinks_it_is_said_how_many_are_left():
    three = {"sw": ("a", "b", "c")}
    assert lost(three, {"sw": UP, "a": DOWN, "b": UP, "c": UP}) == (Lost("sw", ("a",), 2),)
    assert lost(three, {"sw": UP, "a": DOWN, "b": UP, "c": DOWN}) == (Lost("sw", ("a", "c"), 1),)


def test_one_device_is_asked_for_by_its_name():
    states = {"sw": UP, "sw-2": UP, "core-a": DOWN, "core-b": UP}
    both = {**PAIR, "sw-2": ("core-a", "core-b")}
    assert lost(both, states, device="sw-2") == (Lost("sw-2", ("core-a",), 1),)
    assert lost(both, states, device="core-a") == ()


def test_a_fault_has_cost_an_uplink_also_over_what_is_only_behind_it():
    parents = {"dist-a": ("core-a",), "dist-b": ("core-b",), "sw": ("dist-a", "dist-b"), "lone": ("dist-a",)}
    # The distributor behind the dead core is not confirmed to be away yet.
    states = {"core-a": DOWN, "core-b": UP, "dist-a": UP, "dist-b": UP, "sw": UP, "lone": UP}
    assert because_of("core-a", parents, states) == ("sw",)
    assert because_of("core-b", parents, states) == ()


def test_two_faults_do_not_answer_for_each_others_devices():
    parents = {"sw-1": ("a", "b"), "sw-2": ("c", "d")}
    states = {"a": DOWN, "b": UP, "c": DOWN, "d": UP, "sw-1": UP, "sw-2": UP}
    assert because_of("a", parents, states) == ("sw-1",)
    assert because_of("c", parents, states) == ("sw-2",)


NAMES = [f"d{number}" for number in range(7)]


@st.composite
def sites(draw: st.DrawFn) -> tuple[dict[str, tuple[str, ...]], dict[str, DeviceState]]:
    """Devices whose parents stand before them, in any state, some never looked at."""
    parents = {
        name: tuple(draw(st.lists(st.sampled_from(NAMES[:number]), unique=True, max_size=3))) if number else ()
        for number, name in enumerate(NAMES)
    }
    states = draw(st.dictionaries(st.sampled_from(NAMES), st.sampled_from(DeviceState)))
    return parents, states


@given(sites())
def test_what_has_lost_redundancy_answers_and_has_known_parents_on_both_sides(site):
    parents, states = site
    for each in lost(parents, states):
        assert states[each.device] in ANSWERS
        assert all(states[parent] in AWAY for parent in each.away)
        assert each.away
        assert each.left > 0
        assert len(each.away) + each.left == len(parents[each.device])


@given(sites())
def test_asked_one_by_one_or_together_the_answer_is_the_same(site):
    parents, states = site
    assert tuple(each for name in parents for each in lost(parents, states, device=name)) == lost(parents, states)


@given(sites())
def test_a_site_in_which_nothing_is_away_has_lost_nothing(site):
    parents, states = site
    well = {name: state for name, state in states.items() if state not in AWAY}
    assert lost(parents, well) == ()


@given(sites(), st.sampled_from(NAMES))
def test_no_device_is_both_unreachable_behind_a_fault_and_hanging_by_it(site, device):
    parents, states = site
    assert behind(device, parents).isdisjoint(because_of(device, parents, states))
    assert because_of(device, parents, {**states, device: UP}) == ()
