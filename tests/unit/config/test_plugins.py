"""Kinds of probe are found by their entry points, and one that is broken harms nobody else."""

from __future__ import annotations

from importlib.metadata import EntryPoint
from pathlib import Path

import pytest

from netwatch.config import load
from netwatch.errors import ConfigError, PluginError
from netwatch.plugins import GROUP, Registry

KINDS = "netwatch_test_kinds"


@pytest.fixture(autouse=True)
def _importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent / "plugins")


def registry(**kinds: str) -> Registry:
    return Registry(EntryPoint(name, value, GROUP) for name, value in kinds.items())


def test_our_own_kinds_are_installed_the_same_way_as_others() -> None:
    assert {"host", "http", "icmp", "snmp", "tcp"} <= set(Registry.installed().kinds())


def test_a_kind_is_loaded_when_it_is_asked_for_and_once() -> None:
    known = registry(gauge=f"{KINDS}:GaugeProbe", broken="netwatch_test_crashing:Probe")
    assert known.kinds() == ("broken", "gauge")
    assert known.probe("gauge") is known.probe("gauge")
    assert known.probe("gauge").kind == "gauge"


def test_an_unknown_kind_is_told_with_the_known_ones() -> None:
    with pytest.raises(PluginError, match=r"^there is no kind of check 'x'; the kinds are: a, gauge$"):
        registry(gauge=f"{KINDS}:GaugeProbe", a="nowhere:A").probe("x")
    with pytest.raises(PluginError, match="the kinds are: none"):
        registry().probe("x")


@pytest.mark.parametrize(
    ("kind", "value", "sentence"),
    [
        ("a", "netwatch_test_nowhere:A", "cannot be loaded from netwatch_test_nowhere:A: ModuleNotFoundError: "),
        ("a", f"{KINDS}:Missing", f"cannot be loaded from {KINDS}:Missing: AttributeError: "),
        ("a", "netwatch_test_crashing:A", "RuntimeError: no such library here"),
        ("a", f"{KINDS}:not_a_class", f"cannot be used: {KINDS}:not_a_class is not a class"),
        ("gauge", f"{KINDS}:Misnamed", "calls itself 'something-else'"),
        ("deaf", f"{KINDS}:Deaf", "cannot measure"),
        ("mute", f"{KINDS}:Mute", "has no meanings"),
        ("loose", f"{KINDS}:Loose", "has Options that are not a pydantic model which forbids unknown keys"),
    ],
)
def test_a_broken_kind_says_what_is_wrong_with_it(kind: str, value: str, sentence: str) -> None:
    with pytest.raises(PluginError) as caught:
        registry(**{kind: value}).probe(kind)
    assert sentence in str(caught.value)
    assert str(caught.value).startswith(f"the kind '{kind}' ")


def test_a_broken_kind_is_a_problem_of_the_configuration_that_asks_for_it(tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    device = '[[device]]\nname = "a"\naddress = "127.0.0.1"\ncheck = [{{ kind = "{}", dial = "x" }}]\n'
    known = registry(gauge=f"{KINDS}:GaugeProbe", broken="netwatch_test_crashing:Probe")
    path.write_text(device.format("gauge"))
    assert load(path, known).devices["a"].name == "a"
    path.write_text(device.format("broken"))
    with pytest.raises(ConfigError) as caught:
        load(path, known)
    assert str(caught.value) == (
        "config.toml:4: device.a.check.broken.kind: the kind 'broken' cannot be loaded from "
        "netwatch_test_crashing:Probe: RuntimeError: no such library here"
    )


def test_one_kind_of_two_packages_is_not_guessed() -> None:
    twice = Registry(EntryPoint("gauge", f"{KINDS}:{name}", GROUP) for name in ("GaugeProbe", "Misnamed"))
    sentence = f"the kind 'gauge' is there twice: {KINDS}:GaugeProbe and {KINDS}:Misnamed; uninstall one of them"
    with pytest.raises(PluginError) as caught:
        twice.probe("gauge")
    assert str(caught.value) == sentence


def test_the_same_entry_point_found_twice_is_one() -> None:
    point = EntryPoint("gauge", f"{KINDS}:GaugeProbe", GROUP)
    assert Registry([point, point]).probe("gauge").kind == "gauge"
