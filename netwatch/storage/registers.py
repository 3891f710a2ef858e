"""The registers' entries as they now are, and every step that made them so. A step is an event, too."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, func, insert, or_, select, update

from netwatch.domain.registers import Entry, EntryState, EntryStep
from netwatch.domain.vouching import stands
from netwatch.storage import audit
from netwatch.storage.schema import entries, steps

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

OVER = tuple(state.value for state in EntryState if state.over)


@dataclass(frozen=True, slots=True)
class Taken:
    """A step as it was taken: `event` is the number of its event in the journal."""

    entry: int
    step: EntryStep
    actor: str
    at: datetime
    event: int
    text: str = ""
    values: Mapping[str, str] | None = None


def add(tx: Connection, entry: Entry) -> int:
    """Record a new entry; return its number."""
    done = tx.execute(insert(entries).values(register=entry.register, **_row(entry)))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return int(done.inserted_primary_key[0])


def save(tx: Connection, entry: Entry, was: EntryState) -> bool:
    """Write what has become of an entry; False where somebody else has taken a step in the meantime."""
    query = update(entries).where(entries.c.id == entry.id, entries.c.state == was.value).values(_row(entry))
    return bool(tx.execute(query).rowcount)


def take(tx: Connection, entry: Entry, taken: Taken) -> None:
    """Record a step, and in the audit log what the entry is after it."""
    tx.execute(
        insert(steps).values(
            entry_id=taken.entry,
            event_id=taken.event,
            step=taken.step.value,
            actor=taken.actor,
            at=taken.at,
            text=taken.text or None,
            values=dict(taken.values) if taken.values else None,
        )
    )
    what = f"entry/{entry.id}"
    audit.record(
        tx,
        actor=taken.actor,
        action=f"register.{taken.step.value}",
        subject=what,
        detail={"register": entry.register, **stands(what, entry.state.value, entry.seal)},
        now=taken.at,
    )


def get(tx: Connection, number: int) -> Entry | None:
    """Return the entry of that number."""
    row = tx.execute(select(entries).where(entries.c.id == number)).one_or_none()
    return None if row is None else _entry(row)


def everything(tx: Connection) -> Iterator[Entry]:
    """Yield every one, the oldest first."""
    for row in tx.execute(select(entries).order_by(entries.c.id).execution_options(yield_per=500)):
        yield _entry(row)


def open_entries(tx: Connection, register: str | None = None) -> tuple[Entry, ...]:
    """Return the entries with which something still happens, and those that wait to be confirmed, the oldest first."""
    alive = entries.c.state.not_in(OVER) | (entries.c.state == EntryState.DONE.value)
    query = select(entries).where(alive).order_by(entries.c.id)
    if register is not None:
        query = query.where(entries.c.register == register)
    return tuple(_entry(row) for row in tx.execute(query))


def of(tx: Connection, register: str | None, start: datetime, end: datetime) -> tuple[Entry, ...]:
    """Return the entries that were written, or in progress, in [start, end), the oldest first."""
    began, ended = func.coalesce(entries.c.opened, entries.c.created), entries.c.closed
    lasting = and_(began < end, or_(ended.is_(None), ended >= start))
    query = select(entries).where(lasting).order_by(entries.c.id)
    if register is not None:
        query = query.where(entries.c.register == register)
    return tuple(_entry(row) for row in tx.execute(query))


def newest(tx: Connection, most: int, *, register: str | None = None, everything: bool = False) -> tuple[Entry, ...]:
    """Return the newest entries, newest first; those that are over only if asked for."""
    query = select(entries).order_by(entries.c.id.desc()).limit(most)
    if register is not None:
        query = query.where(entries.c.register == register)
    if not everything:
        query = query.where(entries.c.state.not_in(OVER))
    return tuple(_entry(row) for row in tx.execute(query))


def moved(tx: Connection, after: int, upto: int) -> Mapping[int, tuple[Taken, ...]]:
    """Return the steps whose events have `after` < number <= `upto`, by entry."""
    query = select(steps).where(steps.c.event_id > after, steps.c.event_id <= upto).order_by(steps.c.id)
    found: dict[int, tuple[Taken, ...]] = {}
    for row in tx.execute(query):
        found[row.entry_id] = (*found.get(row.entry_id, ()), _taken(row))
    return found


def history(tx: Connection, number: int) -> tuple[Taken, ...]:
    """Return every step of an entry, in order."""
    return tuple(
        _taken(row) for row in tx.execute(select(steps).where(steps.c.entry_id == number).order_by(steps.c.id))
    )


def several(tx: Connection, numbers: Sequence[int]) -> tuple[Entry, ...]:
    """Return some entries, by number."""
    if not numbers:
        return ()
    query = select(entries).where(entries.c.id.in_(list(numbers))).order_by(entries.c.id)
    return tuple(_entry(row) for row in tx.execute(query))


def _row(entry: Entry) -> dict[str, Any]:
    return {
        "state": entry.state.value,
        "values": dict(entry.values),
        "applicant": entry.applicant,
        "created": entry.created,
        "start": entry.start,
        "due": entry.due,
        "opened": entry.opened,
        "closed": entry.closed,
        "approved_by": entry.approved_by,
        "approved_at": entry.approved_at,
        "seconded_by": entry.seconded_by,
        "done_by": entry.done_by,
    }


def _entry(row: Row[Any]) -> Entry:
    names = ("register", "applicant", "created", "start", "due", "opened", "closed", "approved_by", "approved_at")
    said = {name: getattr(row, name) for name in (*names, "seconded_by", "done_by", "id")}
    return Entry(state=EntryState(row.state), values=dict(row._mapping["values"]), **said)  # noqa: SLF001


def _taken(row: Row[Any]) -> Taken:
    values = row._mapping["values"]  # noqa: SLF001 - a row's own `values` is a method
    return Taken(row.entry_id, EntryStep(row.step), row.actor, row.at, row.event_id, row.text or "", values)
