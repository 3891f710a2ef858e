"""What goes to one person at one time: which notices are overtaken, which go alone, which go as one mail."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.domain.notices import Kind

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from netwatch.domain.model import Fault
    from netwatch.storage.outbox import Letter
    from probes.api import Message

WINDOW = timedelta(minutes=5)
"""Within so long nobody gets more than `digest_over` mails about faults one by one, and after a digest none."""
BETWEEN_DIGESTS = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Slip:
    """One notice for one person that has not left. `queued` is the mail where it was written already."""

    base: str
    kind: Kind
    fault: Fault
    person: str
    why: Message
    source: Letter
    queued: Letter | None = None

    @property
    def place(self) -> int:
        """Which of its fault's notices it is. Their numbers go up whatever the clock does."""
        number = self.base.rpartition("/")[2]
        return int(number) if number.isdecimal() else 0


@dataclass(frozen=True, slots=True)
class Bundle:
    """What is to be done for one person: mails one by one, or all in one, and what needs no mail any more."""

    person: str
    single: tuple[Slip, ...] = ()
    together: tuple[Slip, ...] = ()
    overtaken: tuple[Slip, ...] = ()
    held_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """When somebody got mails about faults lately, and when the last digest."""

    times: tuple[datetime, ...] = ()
    digest: datetime | None = None


def sort(slips: Sequence[Slip], sent: Mapping[str, Sent], digest_over: int, now: datetime) -> tuple[Bundle, ...]:
    """Sort the slips of everybody."""
    people: dict[str, list[Slip]] = {}
    for slip in slips:
        people.setdefault(slip.person, []).append(slip)
    return tuple(_of_person(person, own, sent.get(person, Sent()), digest_over, now) for person, own in people.items())


def _of_person(person: str, slips: list[Slip], sent: Sent, digest_over: int, now: datetime) -> Bundle:
    lasting, overtaken = last_words(slips)
    # Times in the future are of a clock that has been set back since; they hold up nothing.
    recent = [at for at in sent.times if at <= now < at + WINDOW]
    stormy = sent.digest is not None and sent.digest <= now < sent.digest + WINDOW
    if not stormy and len(lasting) + len(recent) <= digest_over:
        return Bundle(person, single=lasting, overtaken=overtaken)
    alone = len(lasting) == 1
    before = max(recent, default=sent.digest) if alone else sent.digest
    if before is not None and before <= now < before + BETWEEN_DIGESTS:
        return Bundle(person, held_until=before + BETWEEN_DIGESTS)
    if alone:
        return Bundle(person, single=lasting, overtaken=overtaken)
    return Bundle(person, together=lasting, overtaken=overtaken)


def last_words(slips: Sequence[Slip]) -> tuple[tuple[Slip, ...], tuple[Slip, ...]]:
    """Return for each fault the one notice that still has to be told, and the others."""
    faults: dict[int, list[Slip]] = {}
    for slip in sorted(slips, key=lambda slip: slip.place):
        faults.setdefault(slip.fault.id, []).append(slip)
    lasting = tuple(_lasting(own) for own in faults.values())
    kept = {id(slip) for slip in lasting}
    return lasting, tuple(slip for own in faults.values() for slip in own if id(slip) not in kept)


def _lasting(slips: list[Slip]) -> Slip:
    """Return the last word. Of a bad fault it is the most basic thing untold: that it began, that it grew worse."""
    last = slips[-1]
    if last.kind in (Kind.RECOVERED, Kind.FLAPPING):
        return last
    trailing: list[Slip] = []
    for slip in reversed(slips):
        if slip.kind in (Kind.RECOVERED, Kind.FLAPPING):
            break
        trailing.append(slip)
    return min(trailing, key=lambda slip: _BASIC[slip.kind])


_BASIC = {Kind.OPENED: 0, Kind.WORSE: 1, Kind.REMINDER: 2}
