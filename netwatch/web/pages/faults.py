"""Open faults, as they stand on the status page and at the head of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.redundancy import because_of
from netwatch.storage import faults, overview
from netwatch.storage.overview import Telling
from netwatch.web.pages import naming

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.model import DeviceState, Fault, FaultId, Severity
    from netwatch.storage.outbox import Delivery
    from probes.api import Message

MOST = 200
"""How many open faults are shown; the worst and oldest."""
FULLY = 12
"""How many of them are shown in full, if they are worth a mail; the others in one line each."""
NAMED = 12
"""How many of the devices behind a fault are named."""
RECENT = 100
"""How many closed faults the list shows."""


@dataclass(frozen=True, slots=True)
class Taken:
    """Who has acknowledged a fault."""

    by: str
    at: datetime
    text: str
    until: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """The newest mail about a fault to one person."""

    person: str
    state: Delivery
    sent_at: datetime | None


@dataclass(frozen=True, slots=True)
class Hidden:
    """A device that a fault keeps out of reach."""

    device: str
    title: str


@dataclass(frozen=True, slots=True)
class FaultView:
    """A fault with all that is to be known at a glance."""

    id: FaultId
    severity: Severity
    device: str
    title: str
    check: str
    summary: Message
    opened: datetime
    closed: datetime | None
    lasting: timedelta
    affects: str
    runbook: str
    taken: Taken | None
    hidden: tuple[Hidden, ...]
    hidden_count: int
    hanging: tuple[Hidden, ...]
    """The first of the devices that it has cost an uplink, and that go on over another."""
    hanging_count: int
    told: tuple[Told, ...]
    unreached: Message | None
    told_at: datetime | None
    quiet: Message | None
    flapping: bool
    reopened: int
    cause: FaultId | None

    @property
    def open(self) -> bool:
        """Whether it still is."""
        return self.closed is None


@dataclass(frozen=True, slots=True)
class OpenFaults:
    """The open faults that nothing in front explains: in full, in one line each, and how many there are in all."""

    full: tuple[FaultView, ...]
    short: tuple[FaultView, ...]
    counts: Mapping[Severity, int]
    untaken: int
    behind: int

    @property
    def total(self) -> int:
        """Return how many there are."""
        return sum(self.counts.values())

    @property
    def omitted(self) -> int:
        """Return how many are not shown."""
        return max(0, self.total - len(self.full) - len(self.short))

    @property
    def worst(self) -> Severity | None:
        """Return the severity of the worst."""
        return max(self.counts, default=None)


@dataclass(frozen=True, slots=True)
class FaultList:
    """The page of all faults: those open, and those closed last."""

    open: OpenFaults
    closed: tuple[FaultView, ...]


def open_faults(tx: Connection, settings: Settings, now: datetime) -> OpenFaults:
    """Return what is wrong now."""
    found = faults.leading(tx, MOST)
    hidden = faults.hidden(tx)
    told = overview.telling(tx, [fault.id for fault in found])
    hanging = hanging_of(tx, settings, found[:FULLY])
    views = [
        view(settings, each, now, hidden.get(each.id, ()), told.get(each.id), hanging.get(each.id, ()))
        for each in found
    ]
    full = sum(each.severity >= settings.mail.tell_from for each in views[:FULLY])
    return OpenFaults(
        full=tuple(views[:full]),
        short=tuple(views[full:]),
        counts=faults.leading_counts(tx),
        untaken=sum(each.taken is None for each in views),
        behind=len({name for names in hidden.values() for name in names}),
    )


def fault_list(tx: Connection, settings: Settings, now: datetime) -> FaultList:
    """Return the page of all faults."""
    closed = [fault for fault in faults.listed(tx, RECENT) if not fault.open]
    return FaultList(open_faults(tx, settings, now), tuple(view(settings, each, now) for each in closed))


def hanging_of(tx: Connection, settings: Settings, found: Sequence[Fault]) -> Mapping[FaultId, tuple[str, ...]]:
    """Return what has lost an uplink by each fault. Ask for those shown in full only: each looks through all devices."""
    if not any(each.reachability for each in found):
        return {}
    states = overview.states(tx)
    return {each.id: hangs_on(settings, each, states) for each in found}


def hangs_on(settings: Settings, fault: Fault, states: Mapping[str, DeviceState]) -> tuple[str, ...]:
    """Return the devices that a fault has cost an uplink, and that go on over another."""
    away = fault.open and fault.reachability
    return because_of(fault.subject.device, settings.parents, states) if away else ()


def view(
    settings: Settings,
    fault: Fault,
    now: datetime,
    hidden: tuple[str, ...] = (),
    telling: Telling | None = None,
    hanging: tuple[str, ...] = (),
) -> FaultView:
    """Return a fault as people are shown it."""
    telling = telling or Telling()
    device = settings.devices.get(fault.subject.device)
    return FaultView(
        id=fault.id,
        severity=fault.severity,
        device=fault.subject.device,
        title=naming.device(settings, fault.subject.device),
        check=fault.subject.check,
        summary=naming.message(settings, fault.summary),
        opened=fault.opened,
        closed=fault.closed,
        lasting=(fault.closed or now) - fault.opened,
        affects=(device.affects or "") if device else "",
        runbook=(device.runbook or "") if device else "",
        taken=_taken(settings, fault, now),
        hidden=tuple(Hidden(name, naming.device(settings, name)) for name in naming.in_order(settings, hidden)[:NAMED]),
        hidden_count=len(hidden),
        hanging=tuple(Hidden(name, naming.device(settings, name)) for name in hanging[:NAMED]),
        hanging_count=len(hanging),
        told=tuple(Told(naming.person(settings, each.person), each.state, each.sent_at) for each in telling.told),
        unreached=telling.unreached,
        told_at=fault.told_at if fault.told is not None else None,
        quiet=naming.message(settings, fault.quiet) if fault.quiet else None,
        flapping=fault.flapping,
        reopened=fault.reopened,
        cause=fault.cause,
    )


def _taken(settings: Settings, fault: Fault, now: datetime) -> Taken | None:
    """Return who has it; an acknowledgement that has run out is none."""
    taken = fault.acknowledged
    if taken is None or (taken.until is not None and taken.until <= now):
        return None
    return Taken(naming.person(settings, taken.by), taken.at, taken.text, taken.until)
