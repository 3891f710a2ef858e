"""What each facet was proposed and approved to be. What a baseline says never changes, only where it stands."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select, update

from netwatch.domain.drift.baseline import Baseline, BaselineState
from netwatch.storage.schema import baselines

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection, Row

APPROVED, PROPOSED = BaselineState.APPROVED.value, BaselineState.PROPOSED.value


def add(tx: Connection, baseline: Baseline) -> int:
    """Record a new one; return its number."""
    said = {
        "device": baseline.device,
        "facet": baseline.facet,
        "content": baseline.content,
        "rules": baseline.rules,
        "difference": baseline.difference,
        "change_id": baseline.change,
        "proposed_by": baseline.proposed_by,
        "proposed_at": baseline.proposed_at,
        "carried": baseline.carried,
    }
    done = tx.execute(insert(baselines).values(**said, **_standing(baseline)))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return int(done.inserted_primary_key[0])


def save(tx: Connection, baseline: Baseline, was: BaselineState) -> bool:
    """Write where one stands; False where somebody else has judged it in the meantime."""
    which = (baselines.c.id == baseline.id) & (baselines.c.state == was.value)
    return bool(tx.execute(update(baselines).where(which).values(_standing(baseline))).rowcount)


def get(tx: Connection, number: int) -> Baseline | None:
    """Return the one of that number."""
    return _first(tx, baselines.c.id == number)


def approved(tx: Connection, device: str, facet: str) -> Baseline | None:
    """Return the one in force."""
    return _first(tx, _of(device, facet), baselines.c.state == APPROVED)


def in_force(tx: Connection, devices: Iterable[str] | None = None) -> tuple[Baseline, ...]:
    """Return every one in force, or those of some devices, by device and facet."""
    query = select(baselines).where(baselines.c.state == APPROVED).order_by(baselines.c.device, baselines.c.facet)
    if devices is not None:
        query = query.where(baselines.c.device.in_(sorted(devices)))
    return tuple(_baseline(row) for row in tx.execute(query))


def devices_at(tx: Connection, moment: datetime) -> frozenset[str]:
    """Return the devices of which anything was in force at a moment."""
    was = baselines.c.state.in_((APPROVED, BaselineState.SUPERSEDED.value))
    then = (baselines.c.judged_at < moment) & (baselines.c.ended.is_(None) | (baselines.c.ended >= moment))
    return frozenset(tx.execute(select(baselines.c.device).where(was, then).distinct()).scalars())


def proposed(tx: Connection, device: str, facet: str) -> tuple[Baseline, ...]:
    """Return what is proposed for a facet, the oldest first."""
    query = select(baselines).where(_of(device, facet), baselines.c.state == PROPOSED).order_by(baselines.c.id)
    return tuple(_baseline(row) for row in tx.execute(query))


def of_change(tx: Connection, change: int) -> tuple[Baseline, ...]:
    """Return what was proposed for a change request, the oldest first."""
    query = select(baselines).where(baselines.c.change_id == change).order_by(baselines.c.id)
    return tuple(_baseline(row) for row in tx.execute(query))


def ever(tx: Connection, device: str, facet: str) -> frozenset[str]:
    """Return every content that was in force once."""
    was = baselines.c.state.in_((APPROVED, BaselineState.SUPERSEDED.value))
    return frozenset(tx.execute(select(baselines.c.content).where(_of(device, facet), was)).scalars())


def _of(device: str, facet: str) -> ColumnElement[bool]:
    return (baselines.c.device == device) & (baselines.c.facet == facet)


def _first(tx: Connection, *which: ColumnElement[bool]) -> Baseline | None:
    row = tx.execute(select(baselines).where(*which).order_by(baselines.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _baseline(row)


def _standing(baseline: Baseline) -> dict[str, Any]:
    return {
        "state": baseline.state.value,
        "judged_by": baseline.judged_by,
        "judged_at": baseline.judged_at,
        "judgement": baseline.judgement,
        "ended": baseline.ended,
        "seal": baseline.seal,
    }


def _baseline(row: Row[Any]) -> Baseline:
    return Baseline(
        device=row.device,
        facet=row.facet,
        content=row.content,
        rules=row.rules,
        proposed_by=row.proposed_by,
        proposed_at=row.proposed_at,
        difference=row.difference,
        change=row.change_id,
        state=BaselineState(row.state),
        judged_by=row.judged_by,
        judged_at=row.judged_at,
        judgement=row.judgement,
        ended=row.ended,
        seal=row.seal,
        carried=row.carried,
        id=row.id,
    )
