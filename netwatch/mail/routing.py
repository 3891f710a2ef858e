"""From notices to mails, in one transaction: who is on duty now, what each gets, and why, all written down."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from functools import cached_property
from typing import TYPE_CHECKING

from netwatch.domain.notices import Kind
from netwatch.mail.case import Scene, scene
from netwatch.mail.delivery import LONGEST_PAUSE
from netwatch.mail.desk import DIGEST, Desk
from netwatch.mail.forwarding import catch_up
from netwatch.mail.office import Office, duty
from netwatch.mail.recipients import Addressed, Notice, address, base_of
from netwatch.mail.sorting import WINDOW, Bundle, Sent, sort
from netwatch.storage import faults, outbox
from netwatch.storage.outbox import Delivery, Letter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

MOST = 20_000
NOTHING = timedelta()
KINDS = tuple(kind.value for kind in Kind)
NOT_UNDERSTOOD = "it names no fault, or is of a kind that is not known"


def distribute(tx: Connection, office: Office, now: datetime, ahead: timedelta = NOTHING) -> None:
    """Turn every notice that is due into mails; with `ahead` also what would be due within that time.

    Mails that did not leave in spite of earlier tries are thought over as well: who is on duty may have changed,
    the fault may have recovered, they may have become too many.
    """
    due = Round(tx, office, now, ahead)
    due.write([*due.new(), *due.waiting()], office.mail.digest_over)


def renew(tx: Connection, office: Office, now: datetime, *, fresh: bool) -> None:
    """Think over the mails that wait for a relay; with `fresh` add a mail of the most urgent new notice.

    None are merged: that is done once, when a relay is back.
    """
    due = Round(tx, office, now, LONGEST_PAUSE)
    new = outbox.due(tx, now, Delivery.UNROUTED, 1) if fresh else ()
    due.write([*due.understood(new), *due.waiting()], MOST)


class Round:
    """One round of it."""

    def __init__(self, tx: Connection, office: Office, now: datetime, ahead: timedelta) -> None:
        self._tx = tx
        self._office = office
        self._now = now
        self._until = now + ahead

    @cached_property
    def _scene(self) -> Scene:
        """What is so around; it is looked up only when there is something to tell."""
        return scene(self._tx, self._office, self._now)

    def write(self, notices: list[Notice], most: int) -> None:
        """Address notices, sort them, and write the mails: not more than `most` to one person."""
        if not notices:
            return
        on_duty = duty(self._scene.shifts)
        addressed, bundles = self._sorted([address(notice, on_duty, self._office) for notice in notices], most)
        desk = Desk(self._tx, self._office, self._scene)
        for bundle in bundles:
            for slip in bundle.overtaken:
                desk.overtaken(slip)
            for slip in bundle.single:
                desk.single(slip)
            if bundle.together:
                desk.together(bundle.person, bundle.together)
        lasting = {slip.base for bundle in bundles for slip in (*bundle.single, *bundle.together)}
        for each in addressed:
            desk.settled(each, told=each.notice.base in lasting)
        desk.close()

    def new(self) -> Iterator[Notice]:
        """Return what is due to be told."""
        found = outbox.due(self._tx, self._until, Delivery.UNROUTED, MOST)
        if len(found) > self._office.mail.digest_over:
            # It will be one mail anyway: let it be whole.
            found = outbox.due(self._tx, self._until + self._office.mail.wait, Delivery.UNROUTED, MOST)
        return self.understood(found)

    def understood(self, letters: tuple[Letter, ...]) -> Iterator[Notice]:
        """Return what letters ask to be told; those that make no sense are given up."""
        for letter in letters:
            notice = self._notice(letter, {})
            if notice is not None:
                yield notice
            else:
                outbox.save(self._tx, replace(letter, state=Delivery.GIVEN_UP, error=NOT_UNDERSTOOD))

    def waiting(self) -> Iterator[Notice]:
        """Return what was written and has not left."""
        bases: dict[str, Letter] = {}
        for letter in outbox.due(self._tx, self._until, Delivery.QUEUED, MOST):
            if letter.kind in KINDS:
                bases.setdefault(base_of(letter), letter)
            else:
                self._other(letter)
        for base, letter in bases.items():
            keys = [f"{base}/{person}" for person in {*self._office.people, letter.person}]
            written = {each.person: each for each in outbox.of_keys(self._tx, keys) if each.person}
            notice = self._notice(letter, written)
            if notice is not None:
                yield notice

    def _other(self, letter: Letter) -> None:
        """Let a mail that is about no single fault go now."""
        if letter.next_at > self._now:
            letter = replace(letter, next_at=self._now)
            outbox.save(self._tx, letter)
        if letter.kind == DIGEST:
            catch_up(self._tx, self._office, letter, self._now)

    def _notice(self, letter: Letter, written: dict[str, Letter]) -> Notice | None:
        if letter.fault is None:
            return None
        fault = self._scene.opened.get(letter.fault) or faults.get(self._tx, letter.fault)
        if fault is None or letter.kind not in KINDS:
            return None
        return Notice(base_of(letter), Kind(letter.kind), fault, letter, written)

    def _sorted(self, addressed: list[Addressed], most: int) -> tuple[list[Addressed], tuple[Bundle, ...]]:
        """Sort everybody's slips. A notice that somebody cannot get yet, since a mail has only just left, waits."""
        sent = self._sent()
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
        for letter in (notice.source,) if notice.new else tuple(notice.written.values()):
            if letter.state in (Delivery.UNROUTED, Delivery.QUEUED):
                outbox.save(self._tx, replace(letter, next_at=until))
