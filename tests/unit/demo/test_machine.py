"""What a played device says over time, read as netwatch reads it."""

from __future__ import annotations

from itertools import pairwise

import pytest

from netwatch.demo.effects import Condition
from netwatch.demo.hospital import HOSPITAL, Device
from netwatch.demo.machine import Machine
from netwatch.demo.mib import cells
from probes.snmp import host_resources, interfaces, system, ups
from probes.snmp.client import Counter64, Oid, TimeTicks, Value

DEVICES = {device.name: device for device in HOSPITAL}
IN = interfaces.IFX_TABLE.oids()["ifHCInOctets"]
OPER = interfaces.IF_TABLE.oids()["ifOperStatus"]
CHANGE = interfaces.IF_TABLE.oids()["ifLastChange"]
USED = host_resources.STORAGE_TABLE.oids()["hrStorageUsed"]
SIZE = host_resources.STORAGE_TABLE.oids()["hrStorageSize"]
LOAD = host_resources.PROCESSOR_TABLE.oids()["hrProcessorLoad"]
SOURCE = ups.OUTPUT.oids()["upsOutputSource"]


def says(machine: Machine, now: float) -> dict[Oid, Value]:
    return cells(machine.device, machine.at(now))


def number(said: dict[Oid, Value], *name: int) -> int:
    value = said[name]
    assert isinstance(value, int)
    return int(value)


@pytest.mark.parametrize("device", HOSPITAL, ids=lambda device: device.name)
def test_every_counter_only_rises_and_no_faster_than_its_port(device: Device) -> None:
    machine = Machine(device, 0.0)
    history = [says(machine, float(now)) for now in range(0, 120, 5)]
    counters = [name for name, value in history[0].items() if isinstance(value, Counter64)]
    assert bool(counters) == bool(machine.device.ports)
    for before, after in pairwise(history):
        for name in counters:
            speed = machine.device.ports[name[-1] - 1].speed
            assert 0 < number(after, *name) - number(before, *name) <= 5 * speed / 8


def test_a_device_has_been_running_for_days_when_the_demo_begins() -> None:
    said = says(Machine(DEVICES["his"], 1000.0), 1000.0)
    assert number(said, *system.SYS_UPTIME) > 20 * 86400 * 100


def test_a_port_that_is_down_says_so_since_when_and_carries_nothing() -> None:
    machine = Machine(DEVICES["core-a"], 0.0)
    machine.take(Condition(ports_down=frozenset({"XGE1/0/2"})), 10.0)
    at_once, later = says(machine, 10.0), says(machine, 70.0)
    assert (number(later, *OPER, 1), number(later, *OPER, 2)) == (1, 2)
    assert number(at_once, *IN, 2) == number(later, *IN, 2)
    assert number(at_once, *IN, 1) < number(later, *IN, 1)
    assert later[(*CHANGE, 2)] == at_once[system.SYS_UPTIME]


def test_a_port_that_came_back_goes_on_where_it_stopped() -> None:
    machine = Machine(DEVICES["core-a"], 0.0)
    machine.take(Condition(ports_down=frozenset({"XGE1/0/2"})), 10.0)
    machine.take(Condition(), 70.0)
    before, after = says(machine, 70.0), says(machine, 75.0)
    speed = machine.device.ports[1].speed
    assert number(after, *OPER, 2) == 1
    assert 0 < number(after, *IN, 2) - number(before, *IN, 2) <= 5 * speed / 8


def test_a_device_that_was_silent_has_started_anew() -> None:
    machine = Machine(DEVICES["emergency"], 0.0)
    boots = number(says(machine, 0.0), *system.ENGINE_BOOTS)
    machine.take(Condition(silent=True), 10.0)
    machine.take(Condition(), 60.0)
    said = says(machine, 65.0)
    assert said[system.SYS_UPTIME] == TimeTicks(500)
    assert number(said, *system.ENGINE_BOOTS) == boots + 1


def test_processors_and_disks_are_as_full_as_the_script_has_it() -> None:
    machine = Machine(DEVICES["pacs"], 0.0)
    well = says(machine, 0.0)
    machine.take(Condition(load=99, full={"/images": 97}), 0.0)
    ill = says(machine, 0.0)
    assert number(well, *LOAD, 1) < 60
    assert number(ill, *LOAD, 1) == 99
    assert round(100 * number(well, *USED, 3) / number(well, *SIZE, 3)) == 77
    assert round(100 * number(ill, *USED, 3) / number(ill, *SIZE, 3)) == 97


def test_a_battery_is_used_while_the_mains_are_away() -> None:
    machine = Machine(DEVICES["ups"], 0.0)
    machine.take(Condition(on_battery=True), 0.0)
    said = says(machine, 60.0)
    charge = ups.BATTERY.oids()["upsEstimatedChargeRemaining"]
    assert (number(said, *SOURCE, 0), number(said, *charge, 0)) == (5, 94)
    machine.take(Condition(), 61.0)
    assert number(says(machine, 61.0), *SOURCE, 0) == 3


def test_a_moment_without_anything_wrong_says_how_long_each_port_has_carried_traffic() -> None:
    machine = Machine(DEVICES["in-5f"], 0.0)
    moment = machine.at(5.0)
    assert set(moment.carried) == {port.name for port in machine.device.ports}
    assert set(moment.carried.values()) == {moment.uptime}
