"""From a read to the verdict, the fault and the mail; windows, commands and newer rules on the way."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from netwatch.audit import verifying
from netwatch.drift import renormalise
from netwatch.errors import UsageError
from netwatch.storage import blobs, captures, deviations, doors
from netwatch.workers.janitor import Janitor
from tests.audit_log import unguarded
from tests.drift_scene import KEY, DriftService, config, watching
from tests.fakes import settle

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from netwatch.storage.database import Database


@pytest.fixture
def scene(tmp_path: Path, database: Database) -> DriftService:
    made = DriftService(watching(tmp_path, "sw-1"), database)
    made.devices.says["sw-1"] = config()
    return made


async def changed(scene: DriftService, description: str) -> None:
    """Let the device be changed, and the change be read until it counts."""
    before = len(scene.devices.visits)
    scene.devices.says["sw-1"] = config(description=description)
    await scene.let_pass(hours=6)
    await scene.visited(before + 1)
    await scene.let_pass(minutes=1)
    await scene.visited(before + 2)


async def test_a_change_that_nobody_approved_is_a_fault_and_ends_with_the_change(scene: DriftService) -> None:
    async with scene.running():
        await scene.visited(1)
        await scene.approve()
        assert scene.wrong() == {}
        await changed(scene, "uplink moved")
        (said,) = scene.wrong().values()
        assert "without approval" in said
        assert "uplink moved" in said
        (fault,) = [each for each in scene.faults() if each.open]
        assert fault.subject.id == "sw-1/drift/running/1"
        assert scene.woken
        await changed(scene, "uplink")
        assert scene.wrong() == {}
        assert scene.rows(deviations.stand) == ()


SWAPPED = {
    "what two devices said exchanged": (
        "UPDATE captures SET sealed = (SELECT c.sealed FROM captures c WHERE c.id = 3 - captures.id)",
        "read 1 of sw-1/running cannot be opened: it was altered, or the key `captures` is another",
    ),
    "the texts of two devices exchanged": (
        "UPDATE snapshots SET content = (SELECT s.content FROM snapshots s WHERE s.id = 3 - snapshots.id)",
        "sw-1/running is {other} in the database, and no read of that time gave it",
    ),
    "the texts of two devices and of their reads exchanged": (
        (
            "UPDATE snapshots SET content = (SELECT s.content FROM snapshots s WHERE s.id = 3 - snapshots.id);"
            "UPDATE captures SET content = (SELECT c.content FROM captures c WHERE c.id = 3 - captures.id)"
        ),
        "read 1 of sw-1/running says something else than the text in the database",
    ),
}


@pytest.mark.parametrize("what", SWAPPED)
async def test_texts_that_were_exchanged_in_the_database_are_found_by_who_looks_deep(
    tmp_path: Path, database: Database, what: str
) -> None:
    scene = DriftService(watching(tmp_path, "sw-1", "sw-2"), database)
    scene.devices.says = {name: config(name) for name in ("sw-1", "sw-2")}
    async with scene.running():
        await scene.visited(2)

    def wrong() -> list[str]:
        asked = replace(verifying.asked(scene.settings), deep=True)
        return [str(each.message) for each in scene.rows(partial(verifying.verify, asked=asked)).wrong]

    assert not [each for each in wrong() if "running" in each]
    other = scene.newest("sw-2" if scene.newest("sw-1").id == 1 else "sw-1").content  # type: ignore[union-attr]
    statements, sentence = SWAPPED[what]
    unguarded(database, *statements.split(";"))
    device = scene.kept("sw-1")[0].id == 1
    expected = sentence.format(other=other[:12])
    assert (expected if device else expected.replace("sw-1", "sw-2")) in wrong()


async def test_a_text_of_before_that_was_put_back_in_the_database_is_found_by_who_looks_deep(
    scene: DriftService,
) -> None:
    async with scene.running():
        await scene.visited(1)
        await scene.approve()
        await changed(scene, "uplink moved")
    deep = replace(verifying.asked(scene.settings), deep=True)
    base = scene.approved()
    assert base is not None
    before = [str(each.message) for each in scene.rows(partial(verifying.verify, asked=deep)).wrong]
    unguarded(scene.database, f"UPDATE snapshots SET content = '{base.content}'")
    after = [str(each.message) for each in scene.rows(partial(verifying.verify, asked=deep)).wrong]
    said = f"sw-1/running is {base.content[:12]} in the database, and no read of that time gave it"
    assert [each for each in after if each not in before] == [said]


async def test_the_window_of_a_change_request_has_its_devices_read_when_it_opens_and_when_it_ends(
    scene: DriftService,
) -> None:
    async with scene.running():
        await scene.visited(1)
        now = scene.clock.now()
        start, end = now.replace(hour=3), now.replace(hour=4)
        asked = {"kind": "parameter", "title": "t", "reason": "r", "devices": ["sw-1"]}
        asked |= {"start": start.isoformat(), "end": end.isoformat(), "implementers": ["zhang"], "rollback": "undo"}
        await scene.does("zhang", "new_change", **asked)
        await scene.does("chen", "approve_change", number=1)
        await scene.look()
        assert len(scene.devices.visits) == 1
        scene.clock.set(start)
        await scene.look()
        await scene.visited(2)
        assert scene.kept()[-1].trigger == "window"
        scene.devices.says["sw-1"] = config(description="as asked")
        await scene.does("zhang", "implement_change", number=1)
        await scene.visited(3)
        assert "as asked" in scene.text(), "what is verified next counts at once"
        scene.clock.set(end)
        await scene.look()
        await scene.visited(4)


async def test_a_window_that_ended_while_the_service_was_down_has_its_devices_read_after_the_start(
    scene: DriftService,
) -> None:
    async with scene.running():
        await scene.visited(1)
        now = scene.clock.now()
        end = now + timedelta(hours=2)
        asked = {"kind": "parameter", "title": "t", "reason": "r", "devices": ["sw-1"], "rollback": "undo"}
        asked |= {"start": now.isoformat(), "end": end.isoformat(), "implementers": ["zhang"]}
        await scene.does("zhang", "new_change", **asked)
        await scene.does("chen", "approve_change", number=1)
        await scene.look()
        await scene.visited(2)
    scene.start()
    scene.clock.set(end + timedelta(hours=1))
    async with scene.running():
        await scene.look()
        await scene.visited(3)
    assert scene.kept()[-1].trigger == "window"


async def test_people_have_a_device_read_let_in_and_trusted(scene: DriftService) -> None:
    async with scene.running():
        await scene.visited(1)
        await scene.does("zhang", "collect_device", device="sw-1")
        await scene.visited(2)
        assert [each.trigger for each in scene.kept()] == ["timer", "hand"]
        door = scene.door()
        shut = replace(door, guard={"failures": 2, "locked": True})
        scene.database.write_now(lambda tx: doors.save(tx, shut))
        with pytest.raises(UsageError, match="unlock it first"):
            await scene.does("zhang", "collect_device", device="sw-1")
        await scene.does("zhang", "unlock_device", device="sw-1")
        await scene.visited(3)
        showing = scene.door().shown(KEY, scene.clock.now())
        scene.database.write_now(lambda tx: doors.save(tx, showing))
        await scene.does("chen", "trust_device", device="sw-1", key=KEY)
        await scene.visited(4)
        assert scene.pinned() == KEY


async def test_of_300_approvals_in_one_go_everything_is_looked_at_once_a_second(
    scene: DriftService, monkeypatch: pytest.MonkeyPatch
) -> None:
    looks: list[datetime] = []

    async def look(now: datetime) -> None:
        looks.append(now)

    monkeypatch.setattr(scene.drift, "look", look)
    async with scene.running():
        await scene.visited(1)
        await scene.clock.advance(2)
        looks.clear()
        for number in range(300):
            await scene.drift.carried("approve_drift", {"number": number})
            await settle()
        assert len(looks) == 1
        await scene.clock.advance(1)
        assert len(looks) == 2, "and once more for what was approved meanwhile"


async def test_a_leader_sees_what_a_device_said_piece_by_piece(scene: DriftService) -> None:
    long = "".join(f"interface GigabitEthernet1/0/{n}\n description {'x' * 50}\n#\n" for n in range(2, 1200))
    scene.devices.says["sw-1"] = config(more=long)
    async with scene.running():
        await scene.visited(1)
        said = await scene.does("chen", "show_raw", device="sw-1", facet="running")
        text, length = str(said.values["text"]), int(said.values["length"])
        assert len(text) == 60_000 < length
        while len(text) < length:
            more = await scene.does("chen", "show_raw", device="sw-1", facet="running", offset=len(text))
            text += str(more.values["text"])
        assert "canary-4711" in text
        assert text.rstrip().endswith("return")
        with pytest.raises(UsageError):
            await scene.does("zhang", "show_raw", device="sw-1", facet="running")


async def test_after_an_upgrade_of_the_rules_nothing_is_red(
    scene: DriftService, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with scene.running():
        await scene.visited(1)
        await scene.approve()
    before = scene.approved()
    rules = replace(renormalise.rules_of("huawei_vrp"), version=9999)
    real = renormalise.normalise

    def newer(_rules, capture, key, zone):  # type: ignore[no-untyped-def]
        text = real(rules, capture, key, zone)
        return replace(text, sections=text.sections[1:])

    for module in ("netwatch.drift.renormalise", "netwatch.drift.keeping"):
        monkeypatch.setattr(f"{module}.rules_of", lambda _name: rules)
        monkeypatch.setattr(f"{module}.normalise", newer)
    scene.start()
    async with scene.running():
        await scene.let_pass(hours=6)
        await scene.visited(2)
        await scene.look()
        after, newest = scene.approved(), scene.newest()
        assert before is not None
        assert after is not None
        assert newest is not None
        assert newest.content == after.content != before.content
        assert newest.reads == 2
        assert scene.wrong() == {}


async def test_the_janitor_keeps_what_a_baseline_stands_on(scene: DriftService) -> None:
    async with scene.running():
        await scene.visited(1)
        await scene.approve()
        for number in range(3):
            await changed(scene, f"change {number}")
        janitor = Janitor(scene.database, scene.watched, scene.clock)
        contents = [each.content for each in scene.kept()]
        scene.clock.set(scene.clock.now().replace(year=2027))
        await janitor.clear(scene.clock.now())
        base = scene.approved()
        assert base is not None
        assert [each.content for each in scene.kept()] == [base.content, contents[-1]]
        assert all(scene.rows(lambda tx, name=name: blobs.has(tx, name or "")) for name in contents)


async def test_the_mirror_follows_what_counts(tmp_path: Path, database: Database) -> None:
    scene = DriftService(watching(tmp_path, "sw-1", drift='[drift]\nmirror = "texts"'), database)
    scene.devices.says["sw-1"] = config()
    file = tmp_path / "texts/sw-1/running.txt"
    async with scene.running():
        await scene.visited(1)
        await scene.until(file.exists)
        await changed(scene, "moved")
        await scene.until(lambda: "moved" in file.read_text())
    assert "canary-4711" not in file.read_text()
    assert scene.rows(lambda tx: captures.newest(tx, "sw-1", "running")) is not None
