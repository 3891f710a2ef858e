"""What the status page costs with ten thousand devices: time to make it, and what the event loop feels of it.

    python tests/bench/bench_page.py [--devices 10000] [--faults 200]

Times are of the processor; the reference, in the same run, is one second of a plain loop of Python.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import time
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

import httpx

from netwatch.clock import SystemClock
from netwatch.domain.model import DeviceState, Severity
from netwatch.storage import overview
from netwatch.web.app import application
from netwatch.web.live import News
from tests import hospital

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from tests.hospital import Hospital

ROUNDS = 9
FIRST = 21
"""The first switch that the bad night leaves alone."""


class Night(SystemClock):
    """A wall clock that goes on by a minute each time that a page is asked for, so that nothing is kept."""

    def __init__(self) -> None:
        self.minutes = 0

    def now(self) -> datetime:
        return hospital.NOW + hospital.timedelta(minutes=self.minutes)


def in_trouble(tx: Connection, count: int) -> None:
    """So many faults of their own."""
    for number in range(FIRST, FIRST + count):
        made = hospital.fault(f"sw-{number}", severity=Severity(1 + number % 5), reachability=False)
        hospital.down(tx, made, DeviceState.DEGRADED)


def storm(tx: Connection, names: list[str]) -> None:
    """A core switch hides all the rest."""
    core = hospital.down(tx, hospital.fault("core-2"))
    for name in names:
        hospital.down(tx, hospital.fault(name, cause=core.id), DeviceState.UNREACHABLE)


async def costs(made: Hospital, path: str) -> tuple[float, float, int]:
    """Return the median processor time of a page, the longest that the event loop was held up, and its bytes."""
    clock = Night()
    news = News(lambda: made.settings, made.database, clock, made.progress)
    app = application(lambda: made.settings, made.database, clock, made.progress, news)
    times, held, size = [], 0.0, 0
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://localhost") as client:
        for _round in range(ROUNDS):
            clock.minutes += 1
            begun = time.process_time()
            asked = asyncio.get_running_loop().create_task(client.get(path))
            while not asked.done():
                before = time.perf_counter()
                await asyncio.sleep(0.001)
                held = max(held, time.perf_counter() - before - 0.001)
            times.append(time.process_time() - begun)
            size = len(asked.result().content)
    return median(times), held, size


def alone(work: Callable[[], object]) -> float:
    """Return the median processor time of something."""
    times = []
    for _round in range(ROUNDS):
        begun = time.process_time()
        work()
        times.append(time.process_time() - begun)
    return median(times)


def reference() -> float:
    """Return how many million turns of a plain loop this machine does in a second, just now."""
    begun, turns = time.process_time(), 0
    while time.process_time() - begun < 1:
        for _turn in range(10_000):
            turns += 1
    return turns / 1e6


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--devices", type=int, default=10_000)
    parser.add_argument("--faults", type=int, default=200)
    asked = parser.parse_args()
    print(f"reference: {reference():.1f} million turns of a loop in a second")
    with TemporaryDirectory() as folder:
        made = hospital.opened(Path(folder), asked.devices)
        made.write(hospital.bad_night, hospital.reports, lambda tx: in_trouble(tx, asked.faults - 15))
        print(f"the mark alone: {1000 * alone(lambda: made.database.read_now(overview.mark)):.1f} ms")
        for path in ("/", "/faults", "/devices", "/devices/sw-1", "/faults/1"):
            report(path, made)
        rest = [name for name in made.settings.devices if name.startswith("sw-")][FIRST + asked.faults - 1 :]
        made.write(lambda tx: storm(tx, rest))
        report("/ in a storm", made)
        made.database.close()


def report(name: str, made: Hospital) -> None:
    """Print one line."""
    spent, held, size = asyncio.run(costs(made, name.split(" ", maxsplit=1)[0]))
    print(f"{name:14} {1000 * spent:7.1f} ms of processor, loop held up at most {1000 * held:6.1f} ms, {size:7} bytes")


if __name__ == "__main__":
    main()
