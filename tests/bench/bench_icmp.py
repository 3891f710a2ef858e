"""Our shared ICMP socket beside fping, on the same loopback targets in the same run; prints ratios.

    python tests/bench/bench_icmp.py [--targets 5000] [--packets 3] [--rate 10000]

Needs fping, and the right to open raw sockets. CPU is that of the process: in the kernel and outside of it.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import re
import resource
import subprocess
import sys
import time
from dataclasses import dataclass
from ipaddress import IPv4Address
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from probes.api import Failure
from probes.icmp.echo import Echo
from probes.icmp.pace import Pace

if TYPE_CHECKING:
    from probes.icmp.book import Exchange

INTERVAL = 1.0


@dataclass(frozen=True, slots=True)
class Run:
    """What one program did; times in milliseconds, seconds where said."""

    name: str
    lost: int
    times: list[float]
    cpu_seconds: float
    wall_seconds: float

    def line(self, packets: int) -> str:
        """Return one line of the table."""
        p95 = quantiles(self.times, n=20)[-1]
        return (
            f"{self.name:10} lost {self.lost:6d}   p50 {median(self.times):7.3f} ms   p95 {p95:7.3f} ms   "
            f"CPU {1000 * self.cpu_seconds / packets:.4f} ms a packet   wall {self.wall_seconds:.2f} s"
        )


def ours(addresses: list[str], packets: int, rate: float) -> Run:
    """Ping all through one Echo."""

    async def go() -> list[Exchange | Failure]:
        pace = Pace()
        pace.limit(rate)
        echo = Echo(4, pace)
        try:
            pings = (echo.ping(IPv4Address(address), packets, INTERVAL, 1.0) for address in addresses)
            return await asyncio.gather(*pings)
        finally:
            _say(f"ignored {dict(echo.ignored)}, dropped by the kernel {echo.dropped}")
            echo.close()

    wall, cpu = time.perf_counter(), time.process_time()
    exchanges = asyncio.run(go())
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    times = [1000 * seconds for e in exchanges if not isinstance(e, Failure) for seconds in e.times]
    return Run("netwatch", len(addresses) * packets - len(times), times, cpu, wall)


def fping(addresses: list[str], packets: int, rate: float) -> Run:
    """Ping all by fping, at the same rate."""
    command = ["fping", "-q", "-C", str(packets), "-i", str(1000 / rate), "-p", str(int(1000 * INTERVAL)), "-t", "1000"]
    before, wall = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, input="\n".join(addresses), capture_output=True, text=True, check=False)
    wall, after = time.perf_counter() - wall, resource.getrusage(resource.RUSAGE_CHILDREN)
    words = re.findall(r"(?<= )(?:-|[\d.]+)(?=[ \n])", done.stderr.replace(": ", "  "))
    times = [float(word) for word in words if word != "-"]
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Run("fping", len(addresses) * packets - len(times), times, cpu, wall)


def main() -> None:
    """Run both, three times in turn, and print the median run of each and their ratio."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--targets", type=int, default=5000)
    parser.add_argument("--packets", type=int, default=3)
    parser.add_argument("--rate", type=float, default=10_000.0)
    asked = parser.parse_args()
    addresses = [f"127.{1 + n // 60_000}.{n // 250 % 240}.{n % 250 + 1}" for n in range(asked.targets)]
    sent = asked.targets * asked.packets
    runs: dict[str, list[Run]] = {"netwatch": [], "fping": []}
    for _round in range(3):
        for program in (ours, fping):
            run = program(addresses, asked.packets, asked.rate)
            runs[run.name].append(run)
            _say(run.line(sent))
    mine, theirs = (sorted(runs[name], key=lambda run: run.cpu_seconds)[1] for name in ("netwatch", "fping"))
    _say(
        f"netwatch : fping, median of three, {os.cpu_count()} processors: "
        f"CPU {mine.cpu_seconds / theirs.cpu_seconds:.2f}, wall {mine.wall_seconds / theirs.wall_seconds:.2f}, "
        f"p50 {median(mine.times) / max(median(theirs.times), 0.001):.2f}, lost {mine.lost} : {theirs.lost}"
    )


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")


if __name__ == "__main__":
    main()
