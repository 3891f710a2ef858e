"""The database: one writer, many readers, and one service at a time.

SQLite before 3.51.3 can corrupt a WAL database when one connection checkpoints while another commits. So one
thread of one process writes, over one connection, and only that connection checkpoints.
"""

from __future__ import annotations

import asyncio
import fcntl
import os
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url, text
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.pool import QueuePool, StaticPool

from netwatch.errors import AlreadyRunning, StorageError, StorageUnavailable
from netwatch.storage import migrations

if TYPE_CHECKING:
    from sqlalchemy import URL

    from probes.secret import Secret

try:
    from pysqlite3 import dbapi2 as sqlite  # a newer SQLite than the system's, where a wheel exists
except ImportError:
    import sqlite3 as sqlite

T = TypeVar("T")
Work = Callable[[Connection], T]

SOUND = (3, 51, 3)
"""The first SQLite without the defect above (also mended in 3.44.6 and 3.50.7)."""
MOST_AT_ONCE = 64
ADVISORY_LOCK = 0x6E65_7477


def sqlite_version() -> tuple[int, ...]:
    """Return the version of the SQLite in use."""
    return tuple(int(part) for part in sqlite.sqlite_version.split("."))


def sqlite_is_sound() -> bool:
    """Whether the SQLite in use is free of the WAL defect."""
    version = sqlite_version()
    return version >= SOUND or (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51)


class Database:
    """An open database. `write` and `read` take a function of a connection and run it in a transaction.

    Works that wait together are committed together, each in a savepoint of its own: one that fails takes only
    itself back. A commit waits for the disk (`synchronous=FULL`).
    """

    def __init__(self, url: str, *, password: Secret | None = None) -> None:
        self.url = make_url(url)
        if password is not None:
            self.url = self.url.set(password=password.reveal())
        self._lock: Any = None
        self._queue: queue.SimpleQueue[tuple[Work[Any], Future[Any]] | None] = queue.SimpleQueue()
        self._thread: threading.Thread | None = None
        self._writer = _writer_engine(self.url)
        self._reader = _reader_engine(self.url)
        self.commits = 0

    @property
    def path(self) -> Path | None:
        """The file, where the database is one."""
        name = self.url.database
        return Path(name) if self.url.get_backend_name() == "sqlite" and name else None

    def open(self) -> Database:
        """Take the database for this process: lock it, check it, bring its tables up to date.

        Raises AlreadyRunning, SchemaTooNew, StorageUnavailable or StorageError.
        """
        self._lock = _take(self.url, self._writer)
        try:
            with _worded(self.url), self._writer.connect() as connection:
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
        if self._thread is not None:
            self._queue.put(None)
            self._thread.join()
            self._thread = None
        self._reader.dispose()
        self._writer.dispose()
        if self._lock is not None:
            self._lock.close()
            self._lock = None

    async def write(self, work: Work[T]) -> T:
        """Run a work on the writer, and return when it is safe on the disk."""
        return await asyncio.wrap_future(self._submit(work))

    def write_now(self, work: Work[T]) -> T:
        """Do the same where there is no event loop."""
        return self._submit(work).result()

    async def read(self, work: Work[T]) -> T:
        """Run a work that only reads, in a thread, over a connection that cannot write."""
        return await asyncio.to_thread(self.read_now, work)

    def read_now(self, work: Work[T]) -> T:
        """Do the same where there is no event loop."""
        with _worded(self.url), self._reader.connect() as connection, connection.begin():
            return work(connection)

    def back_up(self, target: Path) -> None:
        """Copy a SQLite database into a new file while it is in use."""
        with self._reader.connect() as connection:
            copy = sqlite.connect(target)
            try:
                source = connection.connection.driver_connection
                assert source is not None  # noqa: S101 - a checked-out connection has one
                source.backup(copy)
            finally:
                copy.close()

    def _submit(self, work: Work[T]) -> Future[T]:
        if self._thread is None:
            raise StorageError("the database is not open for writing")
        future: Future[T] = Future()
        self._queue.put((work, future))
        return future

    def _write_all(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first]
            last = False
            while len(batch) < MOST_AT_ONCE and not self._queue.empty():
                more = self._queue.get()
                if more is None:
                    last = True
                    break
                batch.append(more)
            self._commit(batch)
            if last:
                return

    def _commit(self, batch: list[tuple[Work[Any], Future[Any]]]) -> None:
        """Run works in one transaction; their callers hear of it only after the commit."""
        results: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with _worded(self.url), self._writer.connect() as connection, connection.begin():
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
        if _is_unavailable(error):
            raise
        savepoint.rollback()
        return None, error
    except Exception as error:  # noqa: BLE001 - it is the caller's, and is raised there
        savepoint.rollback()
        return None, error
    savepoint.commit()
    return result, None


