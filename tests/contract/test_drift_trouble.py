"""What becomes of drift when the ground moves: the configuration changes under a visit, or the clock jumps."""

from __future__ import annotations

import asyncio
import json
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest
from structlog.testing import capture_logs

from netwatch import supervisor
from netwatch.daemon import RELOAD_AGAIN, START_AGAIN, Service
from netwatch.domain.drift.finding import Closing
from netwatch.domain.drift.verdict import Verdict
from netwatch.drift.overview import standings
from netwatch.errors import StorageUnavailable
from netwatch.plugins import Registry
from netwatch.storage import audit, deviations, snapshots
from netwatch.workers import roll
from probes.collect import Collection
from tests.drift_scene import KINDS, DriftService, capture, config, watching
from tests.fakes import FakeClock

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from netwatch.config import Settings
    from netwatch.storage.database import Database


@pytest.fixture
def scene(tmp_path: Path, database: Database) -> DriftService:
    made = DriftService(watching(tmp_path, "sw-1", "sw-2"), database)
    for name in ("sw-1", "sw-2", "sw-9"):
        made.devices.says[name] = config(name)
    return made


async def reloaded(scene: DriftService, settings: Settings, *, waiting: bool = True) -> None:
    """Take up another configuration as the service does."""
    scene.settings = scene.watched.settings = settings
    gone = await scene.database.write(partial(roll.call, settings=settings, now=scene.clock.now()))
    scene.watched.forget(gone)
    await scene.drift.take_up()
    if waiting:
        await scene.until(lambda: scene.worker.idle)


async def changed(scene: DriftService, description: str) -> None:
    scene.devices.says["sw-1"] = config(description=description)
    await scene.let_pass(hours=6)
    await scene.let_pass(minutes=1)


async def deviating(scene: DriftService) -> None:
    await scene.visited(2)
    await scene.approve()
    await changed(scene, "moved")
    assert len(scene.wrong()) == 1


async def test_what_was_saved_stands_as_what_runs_and_is_no_other_order_of_what_was_approved(
    scene: DriftService,
) -> None:
    def says(running: str, saved: str) -> None:
        texts = {"running": running, "startup": saved}
        captures = tuple(capture(config(description=text), facet) for facet, text in texts.items())
        scene.devices.says["sw-1"] = Collection(captures)

    def stand() -> list[tuple[Verdict, int]]:
        found = scene.rows(partial(standings, settings=scene.settings, now=scene.clock.now(), devices={"sw-1"}))
        return [(each.verdict, each.finding.id if each.finding else 0) for each in found]

    async def pass_by() -> None:
        await scene.let_pass(hours=6)
        await scene.let_pass(minutes=1)

    scene.devices.offers = ("running", "startup")
    says("uplink", "uplink")
    async with scene.running():
        await scene.visited(2)
        await scene.does("chen", "approve_first", device="sw-1")
        says("moved", "moved")
        await pass_by()
        assert stand() == [(Verdict.UNAUTHORISED, 1), (Verdict.UNAUTHORISED, 1)]
        await scene.does("chen", "approve_drift", number=1)
        assert stand() == [(Verdict.UNCHANGED, 0), (Verdict.UNCHANGED, 0)]
        says("moved again", "moved")
        await pass_by()
        assert stand() == [(Verdict.UNAUTHORISED, 2), (Verdict.UNCHANGED, 0)]


async def test_a_device_that_is_taken_out_leaves_nothing_open_and_deviates_again_once_it_is_back(
    tmp_path: Path, scene: DriftService
) -> None:
    async with scene.running():
        await deviating(scene)
        await reloaded(scene, watching(tmp_path, "sw-2"))
        await scene.look()
        assert scene.wrong() == {}
        (over,) = scene.rows(lambda tx: deviations.history(tx, "sw-1", "running"))
        assert over.closing is Closing.UNWATCHED
        before = len(scene.devices.visits)
        await reloaded(scene, watching(tmp_path, "sw-1", "sw-2"))
        await scene.does("zhang", "collect_device", device="sw-1")
        await scene.visited(before + 1)
        await scene.look()
        (said,) = scene.wrong().values()
        assert "without approval" in said
        (again,) = scene.rows(deviations.stand)
        assert (again.id, again.reopened) == (over.id, 1)


