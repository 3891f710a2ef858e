"""What it takes to read this machine's facets, one by one and at once, and what differs between two reads.

    python tests/bench/bench_server.py [--apart 30] [--suid]

The time of each facet is that of a run of its own; the ratio is to a run of the script that reads nothing at all.
Differences are lines of the compared text that only one of two reads has.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from netwatch.domain.drift.snapshot import written
from probes.collect import Collection
from probes.platforms import normalise, rules_of
from probes.server.facets import FACETS, SELDOM, USUAL, script
from probes.server.reading import read

if TYPE_CHECKING:
    from collections.abc import Sequence

RUNS = 3
CHEAPEST = "kernel"


def said(facets: Sequence[str]) -> tuple[float, bytes]:
    """Return how many seconds the script took for these facets, and what it said."""
    began = time.perf_counter()
    line = ["nice", "-n", "10", "sh", "-s", "--", *facets]
    done = subprocess.run(line, input=script(), stdout=subprocess.PIPE, check=True)
    return time.perf_counter() - began, done.stdout


def lines(raw: bytes, facets: Sequence[str]) -> dict[str, set[str]]:
    """Return the lines that are compared, by facet."""
    found = read(raw, frozenset(facets))
    assert isinstance(found, Collection)
    texts = {each.facet: normalise(rules_of(each.rules), each, bytes(32)).sections for each in found.captures}
    return {facet: set(written(sections)) for facet, sections in texts.items()}


def main() -> None:
    """Print what each facet takes, and what differs."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--apart", type=float, default=30.0, help="seconds between the two reads")
    parser.add_argument("--suid", action="store_true", help="read whole disks, too")
    arguments = parser.parse_args()
    names = [each.name for each in FACETS if arguments.suid or each.name not in SELDOM]
    least = median(said([CHEAPEST])[0] for _run in range(RUNS))
    print(f"{'facet':18} {'ms':>8} {'bytes':>9} {'lines':>7}   over {CHEAPEST} alone, {1000 * least:.0f} ms")
    for name in names:
        runs = [said([name]) for _run in range(RUNS if name not in SELDOM else 1)]
        seconds, raw = median(run[0] for run in runs), runs[-1][1]
        count = sum(line.startswith(b"|") for line in raw.split(b"\n"))
        print(f"{name:18} {1000 * seconds:8.0f} {len(raw):9} {count:7}   {seconds / least:.1f} times")
    seconds, first = said(USUAL)
    print(f"{'all but suid':18} {1000 * seconds:8.0f} {len(first):9}")
    time.sleep(arguments.apart)
    one, other = lines(first, USUAL), lines(said(USUAL)[1], USUAL)
    for name in USUAL:
        if name in one and (count := len(one[name] ^ other[name])):
            print(f"differs after {arguments.apart:g} s: {name}: {count} lines, such as {min(one[name] ^ other[name])}")


if __name__ == "__main__":
    main()
