"""What people add to a handover in words: next actions, items carried on, things to watch, counts, instructions."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, or_, select, update

from netwatch.storage.schema import remarks

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row


class RemarkKind(Enum):
    """What a remark is."""

    NEXT = "next"
    CARRY = "carry"
    WATCH = "watch"
    OBJECTS = "objects"
    INSTRUCTION = "instruction"


@dataclass(frozen=True, slots=True)
class Remark:
    """A row. One that stands until it is done is closed with a reason, by whoever did it."""

    kind: RemarkKind
    text: str
    actor: str
    at: datetime
    event: int
    fault: int | None = None
    due: datetime | None = None
    who: str | None = None
    phone: str | None = None
    closed_by: str | None = None
    closed_at: datetime | None = None
    closed_event: int | None = None
    closing: str | None = None
    id: int = 0


def add(tx: Connection, remark: Remark) -> int:
    """Record a remark."""
    done = tx.execute(
        insert(remarks).values(
            kind=remark.kind.value,
            fault_id=remark.fault,
            text=remark.text,
            due=remark.due,
            who=remark.who,
            phone=remark.phone,
            actor=remark.actor,
            at=remark.at,
            event_id=remark.event,
        )
    )
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return int(done.inserted_primary_key[0])


def close(tx: Connection, number: int, actor: str, at: datetime, event: int, why: str) -> bool:
    """Close a remark that stands; False where there is none such."""
    done = tx.execute(
        update(remarks)
        .where(remarks.c.id == number, remarks.c.closed_at.is_(None))
        .values(closed_by=actor, closed_at=at, closed_event=event, closing=why)
    )
    return bool(done.rowcount)


def get(tx: Connection, number: int) -> Remark | None:
    """Return the remark of that number."""
    row = tx.execute(select(remarks).where(remarks.c.id == number)).one_or_none()
    return None if row is None else _remark(row)


def standing(tx: Connection, *, since: int = 0) -> tuple[Remark, ...]:
    """Return what stands, and what was recorded after event `since` and stands no more."""
    query = select(remarks).where(or_(remarks.c.closed_at.is_(None), remarks.c.event_id > since)).order_by(remarks.c.id)
    return tuple(_remark(row) for row in tx.execute(query))


def next_actions(tx: Connection) -> Mapping[int, Remark]:
    """Return the newest next action of each fault."""
    query = select(remarks).where(remarks.c.kind == RemarkKind.NEXT.value).order_by(remarks.c.id)
    return {row.fault_id: _remark(row) for row in tx.execute(query) if row.fault_id is not None}


def _remark(row: Row[Any]) -> Remark:
    return Remark(
        kind=RemarkKind(row.kind),
        text=row.text,
        actor=row.actor,
        at=row.at,
        event=row.event_id,
        fault=row.fault_id,
        due=row.due,
        who=row.who,
        phone=row.phone,
        closed_by=row.closed_by,
        closed_at=row.closed_at,
        closed_event=row.closed_event,
        closing=row.closing,
        id=row.id,
    )
