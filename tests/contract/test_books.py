"""What is wrong in a book that people keep takes the path of every fault."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netwatch.domain.model import Severity
from netwatch.storage import checks, faults
from netwatch.workers import roll
from netwatch.workers.observer import Trouble
from probes.api import Message
from tests.scenario import Scenario, site, switch

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database

OVERRUN = Trouble(Severity.MINOR, Message("visitor {number} is still inside", {"number": 12}))
LOAN = Trouble(Severity.WARNING, Message("loan {number} is overdue", {"number": 7}))


@pytest.fixture
def scene(tmp_path: Path, database: Database) -> Scenario:
    return Scenario(site(tmp_path, devices=switch("sw-1")), database)


async def test_trouble_opens_one_fault_and_its_end_closes_it(scene: Scenario) -> None:
    for minute in (0, 1, 2):
        scene.at(minute)
        await scene.observer.book("registers", {"visitor/12": OVERRUN}, scene.clock.now())
    (fault,) = scene.database.read_now(faults.opened)
    assert (fault.subject.id, fault.severity, fault.opened) == (
        "@registers/visitor/12",
        Severity.MINOR,
        fault.confirmed,
    )
    assert [letter.kind for letter in scene.letters()] == ["opened"]
    scene.at(3)
    await scene.observer.book("registers", {}, scene.clock.now())
    assert scene.database.read_now(faults.opened) == ()
    assert scene.database.read_now(checks.everything) == {}


async def test_a_book_stays_when_the_devices_change(scene: Scenario) -> None:
    await scene.observer.book("registers", {"visitor/12": OVERRUN, "loan/7": LOAN}, scene.clock.now())
    gone = scene.database.write_now(lambda tx: roll.call(tx, scene.settings, scene.clock.now()))
    assert gone == frozenset()
    assert len(scene.database.read_now(faults.opened)) == 2


async def test_the_same_trouble_again_is_a_new_fault(scene: Scenario) -> None:
    for minute, troubles in enumerate(({"visitor/12": OVERRUN}, {}, {"visitor/12": OVERRUN})):
        scene.at(minute)
        await scene.observer.book("registers", troubles, scene.clock.now())
    (fault,) = scene.database.read_now(faults.opened)
    assert fault.id == 2


async def test_two_books_do_not_touch_each_other(scene: Scenario) -> None:
    await scene.observer.book("registers", {"loan/7": LOAN}, scene.clock.now())
    await scene.observer.book("duties", {}, scene.clock.now())
    assert [fault.subject.device for fault in scene.database.read_now(faults.opened)] == ["@registers"]


async def test_an_empty_book_writes_nothing(scene: Scenario) -> None:
    await scene.observer.book("duties", {}, scene.clock.now())
    assert scene.woken == 0
