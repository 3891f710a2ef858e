"""Faults and what was decided about telling them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, insert, or_, select, update

from netwatch.domain.model import Acknowledgement, CheckId, Fault, FaultId, Severity, Subject, Told
from netwatch.storage.checks import severity
from netwatch.storage.schema import decisions, faults

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row

    from probes.api import Message


@dataclass(frozen=True, slots=True)
class Decided:
    """Why somebody was told, or was not. `person` is None where it concerns everybody."""

    at: datetime
    fault: FaultId
    kind: str
    told: bool
    why: Message
    person: str | None = None
    outbox: int | None = None


def add(tx: Connection, fault: Fault) -> Fault:
    """Record a new fault, and return it with its number."""
    done = tx.execute(insert(faults).values(_row(fault)))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return get(tx, FaultId(done.inserted_primary_key[0]))  # type: ignore[return-value] # it was just inserted


def save(tx: Connection, fault: Fault) -> None:
    """Write what has changed of a fault."""
    tx.execute(update(faults).where(faults.c.id == fault.id).values(_row(fault)))


def get(tx: Connection, fault: FaultId) -> Fault | None:
    """Return the fault of that number."""
    row = tx.execute(select(faults).where(faults.c.id == fault)).one_or_none()
    return None if row is None else _fault(row)


def open_of(tx: Connection, check: CheckId) -> Fault | None:
    """Return the open fault of a check."""
    row = tx.execute(select(faults).where(faults.c.check_id == check, faults.c.closed.is_(None))).one_or_none()
    return None if row is None else _fault(row)


def last_of(tx: Connection, check: CheckId) -> Fault | None:
    """Return the newest fault of a check, open or closed."""
    row = tx.execute(
        select(faults).where(faults.c.check_id == check).order_by(faults.c.id.desc()).limit(1)
    ).one_or_none()
    return None if row is None else _fault(row)


def opened(tx: Connection) -> tuple[Fault, ...]:
    """Return the open faults, worst and oldest first."""
    query = select(faults).where(faults.c.closed.is_(None)).order_by(faults.c.severity.desc(), faults.c.opened)
    return tuple(_fault(row) for row in tx.execute(query))


def unsettled(tx: Connection) -> tuple[Fault, ...]:
    """Return the faults about which something may have to be told: open ones, and closed ones whose end is not told."""
    told_open = faults.c.told.in_((Told.OPENED.value, Told.FLAPPING.value))
    query = select(faults).where(or_(faults.c.closed.is_(None), told_open)).order_by(faults.c.id)
    return tuple(_fault(row) for row in tx.execute(query))


def during(tx: Connection, start: datetime, end: datetime) -> tuple[Fault, ...]:
    """Return the faults that were open at some time in [start, end)."""
    still = or_(faults.c.closed.is_(None), faults.c.closed >= start)
    query = select(faults).where(and_(faults.c.opened < end, still)).order_by(faults.c.id)
    return tuple(_fault(row) for row in tx.execute(query))


def listed(tx: Connection, most: int, *, device: str | None = None) -> tuple[Fault, ...]:
    """Return the newest faults, newest first."""
    query = select(faults).order_by(faults.c.id.desc()).limit(most)
    if device is not None:
        query = query.where(faults.c.device == device)
    return tuple(_fault(row) for row in tx.execute(query))


def decide(tx: Connection, decided: Decided) -> None:
    """Keep why somebody was told or not."""
    tx.execute(
        insert(decisions).values(
            at=decided.at,
            fault_id=decided.fault,
            kind=decided.kind,
            told=decided.told,
            why=decided.why,
            person=decided.person,
            outbox_id=decided.outbox,
        )
    )


def decisions_of(tx: Connection, fault: FaultId) -> tuple[Decided, ...]:
    """Return every decision about a fault, oldest first."""
    query = select(decisions).where(decisions.c.fault_id == fault).order_by(decisions.c.id)
    return tuple(
        Decided(row.at, FaultId(row.fault_id), row.kind, row.told, row.why, row.person, row.outbox_id)
        for row in tx.execute(query)
    )


def _row(fault: Fault) -> dict[str, Any]:
    taken = fault.acknowledged
    return {
        "check_id": fault.subject.id,
        "device": fault.subject.device,
        "check": fault.subject.check,
        "meaning": fault.subject.meaning,
        "item": fault.subject.item,
        "reachability": fault.reachability,
        "severity": fault.severity,
        "worst": fault.worst,
        "summary": fault.summary,
        "opened": fault.opened,
        "confirmed": fault.confirmed,
        "closed": fault.closed,
        "reopened": fault.reopened,
        "acknowledged_by": taken.by if taken else None,
        "acknowledged_at": taken.at if taken else None,
        "acknowledged_text": taken.text if taken else None,
        "acknowledged_until": taken.until if taken else None,
        "cause": fault.cause,
        "flapping": fault.flapping,
        "told": fault.told.value if fault.told else None,
        "told_at": fault.told_at,
        "told_severity": fault.told_severity,
        "notices": fault.notices,
        "quiet": fault.quiet,
    }


def _fault(row: Row[Any]) -> Fault:
    taken = None
    if row.acknowledged_by is not None:
        taken = Acknowledgement(
            row.acknowledged_by, row.acknowledged_at, row.acknowledged_text or "", row.acknowledged_until
        )
    return Fault(
        id=FaultId(row.id),
        subject=Subject(row.device, row.check, row.meaning, row.item),
        severity=Severity(row.severity),
        worst=Severity(row.worst),
        summary=row.summary,
        opened=row.opened,
        confirmed=row.confirmed,
        closed=row.closed,
        reachability=row.reachability,
        reopened=row.reopened,
        acknowledged=taken,
        cause=row.cause,
        flapping=row.flapping,
        told=Told(row.told) if row.told else None,
        told_at=row.told_at,
        told_severity=severity(row.told_severity),
        notices=row.notices,
        quiet=row.quiet,
    )
