"""Devices are read when it is time; what counts, what is doubted and what is refused is in rows."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.domain.drift.visit import Trigger
from netwatch.domain.model import Severity
from netwatch.drift.sealing import unseal
from probes.api import Message
from probes.collect import Collection
from probes.ssh import hostkey
from tests.drift_scene import KEY, OTHER_KEY, DriftScene, capture, config, refused, silent, watching
from tests.fakes import settle

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database
    from probes.api import Failure


def everything_in(folder: Path) -> list[bytes]:
    return [path.read_bytes() for path in folder.rglob("*") if path.is_file()]


@pytest.fixture
def scene(tmp_path: Path, database: Database) -> DriftScene:
    made = DriftScene(watching(tmp_path, "sw-1"), database)
    made.devices.says["sw-1"] = config()
    return made


async def test_a_new_device_is_read_at_once_and_counts(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
    newest = scene.newest()
    assert newest is not None
    assert (newest.first_seen, newest.previous_seen, newest.settled) == (scene.clock.now(), None, scene.clock.now())
    assert "description uplink" in scene.text()
    assert scene.judged == [("sw-1", "running")]
    assert scene.door().opened == scene.clock.now()


async def test_the_same_text_again_moves_its_end_and_makes_no_snapshot(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
        first = scene.newest()
        await scene.let_pass(hours=6)
        await scene.visited(2)
    again = scene.newest()
    assert first is not None
    assert again is not None
    assert again.id == first.id
    assert (again.first_seen, again.last_seen, again.reads) == (first.first_seen, scene.clock.now(), 2)


async def test_a_change_counts_when_it_was_read_twice_a_minute_apart(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
        before = scene.newest()
        scene.devices.says["sw-1"] = config(description="changed")
        await scene.let_pass(hours=6)
        await scene.visited(2)
        assert scene.newest() == before
        assert scene.judged == [("sw-1", "running")]
        seen = scene.clock.now()
        await scene.let_pass(minutes=1)
        await scene.visited(3)
    after = scene.newest()
    assert before is not None
    assert after is not None
    assert (after.previous_seen, after.first_seen, after.settled) == (before.last_seen, seen, scene.clock.now())
    assert "description changed" in scene.text()
    assert len(scene.judged) == 2
    assert [captured.trigger for captured in scene.kept()] == ["timer", "timer", "retry"]


async def test_what_somebody_is_just_typing_never_counts(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
        for number in range(5):
            scene.devices.says["sw-1"] = config(description=f"half {number}")
            await scene.let_pass(hours=6 if number == 0 else 0, minutes=1)
            await scene.visited(number + 2)
        assert "uplink" in scene.text()
        await scene.let_pass(minutes=1)
        await scene.visited(7)
    after = scene.newest()
    assert "half 4" in scene.text()
    assert after is not None
    assert after.previous_seen is not None
    assert after.previous_seen < after.first_seen
    assert scene.judged == [("sw-1", "running")] * 2


async def test_a_change_that_is_taken_back_before_it_counts_is_no_change(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
        before = scene.newest()
        scene.devices.says["sw-1"] = config(description="oops")
        await scene.let_pass(hours=6)
        await scene.visited(2)
        scene.devices.says["sw-1"] = config()
        await scene.let_pass(minutes=1)
        await scene.visited(3)
        after = scene.newest()
        assert before is not None
        assert after is not None
        assert (after.id, after.reads) == (before.id, 2)
        # It was doubted once, and half a day later it is doubted anew: the two are not one.
        scene.devices.says["sw-1"] = config(description="oops")
        await scene.let_pass(hours=12)
        await scene.visited(4)
        assert "uplink" in scene.text()


async def test_a_read_that_verifies_a_change_counts_at_once(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
        scene.devices.says["sw-1"] = config(description="changed")
        assert scene.worker.ring("sw-1", Trigger.VERIFY)
        await scene.visited(2)
        assert "changed" in scene.text()
        assert not scene.worker.ring("sw-unknown", Trigger.HAND)


async def test_an_incomplete_read_is_tried_again_with_growing_pauses_and_changes_nothing(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
        before = scene.newest()
        whole = config()
        scene.devices.says["sw-1"] = whole[: len(whole) // 2]
        await scene.let_pass(hours=6)
        await scene.visited(2)
        for visits, minutes in ((3, 2), (4, 4), (5, 8)):
            await scene.let_pass(minutes=minutes - 1)
            assert len(scene.devices.visits) == visits - 1
            await scene.let_pass(minutes=1)
            await scene.visited(visits)
        assert scene.newest() == before
        assert scene.visit().suspects == 4
        assert scene.judged == [("sw-1", "running")]
        assert list(scene.wrong()) == ["sw-1/collect/scripted/running"]
        assert "read incompletely 2 times in a row" in scene.wrong()["sw-1/collect/scripted/running"]
        assert [kept.complete for kept in scene.kept()] == [True, False]
        scene.devices.says["sw-1"] = whole
        await scene.let_pass(minutes=16)
        await scene.visited(6)
        assert scene.wrong() == {}
        assert scene.visit().suspects == 0


async def test_a_text_under_half_of_the_last_is_believed_only_after_three_reads(scene: DriftScene) -> None:
    many = "".join(f"interface GigabitEthernet1/0/{port}\n description port {port}\n#\n" for port in range(2, 60))
    scene.devices.says["sw-1"] = config(more=many)
    async with scene.running():
        await scene.visited(1)
        scene.devices.says["sw-1"] = config()
        await scene.let_pass(hours=6)
        for visits, minutes in ((2, 2), (3, 4)):
            await scene.visited(visits)
            assert "port 59" in scene.text()
            await scene.let_pass(minutes=minutes)
        await scene.visited(4)
        assert "port 59" not in scene.text()
        assert scene.visit().suspects == 0


async def test_two_refused_log_ins_stop_every_attempt_until_somebody_acts(scene: DriftScene) -> None:
    scene.devices.says["sw-1"] = refused()
    async with scene.running():
        await scene.visited(1)
        await scene.let_pass(hours=1)
        assert len(scene.devices.visits) == 1, "a refused log-in is not tried again soon"
        await scene.let_pass(hours=5)
        await scene.visited(2)
        assert scene.door().locked
        for _day in range(4):
            await scene.let_pass(hours=6)
        assert not scene.worker.ring("sw-1", Trigger.HAND) or len(scene.devices.visits) == 2
        assert len(scene.devices.visits) == 2
        assert "sw-1/collect/scripted" in scene.wrong()
    # The guard is in rows: a service that starts anew does not try either.
    scene.worker = scene.begun()
    async with scene.running():
        await scene.let_pass(hours=6)
        assert len(scene.devices.visits) == 2


async def test_another_password_in_the_configuration_is_tried(tmp_path: Path, scene: DriftScene) -> None:
    scene.devices.says["sw-1"] = refused()
    async with scene.running():
        await scene.visited(1)
        await scene.let_pass(hours=6)
        await scene.visited(2)
        await scene.let_pass(hours=6)
        assert len(scene.devices.visits) == 2
        collector = scene.worker.ways["sw-1/scripted"].collector
        scene.devices.says["sw-1"] = config()
        await scene.take_up(watching(tmp_path, "sw-1", password="another"))
        assert scene.worker.ways["sw-1/scripted"].collector is not collector, "the old one has the old password"
        await scene.visited(3)
        assert not scene.door().locked
        assert "another" not in str(scene.door())


async def test_twenty_five_at_once_with_a_wrong_password_are_two_refusals(tmp_path: Path, database: Database) -> None:
    names = [f"sw-{number}" for number in range(1, 26)]
    scene = DriftScene(watching(tmp_path, *names), database)
    scene.devices.says = dict.fromkeys(names, refused())
    async with scene.running(workers=25):
        await scene.visited(2)
        await scene.let_pass(hours=6)
    assert len(scene.devices.visits) == 2
    assert sum("@reader" in check for name in names for check in scene.wrong(name)) == 1


async def test_a_device_that_does_not_answer_is_tried_again_and_told_after_the_second_time(scene: DriftScene) -> None:
    scene.devices.says["sw-1"] = silent()
    async with scene.running():
        await scene.visited(1)
        assert scene.wrong() == {}
        await scene.let_pass(minutes=2)
        await scene.visited(2)
        assert scene.wrong() == {"sw-1/collect/scripted": "cannot be read, 2 times in a row: no answer"}
        scene.devices.says["sw-1"] = config()
        await scene.let_pass(minutes=4)
        await scene.visited(3)
        assert scene.wrong() == {}


async def test_a_bug_in_a_collector_is_a_failure_of_that_visit(scene: DriftScene) -> None:
    scene.devices.says["sw-1"] = ZeroDivisionError("secret-in-a-traceback")
    async with scene.running():
        await scene.visited(1)
        assert str(scene.door().why) == "the collector itself failed: ZeroDivisionError"


async def test_a_host_key_that_nobody_has_approved_ends_the_reading(scene: DriftScene) -> None:
    scene.devices.says["sw-1"] = hostkey.failure("127.0.0.1", KEY, None)
    async with scene.running():
        await scene.visited(1)
        assert (scene.door().offered, scene.door().host_key) == (KEY, "")
        assert "not approved yet" in scene.wrong()["sw-1/collect/scripted"]
        await scene.let_pass(hours=12)
        assert len(scene.devices.visits) == 1
        await scene.trust(KEY)
        scene.devices.says["sw-1"] = config()
        scene.worker.ring("sw-1", Trigger.HAND)
        await scene.visited(2)
        assert scene.pinned() == KEY
        assert scene.wrong() == {}
        scene.devices.says["sw-1"] = hostkey.failure("127.0.0.1", OTHER_KEY, KEY)
        await scene.let_pass(hours=6)
        await scene.visited(3)
        assert scene.wrong()["sw-1/collect/scripted"].startswith(f"another host key: {OTHER_KEY}, approved is {KEY}")
        await scene.let_pass(hours=12)
        assert len(scene.devices.visits) == 3


async def test_what_nobody_could_read_for_long_is_stale_and_then_missing(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
        half = capture(config(), gap=Message("it ends before '{end}'", {"end": "return"}))
        scene.devices.says["sw-1"] = Collection((half,))
        await scene.let_pass(hours=18)
        await scene.readings.state(scene.clock.now())
        assert scene.wrong()["sw-1/collect/scripted/running"] == (
            "running configuration has not been read completely for 18 h: it ends before 'return'"
        )
        await scene.let_pass(hours=20)
        await scene.readings.state(scene.clock.now())
        (fault,) = [each for each in scene.faults() if each.subject.meaning == "scripted/running"]
        assert fault.severity is Severity.MAJOR


async def test_where_nobody_gets_in_that_is_the_one_fault_and_becomes_as_bad_as_what_is_missing(
    scene: DriftScene,
) -> None:
    async with scene.running():
        await scene.visited(1)
        scene.devices.says["sw-1"] = silent()
        for severity, turns in ((Severity.MINOR, 3), (Severity.MAJOR, 4)):
            for _turn in range(turns):
                await scene.let_pass(hours=6)
            await scene.readings.state(scene.clock.now())
            assert list(scene.wrong()) == ["sw-1/collect/scripted"]
            (fault,) = [each for each in scene.faults() if each.open]
            assert fault.severity is severity


async def test_a_kill_in_the_middle_of_a_visit_leaves_no_half_state(scene: DriftScene) -> None:
    scene.devices.gate = asyncio.Event()
    async with scene.running():
        await scene.until(lambda: len(scene.devices.visits) == 1)
    assert scene.newest() is None
    assert scene.kept() == ()
    scene.devices.gate = None
    scene.worker = scene.begun()
    async with scene.running():
        await scene.visited(2)
    assert scene.newest() is not None


async def test_a_transaction_that_fails_keeps_nothing_of_the_visit(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
        before, kept, door = scene.newest(), scene.kept(), scene.door()
        scene.judge_fails = True
        await scene.let_pass(hours=6)
        await scene.visited(2)
        assert (scene.newest(), scene.kept(), scene.door()) == (before, kept, door)
        scene.judge_fails = False
        await scene.let_pass(minutes=2)
        await scene.visited(3)
        assert scene.newest() != before


async def test_a_bug_of_ours_ends_neither_the_worker_nor_the_others(tmp_path: Path, database: Database) -> None:
    scene = DriftScene(watching(tmp_path, "sw-1", "sw-2"), database)
    scene.devices.says = {name: config(name) for name in ("sw-1", "sw-2")}
    scene.judge_crashes_on = "sw-1"
    async with scene.running():
        await scene.visited(2)
        assert scene.newest("sw-2") is not None
        await scene.let_pass(minutes=2)
        await scene.visited(3)
        assert scene.newest("sw-1") is None
        assert "netwatch itself failed" in scene.wrong("sw-1")["sw-1/collect/scripted"]


async def test_a_reload_keeps_turns_and_takes_up_what_is_new(tmp_path: Path, scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
        scene.devices.says["sw-2"] = config("sw-2")
        await scene.take_up(watching(tmp_path, "sw-1", "sw-2"))
        await scene.visited(2)
        assert [name for name, _facets in scene.devices.visits] == ["sw-1", "sw-2"]
        await scene.take_up(watching(tmp_path, "sw-2"))
        await scene.let_pass(hours=6)
        await scene.visited(3)
        assert [name for name, _facets in scene.devices.visits[2:]] == ["sw-2"]
        assert scene.newest("sw-1") is not None, "what was read of a device that is gone stays"


async def test_after_a_start_only_those_are_read_at_once_whose_turn_has_passed(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
    scene.worker = scene.begun()
    scene.clock.set(scene.clock.now() + timedelta(hours=1))
    async with scene.running():
        await settle()
        assert len(scene.devices.visits) == 1
    scene.worker = scene.begun()
    scene.clock.set(scene.clock.now() + timedelta(hours=6))
    async with scene.running():
        await scene.visited(2)


async def test_after_a_start_what_waited_for_another_look_is_read_at_once(scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
        scene.devices.says["sw-1"] = config(description="changed")
        await scene.let_pass(hours=6)
        assert len(scene.devices.visits) == 2
        newest = scene.newest()
    scene.worker = scene.begun()
    scene.clock.set(scene.clock.now() + timedelta(minutes=1))
    async with scene.running():
        await scene.visited(3)
        assert scene.newest() != newest, "the change counts, though the service was killed between its two reads"
    scene.worker = scene.begun()
    async with scene.running():
        await settle()
        assert len(scene.devices.visits) == 3


@pytest.mark.parametrize(
    ("said", "visits"),
    [
        (silent(), 3),
        (Collection((capture(b"#\n", gap=Message("broke off")),)), 3),
        (refused(), 2),
    ],
    ids=("silent", "incomplete", "refused"),
)
async def test_after_a_start_what_was_not_read_is_tried_again_but_no_log_in_that_was_refused(
    scene: DriftScene, said: Collection | Failure, visits: int
) -> None:
    async with scene.running():
        await scene.visited(1)
        scene.clock.set(scene.clock.now() + timedelta(hours=1))
        scene.devices.says["sw-1"] = said
        scene.worker.ring("sw-1", Trigger.HAND)
        await scene.visited(2)
    scene.worker = scene.begun()
    async with scene.running():
        await scene.visited(visits)
        await settle()
        assert len(scene.devices.visits) == visits


async def test_of_one_device_there_is_one_session_at_a_time(tmp_path: Path, database: Database) -> None:
    second = ' }, { kind = "scripted", name = "other", facets = ["startup"]'
    scene = DriftScene(watching(tmp_path, "sw-1", "sw-2", more=second), database)
    scene.devices.offers = ("running", "startup")
    scene.devices.says = {
        name: Collection((capture(config(), "running"), capture(config(), "startup"))) for name in ("sw-1", "sw-2")
    }
    async with scene.running(workers=4):
        await scene.visited(2)
    assert {facets for _name, facets in scene.devices.visits} == {frozenset({"running", "startup"})}


async def test_what_a_device_said_is_nowhere_in_the_clear(tmp_path: Path, scene: DriftScene) -> None:
    async with scene.running():
        await scene.visited(1)
    (kept,) = scene.kept()
    assert b"canary-4711" in unseal(scene.keys.captures, "sw-1", "running", kept.started, kept.sealed).answers[0].raw
    scene.database.close()
    assert not any(b"canary-4711" in content for content in everything_in(tmp_path))
