"""The audit log: what people did and what became of it, recorded in the transaction of the change itself.

It is only ever added to; its rows are chained (`netwatch.domain.audit`), and the database refuses anything else.
"""

from __future__ import annotations

from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, text
from sqlalchemy.exc import DBAPIError

from netwatch.domain.audit import (
    BACKWARDS,
    GENESIS,
    SET_BACK,
    AuditEvent,
    Point,
    bounded,
    canonical,
    detailed,
    hashed,
    milliseconds,
)
from netwatch.errors import StorageError, UsageError
from netwatch.storage.schema import audit_events
from netwatch.storage.trouble import is_damage, is_unavailable, said
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

LOCK = 0x6E65_7461
"""Of PostgreSQL: whoever adds to the chain holds it until the commit. SQLite has one writer anyway."""
AT_ONCE = 1000
"""So many rows are in memory while the chain is walked."""


def record(
    tx: Connection,
    *,
    actor: str,
    action: str,
    subject: str,
    detail: Mapping[str, Any],
    now: datetime,
    address: str = "",
) -> int:
    """Add an event to the chain, in the transaction of what it tells; return its number.

    Names and texts are cut to what the log keeps. A secret in `detail` is kept as `***`, a float as its text.
    """
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    before = head(tx)
    seq, at = before.seq + 1, milliseconds(now)
    if before.at - at > BACKWARDS:
        # Honest clocks are set back now and then; one that goes back without a word is found by who verifies.
        detail = {**detail, SET_BACK: (before.at - at) // 1000}
    words = (bounded(actor, 64), bounded(address, 64), bounded(action, 64), bounded(subject, 200), detailed(detail))
    values = dict(zip(("actor", "address", "action", "subject", "detail"), words, strict=True))
    chained = hashed(canonical(seq, at, *words), before.hash)
    tx.execute(insert(audit_events).values(seq=seq, at=at, **values, prev_hash=before.hash, hash=chained))
    return seq


def head(tx: Connection) -> Point:
    """Return the newest event's place in the chain; that before the first where there is none."""
    query = select(audit_events.c.seq, audit_events.c.hash, audit_events.c.at)
    row = tx.execute(query.order_by(audit_events.c.seq.desc()).limit(1)).one_or_none()
    return Point(0, GENESIS, 0) if row is None else Point(row.seq, row.hash, row.at)


def count(tx: Connection, after: int = 0) -> int:
    """Return how many events there are after one."""
    query = select(func.count()).select_from(audit_events).where(audit_events.c.seq > after)
    return int(tx.execute(query).scalar() or 0)


def get(tx: Connection, seq: int) -> AuditEvent | None:
    """Return the event of that number."""
    row = tx.execute(select(audit_events).where(audit_events.c.seq == seq)).one_or_none()
    return None if row is None else _event(row)


def point(tx: Connection, seq: int) -> Point:
    """Return an event's place in the chain. Raises UsageError where there is no such event."""
    known = get(tx, seq)
    if known is None:
        raise UsageError(_("there is no event {number}"), number=seq)
    return Point(known.seq, known.hash, known.at)


def after(tx: Connection, seq: int, upto: int | None = None) -> Iterator[AuditEvent]:
    """Yield the events with a higher number, in order, without holding them all."""
    query = select(audit_events).where(audit_events.c.seq > seq).order_by(audit_events.c.seq)
    if upto is not None:
        query = query.where(audit_events.c.seq <= upto)
    with closing(tx.execute(query.execution_options(yield_per=AT_ONCE))) as rows:
        for row in rows:
            yield _event(row)


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which events are looked for; what is not given does not matter. `action` is its beginning."""

    actor: str | None = None
    action: str | None = None
    subject: str | None = None
    since: datetime | None = None


def newest(tx: Connection, wanted: Wanted, most: int) -> tuple[AuditEvent, ...]:
    """Return the newest events that are looked for, newest first."""
    query = select(audit_events).order_by(audit_events.c.seq.desc()).limit(most)
    if wanted.actor is not None:
        query = query.where(audit_events.c.actor == wanted.actor)
    if wanted.action is not None:
        query = query.where(audit_events.c.action.startswith(wanted.action, autoescape=True))
    if wanted.subject is not None:
        query = query.where(audit_events.c.subject.contains(wanted.subject, autoescape=True))
    if wanted.since is not None:
        query = query.where(audit_events.c.at >= milliseconds(wanted.since))
    return tuple(_event(row) for row in tx.execute(query))


def _event(row: Row[Any]) -> AuditEvent:
    """Return a row as an event. SQLite keeps anything in any column: what is of another kind cannot be ours."""
    seq, at, *texts = tuple(row)
    words = [each if isinstance(each, str) else repr(each) for each in texts]
    return AuditEvent(int(seq), at if isinstance(at, int) else -1, *words)


@contextmanager
def readable() -> Iterator[None]:
    """Say in one sentence that the log cannot be read: a table is gone, a text is none."""
    try:
        yield
    except DBAPIError as error:
        if is_unavailable(error) or is_damage(error):
            raise
        raise StorageError(_("the audit log cannot be read: {what}"), what=said(error)) from error
