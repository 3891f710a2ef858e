"""How fast packets may leave, over all devices of the process."""

from __future__ import annotations

PACKETS_PER_SECOND = 2000.0


class Pace:
    """Hands out moments to send at, evenly; the slowest rate that anybody asked for holds."""

    def __init__(self) -> None:
        self._gap = 1 / PACKETS_PER_SECOND
        self._named = False
        self._next = float("-inf")

    def limit(self, rate: float) -> None:
        """Let at most this many packets a second go."""
        self._gap = max(self._gap, 1 / rate) if self._named else 1 / rate
        self._named = True

    def turn(self, now: float) -> float:
        """Take the next free moment and return how many seconds it is away."""
        moment = max(self._next, now)
        self._next = moment + self._gap
        return moment - now
