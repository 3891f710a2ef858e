"""What devices said, to the byte and encrypted, with the text that came of it.

Of each content the first and the last read are kept, of incomplete ones the last: what lies between says nothing more.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import delete, func, insert, select, update

from netwatch.storage.schema import captures

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

    from probes.api import Message


@dataclass(frozen=True, slots=True)
class Kept:
    """One read of one facet. `content` is the text that `rules` made of it, None where it was not complete."""

    device: str
    facet: str
    started: datetime
    finished: datetime
    trigger: str
    rules: str
    sealed: bytes
    content: str | None = None
    why: Message | None = None
    host_key: str = ""
    id: int = 0

    @property
    def complete(self) -> bool:
        """Whether it is proven to be all of it."""
        return self.why is None


def add(tx: Connection, kept: Kept) -> int:
    """Keep a read, in place of the last one where that said the same and was not the first to say it."""
    tx.execute(delete(captures).where(captures.c.id.in_(_needless(tx, kept))))
    done = tx.execute(
        insert(captures).values(
            device=kept.device,
            facet=kept.facet,
            started=kept.started,
            finished=kept.finished,
            trigger=kept.trigger,
            complete=kept.complete,
            why=kept.why,
            rules=kept.rules,
            content=kept.content,
            host_key=kept.host_key,
            sealed=kept.sealed,
        )
    )
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return int(done.inserted_primary_key[0])


def newest(tx: Connection, device: str, facet: str) -> Kept | None:
    """Return the last complete read of a facet."""
    return _last(tx, _of(device, facet), captures.c.complete)


def of_content(tx: Connection, device: str, facet: str, content: str) -> Kept | None:
    """Return the last read of a facet that gave this text."""
    return _last(tx, _of(device, facet), captures.c.content == content)


def get(tx: Connection, number: int) -> Kept | None:
    """Return the read of that number."""
    return _last(tx, captures.c.id == number)


def at(tx: Connection, device: str, facet: str, moment: datetime) -> Kept | None:
    """Return the last complete read of a facet until a moment, of those that are kept."""
    return _last(tx, _of(device, facet), captures.c.complete, captures.c.finished <= moment)


def made_by(tx: Connection, label: str) -> tuple[tuple[str, str, int], ...]:
    """Return (device, facet, number) of the complete reads whose text rules of that name and version have made."""
    query = select(captures.c.device, captures.c.facet, captures.c.id)
    rows = tx.execute(query.where(captures.c.rules == label, captures.c.complete).order_by(captures.c.id))
    return tuple((row.device, row.facet, row.id) for row in rows)


def rules(tx: Connection) -> tuple[str, ...]:
    """Return every name and version of rules that a kept text was made by."""
    query = select(captures.c.rules).where(captures.c.complete).distinct().order_by(captures.c.rules)
    return tuple(tx.execute(query).scalars())


def remade(tx: Connection, number: int, rules: str, content: str) -> None:
    """Write which text other rules have made of a read."""
    tx.execute(update(captures).where(captures.c.id == number).values(rules=rules, content=content))


def drop_before(tx: Connection, before: datetime, wanted: Iterable[tuple[str, str, str]]) -> int:
    """Drop reads older than that; return how many.

    The newest complete one of each facet stays, and the newest of each text in `wanted`, which are (device, facet,
    content): baselines that somebody has approved must always be told again from what the device said.
    """
    last = select(func.max(captures.c.id)).where(captures.c.complete).group_by(captures.c.device, captures.c.facet)
    spared = set(tx.execute(last).scalars())
    spared |= {kept.id for each in wanted if (kept := of_content(tx, *each)) is not None}
    old = tx.execute(select(captures.c.id).where(captures.c.finished < before)).scalars()
    gone = [number for number in old if number not in spared]
    for start in range(0, len(gone), _AT_ONCE):
        tx.execute(delete(captures).where(captures.c.id.in_(gone[start : start + _AT_ONCE])))
    return len(gone)


_AT_ONCE = 500


def _needless(tx: Connection, kept: Kept) -> list[int]:
    """Return the reads that say nothing more once this one is kept."""
    newest = select(captures.c.id, captures.c.content, captures.c.complete, captures.c.rules).where(
        _of(kept.device, kept.facet), captures.c.complete == kept.complete
    )
    rows = tx.execute(newest.order_by(captures.c.id.desc()).limit(2)).all()
    if not kept.complete:
        return [row.id for row in rows]
    same = [row for row in rows if (row.content, row.rules) == (kept.content, kept.rules)]
    return [rows[0].id] if len(same) == 2 else []  # noqa: PLR2004 - the first of them stays


def _of(device: str, facet: str) -> ColumnElement[bool]:
    return (captures.c.device == device) & (captures.c.facet == facet)


def _last(tx: Connection, *which: ColumnElement[bool]) -> Kept | None:
    row = tx.execute(select(captures).where(*which).order_by(captures.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _kept(row)


def everything(tx: Connection) -> Iterator[Kept]:
    """Yield the reads that are kept, the oldest first."""
    for row in tx.execute(select(captures).order_by(captures.c.id).execution_options(yield_per=20)):
        yield _kept(row)


def each(tx: Connection, device: str, facet: str) -> Iterator[Kept]:
    """Yield the reads of a facet that are kept, the oldest first."""
    for row in tx.execute(select(captures).where(_of(device, facet)).order_by(captures.c.id)):
        yield _kept(row)


def _kept(row: Row[Any]) -> Kept:
    return Kept(
        device=row.device,
        facet=row.facet,
        started=row.started,
        finished=row.finished,
        trigger=row.trigger,
        rules=row.rules,
        sealed=row.sealed,
        content=row.content,
        why=row.why,
        host_key=row.host_key,
        id=row.id,
    )
