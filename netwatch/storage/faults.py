"""Faults and what was decided about telling them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from sqlalchemy import and_, exists, func, insert, not_, or_, select, update

from netwatch.domain.model import Acknowledgement, CheckId, Fault, FaultId, Severity, Subject, Told
from netwatch.storage.checks import severity
from netwatch.storage.schema import decisions, faults

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

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


def opened_of(tx: Connection, device: str) -> tuple[Fault, ...]:
    """Return the open faults of one device, worst and oldest first."""
    query = select(faults).where(faults.c.device == device, faults.c.closed.is_(None))
    return tuple(_fault(row) for row in tx.execute(query.order_by(faults.c.severity.desc(), faults.c.opened)))


def leading(tx: Connection, most: int) -> tuple[Fault, ...]:
    """Return the open faults that no open fault in front explains, worst and oldest first."""
    query = select(faults).where(_leads()).order_by(faults.c.severity.desc(), faults.c.opened).limit(most)
    return tuple(_fault(row) for row in tx.execute(query))


def leading_counts(tx: Connection) -> dict[Severity, int]:
    """Return how many of those there are of each severity, worst first."""
    query = select(faults.c.severity, func.count()).where(_leads()).group_by(faults.c.severity)
    return {Severity(number): count for number, count in tx.execute(query.order_by(faults.c.severity.desc()))}


def hidden(tx: Connection) -> dict[FaultId, tuple[str, ...]]:
    """Return the devices whose open faults are explained, by the open fault in front of all of them."""
    front = faults.alias()
    tied = and_(front.c.id == faults.c.cause, front.c.closed.is_(None))
    query = select(faults.c.id, faults.c.cause, faults.c.device).join(front, tied).where(faults.c.closed.is_(None))
    rows = tx.execute(query.order_by(faults.c.device)).all()
    causes = {row.id: row.cause for row in rows}
    found: dict[FaultId, dict[str, None]] = {}
    for row in rows:
        found.setdefault(FaultId(_foremost(row.cause, causes)), {})[row.device] = None
    return {fault: tuple(names) for fault, names in found.items()}


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


def decide(tx: Connection, *decided: Decided) -> None:
    """Keep why somebody was told or not; many at once cost little more than one."""
    rows = [
        {
            "at": each.at,
            "fault_id": each.fault,
            "kind": each.kind,
            "told": each.told,
            "why": each.why,
            "person": each.person,
            "outbox_id": each.outbox,
        }
        for each in decided
    ]
    if rows:
        tx.execute(insert(decisions), rows)


def decisions_of(tx: Connection, fault: FaultId) -> tuple[Decided, ...]:
    """Return every decision about a fault, oldest first."""
    query = select(decisions).where(decisions.c.fault_id == fault).order_by(decisions.c.id)
    return tuple(
        Decided(row.at, FaultId(row.fault_id), row.kind, row.told, row.why, row.person, row.outbox_id)
        for row in tx.execute(query)
    )


def _leads() -> ColumnElement[bool]:
    front = faults.alias()
    explained = exists().where(front.c.id == faults.c.cause, front.c.closed.is_(None))
    return and_(faults.c.closed.is_(None), not_(explained))


def _foremost(fault: int, causes: Mapping[int, int]) -> int:
    passed: set[int] = set()
    while fault in causes and fault not in passed:
        passed.add(fault)
        fault = causes[fault]
    return fault


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
