"""A device is read in the ways of its groups and its own, key by key, as it has their checks."""

from __future__ import annotations

import importlib.util
from datetime import timedelta
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from netwatch.errors import PluginError
from netwatch.plugins import COLLECTORS, GROUP, Registry

if TYPE_CHECKING:
    from conftest import Load, Problems

GROUPS = """
[[group]]
name = "switches"
collect = [{ kind = "dial", number = 1, every = "3h", facets = ["scale"] }]
[[group]]
name = "core"
collect = [{ kind = "dial", every = "1h" }]
"""
DEVICE = '[[device]]\nname = "sw-1"\naddress = "127.0.0.1"\ncheck = [{ kind = "icmp" }]\n'


def test_a_device_is_read_as_its_groups_say_and_changes_that_key_by_key(loaded: Load) -> None:
    text = GROUPS + DEVICE + 'groups = ["switches", "core"]\ncollect = [{ kind = "dial", deadline = "30s" }]\n'
    (collect,) = loaded(text).collects
    assert (collect.device, collect.name, collect.kind) == ("sw-1", "dial", "dial")
    assert (collect.every, collect.deadline, collect.facets) == (
        timedelta(hours=1),
        timedelta(seconds=30),
        ("scale",),
    )
    assert collect.options.number == 1  # type: ignore[attr-defined]  # the kind's own model


def test_how_often_is_what_the_kind_finds_usual(loaded: Load) -> None:
    (collect,) = loaded(DEVICE + 'collect = [{ kind = "dial", number = 1 }]').collects
    assert (collect.every, collect.facets) == (timedelta(hours=2), ())


def test_a_device_may_do_without_what_its_group_reads(loaded: Load) -> None:
    text = GROUPS + DEVICE + 'groups = ["switches"]\ncollect = [{ kind = "dial", enabled = false }]\n'
    assert loaded(text).collects == ()


def test_what_a_group_leaves_out_its_devices_must_bring(problems: Problems) -> None:
    assert problems(GROUPS + DEVICE + 'groups = ["core"]') == [
        "config.toml:7: group.core.collect.dial.number: is missing"
    ]


def test_a_way_of_another_kind_needs_another_name(problems: Problems) -> None:
    text = GROUPS + DEVICE + 'groups = ["switches"]\ncollect = [{ name = "dial", kind = "other", number = 1 }]\n'
    assert any("'dial' of the group collects by dial; give this one another name" in each for each in problems(text))


def test_a_secret_among_the_options_is_not_shown_and_its_file_must_be_private(loaded: Load, tmp_path: Path) -> None:
    settings = loaded(DEVICE + 'collect = [{ kind = "dial", number = 1, token = "canary-4711" }]')
    assert "canary-4711" not in settings.shown() + repr(settings)
    assert 'kind = "dial"' in settings.shown()


def test_the_keys_lie_beside_the_database_or_where_the_configuration_says(
    loaded: Load, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert loaded("").keys == tmp_path / "keys"
    assert loaded('[storage]\nkeys = "elsewhere"').keys == tmp_path / "elsewhere"
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/somewhere")
    assert loaded('[storage]\nurl = "postgresql+psycopg://u@h/d"').keys == Path("/var/lib/somewhere/keys")


def test_a_mirror_takes_its_library(problems: Problems, monkeypatch: pytest.MonkeyPatch) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        "netwatch.config.verify.drift.find_spec", lambda name: None if name == "dulwich" else found(name)
    )
    sentence = "takes the extra 'git', which is not installed: run make environment"
    assert problems('[drift]\nmirror = "texts"') == [f"config.toml:2: drift.mirror: {sentence}"]


def test_collectors_are_found_as_probes_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(Path(__file__).parent / "plugins")
    points = [
        EntryPoint("dial", "netwatch_test_kinds:DialCollector", COLLECTORS),
        EntryPoint("numb", "netwatch_test_kinds:Numb", COLLECTORS),
        EntryPoint("dial", "netwatch_test_kinds:GaugeProbe", GROUP),
    ]
    known = Registry(points)
    assert (known.collectors(), known.kinds()) == (("dial", "numb"), ("dial",))
    assert known.collector("dial").kind == "dial"
    with pytest.raises(PluginError, match="the kind 'numb' cannot be used: netwatch_test_kinds:Numb cannot collect"):
        known.collector("numb")
    with pytest.raises(PluginError, match="there is no kind of collector 'x'; the kinds are: dial, numb"):
        known.collector("x")


def test_our_own_collectors_can_all_be_used() -> None:
    known = Registry.installed()
    assert {"cli", "local", "server", "snmp"} <= set(known.collectors())
    assert all(known.collector(kind).facets for kind in known.collectors())


def test_a_device_that_is_only_read_is_refused_with_what_it_lacks(problems: Problems) -> None:
    bare = DEVICE.replace('check = [{ kind = "icmp" }]\n', "")
    sentence = "is read and has no check, so that nobody would know whether it is up: give it one, such as icmp"
    (of_group,) = problems(GROUPS + bare + 'groups = ["switches"]\n')
    (own,) = problems(bare + 'collect = [{ kind = "dial", number = 1 }]\n')
    assert of_group.endswith(sentence)
    assert own.endswith(sentence)
