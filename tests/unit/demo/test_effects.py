"""What all that is wrong makes of each device."""

from __future__ import annotations

from netwatch.demo.effects import (
    Broken,
    Busy,
    Condition,
    Effect,
    Full,
    OnBattery,
    PortDown,
    Refusing,
    Silent,
    conditions,
)
from netwatch.demo.hospital import parents

WIRING = {
    "core-a": (),
    "core-b": (),
    "hall": ("core-a", "core-b"),
    "floor": ("hall",),
    "desk": ("floor",),
    "other": ("core-a",),
}


def silent(*effects: Effect) -> set[str]:
    return {name for name, condition in conditions(effects, WIRING).items() if condition.silent}


def test_without_effects_every_device_is_well() -> None:
    assert conditions((), WIRING) == dict.fromkeys(WIRING, Condition())


def test_what_is_behind_a_silent_device_is_silent_too() -> None:
    assert silent(Silent("hall")) == {"hall", "floor", "desk"}


def test_what_has_another_way_goes_on_answering() -> None:
    assert silent(Silent("core-a")) == {"core-a", "other"}


def test_when_every_way_is_cut_nothing_behind_answers() -> None:
    assert silent(Silent("core-a"), Silent("core-b")) == set(WIRING)


def test_a_device_is_all_that_is_wrong_with_it() -> None:
    effects = (
        Busy("desk", 97),
        PortDown("desk", "1"),
        PortDown("desk", "2"),
        Full("desk", "/", 96),
        Refusing("desk", "database"),
        Broken("desk", "web"),
        OnBattery("desk"),
    )

    found = conditions(effects, WIRING)

    assert found["desk"] == Condition(
        ports_down=frozenset({"1", "2"}),
        load=97,
        full={"/": 96},
        refusing=frozenset({"database"}),
        broken=frozenset({"web"}),
        on_battery=True,
    )
    assert found["floor"] == Condition()


def test_in_the_hospital_a_building_falls_silent_with_its_distribution_switch() -> None:
    found = conditions((Silent("dist-out"),), parents())
    assert {name for name, each in found.items() if each.silent} == {"dist-out", "out-1f", "out-2f", "imaging"}
