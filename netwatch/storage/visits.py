"""How reading each facet of each device stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from netwatch.domain.drift.visit import Visit
from netwatch.storage.schema import visits

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row


def get(tx: Connection, device: str, facet: str, now: datetime) -> Visit:
    """Return how a facet stands; one that was never read begins now."""
    row = tx.execute(select(visits).where(visits.c.device == device, visits.c.facet == facet)).one_or_none()
    return Visit(device, facet, tried=now) if row is None else _visit(row)


def of_device(tx: Connection, device: str) -> dict[tuple[str, str], Visit]:
    """Return how those of a device stand, by device and facet."""
    query = select(visits).where(visits.c.device == device)
    return {(row.device, row.facet): _visit(row) for row in tx.execute(query)}


def everything(tx: Connection) -> dict[tuple[str, str], Visit]:
    """Return how all stand, by device and facet."""
    return {(row.device, row.facet): _visit(row) for row in tx.execute(select(visits))}


def save(tx: Connection, visit: Visit) -> None:
    """Write how one stands."""
    values = {
        "tried": visit.tried,
        "completed": visit.completed,
        "suspects": visit.suspects,
        "since": visit.since,
        "why": visit.why,
        "shrunk": visit.shrunk,
        "shrinks": visit.shrinks,
    }
    which = (visits.c.device == visit.device) & (visits.c.facet == visit.facet)
    if not tx.execute(update(visits).where(which).values(values)).rowcount:
        tx.execute(insert(visits).values(device=visit.device, facet=visit.facet, **values))


def _visit(row: Row[Any]) -> Visit:
    return Visit(
        row.device, row.facet, row.tried, row.completed, row.suspects, row.since, row.why, row.shrunk, row.shrinks
    )
