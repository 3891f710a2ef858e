"""What systemd hears of the service, over a real datagram socket."""

from __future__ import annotations

import os
import re
import secrets
import socket
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from structlog.testing import capture_logs

from netwatch import supervisor
from netwatch.supervisor import Pulse

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

PARTS = ("scheduler", "writer", "mailer")


@pytest.fixture(params=["path", "abstract"])
def systemd(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[socket.socket]:
    name = str(tmp_path / "notify") if request.param == "path" else f"@netwatch-test-{secrets.token_hex(8)}"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listening:
        listening.bind(name.replace("@", "\0", 1) if name.startswith("@") else name)
        listening.settimeout(5)
        monkeypatch.setenv("NOTIFY_SOCKET", name)
        yield listening


def test_systemd_hears_each_step(systemd: socket.socket) -> None:
    supervisor.ready("devices: 3, checks: 7")
    assert systemd.recv(1000) == b"READY=1\nSTATUS=devices: 3, checks: 7"
    supervisor.ready()
    assert systemd.recv(1000) == b"READY=1"
    supervisor.status("2 open faults")
    assert systemd.recv(1000) == b"STATUS=2 open faults"
    supervisor.waiting("the disk is full", 5.0)
    assert systemd.recv(1000) == b"STATUS=the disk is full\nEXTEND_TIMEOUT_USEC=65000000"
    supervisor.watchdog()
    assert systemd.recv(1000) == b"WATCHDOG=1"
    supervisor.reloading()
    assert re.fullmatch(rb"RELOADING=1\nMONOTONIC_USEC=\d+", systemd.recv(1000))
    supervisor.stopping()
    assert systemd.recv(1000) == b"STOPPING=1"


def test_a_status_cannot_say_more_than_a_status(systemd: socket.socket) -> None:
    supervisor.status("fine\nMAINPID=1\nWATCHDOG=trigger")
    assert systemd.recv(1000) == b"STATUS=fine MAINPID=1 WATCHDOG=trigger"


@pytest.mark.parametrize("name", ["", "relative/path", "vsock:2:1234"])
def test_without_systemd_nothing_is_told_and_nothing_fails(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", name)
    with capture_logs() as lines:
        supervisor.ready("here")
    assert lines == []


def test_a_systemd_that_has_gone_does_not_end_the_service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "nobody"))
    with capture_logs() as lines:
        supervisor.watchdog()
    assert [line["event"] for line in lines] == ["systemd does not listen"]


@pytest.mark.parametrize(
    ("environment", "seconds"),
    [
        ({}, None),
        ({"WATCHDOG_USEC": "60000000"}, 60.0),
        ({"WATCHDOG_USEC": "1500000", "WATCHDOG_PID": str(os.getpid())}, 1.5),
        ({"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "1"}, None),
        ({"WATCHDOG_USEC": "0"}, None),
        ({"WATCHDOG_USEC": "soon"}, None),
        ({"WATCHDOG_USEC": "-5"}, None),
    ],
)
def test_systemd_says_how_often_it_wants_to_hear(environment: dict[str, str], seconds: float | None) -> None:
    assert supervisor.watchdog_interval(environment) == seconds


def test_the_watchdog_is_fed_once_every_part_made_progress() -> None:
    pulse = Pulse(PARTS)
    assert not pulse.due(0)
    pulse.beat("scheduler")
    pulse.beat("writer")
    pulse.beat("scheduler")
    assert not pulse.due(10)
    pulse.beat("mailer")
    assert pulse.due(20)
    assert not pulse.due(20)


def test_one_hung_part_holds_back_every_later_feed_and_is_named() -> None:
    pulse = Pulse(PARTS)
    for part in PARTS:
        pulse.beat(part)
    assert pulse.due(100)
    for second in range(101, 161):
        pulse.beat("scheduler")
        pulse.beat("mailer")
        assert not pulse.due(second)
    assert pulse.silent(160) == (("writer",), 60)


def test_a_part_nobody_knows_is_a_mistake() -> None:
    with pytest.raises(KeyError, match="janitor"):
        Pulse(PARTS).beat("janitor")


@given(st.lists(st.sampled_from([*PARTS, "feed"])))
def test_between_two_feeds_every_part_has_beaten(steps: list[str]) -> None:
    pulse, beaten = Pulse(PARTS), set[str]()
    for now, step in enumerate(steps):
        if step == "feed":
            assert pulse.due(now) == (beaten == set(PARTS))
            beaten = set() if beaten == set(PARTS) else beaten
        else:
            pulse.beat(step)
            beaten.add(step)
