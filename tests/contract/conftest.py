"""The databases that must behave alike: a file of SQLite, and a real PostgreSQL."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import pytest

from netwatch.storage.database import Database
from probes.secret import Secret
from tests.postgresql import PASSWORD, PostgreSql

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

BOTH = ("sqlite", pytest.param("postgresql", marks=pytest.mark.needs("postgres", "initdb")))


@pytest.fixture(scope="session")
def postgresql() -> Iterator[PostgreSql]:
    """Start a server for the whole run."""
    server = PostgreSql()
    try:
        yield server.start()
    finally:
        server.remove()


@pytest.fixture(scope="session")
def tables(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file of SQLite with all tables and no rows: to make them takes a while, to copy them does not."""
    path = tmp_path_factory.mktemp("tables") / "netwatch.db"
    Database(f"sqlite:///{path}").open().close()
    return path


@pytest.fixture(params=BOTH)
def connect(request: pytest.FixtureRequest, tmp_path: Path, tables: Path) -> Iterator[Callable[[], Database]]:
    """Return a function that makes one more `Database` of the same, new database; each is closed at the end."""
    made: list[Database] = []
    if request.param == "sqlite":
        url, password = f"sqlite:///{tmp_path}/netwatch.db", None
        shutil.copy(tables, tmp_path / "netwatch.db")
    else:
        password = Secret(PASSWORD)
        url = request.getfixturevalue("postgresql").fresh(lambda url: Database(url, password=password).open().close())

    def one_more() -> Database:
        made.append(Database(url, password=password))
        return made[-1]

    yield one_more
    for each in made:
        each.close()


@pytest.fixture
def database(connect: Callable[[], Database]) -> Database:
    """Return an open, empty database of each kind."""
    return connect().open()
