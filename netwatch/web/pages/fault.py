"""One fault: its case, its mails, and why people were told or not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.drift.deviation import deviation_of
from netwatch.drift.remedies import remedies
from netwatch.storage import events, faults, outbox, overview
from netwatch.web.pages import naming
from netwatch.web.pages.faults import FaultView, hangs_on, view

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.model import FaultId
    from netwatch.storage.events import Entry, EventKind
    from netwatch.storage.faults import Decided
    from netwatch.storage.outbox import Delivery, Letter
    from probes.api import Message

MOST = 500
"""How much of a long case is shown: its newest part."""


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the timeline."""

    at: datetime
    kind: EventKind
    actor: str
    summary: Message | None
    text: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail about the fault, or a notice that has no recipients yet."""

    kind: str
    to: str
    address: str
    state: Delivery
    created: datetime
    sent_at: datetime | None
    attempts: int
    error: str
    relay: str


@dataclass(frozen=True, slots=True)
class Why:
    """A decision to tell somebody or not, and its reason."""

    at: datetime
    kind: str
    person: str
    told: bool
    reason: Message


@dataclass(frozen=True, slots=True)
class FaultPage:
    """The page of one fault. `front` is the open fault that explains it."""

    fault: FaultView
    address: str
    front: FaultView | None
    lines: tuple[Line, ...]
    mails: tuple[Mail, ...]
    decisions: tuple[Why, ...]
    changed: tuple[Message, ...] = ()
    """What has changed on the device, in words, where that is the fault."""
    commands: tuple[tuple[str, str], ...] = ()
    """What can be typed about it: what that does, and the command."""


def fault_page(tx: Connection, settings: Settings, number: FaultId, now: datetime) -> FaultPage | None:
    """Return the page of a fault; None when there is none of that number."""
    fault = faults.get(tx, number)
    if fault is None:
        return None
    hidden = faults.hidden(tx).get(number, ()) if fault.open else ()
    decisions = faults.decisions_of(tx, number)[-MOST:]
    front = faults.get(tx, fault.cause) if fault.cause is not None and fault.open else None
    device = settings.devices.get(fault.subject.device)
    deviation = deviation_of(tx, fault.subject)
    hanging = hangs_on(settings, fault, overview.states(tx))
    return FaultPage(
        fault=view(settings, fault, now, hidden, overview.telling(tx, [number]).get(number), hanging),
        address=device.address if device else "",
        front=view(settings, front, now) if front is not None and front.open else None,
        lines=tuple(_line(settings, each) for each in events.of_fault(tx, number)[-MOST:]),
        mails=tuple(_mail(settings, each) for each in _letters(tx, number, decisions)),
        decisions=tuple(_why(settings, each) for each in decisions),
        changed=deviation.words() if deviation is not None else (),
        commands=remedies(fault, deviation),
    )


def _letters(tx: Connection, number: FaultId, decisions: tuple[Decided, ...]) -> list[Letter]:
    """Return the mails about a fault, also those that tell of others as well."""
    found = {letter.id: letter for letter in outbox.of_fault(tx, number)[-MOST:]}
    shared = {each.outbox for each in decisions if each.outbox is not None} - found.keys()
    found |= {letter.id: letter for each in shared if (letter := outbox.get(tx, each)) is not None}
    return [found[each] for each in sorted(found)]


def _line(settings: Settings, entry: Entry) -> Line:
    actor = naming.person(settings, entry.actor) if entry.actor else ""
    summary = naming.message(settings, entry.summary) if entry.summary else None
    return Line(entry.at, entry.kind, actor, summary, entry.text or "")


def _mail(settings: Settings, letter: Letter) -> Mail:
    return Mail(
        kind=letter.kind,
        to=naming.person(settings, letter.person) if letter.person else "",
        address=letter.recipient or "",
        state=letter.state,
        created=letter.created,
        sent_at=letter.sent_at,
        attempts=letter.attempts,
        error=letter.error or "",
        relay=letter.relay or "",
    )


def _why(settings: Settings, decided: Decided) -> Why:
    person = naming.person(settings, decided.person) if decided.person else ""
    return Why(decided.at, decided.kind, person, decided.told, naming.message(settings, decided.why))
