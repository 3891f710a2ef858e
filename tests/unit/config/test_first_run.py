"""Whoever starts for the first time gets a configuration that works, of this host alone."""

from __future__ import annotations

import re
import socket
import stat
import threading
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING

import pytest

from netwatch import first_run
from netwatch.config import load
from netwatch.plugins import Registry
from roster.cover import on_duty

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 18, tzinfo=UTC)  # already the 23rd in Shanghai


@pytest.fixture(autouse=True)
def _login(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "zhang")
    monkeypatch.setenv("NETWATCH_LANGUAGE", "zh_CN")


@pytest.mark.parametrize("snmp_answers", [True, False])
def test_it_is_a_configuration_that_watches_this_host_only(snmp_answers: bool, tmp_path: Path) -> None:
    path = first_run.write(tmp_path / "var", now=NOW, snmp_answers=snmp_answers)
    settings = load(path, Registry.installed())
    assert [check.kind for check in settings.checks] == ["icmp", "host"] + ["snmp"] * snmp_answers
    assert {device.address for device in settings.devices.values()} == {"127.0.0.1"}
    assert settings.mail_directory == tmp_path / "var" / "mail"
    assert settings.site.language == "zh_CN"


def test_one_person_is_on_duty_round_the_clock(tmp_path: Path) -> None:
    settings = load(first_run.write(tmp_path, now=NOW, snmp_answers=False), Registry.installed())
    assert settings.people["zhang"].mail == "zhang@localhost"
    assert settings.file.rotation[0].anchor == date(2026, 11, 23)
    for hour in (0, 8, 16, 23):
        assert [shift.people for shift in on_duty(settings.roster, NOW.replace(hour=hour))] == [("zhang",)]


def test_only_its_owner_may_read_it(tmp_path: Path) -> None:
    path = first_run.write(tmp_path / "a" / "var", now=NOW, snmp_answers=True)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    assert [each.name for each in path.parent.iterdir()] == ["config.toml"]


def test_one_that_is_there_already_stays(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("# mine")
    assert first_run.write(tmp_path, now=NOW, snmp_answers=True).read_text() == "# mine"


def test_one_that_cannot_be_written_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_arguments: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        first_run.write(tmp_path, now=NOW, snmp_answers=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("login", "host", "person", "device"),
    [
        ("li.si", "monitor.hospital.example", "li.si", "monitor.hospital.example"),
        ("leader", "监控", "leader-1", "this-host"),
        ("值班", "-", "engineer", "this-host"),
        ('a"b\nc', "x" * 300, "a-b-c", "x" * 60),
    ],
)
def test_odd_names_become_names(
    login: str, host: str, person: str, device: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("LOGNAME", login)
    monkeypatch.setattr(socket, "gethostname", lambda: host)
    settings = load(first_run.write(tmp_path, now=NOW, snmp_answers=False), Registry.installed())
    assert (list(settings.people), list(settings.devices)) == ([person], [device])


def test_a_user_without_a_name_is_an_engineer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def nobody() -> str:
        raise KeyError("getpwuid(): uid not found: 4711")

    monkeypatch.setattr("getpass.getuser", nobody)
    settings = load(first_run.write(tmp_path, now=NOW, snmp_answers=False), Registry.installed())
    assert list(settings.people) == ["engineer"]


def test_the_examples_in_it_are_a_configuration_once_they_are_in_force(tmp_path: Path) -> None:
    path = first_run.write(tmp_path, now=NOW, snmp_answers=True)
    text = re.sub(r"^# (?=\[|[a-z_]+ = )", "", path.read_text(encoding="utf-8"), flags=re.MULTILINE)
    path.write_text(text, encoding="utf-8")
    for name in ("mail.password", "switches.community"):
        (tmp_path / name).write_text("words")
        (tmp_path / name).chmod(0o600)
    settings = load(path, Registry.installed())
    assert {"core-1", "access-2-3", "ups-1", "his-1"} < settings.devices.keys()
    assert settings.parents["access-2-3"] == ("core-1",)


def test_nobody_answers_where_no_agent_is() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as silent:
        silent.bind(("127.0.0.1", 0))
        assert not first_run.snmp_answers(port=silent.getsockname()[1], seconds=0.05)


def test_something_that_answers_nonsense_is_no_agent() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as odd:
        odd.bind(("127.0.0.1", 0))

        def answer() -> None:
            _question, asker = odd.recvfrom(2048)
            odd.sendto(b"HTTP/1.1 400 Bad Request\r\n\r\n", asker)

        thread = threading.Thread(target=answer)
        thread.start()
        assert not first_run.snmp_answers(port=odd.getsockname()[1], seconds=0.2)
        thread.join()
