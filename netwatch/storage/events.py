"""The journal: what happened, in the order in which it was recorded. It is only ever added to.

A fault's timeline, the duty log and the cut between two handover reports are all read from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from itertools import islice
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from netwatch.domain.model import EventId, FaultId
from netwatch.storage.schema import events

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from probes.api import Message


class EventKind(Enum):
    """What can happen."""

    OPENED = "opened"
    REOPENED = "reopened"
    CHANGED = "changed"
    CLOSED = "closed"
    FLAPPING = "flapping"
    CALM = "calm"
    ACKNOWLEDGED = "acknowledged"
    RELEASED = "released"
    NOTE = "note"
    TOLD = "told"
    NOT_TOLD = "not told"
    MAILED = "mailed"
    MAIL_FAILED = "mail failed"
    LOG = "log"
    WINDOW = "window"
    WINDOW_ENDED = "window ended"
    DEVICE = "device"
    HANDOVER = "handover"
    STARTED = "started"
    STOPPED = "stopped"
    RELOADED = "reloaded"
    REFUSED = "refused"
    ISOLATED = "isolated"
    CLOCK = "clock"
    HIDDEN = "hidden"
    CALENDAR = "calendar"
    ROSTER = "roster"
    REGISTER = "register"
    DUTY = "duty"
    SIGNED = "signed"
    REMARK = "remark"
    UNAPPROVED = "unapproved"
    EXPLAINED = "explained"
    PART = "part"
    REPORT = "report"
    PREPARED = "prepared"
    DRIFT = "drift"
    CHANGE = "change"
    BASELINE = "baseline"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the journal. `at` is when it happened, `recorded_at` when netwatch learned of it."""

    kind: EventKind
    at: datetime
    recorded_at: datetime
    device: str | None = None
    fault: FaultId | None = None
    actor: str | None = None
    level: str | None = None
    text: str | None = None
    """What a person wrote, as written."""
    summary: Message | None = None
    """What the program says of it."""
    data: Mapping[str, Any] | None = None
    id: EventId | None = None


def add(tx: Connection, entry: Entry) -> EventId:
    """Record what happened."""
    done = tx.execute(
        insert(events).values(
            kind=entry.kind.value,
            at=entry.at,
            recorded_at=entry.recorded_at,
            device=entry.device,
            fault_id=entry.fault,
            actor=entry.actor,
            level=entry.level,
            text=entry.text,
            summary=entry.summary,
            data=dict(entry.data) if entry.data is not None else None,
        )
    )
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return EventId(done.inserted_primary_key[0])


def last(tx: Connection) -> EventId:
    """Return the newest event's number, 0 when there is none."""
    return EventId(tx.execute(select(func.max(events.c.id))).scalar() or 0)


def get(tx: Connection, number: int) -> Entry | None:
    """Return the event of that number."""
    row = tx.execute(select(events).where(events.c.id == number)).one_or_none()
    return None if row is None else _entry(row)


@dataclass(frozen=True, slots=True)
class Sought:
    """What is looked for in the duty log: every word that is given, in [start, end)."""

    words: tuple[str, ...] = ()
    actor: str | None = None
    device: str | None = None
    fault: int | None = None
    level: str | None = None
    tag: str | None = None
    start: datetime | None = None
    end: datetime | None = None


SEARCHED = 20_000
"""So many entries are looked through for a tag, the newest first."""


def search(tx: Connection, sought: Sought, most: int) -> tuple[Entry, ...]:
    """Return the newest entries of the duty log that hold all that is sought, newest first."""
    query = select(events).where(events.c.kind == EventKind.LOG.value).order_by(events.c.id.desc())
    if sought.words or sought.tag is not None:
        # Whoever finds an entry by its words knows what it says.
        query = query.where(events.c.id.not_in(chained(tx)[1]))
    for word in sought.words:
        query = query.where(events.c.text.icontains(word, autoescape=True))
    for column, value in (("actor", sought.actor), ("device", sought.device), ("fault_id", sought.fault)):
        if value is not None:
            query = query.where(events.c[column] == value)
    if sought.level is not None:
        query = query.where(events.c.level == sought.level)
    if sought.start is not None:
        query = query.where(events.c.at >= sought.start)
    if sought.end is not None:
        query = query.where(events.c.at < sought.end)
    if sought.tag is None:
        return tuple(_entry(row) for row in tx.execute(query.limit(most)))
    tagged = (row for row in tx.execute(query.limit(SEARCHED)) if sought.tag in ((row.data or {}).get("tags") or ()))
    return tuple(_entry(row) for row in islice(tagged, most))


def chained(tx: Connection) -> tuple[Mapping[int, tuple[int, ...]], frozenset[int]]:
    """Return the corrections of each entry of the duty log, and the entries whose text is hidden."""
    query = select(events.c.id, events.c.kind, events.c.data).where(
        events.c.kind.in_((EventKind.LOG.value, EventKind.HIDDEN.value)), events.c.data.is_not(None)
    )
    corrections: dict[int, tuple[int, ...]] = {}
    hidden = set()
    for number, kind, data in tx.execute(query.order_by(events.c.id)):
        said = data or {}
        if kind == EventKind.HIDDEN.value and "hides" in said:
            hidden.add(int(said["hides"]))
        elif "corrects" in said:
            known = int(said["corrects"])
            corrections[known] = (*corrections.get(known, ()), number)
    return corrections, frozenset(hidden)


def between(tx: Connection, after: int, upto: int) -> tuple[Entry, ...]:
    """Return the events with `after` < number <= `upto`, in order."""
    query = select(events).where(events.c.id > after, events.c.id <= upto).order_by(events.c.id)
    return tuple(_entry(row) for row in tx.execute(query))


def of_fault(tx: Connection, fault: FaultId) -> tuple[Entry, ...]:
    """Return a fault's timeline."""
    return tuple(
        _entry(row) for row in tx.execute(select(events).where(events.c.fault_id == fault).order_by(events.c.id))
    )


def newest(tx: Connection, kinds: tuple[EventKind, ...], most: int) -> tuple[Entry, ...]:
    """Return the newest events of some kinds, newest first."""
    query = (
        select(events).where(events.c.kind.in_([kind.value for kind in kinds])).order_by(events.c.id.desc()).limit(most)
    )
    return tuple(_entry(row) for row in tx.execute(query))


def _entry(row: Row[Any]) -> Entry:
    return Entry(
        kind=EventKind(row.kind),
        at=row.at,
        recorded_at=row.recorded_at,
        device=row.device,
        fault=row.fault_id,
        actor=row.actor,
        level=row.level,
        text=row.text,
        summary=row.summary,
        data=row.data,
        id=EventId(row.id),
    )
