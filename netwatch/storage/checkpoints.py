"""The rows that vouch for the audit log: signed checkpoints, and segments that were sealed and taken out."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select

from netwatch.domain.audit import Point
from netwatch.domain.checkpoints import Checkpoint, Segment
from netwatch.storage.schema import audit_checkpoints, audit_events, audit_segments

if TYPE_CHECKING:
    from sqlalchemy import Connection


def add(tx: Connection, checkpoint: Checkpoint) -> None:
    """Keep a checkpoint."""
    tx.execute(insert(audit_checkpoints).values(asdict(checkpoint)))


def last(tx: Connection) -> Checkpoint | None:
    """Return the newest checkpoint."""
    query = select(audit_checkpoints).order_by(audit_checkpoints.c.seq.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return None if row is None else Checkpoint(*tuple(row))


def after(tx: Connection, seq: int) -> tuple[Checkpoint, ...]:
    """Return the checkpoints at later events, in order."""
    query = select(audit_checkpoints).where(audit_checkpoints.c.seq > seq).order_by(audit_checkpoints.c.seq)
    return tuple(Checkpoint(*tuple(row)) for row in tx.execute(query))


def last_before(tx: Connection, at: int, after: int) -> Checkpoint | None:
    """Return the newest checkpoint, after an event, whose own event was recorded before some time."""
    query = (
        select(audit_checkpoints)
        .join(audit_events, audit_events.c.seq == audit_checkpoints.c.seq)
        .where(audit_events.c.at < at, audit_checkpoints.c.seq > after)
        .order_by(audit_checkpoints.c.seq.desc())
        .limit(1)
    )
    row = tx.execute(query).one_or_none()
    return None if row is None else Checkpoint(*tuple(row))


def waiting(tx: Connection, seq: int) -> tuple[int | None, int, tuple[str, ...]]:
    """Return of the events after one: when the oldest was recorded, how many there are, and their actions."""
    later = audit_events.c.seq > seq
    oldest, count = tx.execute(select(func.min(audit_events.c.at), func.count()).where(later)).one()
    actions = tx.execute(select(audit_events.c.action).where(later).distinct()).scalars()
    return oldest, int(count), tuple(actions)


def segments(tx: Connection) -> tuple[Segment, ...]:
    """Return every segment that was taken out, in order."""
    columns = [audit_segments.c[name] for name in Segment.__slots__]
    query = select(*columns).order_by(audit_segments.c.last)
    return tuple(Segment(*map(_sound, Segment.__slots__, row)) for row in tx.execute(query))


def _sound(name: str, value: Any) -> Any:
    """Return what a column of a segment may hold. SQLite keeps anything in any column."""
    kind = int if name in {"first", "last", "upto", "sealed_at"} else str
    return value if isinstance(value, kind) else kind()


def sealed(tx: Connection) -> Point:
    """Return where the last segment ends: there the chain of the database begins."""
    found = segments(tx)
    return Point(found[-1].last, found[-1].hash, found[-1].upto) if found else Point()


def seal(tx: Connection, segment: Segment) -> None:
    """Keep a segment's row, and take its events out: the database lets nobody delete any others."""
    tx.execute(insert(audit_segments).values(asdict(segment)))
    tx.execute(delete(audit_events).where(audit_events.c.seq <= segment.last))
