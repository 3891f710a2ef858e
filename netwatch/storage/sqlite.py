"""Which SQLite is in use: a newer one than the system's, where a wheel exists."""

from __future__ import annotations

try:
    from pysqlite3 import dbapi2 as driver
except ImportError:
    import sqlite3 as driver

__all__ = ["SOUND", "driver", "sqlite_is_sound", "sqlite_version"]

SOUND = (3, 51, 3)
"""The first SQLite that cannot corrupt a WAL database when one connection checkpoints while another commits."""


def sqlite_version() -> tuple[int, ...]:
    """Return the version of the SQLite in use."""
    return tuple(int(part) for part in driver.sqlite_version.split("."))


def sqlite_is_sound(version: tuple[int, ...] | None = None) -> bool:
    """Whether a SQLite, by default the one in use, is free of that defect; it was mended in two older lines as well."""
    version = sqlite_version() if version is None else version
    return version >= SOUND or (3, 44, 6) <= version < (3, 45) or (3, 50, 7) <= version < (3, 51)
