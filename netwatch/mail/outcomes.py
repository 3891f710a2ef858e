"""What is written down of each try."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.mail.delivery import Outcome, Refused, Taken
from netwatch.mail.desk import DIGEST
from netwatch.mail.forwarding import instead
from netwatch.mail.routing import KINDS
from netwatch.storage import events, faults, outbox
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.outbox import Delivery, Letter
from probes.api import Message, _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.mail.office import Office

EMPTY = Refused("the letter has no address or no content")


def record(tx: Connection, office: Office, letter: Letter, outcome: Outcome, now: datetime, *, news: bool) -> None:
    """Write what has become of a letter; one that is given up goes to somebody else instead.

    `news` is whether a failure is one that the journal does not know of yet.
    """
    outbox.save(tx, letter)
    if isinstance(outcome, Taken):
        _journal(tx, letter, EventKind.MAILED, Message(_("mail to {person}: {subject}"), _about(letter)), now)
    elif letter.state is Delivery.GIVEN_UP:
        text = Message(_("mail to {person} was given up: {error}"), {**_about(letter), "error": letter.error or ""})
        _journal(tx, letter, EventKind.MAIL_FAILED, text, now)
        if letter.kind in (*KINDS, DIGEST):
            instead(tx, office, letter, now)
    elif news:
        text = Message(_("mail to {person} has not left yet: {error}"), {**_about(letter), "error": letter.error or ""})
        _journal(tx, letter, EventKind.MAIL_FAILED, text, now)


def _about(letter: Letter) -> dict[str, str | int | float]:
    return {"person": letter.person or letter.recipient or "?", "subject": letter.subject or ""}


def _journal(tx: Connection, letter: Letter, kind: EventKind, summary: Message, now: datetime) -> None:
    fault = faults.get(tx, letter.fault) if letter.fault is not None else None
    device = fault.subject.device if fault else None
    data = {"outbox": letter.id, "person": letter.person, "kind": letter.kind}
    events.add(tx, Entry(kind, now, now, device=device, fault=letter.fault, summary=summary, data=data))
