"""Findings: one for each deviation of a facet from what was approved."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, or_, select, update

from netwatch.domain.drift.finding import Closing, Finding, FindingState, Told
from netwatch.domain.drift.verdict import Verdict
from netwatch.domain.model import Severity
from netwatch.storage.schema import findings, storable

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

CLOSED = FindingState.CLOSED.value


def add(tx: Connection, finding: Finding) -> int:
    """Record a new one; return its number. One that begins an episode gives it its number."""
    said = {
        "fingerprint": finding.fingerprint,
        "device": finding.device,
        "facet": finding.facet,
        "base": finding.base,
        "content": finding.content,
        "difference": finding.difference,
    }
    done = tx.execute(insert(findings).values(**said, **_standing(finding)))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    number = int(done.inserted_primary_key[0])
    if not finding.episode:
        tx.execute(update(findings).where(findings.c.id == number).values(episode=number))
    return number


def save(tx: Connection, finding: Finding) -> None:
    """Write what has become of one."""
    tx.execute(update(findings).where(findings.c.id == finding.id).values(_standing(finding)))


def get(tx: Connection, number: int) -> Finding | None:
    """Return the one of that number."""
    return _first(tx, findings.c.id == number)


def some(tx: Connection, numbers: Iterable[int]) -> Iterator[Finding]:
    """Yield those of these numbers, in no order."""
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), _AT_ONCE):
        query = select(findings).where(findings.c.id.in_(wanted[start : start + _AT_ONCE]))
        yield from map(_finding, tx.execute(query))


_AT_ONCE = 500


def of_fingerprint(tx: Connection, fingerprint: str) -> Finding | None:
    """Return the one of that deviation."""
    return _first(tx, findings.c.fingerprint == fingerprint)


def standing(tx: Connection, device: str, facet: str) -> Finding | None:
    """Return the one by which a facet deviates now."""
    return _first(tx, _of(device, facet), findings.c.state != CLOSED)


def stand(tx: Connection, devices: Iterable[str] | None = None) -> tuple[Finding, ...]:
    """Return all that stand, or those of some devices, by device and facet."""
    query = select(findings).where(findings.c.state != CLOSED).order_by(findings.c.device, findings.c.facet)
    if devices is not None:
        query = query.where(findings.c.device.in_(sorted(devices)))
    return tuple(_finding(row) for row in tx.execute(query))


def everything(tx: Connection) -> Iterator[Finding]:
    """Yield every one, the oldest first."""
    for row in tx.execute(select(findings).order_by(findings.c.id).execution_options(yield_per=500)):
        yield _finding(row)


def of_change(tx: Connection, change: int) -> tuple[Finding, ...]:
    """Return those that a change request explains or claims, the oldest first."""
    query = select(findings).where(findings.c.change_id == change).order_by(findings.c.id)
    return tuple(_finding(row) for row in tx.execute(query))


def changed(tx: Connection, changes: Iterable[int]) -> frozenset[int]:
    """Return those of some change requests by which something was seen to change."""
    query = select(findings.c.change_id).where(findings.c.change_id.in_(sorted(changes))).distinct()
    return frozenset(int(each) for each in tx.execute(query).scalars())


def history(tx: Connection, device: str, facet: str, most: int = 100) -> tuple[Finding, ...]:
    """Return those of a facet, newest first."""
    query = select(findings).where(_of(device, facet)).order_by(findings.c.id.desc()).limit(most)
    return tuple(_finding(row) for row in tx.execute(query))


def during(tx: Connection, start: datetime, end: datetime) -> tuple[Finding, ...]:
    """Return those that stood at any time from `start` on and before `end`, the oldest first."""
    then = (findings.c.opened < end) & (findings.c.closed.is_(None) | (findings.c.closed >= start))
    return tuple(_finding(row) for row in tx.execute(select(findings).where(then).order_by(findings.c.id)))


def moved(tx: Connection, after: int, upto: int) -> tuple[Finding, ...]:
    """Return those that were opened, judged or closed by an event with `after` < number <= `upto`, by number."""
    table = findings.c
    columns = (table.event_id, table.judged_event, table.closed_event)
    within = or_(*((column > after) & (column <= upto) for column in columns))
    return tuple(_finding(row) for row in tx.execute(select(findings).where(within).order_by(table.id)))


def waiting(tx: Connection) -> int:
    """Return how many are open and not authorised."""
    open_ = (findings.c.state == FindingState.OPEN.value) & (findings.c.verdict != Verdict.AUTHORISED.value)
    return int(tx.execute(select(func.count()).select_from(findings).where(open_)).scalar_one())


def _of(device: str, facet: str) -> ColumnElement[bool]:
    return (findings.c.device == device) & (findings.c.facet == facet)


def _first(tx: Connection, *which: ColumnElement[bool]) -> Finding | None:
    row = tx.execute(select(findings).where(*which).order_by(findings.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _finding(row)


def _standing(finding: Finding) -> dict[str, Any]:
    told = finding.told
    return {
        "verdict": told.verdict.value,
        "severity": int(told.severity),
        "summary": told.summary,
        "why": told.why,
        "risks": list(told.risks),
        "users": [storable(user) for user in told.users],
        "confidence": told.confidence,
        "change_id": told.change,
        "entry_id": told.entry,
        "low": finding.low,
        "high": finding.high,
        "opened": finding.opened,
        "state": finding.state.value,
        "closed": finding.closed,
        "closing": finding.closing.value if finding.closing else None,
        "judged_by": finding.judged_by,
        "judged_at": finding.judged_at,
        "judgement": finding.judgement,
        "reopened": finding.reopened,
        "episode": finding.episode,
        "event_id": finding.event,
        "judged_event": finding.judged_event,
        "closed_event": finding.closed_event,
    }


def _finding(row: Row[Any]) -> Finding:
    told = Told(
        verdict=Verdict(row.verdict),
        severity=Severity(row.severity),
        summary=row.summary,
        why=row.why,
        risks=tuple(row.risks),
        change=row.change_id,
        entry=row.entry_id,
        users=tuple(row.users),
        confidence=row.confidence,
    )
    return Finding(
        fingerprint=row.fingerprint,
        device=row.device,
        facet=row.facet,
        base=row.base,
        content=row.content,
        difference=row.difference,
        told=told,
        low=row.low,
        high=row.high,
        opened=row.opened,
        state=FindingState(row.state),
        closed=row.closed,
        closing=Closing(row.closing) if row.closing else None,
        judged_by=row.judged_by,
        judged_at=row.judged_at,
        judgement=row.judgement,
        reopened=row.reopened,
        episode=row.episode,
        event=row.event_id,
        judged_event=row.judged_event,
        closed_event=row.closed_event,
        id=row.id,
    )
