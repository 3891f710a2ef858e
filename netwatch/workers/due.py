"""Whose turn it is: every check has one next turn, and waits in the queue at most once."""

from __future__ import annotations

import asyncio
import heapq
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.domain import plan

if TYPE_CHECKING:
    from collections.abc import Mapping

LATE = timedelta(seconds=5)
"""A check that is taken up later than this after its turn counts as late."""


class Due:
    """The turns of all checks, in monotonic seconds. `release` is called by the timetable and never waits."""

    def __init__(self) -> None:
        self._every: dict[str, timedelta] = {}
        self._turns: dict[str, float] = {}
        self._heap: list[tuple[float, str]] = []
        self._waiting: asyncio.Queue[str] = asyncio.Queue()
        self._queued: dict[str, float] = {}
        self._running: set[str] = set()
        self._again: set[str] = set()
        self.late = 0
        self.skipped = 0

    def plan(self, checks: Mapping[str, timedelta], now: float) -> None:
        """Take up new checks, spread over their interval, and let go of those that are no longer asked for."""
        for name in set(self._every) - set(checks):
            self._every.pop(name)
            self._turns.pop(name, None)
        for name, every in checks.items():
            if self._every.get(name) != every:
                self._every[name] = every
                self._set(name, now + plan.offset(name, every))

    def release(self, now: float) -> None:
        """Queue every check whose turn has come."""
        while self._heap and self._heap[0][0] <= now:
            turn, name = heapq.heappop(self._heap)
            if self._turns.get(name) == turn:
                self._queue(name, turn)

    def overdue(self, now: float) -> int:
        """Return how many checks have waited for longer than they should."""
        return sum(now - turn > LATE.total_seconds() for turn in self._queued.values())

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is being looked at."""
        return not self._queued and not self._running

    def at_once(self, name: str, now: float) -> None:
        """Give a check a turn now, beside its regular ones."""
        if name in self._running:
            self._again.add(name)
        elif name in self._every:
            self._queue(name, now)

    async def take(self) -> str:
        """Wait for the next check to look at."""
        while True:
            name = await self._waiting.get()
            self._queued.pop(name, None)
            if name in self._every and name not in self._running:
                self._running.add(name)
                return name

    def started(self, name: str, now: float) -> None:
        """Count a check that is taken up later than it should have been."""
        if now - self._turns.get(name, now) > LATE.total_seconds():
            self.late += 1

    def done(self, name: str, now: float, *, retry: timedelta | None = None) -> None:
        """Give a check its next turn: after `retry` while it is in doubt, else in its interval."""
        self._running.discard(name)
        every = self._every.get(name)
        if every is None:
            return
        if name in self._again:
            self._again.discard(name)
            self._queue(name, now)
            return
        turn = self._turns.get(name, now)
        regular = plan.following(turn, now, every) if turn <= now else turn
        missed = round((regular - turn) / every.total_seconds()) - 1
        self.skipped += max(0, missed)
        self._set(name, min(regular, now + retry.total_seconds()) if retry is not None else regular)

    def _queue(self, name: str, turn: float) -> None:
        if name not in self._queued and name not in self._running:
            self._queued[name] = turn
            self._waiting.put_nowait(name)

    def _set(self, name: str, turn: float) -> None:
        self._turns[name] = turn
        heapq.heappush(self._heap, (turn, name))
