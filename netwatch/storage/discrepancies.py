"""What happened that needs approval: explained by an entry of a register, judged by a leader, or still open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, or_, select, update

from netwatch.domain.approval import Discrepancy, Happened, Happening, Verdict
from netwatch.domain.drift.baseline import NETWATCH
from netwatch.domain.vouching import stands
from netwatch.storage import audit
from netwatch.storage.schema import discrepancies, storable

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from netwatch.domain.model import EventId

OPEN = Verdict.OPEN.value
LONGEST = 256
"""Characters of an item."""


def add(tx: Connection, found: Discrepancy, origin: EventId) -> int:
    """Record something that happened, once for each event that tells of it; return its number."""
    happened = found.happened
    done = tx.execute(
        insert(discrepancies).values(
            kind=happened.kind.value,
            device=happened.device,
            item=happened.item,
            other=happened.other,
            since=happened.since,
            at=happened.at,
            noticed=found.noticed,
            what=happened.what,
            origin_id=origin,
            event_id=found.event,
            **_verdict(found),
        )
    )
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    number = int(done.inserted_primary_key[0])
    _vouch(tx, replace(found, id=number), NETWATCH, found.noticed)
    return number


def judge(tx: Connection, found: Discrepancy) -> bool:
    """Write a judgement; False where it was judged before."""
    which = (discrepancies.c.id == found.id) & (discrepancies.c.state == OPEN)
    if not tx.execute(update(discrepancies).where(which).values(_verdict(found))).rowcount:
        return False
    _vouch(tx, found, found.judged_by or NETWATCH, found.judged_at or found.noticed)
    return True


def _vouch(tx: Connection, found: Discrepancy, actor: str, now: datetime) -> None:
    """Write into the audit log where it stands: what nobody approved is not made to look approved by hand."""
    what = f"unapproved/{found.id}"
    said = {"kind": found.happened.kind.value, "device": found.happened.device, "item": found.happened.item}
    detail = {**said, **stands(what, found.verdict.value, str(found.entry or "-"))}
    audit.record(tx, actor=actor, action=f"unapproved.{found.verdict.value}", subject=what, detail=detail, now=now)


def get(tx: Connection, number: int) -> Discrepancy | None:
    """Return the one of that number."""
    row = tx.execute(select(discrepancies).where(discrepancies.c.id == number)).one_or_none()
    return None if row is None else _discrepancy(row)


def of_origin(tx: Connection, origin: EventId) -> Discrepancy | None:
    """Return what came of an event, None where it was not looked at."""
    row = tx.execute(select(discrepancies).where(discrepancies.c.origin_id == origin)).one_or_none()
    return None if row is None else _discrepancy(row)


def last_of(tx: Connection, happened: Happened) -> Discrepancy | None:
    """Return the newest of the same kind, device and item."""
    table = discrepancies.c
    # The column cuts what is too long, and so does the question.
    item = storable(happened.item)[:LONGEST]
    same = (table.kind == happened.kind.value) & (table.device == happened.device) & (table.item == item)
    query = select(discrepancies).where(same).order_by(table.id.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return None if row is None else _discrepancy(row)


def opened(tx: Connection) -> tuple[Discrepancy, ...]:
    """Return those that nobody has judged, the oldest first."""
    query = select(discrepancies).where(discrepancies.c.state == OPEN).order_by(discrepancies.c.id)
    return tuple(_discrepancy(row) for row in tx.execute(query))


def waiting(tx: Connection) -> int:
    """Return how many nobody has judged."""
    return int(tx.execute(select(func.count()).where(discrepancies.c.state == OPEN)).scalar_one())


def moved(tx: Connection, after: int, upto: int) -> tuple[Discrepancy, ...]:
    """Return those that were recorded, or judged, by an event with `after` < number <= `upto`, the oldest first."""
    columns = (discrepancies.c.event_id, discrepancies.c.judged_event_id)
    within = or_(*((column > after) & (column <= upto) for column in columns))
    return tuple(_discrepancy(row) for row in tx.execute(select(discrepancies).where(within).order_by("id")))


def during(tx: Connection, start: datetime, end: datetime) -> tuple[Discrepancy, ...]:
    """Return those that were noticed in [start, end), the oldest first."""
    within = (discrepancies.c.noticed >= start) & (discrepancies.c.noticed < end)
    return tuple(_discrepancy(row) for row in tx.execute(select(discrepancies).where(within).order_by("id")))


def newest(tx: Connection, most: int) -> tuple[Discrepancy, ...]:
    """Return the newest, newest first, judged or not."""
    query = select(discrepancies).order_by(discrepancies.c.id.desc()).limit(most)
    return tuple(_discrepancy(row) for row in tx.execute(query))


def _verdict(found: Discrepancy) -> dict[str, Any]:
    return {
        "state": found.verdict.value,
        "entry_id": found.entry,
        "judged_by": found.judged_by,
        "judged_at": found.judged_at,
        "judgement": found.judgement or None,
        "judged_event_id": found.judged_event,
    }


def _discrepancy(row: Row[Any]) -> Discrepancy:
    return Discrepancy(
        happened=Happened(Happening(row.kind), row.device, row.item, row.since, row.at, row.what, row.other),
        noticed=row.noticed,
        verdict=Verdict(row.state),
        entry=row.entry_id,
        judged_by=row.judged_by,
        judged_at=row.judged_at,
        judgement=row.judgement or "",
        id=row.id,
        event=row.event_id,
        judged_event=row.judged_event_id,
    )
