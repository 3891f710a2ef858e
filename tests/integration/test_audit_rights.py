"""The audit log in a PostgreSQL whose owner is no superuser, as it should be: the rights are gone before any trigger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import psycopg
import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from netwatch.audit import retention
from netwatch.audit.signing import Signer
from netwatch.storage import audit, checkpoints
from netwatch.storage.database import Database
from probes.secret import Secret
from tests.postgresql import PostgreSql

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

pytestmark = pytest.mark.needs("postgres", "initdb")

OLD = datetime(2020, 1, 1, tzinfo=UTC)
LATER = OLD + timedelta(days=1200)


@pytest.fixture
def database() -> Iterator[Database]:
    """Return a database that belongs to a role of its own."""
    server = PostgreSql()
    try:
        server.start()
        with psycopg.connect(server._conninfo(), autocommit=True) as connection:
            connection.execute("CREATE ROLE app LOGIN PASSWORD 'app'")
            connection.execute("CREATE DATABASE app OWNER app")
        opened = Database(f"postgresql+psycopg://app@127.0.0.1:{server.port}/app", password=Secret("app")).open()
        yield opened
        opened.close()
    finally:
        server.remove()


def test_the_owner_may_add_and_take_out_what_is_sealed_and_nothing_else(database: Database, tmp_path: Path) -> None:
    signer = Signer(tmp_path / "keys")

    def fill(tx: Connection) -> None:
        for number in range(5):
            now = OLD + timedelta(seconds=number)
            audit.record(tx, actor="zhang", action="log", subject="", detail={}, now=now)
        checkpoints.add(tx, signer.checkpoint(audit.point(tx, 3), 1))

    database.write_now(fill)
    for statement, refusal in (
        ("UPDATE audit_events SET actor = 'li'", "permission denied"),
        ("TRUNCATE audit_events", "permission denied"),
        ("DELETE FROM audit_events", "never changed"),
        ("DELETE FROM audit_checkpoints", "permission denied"),
        ("UPDATE audit_segments SET last = 1", "permission denied"),
    ):
        with pytest.raises(DBAPIError, match=refusal):
            database.write_now(lambda tx, each=statement: tx.execute(text(each)))
    ripe = database.read_now(partial(retention.ripe, now=LATER, keep=timedelta(days=1000)))
    writing = partial(retention.write_out, what=ripe, folder=tmp_path / "sealed", signer=signer, now=LATER)
    segment = database.read_now(writing)
    database.write_now(partial(retention.take_out, segment=segment, actor="@service", now=LATER))
    assert [each.seq for each in database.read_now(lambda tx: list(audit.after(tx, 0)))] == [4, 5, 6]
