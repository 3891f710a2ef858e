"""The probe `snmp` against an agent that errs over UDP: each of the design's rules on the wire."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from probes.api import Failure, Measurement, Reading, Shared, State, Target, Trouble
from probes.meanings import SHARED
from probes.secret import Secret
from probes.snmp.client import Counter32, Counter64, Oid, TimeTicks
from probes.snmp.credentials import Community
from probes.snmp.probe import SnmpProbe
from tests.snmp_agent import IF, IFX, Agent, UdpAgent, port, serving, switch, system

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
GIGABIT = 10**9


@dataclass
class Bench:
    """A device, its agent on the wire, and a probe that looks at it; time passes when it is told to."""

    agent: Agent
    wire: UdpAgent
    shared: Shared
    options: dict[str, Any]
    ticks: int = 360_000
    now: datetime = START
    probe: SnmpProbe = field(init=False)

    def __post_init__(self) -> None:
        settings = {"credential": "lab", "port": self.wire.port, "timeout": 0.1, "retries": 1, **self.options}
        self.probe = SnmpProbe(SnmpProbe.Options(**settings), shared=self.shared)
        self.agent.mib[(1, 3, 6, 1, 2, 1, 1, 3, 0)] = lambda: TimeTicks(self.ticks % 2**32)

    def passes(self, seconds: float = 60) -> None:
        self.ticks += int(seconds * 100)
        self.now += timedelta(seconds=seconds)

    async def look(self) -> Reading:
        return await self.probe.measure(Target("sw", "127.0.0.1"), self.now)

    async def measure(self) -> Measurement:
        reading = await self.look()
        assert isinstance(reading, Measurement), reading
        return reading

    async def failure(self) -> Failure:
        reading = await self.look()
        assert isinstance(reading, Failure), reading
        return reading

    def count(self, column: tuple[Oid, int], index: int, value: int) -> None:
        entry, number = column
        kind = type(self.agent.mib[(*entry, number, index)])
        self.agent.mib[(*entry, number, index)] = kind(value)


HC_IN, LOW_IN = (IFX, 6), (IF, 10)


@pytest.fixture
async def bench(request: pytest.FixtureRequest) -> AsyncIterator[Bench]:
    marked = request.node.get_closest_marker("parametrize")
    settings = dict(getattr(request, "param", {})) if marked else {}
    mib = settings.pop("mib", None) or switch(3)
    shared = Shared({"lab": Community(community=Secret("public"))})
    async with serving(Agent(dict(mib))) as wire:
        yield Bench(wire.agent, wire, shared, settings)
    await shared.close()


def value(measured: Measurement, meaning: str, item: str = "ge1") -> float | None:
    return next((each.value for each in measured.values if (each.meaning, each.item) == (meaning, item)), None)


def state(measured: Measurement, item: str) -> State | None:
    return next(each.state for each in measured.values if (each.meaning, each.item) == ("port.state", item))


def told(measured: Measurement) -> str:
    return "; ".join(f"{problem.part}: {problem.what}" for problem in measured.problems)


async def test_rates_come_with_the_second_poll(bench: Bench) -> None:
    first = await bench.measure()
    assert value(first, "port.in") is None
    assert value(first, "uptime", "") == 3600
    assert first.facts["name"] == "machine"
    bench.passes()
    bench.count(HC_IN, 1, 7_500_000)
    measured = await bench.measure()
    assert value(measured, "port.in") == 1_000_000
    assert value(measured, "port.utilisation") == 0.1
    assert value(measured, "port.in", "ge2") == 0
    assert measured.problems == ()


async def test_each_meaning_and_item_comes_once(bench: Bench) -> None:
    await bench.measure()
    bench.passes()
    measured = await bench.measure()
    keys = [(each.meaning, each.item) for each in measured.values]
    assert len(keys) == len(set(keys))
    assert {meaning for meaning, _item in keys} <= {each.name for each in (*SHARED, *SnmpProbe.meanings)}


async def test_a_lost_answer_is_not_a_fault(bench: Bench) -> None:
    await bench.measure()
    bench.wire.drops = 1
    await bench.measure()


async def test_an_answer_that_comes_during_the_second_try_counts(bench: Bench) -> None:
    await bench.measure()
    bench.wire.delay = 0.15
    await bench.measure()


@pytest.mark.parametrize("bench", [{"retries": 3}], indirect=True)
async def test_a_slow_device_is_given_its_time_and_asked_as_much_at_once(bench: Bench) -> None:
    bench.wire.delay = 0.25
    await bench.measure()
    assert bench.probe._sizes.limit == 70


async def test_silence_is_a_time_out_and_says_how_long(bench: Bench) -> None:
    bench.wire.drops = 10_000
    failure = await bench.failure()
    assert failure.trouble is Trouble.TIMEOUT
    assert "127.0.0.1" in str(failure.detail)
    assert "tries: 2" in str(failure.detail)


async def test_a_wrong_community_looks_like_silence(bench: Bench) -> None:
    bench.wire.community = "other"
    assert (await bench.failure()).trouble is Trouble.TIMEOUT


async def test_it_recovers_after_a_silence(bench: Bench) -> None:
    await bench.measure()
    bench.passes()
    bench.wire.drops = 10_000
    await bench.failure()
    bench.passes()
    bench.wire.drops = 0
    bench.count(HC_IN, 1, 15_000_000)
    assert value(await bench.measure(), "port.in") == 1_000_000


async def test_a_closed_port_is_refused_and_not_waited_for(bench: Bench) -> None:
    bench.wire.transport.close()
    await asyncio.sleep(0)
    failure = await bench.failure()
    assert failure.trouble is Trouble.REFUSED
    assert "no SNMP agent" in str(failure.detail)


async def test_garbage_is_not_believed(bench: Bench) -> None:
    bench.wire.garbage = b"\x30\x82\xff\xff not SNMP"
    failure = await bench.failure()
    assert failure.trouble is Trouble.PROTOCOL
    assert "nothing that can be read" in str(failure.detail)


async def test_an_answer_to_another_question_is_not_believed(bench: Bench) -> None:
    bench.wire.number_error = 1
    assert (await bench.failure()).trouble is Trouble.PROTOCOL


async def test_an_answer_from_another_address_is_not_believed_and_named(bench: Bench) -> None:
    bench.wire.stranger = "127.0.0.2"
    failure = await bench.failure()
    assert failure.trouble is Trouble.TIMEOUT
    assert "127.0.0.2" in str(failure.detail)


@pytest.mark.parametrize("bench", [{"any_source": True}], indirect=True)
async def test_an_answer_from_another_address_is_believed_where_that_is_wanted(bench: Bench) -> None:
    bench.wire.stranger = "127.0.0.2"
    assert value(await bench.measure(), "uptime", "") == 3600


async def test_an_answer_that_is_cut_off_is_none(bench: Bench) -> None:
    bench.wire.mangle = lambda answer: answer[:-3]
    assert (await bench.failure()).trouble is Trouble.PROTOCOL


@pytest.mark.parametrize("bench", [{"ports": ["ge1"]}], indirect=True)
async def test_one_value_that_cannot_be_decoded_does_not_hide_the_others(bench: Bench) -> None:
    bench.wire.mangle = lambda answer: answer.replace(b"\x43\x03", b"\x4f\x03")
    measured = await bench.measure()
    assert state(measured, "ge1") is State.OK
    assert value(measured, "uptime", "") is None
    assert "cannot be decoded" in told(measured)
    assert bench.wire.received < 60


@pytest.mark.parametrize("beyond", ["tooBig", "silence"])
async def test_a_device_of_small_answers_is_read_all_the_same(bench: Bench, beyond: str) -> None:
    bench.agent.most, bench.agent.beyond = 8, beyond
    await bench.measure()
    bench.passes()
    bench.agent.asked.clear()
    measured = await bench.measure()
    assert value(measured, "port.in", "ge3") == 0
    assert max(len(names) for _kind, names, _rows in bench.agent.asked) <= 8


async def test_a_restart_is_told_and_makes_no_spike(bench: Bench) -> None:
    bench.count(HC_IN, 1, 10**12)
    await bench.measure()
    bench.passes()
    bench.ticks = 2000
    bench.count(HC_IN, 1, 5)
    measured = await bench.measure()
    assert value(measured, "port.in") is None
    assert "restarted" in told(measured)
    bench.passes()
    bench.count(HC_IN, 1, 5 + 7_500_000)
    measured = await bench.measure()
    assert value(measured, "port.in") == 1_000_000
    assert measured.problems == ()


async def test_497_days_are_no_restart(bench: Bench) -> None:
    bench.ticks = 2**32 - 3000
    await bench.measure()
    bench.passes()
    bench.count(HC_IN, 1, 7_500_000)
    measured = await bench.measure()
    assert value(measured, "port.in") == 1_000_000
    assert measured.problems == ()


async def test_a_jump_of_our_own_clock_is_told_and_makes_no_spike(bench: Bench) -> None:
    bench.ticks = 10**8
    await bench.measure()
    bench.passes()
    bench.now += timedelta(hours=2)
    bench.count(HC_IN, 1, 7_500_000)
    measured = await bench.measure()
    assert value(measured, "port.in") is None
    assert "clocks" in told(measured)


async def test_a_discontinuity_makes_no_spike(bench: Bench) -> None:
    bench.count(HC_IN, 1, 1000)
    await bench.measure()
    bench.passes()
    bench.count((IFX, 19), 1, bench.ticks - 100)
    bench.count(HC_IN, 1, 10**12)
    assert value(await bench.measure(), "port.in") is None


async def test_a_wide_counter_that_falls_makes_no_spike(bench: Bench) -> None:
    bench.count(HC_IN, 1, 10**12)
    await bench.measure()
    bench.passes()
    bench.count(HC_IN, 1, 10)
    measured = await bench.measure()
    assert value(measured, "port.in") is None
    assert value(measured, "port.out") == 0


@pytest.mark.parametrize("bench", [{"mib": system() | port(1, "ge1", wide=False, speed=10_000_000)}], indirect=True)
async def test_a_narrow_counter_wraps_once(bench: Bench) -> None:
    bench.count(LOW_IN, 1, 2**32 - 1000)
    await bench.measure()
    bench.passes()
    bench.count(LOW_IN, 1, 59_000)
    assert value(await bench.measure(), "port.in") == 8000


@pytest.mark.parametrize("bench", [{"mib": system() | port(1, "ge1", wide=False, speed=1_000_000_000)}], indirect=True)
async def test_a_narrow_counter_of_a_fast_port_that_falls_makes_no_spike(bench: Bench) -> None:
    bench.count(LOW_IN, 1, 2**32 - 1000)
    await bench.measure()
    bench.passes()
    bench.count(LOW_IN, 1, 59_000)
    assert value(await bench.measure(), "port.in") is None


async def test_utilisation_is_unknown_where_the_speed_is(bench: Bench) -> None:
    bench.agent.mib |= port(1, "ge1", speed=2**32 - 1, high_speed=0)
    await bench.measure()
    bench.passes()
    bench.count(HC_IN, 1, 7_500_000)
    measured = await bench.measure()
    assert value(measured, "port.in") == 1_000_000
    assert value(measured, "port.utilisation") is None


@pytest.mark.parametrize("bench", [{"speed": {"ge*": 2_000_000}}], indirect=True)
async def test_the_configured_speed_counts(bench: Bench) -> None:
    await bench.measure()
    bench.passes()
    bench.count(HC_IN, 1, 7_500_000)
    assert value(await bench.measure(), "port.utilisation") == 50


async def test_renumbering_after_a_restart_keeps_each_ports_name(bench: Bench) -> None:
    bench.count(HC_IN, 1, 10**9)
    await bench.measure()
    bench.passes()
    bench.ticks = 1500
    for name in [name for name in bench.agent.mib if name[: len(IF)] == IF or name[: len(IFX)] == IFX]:
        del bench.agent.mib[name]
    bench.agent.mib |= port(101, "ge1") | port(102, "ge2") | port(103, "ge3")
    measured = await bench.measure()
    assert measured.facts["ports.renumbered"] == "ge1, ge2, ge3"
    bench.passes()
    bench.count(HC_IN, 101, 7_500_000)
    assert value(await bench.measure(), "port.in") == 1_000_000


@pytest.mark.parametrize("bench", [{"ports": ["ge1", "ge2"]}], indirect=True)
async def test_states_are_judged_for_the_ports_that_are_asked_for(bench: Bench) -> None:
    bench.count((IF, 8), 2, 2)
    bench.count((IF, 8), 3, 2)
    measured = await bench.measure()
    assert (state(measured, "ge1"), state(measured, "ge2"), state(measured, "ge3")) == (State.OK, State.CRITICAL, None)


@pytest.mark.parametrize("bench", [{"ports": ["ge1"]}], indirect=True)
async def test_a_partial_table_is_a_problem_and_the_rest_is_measured(bench: Bench) -> None:
    bench.agent.broken = ((*IFX, 10),)
    measured = await bench.measure()
    assert "ifXTable" in told(measured)
    assert state(measured, "ge1") is State.OK
    bench.passes()
    bench.count(HC_IN, 1, 7_500_000)
    assert value(await bench.measure(), "port.in") == 1_000_000


async def test_one_column_that_fails_later_is_told_and_the_rest_is_measured(bench: Bench) -> None:
    await bench.measure()
    bench.passes()
    bench.agent.broken = ((*IFX, 10, 2),)
    measured = await bench.measure()
    assert "genErr" in told(measured)
    assert value(measured, "port.out", "ge2") is None
    assert value(measured, "port.out", "ge1") == 0


@pytest.mark.parametrize("bench", [{"mib": system() | port(1, "ge1")}], indirect=True)
async def test_names_in_chinese_encodings_are_items(bench: Bench) -> None:
    bench.agent.mib[(*IFX, 1, 1)] = "住院部上联".encode("gb18030")
    measured = await bench.measure()
    assert value(measured, "port.state", "住院部上联") == 1


@pytest.mark.parametrize("bench", [{"engine": "pysnmp"}], indirect=True)
async def test_the_other_engine_measures_the_same(bench: Bench) -> None:
    await bench.measure()
    bench.passes()
    bench.count(HC_IN, 1, 7_500_000)
    assert value(await bench.measure(), "port.in") == 1_000_000


async def test_version_1_measures_with_getnext_and_without_what_it_cannot_say() -> None:
    shared = Shared({"lab": Community(version="1", community=Secret("public"))})
    mib = system() | port(1, "ge1", wide=False, speed=10_000_000)
    async with serving(Agent(mib)) as wire:
        bench = Bench(wire.agent, wire, shared, {})
        await bench.measure()
        bench.passes()
        bench.count(LOW_IN, 1, 6000)
        assert value(await bench.measure(), "port.in") == 800
        assert "bulk" not in {kind for kind, _names, _rows in bench.agent.asked}
    await shared.close()


async def test_an_unknown_credential_is_said() -> None:
    probe = SnmpProbe(SnmpProbe.Options(credential="none"), shared=Shared())
    reading = await probe.measure(Target("sw", "127.0.0.1"), START)
    assert isinstance(reading, Failure)
    assert reading.trouble is Trouble.AUTHENTICATION
    assert "none" in str(reading.detail)


async def test_many_devices_answer_at_once_through_one_socket(bench: Bench) -> None:
    probes = [
        SnmpProbe(SnmpProbe.Options(credential="lab", port=bench.wire.port, timeout=5, retries=1), shared=bench.shared)
        for _device in range(8)
    ]
    readings = await asyncio.gather(*(each.measure(Target("sw", "127.0.0.1"), START) for each in probes))
    assert all(isinstance(reading, Measurement) for reading in readings)


def test_counters_of_the_bench_are_typed() -> None:
    """The agent's own table must be what a device's is, or the tests above prove nothing."""
    mib = switch(1)
    assert isinstance(mib[(*IFX, 6, 1)], Counter64)
    assert isinstance(mib[(*IF, 10, 1)], Counter32)
