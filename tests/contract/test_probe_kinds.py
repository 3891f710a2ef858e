"""What every kind of probe keeps to: each kind that is installed passes, whoever wrote it."""

from __future__ import annotations

import asyncio
import socket
from contextlib import closing
from datetime import UTC, datetime
from importlib.metadata import entry_points
from typing import TYPE_CHECKING, Any

import pytest
from pydantic import BaseModel, ValidationError

from probes.api import Failure, Meaning, Measurement, Message, Shared, Target, Trouble
from probes.meanings import SHARED
from probes.names import Names
from probes.secret import Secret
from probes.snmp.credentials import Community

if TYPE_CHECKING:
    from collections.abc import AsyncIterator
    from importlib.metadata import EntryPoint

    from probes.api import Probe

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
UNITS = {"%", "ms", "s", "B", "bit/s", "/s", "°C", "rpm", "V", "A", "W", "Hz", "min", "dBm", "d", ""}
NOBODY = "127.255.255.255"
"""The broadcast address of loopback: within it, and answered by nobody."""
NEEDED: dict[str, dict[str, Any]] = {
    "icmp": {"interval": 0.01},
    "tcp": {"port": 9},
    "snmp": {"credential": "test"},
}
"""Options without which a kind cannot be, or takes long."""
WAITS: dict[str, dict[str, Any]] = {
    "icmp": {"packets": 10, "interval": 5.0},
    "tcp": {"expect": "never said", "timeout": 30.0},
    "http": {"timeout": 30.0},
    "snmp": {"timeout": 30.0},
}
"""Options by which a measurement of a device that keeps silent takes long."""
LOCAL = {"host"}
"""Kinds that look at no address."""
KINDS = sorted(entry_points(group="netwatch.probes"), key=lambda point: point.name)


@pytest.fixture(params=KINDS, ids=lambda point: point.name)
def kind(request: pytest.FixtureRequest) -> type[Probe]:
    point: EntryPoint = request.param
    try:
        return point.load()
    except ModuleNotFoundError as error:
        if error.name is None or not point.module.startswith(error.name):
            raise
        pytest.skip(f"{point.value} is not written yet")


@pytest.fixture
async def shared() -> AsyncIterator[Shared]:
    made = Shared({"test": Community(community=Secret("public"))})
    made.get("names", lambda: Names(lambda _name, _version: Message("DNS is not asked in a test")))
    yield made
    await made.close()


