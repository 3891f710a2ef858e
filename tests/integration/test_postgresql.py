"""A PostgreSQL that goes away and comes back, and a service that was cut off from it."""

from __future__ import annotations

import os
import subprocess
import sys
from functools import partial
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from netwatch.errors import AlreadyRunning, StorageUnavailable, UsageError
from netwatch.storage import records
from netwatch.storage.database import Database
from probes.secret import Secret
from tests.postgresql import PASSWORD, PostgreSql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

pytestmark = pytest.mark.needs("postgres", "initdb")


@pytest.fixture(scope="module")
def server() -> Iterator[PostgreSql]:
    running = PostgreSql()
    try:
        yield running.start()
    finally:
        running.remove()


@pytest.fixture
def database(server: PostgreSql) -> Iterator[Database]:
    opened = Database(server.emptied(), password=Secret(PASSWORD)).open()
    yield opened
    opened.close()


def another(of: Database) -> Database:
    return Database(of.url.render_as_string(hide_password=True).replace(":***", ""), password=Secret(PASSWORD))


def put(database: Database, key: str) -> None:
    database.write_now(partial(records.put, key=key, value="x"))


def get(database: Database, key: str) -> str | None:
    return database.read_now(partial(records.get, key=key))


def cut_off(database: Database) -> None:
    """End the writer's session on the server, as a firewall or an administrator would."""

    def end_others(tx: Connection) -> None:
        own = "application_name = '' AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        tx.execute(text(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE {own}"))

    database.read_now(end_others)


def test_a_server_that_restarts_costs_nothing_that_was_committed(server: PostgreSql, database: Database) -> None:
    put(database, "before")
    server.stop()
    for _try in range(2):
        with pytest.raises(StorageUnavailable, match="cannot be used now"):
            put(database, "lost")
        with pytest.raises(StorageUnavailable, match="cannot be used now"):
            get(database, "before")
    server.start()
    put(database, "after")
    assert [get(database, key) for key in ("before", "lost", "after")] == ["x", None, "x"]


def test_no_error_shows_the_password(server: PostgreSql, database: Database) -> None:
    server.stop()
    with pytest.raises(StorageUnavailable) as caught:
        put(database, "lost")
    server.start()
    error: BaseException | None = caught.value
    while error is not None:
        assert PASSWORD not in f"{error} {error!r} {error.args}"
        error = error.__cause__ or error.__context__


def test_a_service_that_was_cut_off_writes_again_only_if_nobody_else_does(database: Database) -> None:
    put(database, "before")
    cut_off(database)
    other = another(database).open()
    with pytest.raises(StorageUnavailable, match="another session writes to it"):
        put(database, "both")
    other.close()
    put(database, "after")
    with pytest.raises(AlreadyRunning):
        another(database).open()
    assert [get(database, key) for key in ("before", "both", "after")] == ["x", None, "x"]


def test_a_service_that_no_command_could_reach_says_so_and_does_not_start(server: PostgreSql, tmp_path: Path) -> None:
    config = tmp_path / "config.toml"
    config.write_text(f'[storage]\nurl = "{server.emptied()}"\npassword = "{PASSWORD}"\n')
    config.chmod(0o600)
    done = subprocess.run(
        [sys.executable, "-m", "netwatch", "run", "--config", str(config)],
        env={**os.environ, "LANG": "C.UTF-8", "RUNTIME_DIRECTORY": str(tmp_path / "run")},
        capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == UsageError.exit_code
    assert done.stderr.startswith(
        f"{tmp_path}/run, where commands reach the service, is not there or cannot be written: "
    )
    assert done.stderr.count("\n") == 1
