"""The probe `snmp` reads serial numbers over UDP, by both engines: seldom, whole or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from probes.api import Component, Inventory, Measurement, Shared, Target
from probes.secret import Secret
from probes.snmp.client import Oid, TimeTicks
from probes.snmp.credentials import Community
from probes.snmp.plan import LIFETIME, PAUSE
from probes.snmp.probe import SnmpProbe
from probes.snmp.system import HARDWARE_CHANGE
from tests.snmp_agent import Agent, UdpAgent, serving, switch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
PHYSICAL = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
UPTIME = (1, 3, 6, 1, 2, 1, 1, 3, 0)
PARTS = {1: (3, b"Chassis", b"EX48", b"FOC1"), 2: (6, b"PSU 1", b"PWR", b"LIT1"), 3: (9, b"Slot 1", b"LPU", b"")}


class Bench:
    """A device, its agent, and a probe that looks at it."""

    def __init__(self, wire: UdpAgent, shared: Shared, engine: str) -> None:
        self.wire, self.now = wire, START
        options = {"credential": "lab", "port": wire.port, "timeout": 0.2, "retries": 1, "engine": engine}
        self.probe = SnmpProbe(SnmpProbe.Options(**options), shared=shared)
        wire.agent.mib[UPTIME] = lambda: TimeTicks(360_000 + int((self.now - START).total_seconds() * 100))

    async def read(self, after: timedelta = timedelta()) -> Inventory | None:
        self.now += after
        reading = await self.probe.measure(Target("sw", "127.0.0.1"), self.now)
        assert isinstance(reading, Measurement), reading
        return reading.inventory

    def take_out(self, index: int) -> None:
        for name in [name for name in self.wire.agent.mib if name[: len(PHYSICAL)] == PHYSICAL and name[-1] == index]:
            del self.wire.agent.mib[name]


def hardware() -> dict[Oid, Any]:
    mib = switch(2)
    for index, (kind, name, model, serial) in PARTS.items():
        mib |= {
            (*PHYSICAL, 5, index): kind,
            (*PHYSICAL, 7, index): name,
            (*PHYSICAL, 11, index): serial,
            (*PHYSICAL, 13, index): model,
        }
    return mib


@pytest.fixture(params=["fast", "pysnmp"])
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    shared = Shared({"lab": Community(community=Secret("public"))})
    async with serving(Agent(hardware())) as wire:
        yield Bench(wire, shared, request.param)
    await shared.close()


WHOLE = Inventory(
    (Component("FOC1", "Chassis", "EX48", "chassis"), Component("LIT1", "PSU 1", "PWR", "powerSupply")),
    is_complete=True,
)


async def test_hardware_is_told_with_the_look_that_read_it_and_with_no_other(bench: Bench) -> None:
    assert await bench.read() == WHOLE
    assert await bench.read(timedelta(minutes=1)) is None
    assert await bench.read(LIFETIME) == WHOLE


async def test_a_part_that_was_taken_out_is_looked_for_again_soon(bench: Bench) -> None:
    await bench.read()
    bench.take_out(2)
    found = [await bench.read(after) for after in (LIFETIME, PAUSE, PAUSE)]
    assert [[part.serial for part in each.parts] for each in found if each] == [["FOC1"]] * 3


async def test_a_device_that_says_when_its_hardware_changed_is_read_again_within_minutes(bench: Bench) -> None:
    changed = 100
    bench.wire.agent.mib[HARDWARE_CHANGE] = lambda: TimeTicks(changed)
    await bench.read()
    assert await bench.read(PAUSE) is None
    changed = 200
    bench.take_out(2)
    assert await bench.read(PAUSE) == Inventory(WHOLE.parts[:1], is_complete=True)
    assert await bench.read(PAUSE / 2) is None


async def test_a_device_that_does_not_say_it_is_asked_for_nothing_else(bench: Bench) -> None:
    await bench.read()
    for _poll in range(3):
        assert await bench.read(PAUSE) is None
    for index in PARTS:
        bench.take_out(index)
    await bench.read(LIFETIME)
    bench.wire.agent.asked.clear()
    await bench.read(PAUSE / 2)
    assert HARDWARE_CHANGE not in {name for _kind, names, _rows in bench.wire.agent.asked for name in names}


async def test_a_walk_that_breaks_off_is_told_as_one(bench: Bench) -> None:
    await bench.read()
    bench.wire.agent.silent = ((*PHYSICAL, 11, 2),)
    found = await bench.read(LIFETIME)
    assert found is not None
    assert ([part.serial for part in found.parts], found.is_complete) == (["FOC1"], False)


async def test_a_device_without_hardware_tables_tells_an_empty_inventory(bench: Bench) -> None:
    for index in PARTS:
        bench.take_out(index)
    assert await bench.read() == Inventory((), is_complete=True)


async def test_a_discovery_that_fails_tells_nothing(bench: Bench) -> None:
    await bench.read()
    bench.wire.drops = 1000
    bench.now += LIFETIME
    reading = await bench.probe.measure(Target("sw", "127.0.0.1"), bench.now)
    assert not isinstance(reading, Measurement)
    bench.wire.drops = 0
    assert await bench.read() == WHOLE
