"""Light questions of the status page: counts and few columns, so that ten thousand devices cost little to ask for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import func, select, text

from netwatch.domain.model import DeviceState, FaultId
from netwatch.storage.devices import Standing
from netwatch.storage.outbox import Delivery
from netwatch.storage.schema import decisions, devices, events, handovers, outbox, renderings, windows

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from probes.api import Message

T = TypeVar("T")

AT_ONCE = 500
"""How many names one statement asks for."""
WAITING = (Delivery.UNROUTED.value, Delivery.QUEUED.value)


@dataclass(frozen=True, slots=True)
class Mark:
    """What changes when anything that people are shown has changed. Only its equality means something."""

    parts: tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Delivered:
    """What has become of the newest mail about a fault to one person."""

    person: str
    state: Delivery
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Telling:
    """Who was told of a fault, each by their newest mail, and why nobody could be, if so decided last."""

    told: tuple[Delivered, ...] = ()
    unreached: Message | None = None


@dataclass(frozen=True, slots=True)
class Post:
    """The outbox in numbers."""

    waiting: int
    oldest: datetime | None
    given_up: int


@dataclass(frozen=True, slots=True)
class Report:
    """A handover report without its text."""

    id: int
    shift: str
    revision: int
    start: datetime
    end: datetime
    built_at: datetime
    pages: tuple[str, ...]
    """The languages in which its page is archived."""


def mark(tx: Connection) -> Mark:
    """Return the mark of what is recorded now."""
    waiting = select(func.count()).select_from(outbox).where(outbox.c.state.in_(WAITING))
    parts = (
        select(func.max(events.c.id)),
        select(func.max(decisions.c.id)),
        select(func.max(outbox.c.id)),
        waiting,
        select(func.max(handovers.c.id)),
        select(func.max(windows.c.id)),
        select(func.max(windows.c.end)),
        select(func.max(devices.c.since)),
        select(func.count()).select_from(devices),
    )
    row = tx.execute(select(*(part.scalar_subquery() for part in parts))).one()
    return Mark(tuple(row))


def states(tx: Connection) -> dict[str, DeviceState]:
    """Return what each device is, in one word."""
    known = {state.value: state for state in DeviceState}
    return {name: known[state] for name, state in tx.execute(select(devices.c.name, devices.c.state))}


def standings(tx: Connection, names: Sequence[str]) -> dict[str, Standing]:
    """Return some devices as they stand."""
    found = {}
    for part in _parts(names):
        for row in tx.execute(select(devices).where(devices.c.name.in_(part))):
            found[row.name] = Standing(row.name, DeviceState(row.state), row.since, row.reason, row.facts)
    return found


def telling(tx: Connection, numbers: Collection[FaultId]) -> dict[FaultId, Telling]:
    """Return who was told of some faults, by decision and mail, and why nobody could be."""
    columns = (decisions.c.fault_id, decisions.c.person, decisions.c.told, decisions.c.why)
    found: dict[FaultId, dict[str, Delivered]] = {}
    lost: dict[FaultId, Message | None] = {}
    for part in _parts(tuple(numbers)):
        query = select(*columns, outbox.c.state, outbox.c.sent_at).outerjoin(outbox)
        asked = query.where(decisions.c.fault_id.in_(part), decisions.c.kind != "quiet")
        for row in tx.execute(asked.order_by(decisions.c.id)):
            fault = FaultId(row.fault_id)
            if row.person is None:
                lost[fault] = None if row.told else row.why
            elif row.told and row.state is not None:
                found.setdefault(fault, {})[row.person] = Delivered(row.person, Delivery(row.state), row.sent_at)
    return {fault: Telling(tuple(found.get(fault, {}).values()), lost.get(fault)) for fault in {**found, **lost}}


def post(tx: Connection, since: datetime) -> Post:
    """Return what waits in the outbox, and what was given up since then."""
    waiting = outbox.c.state.in_(WAITING)
    count, oldest = tx.execute(select(func.count(), func.min(outbox.c.created)).where(waiting)).one()
    lost = select(func.count()).where(outbox.c.state == Delivery.GIVEN_UP.value, outbox.c.created >= since)
    return Post(count, oldest, tx.execute(lost).scalar() or 0)


def reports(tx: Connection, most: int) -> tuple[Report, ...]:
    """Return the newest handover reports, newest first."""
    columns = [handovers.c[name] for name in ("id", "shift", "revision", "start", "end", "built_at")]
    rows = tx.execute(select(*columns).order_by(handovers.c.id.desc()).limit(most)).all()
    pages: dict[int, list[str]] = {}
    asked = renderings.c.handover_id.in_([row.id for row in rows])
    query = select(renderings.c.handover_id, renderings.c.language).where(asked, renderings.c.format == "html")
    for number, language in tx.execute(query.order_by(renderings.c.language)):
        pages.setdefault(number, []).append(language)
    return tuple(
        Report(row.id, row.shift, row.revision, row.start, row.end, row.built_at, tuple(pages.get(row.id, ())))
        for row in rows
    )


def size(tx: Connection) -> int:
    """Return how many bytes the database takes, without what SQLite has not checkpointed yet."""
    if tx.dialect.name == "sqlite":
        query = "SELECT page_count * page_size FROM pragma_page_count, pragma_page_size"
    else:
        query = "SELECT pg_database_size(current_database())"
    return int(tx.execute(text(query)).scalar() or 0)


def _parts(values: Sequence[T]) -> Iterator[Sequence[T]]:
    return (values[begin : begin + AT_ONCE] for begin in range(0, len(values), AT_ONCE))
