"""Waivers: which deviation is waived, until when, and who answers for it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from netwatch.domain.drift.waiver import Waiver
from netwatch.storage.schema import waivers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row


def add(tx: Connection, waiver: Waiver) -> int:
    """Record a new one; return its number."""
    done = tx.execute(
        insert(waivers).values(
            finding_id=waiver.finding,
            fingerprint=waiver.fingerprint,
            owner=waiver.owner,
            granted_by=waiver.granted_by,
            granted_at=waiver.granted_at,
            until=waiver.until,
            reason=waiver.reason,
            ended=waiver.ended,
        )
    )
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return int(done.inserted_primary_key[0])


def end(tx: Connection, fingerprint: str, now: datetime) -> None:
    """Let the waiver of a deviation end."""
    which = (waivers.c.fingerprint == fingerprint) & waivers.c.ended.is_(None)
    tx.execute(update(waivers).where(which).values(ended=now))


def of(tx: Connection, fingerprint: str) -> Waiver | None:
    """Return the waiver of a deviation that has not ended; it may be past its time."""
    query = select(waivers).where(waivers.c.fingerprint == fingerprint, waivers.c.ended.is_(None))
    row = tx.execute(query).one_or_none()
    return None if row is None else _waiver(row)


def running(tx: Connection) -> tuple[Waiver, ...]:
    """Return all that have not ended, the next to end first."""
    query = select(waivers).where(waivers.c.ended.is_(None)).order_by(waivers.c.until, waivers.c.id)
    return tuple(_waiver(row) for row in tx.execute(query))


def _waiver(row: Row[Any]) -> Waiver:
    return Waiver(
        finding=row.finding_id,
        fingerprint=row.fingerprint,
        owner=row.owner,
        granted_by=row.granted_by,
        granted_at=row.granted_at,
        until=row.until,
        reason=row.reason,
        ended=row.ended,
        id=row.id,
    )
