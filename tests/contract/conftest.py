"""The databases that must behave alike: a file of SQLite, and a real PostgreSQL."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from netwatch.storage.database import Database
from probes.secret import Secret
from tests.postgresql import PASSWORD, PostgreSql
from tests.tables import laid

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


@pytest.fixture(params=BOTH)
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Callable[[], Database]]:
    """Return a function that makes one more `Database` of the same, new database; each is closed at the end."""
    made: list[Database] = []
    if request.param == "sqlite":
        url, password = f"sqlite:///{laid(tmp_path / 'netwatch.db')}", None
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