@pytest.fixture
async def silent_port() -> AsyncIterator[int]:
    """A port that takes connections and datagrams, and never says a word."""
    connections = set()
    server = await asyncio.start_server(lambda _reader, writer: connections.add(writer), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    with closing(socket.socket(socket.AF_INET, socket.SOCK_DGRAM)) as datagrams:
        datagrams.bind(("127.0.0.1", port))
        yield port
    for writer in connections:
        writer.transport.abort()
    server.close()


def build(kind: type[Probe], shared: Shared, **options: Any) -> Probe:
    return kind(kind.Options(**{**NEEDED.get(kind.kind, {}), **options}), shared=shared)


def test_it_is_registered_by_its_name(kind: type[Probe], request: pytest.FixtureRequest) -> None:
    assert kind.kind in request.node.callspec.id
    assert isinstance(kind.reachability, bool)
    assert kind.__doc__


def test_its_options_refuse_unknown_keys(kind: type[Probe]) -> None:
    with pytest.raises(ValidationError, match="no_such_option"):
        kind.Options(**NEEDED.get(kind.kind, {}), no_such_option=1)


def test_its_options_are_frozen(kind: type[Probe]) -> None:
    options = kind.Options(**NEEDED.get(kind.kind, {}))
    assert isinstance(options, BaseModel)
    name = next(iter(kind.Options.model_fields))
    with pytest.raises(ValidationError, match="frozen"):
        setattr(options, name, getattr(options, name))


def test_its_meanings_have_a_name_of_their_own_a_title_and_a_known_unit(kind: type[Probe]) -> None:
    names = [meaning.name for meaning in kind.meanings]
    assert len(set(names)) == len(names)
    for meaning in kind.meanings:
        assert isinstance(meaning, Meaning)
        assert meaning.title
        assert meaning.unit in UNITS


def test_a_name_means_the_same_in_every_kind(kind: type[Probe]) -> None:
    shared = {meaning.name: meaning for meaning in SHARED}
    assert all(shared.get(meaning.name, meaning) == meaning for meaning in kind.meanings)
    others = {meaning.name: meaning for point in KINDS for meaning in point.load().meanings}
    assert all(others[meaning.name] == meaning for meaning in kind.meanings)


def test_its_limits_are_in_order(kind: type[Probe]) -> None:
    for meaning in kind.meanings:
        limits = meaning.limits
        if limits is None:
            continue
        known = [limit for limit in (limits.recover, limits.warning, limits.critical) if limit is not None]
        assert known == sorted(known, reverse=not limits.rising)


async def test_a_device_that_does_not_answer_is_a_failure_and_no_exception(kind: type[Probe], shared: Shared) -> None:
    async with asyncio.timeout(30):
        reading = await build(kind, shared).measure(Target("nobody", NOBODY), NOW)
    if kind.kind in LOCAL:
        assert isinstance(reading, Measurement)
        return
    assert isinstance(reading, Failure)
    assert isinstance(reading.detail, Message)
    assert str(reading.detail)


@pytest.mark.parametrize("address", ["10.1.2", "", "sw 1", "a\0b", "[", "x" * 300])
async def test_an_address_that_is_none_is_a_failure_too(kind: type[Probe], shared: Shared, address: str) -> None:
    async with asyncio.timeout(30):
        reading = await build(kind, shared).measure(Target("mistyped", address), NOW)
    assert isinstance(reading, Measurement if kind.kind in LOCAL else Failure)


async def test_it_ends_within_a_second_when_it_is_cancelled(
    kind: type[Probe], shared: Shared, silent_port: int
) -> None:
    options = dict(WAITS.get(kind.kind, {}))
    if "port" in kind.Options.model_fields:
        options["port"] = silent_port
    clock = asyncio.get_running_loop().time
    measuring = asyncio.get_running_loop().create_task(
        build(kind, shared, **options).measure(Target("silent", "127.0.0.1"), NOW)
    )
    done, _pending = await asyncio.wait({measuring}, timeout=0.1)
    if done and isinstance(reading := measuring.result(), Failure) and reading.trouble is Trouble.PERMISSION:
        pytest.skip(str(reading.detail))
    assert not done or kind.kind in LOCAL, measuring.result()
    cancelled = clock()
    measuring.cancel()
    await asyncio.wait({measuring}, timeout=5)
    assert measuring.done()
    assert clock() - cancelled < 1
    assert measuring.cancelled() or kind.kind in LOCAL


async def test_what_it_reports_has_a_meaning_and_comes_once(kind: type[Probe], shared: Shared) -> None:
    """Where it can measure this machine: what it says then is of its own meanings or the shared ones."""
    reading = await build(kind, shared).measure(Target("this", "127.0.0.1"), NOW)
    if isinstance(reading, Failure):
        return
    known = {meaning.name for meaning in (*kind.meanings, *SHARED)}
    keys = [(value.meaning, value.item) for value in reading.values]
    assert {meaning for meaning, _item in keys} <= known
    assert len(set(keys)) == len(keys)


async def test_two_of_a_kind_share_one_process_and_close_once(kind: type[Probe], shared: Shared) -> None:
    for name in ("one", "two"):
        reading = await build(kind, shared).measure(Target(name, NOBODY), NOW)
        assert isinstance(reading, Failure | Measurement)
    await shared.close()
    await shared.close()
