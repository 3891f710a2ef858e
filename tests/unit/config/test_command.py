"""`netwatch config` says whether the configuration is right, and what it comes to."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from netwatch.cli import main

if TYPE_CHECKING:
    from pathlib import Path

DEVICE = '[[device]]\nname = "sw-{}"\naddress = "127.0.0.1"\ncheck = [{{ kind = "icmp" }}]\n'


@pytest.fixture(autouse=True)
def _english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config.toml"


def test_a_valid_configuration_is_told_with_what_is_in_it(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text("".join(DEVICE.format(number) for number in range(1200)) + '[[person]]\nname = "li"\n')
    assert main(["config", "check", "--config", str(path)]) == 0
    assert capsys.readouterr().out == (
        "config.toml: valid: 1,200 devices, 1,200 checks, 1 person, 0 thresholds, 0 maintenance windows\n"
    )


def test_all_problems_are_told_and_the_exit_code_says_so(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text(DEVICE.format(1).replace("address", "adress") + "[site]\nzone = 5\n")
    assert main(["config", "check", "--config", str(path)]) == 78
    captured = capsys.readouterr()
    assert captured.out == ""
    assert captured.err.splitlines()[:3] == [
        "config.toml:1: device.sw-1.address: is missing",
        "config.toml:3: device.sw-1.adress: unknown key; did you mean 'address'?",
        'config.toml:6: site.zone: must be a time zone such as "Asia/Shanghai"',
    ]


def test_the_configuration_of_the_environment_is_checked(
    path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NETWATCH_CONFIG", str(path))
    assert main(["config", "check"]) == 78
    assert capsys.readouterr().err.startswith(f"{path}: does not exist; --config FILE names another")


def test_what_holds_in_the_end_is_shown_without_secrets(path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path.write_text(DEVICE.format(1) + '[credential.a]\ncommunity = "c4nary"\n')
    path.chmod(0o600)
    assert main(["config", "show", "--config", str(path)]) == 0
    shown = capsys.readouterr().out
    assert "c4nary" not in shown
    assert tomllib.loads(shown)["device"][0]["check"][0]["every"] == "1m"
    assert tomllib.loads(shown)["credential"]["a"]["community"] == "***"


def test_a_command_must_be_given(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["config"])
    assert "COMMAND" in capsys.readouterr().err
