"""The collector `snmp` over UDP, by both engines: what it reads, what it sends, and what it does not believe."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import IPv4Address
from itertools import count
from typing import TYPE_CHECKING, Any

import pytest

from probes.api import Failure, Shared, Target, Trouble
from probes.collect import Collection
from probes.platforms import normalise, rules_of
from probes.secret import Secret
from probes.snmp import changes
from probes.snmp.ber import OCTETS, SEQUENCE, Reader
from probes.snmp.changes import Changes, Ticks, Watcher
from probes.snmp.client import Counter64, Gauge32, Oid, TimeTicks, oid
from probes.snmp.collector import SnmpCollector
from probes.snmp.credentials import Community
from tests.snmp_agent import IFX, Agent, serving, switch

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from probes.collect import Capture, Collector
    from tests.snmp_agent import UdpAgent

START = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
TARGET = Target("sw", "127.0.0.1")
ALIAS = 18
PHYSICAL = oid("1.3.6.1.2.1.47.1.1.1.1")
PROGRAMS = oid("1.3.6.1.2.1.25.4.2.1")
ROUTES, ROUTE_NUMBER = oid("1.3.6.1.2.1.4.24.7.1"), oid("1.3.6.1.2.1.4.24.6.0")
CISCO = oid("1.3.6.1.4.1.9.9.43.1.1")
UPTIME = oid("1.3.6.1.2.1.1.3.0")
READS = {0xA0, 0xA1, 0xA5}
"""The tags of GetRequest, GetNextRequest and GetBulkRequest (RFC 3416)."""


class Bench:
    """A device, its agent, and a collector that visits it."""

    def __init__(self, wire: UdpAgent, collector: SnmpCollector) -> None:
        self.wire, self.agent, self.collector = wire, wire.agent, collector

    async def visit(self, *facets: str) -> Collection:
        found = await self.collector.collect(TARGET, frozenset(facets or self.collector.offered()))
        assert isinstance(found, Collection), found
        return found

    async def capture(self, facet: str) -> Capture:
        (capture,) = (await self.visit(facet)).captures
        return capture

    async def lines(self, facet: str = "parameters") -> list[str]:
        capture = await self.capture(facet)
        assert capture.gap is None, str(capture.gap)
        return capture.answers[0].raw.decode().splitlines()

    async def gap(self, facet: str = "parameters") -> str:
        capture = await self.capture(facet)
        assert capture.gap is not None
        return str(capture.gap)


@asynccontextmanager
async def bench(engine: str, mib: dict[Oid, Any] | None = None, **options: Any) -> AsyncIterator[Bench]:
    version = options.pop("version", "2c")
    async with serving(Agent(mib or device())) as wire:
        shared = Shared({"lab": Community(version=version, community=Secret("public"))})
        settings = {"credential": "lab", "port": wire.port, "timeout": 1.0, "retries": 1, "engine": engine, **options}
        try:
            yield Bench(wire, SnmpCollector(SnmpCollector.Options(**settings), shared=shared))
        finally:
            await shared.close()


@pytest.fixture(params=["fast", "pysnmp"])
def engine(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


def device() -> dict[Oid, Any]:
    """Return a small switch: four ports, one of them described, one part with a serial number."""
    return switch(4) | {
        (*IFX, ALIAS, 2): b"ward 3",
        (*PHYSICAL, 5, 1): 3,
        (*PHYSICAL, 7, 1): b"Chassis",
        (*PHYSICAL, 11, 1): b"FOC1",
    }


async def test_a_switch_is_read_whole_and_reads_the_same_again(engine: str) -> None:
    async with bench(engine) as lab:
        first, second = await lab.visit(), await lab.visit()
        assert [capture.facet for capture in first.captures] == ["parameters", "hardware"]
        assert all(capture.gap is None and capture.rules == "snmp" for capture in first.captures)
        assert [each.answers[0].raw for each in first.captures] == [each.answers[0].raw for each in second.captures]
        assert set(first.unread) == {"software", "services"}
        lines = await lab.lines()
        assert lines[:4] == ["system", " name: machine", " location: rack 1", "interface ge1"]
        assert lines[lines.index("interface ge2") + 1] == " alias: ward 3"
        assert " serial number: FOC1" in await lab.lines("hardware")


async def test_both_engines_read_the_same_to_the_byte() -> None:
    raws = []
    for name in ("fast", "pysnmp"):
        async with bench(name) as lab:
            raws.append([capture.answers[0].raw for capture in (await lab.visit()).captures])
    assert raws[0] == raws[1]


async def test_nothing_is_ever_sent_but_questions(engine: str) -> None:
    """Every datagram of a whole visit, a look and a history: its PDU is one of the three that read."""
    async with bench(engine, running_software=True) as lab:
        sent: list[bytes] = []
        receive = lab.wire.datagram_received
        lab.wire.datagram_received = lambda data, source: (sent.append(data), receive(data, source))[1]  # type: ignore[method-assign]
        await lab.visit(*(facet.name for facet in SnmpCollector.facets))
        await lab.collector.ticks(TARGET, START)
        await lab.collector.history(TARGET, START)
        assert len(sent) > 20
        assert {tag(datagram) for datagram in sent} <= READS


def tag(datagram: bytes) -> int:
    message = Reader(datagram).enter(SEQUENCE)
    message.integer()
    message.span(OCTETS)
    found, _start, _end = message.header()
    return found


@pytest.mark.parametrize(
    ("name", "value", "gone", "come"),
    [
        ((*IFX, ALIAS, 2), b"ward 4", [" alias: ward 3"], [" alias: ward 4"]),
        ((1, 3, 6, 1, 2, 1, 2, 2, 1, 7, 3), 2, [" admin: up"], [" admin: down"]),
        ((1, 3, 6, 1, 2, 1, 2, 2, 1, 4, 3), 9000, [" MTU: 1500"], [" MTU: 9000"]),
        ((1, 3, 6, 1, 2, 1, 1, 5, 0), b"other", [" name: machine"], [" name: other"]),
    ],
)
async def test_one_setting_that_is_changed_is_one_line(
    name: Oid, value: Any, gone: list[str], come: list[str], engine: str
) -> None:
    async with bench(engine) as lab:
        before = await lab.lines()
        lab.agent.mib[name] = value
        after = await lab.lines()
        assert len(before) == len(after)
        differ = [(old, new) for old, new in zip(before, after, strict=True) if old != new]
        assert differ == [(gone[0], come[0])]


@pytest.mark.parametrize("column", [8, 9, 10, 13, 16])
async def test_what_moves_by_itself_changes_nothing(column: int, engine: str) -> None:
    """Operational state, time of the last change, counters."""
    async with bench(engine) as lab:
        before = await lab.lines()
        name = (1, 3, 6, 1, 2, 1, 2, 2, 1, column, 1)
        lab.agent.mib[name] = type(lab.agent.mib[name])(2)
        lab.agent.mib[1, 3, 6, 1, 2, 1, 2, 2, 1, 5, 1] = Gauge32(10_000_000)
        assert await lab.lines() == before


async def test_words_of_a_device_cannot_forge_lines(engine: str) -> None:
    async with bench(engine) as lab:
        lab.agent.mib[(*IFX, ALIAS, 2)] = b"x\ninterface ge9\n admin: down\x1b[2J"
        lines = await lab.lines()
        assert r" alias: x\x0ainterface ge9\x0a admin: down\x1b[2J" in lines
        assert [line for line in lines if line.startswith("interface")] == [f"interface ge{n}" for n in range(1, 5)]


async def test_chinese_in_gbk_is_kept_to_the_byte(engine: str) -> None:
    said = "核心交换机上联".encode("gbk")
    async with bench(engine) as lab:
        lab.agent.mib[(*IFX, ALIAS, 2)] = said
        capture = await lab.capture("parameters")
        assert b" alias: " + said + b"\n" in capture.answers[0].raw


async def test_the_rules_make_a_section_of_each_heading_and_lose_no_line(engine: str) -> None:
    async with bench(engine) as lab:
        lab.agent.mib[(*IFX, ALIAS, 3)] = b"x\ninterface ge9\n admin: down"
        for capture in (await lab.visit()).captures:
            text = normalise(rules_of("snmp"), capture, bytes(32))
            assert (text.gap, text.dropped, text.masked) == (None, (), ())
            lines = capture.answers[0].raw.decode().splitlines()
            kept = [
                line for part in text.sections for line in (*part.path, *(f" {line.strip()}" for line in part.lines))
            ]
            assert sorted(kept) == sorted(lines)
            if capture.facet == "parameters":
                parts = {part.path: part.lines for part in text.sections}
                assert "alias: ward 3" in [line.strip() for line in parts["interface ge2",]]


async def test_the_rules_read_chinese_in_gbk(engine: str) -> None:
    async with bench(engine) as lab:
        lab.agent.mib[(*IFX, ALIAS, 2)] = "核心交换机上联".encode("gbk")
        text = normalise(rules_of("snmp"), await lab.capture("parameters"), bytes(32))
        assert text.encoding == "gb18030"
        assert any("alias: 核心交换机上联" in line for part in text.sections for line in part.lines)


async def test_a_windows_server_tells_users_shares_services_and_software(engine: str) -> None:
    windows = oid("1.3.6.1.4.1.77.1.2")
    mib = device() | {
        (*windows, 25, 1, 1, 3, 122, 111, 101): b"zoe",
        (*windows, 27, 1, 1, 4, 65, 68, 77, 36): b"ADM$",
        (*windows, 27, 1, 2, 4, 65, 68, 77, 36): b"C:\\Windows",
        (*windows, 3, 1, 1, 7, 83, 112, 111, 111, 108, 101, 114): b"Spooler",
        (*windows, 3, 1, 2, 7, 83, 112, 111, 111, 108, 101, 114): 4,
        (1, 3, 6, 1, 2, 1, 25, 6, 3, 1, 2, 1): "医院信息系统 5.2".encode("gbk"),
        (1, 3, 6, 1, 2, 1, 25, 6, 3, 1, 4, 1): 4,
    }
    async with bench(engine, mib) as lab:
        found = {capture.facet: capture.answers[0].raw for capture in (await lab.visit()).captures}
        assert found["services"] == b"services\n service: Spooler\n"
        assert found["software"].decode("gb18030") == "installed software\n application: 医院信息系统 5.2\n"
        assert b"users\n user: zoe\nshares\n ADM$: C:\\Windows\n" in found["parameters"]


async def test_a_device_that_falls_silent_half_way_leaves_a_gap(engine: str) -> None:
    async with bench(engine, timeout=0.05) as lab:
        lab.agent.silent = ((*IFX, ALIAS, 3),)
        assert "the table ifXTable was not read to its end: no answer" in await lab.gap()
        assert await lab.lines("hardware")


async def test_an_error_of_the_device_leaves_a_gap(engine: str) -> None:
    async with bench(engine) as lab:
        lab.agent.broken = ((*PHYSICAL, 11),)
        assert "entPhysicalTable" in await lab.gap("hardware")


async def test_a_table_without_end_leaves_a_gap(engine: str) -> None:
    async with bench(engine) as lab:
        lab.agent.jumps = {(*IFX, ALIAS, 4): (*IFX, ALIAS, 1)}
        assert "repeats itself" in await lab.gap()


async def test_a_device_that_is_too_slow_leaves_a_gap(engine: str) -> None:
    async with bench(engine, budget=0.15, timeout=1.0) as lab:
        lab.wire.delay = 0.08
        assert "not read" in await lab.gap()


async def test_a_value_that_never_rests_leaves_a_gap(engine: str) -> None:
    ticking = count()
    async with bench(engine) as lab:
        lab.agent.mib[(*IFX, ALIAS, 2)] = lambda: b"%d" % next(ticking)
        assert await lab.gap() == "what the device says changed while it was read"


async def test_what_was_changed_while_it_was_read_is_read_again(engine: str) -> None:
    said = iter([b"before"])
    async with bench(engine) as lab:
        lab.agent.mib[(*IFX, ALIAS, 2)] = lambda: next(said, b"after")
        assert " alias: after" in await lab.lines()


async def test_a_row_that_is_lost_in_one_read_is_no_difference(engine: str) -> None:
    """An agent that ends its table early once: the two reads after it agree."""
    cut = iter([True])
    async with bench(engine) as lab:
        whole = await lab.lines()
        end, follows = (*IFX, ALIAS, 3), lab.agent.follows
        lab.agent.follows = lambda name: None if name == end and next(cut, False) else follows(name)  # type: ignore[method-assign]
        lab.agent.mib[(*IFX, ALIAS, 4)] = b""
        assert await lab.lines() == whole


async def test_small_answers_are_enough(engine: str) -> None:
    async with bench(engine) as lab:
        whole = await lab.lines()
        lab.agent.most, lab.agent.beyond = 3, "tooBig"
    async with bench(engine) as other:
        other.agent.most, other.agent.beyond = 3, "tooBig"
        assert await other.lines() == whole


async def test_version_1_reads_the_same(engine: str) -> None:
    mib = {name: value for name, value in device().items() if not isinstance(value, Counter64)}
    async with bench(engine, mib) as lab, bench(engine, mib, version="1") as old:
        assert await old.lines() == await lab.lines()


async def test_nobody_at_home_is_a_failure(engine: str) -> None:
    async with bench(engine, timeout=0.05) as lab:
        lab.wire.drops = 1000
        found = await lab.collector.collect(TARGET, frozenset(lab.collector.offered()))
        assert isinstance(found, Failure)
        assert found.trouble is Trouble.TIMEOUT


async def test_a_credential_that_is_none_is_a_failure() -> None:
    collector = SnmpCollector(SnmpCollector.Options(credential="nobody"), shared=Shared())
    for found in (
        await collector.collect(TARGET, frozenset({"parameters"})),
        await collector.ticks(TARGET, START),
        await collector.history(TARGET, START),
    ):
        assert isinstance(found, Failure)
        assert found.trouble is Trouble.AUTHENTICATION


async def test_only_what_was_asked_for_is_read(engine: str) -> None:
    async with bench(engine) as lab:
        found = await lab.visit("hardware")
        assert [capture.facet for capture in found.captures] == ["hardware"]
        assert found.unread == {}


def program(number: int, name: bytes) -> dict[Oid, Any]:
    cells = {2: name, 4: b"/bin/" + name, 6: 4, 7: 2}
    return {(*PROGRAMS, column, number): value for column, value in cells.items()}


async def test_programs_that_run_for_a_moment_are_not_told(engine: str) -> None:
    mib = device() | program(1, b"cron") | program(2, b"sshd")
    passing = count()
    mib[(*PROGRAMS, 2, 2)] = mib[(*PROGRAMS, 4, 2)] = lambda: b"job-%d" % next(passing)
    async with bench(engine, mib, running_software=True) as lab:
        assert "running_software" in lab.collector.offered()
        assert await lab.lines("running_software") == ["running software", " program: cron at /bin/cron"]


async def test_a_million_routes_are_not_walked(engine: str) -> None:
    index = (1, 4, 10, 9, 0, 0, 16, 2, 0, 0, 1, 4, 10, 0, 0, 1)
    mib = device() | {(*ROUTES, column, *index): value for column, value in {7: 1, 8: 4, 9: 3}.items()}
    async with bench(engine, mib) as lab:
        assert " route: 10.9.0.0/16 via 10.0.0.1" in await lab.lines()
        lab.agent.mib[ROUTE_NUMBER] = Gauge32(1_000_000)
        lab.agent.asked.clear()
        assert not [line for line in await lab.lines() if "route" in line]
        walked = [name for _kind, names, _n in lab.agent.asked for name in names if name[: len(ROUTES) + 1] > ROUTES]
        assert not [name for name in walked if name[: len(ROUTES)] == ROUTES and len(name) > len(ROUTES)]


MARKS: dict[Oid, Any] = {(*CISCO, 1, 0): TimeTicks(300_000), (*CISCO, 3, 0): TimeTicks(310_000)}


class TestChanges:
    async def look(self, lab: Bench, now: datetime, before: Ticks | None = None) -> Ticks:
        seen = await lab.collector.ticks(TARGET, now, before)
        assert isinstance(seen, Ticks), seen
        return seen

    async def test_one_question_tells_whether_anything_was_changed(self, engine: str) -> None:
        async with bench(engine, device() | MARKS) as lab:
            before = await self.look(lab, START)
            assert [kind for kind, _names, _n in lab.agent.asked] == ["get"]
            assert (before.family, changes.unsaved(before)) == ("cisco", False)
            lab.agent.mib[UPTIME] = TimeTicks(390_000)
            lab.agent.mib[(*CISCO, 1, 0)] = TimeTicks(380_000)
            after = await self.look(lab, START + timedelta(minutes=5), before)
            assert changes.changed(before, after) == Changes(running=True)
            assert changes.unsaved(after) is True

    async def test_version_1_is_asked_for_what_is_not_there_only_once(self, engine: str) -> None:
        async with bench(engine, device() | MARKS, version="1") as lab:
            before = await self.look(lab, START)
            assert before.family == "cisco"
            lab.agent.asked.clear()
            lab.agent.mib[UPTIME] = TimeTicks(390_000)
            assert not changes.changed(before, await self.look(lab, START + timedelta(minutes=5), before))
            assert len(lab.agent.asked) == 1

    async def test_a_small_device_is_asked_in_pieces(self, engine: str) -> None:
        async with bench(engine, device() | MARKS) as lab:
            lab.agent.most, lab.agent.beyond = 4, "tooBig"
            seen = await self.look(lab, START)
            assert changes.unsaved(seen) is False

    async def test_who_did_it_is_remembered_by_the_device(self, engine: str) -> None:
        cells = {2: TimeTicks(354_000), 3: 1, 4: 2, 5: 3, 8: b"zhang", 10: IPv4Address("10.1.1.9")}
        events = {(*CISCO, 6, 1, column, 7): value for column, value in cells.items()}
        async with bench(engine, device() | events | {(*CISCO, 1, 0): TimeTicks(354_010)}) as lab:
            found = await lab.collector.history(TARGET, START)
            assert not isinstance(found, Failure)
            (event,) = found
            assert (event.user, event.address) == ("zhang", "10.1.1.9")
            assert event.at is not None
            assert abs(event.at - (START - timedelta(minutes=1))) < timedelta(seconds=2)

    async def test_when_it_was_done_is_known_even_where_nobody_remembers_who(self, engine: str) -> None:
        async with bench(engine, device() | MARKS) as lab:
            found = await lab.collector.history(TARGET, START)
            assert not isinstance(found, Failure)
            (event,) = found
            assert (event.user, event.what) == ("", "running")
            assert event.at is not None
            assert abs(event.at - (START - timedelta(minutes=10))) < timedelta(seconds=2)

    async def test_who_committed_last_is_asked_where_there_is_no_table(self, engine: str) -> None:
        latest = oid("1.3.6.1.4.1.2636.3.18.1")
        async with bench(engine, device() | {(*latest, 2, 0): TimeTicks(354_000), (*latest, 5, 0): b"wang"}) as lab:
            found = await lab.collector.history(TARGET, START)
            assert not isinstance(found, Failure)
            assert [event.user for event in found] == ["wang"]

    async def test_what_is_loaded_at_the_start_was_done_by_nobody(self, engine: str) -> None:
        async with bench(engine, device() | {(*CISCO, 1, 0): TimeTicks(3_000)}) as lab:
            assert await lab.collector.history(TARGET, START) == ()

    async def test_nobody_at_home_is_a_failure(self, engine: str) -> None:
        async with bench(engine, timeout=0.05) as lab:
            lab.wire.drops = 1000
            assert isinstance(await lab.collector.ticks(TARGET, START), Failure)
            assert isinstance(await lab.collector.history(TARGET, START), Failure)


def test_it_is_a_collector_and_can_watch() -> None:
    collector: Collector = SnmpCollector(SnmpCollector.Options(credential="lab"), shared=Shared())
    assert isinstance(collector, Watcher)
    assert collector.offered() == ("parameters", "hardware", "software", "services")
