"""What a way of delivery answers, and when the next try is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from netwatch.mail.wording import harmless
from netwatch.storage.outbox import Delivery, Letter

if TYPE_CHECKING:
    from datetime import datetime

FIRST_PAUSE = timedelta(seconds=10)
LONGEST_PAUSE = timedelta(minutes=10)
PROBE = timedelta(seconds=20)
"""While no relay can be reached, one letter is tried this often."""
ANSWER = 300


@dataclass(frozen=True, slots=True)
class Posted:
    """A mail on its way: its bytes, and the envelope that relays go by (RFC 5321)."""

    sender: str
    recipient: str
    message_id: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Taken:
    """A relay has taken responsibility for it."""

    relay: str
    answer: str


@dataclass(frozen=True, slots=True)
class Refused:
    """It will never be taken."""

    why: str


@dataclass(frozen=True, slots=True)
class Later:
    """It was not taken now.

    `away`: no relay could be talked to, so that other mail would fare alike. `dropped`: a relay broke off or fell
    silent in the midst of it, which may be for this mail or for all.
    """

    why: str
    away: bool = False
    dropped: bool = False


Outcome = Taken | Refused | Later


class Transport(Protocol):
    """A way to deliver mail. What a relay answers, or that it does not, is a value, never an exception."""

    async def send(self, mail: Posted) -> Outcome:
        """Hand one mail over, in bounded time; a connection may be kept for the next."""
        ...

    async def close(self) -> None:
        """Let go of connections until there is mail again."""
        ...


def pause(attempts: int) -> timedelta:
    """Return how long to wait after so many failed tries: 10 s, doubling, 10 min at most."""
    doubled: int = 2 ** min(max(attempts, 1) - 1, 16)
    return min(FIRST_PAUSE * doubled, LONGEST_PAUSE)


def after(letter: Letter, outcome: Outcome, now: datetime, *, soon: bool = False) -> Letter:
    """Return what becomes of a letter after a try; `soon` keeps the next try near, since it tries the relay."""
    tried = replace(letter, attempts=letter.attempts + 1)
    match outcome:
        case Taken(relay=relay, answer=answer):
            said = harmless(f"{relay}: {answer}", ANSWER)
            return replace(tried, state=Delivery.SENT, sent_at=now, next_at=now, relay=said, error=None)
        case Refused(why=why):
            return replace(tried, state=Delivery.GIVEN_UP, error=harmless(why, ANSWER))
        case Later(why=why):
            wait = min(pause(tried.attempts), PROBE) if soon else pause(tried.attempts)
            last = now >= letter.deadline
            state = Delivery.GIVEN_UP if last else letter.state
            return replace(tried, state=state, next_at=now + wait, error=harmless(why, ANSWER))
