"""The most specific threshold holds, else the meaning's own limits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netwatch.domain.model import Rule, Severity, Subject
from probes.api import Limits

if TYPE_CHECKING:
    from conftest import Load

DEVICES = """
[[group]]
name = "switches"
[[group]]
name = "core"
[[device]]
name = "sw-1"
address = "127.0.0.1"
groups = ["switches", "core"]
check = [{ kind = "gauge", dial = "a" }, { kind = "icmp" }]
[[device]]
name = "sw-2"
address = "127.0.0.1"
check = [{ kind = "icmp" }]
"""
TEMPERATURE = Limits(warning=75, critical=90, recover=70)


def threshold(**keys: object) -> str:
    def text(value: object) -> str:
        return str(value).lower() if isinstance(value, bool) else f'"{value}"' if isinstance(value, str) else str(value)

    return "[[threshold]]\n" + "".join(f"{key} = {text(value)}\n" for key, value in keys.items())


def temperature(**keys: object) -> str:
    return threshold(meaning="temperature", **keys)


def of(device: str = "sw-1", meaning: str = "temperature", item: str = "slot 1", check: str = "gauge") -> Subject:
    return Subject(device, check, meaning, item)


def test_without_a_threshold_the_meaning_says_what_is_bad(loaded: Load) -> None:
    assert loaded(DEVICES).rule(of()) == Rule(TEMPERATURE)


def test_a_kind_may_have_limits_of_its_own_for_a_shared_meaning(loaded: Load) -> None:
    settings = loaded(DEVICES)
    assert settings.rule(of(meaning="cpu.usage")).limits == Limits(warning=50, critical=60)
    assert settings.rule(of(meaning="cpu.usage", check="icmp")).limits == Limits(warning=90, critical=98, recover=80)


@pytest.mark.parametrize("subject", [Subject("gone", "icmp", "no.such", "x"), Subject("sw-1", "gauge")])
def test_nothing_is_judged_of_what_nothing_is_known(subject: Subject, loaded: Load) -> None:
    assert loaded(DEVICES).rule(subject) == Rule(None)


SPECIFIC = [
    temperature(warning=1),
    temperature(group="switches", warning=2),
    temperature(group="core", warning=3),
    temperature(device="sw-1", warning=4),
    temperature(item="slot *", warning=5),
    temperature(group="core", item="s*", warning=6),
    temperature(device="sw-1", item="*1", warning=7),
    temperature(item="slot 1", warning=8),
    temperature(group="switches", item="slot 1", warning=9),
    temperature(device="sw-1", item="slot 1", warning=10),
]


@pytest.mark.parametrize("many", range(1, len(SPECIFIC) + 1))
def test_the_most_specific_threshold_holds_wherever_it_stands_in_the_file(many: int, loaded: Load) -> None:
    for order in (SPECIFIC[:many], SPECIFIC[:many][::-1]):
        assert loaded(DEVICES + "".join(order)).rule(of()).limits == Limits(warning=many)


def test_thresholds_of_others_do_not_hold(loaded: Load) -> None:
    text = DEVICES + temperature(device="sw-2", warning=1) + temperature(item="slot 2", warning=2)
    text += temperature(item="slot", warning=3) + '[[group]]\nname = "x"\n' + temperature(group="x", warning=4)
    assert loaded(text).rule(of()) == Rule(TEMPERATURE)


def test_a_threshold_without_limits_changes_only_the_rest(loaded: Load) -> None:
    text = DEVICES + temperature(warning=40, critical=50) + temperature(device="sw-1", severity="critical")
    assert loaded(text).rule(of()) == Rule(Limits(warning=40, critical=50), Severity.CRITICAL)
    assert loaded(DEVICES + temperature(severity="minor")).rule(of()) == Rule(TEMPERATURE, Severity.MINOR)


def test_what_is_off_for_all_can_be_on_for_one(loaded: Load) -> None:
    settings = loaded(DEVICES + temperature(off=True) + temperature(device="sw-1", off=False))
    assert not settings.rule(of()).off
    assert settings.rule(of(device="sw-2", check="icmp")).off


@pytest.mark.parametrize(
    ("keys", "rising"),
    [
        ({"meaning": "gauge.pressure", "critical": 15}, False),
        ({"meaning": "gauge.pressure", "critical": 15, "bad": "above"}, True),
        ({"meaning": "temperature", "critical": 5, "bad": "below", "recover": 8}, False),
        ({"meaning": "fan.speed", "warning": 900, "critical": 500}, False),
        ({"meaning": "fan.speed", "critical": 500, "recover": 600}, False),
        ({"meaning": "port.in", "warning": 900, "critical": 1000}, True),
        ({"meaning": "port.in", "critical": 1000, "bad": "above"}, True),
    ],
)
def test_which_side_is_bad_is_said_or_follows(keys: dict[str, object], rising: bool, loaded: Load) -> None:
    limits = loaded(DEVICES + threshold(**keys)).rule(of(meaning=str(keys["meaning"]))).limits
    assert limits is not None
    assert limits.rising is rising


def test_a_star_is_the_only_sign_with_a_meaning_in_an_item(loaded: Load) -> None:
    settings = loaded(DEVICES + temperature(item="[a-z].*", warning=1))
    assert settings.rule(of(item="b.c")) == Rule(TEMPERATURE)
    assert settings.rule(of(item="[a-z].c")) == Rule(Limits(warning=1))


def test_a_rule_asked_for_twice_is_worked_out_once(loaded: Load) -> None:
    settings = loaded(DEVICES + temperature(warning=40))
    assert settings.rule(of()) is settings.rule(of())


def test_meanings_of_a_kind_are_the_shared_ones_and_its_own(loaded: Load) -> None:
    meanings = loaded(DEVICES).meanings("gauge")
    assert {"temperature", "gauge.level"} <= meanings.keys()
    assert meanings["cpu.usage"].limits == Limits(warning=50, critical=60)
