"""Change requests as they now are. What one says never changes; each step of it is an event."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, or_, select, update

from netwatch.domain.drift.change_request import ChangeKind, ChangeRequest, ChangeState
from netwatch.domain.drift.permit import Scope
from netwatch.storage.schema import change_implementers, change_requests, change_targets

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row, Select

OVER = tuple(state.value for state in ChangeState if state.over)


def add(tx: Connection, request: ChangeRequest, event: int) -> int:
    """Record a new one; return its number."""
    said = {
        "kind": request.kind.value,
        "title": request.title,
        "reason": request.reason,
        "risk": request.risk,
        "rollback": request.rollback,
        "evidence": request.evidence,
        "requested_by": request.requested_by,
        "created": request.created,
        "start": request.start,
        "end": request.end,
        "emergency": request.emergency,
    }
    done = tx.execute(insert(change_requests).values(**said, **_standing(request), event_id=event))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    number = int(done.inserted_primary_key[0])
    targets = [
        {
            "change_id": number,
            "device": each.device,
            "group": each.group,
            "facets": list(each.facets),
            "paths": list(each.paths),
        }
        for each in request.targets
    ]
    people = [
        {"change_id": number, "person": person, "place": place} for place, person in enumerate(request.implementers)
    ]
    for table, rows in ((change_targets, targets), (change_implementers, people)):
        if rows:
            tx.execute(insert(table), rows)
    return number


def save(tx: Connection, request: ChangeRequest, was: ChangeState, event: int) -> bool:
    """Write where one stands; False where somebody else has taken a step in the meantime."""
    which = (change_requests.c.id == request.id) & (change_requests.c.state == was.value)
    return bool(tx.execute(update(change_requests).where(which).values(**_standing(request), event_id=event)).rowcount)


def get(tx: Connection, number: int) -> ChangeRequest | None:
    """Return the one of that number."""
    return next(iter(_read(tx, select(change_requests).where(change_requests.c.id == number))), None)


def everything(tx: Connection) -> tuple[ChangeRequest, ...]:
    """Return every one, the oldest first."""
    return _read(tx, select(change_requests))


def alive(tx: Connection) -> tuple[ChangeRequest, ...]:
    """Return those with which something is still to happen, the oldest first."""
    return _read(tx, select(change_requests).where(change_requests.c.state.not_in(OVER)))


def around(tx: Connection, start: datetime, end: datetime) -> tuple[ChangeRequest, ...]:
    """Return those whose window shares an instant with [start, end], the oldest first."""
    table = change_requests.c
    return _read(tx, select(change_requests).where(table.start <= end, table.end >= start))


def newest(tx: Connection, most: int, *, everything: bool = False) -> tuple[ChangeRequest, ...]:
    """Return the newest, newest first; those that are over only if asked for."""
    query = select(change_requests)
    if not everything:
        query = query.where(change_requests.c.state.not_in(OVER))
    numbers = select(
        query.with_only_columns(change_requests.c.id).order_by(change_requests.c.id.desc()).limit(most).subquery()
    )
    return tuple(reversed(_read(tx, select(change_requests).where(change_requests.c.id.in_(numbers)))))


def moved(tx: Connection, after: int, upto: int) -> tuple[ChangeRequest, ...]:
    """Return those whose last step is an event with `after` < number <= `upto`, or that are not over, by number."""
    table = change_requests.c
    stepped = (table.event_id > after) & (table.event_id <= upto)
    return _read(tx, select(change_requests).where(or_(stepped, table.state.not_in(OVER))))


def _read(tx: Connection, query: Select[Any]) -> tuple[ChangeRequest, ...]:
    rows = tx.execute(query.order_by(change_requests.c.id)).all()
    if not rows:
        return ()
    targets, people = _parts(tx, [row.id for row in rows])
    return tuple(_request(row, tuple(targets[row.id]), tuple(people[row.id])) for row in rows)


def _parts(tx: Connection, numbers: Sequence[int]) -> tuple[dict[int, list[Scope]], dict[int, list[str]]]:
    targets: dict[int, list[Scope]] = defaultdict(list)
    people: dict[int, list[str]] = defaultdict(list)
    of = change_targets.c.change_id.in_(numbers)
    for row in tx.execute(select(change_targets).where(of).order_by(change_targets.c.id)):
        targets[row.change_id].append(Scope(row.device, row.group, tuple(row.facets), tuple(row.paths)))
    by = change_implementers.c.change_id.in_(numbers)
    for row in tx.execute(select(change_implementers).where(by).order_by(change_implementers.c.place)):
        people[row.change_id].append(row.person)
    return targets, people


def _standing(request: ChangeRequest) -> dict[str, Any]:
    return {
        "state": request.state.value,
        "submitted": request.submitted,
        "judged_by": request.judged_by,
        "judged_at": request.judged_at,
        "judgement": request.judgement,
        "implemented_by": request.implemented_by,
        "implemented_at": request.implemented_at,
        "verified_by": request.verified_by,
        "verified_at": request.verified_at,
        "ended": request.ended,
    }


def _request(row: Row[Any], targets: tuple[Scope, ...], people: tuple[str, ...]) -> ChangeRequest:
    return ChangeRequest(
        kind=ChangeKind(row.kind),
        title=row.title,
        reason=row.reason,
        requested_by=row.requested_by,
        created=row.created,
        start=row.start,
        end=row.end,
        targets=targets,
        implementers=people,
        rollback=row.rollback,
        risk=row.risk,
        evidence=row.evidence,
        emergency=row.emergency,
        state=ChangeState(row.state),
        submitted=row.submitted,
        judged_by=row.judged_by,
        judged_at=row.judged_at,
        judgement=row.judgement,
        implemented_by=row.implemented_by,
        implemented_at=row.implemented_at,
        verified_by=row.verified_by,
        verified_at=row.verified_at,
        ended=row.ended,
        id=row.id,
    )
