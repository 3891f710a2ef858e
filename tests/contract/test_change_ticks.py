"""What SNMP says of changes leads to a read at once, with who did it, if the device tells."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from netwatch.workers.ticks import TickWorker
from probes.collect import Evidence, EvidenceKind
from probes.snmp.changes import Ticks
from probes.snmp.system import Clocks
from tests.drift_scene import DriftScene, ScriptedCollector, config, silent, watching
from tests.fakes import settle

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from netwatch.storage.database import Database
    from probes.api import Failure, Target


class Ticking(ScriptedCollector):
    """Says as well whether anything was changed."""

    says: Ticks | Failure | Exception = silent()
    told: tuple[Evidence, ...] | Failure = ()

    async def ticks(self, _target: Target, _now: datetime, _before: Ticks | None = None) -> Ticks | Failure:
        if isinstance(Ticking.says, Exception):
            raise Ticking.says
        return Ticking.says

    async def history(self, _target: Target, _now: datetime) -> tuple[Evidence, ...] | Failure:
        return Ticking.told


@pytest.fixture
def scene(tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch) -> DriftScene:
    monkeypatch.setattr("tests.drift_scene.ScriptedCollector", Ticking)
    made = DriftScene(watching(tmp_path, "sw-1"), database)
    made.devices.says["sw-1"] = config()
    return made


def ticks(scene: DriftScene, running: int) -> Ticks:
    now = scene.clock.now()
    up = 10_000_000 + int(now.timestamp()) % 1_000_000 * 100
    return Ticks(now, Clocks(up), up, "huawei", {"running": running, "saved": 5})


async def test_a_change_that_snmp_tells_of_is_read_at_once_with_who_did_it(scene: DriftScene) -> None:
    worker = TickWorker(scene.database, scene.watched, scene.clock, scene.worker)
    async with scene.running():
        await scene.visited(1)
        Ticking.says = ticks(scene, 100)
        await worker.look()
        assert len(scene.devices.visits) == 1, "the first look has nothing to compare with"
        await scene.let_pass(minutes=5)
        Ticking.says = ticks(scene, 100)
        await worker.look()
        await scene.let_pass(minutes=5)
        assert len(scene.devices.visits) == 1
        old = Evidence(EvidenceKind.SNMP, scene.clock.now().replace(year=2020), "li")
        Ticking.told = (Evidence(EvidenceKind.SNMP, scene.clock.now(), "zhang", "10.1.1.9"), old)
        Ticking.says = ticks(scene, 200)
        scene.devices.says["sw-1"] = config(description="changed")
        await worker.look()
        await scene.visited(2)
        await scene.let_pass(minutes=1)
        await scene.visited(3)
        newest = scene.newest()
        assert newest is not None
        assert [each.user for each in newest.evidence if each.kind is EvidenceKind.SNMP] == ["zhang"]
        assert scene.kept()[1].trigger == "ticks"
        assert scene.door().ticks["marks"] == {"running": 200, "saved": 5}


async def test_a_change_that_nobody_could_read_before_the_service_was_killed_is_read_after_its_start(
    scene: DriftScene,
) -> None:
    async with scene.running():
        await scene.visited(1)
        for running in (100, 200, 200):
            await scene.let_pass(minutes=5)
            idle = scene.begun()
            await idle.take_up(scene.worker.ways)
            worker = TickWorker(scene.database, scene.watched, scene.clock, idle)
            Ticking.says = ticks(scene, running)
            await worker.look()
        assert len(scene.devices.visits) == 1
    scene.worker = scene.begun()
    async with scene.running():
        await scene.visited(2)
    scene.worker = scene.begun()
    async with scene.running():
        await settle()
        assert len(scene.devices.visits) == 2


async def test_a_device_that_does_not_answer_or_a_bug_is_no_change(scene: DriftScene) -> None:
    worker = TickWorker(scene.database, scene.watched, scene.clock, scene.worker)
    async with scene.running():
        await scene.visited(1)
        for said in (silent(), ZeroDivisionError(), ticks(scene, 1)):
            Ticking.says = said
            await worker.look()
        Ticking.says, Ticking.told = replace(ticks(scene, 2), at=scene.clock.now()), silent()
        await worker.look()
        await scene.visited(2)
