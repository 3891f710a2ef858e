"""Mail that waits, was sent, or was given up. A row is written in the transaction of what it tells."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from netwatch.storage.schema import outbox

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from netwatch.domain.model import FaultId


AT_ONCE = 500
"""So many numbers go into one statement."""


class Delivery(Enum):
    """What has become of a mail."""

    UNROUTED = "unrouted"
    """A notice whose recipients are found when it is due: who is on duty then."""
    QUEUED = "queued"
    SENT = "sent"
    GIVEN_UP = "given up"
    ROUTED = "routed"
    """A notice that has become mails to its recipients."""
    DROPPED = "dropped"
    """Overtaken before it left, such as a fault that recovered first."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One row of the outbox. `key` makes it unique; `content` is the mail as it goes out, frozen at the first try."""

    key: str
    kind: str
    created: datetime
    next_at: datetime
    deadline: datetime
    priority: int = 0
    fault: FaultId | None = None
    handover: int | None = None
    person: str | None = None
    also: tuple[str, ...] = ()
    state: Delivery = Delivery.UNROUTED
    attempts: int = 0
    error: str | None = None
    recipient: str | None = None
    message_id: str | None = None
    subject: str | None = None
    content: bytes | None = None
    sent_at: datetime | None = None
    relay: str | None = None
    id: int = 0


def add(tx: Connection, letter: Letter) -> int | None:
    """Queue a letter; None when its key is known already, since the same thing is never told twice."""
    known = tx.execute(select(outbox.c.id).where(outbox.c.key == letter.key)).scalar()
    if known is not None:
        return None
    done = tx.execute(insert(outbox).values(key=letter.key, **_row(letter)))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return int(done.inserted_primary_key[0])


def save(tx: Connection, letter: Letter) -> None:
    """Write what has become of a letter."""
    tx.execute(update(outbox).where(outbox.c.id == letter.id).values(_row(letter)))


def mark(tx: Connection, letters: Sequence[int], state: Delivery, error: str | None) -> None:
    """Write what has become of many letters at once."""
    for start in range(0, len(letters), AT_ONCE):
        part = letters[start : start + AT_ONCE]
        tx.execute(update(outbox).where(outbox.c.id.in_(part)).values(state=state.value, error=error))


def due(tx: Connection, now: datetime, state: Delivery, most: int) -> tuple[Letter, ...]:
    """Return the letters of a state whose time has come, the most urgent and then the oldest first."""
    query = (
        select(outbox)
        .where(outbox.c.state == state.value, outbox.c.next_at <= now)
        .order_by(outbox.c.priority.desc(), outbox.c.id)
        .limit(most)
    )
    return tuple(_letter(row) for row in tx.execute(query))


def next_due(tx: Connection) -> datetime | None:
    """Return when the next letter wants to go."""
    waiting = outbox.c.state.in_((Delivery.UNROUTED.value, Delivery.QUEUED.value))
    found: datetime | None = tx.execute(select(func.min(outbox.c.next_at)).where(waiting)).scalar()
    return found


def of_fault(tx: Connection, fault: FaultId) -> tuple[Letter, ...]:
    """Return every letter about a fault."""
    return tuple(
        _letter(row) for row in tx.execute(select(outbox).where(outbox.c.fault_id == fault).order_by(outbox.c.id))
    )


def of_keys(tx: Connection, keys: Sequence[str]) -> tuple[Letter, ...]:
    """Return the letters that have these keys, oldest first."""
    return tuple(_letter(row) for row in tx.execute(select(outbox).where(outbox.c.key.in_(keys)).order_by(outbox.c.id)))


def sent_since(tx: Connection, since: datetime, kinds: Sequence[str]) -> tuple[tuple[str, str, datetime], ...]:
    """Return person, kind and time of the mails of some kinds that left since then, oldest first."""
    # A sent letter's `next_at` is when it left: so the index of what is due finds it.
    query = (
        select(outbox.c.person, outbox.c.kind, outbox.c.sent_at)
        .where(outbox.c.state == Delivery.SENT.value, outbox.c.next_at >= since, outbox.c.kind.in_(kinds))
        .order_by(outbox.c.sent_at)
    )
    return tuple((row.person or "", row.kind, row.sent_at) for row in tx.execute(query))


def get(tx: Connection, letter: int) -> Letter | None:
    """Return the letter of that number."""
    row = tx.execute(select(outbox).where(outbox.c.id == letter)).one_or_none()
    return None if row is None else _letter(row)


def several(tx: Connection, letters: Iterable[int]) -> dict[int, Letter]:
    """Return the letters of those numbers that there are, in a few questions however many they be."""
    wanted = sorted(set(letters))
    found: dict[int, Letter] = {}
    for start in range(0, len(wanted), AT_ONCE):
        query = select(outbox).where(outbox.c.id.in_(wanted[start : start + AT_ONCE]))
        found |= {row.id: _letter(row) for row in tx.execute(query)}
    return found


def listed(tx: Connection, most: int) -> tuple[Letter, ...]:
    """Return the newest letters, newest first."""
    return tuple(_letter(row) for row in tx.execute(select(outbox).order_by(outbox.c.id.desc()).limit(most)))


def counts(tx: Connection) -> dict[Delivery, int]:
    """Return how many letters are in each state."""
    query = select(outbox.c.state, func.count()).group_by(outbox.c.state)
    return {Delivery(state): count for state, count in tx.execute(query)}


def oldest_waiting(tx: Connection) -> datetime | None:
    """Return when the oldest mail that has not left yet was written."""
    waiting = outbox.c.state.in_((Delivery.UNROUTED.value, Delivery.QUEUED.value))
    found: datetime | None = tx.execute(select(func.min(outbox.c.created)).where(waiting)).scalar()
    return found


def _row(letter: Letter) -> dict[str, Any]:
    return {
        "kind": letter.kind,
        "fault_id": letter.fault,
        "handover_id": letter.handover,
        "person": letter.person,
        "also": list(letter.also),
        "priority": letter.priority,
        "state": letter.state.value,
        "created": letter.created,
        "next_at": letter.next_at,
        "deadline": letter.deadline,
        "attempts": letter.attempts,
        "error": letter.error,
        "recipient": letter.recipient,
        "message_id": letter.message_id,
        "subject": letter.subject,
        "content": letter.content,
        "sent_at": letter.sent_at,
        "relay": letter.relay,
    }


def _letter(row: Row[Any]) -> Letter:
    return Letter(
        key=row.key,
        kind=row.kind,
        created=row.created,
        next_at=row.next_at,
        deadline=row.deadline,
        priority=row.priority,
        fault=row.fault_id,
        handover=row.handover_id,
        person=row.person,
        also=tuple(row.also or ()),
        state=Delivery(row.state),
        attempts=row.attempts,
        error=row.error,
        recipient=row.recipient,
        message_id=row.message_id,
        subject=row.subject,
        content=row.content,
        sent_at=row.sent_at,
        relay=row.relay,
        id=row.id,
    )
