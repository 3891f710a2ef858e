"""What the database promises, whichever it is: one writer, nothing lost, nothing half done."""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from typing import TYPE_CHECKING

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert, select, text, update
from sqlalchemy.exc import IntegrityError, StatementError

from netwatch.errors import AlreadyRunning, SchemaTooNew, StorageError, StorageUnavailable
from netwatch.storage import migrations, records
from netwatch.storage.schema import meta, metadata, storable, windows

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from netwatch.storage.database import Database

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def put(key: str, value: str = "x") -> Callable[[Connection], None]:
    return partial(records.put, key=key, value=value)


def get(key: str) -> Callable[[Connection], str | None]:
    return partial(records.get, key=key)


def test_the_migrations_make_exactly_the_tables_that_the_program_knows(database: Database) -> None:
    def differences(tx: Connection) -> list[object]:
        options = {"compare_type": True, "compare_server_default": True}
        return compare_metadata(MigrationContext.configure(tx, opts=options), metadata)

    assert database.read_now(differences) == []


def test_opening_again_changes_nothing(connect: Callable[[], Database]) -> None:
    first = connect().open()
    first.write_now(put("kept"))
    first.close()
    assert connect().open().read_now(get("kept")) == "x"


def test_an_older_program_leaves_a_newer_database_alone(connect: Callable[[], Database]) -> None:
    first = connect().open()
    first.write_now(lambda tx: tx.execute(text("UPDATE alembic_version SET version_num = '9999'")) and None)
    first.close()
    with pytest.raises(SchemaTooNew, match=f"schema 9999, this program knows {migrations.newest()}"):
        connect().open()
    assert connect().read_now(lambda tx: tx.execute(text("SELECT version_num FROM alembic_version")).scalar()) == "9999"


def test_a_second_service_is_refused_and_the_first_goes_on(connect: Callable[[], Database]) -> None:
    first = connect().open()
    with pytest.raises(AlreadyRunning, match="another netwatch"):
        connect().open()
    first.write_now(put("still"))
    first.close()
    assert connect().open().read_now(get("still")) == "x"


def test_nothing_is_written_before_opening_or_after_closing(connect: Callable[[], Database]) -> None:
    database = connect()
    with pytest.raises(StorageError, match="not open for writing"):
        database.write_now(put("early"))
    database.open()
    database.close()
    with pytest.raises(StorageError, match="not open for writing"):
        database.write_now(put("late"))


async def test_what_is_written_is_there_when_write_returns(connect: Callable[[], Database]) -> None:
    database = connect().open()
    await database.write(put("key", "值"))
    assert await database.read(get("key")) == "值"
    assert connect().read_now(get("key")) == "值"


async def test_works_that_wait_together_share_a_commit_and_a_failing_one_takes_only_itself_back(
    database: Database,
) -> None:
    begun, go = threading.Event(), threading.Event()

    def hold(_tx: Connection) -> None:
        begun.set()
        assert go.wait(10)

    def spoil(tx: Connection) -> None:
        records.put(tx, "half", "done")
        raise LookupError("its own mistake")

    def repeat(tx: Connection) -> None:
        tx.execute(insert(meta).values(key="before", value="again"))

    async with asyncio.TaskGroup() as group:
        first = group.create_task(database.write(hold))
        await asyncio.to_thread(begun.wait, 10)
        commits = database.commits
        works = [put("before"), spoil, put("between"), repeat, put("after")]
        waiting = [asyncio.get_running_loop().create_task(database.write(work)) for work in works]
        await asyncio.sleep(0)
        go.set()
        await first
        results = await asyncio.gather(*waiting, return_exceptions=True)
    assert [type(result) for result in results] == [type(None), LookupError, type(None), IntegrityError, type(None)]
    assert database.commits == commits + 2
    assert [database.read_now(get(key)) for key in ("before", "half", "between", "after")] == ["x", None, "x", "x"]


async def test_a_caller_that_goes_away_takes_back_what_has_not_begun_and_harms_nobody(database: Database) -> None:
    begun, go = threading.Event(), threading.Event()

    def hold(tx: Connection) -> None:
        records.put(tx, "begun", "x")
        begun.set()
        assert go.wait(10)

    running = asyncio.get_running_loop().create_task(database.write(hold))
    await asyncio.to_thread(begun.wait, 10)
    queued = asyncio.get_running_loop().create_task(database.write(put("queued")))
    await asyncio.sleep(0)
    for task in (running, queued):
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task
    go.set()
    await database.write(put("later"))
    assert [database.read_now(get(key)) for key in ("begun", "queued", "later")] == ["x", None, "x"]


