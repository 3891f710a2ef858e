"""From notices to mails, in one transaction: who is on duty now, what each gets, and why, all written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.notices import Kind
from netwatch.mail import compose
from netwatch.mail.case import gather, outline, scene
from netwatch.mail.compose import Reader
from netwatch.mail.delivery import LONGEST_PAUSE
from netwatch.mail.digest import Told
from netwatch.mail.forwarding import OFF_DUTY, catch_up, not_told
from netwatch.mail.office import Office, duty
from netwatch.mail.recipients import Addressed, Notice, address, base_of
from netwatch.mail.sorting import WINDOW, Bundle, Sent, Slip, sort
from netwatch.storage import faults, identity, outbox
from netwatch.storage.faults import Decided
from netwatch.storage.outbox import Delivery, Letter
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.mail.envelope import Composed


log = structlog.get_logger()

MOST = 20_000
KINDS = tuple(kind.value for kind in Kind)
DIGEST = "digest"
NOBODY_AGAIN = timedelta(minutes=5)
"""How soon it is tried again when nobody can be told: a shift may begin."""
OVERTAKEN = Message(_("overtaken by a later notice of the same fault before it left"))
NOBODY = Message(_("nobody can be told: nobody on duty has a mail address, and there is no fallback"))


def distribute(tx: Connection, office: Office, now: datetime, *, everything: bool = False) -> None:
    """Turn every notice that is due into mails; with `everything` take up waiting mails again as well."""
    Round(tx, office, now).run(everything=everything)


class Round:
    """One round of it: everything that is due at one time."""

    def __init__(self, tx: Connection, office: Office, now: datetime) -> None:
        self._tx = tx
        self._office = office
        self._now = now

    def run(self, *, everything: bool) -> None:
        """Route what is due, and what has not left in spite of earlier tries."""
        notices = [*self._new(), *self._waiting(everything=everything)]
        if not notices:
            return
        self._identity = identity.of(self._tx)
        self._scene = scene(self._tx, self._office, self._now)
        on_duty = duty(self._scene.shifts)
        addressed = [address(notice, on_duty, self._office) for notice in notices]
        addressed, bundles = self._sorted(addressed)
        lasting = self._write(bundles)
        for each in addressed:
            self._settle(each, told=each.notice.base in lasting)

    def _new(self) -> Iterator[Notice]:
        found = outbox.due(self._tx, self._now, Delivery.UNROUTED, MOST)
        if len(found) > self._office.mail.digest_over:
            # It will be one mail anyway: let it be whole.
            found = outbox.due(self._tx, self._now + self._office.mail.wait, Delivery.UNROUTED, MOST)
        for letter in found:
            notice = self._notice(letter, {})
            if notice is not None:
                yield notice
            else:
                why = "it names no fault, or is of a kind that is not known"
                outbox.save(self._tx, replace(letter, state=Delivery.GIVEN_UP, error=why))

    def _waiting(self, *, everything: bool) -> Iterator[Notice]:
        until = self._now + LONGEST_PAUSE if everything else self._now
        waiting = outbox.due(self._tx, until, Delivery.QUEUED, MOST)
        for letter in waiting:
            if letter.kind == DIGEST:
                catch_up(self._tx, self._office, letter, self._now)
        bases = {base_of(letter): letter for letter in reversed(waiting) if letter.kind in KINDS}
        for base, letter in bases.items():
            keys = [f"{base}/{person}" for person in {*self._office.people, letter.person}]
            written = {each.person: each for each in outbox.of_keys(self._tx, keys) if each.person}
            notice = self._notice(letter, written)
            if notice is not None:
                yield notice

    def _notice(self, letter: Letter, written: dict[str, Letter]) -> Notice | None:
        fault = faults.get(self._tx, letter.fault) if letter.fault is not None else None
        if fault is None or letter.kind not in KINDS:
            return None
        return Notice(base_of(letter), Kind(letter.kind), fault, letter, written)

    def _sorted(self, addressed: list[Addressed]) -> tuple[list[Addressed], tuple[Bundle, ...]]:
        """Sort everybody's slips; what somebody cannot get yet, since a digest has only just left, waits whole."""
        sent = self._sent()
        most = self._office.mail.digest_over
        slips = [slip for each in addressed for slip in each.slips]
        bundles = sort(slips, sent, most, self._now)
        held = {bundle.person: bundle.held_until for bundle in bundles if bundle.held_until is not None}
        if not held:
            return addressed, bundles
        late = {slip.base: held[slip.person] for slip in slips if slip.person in held}
        for each in addressed:
            if each.notice.base in late:
                self._postpone(each.notice, late[each.notice.base])
        on_time = [each for each in addressed if each.notice.base not in late]
        return on_time, sort([slip for each in on_time for slip in each.slips], sent, most, self._now)

    def _sent(self) -> dict[str, Sent]:
        found: dict[str, Sent] = {}
        for person, kind, at in outbox.sent_since(self._tx, self._now - WINDOW, (*KINDS, DIGEST)):
            known = found.get(person, Sent())
            found[person] = Sent((*known.times, at), at if kind == DIGEST else known.digest)
        return found

    def _postpone(self, notice: Notice, until: datetime) -> None:
        waiting = [notice.source] if notice.new else list(notice.written.values())
        for letter in waiting:
            if letter.state in (Delivery.UNROUTED, Delivery.QUEUED):
                outbox.save(self._tx, replace(letter, next_at=until))

    def _write(self, bundles: tuple[Bundle, ...]) -> set[str]:
        """Write everybody's mails; return the notices that somebody gets."""
        for bundle in bundles:
            for slip in bundle.overtaken:
                self._overtake(slip)
            for slip in bundle.single:
                self._single(slip)
            if bundle.together:
                self._together(bundle.person, bundle.together)
        return {slip.base for bundle in bundles for slip in (*bundle.single, *bundle.together)}

    def _overtake(self, slip: Slip) -> None:
        if slip.queued is not None:
            outbox.save(self._tx, replace(slip.queued, state=Delivery.DROPPED, error=str(OVERTAKEN)))
        self._decide(slip, OVERTAKEN, told=False, letter=slip.queued.id if slip.queued else None)

    def _single(self, slip: Slip) -> None:
        if slip.queued is not None:
            if slip.queued.next_at > self._now:
                outbox.save(self._tx, replace(slip.queued, next_at=self._now))
            return
        reader = self._reader(slip.person, f"{slip.base}/{slip.person}")
        row = compose.letter(
            self._composed(reader, slip), reader, kind=slip.kind.value, priority=int(slip.fault.severity)
        )
        row = replace(row, fault=slip.fault.id, also=slip.source.also, created=slip.source.created)
        self._decide(slip, slip.why, told=True, letter=outbox.add(self._tx, row))

    def _composed(self, reader: Reader, slip: Slip) -> Composed:
        case = gather(self._tx, self._office, slip.fault)
        try:
            return compose.notice(reader, slip.kind, case, self._scene, self._first_subject(slip))
        except Exception:
            # A mail that says little is better than none, and than a service that falls over each time it tries.
            log.exception("a mail could not be written as it should be", fault=slip.fault.id)
            return compose.plain(reader, slip.kind, case)

    def _first_subject(self, slip: Slip) -> str | None:
        """Return the subject of the first mail to this person about the fault, for what follows on it."""
        if slip.kind in (Kind.OPENED, Kind.WORSE):
            return None
        _created, number = slip.place
        keys = [f"fault/{slip.fault.id}/{each}/{slip.person}" for each in range(number)]
        opening = [each for each in outbox.of_keys(self._tx, keys) if each.kind == Kind.OPENED.value]
        return opening[-1].subject if opening else None

    def _together(self, person: str, slips: tuple[Slip, ...]) -> None:
        newest = max((slip.queued or slip.source).id for slip in slips)
        reader = self._reader(person, f"{DIGEST}/{newest}/{person}")
        told = tuple(Told(slip.kind, outline(self._office, slip.fault)) for slip in slips)
        ready = compose.digest(reader, told, self._scene)
        worst = max(int(slip.fault.severity) for slip in slips)
        number = outbox.add(self._tx, compose.letter(ready, reader, kind=DIGEST, priority=worst))
        why = Message(_("in one mail with {count} others"), {"count": len(slips) - 1})
        for slip in slips:
            if slip.queued is not None:
                folded = replace(slip.queued, state=Delivery.ROUTED, message_id=ready.message_id)
                outbox.save(self._tx, folded)
            self._decide(slip, why, told=True, letter=number)

    def _settle(self, each: Addressed, *, told: bool) -> None:
        """Write what has become of a notice itself."""
        for letter in each.strays:
            outbox.save(self._tx, replace(letter, state=Delivery.DROPPED, error=str(OFF_DUTY)))
            self._note(each.notice, OFF_DUTY, letter.person, letter.id)
        if not each.notice.new:
            return
        for recipient in each.passed:
            self._note(each.notice, recipient.why, recipient.person)
        if not each.slips:
            self._nobody(each.notice)
            return
        state = Delivery.ROUTED if told else Delivery.DROPPED
        error = None if told else str(OVERTAKEN)
        outbox.save(self._tx, replace(each.notice.source, state=state, error=error))

    def _nobody(self, notice: Notice) -> None:
        letter = notice.source
        if letter.attempts == 0:
            self._note(notice, NOBODY, None)
            not_told(self._tx, letter, NOBODY, self._now)
        state = Delivery.GIVEN_UP if self._now >= letter.deadline else letter.state
        again = self._now + NOBODY_AGAIN
        outbox.save(
            self._tx,
            replace(letter, state=state, attempts=letter.attempts + 1, next_at=again, error=str(NOBODY)),
        )

    def _reader(self, person: str, key: str) -> Reader:
        return Reader(self._office, self._identity, person, key, self._now)

    def _decide(self, slip: Slip, why: Message, *, told: bool, letter: int | None) -> None:
        faults.decide(self._tx, Decided(self._now, slip.fault.id, slip.kind.value, told, why, slip.person, letter))

    def _note(self, notice: Notice, why: Message, person: str | None, letter: int | None = None) -> None:
        kind = notice.kind.value
        faults.decide(self._tx, Decided(self._now, notice.fault.id, kind, False, why, person, letter))
