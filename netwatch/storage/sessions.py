"""What was found before booked sessions: lines of the journal, since each is said once and never changed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from netwatch.domain.sessions import Part, Preparation, Verdict
from netwatch.storage import events
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.schema import events as table
from probes.api import Message

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.domain import registers

AROUND = timedelta(days=8)
"""How far back it is looked for what was found last; no session lasts as long as that."""


@dataclass(frozen=True, slots=True)
class Prepared:
    """What was found before a session: the number of its entry, what it is about, when it begins."""

    entry: int
    what: str
    start: datetime
    at: datetime
    found: Preparation
    event: int = 0


def add(tx: Connection, session: registers.Entry, what: str, start: datetime, found: Preparation, now: datetime) -> int:
    """Record what was found; return the event's number."""
    data = {
        "entry": session.id,
        "register": session.register,
        "what": what,
        "start": start.isoformat(),
        "parts": [_plain(part) for part in found.parts],
    }
    return int(events.add(tx, Entry(EventKind.PREPARED, now, now, data=data)))


def last(tx: Connection, now: datetime) -> Mapping[int, Prepared]:
    """Return what was found last, by the number of the session's entry."""
    query = select(table).where(table.c.kind == EventKind.PREPARED.value, table.c.at >= now - AROUND)
    found = (_prepared(row.id, row.at, row.data) for row in tx.execute(query.order_by(table.c.id)))
    return {each.entry: each for each in found}


def within(tx: Connection, after: int, upto: int) -> tuple[Prepared, ...]:
    """Return what was found last of each session by the events with `after` < number <= `upto`."""
    query = select(table).where(table.c.kind == EventKind.PREPARED.value, table.c.id > after, table.c.id <= upto)
    found = (_prepared(row.id, row.at, row.data) for row in tx.execute(query.order_by(table.c.id)))
    return tuple({each.entry: each for each in found}.values())


def _plain(part: Part) -> dict[str, Any]:
    return {
        "device": part.device,
        "link": part.link,
        "verdict": part.verdict.value,
        "template": part.what.template,
        "values": dict(part.what.values),
    }


def _prepared(number: int, at: datetime, data: Mapping[str, Any]) -> Prepared:
    parts = tuple(
        Part(each["device"], each["link"], Verdict(each["verdict"]), Message(each["template"], each["values"]))
        for each in data["parts"]
    )
    return Prepared(data["entry"], data["what"], datetime.fromisoformat(data["start"]), at, Preparation(parts), number)
