"""Mails that go to somebody else than they were written for: the mailbox is dead, or the shift is over."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain.notices import Recipient, route
from netwatch.mail.envelope import name_of, redirected
from netwatch.mail.office import Office, duty
from netwatch.mail.recipients import base_of
from netwatch.storage import events, faults, identity, outbox
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.faults import Decided
from netwatch.storage.outbox import Delivery, Letter
from probes.api import Message, _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.domain.model import FaultId

OFF_DUTY = Message(_("went off duty before a relay took it; told to who is on duty now"))


def instead(tx: Connection, office: Office, lost: Letter, now: datetime) -> None:
    """Send a mail that was given up to the next who can be told: no notice ends with one dead mailbox."""
    others = _alike(tx, office, lost)
    if any(each.state in (Delivery.SENT, Delivery.QUEUED) for each in others):
        return
    failed = {each.person for each in others} | {lost.person}
    told = _meant(office, lost, now, office.reachable - failed)
    _forward(tx, office, lost, told, now)
    if not told:
        not_told(tx, lost, Message(_("it could be delivered to nobody: {error}"), {"error": lost.error or ""}), now)


def catch_up(tx: Connection, office: Office, digest: Letter, now: datetime) -> None:
    """Send a digest that has not left to who is on duty now, when its reader no longer is."""
    others = _alike(tx, office, digest)
    failed = {each.person for each in others if each.state is Delivery.GIVEN_UP}
    told = _meant(office, digest, now, office.reachable - failed)
    if not told or digest.person in {recipient.person for recipient in told}:
        return
    outbox.save(tx, replace(digest, state=Delivery.DROPPED, error=str(OFF_DUTY)))
    known = {each.person for each in others}
    _forward(tx, office, digest, tuple(each for each in told if each.person not in known), now)


def _alike(tx: Connection, office: Office, letter: Letter) -> tuple[Letter, ...]:
    """Return the mails of the same notice, to whomever."""
    base = base_of(letter)
    return outbox.of_keys(tx, [f"{base}/{person}" for person in {*office.people, letter.person}])


def _meant(office: Office, letter: Letter, now: datetime, reachable: frozenset[str]) -> tuple[Recipient, ...]:
    return route(duty(office.shifts(now)), letter.also, office.mail.fallback, reachable)[0]


def _forward(tx: Connection, office: Office, letter: Letter, told: tuple[Recipient, ...], now: datetime) -> None:
    name = identity.of(tx)
    for recipient in told:
        key = f"{base_of(letter)}/{recipient.person}"
        number = outbox.add(tx, _redirected(letter, office, recipient.person, key, name, now))
        if letter.fault is not None:
            why = recipient.why
            faults.decide(tx, Decided(now, letter.fault, letter.kind, True, why, recipient.person, number))


def _redirected(lost: Letter, office: Office, person: str, key: str, name: str, now: datetime) -> Letter:
    address = office.people[person].mail or ""
    message_id = name_of(name, key, office.mail.sender)
    return replace(
        lost,
        id=0,
        key=key,
        person=person,
        state=Delivery.QUEUED,
        next_at=now,
        deadline=now + office.mail.deadline,
        attempts=0,
        error=None,
        recipient=address,
        message_id=message_id,
        content=redirected(lost.content or b"", address, office.called(person), message_id),
    )


def not_told(tx: Connection, letter: Letter, why: Message, now: datetime) -> None:
    """Put into the journal that a notice reaches nobody."""
    known = faults.get(tx, letter.fault) if letter.fault is not None else None
    device = known.subject.device if known else None
    fault: FaultId | None = known.id if known else None
    events.add(tx, Entry(EventKind.NOT_TOLD, now, now, device=device, fault=fault, summary=why))