async def test_a_device_that_is_taken_out_during_its_visit_leaves_nothing_open(
    tmp_path: Path, scene: DriftService
) -> None:
    async with scene.running():
        await deviating(scene)
        scene.devices.gate = asyncio.Event()
        before = len(scene.devices.visits)
        scene.devices.says["sw-1"] = config(description="moved further")
        await scene.does("zhang", "collect_device", device="sw-1")
        await scene.until(lambda: len(scene.devices.visits) > before)
        gate, scene.devices.gate = scene.devices.gate, None
        await reloaded(scene, watching(tmp_path, "sw-2"), waiting=False)
        gate.set()
        await scene.until(lambda: scene.worker.idle)
        await scene.look()
        assert scene.wrong() == {}
        assert scene.rows(deviations.stand) == ()


async def test_what_is_no_longer_read_of_a_device_deviates_no_more(tmp_path: Path, scene: DriftService) -> None:
    async with scene.running():
        await deviating(scene)
        await reloaded(scene, watching(tmp_path, "sw-1", "sw-2", more=', facets = ["startup"]'))
        await scene.let_pass(minutes=1)
        await scene.look()
        assert scene.rows(deviations.stand) == ()
        assert not [each for each in scene.wrong() if "/drift/" in each]


async def test_a_renamed_device_has_no_baseline_yet(tmp_path: Path, scene: DriftService) -> None:
    async with scene.running():
        await deviating(scene)
        await reloaded(scene, watching(tmp_path, "sw-9", "sw-2"))
        await scene.until(lambda: scene.newest("sw-9") is not None)
        await scene.look()
        assert scene.wrong() == scene.wrong("sw-9") == {}
        found = scene.rows(partial(standings, settings=scene.settings, now=scene.clock.now(), devices={"sw-9"}))
        assert [(each.facet, each.verdict) for each in found] == [("running", Verdict.NO_BASELINE)]


@pytest.mark.parametrize("back", [timedelta(hours=1), timedelta(days=365)])
@pytest.mark.parametrize("doubted", [False, True])
async def test_a_change_is_seen_although_the_clock_was_set_back(
    scene: DriftService, back: timedelta, *, doubted: bool
) -> None:
    async with scene.running():
        await scene.visited(2)
        await scene.let_pass(hours=6)
        await scene.approve()
        scene.devices.says["sw-1"] = config(description="moved")
        if doubted:
            await collected(scene)
            assert scene.wrong() == {}
        scene.clock.jump(-back.total_seconds())
        await collected(scene)
        await scene.let_pass(minutes=2)
        assert len(scene.wrong()) == 1
        scene.clock.jump(-back.total_seconds())
        scene.devices.says["sw-1"] = config(description="moved further")
        await collected(scene)
        (finding,) = scene.rows(deviations.stand)
        assert finding.low <= finding.high
        assert "moved further" in str(finding.told.summary)
        scene.devices.says["sw-1"] = config(description="uplink")
        await collected(scene)
        await scene.let_pass(minutes=2)
        assert scene.wrong() == {}
        for each in scene.rows(lambda tx: snapshots.history(tx, "sw-1", "running")):
            assert each.previous_seen is None or each.previous_seen <= each.first_seen <= each.last_seen


