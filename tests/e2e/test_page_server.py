"""The page's server inside the service's event loop, over real sockets on loopback."""

from __future__ import annotations

import asyncio
import signal
import socket
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

import httpx
import pytest

from netwatch.clock import SystemClock
from netwatch.web.server import Web, bound
from tests import hospital

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from pathlib import Path

PATIENCE = 20.0


class HastyClock(SystemClock):
    """A clock on which nobody sleeps long."""

    async def sleep(self, seconds: float) -> None:
        await super().sleep(min(seconds, 0.05))


@pytest.fixture
def well(tmp_path: Path) -> Iterator[hospital.Hospital]:
    made = hospital.opened(tmp_path, count=5)
    yield made
    made.database.close()


def web_of(made: hospital.Hospital, listen: str = "127.0.0.1:0") -> Web:
    place = made.settings.file.web.model_copy(update={"listen": listen})
    settings = replace(made.settings, file=made.settings.file.model_copy(update={"web": place}))
    return Web(lambda: settings, made.database, HastyClock(), made.progress)


async def until(true: Callable[[], bool]) -> None:
    """Wait until something is so."""
    for _attempt in range(int(PATIENCE / 0.01)):
        if true():
            return
        await asyncio.sleep(0.01)
    raise TimeoutError


async def address_of(web: Web) -> str:
    await until(lambda: web.address is not None)
    assert web.address is not None
    return f"http://{web.address[0]}:{web.address[1]}"


@asynccontextmanager
async def served(web: Web) -> AsyncIterator[tuple[str, asyncio.Task[None]]]:
    async with asyncio.TaskGroup() as group:
        running = group.create_task(web.run())
        try:
            yield await address_of(web), running
        finally:
            running.cancel()


async def test_it_serves_and_leaves_signals_to_the_service(well: hospital.Hospital) -> None:
    before = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    async with served(web_of(well)) as (address, _running), httpx.AsyncClient() as client:
        answer = await client.get(address)
        assert answer.status_code == 200
        assert "server" not in answer.headers
        assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == before


async def test_it_ends_within_two_seconds_while_streams_are_open(well: hospital.Hospital) -> None:
    async with served(web_of(well)) as (address, running), httpx.AsyncClient(timeout=PATIENCE) as client:
        async with client.stream("GET", f"{address}/live") as first, client.stream("GET", f"{address}/live") as second:
            lines = first.aiter_lines()
            assert await anext(lines) == "retry: 3000"
            loop = asyncio.get_running_loop()
            begun = loop.time()
            running.cancel()
            with pytest.raises(asyncio.CancelledError):
                await running
            assert loop.time() - begun < 2
            rest = [line async for line in lines]
            assert rest[0] == "event: mark"
            assert second.status_code == 200
        with pytest.raises(httpx.ConnectError):
            await client.get(address)


async def test_it_ends_within_two_seconds_though_a_client_does_not_read(well: hospital.Hospital) -> None:
    async with served(web_of(well)) as (address, running):
        host, port = address.removeprefix("http://").split(":")
        _reader, writer = await asyncio.open_connection(host, int(port), limit=1)
        writer.transport.pause_reading()  # type: ignore[attr-defined]
        writer.write(b"GET /static/page.css HTTP/1.1\r\nHost: localhost\r\n\r\n" * 200)
        await writer.drain()
        loop = asyncio.get_running_loop()
        begun = loop.time()
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        assert loop.time() - begun < 2
        writer.close()


async def test_an_address_that_is_taken_is_tried_again_and_the_reason_kept(well: hospital.Hospital) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        web = web_of(well, f"127.0.0.1:{other.getsockname()[1]}")
        async with asyncio.TaskGroup() as group:
            running = group.create_task(web.run())
            await until(lambda: well.progress.page_error is not None)
            assert "in use" in str(well.progress.page_error)
            other.close()
            await address_of(web)
            assert well.progress.page_error is None
            running.cancel()


def test_it_listens_on_loopback_only() -> None:
    for host in ("0.0.0.0", "::", "192.0.2.1"):
        with pytest.raises(OSError, match="not a loopback address"):
            bound((host, 0))


@pytest.mark.parametrize(
    "sent",
    [b"\x16\x03\x01\x02\x00\x01\r\n\r\n", b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"y" * 20_000],
    ids=["TLS", "a header without end"],
)
async def test_what_is_no_request_is_refused_and_others_are_served(well: hospital.Hospital, sent: bytes) -> None:
    async with served(web_of(well)) as (address, _running):
        host, port = address.removeprefix("http://").split(":")
        reader, writer = await asyncio.open_connection(host, int(port))
        writer.write(sent)
        async with asyncio.timeout(PATIENCE):
            answer = await reader.read()
        writer.close()
        assert answer.startswith(b"HTTP/1.1 400")
        async with httpx.AsyncClient() as client:
            assert (await client.get(f"{address}/healthz")).text == "alive\n"