def open_reader(url: str, *, password: Secret | None = None) -> Database:
    """Return a database for reading beside a running service: no lock, no migration."""
    database = Database(url, password=password)
    if database.path is not None and not database.path.exists():
        raise StorageError(f"there is no database at {database.path} yet; start the service first")
    return database


class _worded:  # noqa: N801 - reads as a word in `with`
    """Turn the driver's errors into ours, without what the statement carried."""

    def __init__(self, url: URL) -> None:
        self.url = url

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: object, error: BaseException | None, _trace: object) -> None:
        if not isinstance(error, SQLAlchemyError):
            return
        where = self.url.render_as_string(hide_password=True)
        what = str(getattr(error, "orig", None) or type(error).__name__).strip().splitlines()[0]
        if isinstance(error, DBAPIError) and ("malformed" in what or "not a database" in what):
            raise StorageError(
                f"the database {where} is damaged ({what}); restore the last back-up: netwatch db restore FILE"
            ) from error
        if isinstance(error, DBAPIError) and _is_unavailable(error):
            raise StorageUnavailable(f"the database {where} cannot be used now: {what}") from error


def _is_unavailable(error: DBAPIError) -> bool:
    if error.connection_invalidated:
        return True
    words = str(error.orig).lower()
    signs = (
        "disk is full", "disk i/o error", "database is locked", "unable to open", "readonly",
        "connection", "server closed", "starting up", "shutting down", "no space left", "terminating",
    )  # fmt: skip
    return any(sign in words for sign in signs)


def _take(url: URL, engine: Engine) -> Any:
    """Hold the database for this process as long as what is returned stays open."""
    if url.get_backend_name() != "sqlite":
        with _worded(url):
            connection = engine.connect()
            held = connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": ADVISORY_LOCK}).scalar()
            connection.commit()
        if not held:
            connection.close()
            raise AlreadyRunning(f"another netwatch uses {url.render_as_string()}")
        return connection
    if not url.database:
        return open(os.devnull, "rb")  # noqa: PTH123 - in memory: nobody else can see it
    path = Path(url.database)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = path.with_name(path.name + ".lock").open("a+")
    except OSError as error:
        raise StorageUnavailable(f"the folder of the database cannot be written: {error}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read(20).strip() or "?"
        lock.close()
        raise AlreadyRunning(f"another netwatch (process {holder}) uses {path}") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _check_whole(connection: Connection) -> None:
    if connection.dialect.name == "sqlite":
        found = connection.exec_driver_sql("PRAGMA quick_check(1)").scalar()
        if found != "ok":
            raise StorageError(
                f"the database {connection.engine.url.database} is damaged ({found}); "
                "restore the last back-up: netwatch db restore FILE"
            )
    connection.rollback()


def _writer_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_size=2, max_overflow=0, pool_pre_ping=True)
    engine = create_engine(
        url, module=sqlite, poolclass=StaticPool, connect_args={"check_same_thread": False, "timeout": 5}
    )
    pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", "busy_timeout=5000")
    _on_sqlite(engine, pragmas, "BEGIN IMMEDIATE")
    return engine


def _reader_engine(url: URL) -> Engine:
    if url.get_backend_name() != "sqlite":
        return create_engine(url, pool_size=4, pool_pre_ping=True)
    engine = create_engine(
        url, module=sqlite, poolclass=QueuePool, pool_size=4, connect_args={"check_same_thread": False, "timeout": 5}
    )
    _on_sqlite(engine, ("query_only=ON", "wal_autocheckpoint=0", "busy_timeout=5000"), "BEGIN")
    return engine


def _on_sqlite(engine: Engine, pragmas: tuple[str, ...], begin: str) -> None:
    """Take transactions into our own hands: the driver's default loses updates silently."""

    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begun(connection: Connection) -> None:
        connection.exec_driver_sql(begin)
