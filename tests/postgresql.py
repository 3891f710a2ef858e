"""A real PostgreSQL for tests: its own folder, a loopback port, ended by its process."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg
import psycopg.errors

if TYPE_CHECKING:
    from collections.abc import Callable

PASSWORD = "c4n4ry-postgres"
WAIT = 30.0
FOLDERS = os.pathsep.join([os.environ["PATH"], *map(str, sorted(Path("/usr/lib/postgresql").glob("*/bin")))])


class PostgreSql:
    """One server. It refuses to run as root, so root lends it another user."""

    def __init__(self) -> None:
        self._as = {"user": _unprivileged(), "group": pwd.getpwnam(_unprivileged()).pw_gid} if os.getuid() == 0 else {}
        self.folder = Path(tempfile.mkdtemp(prefix="netwatch-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        self._made: str | None = None
        with closing(socket.create_server(("127.0.0.1", 0))) as free:
            self.port = free.getsockname()[1]

    def start(self) -> PostgreSql:
        """Make the server's files at the first call, start it, and wait until it answers."""
        if not (self.folder / "data").exists():
            self._initialise()
        arguments = {"port": self.port, "listen_addresses": "127.0.0.1", "unix_socket_directories": self.folder}
        options = [word for name, value in (arguments | {"fsync": "off"}).items() for word in ("-c", f"{name}={value}")]
        with (self.folder / "log").open("ab") as log:
            command = [_program("postgres"), "-D", str(self.folder / "data"), *options]
            self._process = subprocess.Popen(command, stderr=log, stdout=log, cwd="/", **self._as)
        deadline = time.monotonic() + WAIT
        while not self._answers():
            assert self._process.poll() is None, (self.folder / "log").read_text()
            assert time.monotonic() < deadline
        return self

    def stop(self) -> None:
        """End it at once, as a crash would."""
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(WAIT)
            self._process = None

    def remove(self) -> None:
        """End it and remove its files."""
        self.stop()
        shutil.rmtree(self.folder)

    def emptied(self) -> str:
        """Empty the database, and return its address without the password."""
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            connection.execute("SET client_min_messages = error; DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        return f"postgresql+psycopg://netwatch@127.0.0.1:{self.port}/postgres"

    def fresh(self, make: Callable[[str], None]) -> str:
        """Return the address of a database that has all tables and no rows; `make` makes the tables in an empty one.

        That takes most of a second, so they are made once, and emptied as long as they are what was made.
        """
        url = f"postgresql+psycopg://netwatch@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(self._conninfo(), autocommit=True) as connection:
            if self._made is None or self._made != _shape(connection):
                make(self.emptied())
                self._made = _shape(connection)
            else:
                # As a replica does it: no trigger that guards a row is asked, and no other table.
                connection.execute("; ".join(["SET session_replication_role = replica", *_emptying(connection)]))
        return url

    def _initialise(self) -> None:
        words = self.folder / "password"
        words.write_text(PASSWORD)
        if self._as:
            for path in (self.folder, words):
                os.chown(path, pwd.getpwnam(_unprivileged()).pw_uid, self._as["group"])
        command = [
            _program("initdb"), "-D", str(self.folder / "data"), "--username=netwatch", f"--pwfile={words}",
            "--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--no-instructions",
        ]  # fmt: skip
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd="/", **self._as)

    def _conninfo(self) -> str:
        return f"host=127.0.0.1 port={self.port} user=netwatch password={PASSWORD} dbname=postgres connect_timeout=5"

    def _answers(self) -> bool:
        try:
            psycopg.connect(self._conninfo()).close()
        except psycopg.OperationalError:
            return False
        return True


_SHAPE = """
SELECT md5(string_agg(line, ' ' ORDER BY line)) FROM (
    SELECT relname || relkind::text AS line FROM pg_class WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT relname || attname || atttypid || attnotnull FROM pg_attribute JOIN pg_class ON attrelid = pg_class.oid
        WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT relname || tgname || tgenabled::text FROM pg_trigger JOIN pg_class ON tgrelid = pg_class.oid
        WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT relname || conname FROM pg_constraint JOIN pg_class ON conrelid = pg_class.oid
        WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT proname || md5(prosrc) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT version_num FROM alembic_version
) AS lines
"""
"""Tables, columns, constraints, triggers and functions, and which step of the migrations they are from."""


def _shape(connection: psycopg.Connection[tuple[str, ...]]) -> str | None:
    try:
        found = connection.execute(_SHAPE).fetchone()
    except psycopg.errors.UndefinedTable:
        return None
    return found[0] if found else None


def _emptying(connection: psycopg.Connection[tuple[str, ...]]) -> list[str]:
    """Return the statements that take away all rows, and begin to number anew."""
    query = "SELECT relname, relkind::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S')"
    return [
        f'DELETE FROM "{name}"' if kind == "r" else f'ALTER SEQUENCE "{name}" RESTART'
        for name, kind in connection.execute(query)
        if name != "alembic_version"
    ]


def _program(name: str) -> str:
    found = shutil.which(name, path=FOLDERS)
    assert found is not None
    return found


def _unprivileged() -> str:
    try:
        return pwd.getpwnam("postgres").pw_name
    except KeyError:
        return "nobody"
