"""What people did, counted from the journal."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import func, select

from netwatch.storage.schema import events

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection


def counted(tx: Connection, start: datetime, end: datetime) -> int:
    """Return how many acts of people were recorded in [start, end)."""
    within = (events.c.recorded_at >= start) & (events.c.recorded_at < end) & events.c.actor.is_not(None)
    return int(tx.execute(select(func.count()).select_from(events).where(within)).scalar() or 0)