async def test_no_update_is_lost_among_many_that_read_before_they_write(database: Database) -> None:
    database.write_now(put("count", "0"))

    def add_one(tx: Connection) -> None:
        records.put(tx, "count", str(int(records.get(tx, "count") or 0) + 1))

    threads = [threading.Thread(target=lambda: [database.write_now(add_one) for _ in range(100)]) for _ in range(8)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        await asyncio.sleep(0.02)
        assert 0 <= int(await database.read(get("count")) or 0) <= 800
    assert database.read_now(get("count")) == "800"


def test_closing_finishes_what_is_queued(connect: Callable[[], Database]) -> None:
    database = connect().open()
    threads = [threading.Thread(target=database.write_now, args=(put(f"key-{number}"),)) for number in range(200)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    database.close()
    again = connect().open()
    assert all(again.read_now(get(f"key-{number}")) == "x" for number in range(200))


def test_a_reader_can_not_write(database: Database) -> None:
    with pytest.raises(StorageUnavailable, match=r"read-?only"):
        database.read_now(put("forbidden"))
    assert database.read_now(get("forbidden")) is None


def test_one_reading_sees_one_state_of_the_database(database: Database) -> None:
    database.write_now(put("key", "old"))

    def twice(tx: Connection) -> tuple[str | None, str | None]:
        before = records.get(tx, "key")
        database.write_now(put("key", "new"))
        return before, records.get(tx, "key")

    assert database.read_now(twice) == ("old", "old")
    assert database.read_now(get("key")) == "new"


def test_a_naive_time_is_refused_and_nothing_of_it_is_stored(database: Database) -> None:
    naive = NOW.replace(tzinfo=None)
    row = {"title": "t", "devices": [], "start": naive, "end": NOW, "actor": "zhang"}
    with pytest.raises(StatementError, match="a naive time cannot be stored"):
        database.write_now(lambda tx: tx.execute(insert(windows).values(row)) and None)
    with pytest.raises(StatementError, match="a naive time cannot be stored"):
        database.write_now(lambda tx: tx.execute(update(windows).values(end=naive)) and None)
    assert database.read_now(lambda tx: tx.execute(select(windows)).all()) == []


def test_a_time_comes_back_in_utc_to_the_microsecond(database: Database) -> None:
    shanghai = timezone(timedelta(hours=8))
    times = [
        datetime(2026, 11, 22, 16, 0, 0, 1, shanghai),
        datetime(1970, 1, 1, tzinfo=UTC),
        datetime(2099, 12, 31, 23, 59, 59, 999_999, UTC),
    ]

    def work(tx: Connection) -> None:
        for time in times:
            tx.execute(insert(windows).values(title="t", devices=[], start=time, end=time, actor="a"))

    database.write_now(work)
    found = database.read_now(lambda tx: tx.execute(select(windows.c.start).order_by(windows.c.id)).scalars().all())
    assert found == times
    assert all(time.utcoffset() == timedelta(0) for time in found)
    later = database.read_now(lambda tx: tx.execute(select(windows.c.start).where(windows.c.start > times[1])).all())
    assert len(later) == 2


@pytest.mark.parametrize("given", ["eth0\x00", "half \ud800 a pair", "x" * 1000, "核心\u0000交换机"])
def test_a_text_that_no_database_holds_is_stored_as_near_as_can_be(database: Database, given: str) -> None:
    row = {"title": given, "devices": [], "start": NOW, "end": NOW, "actor": "zhang"}
    database.write_now(lambda tx: tx.execute(insert(windows).values(row)) and None)
    assert database.read_now(lambda tx: tx.execute(select(windows.c.title)).scalar()) == storable(given)[:200]


@given(st.text(st.characters(codec=None)))
def test_what_can_be_stored_is_stored_as_it_is(words: str) -> None:
    kept = storable(words)
    assert kept == storable(kept)
    assert "\0" not in kept
    assert kept.encode().decode() == kept
    if "\0" not in words and not any(0xD800 <= ord(char) <= 0xDFFF for char in words):
        assert kept == words
