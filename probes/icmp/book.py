"""The requests that are on their way, and whose reply is whose. No socket, no clock, no await."""

from __future__ import annotations

import os
from collections import Counter
from dataclasses import dataclass, field
from enum import Enum
from errno import EAGAIN
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from probes.icmp.wire import EchoReply, Obstacle, Refusal

SEQUENCES = 2**16
_UNUSED, _ANSWERED, _LOST = range(3)


class Oddity(Enum):
    """Why a datagram was put aside."""

    LATE = "late"
    DUPLICATE = "duplicate"
    FOREIGN = "foreign"
    SPOOFED = "spoofed"
    ALTERED = "altered"
    UNRELATED = "unrelated"
    """Malformed, or about no echo request at all."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A point in time on both clocks, in seconds: `wall` is the one by which the kernel stamps datagrams."""

    wall: float
    steady: float

    def since(self, sent: Moment) -> float:
        """Return the seconds from `sent` until now: by the kernel's stamps unless the wall clock jumped between."""
        by_wall, by_steady = self.wall - sent.wall, self.steady - sent.steady
        return by_wall if 0 <= by_wall <= by_steady else max(0.0, by_steady)


@dataclass(slots=True, eq=False)
class Exchange:
    """All packets of one measurement of one address (packed). `quiet` is called when none is under way any more."""

    address: bytes
    timeout: float
    waiting: dict[int, Moment] = field(default_factory=dict)
    times: list[float] = field(default_factory=list)
    sent: int = 0
    obstacle: Obstacle | None = None
    router: str = ""
    quiet: Callable[[], None] = lambda: None
    trouble: str = ""

    @property
    def loss(self) -> float:
        """Percent of the packets sent that brought no reply in time."""
        return 100 * (1 - len(self.times) / self.sent)

    @property
    def median(self) -> float:
        """The middle round-trip time, in seconds."""
        return median(self.times)


class Book:
    """Requests by sequence number. What does not fit one is ignored, and counted by why."""

    def __init__(self, identifier: int, cookie: bytes) -> None:
        self.identifier = identifier
        self.cookie = cookie
        self.ignored: Counter[Oddity] = Counter()
        self._waiting: dict[int, Exchange] = {}
        self._fates = bytearray(SEQUENCES)
        self._last = 0

    def enter(self, exchange: Exchange) -> int:
        """Return a sequence number for a request that is about to leave, which no other on its way has.

        Raises BlockingIOError while all of them are under way.
        """
        if len(self._waiting) >= SEQUENCES:
            raise BlockingIOError(EAGAIN, os.strerror(EAGAIN))
        self._last = (self._last + 1) % SEQUENCES
        while self._last in self._waiting:
            self._last = (self._last + 1) % SEQUENCES
        self._waiting[self._last] = exchange
        return self._last

    def sent(self, exchange: Exchange, sequence: int, at: Moment) -> None:
        """Note that the request has left."""
        exchange.waiting[sequence] = at
        exchange.sent += 1

    def withdraw(self, exchange: Exchange, sequence: int) -> None:
        """Strike out a request that could not be sent."""
        self._close(exchange, sequence, _UNUSED)

    def reply(self, reply: EchoReply, source: bytes, at: Moment) -> None:
        """Take an echo reply from this source (packed)."""
        exchange = self._waiting.get(reply.sequence)
        oddity = self._oddity(reply, source, exchange)
        if exchange is None or oddity is not None:
            self.ignored[oddity or Oddity.FOREIGN] += 1
            return
        seconds = at.since(exchange.waiting[reply.sequence])
        in_time = seconds <= exchange.timeout
        if in_time:
            exchange.times.append(seconds)
        else:
            self.ignored[Oddity.LATE] += 1
        self._close(exchange, reply.sequence, _ANSWERED if in_time else _LOST)

    def refusal(self, refusal: Refusal, router: str) -> None:
        """Take an error that this router sent about a request."""
        exchange = self._waiting.get(refusal.sequence)
        if exchange is None or refusal.identifier != self.identifier or refusal.destination != exchange.address:
            self.ignored[Oddity.FOREIGN] += 1
            return
        exchange.obstacle, exchange.router = refusal.obstacle, router
        self._close(exchange, refusal.sequence, _LOST)

    def forget(self, exchange: Exchange) -> None:
        """Give up what is still under way: it is lost."""
        for sequence in tuple(exchange.waiting):
            self._close(exchange, sequence, _LOST)

    def _oddity(self, reply: EchoReply, source: bytes, exchange: Exchange | None) -> Oddity | None:
        if reply.identifier != self.identifier:
            return Oddity.FOREIGN
        if exchange is None:
            return {_ANSWERED: Oddity.DUPLICATE, _LOST: Oddity.LATE}.get(self._fates[reply.sequence], Oddity.FOREIGN)
        if source != exchange.address:
            return Oddity.SPOOFED
        return None if reply.payload.startswith(self.cookie) else Oddity.ALTERED

    def _close(self, exchange: Exchange, sequence: int, fate: int) -> None:
        self._fates[sequence] = fate
        self._waiting.pop(sequence, None)
        exchange.waiting.pop(sequence, None)
        if not exchange.waiting:
            exchange.quiet()
