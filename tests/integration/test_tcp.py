"""The probe tcp against ports of this machine."""

from __future__ import annotations

import asyncio
import socket
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import pytest

from probes.api import Failure, Measurement, Reading, Shared, State, Target, Trouble, Value
from probes.tcp import TcpProbe

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)


@asynccontextmanager
async def service(
    says: bytes = b"", *, after: bytes = b"", hangs: bool = False, host: str = "127.0.0.1"
) -> AsyncIterator[int]:
    """A service that says something, at once or in answer; yields its port. At the end no connection may be open."""
    open_: set[asyncio.StreamWriter] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        open_.add(writer)
        try:
            if after:
                await reader.readuntil(after)
            for byte in says[:64]:
                writer.write(bytes([byte]))
                await asyncio.sleep(0)
            writer.write(says[64:])
            await writer.drain()
            if hangs:
                await reader.read()
        except OSError:
            pass
        finally:
            open_.discard(writer)
            writer.close()

    server = await asyncio.start_server(serve, host, 0)
    yield server.sockets[0].getsockname()[1]
    for _count in range(500):
        if not open_:
            break
        await asyncio.sleep(0.005)
    server.close()
    assert not open_, "the probe left a connection open"


async def measure(port: int, address: str = "127.0.0.1", **options: Any) -> Reading:
    probe = TcpProbe(TcpProbe.Options(port=port, **options), shared=Shared())
    return await probe.measure(Target("device", address), NOW)


def values(reading: Reading) -> dict[str, Value]:
    assert isinstance(reading, Measurement), reading
    return {value.meaning: value for value in reading.values}


@pytest.mark.parametrize(("host", "address"), [("127.0.0.1", "127.0.0.1"), ("::1", "::1"), ("127.0.0.1", "localhost")])
async def test_a_port_that_is_open_is_timed(host: str, address: str) -> None:
    async with service(host=host, hangs=True) as port:
        found = values(await measure(port, address, **({"version": 4} if address == "localhost" else {})))
    assert found.keys() == {"connect.time"}
    assert 0 < found["connect.time"].value < 1000


async def test_a_port_that_is_closed_refuses() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        port = unused.getsockname()[1]
        reading = await measure(port)
    assert isinstance(reading, Failure)
    assert reading.trouble is Trouble.REFUSED
    assert str(reading.detail) == f"127.0.0.1 refuses connections to port {port}"


async def test_an_address_that_no_route_leads_to_is_unreachable() -> None:
    reading = await measure(9, "127.255.255.255")
    assert isinstance(reading, Failure)
    assert reading.trouble is Trouble.UNREACHABLE


async def test_a_full_queue_is_a_timeout() -> None:
    """A listener that accepts nothing drops what comes when its queue is full."""
    with socket.socket() as deaf:
        deaf.bind(("127.0.0.1", 0))
        deaf.listen(0)
        port = deaf.getsockname()[1]
        waiting = [socket.socket() for _count in range(4)]
        try:
            for one in waiting:
                one.setblocking(False)
                one.connect_ex(("127.0.0.1", port))
            reading = await measure(port, timeout=0.2)
        finally:
            for one in waiting:
                one.close()
    assert isinstance(reading, Failure)
    assert reading.trouble is Trouble.TIMEOUT
    assert str(reading.detail) == f"Port {port} of 127.0.0.1 did not answer within 0.2 s"


async def test_the_expected_greeting_is_found_though_it_comes_byte_by_byte() -> None:
    async with service(b"220 mail ESMTP\r\n", hangs=True) as port:
        found = values(await measure(port, expect="ESMTP"))
    assert found["tcp.answer"].state is State.OK


async def test_what_is_sent_comes_before_the_answer() -> None:
    async with service("+好".encode(), after=b"PING\r\n", hangs=True) as port:
        found = values(await measure(port, send="PING\r\n", expect="好"))
    assert found["tcp.answer"].state is State.OK


async def test_another_answer_is_critical_and_shown_without_its_control_characters() -> None:
    async with service(b"\x1b[2J\x00<b>go away</b>" + b"!" * 3000) as port:
        found = values(await measure(port, expect="ESMTP"))
    answer = found["tcp.answer"]
    assert answer.state is State.CRITICAL
    shown = str(answer.note)
    assert shown.startswith("expected “ESMTP”, got “[2J<b>go away</b>!!")
    assert len(shown) < 150
    assert "connect.time" in found


async def test_no_answer_in_time_is_critical() -> None:
    async with service(hangs=True) as port:
        found = values(await measure(port, expect="ESMTP", timeout=0.1))
    assert found["tcp.answer"].state is State.CRITICAL
    assert str(found["tcp.answer"].note) == "expected “ESMTP”, got nothing"


async def test_an_endless_answer_is_read_to_a_bound() -> None:
    async with service(b"x" * 100_000) as port:
        found = values(await measure(port, expect="ESMTP"))
    assert found["tcp.answer"].state is State.CRITICAL


async def test_a_service_that_takes_nothing_cannot_hold_the_probe() -> None:
    async with service(hangs=True) as port:
        clock = asyncio.get_running_loop().time
        started = clock()
        await measure(port, send="x" * 4096, expect="y", timeout=0.1)
        assert clock() - started < 1


@pytest.mark.parametrize(
    "options", [{}, {"port": 0}, {"port": 65536}, {"port": "80"}, {"port": 80, "expect": "x" * 1025}, {"port": 80, "tls": True}]
)  # fmt: skip
def test_wrong_options_are_refused(options: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="validation error"):
        TcpProbe.Options(**options)
