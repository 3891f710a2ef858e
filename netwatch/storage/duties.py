"""What was done of recurring duties: entries that are only ever added, each with its event in the journal."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select

from netwatch.domain.checklist import Answer, Verdict
from netwatch.domain.duties import Fulfilment, Mark
from netwatch.storage import events, records
from netwatch.storage.schema import entries as registered
from netwatch.storage.schema import fulfilments, storable

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import ColumnElement, Connection, Row

    from netwatch.storage.events import Entry

TAKEN_UP = "duty/{name}"
"""Under which it is kept since when a duty is known: what was due before then is nobody's fault."""


def add(tx: Connection, fulfilment: Fulfilment, entry: Entry) -> Fulfilment:
    """Record an entry and its event, and return it with the numbers of both."""
    event = events.add(tx, entry)
    row = {
        "duty": fulfilment.duty,
        "occurrence": fulfilment.occurrence,
        "scheduled": fulfilment.scheduled,
        "mark": fulfilment.mark.value,
        "whole": fulfilment.whole,
        "actor": fulfilment.actor,
        "at": fulfilment.at,
        "recorded_at": entry.recorded_at,
        "answers": [_plain(answer) for answer in fulfilment.answers],
        "devices": list(fulfilment.devices),
        "text": fulfilment.text,
        "entry_id": fulfilment.entry,
        "event_id": event,
    }
    done = tx.execute(insert(fulfilments).values(row))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return replace(fulfilment, id=int(done.inserted_primary_key[0]), event=int(event))


def of(tx: Connection, occurrence: str) -> tuple[Fulfilment, ...]:
    """Return the entries about one occurrence, in order."""
    duty = occurrence.partition("/")[0]
    return _read(tx, fulfilments.c.duty == duty, fulfilments.c.occurrence == occurrence)


def since(tx: Connection, scheduled: datetime, *, duty: str | None = None) -> tuple[Fulfilment, ...]:
    """Return the entries about what was scheduled since then, in order: of one duty, or of all."""
    wanted = [fulfilments.c.scheduled >= scheduled]
    return _read(tx, *wanted, *([fulfilments.c.duty == duty] if duty is not None else []))


def closings(tx: Connection, duty: str) -> tuple[datetime, ...]:
    """Return when the occurrences of a duty were closed, each once, in order of their entries."""
    query = (
        select(func.min(fulfilments.c.at))
        .where(fulfilments.c.duty == duty, fulfilments.c.whole, fulfilments.c.mark != Mark.SETTLED.value)
        .group_by(fulfilments.c.occurrence)
        .order_by(func.min(fulfilments.c.id))
    )
    return tuple(tx.execute(query).scalars())


def after(tx: Connection, number: int) -> tuple[Fulfilment, ...]:
    """Return the entries with a higher number, in order."""
    return _read(tx, fulfilments.c.id > number)


def within(tx: Connection, event: int, upto: int) -> tuple[Fulfilment, ...]:
    """Return the entries whose events have `event` < number <= `upto`, in order."""
    return _read(tx, fulfilments.c.event_id > event, fulfilments.c.event_id <= upto)


def newest(tx: Connection, most: int, *, duty: str | None = None) -> tuple[Fulfilment, ...]:
    """Return the newest entries, newest first."""
    query = select(fulfilments).order_by(fulfilments.c.id.desc()).limit(most)
    if duty is not None:
        query = query.where(fulfilments.c.duty == duty)
    return tuple(_fulfilment(row) for row in tx.execute(query))


def state_of_proof(tx: Connection, register: str, number: int) -> str | None:
    """Return the state of an entry of a register, None when there is none of that number."""
    query = select(registered.c.state).where(registered.c.id == number, registered.c.register == register)
    found: str | None = tx.execute(query).scalar()
    return found


def taken_up(tx: Connection, duty: str) -> datetime | None:
    """Return since when a duty is known; None when it is not yet."""
    kept = records.get(tx, TAKEN_UP.format(name=duty))
    return datetime.fromisoformat(kept) if kept else None


def take_up(tx: Connection, duties: Iterable[str], now: datetime) -> None:
    """Keep since when these duties are known, unless it is kept already."""
    for name in duties:
        if taken_up(tx, name) is None:
            records.put(tx, TAKEN_UP.format(name=name), now.isoformat())


def _read(tx: Connection, *wanted: ColumnElement[bool]) -> tuple[Fulfilment, ...]:
    query = select(fulfilments).where(*wanted).order_by(fulfilments.c.id)
    return tuple(_fulfilment(row) for row in tx.execute(query))


def _plain(answer: Answer) -> dict[str, Any]:
    return {
        "item": answer.item,
        "value": storable(answer.value),
        "verdict": answer.verdict.value,
        "remark": storable(answer.remark),
        "sensed": answer.sensed,
    }


def _fulfilment(row: Row[Any]) -> Fulfilment:
    return Fulfilment(
        duty=row.duty,
        occurrence=row.occurrence,
        scheduled=row.scheduled,
        mark=Mark(row.mark),
        actor=row.actor,
        at=row.at,
        whole=row.whole,
        answers=tuple(Answer(**{**each, "verdict": Verdict(each["verdict"])}) for each in row.answers),
        devices=tuple(row.devices),
        text=row.text,
        entry=row.entry_id,
        event=row.event_id,
        id=row.id,
    )
