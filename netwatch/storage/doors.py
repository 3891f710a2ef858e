"""How each way into each device stands: failures, the lock-out guard, host keys, what SNMP said last."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from netwatch.domain.drift.visit import Door
from netwatch.storage.schema import doors

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row


def get(tx: Connection, device: str, name: str) -> Door:
    """Return how one stands; one that nobody has tried is closed."""
    row = tx.execute(select(doors).where(doors.c.device == device, doors.c.name == name)).one_or_none()
    return Door(device, name) if row is None else _door(row)


def of_device(tx: Connection, device: str) -> tuple[Door, ...]:
    """Return those of a device, by name."""
    query = select(doors).where(doors.c.device == device).order_by(doors.c.name)
    return tuple(_door(row) for row in tx.execute(query))


def last_tried(tx: Connection) -> datetime | None:
    """Return when any of them was tried last."""
    last: datetime | None = tx.execute(select(func.max(doors.c.tried))).scalar_one()
    return last


def everything(tx: Connection) -> dict[tuple[str, str], Door]:
    """Return how all stand, by device and name."""
    return {(row.device, row.name): _door(row) for row in tx.execute(select(doors))}


def save(tx: Connection, door: Door) -> None:
    """Write how one stands, all but what SNMP said."""
    values = {
        "tried": door.tried,
        "opened": door.opened,
        "failures": door.failures,
        "since": door.since,
        "why": door.why,
        "guard": dict(door.guard),
        "host_key": door.host_key,
        "trusted_by": door.trusted_by,
        "trusted_at": door.trusted_at,
        "offered": door.offered,
        "offered_at": door.offered_at,
    }
    if not tx.execute(update(doors).where(_is(door.device, door.name)).values(values)).rowcount:
        tx.execute(insert(doors).values(device=door.device, name=door.name, ticks={}, **values))


def tick(tx: Connection, device: str, name: str, ticks: Mapping[str, Any]) -> None:
    """Write what SNMP said of the last change, and nothing else: a visit may be under way."""
    if not tx.execute(update(doors).where(_is(device, name)).values(ticks=dict(ticks))).rowcount:
        save(tx, Door(device, name))
        tick(tx, device, name, ticks)


def _is(device: str, name: str) -> ColumnElement[bool]:
    return (doors.c.device == device) & (doors.c.name == name)


def _door(row: Row[Any]) -> Door:
    return Door(
        device=row.device,
        name=row.name,
        tried=row.tried,
        opened=row.opened,
        failures=row.failures,
        since=row.since,
        why=row.why,
        guard=row.guard,
        host_key=row.host_key,
        trusted_by=row.trusted_by,
        trusted_at=row.trusted_at,
        offered=row.offered,
        offered_at=row.offered_at,
        ticks=row.ticks,
    )
