"""What happens between a reading and a mail, told as time lines."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netwatch.actions import carry_out
from netwatch.domain.model import DeviceState
from netwatch.storage import devices
from probes.api import Measurement, Value
from tests.scenario import ANSWERS, SILENT, Scenario, site, switch

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database


@pytest.fixture
def one(tmp_path: Path, database: Database) -> Scenario:
    return Scenario(site(tmp_path, devices=switch("sw-1")), database)


@pytest.fixture
def tree(tmp_path: Path, database: Database) -> Scenario:
    below = "".join(switch(f"sw-{number}", parents=("core",)) for number in range(1, 6))
    return Scenario(site(tmp_path, devices=switch("core") + below), database)


def state_of(scenario: Scenario, device: str) -> DeviceState:
    return scenario.rows(devices.everything)[device].state


async def test_what_recovers_before_the_first_mail_left_bothers_nobody(one: Scenario):
    await one.answers("sw-1", minutes=(0,))
    await one.silent("sw-1", minutes=(1, 1.25, 1.5, 2.5, 3.5))
    await one.answers("sw-1", minutes=(4.5, 4.75, 5.75))

    (fault,) = one.faults()
    assert (fault.closed - fault.opened).total_seconds() == 3.5 * 60
    assert one.told() == []  # it recovered before a first mail had left: nobody is bothered
    assert one.kinds() == ["opened", "closed"]


async def test_what_was_told_is_told_to_be_over(one: Scenario):
    await one.answers("sw-1", minutes=(0,))
    await one.silent("sw-1", minutes=(1, 1.25, 1.5))
    one.mails_leave()
    await one.answers("sw-1", minutes=(4.5, 4.75))

    assert one.told() == [("sw-1", "opened"), ("sw-1", "recovered")]


async def test_a_lost_packet_or_two_alarm_nobody(one: Scenario):
    await one.answers("sw-1", minutes=(0,))
    await one.silent("sw-1", minutes=(1, 1.25))
    await one.answers("sw-1", minutes=(1.5,))

    assert one.faults() == ()
    assert one.letters() == ()


async def test_the_devices_behind_a_dead_one_are_unreachable_and_nobody_is_told_of_them(tree: Scenario):
    below = [f"sw-{number}" for number in range(1, 6)]
    await tree.answers("core", *below, minutes=(0,))
    await tree.silent("core", *below, minutes=(1, 1.25, 1.5))
    await tree.silent(*below, minutes=(2.5,))
    await tree.review(2.6)

    assert tree.told() == [("core", "opened")]
    core, *others = tree.faults()
    assert core.subject.device == "core"
    assert {fault.cause for fault in others} == {core.id}
    assert state_of(tree, "core") is DeviceState.DOWN
    assert state_of(tree, "sw-3") is DeviceState.UNREACHABLE


async def test_a_child_confirmed_before_its_parent_takes_its_mail_back(tree: Scenario):
    await tree.answers("core", "sw-1", minutes=(0,))
    await tree.silent("sw-1", minutes=(1, 1.25, 1.5))
    assert tree.told() == [("sw-1", "opened")]

    await tree.silent("core", minutes=(1.55,))
    await tree.review(1.6)
    assert tree.told() == []

    await tree.silent("core", minutes=(1.8, 2.05))
    await tree.review(2.1)
    assert tree.told() == [("core", "opened")]


async def test_a_child_that_stays_silent_after_its_parent_came_back_is_told_of_then(tree: Scenario):
    await tree.answers("core", "sw-1", minutes=(0,))
    await tree.silent("core", "sw-1", minutes=(1, 1.25, 1.5))
    await tree.review(3)
    tree.mails_leave()
    await tree.answers("core", minutes=(4, 4.25))
    await tree.review(4.3)
    assert ("sw-1", "opened") not in tree.told()

    await tree.silent("sw-1", minutes=(4.5,))
    await tree.review(4.6)

    assert ("sw-1", "opened") in tree.told()
    assert ("core", "recovered") in tree.told()


async def test_a_parent_that_answers_leaves_the_fault_with_the_device(tree: Scenario):
    await tree.answers("core", "sw-1", minutes=(0,))
    await tree.silent("sw-1", minutes=(1, 1.25, 1.5))
    await tree.answers("core", minutes=(1.6,))
    await tree.review(1.7)

    assert tree.told() == [("sw-1", "opened")]


async def test_a_fault_in_a_window_is_recorded_and_told_when_the_window_ends(one: Scenario):
    await one.answers("sw-1", minutes=(0,))
    work = carry_out(
        one.settings, "open_window", "zhang", one.clock.now(), {"title": "works", "devices": ["sw-1"], "lasting": 600}
    )
    one.database.write_now(work)
    await one.review(0.1)
    await one.silent("sw-1", minutes=(1, 1.25, 1.5, 5))
    await one.review(6)

    (fault,) = one.faults()
    assert one.told() == []
    assert "in the maintenance window works" in one.whys(fault)
    assert state_of(one, "sw-1") is DeviceState.MAINTENANCE

    await one.review(10.5)
    assert one.told() == [("sw-1", "opened")]


async def test_nobody_is_reminded_of_what_somebody_has_taken(one: Scenario):
    await one.answers("sw-1", minutes=(0,))
    await one.silent("sw-1", minutes=(1, 1.25, 1.5))
    await one.review(10)
    work = carry_out(
        one.settings, "acknowledge", "zhang", one.clock.now(), {"fault": 1, "text": "on my way", "lasting": 1800}
    )
    one.database.write_now(work)

    await one.review(20)
    assert one.told() == [("sw-1", "opened")]

    await one.review(41)
    assert one.told() == [("sw-1", "opened"), ("sw-1", "reminder")]


async def test_reviews_repeat_neither_mails_nor_reasons(one: Scenario):
    await one.answers("sw-1", minutes=(0,))
    await one.silent("sw-1", minutes=(1, 1.25, 1.5))
    for minute in range(3, 14):
        await one.review(minute)

    (fault,) = one.faults()
    assert one.told() == [("sw-1", "opened")]
    assert len(one.whys(fault)) == len(set(one.whys(fault)))


async def test_a_fault_that_comes_back_soon_continues_its_case(one: Scenario):
    await one.answers("sw-1", minutes=(0,))
    await one.silent("sw-1", minutes=(1, 1.25, 1.5))
    await one.answers("sw-1", minutes=(3, 3.25))
    await one.silent("sw-1", minutes=(10, 10.25, 10.5))

    (fault,) = one.faults()
    assert fault.reopened == 1
    assert fault.open
    assert one.kinds() == ["opened", "closed", "reopened"]


async def test_a_fault_that_comes_back_much_later_is_another_one(one: Scenario):
    await one.answers("sw-1", minutes=(0,))
    await one.silent("sw-1", minutes=(1, 1.25, 1.5))
    await one.answers("sw-1", minutes=(3, 3.25))
    await one.silent("sw-1", minutes=(100, 100.25, 100.5))

    assert len(one.faults()) == 2


async def test_a_device_that_flaps_for_an_hour_is_told_of_three_times_at_most(one: Scenario):
    await one.answers("sw-1", minutes=(0,))
    for turn in range(15):
        start = 1 + turn * 4
        await one.silent("sw-1", minutes=(start, start + 0.25, start + 0.5))
        await one.review(start + 1)
        await one.answers("sw-1", minutes=(start + 2, start + 2.25))
        await one.review(start + 3)

    assert len(one.told()) <= 3
    assert ("sw-1", "flapping") in one.told()


async def test_what_settles_after_flapping_is_told_in_the_end(one: Scenario):
    await test_a_device_that_flaps_for_an_hour_is_told_of_three_times_at_most(one)
    for minute in range(70, 120):
        await one.answers("sw-1", minutes=(minute,))
    await one.review(121)

    assert one.told()[-1] == ("sw-1", "recovered")


async def test_the_other_checks_of_a_silent_device_say_nothing(tmp_path: Path, database: Database):
    more = '[[device.check]]\nkind = "tcp"\nport = 22'
    scenario = Scenario(site(tmp_path, devices=switch("srv", more=more)), database)
    await scenario.answers("srv", minutes=(0,))
    await scenario.sees("srv/tcp", Measurement(()))
    for minute in (1, 1.25, 1.5, 2, 3):
        await scenario.silent("srv", minutes=(minute,))
        await scenario.sees("srv/tcp", SILENT)

    assert [fault.subject.check for fault in scenario.faults()] == ["icmp"]


async def test_states_are_frozen_while_the_monitor_is_cut_off(tmp_path: Path, database: Database):
    settings = site(tmp_path, devices=switch("gw") + switch("sw-1"), site='canaries = ["gw"]')
    scenario = Scenario(settings, database)
    await scenario.answers("gw", "sw-1", minutes=(0,))
    await scenario.silent("gw", minutes=(0.9,))
    await scenario.silent("sw-1", "gw", minutes=(1, 1.25, 1.5, 2))
    await scenario.review(2.1)

    assert [fault.subject.device for fault in scenario.faults()] == ["gw"]
    assert scenario.told() == []

    await scenario.answers("gw", "sw-1", minutes=(3, 3.25))
    assert state_of(scenario, "sw-1") is DeviceState.UP


async def test_a_clock_that_is_set_back_does_not_make_the_service_blind(one: Scenario):
    await one.answers("sw-1", minutes=(0, 60))
    await one.silent("sw-1", minutes=(1, 1.25, 1.5))

    assert len(one.faults()) == 1


async def test_a_threshold_is_a_fault_of_its_item_with_hysteresis(one: Scenario):
    loss = [Measurement((Value("packet.loss", value),)) for value in (100.0, 100.0, 100.0)]
    await one.sees("sw-1/icmp", ANSWERS)
    for minute, reading in enumerate(loss, 1):
        one.at(minute)
        await one.sees("sw-1/icmp", reading)

    (fault,) = one.faults()
    assert fault.subject.meaning == "packet.loss"
    assert state_of(one, "sw-1") is DeviceState.DEGRADED


async def test_what_is_known_survives_a_restart(one: Scenario):
    await one.answers("sw-1", minutes=(0,))
    await one.silent("sw-1", minutes=(1, 1.25))

    again = Scenario(one.settings, one.database)
    await again.observer.load()
    await again.silent("sw-1", minutes=(1.5,))

    (fault,) = again.faults()
    assert (fault.confirmed - fault.opened).total_seconds() == 30
