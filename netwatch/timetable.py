"""When things are due: the only importer of APScheduler, and an alarm clock only.

Its executors swallow exceptions, and the one for asyncio runs what is no coroutine in a thread, where neither a
queue nor an event of the loop may be touched. So a job here never does work: it puts a name into a queue or sets
an event, at once and in the loop.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from apscheduler.executors.debug import DebugExecutor
from apscheduler.schedulers.asyncio import AsyncIOScheduler

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import time
    from zoneinfo import ZoneInfo


class Timetable:
    """Rings at times that are derived from the configuration anew at each start."""

    def __init__(self) -> None:
        self._scheduler = AsyncIOScheduler(
            timezone="UTC",
            executors={"default": DebugExecutor()},
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )

    def every(self, seconds: float, ring: Callable[[], None]) -> None:
        """Ring again and again."""
        self._scheduler.add_job(ring, "interval", seconds=seconds)

    def daily(self, at: time, zone: ZoneInfo, ring: Callable[[], None]) -> None:
        """Ring once a day, at a wall-clock time."""
        self._scheduler.add_job(ring, "cron", hour=at.hour, minute=at.minute, timezone=zone)

    def start(self) -> None:
        """Begin; needs the running event loop."""
        self._scheduler.start()

    def stop(self) -> None:
        """Ring no more."""
        self._scheduler.shutdown(wait=False)
