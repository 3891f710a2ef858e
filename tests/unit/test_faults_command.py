"""`netwatch faults show`: what a fault costs others, and what to type against it."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from netwatch.cli import main
from netwatch.domain.drift.condition import LOCKED
from netwatch.domain.model import DeviceState, Severity, Subject
from netwatch.storage import devices
from netwatch.storage.database import Database
from netwatch.storage.devices import Standing
from probes.api import Message
from tests.hospital import NOW, down, fault
from tests.scenario import site, switch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

    Show = Callable[[Callable[[Connection], object]], str]

BELOW = tuple(f"sw-{number}" for number in range(1, 23))


@pytest.fixture
def show(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Show:
    """Record something of two cores and the switches on both, and return what is shown of the first fault."""
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    below = "".join(switch(name, parents=("core-a", "core-b")) for name in BELOW)
    site(tmp_path, devices=switch("core-a") + switch("core-b") + below)

    def shown(work: Callable[[Connection], object]) -> str:
        with closing(Database(f"sqlite:///{tmp_path}/netwatch.db").open()) as database:
            database.write_now(work)
        assert main(["faults", "show", "1", "--config", str(tmp_path / "config.toml")]) == 0
        return capsys.readouterr().out

    return shown


def test_it_names_the_devices_that_have_lost_an_uplink(show: Show) -> None:
    def core_dies(tx: Connection) -> None:
        for name in ("core-b", *BELOW):
            devices.save(tx, Standing(name, DeviceState.UP, NOW, Message("answers")))
        down(tx, fault("core-a"))

    first = ", ".join(BELOW[:20])
    assert f"Redundancy lost     22 devices: {first} and 2 more\n" in show(core_dies)


def test_it_says_what_to_type_where_only_a_person_can_end_it(show: Show) -> None:
    locked = replace(fault("core-a", severity=Severity.MAJOR), subject=Subject("core-a", "collect", "cli"))
    out = show(lambda tx: down(tx, replace(locked, summary=Message(LOCKED), reachability=False), DeviceState.DEGRADED))
    assert "\nOnce the password is right: netwatch drift unlock core-a\n" in out
    assert "Redundancy lost" not in out
