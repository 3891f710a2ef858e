"""Maintenance windows that people have opened by command; the planned ones stand in the configuration."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import insert, select, update

from netwatch.domain.model import Window
from netwatch.storage.schema import windows

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


@dataclass(frozen=True, slots=True)
class Opened:
    """A window, its number, and who opened it."""

    id: int
    actor: str
    window: Window


def add(tx: Connection, window: Window, actor: str) -> int:
    """Open a window."""
    row = {
        "title": window.title,
        "devices": sorted(window.devices),
        "start": window.start,
        "end": window.end,
        "actor": actor,
    }
    done = tx.execute(insert(windows).values(row))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return int(done.inserted_primary_key[0])


def overlapping(tx: Connection, start: datetime, end: datetime) -> tuple[Opened, ...]:
    """Return the windows in force at some time in [start, end)."""
    query = select(windows).where(windows.c.start < end, windows.c.end > start).order_by(windows.c.start)
    return tuple(
        Opened(row.id, row.actor, Window(row.title, frozenset(row.devices), row.start, row.end))
        for row in tx.execute(query)
    )


def end(tx: Connection, window: int, now: datetime) -> bool:
    """End a window early. False when there is none of that number in force or to come."""
    done = tx.execute(update(windows).where(windows.c.id == window, windows.c.end > now).values(end=now))
    return bool(done.rowcount)
