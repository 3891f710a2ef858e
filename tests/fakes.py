"""Stand-ins that keep the promises of the real thing."""

from __future__ import annotations

import asyncio
import heapq
from datetime import UTC, datetime, timedelta
from itertools import count

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)


class FakeClock:
    """A clock that the test moves. Who sleeps on it wakes when the time has come, in order."""

    def __init__(self, start: datetime = START) -> None:
        self._now = start
        self._monotonic = 1000.0
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._numbers = count()

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._numbers), woken))
        await woken

    @property
    def sleepers(self) -> int:
        """How many sleep on it."""
        return sum(not woken.done() for _at, _number, woken in self._sleepers)

    def set(self, now: datetime) -> None:
        """Set the wall clock and let the steady one pass as long, if it went forward. Nobody is woken."""
        self._monotonic += max(0.0, (now - self._now).total_seconds())
        self._now = now

    def jump(self, seconds: float) -> None:
        """Move the wall clock only, as a wrong time server does."""
        self._now += timedelta(seconds=seconds)

    async def advance(self, seconds: float) -> None:
        """Let time pass, waking each sleeper at its moment and letting it run until it sleeps again."""
        end = self._monotonic + seconds
        await settle()
        while self._sleepers and self._sleepers[0][0] <= end:
            at, _number, woken = heapq.heappop(self._sleepers)
            self._pass(at)
            if not woken.done():
                woken.set_result(None)
            await settle()
        self._pass(end)
        await settle()

    def _pass(self, monotonic: float) -> None:
        passed = max(0.0, monotonic - self._monotonic)
        self._monotonic += passed
        self._now += timedelta(seconds=passed)


async def settle(turns: int = 20) -> None:
    """Let whatever can run, run."""
    for _turn in range(turns):
        await asyncio.sleep(0)
