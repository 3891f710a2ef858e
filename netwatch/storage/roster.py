"""The roster's rows: published months, and the exceptions that people asked for."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from netwatch.storage.schema import exceptions, publications
from roster.cover import Cover, CoverKind
from roster.exchange import Exchange, ExchangeKind, ExchangeState, settled
from roster.findings import Leave
from roster.layers import Post
from roster.publication import canonical, digest, restored

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, Row

    from roster.publication import Publication

COUNTS = tuple(state.value for state in ExchangeState if state.counts)
WAITS = tuple(state.value for state in ExchangeState if state.waits)


def publish(tx: Connection, publication: Publication, actor: str, now: datetime) -> tuple[int, str]:
    """Keep a month as it is; return its revision and digest."""
    last = tx.execute(select(func.max(publications.c.revision)).where(publications.c.month == publication.month))
    revision = int(last.scalar() or 0) + 1
    name = digest(publication)
    values = {"month": publication.month, "revision": revision, "slots": canonical(publication), "digest": name}
    tx.execute(insert(publications).values(**values, actor=actor, at=now))
    return revision, name


def published(tx: Connection) -> Mapping[str, Publication]:
    """Return every published month, as last published."""
    query = select(publications.c.month, publications.c.slots).order_by(publications.c.month, publications.c.revision)
    return {month: restored(slots) for month, slots in tx.execute(query)}


def add(tx: Connection, exchange: Exchange) -> int:
    """Record what somebody asks for; return its number."""
    done = tx.execute(insert(exceptions).values(_row(exchange)))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return int(done.inserted_primary_key[0])


def save(tx: Connection, exchange: Exchange, was: ExchangeState) -> bool:
    """Write what has become of it; False where somebody else has spoken in the meantime."""
    query = update(exceptions).where(exceptions.c.id == exchange.id, exceptions.c.state == was.value)
    return bool(tx.execute(query.values(_row(exchange))).rowcount)


def get(tx: Connection, number: int) -> Exchange | None:
    """Return the exception of that number."""
    row = tx.execute(select(exceptions).where(exceptions.c.id == number)).one_or_none()
    return None if row is None else _exchange(row)


def effective(tx: Connection, known: Iterable[Cover] = ()) -> tuple[Cover, ...]:
    """Return those covers and the ones of every exception that counts, or has counted for a time."""
    query = select(exceptions).where(
        exceptions.c.state.in_((*COUNTS, ExchangeState.CANCELLED.value))
        | ((exceptions.c.kind == ExchangeKind.TAKE.value) & (exceptions.c.state == ExchangeState.REJECTED.value))
    )
    return settled((_exchange(row) for row in tx.execute(query.order_by(exceptions.c.id))), known)


def waiting(tx: Connection) -> tuple[Exchange, ...]:
    """Return what waits for somebody's word, the oldest first."""
    query = select(exceptions).where(exceptions.c.state.in_(WAITS)).order_by(exceptions.c.id)
    return tuple(_exchange(row) for row in tx.execute(query))


def newest(tx: Connection, most: int) -> tuple[Exchange, ...]:
    """Return the newest exceptions, newest first."""
    return tuple(_exchange(row) for row in tx.execute(select(exceptions).order_by(exceptions.c.id.desc()).limit(most)))


def leaves(tx: Connection) -> tuple[Leave, ...]:
    """Return the leave that is granted."""
    query = select(exceptions).where(
        exceptions.c.kind == ExchangeKind.LEAVE.value, exceptions.c.state == ExchangeState.APPLIED.value
    )
    return tuple(Leave(row.applicant, row.start, row.end) for row in tx.execute(query))


def _row(exchange: Exchange) -> dict[str, Any]:
    return {
        "kind": exchange.kind.value,
        "state": exchange.state.value,
        "covers": [_plain(cover) for cover in exchange.covers],
        "applicant": exchange.applicant,
        "other": exchange.other or None,
        "start": exchange.start,
        "end": exchange.end,
        "reason": exchange.reason,
        "asked_at": exchange.asked_at,
        "agreed_at": exchange.agreed_at,
        "judged_by": exchange.judged_by or None,
        "judged_at": exchange.judged_at,
        "judgement": exchange.judgement or None,
    }


def _plain(cover: Cover) -> dict[str, Any]:
    return {
        "kind": cover.kind.value,
        "person": cover.person,
        "by": cover.by,
        "slot": cover.slot,
        "post": cover.post.value if cover.post else None,
        "start": cover.start.isoformat() if cover.start else None,
        "end": cover.end.isoformat() if cover.end else None,
        "reason": cover.reason,
    }


def _exchange(row: Row[Any]) -> Exchange:
    return Exchange(
        kind=ExchangeKind(row.kind),
        state=ExchangeState(row.state),
        applicant=row.applicant,
        covers=tuple(_cover(plain) for plain in row.covers),
        start=row.start,
        end=row.end,
        reason=row.reason,
        asked_at=row.asked_at,
        other=row.other or "",
        agreed_at=row.agreed_at,
        judged_by=row.judged_by or "",
        judged_at=row.judged_at,
        judgement=row.judgement or "",
        id=row.id,
    )


def _cover(plain: Mapping[str, Any]) -> Cover:
    return Cover(
        kind=CoverKind(plain["kind"]),
        person=plain["person"],
        by=plain["by"],
        slot=plain["slot"],
        post=Post(plain["post"]) if plain["post"] else None,
        start=datetime.fromisoformat(plain["start"]) if plain["start"] else None,
        end=datetime.fromisoformat(plain["end"]) if plain["end"] else None,
        reason=plain["reason"],
    )
