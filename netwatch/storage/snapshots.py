"""What each facet was read to be, one row for each time that it became something else."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from netwatch.domain.drift.snapshot import Snapshot, parsed
from netwatch.storage import blobs
from netwatch.storage.schema import snapshots, storable
from probes.collect import Evidence, EvidenceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import ColumnElement, Connection, Row

    from probes.collect import Section

NEW = 0
"""The number of a snapshot that is not kept yet."""


def newest(tx: Connection, device: str, facet: str) -> Snapshot | None:
    """Return the last one that counts: what is read once only, and may be half of a change, does not."""
    return _last(tx, _of(device, facet), snapshots.c.settled.is_not(None))


def pending(tx: Connection, device: str, facet: str) -> Snapshot | None:
    """Return the last one that does not count; it may have been left behind since."""
    return _last(tx, _of(device, facet), snapshots.c.settled.is_(None))


def doubted(tx: Connection) -> set[tuple[str, str]]:
    """Return the devices and facets whose last read does not count yet."""
    later = snapshots.alias()
    left_behind = (
        select(later.c.id)
        .where(later.c.device == snapshots.c.device, later.c.facet == snapshots.c.facet)
        .where(later.c.settled.is_not(None), later.c.last_seen > snapshots.c.last_seen)
    )
    query = select(snapshots.c.device, snapshots.c.facet).where(snapshots.c.settled.is_(None), ~left_behind.exists())
    return {(row.device, row.facet) for row in tx.execute(query.distinct())}


def get(tx: Connection, number: int) -> Snapshot | None:
    """Return the one of that number."""
    return _last(tx, snapshots.c.id == number)


def at(tx: Connection, device: str, facet: str, moment: datetime) -> Snapshot | None:
    """Return what counted at a moment, or else had been read last then."""
    return _last(tx, _of(device, facet), snapshots.c.settled.is_not(None), snapshots.c.first_seen <= moment)


def history(tx: Connection, device: str, facet: str, most: int = 100) -> tuple[Snapshot, ...]:
    """Return those that count, newest first."""
    query = select(snapshots).where(_of(device, facet), snapshots.c.settled.is_not(None))
    return tuple(_snapshot(row) for row in tx.execute(query.order_by(snapshots.c.id.desc()).limit(most)))


def everything(
    tx: Connection, devices: Iterable[str] | None = None, facets: Iterable[str] | None = None
) -> tuple[Snapshot, ...]:
    """Return the newest that counts of each facet of each device, or of some, by device and facet."""
    which = [snapshots.c.settled.is_not(None)]
    if devices is not None:
        which.append(snapshots.c.device.in_(sorted(devices)))
    if facets is not None:
        which.append(snapshots.c.facet.in_(sorted(facets)))
    newest = select(func.max(snapshots.c.id)).where(*which).group_by(snapshots.c.device, snapshots.c.facet)
    query = select(snapshots).where(snapshots.c.id.in_(newest)).order_by(snapshots.c.device, snapshots.c.facet)
    return tuple(_snapshot(row) for row in tx.execute(query))


def facets(tx: Connection, device: str) -> tuple[str, ...]:
    """Return the facets of a device that were ever read, by name."""
    query = select(snapshots.c.facet).where(snapshots.c.device == device).distinct().order_by(snapshots.c.facet)
    return tuple(tx.execute(query).scalars())


def text_of(tx: Connection, snapshot: Snapshot) -> bytes:
    """Return the canonical text of a snapshot. StorageError where it was altered."""
    return blobs.get(tx, snapshot.content)


def sections_of(tx: Connection, snapshot: Snapshot) -> tuple[Section, ...]:
    """Return the sections of a snapshot. StorageError where its text was altered."""
    return parsed(text_of(tx, snapshot))


def add(tx: Connection, snapshot: Snapshot) -> int:
    """Keep a new one, whose text is kept already; return its number."""
    done = tx.execute(insert(snapshots).values(_row(snapshot)))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return int(done.inserted_primary_key[0])


def save(tx: Connection, snapshot: Snapshot) -> None:
    """Write what has become of one: it was read again, it counts, other rules make another text of it."""
    tx.execute(update(snapshots).where(snapshots.c.id == snapshot.id).values(_row(snapshot)))


def remade(tx: Connection, device: str, facet: str, made: Mapping[str, str], rules: str) -> None:
    """Let the texts that other rules make take the place of those of a facet: `made` says which became which."""
    query = select(snapshots.c.id, snapshots.c.content).where(_of(device, facet))
    for number, before in tx.execute(query).all():
        if before in made:
            row = update(snapshots).where(snapshots.c.id == number)
            tx.execute(row.values(content=made[before], rules=rules))


def _of(device: str, facet: str) -> ColumnElement[bool]:
    return (snapshots.c.device == device) & (snapshots.c.facet == facet)


def _last(tx: Connection, *which: ColumnElement[bool]) -> Snapshot | None:
    row = tx.execute(select(snapshots).where(*which).order_by(snapshots.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _snapshot(row)


def _row(snapshot: Snapshot) -> dict[str, Any]:
    return {
        "device": snapshot.device,
        "facet": snapshot.facet,
        "content": snapshot.content,
        "rules": snapshot.rules,
        "evidence": _told(snapshot.evidence),
        "saved_at": snapshot.saved_at,
        "saved_by": snapshot.saved_by,
        "encoding": snapshot.encoding,
        "previous_seen": snapshot.previous_seen,
        "first_seen": snapshot.first_seen,
        "last_seen": snapshot.last_seen,
        "reads": snapshot.reads,
        "settled": snapshot.settled,
    }


def _told(evidence: Iterable[Evidence]) -> list[dict[str, str | None]]:
    return [
        {
            "kind": each.kind.value,
            "at": each.at.isoformat() if each.at else None,
            "user": storable(each.user),
            "address": storable(each.address),
            "what": storable(each.what),
        }
        for each in evidence
    ]


def _evidence(row: dict[str, str | None]) -> Evidence:
    at = row["at"]
    return Evidence(
        EvidenceKind(row["kind"]),
        datetime.fromisoformat(at) if at else None,
        row["user"] or "",
        row["address"] or "",
        row["what"] or "",
    )


def _snapshot(row: Row[Any]) -> Snapshot:
    return Snapshot(
        id=row.id,
        device=row.device,
        facet=row.facet,
        content=row.content,
        rules=row.rules,
        first_seen=row.first_seen,
        last_seen=row.last_seen,
        previous_seen=row.previous_seen,
        evidence=tuple(_evidence(each) for each in row.evidence),
        saved_at=row.saved_at,
        saved_by=row.saved_by,
        encoding=row.encoding,
        reads=row.reads,
        settled=row.settled,
    )
