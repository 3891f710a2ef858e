"""The database: one writer, many readers, and one service at a time.

SQLite before 3.51.3 can corrupt a WAL database when one connection checkpoints while another commits. So one
thread of one process writes, over one connection, and only that connection checkpoints.
"""

from __future__ import annotations

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import Connection, make_url
from sqlalchemy.exc import DBAPIError

from netwatch.errors import StorageError
from netwatch.storage import lock, sqlite
from netwatch.storage.engines import is_sqlite, reader_engine, writer_engine
from netwatch.storage.trouble import damaged, is_damage, is_unavailable, worded
from probes.api import _

if TYPE_CHECKING:
    from io import TextIOWrapper

    from probes.secret import Secret

T = TypeVar("T")
Work = Callable[[Connection], T]
Waiting = tuple[Work[Any], "Future[Any]"]

MOST_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Attempt(Generic[T]):
    """A work that may be refused, and what is then recorded of it.

    All that a refused work has written is taken back. So its refusal is recorded in a savepoint of its own, in the
    same commit, before its caller hears of it.
    """

    work: Work[T]
    refused: Callable[[Connection, Exception], None]

    def __call__(self, tx: Connection) -> T:
        """Do the work."""
        return self.work(tx)


class Database:
    """An open database. `write` and `read` take a function of a connection and run it in a transaction.

    Works that wait together are committed together, each in a savepoint of its own: one that fails takes only
    itself back. A commit waits for the disk (`synchronous=FULL`).
    """

    def __init__(self, url: str, *, password: Secret | None = None) -> None:
        self.url = make_url(url)
        if password is not None:
            self.url = self.url.set(password=password.reveal())
        self._lock: TextIOWrapper | None = None
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._thread: threading.Thread | None = None
        self._writer = writer_engine(self.url)
        self._reader = reader_engine(self.url)
        self.commits = 0

    @property
    def path(self) -> Path | None:
        """The file, where the database is one."""
        return Path(self.url.database or "") if is_sqlite(self.url) else None

    def open(self) -> Database:
        """Take the database for this process: lock it, check it, bring its tables up to date.

        Raises AlreadyRunning, SchemaTooNew, StorageUnavailable or StorageError.
        """
        if self.path is not None:
            self._lock = lock.hold(self.path)
        # Alembic takes longer to load than most commands take to run, and those that only read do not need it.
        from netwatch.storage import migrations  # noqa: PLC0415

        try:
            with worded(self.url), self._writer.connect() as connection:
                _check_whole(connection)
                migrations.upgrade(connection)
        except BaseException:
            self.close()
            raise
        self._thread = threading.Thread(target=self._write_all, name="writer", daemon=True)
        self._thread.start()
        return self

    def close(self) -> None:
        """Finish what is queued, and let go."""
        with self._gate:
            thread, self._thread = self._thread, None
        if thread is not None:
            self._queue.put(None)
            thread.join()
        self._reader.dispose()
        self._writer.dispose()
        if self._lock is not None:
            lock.release(self._lock)
            self._lock = None

    async def write(self, work: Work[T]) -> T:
        """Run a work on the writer, and return when it is safe on the disk.

        A caller that is cancelled takes its work back if it has not begun; else it is carried to its end.
        """
        return await asyncio.wrap_future(self._submit(work))

    def write_now(self, work: Work[T]) -> T:
        """Do the same where there is no event loop."""
        return self._submit(work).result()

    async def read(self, work: Work[T]) -> T:
        """Run a work that only reads, in a thread, over a connection that cannot write."""
        return await asyncio.to_thread(self.read_now, work)

    def read_now(self, work: Work[T]) -> T:
        """Do the same where there is no event loop."""
        with worded(self.url), self._reader.connect() as connection, connection.begin():
            return work(connection)

    def copy_into(self, target: Path) -> None:
        """Copy a SQLite database, as it is at one instant and while it is in use, into an empty file."""
        with worded(self.url), self._reader.connect() as connection, closing(sqlite.driver.connect(target)) as copy:
            source: Any = connection.connection.driver_connection
            source.backup(copy)

    def _submit(self, work: Work[T]) -> Future[T]:
        future: Future[T] = Future()
        with self._gate:
            if self._thread is None:
                raise StorageError(_("the database is not open for writing"))
            self._queue.put((work, future))
        return future

    def _write_all(self) -> None:
        going = True
        while going and (first := self._queue.get()) is not None:
            batch = [first]
            while len(batch) < MOST_AT_ONCE and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    going = False
                    break
                batch.append(more)
            # From here on a caller can no longer take its work back.
            self._commit([(work, future) for work, future in batch if future.set_running_or_notify_cancel()])

    def _commit(self, batch: list[Waiting]) -> None:
        """Run works in one transaction; their callers hear of it only after the commit."""
        results: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with worded(self.url), self._writer.connect() as connection, connection.begin():
                for work, future in batch:
                    results.append((future, *_attempt(connection, work)))
        except BaseException as error:  # noqa: BLE001 - whatever it is, each caller must hear of it
            for _work, future in batch:
                future.set_exception(error)
            return
        self.commits += 1
        for future, result, failure in results:
            if failure is None:
                future.set_result(result)
            else:
                future.set_exception(failure)


def _attempt(connection: Connection, work: Work[T]) -> tuple[T | None, BaseException | None]:
    """Run one work in a savepoint. An error of the database itself takes the whole batch back."""
    savepoint = connection.begin_nested()
    try:
        result = work(connection)
    except DBAPIError as error:
        if is_unavailable(error) or is_damage(error):
            raise
        failure: Exception = error
    except Exception as error:  # noqa: BLE001 - it is the caller's, and is raised there
        failure = error
    else:
        savepoint.commit()
        return result, None
    savepoint.rollback()
    if not isinstance(work, Attempt):
        return None, failure
    _recorded, worse = _attempt(connection, lambda tx: work.refused(tx, failure))
    return None, worse or failure


def open_reader(url: str, *, password: Secret | None = None) -> Database:
    """Return a database for reading beside a running service: no lock, no migration."""
    database = Database(url, password=password)
    if database.path is not None and not database.path.exists():
        raise StorageError(_("there is no database at {path} yet; start the service first"), path=str(database.path))
    return database


def _check_whole(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok":
            raise damaged(connection.engine.url.render_as_string(), str(found))
    connection.rollback()
