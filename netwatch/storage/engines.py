"""Connections: one that writes and alone checkpoints, and some that can only read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool, StaticPool

from netwatch.errors import AlreadyRunning
from netwatch.storage import sqlite
from netwatch.storage.trouble import unavailable
from probes.api import _

if TYPE_CHECKING:
    from sqlalchemy import URL

    from netwatch.errors import StorageError

READERS = 4
PATIENCE = 5
"""Seconds that SQLite waits for a lock of another process, such as one that copies the file."""
ADVISORY_LOCK = 0x6E65_7477
DEAD_PEER = "-c tcp_keepalives_idle=30 -c tcp_keepalives_interval=10 -c tcp_keepalives_count=3"
"""Within a minute the server drops the session, and with it the lock, of a service that has vanished."""


def is_sqlite(url: URL) -> bool:
    """Whether the database is a file of SQLite; else it is PostgreSQL."""
    return url.get_backend_name() == "sqlite"


def writer_engine(url: URL) -> Engine:
    """Return the engine of the one connection that writes."""
    if is_sqlite(url):
        engine = _sqlite_engine(url, poolclass=StaticPool)
        pragmas = ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON")
        _on_sqlite(engine, pragmas, "BEGIN IMMEDIATE")
        return engine
    engine = create_engine(
        url, pool_size=1, max_overflow=0, pool_pre_ping=True, connect_args={"options": DEAD_PEER, "connect_timeout": 10}
    )
    event.listen(engine, "connect", Fence(url))
    return engine


def reader_engine(url: URL) -> Engine:
    """Return the engine of the connections that read, each transaction from one state of the database."""
    if is_sqlite(url):
        engine = _sqlite_engine(url, poolclass=QueuePool, pool_size=READERS)
        _on_sqlite(engine, ("query_only=ON", "wal_autocheckpoint=0"), "BEGIN")
        return engine
    return create_engine(
        url,
        pool_size=READERS,
        pool_pre_ping=True,
        isolation_level="REPEATABLE READ",
        execution_options={"postgresql_readonly": True},
        connect_args={"connect_timeout": 10},
    )


class Fence:
    """Lets only one service write to a PostgreSQL database: its writing connection holds an advisory lock.

    The lock lives exactly as long as the connection. So a service that was cut off writes again only after it
    has taken the lock again.
    """

    def __init__(self, url: URL) -> None:
        self._where = url.render_as_string(hide_password=True)
        self._held_before = False

    def __call__(self, connection: Any, _record: object) -> None:
        """Take the lock for a new connection."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_try_advisory_lock(%s)", (ADVISORY_LOCK,))
            (held,) = cursor.fetchone()
        connection.commit()
        if held:
            self._held_before = True
            return
        connection.close()
        raise self._refusal()

    def _refusal(self) -> StorageError:
        if self._held_before:
            # After a cut the server may hold the lock for our own lost session; that ends within a minute.
            return unavailable(self._where, "another session writes to it")
        return AlreadyRunning(_("another netwatch uses {database}"), database=self._where)


def _sqlite_engine(url: URL, **pool: Any) -> Engine:
    arguments = {"check_same_thread": False, "timeout": PATIENCE}
    return create_engine(url, module=sqlite.driver, connect_args=arguments, **pool)


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
