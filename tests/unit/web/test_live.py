"""What tells open pages that something has changed."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.domain.model import DeviceState
from netwatch.errors import StorageUnavailable
from netwatch.storage import devices, faults, outbox
from netwatch.storage.devices import Standing
from netwatch.storage.faults import Decided
from netwatch.storage.outbox import Delivery
from netwatch.web.live import INTERVAL, News
from probes.api import Message
from tests.hospital import NOW, bad_night, down, fault, letter, reports

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    import pytest
    from sqlalchemy import Connection

    from tests.unit.web.conftest import Page


@asynccontextmanager
async def watching(news: News) -> AsyncIterator[None]:
    """Let the news run beside a test."""
    async with asyncio.TaskGroup() as group:
        running = group.create_task(news.run())
        try:
            yield
        finally:
            running.cancel()


async def until(page: Page, true: Callable[[], bool]) -> None:
    """Let time pass until something is so; reading takes a thread, which a fake clock does not know."""
    async with asyncio.timeout(10):
        while not true():
            await page.clock.advance(INTERVAL)
            await asyncio.sleep(0.01)


async def next_of(stream: AsyncIterator[str], name: str) -> str:
    """Return the data of the next event of that name."""
    async with asyncio.timeout(10):
        async for event in stream:
            if f"event: {name}\n" in event:
                return event.rpartition("data: ")[2].strip()
    raise AssertionError(f"the stream ended without {name}")


async def test_a_stream_says_at_once_what_is_shown_and_then_when_it_changes(page: Page) -> None:
    async with watching(page.news):
        stream = page.news.stream()
        first = await next_of(stream, "mark")
        assert first == await page.news.mark()
        page.hospital.write(lambda tx: down(tx, fault("core-1")))
        waiting = asyncio.get_running_loop().create_task(next_of(stream, "mark"))
        await until(page, waiting.done)
        assert waiting.result() == await page.news.mark() != first


async def test_every_stream_hears_of_a_change(page: Page) -> None:
    async with watching(page.news):
        streams = [page.news.stream() for _number in range(5)]
        for stream in streams:
            await next_of(stream, "mark")
        page.hospital.write(lambda tx: down(tx, fault("core-1")))
        waiting = asyncio.gather(*(next_of(stream, "mark") for stream in streams))
        await until(page, waiting.done)
        assert len(set(await waiting)) == 1


async def test_a_quiet_stream_beats(page: Page) -> None:
    stream = page.news.stream(beat=0.01)
    await next_of(stream, "mark")
    assert await next_of(stream, "beat") == ""


async def test_streams_end_when_the_service_does(page: Page) -> None:
    async with watching(page.news):
        stream = page.news.stream()
        await next_of(stream, "mark")
        rest = asyncio.get_running_loop().create_task(_all(stream))
        await asyncio.sleep(0)
    async with asyncio.timeout(5):
        assert await rest == []


async def _all(stream: AsyncIterator[str]) -> list[str]:
    return [event async for event in stream]


async def test_news_survive_a_database_that_is_away(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    read = page.hospital.database.read
    good = await page.news.mark()

    async def away(work: object) -> object:
        raise StorageUnavailable("locked")

    async with watching(page.news):
        monkeypatch.setattr(page.hospital.database, "read", away)
        stream = page.news.stream()
        bad = await next_of(stream, "mark")
        assert bad != good
        monkeypatch.setattr(page.hospital.database, "read", read)
        waiting = asyncio.get_running_loop().create_task(next_of(stream, "mark"))
        await until(page, waiting.done)


def decided(tx: Connection) -> None:
    made = faults.get(tx, 1)  # type: ignore[arg-type]
    assert made is not None
    faults.decide(tx, Decided(NOW, made.id, "quiet", told=False, why=Message("below the level")))


def queued(tx: Connection) -> None:
    made = faults.get(tx, 1)  # type: ignore[arg-type]
    assert made is not None
    outbox.add(tx, letter(made, "li", Delivery.QUEUED, key="one more"))


def sent(tx: Connection) -> None:
    for waiting in outbox.listed(tx, 1):
        outbox.save(tx, replace(waiting, state=Delivery.SENT, sent_at=NOW))


def recovered(tx: Connection) -> None:
    since = NOW + timedelta(seconds=1)
    devices.save(tx, Standing("core-1", DeviceState.UP, since, Message("answers")))


async def test_each_thing_that_a_page_shows_changes_the_mark(page: Page) -> None:
    page.hospital.write(bad_night)
    marks = [await page.news.mark()]
    works: list[Callable[[Connection], object]] = [
        lambda tx: down(tx, fault("sw-1")),
        decided,
        queued,
        sent,
        recovered,
        lambda tx: reports(tx, 1),
        lambda tx: devices.forget(tx, ["sw-3"]),
    ]
    for work in works:
        page.hospital.write(work)
        marks.append(await page.news.mark())
    for change in ({"isolated": True}, {"writer_ok": False}, {"outbox_error": "x"}, {"last_reload_at": NOW}):
        for name, value in change.items():
            setattr(page.hospital.progress, name, value)
        marks.append(await page.news.mark())
    page.clock.set(NOW + timedelta(minutes=1))
    marks.append(await page.news.mark())
    assert len(set(marks)) == len(marks)


async def test_where_nothing_has_changed_the_mark_is_the_same(page: Page) -> None:
    page.hospital.progress.polls += 1
    assert await page.news.mark() == await page.news.mark()
