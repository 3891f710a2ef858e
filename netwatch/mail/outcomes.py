"""What is written down of each try, and when a relay that is away is tried again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from netwatch.mail.delivery import PROBE, Later, Outcome, Refused, Taken, pause
from netwatch.mail.forwarding import instead
from netwatch.mail.routing import DIGEST, KINDS
from netwatch.storage import events, faults, outbox
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.outbox import Delivery, Letter
from probes.api import Message, _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.mail.office import Office

EMPTY = Refused("the letter has no address or no content")
IN_A_ROW = 3
"""So many mails that fail in their own transaction, one after another, are the relay's failure."""
CHOICE = 1000


class Probing:
    """Whether relays are away, and when one is tried again."""

    def __init__(self) -> None:
        self.away = False
        self.again = datetime.min.replace(tzinfo=UTC)
        self._failed = 0
        self._in_a_row = 0

    def heard(self, outcome: Outcome, now: datetime) -> None:
        """Take note of how a try went."""
        if not isinstance(outcome, Later):
            self.over()
            return
        self._in_a_row += 1
        if outcome.away or self.away or self._in_a_row >= IN_A_ROW:
            self.away = True
            self._failed += 1
            self.again = now + min(pause(self._failed), PROBE)

    def over(self) -> None:
        """Relays are there, as far as is known."""
        self.away = False
        self._failed = self._in_a_row = 0


def probe(tx: Connection, now: datetime) -> Letter | None:
    """Return the letter to try a relay with: the most urgent and oldest of those least often tried.

    Not always the same one: a relay may stumble over one mail, and that must not hold up all others.
    """
    waiting = outbox.due(tx, now.replace(year=now.year + 1, day=1), Delivery.QUEUED, CHOICE)
    return min(waiting, key=lambda letter: (letter.attempts, -letter.priority, letter.id), default=None)


def record(tx: Connection, office: Office, letter: Letter, outcome: Outcome, now: datetime) -> None:
    """Write what has become of a letter; one that is given up goes to somebody else instead."""
    outbox.save(tx, letter)
    if isinstance(outcome, Taken):
        _journal(tx, letter, EventKind.MAILED, Message(_("mail to {person}: {subject}"), _about(letter)), now)
    elif letter.state is Delivery.GIVEN_UP:
        text = Message(_("mail to {person} was given up: {error}"), {**_about(letter), "error": letter.error or ""})
        _journal(tx, letter, EventKind.MAIL_FAILED, text, now)
        if letter.kind in (*KINDS, DIGEST):
            instead(tx, office, letter, now)
    elif letter.attempts == 1:
        text = Message(_("mail to {person} has not left yet: {error}"), {**_about(letter), "error": letter.error or ""})
        _journal(tx, letter, EventKind.MAIL_FAILED, text, now)


def _about(letter: Letter) -> dict[str, str | int | float]:
    return {"person": letter.person or letter.recipient or "?", "subject": letter.subject or ""}


def _journal(tx: Connection, letter: Letter, kind: EventKind, summary: Message, now: datetime) -> None:
    fault = faults.get(tx, letter.fault) if letter.fault is not None else None
    device = fault.subject.device if fault else None
    data = {"outbox": letter.id, "person": letter.person, "kind": letter.kind}
    events.add(tx, Entry(kind, now, now, device=device, fault=letter.fault, summary=summary, data=data))
