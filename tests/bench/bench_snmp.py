"""CPU of one steady poll of a 48-port switch by the probe `snmp`: our codec beside pysnmp's, in one run; prints ratios.

    python tests/bench/bench_snmp.py [--polls 20]

The agent runs beside it and is not counted: the tests' own, or the one that NETWATCH_SNMP_AGENT names, a command in
which {port} stands for the UDP port on 127.0.0.1; it answers the community `switch48`.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shlex
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from probes.api import Measurement, Shared, Target
from probes.secret import Secret
from probes.snmp.client import TimeTicks
from probes.snmp.credentials import Community
from probes.snmp.probe import SnmpProbe
from tests.snmp_agent import Agent, port, serving, system

if TYPE_CHECKING:
    from collections.abc import Iterator

COMMUNITY = "switch48"
PORTS = 52
PROCESSORS = 2


def switch48() -> Agent:
    """Return a switch of 48 ports, two uplinks and two virtual ports."""
    mib = system(uptime=lambda: TimeTicks(int(100 * time.monotonic())))
    for index in range(1, PORTS + 1):
        mib |= port(index, f"GigabitEthernet1/0/{index}", octets_in=2**40 + index, octets_out=2**39 + index)
    mib |= {(1, 3, 6, 1, 2, 1, 25, 3, 3, 1, 2, index): 10 * index for index in range(1, PROCESSORS + 1)}
    return Agent(mib, most=70)


async def serve(number: int) -> None:
    """Serve the switch until killed."""
    async with serving(switch48(), community=COMMUNITY, local=number):
        await asyncio.Event().wait()


@contextmanager
def agent() -> Iterator[int]:
    """Run the agent beside us."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as free:
        free.bind(("127.0.0.1", 0))
        number: int = free.getsockname()[1]
    command = os.environ.get("NETWATCH_SNMP_AGENT")
    words = shlex.split(command.format(port=number)) if command else [sys.executable, __file__, "--serve", str(number)]
    process = subprocess.Popen(words)
    try:
        yield number
    finally:
        process.terminate()
        process.wait()


async def polls(number: int, engine: str, times: int) -> tuple[float, float, int]:
    """Return milliseconds of CPU of the discovery and of the median steady poll, and how many values it brought."""
    shared = Shared({"bench": Community(community=Secret(COMMUNITY))})
    options = {"credential": "bench", "port": number, "engine": engine, "timeout": 2.0, "retries": 4}
    probe = SnmpProbe(SnmpProbe.Options(**options), shared=shared)
    spent = []
    count = 0
    for _poll in range(times + 1):
        begun = time.process_time()
        reading = await probe.measure(Target("switch", "127.0.0.1"), datetime.now(UTC))
        spent.append(1000 * (time.process_time() - begun))
        if not isinstance(reading, Measurement):
            sys.exit(f"no answer: {reading.detail}")
        count = len(reading.values)
        await asyncio.sleep(0.02)
    await shared.close()
    return spent[0], median(spent[1:]), count


def main() -> None:
    """Measure and print."""
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--polls", type=int, default=20)
    arguments.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    asked = arguments.parse_args()
    if asked.serve:
        asyncio.run(serve(asked.serve))
        return
    with agent() as number:
        found = {engine: asyncio.run(polls(number, engine, asked.polls)) for engine in ("fast", "pysnmp")}
    for engine, (discovery, steady, count) in found.items():
        print(f"{engine:7} {count:4d} values   steady poll {steady:7.2f} ms CPU   discovery {discovery:7.1f} ms CPU")
    print(f"pysnmp / fast: {found['pysnmp'][1] / found['fast'][1]:.1f} times the CPU for a steady poll")


if __name__ == "__main__":
    main()
