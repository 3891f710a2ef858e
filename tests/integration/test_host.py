"""The probe host on the machine that runs the tests, with parts that hang and parts that fail."""

from __future__ import annotations

import asyncio
import os
import threading
from datetime import UTC, datetime
from typing import Any

import psutil
import pytest

from probes import host, meanings
from probes.api import Measurement, Shared, State, Target
from probes.host import HostProbe, system

NOW = datetime.fromtimestamp(psutil.boot_time() + 7200, UTC)
HERE = Target("this", "127.0.0.1")


def probe(**options: Any) -> HostProbe:
    return HostProbe(HostProbe.Options(**options), shared=Shared())


async def measure(one: HostProbe) -> Measurement:
    reading = await one.measure(HERE, NOW)
    assert isinstance(reading, Measurement)
    return reading


def values(reading: Measurement) -> dict[tuple[str, str], Any]:
    found = {(value.meaning, value.item): value for value in reading.values}
    assert len(found) == len(reading.values), "one value for each meaning and item"
    return found


async def the_clock_ticks() -> None:
    """Wait until the kernel has counted time: it does so in steps of ten milliseconds, and of none there is no load."""
    before = psutil.cpu_times()._asdict()
    async with asyncio.timeout(10):
        while system.busy(before, psutil.cpu_times()._asdict()) is None:  # noqa: ASYNC110 - the kernel tells nobody
            await asyncio.sleep(0.001)


async def test_this_machine_says_how_it_fares() -> None:
    one = probe()
    await measure(one)
    await the_clock_ticks()
    reading = await measure(one)
    found = values(reading)
    for meaning in ("cpu.usage", "memory.usage"):
        assert 0 <= found[meaning, ""].value <= 100
    assert 0 < found["storage.usage", "/"].value <= 100
    assert found["process.count", ""].value > 1
    assert found["uptime", ""].value == 7200
    assert found["load.per_cpu", ""].value >= 0
    assert reading.facts["hostname"]
    assert reading.facts["kernel"]
    assert reading.facts["started"]
    assert not reading.problems


async def test_all_that_it_reports_has_a_meaning() -> None:
    one = probe(mounts=["/"], processes=["*"], ports=["lo"])
    await measure(one)
    known = {meaning.name for meaning in (*meanings.SHARED, *HostProbe.meanings)}
    found = values(await measure(one))
    assert {meaning for meaning, _item in found} <= known
    assert found["storage.state", "/"].state is State.OK
    assert found["port.state", "lo"].state is State.OK  # ignored by itself, but asked for
    assert ("port.in", "lo") in found


async def test_a_part_that_fails_is_a_problem_and_hides_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("no such\x1b sensor")

    monkeypatch.setattr(psutil, "virtual_memory", fail)
    reading = await measure(probe())
    (problem,) = reading.problems
    assert problem.part == "memory"
    assert str(problem.what) == "cannot be read: no such sensor"
    assert ("storage.usage", "/") in values(reading)


async def test_a_mount_table_that_cannot_be_read_hides_no_other_part(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(**_how: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(psutil, "disk_partitions", fail)
    reading = await measure(probe())
    assert [problem.part for problem in reading.problems] == ["mounts"]
    assert ("memory.usage", "") in values(reading)


async def test_a_hung_mount_delays_by_its_time_only_and_holds_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, calls = threading.Event(), []

    def hang(point: str) -> os.statvfs_result:
        calls.append(point)
        let_go.wait(20)
        return real(point)

    real = os.statvfs
    monkeypatch.setattr(os, "statvfs", hang)
    one = probe(timeout=0.2, mounts=["/"])
    try:
        started = asyncio.get_running_loop().time()
        first, second = await measure(one), await measure(one)
        assert asyncio.get_running_loop().time() - started < 5
        assert [str(p.what) for p in first.problems if p.part == "/"] == ["did not answer within 0.2 s"]
        assert [str(p.what) for p in second.problems if p.part == "/"] == [
            "has not answered since an earlier measurement"
        ]
        assert calls.count("/") == 1
        for reading in (first, second):
            found = values(reading)
            assert found["storage.state", "/"].state is State.CRITICAL
            assert ("memory.usage", "") in found
    finally:
        let_go.set()
    for _count in range(500):
        if all(future.done() for future in one._under_way.values()):
            break
        await asyncio.sleep(0.01)
    third = await measure(one)
    assert values(third)["storage.state", "/"].state is State.OK
    assert not third.problems


async def test_a_process_that_must_run_is_found() -> None:
    name = psutil.Process().name()
    found = values(await measure(probe(processes=[name, "no-such-process"])))
    assert found["process.count", name].state is State.OK
    assert found["process.count", "no-such-process"].state is State.CRITICAL


async def test_the_loop_goes_on_while_the_machine_is_read() -> None:
    measuring = asyncio.get_running_loop().create_task(measure(probe()))
    turns = 0
    while not measuring.done():
        await asyncio.sleep(0)
        turns += 1
    assert turns > 20  # one that blocks it would leave a turn for each of its parts


def test_where_there_is_no_name_of_the_system_its_kind_is_given(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing() -> None:
        raise FileNotFoundError

    monkeypatch.setattr(system.platform, "freedesktop_os_release", missing)
    assert system.identity().facts["os"] == "Linux"


@pytest.mark.parametrize("options", [{"timeout": 0}, {"processes": "sshd"}, {"mount": ["/"]}])
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=next(iter(options))):
        host.HostProbe.Options(**options)
