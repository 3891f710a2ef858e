"""Single values that the service keeps for itself, by key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from netwatch.storage.schema import meta

if TYPE_CHECKING:
    from sqlalchemy import Connection


ALIVE = "alive_at"
"""Under which the service keeps when it last wrote, an ISO 8601 time."""


def get(tx: Connection, key: str) -> str | None:
    """Return what is kept under a key."""
    found: str | None = tx.execute(select(meta.c.value).where(meta.c.key == key)).scalar()
    return found


def put(tx: Connection, key: str, value: str) -> None:
    """Keep a value."""
    if not tx.execute(update(meta).where(meta.c.key == key).values(value=value)).rowcount:
        tx.execute(insert(meta).values(key=key, value=value))
