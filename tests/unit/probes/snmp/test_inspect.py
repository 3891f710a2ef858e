"""Looking at a device once: each table by itself, whatever the others do (design rule 7)."""

from __future__ import annotations

import json

from probes.snmp.client import Cause, Unanswered, oid
from probes.snmp.inspect import TABLES, inspect, presence
from probes.snmp.inspection import Device, Inspection
from probes.snmp.sizes import Sizes
from tests.snmp_agent import IF, IFX, Agent, MemoryClient, port, switch, system

TARGET = Device("192.0.2.1", 161, "2c")
HOST_PROCESSOR = oid("1.3.6.1.2.1.25.3.3.1.2.1")
FIELDS = {
    "target", "system", "platform", "interfaces", "processors", "memory", "storage", "sensors", "hardware",
    "neighbours", "addresses", "vlans", "problems",
}  # fmt: skip


async def look(agent: Agent) -> Inspection:
    found = await inspect(MemoryClient(agent), TARGET)
    assert isinstance(found, Inspection)
    return found


async def test_a_switch_is_described() -> None:
    found = await look(Agent(switch(3) | {HOST_PROCESSOR: 7}))
    assert (found.system.name, found.system.uptime_seconds) == ("machine", 3600)
    assert [(each.name, each.oper_status, each.speed_bps) for each in found.interfaces] == [
        ("ge1", "up", 10**9),
        ("ge2", "up", 10**9),
        ("ge3", "up", 10**9),
    ]
    assert found.processors[0].percent == 7
    assert found.problems == ()


async def test_the_json_has_every_field_and_says_nothing_for_nothing() -> None:
    plain = json.loads(json.dumps((await look(Agent(system()))).as_json()))
    assert plain.keys() == FIELDS
    assert plain["interfaces"] == plain["sensors"] == plain["problems"] == []
    assert plain["platform"] == dict.fromkeys(("os", "vendor", "model", "version", "serial", "kind"))


async def test_absent_tables_cost_one_question_not_one_each() -> None:
    agent = Agent(system())
    await look(agent)
    assert len(agent.asked) <= 3


async def test_one_bad_table_is_a_problem_and_the_rest_is_told() -> None:
    found = await look(Agent(switch(3) | {HOST_PROCESSOR: 7}, broken=((*IFX, 6),)))
    assert [problem.part for problem in found.problems] == ["ifXTable"]
    assert len(found.interfaces) == 3
    assert found.processors[0].percent == 7


async def test_a_partial_table_tells_what_it_has() -> None:
    found = await look(Agent(switch(6), broken=tuple((*IF, 7, index) for index in range(4, 7))))
    assert [problem.part for problem in found.problems] == ["ifTable"]
    assert [each.admin_status for each in found.interfaces] == ["up"] * 3 + [None] * 3


async def test_a_device_that_never_answers_is_no_inspection() -> None:
    found = await inspect(MemoryClient(Agent(system(), silent=((1, 3),))), TARGET)
    assert isinstance(found, Unanswered)
    assert found.cause is Cause.TIMEOUT


async def test_a_device_that_falls_silent_leaves_the_rest_as_problems() -> None:
    class Fainting(Agent):
        def answer(self, *question: object) -> object:  # type: ignore[override]
            if len(self.asked) > 2:
                self.silent = ((1, 3),)
            return super().answer(*question)  # type: ignore[arg-type]

    agent = Fainting(switch(3) | {HOST_PROCESSOR: 7})
    found = await look(agent)
    assert {"ifXTable", "hrProcessorTable"} <= {problem.part for problem in found.problems}
    assert len(agent.asked) < 40


async def test_a_system_group_that_is_refused_as_a_whole_is_read_name_by_name() -> None:
    found = await look(Agent(switch(1), most=1, beyond="tooBig"))
    assert found.system.name == "machine"
    assert len(found.interfaces) == 1


async def test_presence_is_asked_in_halves_where_one_question_is_too_big() -> None:
    agent = Agent(switch(1), most=3, beyond="silence")
    present = await presence(MemoryClient(agent), TABLES, Sizes())
    assert [table.name for table in present] == ["ifTable", "ifXTable"]


async def test_names_in_chinese_encodings_are_read() -> None:
    mib = system() | port(1, "ge1")
    mib[(*IFX, 18, 1)] = "住院部核心".encode("gb18030")
    found = await look(Agent(mib))
    assert found.interfaces[0].alias == "住院部核心"
