"""Discover, then plan: what a steady poll reads, and when to discover again (design rules 3, 6 and 7)."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from probes.api import State
from probes.snmp import plan as planning
from probes.snmp import ports, readings
from probes.snmp.client import Counter32, Counter64, Missing, Oid, TimeTicks, oid
from probes.snmp.fetch import Fetched, fetch
from probes.snmp.inspect import read
from probes.snmp.plan import Plan, Wishes, is_due, make
from probes.snmp.sizes import Sizes
from probes.snmp.system import SYS_UPTIME, TABLE_CHANGE, clocks
from probes.snmp.walk import Fate
from tests.snmp_agent import IF, IFX, Agent, MemoryClient, port, switch, system

if TYPE_CHECKING:
    from probes.api import Value

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


async def plan(agent: Agent, *wanted: str, before: Plan | None = None, now: datetime = NOW, **more: object) -> Plan:
    tables = await read(MemoryClient(agent), planning.TABLES, Sizes(), seconds=10)
    return make(tables.reads, None, Wishes(wanted, **more), before, now)  # type: ignore[arg-type]


async def poll(agent: Agent, of: Plan) -> Fetched:
    return await fetch(MemoryClient(agent), of.names, Sizes(), seconds=10)


def states(of: Plan, fetched: Fetched) -> dict[str, State | None]:
    return {value.item: value.state for value in ports.report(of.ports, of.gone, of.unfound, fetched)}


def notes(of: Plan, fetched: Fetched) -> dict[str, str]:
    found: list[Value] = ports.report(of.ports, of.gone, of.unfound, fetched)
    return {value.item: str(value.note or "") for value in found}


async def test_a_poll_reads_exact_instances_and_no_tables() -> None:
    agent = Agent(switch(4))
    of = await plan(agent)
    agent.asked.clear()
    await poll(agent, of)
    assert {kind for kind, _names, _rows in agent.asked} == {"get"}
    assert (*IFX, 6, 1) in of.names
    assert (*IF, 10, 1) not in of.names


async def test_the_width_is_chosen_for_each_port_and_column() -> None:
    """Rule 1: on one device some ports have 64 bits, some have not, and some have them in one direction."""
    mib = system() | port(1, "wide") | port(2, "narrow", wide=False) | port(3, "dead", low_in=5) | port(4, "half")
    del mib[(*IFX, 10, 4)]
    of = await plan(Agent(mib))
    widths = {item: {way: each.counters[way].bits for way in ("in", "out")} for item, each in of.ports.items()}
    assert widths == {
        "wide": {"in": 64, "out": 64},
        "narrow": {"in": 32, "out": 32},
        "dead": {"in": 32, "out": 64},
        "half": {"in": 64, "out": 32},
    }


async def test_the_width_is_kept_at_the_next_discovery() -> None:
    agent = Agent(system() | port(1, "ge1", low_in=5))
    first = await plan(agent)
    agent.mib[(*IFX, 6, 1)] = Counter64(77)
    assert (await plan(agent, before=first)).ports["ge1"].counters["in"].bits == 32


async def test_a_wide_counter_that_proves_dead_is_given_up() -> None:
    agent = Agent(system() | port(1, "ge1"))
    first = await plan(agent)
    assert first.ports["ge1"].counters["in"].bits == 64
    agent.mib[(*IF, 10, 1)] = Counter32(5)
    assert (await plan(agent, before=first)).ports["ge1"].counters["in"].bits == 32


async def test_loopbacks_are_read_only_when_asked_for() -> None:
    mib = system() | port(1, "ge1") | port(2, "lo0", type=24)
    assert set((await plan(Agent(mib))).ports) == {"ge1"}
    assert set((await plan(Agent(mib), "lo0")).ports) == {"ge1", "lo0"}
    assert set((await plan(Agent(mib), "lo0", is_all=False)).ports) == {"lo0"}


async def test_speed_may_be_overridden_by_name_or_glob() -> None:
    of = await plan(Agent(switch(2)), speeds={"ge1": 10**8, "ge*": 10**10})
    assert [each.speed for each in of.ports.values()] == [10**8, 10**10]


@pytest.mark.parametrize(
    ("admin", "oper", "state", "words"),
    [
        (1, 1, State.OK, ""),
        (2, 2, State.OK, "switched off"),
        (2, 1, State.OK, "switched off"),
        (1, 2, State.CRITICAL, "down"),
        (1, 7, State.CRITICAL, "rests on"),
        (1, 6, State.CRITICAL, "missing"),
        (1, 5, State.WARNING, "waiting"),
        (3, 3, State.WARNING, "test"),
        (1, 4, State.UNKNOWN, "not know"),
    ],
)
async def test_a_port_that_is_asked_for_is_judged(admin: int, oper: int, state: State, words: str) -> None:
    agent = Agent(system() | port(1, "ge1", admin=admin, oper=oper) | port(2, "ge2", oper=2))
    of = await plan(agent, "ge1")
    fetched = await poll(agent, of)
    assert states(of, fetched) == {"ge1": state, "ge2": None}
    assert words in notes(of, fetched)["ge1"]


async def test_a_name_that_no_port_has_is_said() -> None:
    agent = Agent(switch(1))
    of = await plan(agent, "ge7", "xe*", "ge1")
    fetched = await poll(agent, of)
    assert states(of, fetched) == {"ge1": State.OK, "ge7": State.UNKNOWN}
    assert "no port of this name" in notes(of, fetched)["ge7"]


async def test_a_port_is_gone_only_after_several_complete_walks_without_it() -> None:
    agent = Agent(switch(2))
    of = await plan(agent, "ge2")
    for name in [name for name in agent.mib if name[:-1] != (1, 3) and name[-1] == 2 and name[:9] in (IF[:9], IFX[:9])]:
        del agent.mib[name]
    assert states(of, await poll(agent, of))["ge2"] is State.UNKNOWN
    for walks in (1, 2):
        of = await plan(agent, "ge2", before=of, now=NOW + walks * 5 * MINUTE)
        assert states(of, await poll(agent, of))["ge2"] is State.UNKNOWN
    of = await plan(agent, "ge2", before=of, now=NOW + 15 * MINUTE)
    fetched = await poll(agent, of)
    assert states(of, fetched)["ge2"] is State.CRITICAL
    assert "no longer" in notes(of, fetched)["ge2"]
    agent.mib |= port(2, "ge2")
    of = await plan(agent, "ge2", before=of, now=NOW + 20 * MINUTE)
    assert states(of, await poll(agent, of))["ge2"] is State.OK


async def test_an_incomplete_walk_says_nothing_about_ports_that_it_did_not_reach() -> None:
    agent = Agent(switch(4))
    of = await plan(agent, "ge*")
    agent.broken = tuple((*IF, column, index) for column in range(1, 23) for index in (3, 4)) + tuple(
        (*IFX, column, index) for column in range(1, 20) for index in (3, 4)
    )
    for walks in range(1, 6):
        of = await plan(agent, "ge*", before=of, now=NOW + walks * 5 * MINUTE)
    assert of.reads["ifTable"].fates["ifDescr"] is Fate.TRUNCATED
    assert {"ge3", "ge4"} <= set(of.ports)
    agent.broken = ()
    assert set(states(of, await poll(agent, of)).values()) == {State.OK}


async def test_renumbering_keeps_the_name_and_is_told() -> None:
    """Rule 6: after a restart the same ports may have other indexes."""
    of = await plan(Agent(system() | port(1, "ge1") | port(2, "ge2")))
    moved = await plan(Agent(system() | port(11, "ge1") | port(12, "ge2")), before=of)
    assert {item: each.index for item, each in moved.ports.items()} == {"ge1": 11, "ge2": 12}
    assert moved.events == {"ports.renumbered": "ge1, ge2"}
    assert moved.missed == {}


async def test_a_renamed_port_is_told_and_not_missed() -> None:
    agent = Agent(system() | port(1, "ge1") | port(2, "ge2"))
    of = await plan(agent)
    agent.mib |= port(2, "uplink")
    renamed = await plan(agent, before=of)
    assert renamed.events == {"ports.renamed": "ge2 → uplink"}
    assert renamed.missed == {}
    assert set(renamed.ports) == {"ge1", "uplink"}


class TestDue:
    async def made(self, **more: object) -> Plan:
        return replace(await plan(Agent(switch(1))), table_change=5, **more)  # type: ignore[arg-type]

    def due(
        self, of: Plan, after: timedelta, change: int = 5, *, restarted: bool = False, vanished: bool = False
    ) -> bool:
        return is_due(of, NOW + after, table_change=change, has_restarted=restarted, has_vanished=vanished)

    async def test_at_least_every_six_hours(self) -> None:
        of = await self.made()
        assert not self.due(of, timedelta(hours=5, minutes=59))
        assert self.due(of, timedelta(hours=6))

    async def test_at_once_after_a_restart_or_a_changed_table(self) -> None:
        of = await self.made()
        assert self.due(of, MINUTE, restarted=True)
        assert self.due(of, MINUTE, change=6)

    async def test_a_table_that_changes_all_the_time_has_to_wait(self) -> None:
        of = await self.made(hurried=planning.HURRY)
        assert not self.due(of, MINUTE, change=6)
        assert self.due(of, 5 * MINUTE, change=6)

    async def test_vanished_instances_after_a_pause(self) -> None:
        of = await self.made()
        assert not self.due(of, 4 * MINUTE, vanished=True)
        assert self.due(of, 5 * MINUTE, vanished=True)

    async def test_an_incomplete_discovery_is_tried_again_ever_later(self) -> None:
        assert self.due(await self.made(partial=1), 10 * MINUTE)
        assert not self.due(await self.made(partial=3), 30 * MINUTE)
        assert self.due(await self.made(partial=3), 40 * MINUTE)

    async def test_when_the_clock_went_back(self) -> None:
        assert self.due(await self.made(), -MINUTE)


async def test_vanished_instances_are_seen() -> None:
    agent = Agent(switch(2))
    of = await plan(agent)
    assert not planning.vanished(of, await poll(agent, of))
    del agent.mib[(*IFX, 6, 2)]
    assert planning.vanished(of, await poll(agent, of))


async def test_a_device_without_the_optional_clocks_has_not_vanished() -> None:
    agent = Agent(switch(1))
    of = await plan(agent)
    fetched = await poll(agent, of)
    assert fetched.values[TABLE_CHANGE] is Missing.NO_SUCH_INSTANCE
    assert not planning.vanished(of, fetched)


PROCESSOR, STORAGE = oid("1.3.6.1.2.1.25.3.3.1.2"), oid("1.3.6.1.2.1.25.2.3.1")
BATTERY = oid("1.3.6.1.2.1.33.1.2")


def server() -> dict[Oid, object]:
    mib = system() | {(*PROCESSOR, 1): 10, (*PROCESSOR, 2): 20}
    for index, kind, name, size, used in ((1, 2, b"RAM", 1000, 600), (2, 4, b"/", 2000, 500), (3, 4, b"/", 4000, 400)):
        cells = (oid(f"1.3.6.1.2.1.25.2.1.{kind}"), name, 1024, size, used)
        mib |= {(*STORAGE, column, index): cell for column, cell in zip((2, 3, 4, 5, 6), cells, strict=True)}
    return mib


def shown(of: Plan, fetched: Fetched) -> dict[tuple[str, str], float | None]:
    found = readings.values(planning.refreshed(of, fetched), clocks(fetched.values))
    assert len({(value.meaning, value.item) for value in found}) == len(found)
    return {(value.meaning, value.item): value.value for value in found}


async def test_values_are_those_of_the_poll_and_names_those_of_the_discovery() -> None:
    agent = Agent(server())
    of = await plan(agent)
    agent.mib |= {(*PROCESSOR, 2): 90, (*STORAGE, 6, 1): 700, SYS_UPTIME: TimeTicks(6000)}
    assert shown(of, await poll(agent, of)) == {
        ("uptime", ""): 60,
        ("cpu.usage", ""): 50,
        ("cpu.core", "Processor 1"): 10,
        ("cpu.core", "Processor 2"): 90,
        ("memory.usage", "RAM"): 70,
        ("storage.usage", "/"): 25,
        ("storage.usage", "/ #2"): 10,
    }


async def test_what_is_not_read_is_not_zero() -> None:
    """Rule 3: missing is neither zero nor deleted."""
    agent = Agent(server())
    of = await plan(agent)
    agent.broken = ((*PROCESSOR, 1), (*STORAGE, 6, 2))
    found = shown(of, await poll(agent, of))
    assert ("cpu.core", "Processor 1") not in found
    assert found["storage.usage", "/"] is None


async def test_a_ups_on_battery_is_reported() -> None:
    mib = system() | {(*BATTERY, column, 0): value for column, value in ((1, 3), (2, 60), (3, 9), (4, 50))}
    mib[oid("1.3.6.1.2.1.33.1.4.1.0")] = 5
    agent = Agent(mib)
    of = await plan(agent)
    found = readings.values(planning.refreshed(of, await poll(agent, of)), clocks({}))
    assert {(value.meaning, value.item, value.value, value.state) for value in found} == {
        ("ups.charge", "Battery charge", 50, None),
        ("ups.runtime", "Battery runtime", 9, None),
        ("ups.state", "Battery status", 3, State.CRITICAL),
        ("ups.state", "Output source", 5, State.CRITICAL),
    }


async def test_names_are_kept_where_the_column_of_names_was_not_read_to_the_end() -> None:
    agent = Agent(switch(4))
    of = await plan(agent)
    for index in range(1, 5):
        agent.mib[(*IF, 2, index)] = f"GigabitEthernet0/0/{index}".encode()
    agent.broken = tuple((*IFX, 1, index) for index in (3, 4))
    again = await plan(agent, before=of)
    assert set(again.ports) == {"ge1", "ge2", "ge3", "ge4"}
    assert again.events == {}
