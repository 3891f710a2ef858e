"""What is known around a fault when a mail about it is written."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from netwatch.domain.model import BOOKS
from netwatch.domain.redundancy import because_of
from netwatch.domain.topology import behind
from netwatch.drift.deviation import deviation_of
from netwatch.storage import events, faults, overview
from netwatch.storage.events import EventKind

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.domain.model import DeviceState, Fault
    from netwatch.domain.notices import Kind
    from netwatch.drift.deviation import Deviation
    from netwatch.mail.office import Office
    from roster.cover import Shift

NOTES = 5
SAID = (EventKind.ACKNOWLEDGED, EventKind.RELEASED, EventKind.NOTE, EventKind.LOG)


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody wrote into a fault's case."""

    at: datetime
    who: str
    text: str


@dataclass(frozen=True, slots=True)
class Case:
    """A fault with its surroundings.

    `behind` are the titles of devices that are reached only through its device, `hanging` of those that it has cost
    an uplink and that go on over another.
    """

    fault: Fault
    title: str
    address: str = ""
    affects: str = ""
    runbook: str = ""
    behind: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    deviation: Deviation | None = None
    """How the device is not as approved, where the fault is about that."""
    hanging: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Told:
    """One fault of a digest, and what there is to tell of it."""

    kind: Kind
    case: Case


@dataclass(frozen=True, slots=True)
class Scene:
    """What is so at the time of writing, whatever the mail is about: the open faults, who is on duty, what devices are."""

    now: datetime
    opened: Mapping[int, Fault] = field(default_factory=dict)
    shifts: tuple[Shift, ...] = ()
    states: Mapping[str, DeviceState] = field(default_factory=dict)

    def others(self, *shown: Fault) -> int:
        """Return how many other faults are open, without those that are only behind another."""
        own = {number for number, fault in self.opened.items() if fault.cause is None}
        return len(own.difference(fault.id for fault in shown))


def scene(tx: Connection, office: Office, now: datetime) -> Scene:
    """Look around."""
    opened: dict[int, Fault] = {fault.id: fault for fault in faults.opened(tx)}
    return Scene(now, opened, office.shifts(now), overview.states(tx))


def gather(tx: Connection, office: Office, fault: Fault, seen: Scene) -> Case:
    """Return all that a mail tells of a fault, by what is so around."""
    case = outline(office, fault)
    written = [each for each in events.of_fault(tx, fault.id) if each.kind in SAID and each.text]
    notes = tuple(Note(each.at, office.called(each.actor or ""), each.text or "") for each in written[-NOTES:])
    device, away = fault.subject.device, fault.reachability and fault.open
    lost = behind(device, office.parents) if away else frozenset()
    hanging = because_of(device, office.parents, seen.states) if away else ()
    return Case(
        fault=_taken(office, fault),
        title=case.title,
        address=case.address,
        affects=case.affects,
        runbook=case.runbook,
        behind=tuple(title_of(office, name) for name in office.parents if name in lost),
        hanging=tuple(title_of(office, name) for name in hanging),
        notes=notes,
        deviation=deviation_of(tx, fault.subject),
    )


def _taken(office: Office, fault: Fault) -> Fault:
    """Return a fault with the name by which people call whoever has taken it."""
    held = fault.acknowledged
    return fault if held is None else replace(fault, acknowledged=replace(held, by=office.called(held.by)))


def outline(office: Office, fault: Fault) -> Case:
    """Return what the configuration alone says: enough for a line of a digest."""
    name = fault.subject.device
    device = office.devices.get(name)
    if device is None:
        return Case(fault, title_of(office, name))
    return Case(fault, title_of(office, name), device.address, device.affects or "", device.runbook or "")


def title_of(office: Office, name: str) -> str:
    """Return what people call a device."""
    device = office.devices.get(name)
    return (device.title if device else None) or BOOKS.get(name, name)
