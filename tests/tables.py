"""A database with all tables and no rows, as every service finds it after its first start.

To make the tables takes a tenth of a second of the processor; a test that is not about that begins with a copy.
"""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from netwatch.storage.database import Database


@cache
def _made() -> bytes:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "netwatch.db")
        Database(f"sqlite:///{path}").open().close()
        assert not path.with_name("netwatch.db-wal").exists(), "all of it is in the file"
        return path.read_bytes()


def laid(path: Path) -> Path:
    """Lay such a database where a file of SQLite is to be, unless one is there; return its path."""
    if not path.exists():
        path.touch(0o600)
        path.write_bytes(_made())
    return path


def opened(url: str) -> Database:
    """Return a database of SQLite, open."""
    database = Database(url)
    assert database.path is not None
    laid(database.path)
    return database.open()
