"""A platform's file: what it may say, and the sentence where it says something else."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path
from typing import Any

import pytest

from probes.platforms import rules
from probes.platforms.platform import PlatformError, load, names, parsed, spoken
from probes.ssh.allowed import Allowed

GOOD: dict[str, Any] = {
    "name": "x",
    "version": 1,
    "dialogue": {"questions": [{"ask": "Sure\\?"}]},
    "facet": [{"name": "running", "commands": ["show run"]}],
}


def test_every_shipped_file_can_be_read() -> None:
    assert {load(name).name for name in names()} == set(names())
    assert set(spoken()) < set(names())


def test_a_server_has_nothing_to_be_typed() -> None:
    assert load("linux").dialogue is None


def test_a_platform_that_is_like_another_is_read_like_it() -> None:
    ios, xe = load("cisco_ios"), load("cisco_xe")
    assert (xe.name, xe.dialogue, xe.readings) == ("cisco_xe", ios.dialogue, ios.readings)


def test_one_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(PlatformError, match="there is no platform 'cisco'; the platforms are: arista_eos, "):
        load("cisco")


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"name": "y"}, "x.toml: name: must be 'x'"),
        ({"version": 0}, "x.toml: version: must be a whole number from 1"),
        ({"version": True}, "x.toml: version: must be a whole number from 1"),
        ({"facets": []}, "x.toml.facets: unknown key"),
        ({"dialogue": {"pager": []}}, "x.toml: dialogue.pager: unknown key"),
        ({"dialogue": {"channel": "telnet"}}, "x.toml: dialogue.channel: must be one of exec, shell"),
        ({"dialogue": {"pagers": ["("]}}, "x.toml: dialogue.pagers: is no regular expression"),
        ({"dialogue": {"setup": "no page"}}, "x.toml: dialogue.setup: must be a list of texts"),
        ({"dialogue": {"exit": "quit\nreload"}}, "x.toml: dialogue.exit: must be one line of printable ASCII"),
        (
            {"dialogue": {"questions": [{"ask": "x", "answer": "y"}]}},
            "x.toml: dialogue.questions.0.answer: must be one",
        ),
        ({"dialogue": {"questions": [{"ask": ""}]}}, "x.toml: dialogue.questions.0.ask: must be text"),
        ({"facet": [{"name": "running"}]}, "x.toml: facet.0.commands: must not be empty"),
        ({"facet": [{"commands": ["show"]}]}, "x.toml: facet.0.name: must be text"),
        ({"facet": GOOD["facet"] * 2}, "x.toml: facet: two have the same name"),
        ({"facet": ["running"]}, "x.toml: facet.0: must be a table"),
    ],
)
def test_a_file_that_is_wrong_is_refused_with_the_key(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(PlatformError) as refused:
        parsed("x", {**GOOD, **change})
    assert str(refused.value).startswith(sentence)


def test_what_it_does_not_say_is_as_usual() -> None:
    platform = parsed("x", GOOD)
    assert platform.dialogue is not None
    assert (platform.dialogue.channel, platform.dialogue.questions[0].answer) == ("shell", "n")
    assert platform.reading("startup") is None


def test_the_platform_of_the_how_to_is_one() -> None:
    page = (Path(__file__).parents[4] / "docs/howto/add-a-platform.md").read_text(encoding="utf-8")
    data = tomllib.loads(re.findall(r"```toml\n(name = .*?)```", page, re.DOTALL)[0])
    platform = parsed(data["name"], data)
    assert platform.commands() == {"terminal length 0", "show running-config", "exit"}
    assert Allowed(platform).line(b"show running-config\n")
    assert rules.parsed(data["name"], data).label == "maipu_os/1"
