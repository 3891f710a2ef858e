"""Whether relays take mail at all just now, and which letter one is tried with when they do not."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.mail.delivery import PROBE, Later, Outcome, pause
from netwatch.storage import faults, outbox
from netwatch.storage.outbox import Delivery, Letter

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

IN_A_ROW = 3
"""So many mails in a row that a relay drops in the midst of them are the relay's failure, not theirs."""
CHOICE = 1000
LOOKED_AT = 50
EVER = timedelta(days=3650)


class Probing:
    """What is known of the relays. Times are monotonic seconds.

    A relay that breaks off in the midst of a mail may stumble over that mail, or over all. It is the mail if
    another one is taken after it; until that is known no more than `IN_A_ROW` are offered.
    """

    def __init__(self) -> None:
        self.away = False
        self.stalled = False
        """Away only in that it drops what it is offered: another mail may fare better."""
        self.again = 0.0
        self._failed = 0
        self._dropped: set[int] = set()
        self._odd: set[int] = set()
        """Letters that were dropped while others were taken."""

    def heard(self, letter: int, outcome: Outcome, now: float) -> bool:
        """Take note of how a try went; return whether the next one is to be soon, for the relay's sake."""
        if not isinstance(outcome, Later):
            self._odd = (self._odd | self._dropped) - {letter}
            self._over()
            return False
        if outcome.away:
            self._fail(now, stalled=False)
            return True
        if not outcome.dropped:
            self._over()
            return False
        if letter in self._odd:
            if self.away:
                self._fail(now, stalled=True)
            return False
        self._dropped.add(letter)
        if self.away or len(self._dropped) >= IN_A_ROW:
            self._fail(now, stalled=True)
        return True

    def pause(self, now: float) -> None:
        """End a round of tries: if nothing was taken since a mail was dropped, go on by single tries."""
        if self._dropped and not self.away:
            self._fail(now, stalled=True)

    def nothing_waits(self) -> None:
        """Go back to work: there is no letter to try a relay with."""
        self._over()

    def _fail(self, now: float, *, stalled: bool) -> None:
        self.away, self.stalled = True, stalled
        self._failed += 1
        self.again = now + min(pause(self._failed), PROBE).total_seconds()

    def _over(self) -> None:
        self.away = self.stalled = False
        self._failed = 0
        self._dropped = set()


def choose(tx: Connection, now: datetime, *, fresh: bool) -> Letter | None:
    """Return the letter to try a relay with: the most urgent and then the oldest one that is still true.

    With `fresh` one that has been tried least often.
    """
    waiting = sorted(
        outbox.due(tx, now + EVER, Delivery.QUEUED, CHOICE),
        key=lambda letter: (letter.attempts if fresh else 0, -letter.priority, letter.id),
    )
    true = (letter for letter in waiting[:LOOKED_AT] if not _overtaken(tx, letter))
    return next(true, waiting[0] if waiting else None)


def _overtaken(tx: Connection, letter: Letter) -> bool:
    """Whether the fault that a letter calls open has recovered since."""
    if letter.fault is None or letter.kind == "recovered":
        return False
    fault = faults.get(tx, letter.fault)
    return fault is not None and not fault.open
