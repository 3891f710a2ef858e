"""The collector `snmp` against a real snmpd, in every version and by both engines."""

from __future__ import annotations

from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from probes.api import Shared, Target
from probes.collect import Collection
from probes.snmp import changes
from probes.snmp.changes import Ticks
from probes.snmp.collector import SnmpCollector
from probes.snmp.credentials import Community
from tests.integration.test_snmpd import PUBLIC, Snmpd, running, usm

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator
    from pathlib import Path

    from probes.snmp.engine import Engine

pytestmark = pytest.mark.needs("snmpd")
HERE = Target("here", "127.0.0.1")
CREDENTIALS = {"v1": Community(version="1", community=PUBLIC.community), "v2c": PUBLIC, "v3": usm()}


@pytest.fixture(scope="module")
def snmpd(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Snmpd]:
    with running(tmp_path_factory.mktemp("snmpd")) as server:
        yield server


@asynccontextmanager
async def collector(server: Snmpd, name: str = "v2c", engine: Engine = "fast") -> AsyncIterator[SnmpCollector]:
    shared = Shared(CREDENTIALS)
    options = SnmpCollector.Options(
        credential=name, port=server.port, timeout=3.0, engine=engine, running_software=True, budget=60.0
    )
    try:
        yield SnmpCollector(options, shared=shared)
    finally:
        await shared.close()


async def texts(reader: SnmpCollector, *facets: str) -> dict[str, str]:
    found = await reader.collect(HERE, frozenset(facets))
    assert isinstance(found, Collection), found
    assert [str(capture.gap) for capture in found.captures if capture.gap] == []
    return {capture.facet: capture.answers[0].raw.decode() for capture in found.captures}


@pytest.mark.parametrize("engine", ["fast", "pysnmp"])
@pytest.mark.parametrize("name", ["v1", "v2c", "v3"])
async def test_a_host_is_read_whole_in_every_version(snmpd: Snmpd, name: str, engine: Engine) -> None:
    async with collector(snmpd, name, engine) as reader:
        text = await texts(reader, "parameters", "hardware")
        assert text["parameters"].startswith("system\n name: lab\n")
        assert " location: rack 7\n" in text["parameters"]
        assert "interface lo\n" in text["parameters"]
        assert " address: 127.0.0.1/8\n" in text["parameters"]
        assert text["hardware"].startswith("system\n description: Linux")


async def test_versions_and_engines_tell_the_same(snmpd: Snmpd) -> None:
    said = set()
    for name, engine in (("v1", "fast"), ("v2c", "pysnmp"), ("v3", "fast")):
        async with collector(snmpd, name, engine) as reader:  # type: ignore[arg-type]
            said.add((await texts(reader, "parameters"))["parameters"])
    assert len(said) == 1


async def test_what_runs_is_told_by_name_and_path(snmpd: Snmpd) -> None:
    async with collector(snmpd) as reader:
        text = (await texts(reader, "running_software"))["running_software"]
        assert " program: snmpd at /usr/sbin/snmpd\n" in text
        assert "kworker" not in text


async def test_one_setting_that_is_changed_is_one_line(tmp_path: Path) -> None:
    with running(tmp_path) as server:
        async with collector(server) as reader:
            before = (await texts(reader, "parameters"))["parameters"].splitlines()
            server.stop()
            server.location = "机房 8"
            server.start()
            after = (await texts(reader, "parameters"))["parameters"].splitlines()
    assert [(old, new) for old, new in zip(before, after, strict=True) if old != new] == [
        (" location: rack 7", " location: 机房 8")
    ]


async def test_a_restart_is_seen_and_nothing_else(tmp_path: Path) -> None:
    now = datetime.now(UTC)  # noqa: TID251 - a real device
    with running(tmp_path) as server:
        async with collector(server, "v3") as reader:
            first = await reader.ticks(HERE, now)
            assert isinstance(first, Ticks), first
            second = await reader.ticks(HERE, now + timedelta(seconds=1), first)
            assert isinstance(second, Ticks), second
            assert not changes.changed(first, second)
            assert changes.unsaved(second) is None
            server.stop()
            server.start()
            third = await reader.ticks(HERE, now + timedelta(minutes=5), second)
            assert isinstance(third, Ticks), third
            assert changes.changed(second, third).restarted
            assert await reader.history(HERE, now) == ()
