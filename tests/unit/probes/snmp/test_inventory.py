"""Hardware by serial number, of what a device says in ENTITY-MIB; and when it is looked for again."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.api import Component
from probes.snmp import entity
from probes.snmp import plan as planning
from probes.snmp.inspect import read
from probes.snmp.plan import Plan, Wishes, is_due, make
from probes.snmp.sizes import Sizes
from probes.snmp.tables import Read, Row
from probes.snmp.walk import Fate
from tests.snmp_agent import Agent, MemoryClient, system

if TYPE_CHECKING:
    from collections.abc import Mapping

    from probes.snmp.client import Oid

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
PHYSICAL = (1, 3, 6, 1, 2, 1, 47, 1, 1, 1, 1)
CHASSIS, CONTAINER, POWER, MODULE = 3, 5, 6, 9


def table(rows: Mapping[int, tuple[int, bytes]], **fates: Fate) -> Read:
    found = {
        (index,): Row((index,), {"entPhysicalClass": kind, "entPhysicalSerialNum": serial, "entPhysicalName": b"n"})
        for index, (kind, serial) in rows.items()
    }
    all_fates = dict.fromkeys(entity.PHYSICAL_TABLE.columns, Fate.COMPLETE) | fates
    return Read(entity.PHYSICAL_TABLE, found, all_fates)


def serials(of: Read) -> list[str]:
    return [part.serial for part in entity.inventory(of).parts]


def test_a_part_is_told_with_its_name_its_model_and_its_kind() -> None:
    cells: dict[str, Any] = {
        "entPhysicalClass": POWER,
        "entPhysicalName": "电源 1".encode("gb18030"),
        "entPhysicalModelName": b" PWR-150 ",
        "entPhysicalSerialNum": b"  LIT 2034\0",
    }
    of = Read(entity.PHYSICAL_TABLE, {(7,): Row((7,), cells)})
    assert entity.inventory(of).parts == (Component("LIT 2034", "电源 1", "PWR-150", "powerSupply"),)


@pytest.mark.parametrize(
    "nothing",
    [b"", b" ", b"0", b"00000000", b"N/A", b"n/a", b"None", b"Unknown", b"XXXXXXXX", b"---", b"1", b"Not Specified",
     b"To Be Filled By O.E.M.", b"\xff\xff\xff\xff"],
)  # fmt: skip
def test_what_stands_for_no_serial_number_is_none(nothing: bytes) -> None:
    assert serials(table({1: (CHASSIS, b"FOC1"), 2: (MODULE, nothing)})) == ["FOC1"]


def test_a_serial_number_that_several_parts_say_is_the_outermost_ones() -> None:
    of = table({1: (MODULE, b"FOC1"), 5: (CHASSIS, b"FOC1"), 9: (CONTAINER, b"FOC1")})
    assert entity.inventory(of).parts == (Component("FOC1", "n", "", "chassis"),)


@pytest.mark.parametrize(
    ("fates", "whole"),
    [
        ({}, True),
        ({"entPhysicalModelName": Fate.TRUNCATED}, True),
        ({"entPhysicalSerialNum": Fate.TRUNCATED}, False),
        ({"entPhysicalSerialNum": Fate.FAILED}, False),
        ({"entPhysicalClass": Fate.TRUNCATED}, False),
    ],
)
def test_it_is_whole_when_all_serial_numbers_were_read(fates: dict[str, Fate], whole: bool) -> None:
    assert entity.inventory(table({1: (CHASSIS, b"FOC1")}, **fates)).is_complete is whole


def test_a_device_that_lists_without_end_is_cut_and_not_whole() -> None:
    of = table({index: (MODULE, f"S{index}".encode()) for index in range(1, entity.MOST_PARTS + 2)})
    found = entity.inventory(of)
    assert (len(found.parts), found.is_complete) == (entity.MOST_PARTS, False)


@given(st.dictionaries(st.integers(1, 99), st.tuples(st.integers(-1, 20), st.binary(max_size=300)), max_size=12))
def test_whatever_a_device_says_serial_numbers_are_short_and_each_there_once(
    rows: dict[int, tuple[int, bytes]],
) -> None:
    found = entity.inventory(table(rows)).parts
    assert len({part.serial for part in found}) == len(found)
    for part in found:
        assert 0 < len(part.serial) <= entity.LONGEST_SERIAL
        assert part.serial.isprintable()
        assert entity.is_serial(part.serial)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=10, unique=True), st.randoms())
def test_numbers_that_a_device_gives_anew_change_nothing(indexes: list[int], chance: Any) -> None:
    parts = [(MODULE, f"S{n}0".encode()) for n in range(len(indexes))]
    before = table(dict(zip(indexes, parts, strict=True)))
    chance.shuffle(parts)
    assert set(serials(before)) == set(serials(table(dict(zip(indexes, parts, strict=True)))))


def device(*found: str) -> dict[Oid, Any]:
    mib = system()
    for index, name in enumerate(found, 1):
        mib |= {(*PHYSICAL, 5, index): MODULE, (*PHYSICAL, 7, index): b"slot", (*PHYSICAL, 11, index): name.encode()}
    return mib


async def plan(agent: Agent, before: Plan | None = None, now: datetime = NOW) -> Plan:
    tables = await read(MemoryClient(agent), planning.TABLES, Sizes(), seconds=10)
    return make(tables.reads, None, Wishes(), before, now)


def due(of: Plan, after: timedelta) -> bool:
    return is_due(of, of.made + after, table_change=None, has_restarted=False, has_vanished=False)


async def test_a_part_that_is_missing_is_looked_for_again_soon_and_not_for_ever() -> None:
    whole = await plan(Agent(device("AB1", "AB2")))
    assert not due(whole, 60 * MINUTE)
    of = whole
    for missed in range(1, planning.SEARCHES):
        of = await plan(Agent(device("AB1")), of)
        assert of.lost == {"AB2": missed}
        assert due(of, planning.PAUSE)
        assert not due(of, planning.PAUSE - MINUTE)
    of = await plan(Agent(device("AB1")), of)
    assert of.lost == {}
    assert not due(of, 60 * MINUTE)


async def test_a_part_that_is_found_again_is_no_longer_looked_for() -> None:
    of = await plan(Agent(device("AB1", "AB2")))
    of = await plan(Agent(device("AB1")), of)
    of = await plan(Agent(device("AB1", "AB2")), of)
    assert of.lost == {}


async def test_a_walk_that_breaks_off_counts_for_no_part() -> None:
    of = await plan(Agent(device("AB1", "AB2")))
    agent = Agent(device("AB1", "AB2"))
    agent.silent = ((*PHYSICAL, 11, 2),)
    half = await plan(agent, of)
    assert [part.serial for part in half.inventory.parts] == ["AB1"]
    assert not half.inventory.is_complete
    assert half.lost == {"AB2": 0}
    assert replace(half, lost={}).partial == 1