async def test_a_clock_that_jumps_a_year_and_back_in_an_open_window_leaves_what_was_approved_approved(
    scene: DriftService,
) -> None:
    async with scene.running():
        await scene.visited(2)
        await scene.approve()
        start, end = scene.clock.now() + timedelta(hours=1), scene.clock.now() + timedelta(hours=3)
        asked = {"kind": "parameter", "title": "t", "reason": "r", "devices": ["sw-1"], "rollback": "undo"}
        asked |= {"start": start.isoformat(), "end": end.isoformat(), "implementers": ["zhang"]}
        await scene.does("zhang", "new_change", **asked)
        await scene.does("chen", "approve_change", number=1)
        scene.clock.set(start + timedelta(minutes=10))
        await scene.look()
        year = timedelta(days=365).total_seconds()
        scene.clock.jump(year)
        await scene.look()
        scene.clock.jump(-year)
        await collected(scene)
        scene.devices.says["sw-1"] = config(description="as asked")
        await scene.let_pass(minutes=5)
        for _twice in range(2):
            await collected(scene)
            await scene.let_pass(minutes=2)
        (finding,) = scene.rows(deviations.stand)
        assert (finding.told.verdict, finding.told.change) == (Verdict.AUTHORISED, 1)
        assert not [each for each in scene.wrong() if "/drift/" in each]


async def collected(scene: DriftService) -> None:
    """Let somebody ask for a visit, and wait for it."""
    before = len(scene.devices.visits)
    await scene.does("zhang", "collect_device", device="sw-1")
    await scene.visited(before + 1)


async def test_a_configuration_is_taken_up_once_the_database_can_be_written_again(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, call, tries, shown = FakeClock(), roll.call, [], []

    def locked_at_first(*given: object, **named: object) -> object:
        tries.append(named["settings"])
        if len(tries) == 1:
            raise StorageUnavailable("database is locked")
        return call(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(roll, "call", locked_at_first)
    monkeypatch.setattr(supervisor, "ready", shown.append)
    service = Service(watching(tmp_path, "sw-1"), Registry(KINDS), database, clock)
    watching(tmp_path, "sw-1", "sw-2")
    async with asyncio.TaskGroup() as group:
        reloads = group.create_task(service.reloads())
        service.reload_soon()
        async with asyncio.timeout(5):
            while not clock.sleepers:  # noqa: ASYNC110 - the configuration is loaded in a thread
                await asyncio.sleep(0.002)
        assert "locked" in (service.progress.last_reload_error or "")
        await clock.advance(RELOAD_AGAIN)
        async with asyncio.timeout(5):
            while len(shown) < 2:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.002)
        reloads.cancel()
    assert service.progress.last_reload_error is None
    assert shown == [
        "devices: 2, checks: 2; the configuration was not taken up: database is locked",
        "devices: 2, checks: 2",
    ], "systemctl status says how it stands"
    (detail,) = told(database)
    assert detail["changed"], "what changed is told against the configuration before both tries"


async def test_a_start_waits_until_the_database_can_be_written(
    tmp_path: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock, tries = FakeClock(), []

    def full(*_given: object, **_named: object) -> None:
        tries.append(clock.monotonic())
        raise StorageUnavailable("the disk is full")

    monkeypatch.setattr(roll, "call", full)
    service = Service(watching(tmp_path, "sw-1"), Registry(KINDS), database, clock)
    with capture_logs() as lines:
        async with asyncio.TaskGroup() as group:
            start = group.create_task(service.run())
            for seconds in (0, *START_AGAIN):
                await clock.advance(seconds)
                async with asyncio.timeout(5):
                    while not clock.sleepers:  # noqa: ASYNC110 - the writer is a thread
                        await asyncio.sleep(0.002)
            start.cancel()
    assert [each - tries[0] for each in tries[:2]] == [0, START_AGAIN[0]]
    said = [(line["event"], line["error"], line["again_in"]) for line in lines[:2]]
    assert said == [("cannot start yet; nothing is watched", "the disk is full", seconds) for seconds in (5.0, 10.0)]


def told(database: Database) -> list[Mapping[str, object]]:
    """Return what the audit log says of configurations that were taken up."""
    wanted = audit.Wanted(action="service.reloaded")
    return [json.loads(each.detail) for each in database.read_now(lambda tx: audit.newest(tx, wanted, 5))]
