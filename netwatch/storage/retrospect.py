"""What happened in a stretch of time, read back for reports: turns of faults, who took them up, shifts handed over."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import func, select

from netwatch.domain.model import FaultId
from netwatch.storage import signatures
from netwatch.storage.events import EventKind
from netwatch.storage.schema import events, handovers

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.storage.signatures import Signed

AT_ONCE = 500
TURNS = {EventKind.OPENED: True, EventKind.REOPENED: True, EventKind.CLOSED: False}


@dataclass(frozen=True, slots=True)
class Answered:
    """Who took a fault up first, and when."""

    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class HandedOver:
    """A revision of a handover report whose shift ended, with what was signed under it."""

    number: int
    shift: str
    revision: int
    start: datetime
    end: datetime
    digest: str
    signed: tuple[Signed, ...]


def turns(tx: Connection, faults: Iterable[FaultId]) -> Mapping[FaultId, tuple[tuple[datetime, bool], ...]]:
    """Return when each of some faults began and ended, in order: when, and whether it began."""
    found: dict[FaultId, tuple[tuple[datetime, bool], ...]] = {}
    kinds = {kind.value: begins for kind, begins in TURNS.items()}
    for part in _parts(faults):
        query = select(events.c.fault_id, events.c.at, events.c.kind).where(
            events.c.fault_id.in_(part), events.c.kind.in_(list(kinds))
        )
        for fault, at, kind in tx.execute(query.order_by(events.c.id)):
            found[FaultId(fault)] = (*found.get(FaultId(fault), ()), (at, kinds[kind]))
    return found


def answers(tx: Connection, faults: Iterable[FaultId]) -> Mapping[FaultId, Answered]:
    """Return who took each of some faults up first."""
    found: dict[FaultId, Answered] = {}
    for part in _parts(faults):
        query = select(events.c.fault_id, events.c.at, events.c.actor).where(
            events.c.fault_id.in_(part), events.c.kind == EventKind.ACKNOWLEDGED.value
        )
        for fault, at, actor in tx.execute(query.order_by(events.c.id)):
            found.setdefault(FaultId(fault), Answered(actor or "", at))
    return found


def handed_over(tx: Connection, start: datetime, end: datetime) -> tuple[HandedOver, ...]:
    """Return the revisions of handover reports that were archived of shifts that ended in (start, end], in order."""
    query = select(handovers).where(handovers.c.end > start, handovers.c.end <= end).order_by(handovers.c.id)
    rows = tx.execute(query).all()
    signed: dict[int, tuple[Signed, ...]] = {}
    for part in _parts(row.id for row in rows):
        signed.update(signatures.grouped(tx, part))
    return tuple(
        HandedOver(row.id, row.shift, row.revision, row.start, row.end, row.digest, signed.get(row.id, ()))
        for row in rows
    )


def beginning(tx: Connection) -> datetime | None:
    """Return when the journal begins; None where it is empty."""
    found: datetime | None = tx.execute(select(func.min(events.c.recorded_at))).scalar()
    return found


def _parts(numbers: Iterable[int]) -> Iterable[list[int]]:
    wanted = list(numbers)
    return (wanted[start : start + AT_ONCE] for start in range(0, len(wanted), AT_ONCE))
