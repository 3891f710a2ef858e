"""Writes mails into the outbox, and into the record why each was written or not: within one transaction."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.notices import Kind
from netwatch.drift.deviation import deviations_of
from netwatch.mail import compose
from netwatch.mail.case import Told, gather, outline
from netwatch.mail.compose import Reader
from netwatch.mail.forwarding import OFF_DUTY, not_told
from netwatch.storage import faults, identity, outbox
from netwatch.storage.faults import Decided
from netwatch.storage.outbox import Delivery
from probes.api import Message, _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.mail.case import Scene
    from netwatch.mail.envelope import Composed
    from netwatch.mail.office import Office
    from netwatch.mail.recipients import Addressed, Notice
    from netwatch.mail.sorting import Slip
    from netwatch.storage.outbox import Letter

log = structlog.get_logger()

DIGEST = "digest"
NOBODY_AGAIN = timedelta(minutes=5)
"""How soon it is tried again when nobody can be told: a shift may begin."""
OVERTAKEN = Message(_("overtaken by a later notice of the same fault before it left"))
NOBODY = Message(_("nobody can be told: nobody on duty has a mail address, and there is no fallback"))


class Desk:
    """Where the mails of one round are written."""

    def __init__(self, tx: Connection, office: Office, scene: Scene) -> None:
        self._tx = tx
        self._office = office
        self._now = scene.now
        self._identity = identity.of(tx)
        self._scene = scene
        self._decided: list[Decided] = []
        self._done: dict[tuple[Delivery, str | None], list[int]] = {}

    def close(self) -> None:
        """Write down what was kept back to be written in one go: in a storm it is ten thousand rows."""
        faults.decide(self._tx, *self._decided)
        for (state, error), letters in self._done.items():
            outbox.mark(self._tx, letters, state, error)

    def overtaken(self, slip: Slip) -> None:
        """Drop a mail that a later notice has made needless."""
        if slip.queued is not None:
            self._mark(slip.queued, Delivery.DROPPED, str(OVERTAKEN))
        self._decide(slip, OVERTAKEN, told=False, letter=slip.queued.id if slip.queued else None)

    def single(self, slip: Slip) -> None:
        """Write a mail about one fault; one that is written already goes now, as it is."""
        if slip.queued is not None:
            if slip.queued.next_at > self._now:
                outbox.save(self._tx, replace(slip.queued, next_at=self._now))
            return
        reader = self._reader(slip.person, f"{slip.base}/{slip.person}")
        kind, priority = slip.kind.value, int(slip.fault.severity)
        row = compose.letter(self._composed(reader, slip), reader, kind=kind, priority=priority)
        row = replace(row, fault=slip.fault.id, also=slip.source.also, created=slip.source.created)
        self._decide(slip, slip.why, told=True, letter=outbox.add(self._tx, row))

    def together(self, person: str, slips: tuple[Slip, ...]) -> None:
        """Write one mail about many faults, in place of those that are written already."""
        newest = max((slip.queued or slip.source).id for slip in slips)
        reader = self._reader(person, f"{DIGEST}/{newest}/{person}")
        changed = deviations_of(self._tx, (slip.fault.subject for slip in slips))
        cases = (
            replace(outline(self._office, slip.fault), deviation=changed.get(slip.fault.subject)) for slip in slips
        )
        told = tuple(Told(slip.kind, case) for slip, case in zip(slips, cases, strict=True))
        ready = self._composed_together(reader, told)
        worst = max(int(slip.fault.severity) for slip in slips)
        number = outbox.add(self._tx, compose.letter(ready, reader, kind=DIGEST, priority=worst))
        why = Message(_("in one mail with {count} others"), {"count": len(slips) - 1})
        for slip in slips:
            if slip.queued is not None:
                folded = replace(slip.queued, state=Delivery.ROUTED, message_id=ready.message_id)
                outbox.save(self._tx, folded)
            self._decide(slip, why, told=True, letter=number)

    def settled(self, each: Addressed, *, told: bool) -> None:
        """Write what has become of a notice itself."""
        for letter in each.strays:
            self._mark(letter, Delivery.DROPPED, str(OFF_DUTY))
            self._untold(each.notice, OFF_DUTY, letter.person, letter.id)
        if not each.notice.new:
            return
        for recipient in each.passed:
            self._untold(each.notice, recipient.why, recipient.person)
        if not each.slips:
            self._nobody(each.notice)
            return
        state, error = (Delivery.ROUTED, None) if told else (Delivery.DROPPED, str(OVERTAKEN))
        self._mark(each.notice.source, state, error)

    def _nobody(self, notice: Notice) -> None:
        """Keep a notice that reaches nobody, and say so once."""
        letter = notice.source
        if letter.attempts == 0:
            self._untold(notice, NOBODY, None)
            not_told(self._tx, letter, NOBODY, self._now)
        state = Delivery.GIVEN_UP if self._now >= letter.deadline else letter.state
        tried = replace(letter, attempts=letter.attempts + 1, next_at=self._now + NOBODY_AGAIN, error=str(NOBODY))
        outbox.save(self._tx, replace(tried, state=state))

    def _composed(self, reader: Reader, slip: Slip) -> Composed:
        case, subject = gather(self._tx, self._office, slip.fault, self._scene), self._first_subject(slip)
        try:
            return compose.notice(reader, slip.kind, case, self._scene, subject)
        except Exception:
            # A mail that says little is better than none, and than a service that falls over each time it tries.
            log.exception("a mail could not be written as it should be", fault=slip.fault.id)
            return compose.plain(reader, (Told(slip.kind, case),))

    def _composed_together(self, reader: Reader, told: tuple[Told, ...]) -> Composed:
        try:
            return compose.digest(reader, told, self._scene)
        except Exception:
            log.exception("a digest could not be written as it should be", person=reader.person)
            return compose.plain(reader, told)

    def _first_subject(self, slip: Slip) -> str | None:
        """Return the subject of the first mail to this person about the fault, for what follows on it."""
        if slip.kind in (Kind.OPENED, Kind.WORSE):
            return None
        number = slip.place
        keys = [f"fault/{slip.fault.id}/{each}/{slip.person}" for each in range(number)]
        opening = [each for each in outbox.of_keys(self._tx, keys) if each.kind == Kind.OPENED.value]
        return opening[-1].subject if opening else None

    def _reader(self, person: str, key: str) -> Reader:
        return Reader(self._office, self._identity, person, key, self._now)

    def _decide(self, slip: Slip, why: Message, *, told: bool, letter: int | None) -> None:
        self._decided.append(Decided(self._now, slip.fault.id, slip.kind.value, told, why, slip.person, letter))

    def _untold(self, notice: Notice, why: Message, person: str | None, letter: int | None = None) -> None:
        decided = Decided(self._now, notice.fault.id, notice.kind.value, told=False, why=why, person=person)
        self._decided.append(replace(decided, outbox=letter))

    def _mark(self, letter: Letter, state: Delivery, error: str | None) -> None:
        self._done.setdefault((state, error), []).append(letter.id)
