"""What is remembered of each check and item between observations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, delete, func, insert, select, update

from netwatch.domain.model import CheckId, CheckState, Health, Severity, Subject
from netwatch.storage.schema import checks

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection, Row


# Made once: building a statement for each row costs more than carrying it out.
_OTHERS = [column.name for column in checks.c if column.name != "id"]
_KNOWN = checks.c.id == bindparam("which")
_UPDATE = update(checks).where(_KNOWN).values({name: bindparam(name) for name in _OTHERS})
_SEEN = update(checks).where(_KNOWN).values(seen=bindparam("seen"))
_INSERT = insert(checks)


def everything(tx: Connection) -> dict[CheckId, CheckState]:
    """Return every state that is remembered."""
    return {state.subject.id: state for state in map(_state, tx.execute(select(checks)))}


def of_device(tx: Connection, device: str) -> tuple[CheckState, ...]:
    """Return what is remembered of one device's checks and items."""
    query = select(checks).where(checks.c.device == device).order_by(checks.c.id)
    return tuple(_state(row) for row in tx.execute(query))


def last_seen(tx: Connection) -> datetime | None:
    """Return when a device was last looked at; the books that people keep are none."""
    devices = checks.c.device.startswith("@").is_not(True)
    found: datetime | None = tx.execute(select(func.max(checks.c.seen)).where(devices)).scalar()
    return found


def save(tx: Connection, states: Iterable[CheckState]) -> None:
    """Write states, new or known."""
    for state in states:
        row = _row(state)
        if not tx.execute(_UPDATE, {"which": state.subject.id, **row}).rowcount:
            tx.execute(_INSERT, {"id": state.subject.id, **row})


def see(tx: Connection, states: Iterable[CheckState]) -> None:
    """Write only when states that are known already were last seen."""
    rows = [{"which": state.subject.id, "seen": state.seen} for state in states]
    if rows:
        tx.execute(_SEEN, rows)


def forget(tx: Connection, ids: Iterable[CheckId]) -> None:
    """Drop the states of checks that are no longer configured."""
    for check in ids:
        tx.execute(delete(checks).where(checks.c.id == check))


def _row(state: CheckState) -> dict[str, Any]:
    return {
        "device": state.subject.device,
        "check": state.subject.check,
        "meaning": state.subject.meaning,
        "item": state.subject.item,
        "health": state.health.value,
        "severity": state.severity,
        "against": state.against,
        "doubt": state.doubt,
        "doubt_since": state.doubt_since,
        "since": state.since,
        "seen": state.seen,
        "summary": state.summary,
        "value": state.value,
        "reachability": state.reachability,
        "flaps": state.flaps,
        "flaps_at": state.flaps_at,
        "flapping": state.flapping,
    }


def _state(row: Row[Any]) -> CheckState:
    return CheckState(
        subject=Subject(row.device, row.check, row.meaning, row.item),
        health=Health(row.health),
        severity=severity(row.severity),
        against=row.against,
        doubt=severity(row.doubt),
        doubt_since=row.doubt_since,
        since=row.since,
        seen=row.seen,
        summary=row.summary,
        value=row.value,
        reachability=row.reachability,
        flaps=row.flaps,
        flaps_at=row.flaps_at,
        flapping=row.flapping,
    )


def severity(number: int | None) -> Severity | None:
    """Return the severity of a stored number."""
    return None if number is None else Severity(number)
