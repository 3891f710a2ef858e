"""What it costs to say how every device stands against its baselines, and to look every minute whether it still does.

    python tests/bench/bench_standings.py [--devices 10000] [--findings 300] [--history 5]

Times are of the processor; the reference, in the same run, is one second of a plain loop of Python.
"""

from __future__ import annotations

import argparse
import sys
import time
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

sys.path.insert(0, str(Path(__file__).parents[2]))

from sqlalchemy import insert

from netwatch.config import load
from netwatch.domain.drift.finding import Finding, Told
from netwatch.domain.drift.snapshot import canonical
from netwatch.domain.drift.verdict import Verdict, fingerprint
from netwatch.domain.model import Severity
from netwatch.drift import overview, owed, rejudging, troubles
from netwatch.drift.comparing import compared
from netwatch.drift.tracing import Happening, trace
from netwatch.plugins import Registry
from netwatch.storage import blobs, deviations
from netwatch.storage.database import Database
from netwatch.storage.schema import baselines, doors, snapshots, visits
from netwatch.web.pages.baselines import baselines_page
from probes.api import Message
from probes.collect import Section

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from netwatch.config import Settings

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
FACETS = ("running", "startup")
RULES = "huawei_vrp/1"
SITE = """
[site]
zone = "Asia/Shanghai"
[[person]]
name = "zhang"
[credential.reader]
user = "reader"
password = "pw"
[[group]]
name = "switches"
[[group.check]]
kind = "icmp"
[[group.collect]]
kind = "cli"
platform = "huawei_vrp"
credential = "reader"
"""


def configured(folder: Path, count: int) -> Settings:
    """Write a configuration that reads so many switches, and load it."""
    path = folder / "config.toml"
    device = '[[device]]\nname = "sw-{0}"\naddress = "127.0.0.1"\ngroups = ["switches"]\n'
    path.write_text(SITE + "".join(device.format(number) for number in range(count)), encoding="utf-8")
    path.chmod(0o600)
    return load(path, Registry.installed())


def filled(tx: Connection, count: int, history: int, findings: int) -> None:
    """Write what so many devices were read to be, each facet so often, and that some deviate."""
    said = [canonical((Section((), (f"vlan batch {number}",)),)) for number in range(history)]
    texts = [blobs.put(tx, text) for text in said]
    keys = [(f"sw-{number}", facet) for number in range(count) for facet in FACETS]
    tx.execute(insert(visits), [_visited(device, facet) for device, facet in keys])
    tx.execute(insert(doors), [_door(device) for device, facet in keys if facet == "running"])
    read = [_read(device, facet, texts, turn) for turn in range(history) for device, facet in keys]
    tx.execute(insert(snapshots), read)
    tx.execute(insert(baselines), [_approved(device, facet, texts) for device, facet in keys])
    difference = compared(tx, texts[0], texts[-1]).digest
    for number in range(findings):
        made = _finding(f"sw-{number}", texts, difference)
        deviations.add(tx, replace(made, event=trace(tx, made, Happening.OPENED, NOW)))


def _visited(device: str, facet: str) -> dict[str, object]:
    return {"device": device, "facet": facet, "tried": NOW, "completed": NOW, "suspects": 0, "shrinks": 0}


def _door(device: str) -> dict[str, object]:
    made = {"device": device, "name": "cli", "tried": NOW, "opened": NOW, "failures": 0, "guard": {}, "ticks": {}}
    return {**made, "host_key": "", "offered": ""}


def _read(device: str, facet: str, texts: list[str], turn: int) -> dict[str, object]:
    at = NOW - timedelta(days=len(texts) - turn)
    kept = {"device": device, "facet": facet, "content": texts[turn], "rules": RULES, "evidence": [], "saved_by": ""}
    return {**kept, "encoding": "utf-8", "first_seen": at, "last_seen": at, "reads": 4, "settled": at}


def _approved(device: str, facet: str, texts: list[str]) -> dict[str, object]:
    said = {"device": device, "facet": facet, "content": texts[-1], "rules": RULES, "difference": ""}
    judged = {"proposed_by": "zhang", "proposed_at": NOW, "state": "approved", "judged_by": "chen", "judged_at": NOW}
    return {**said, **judged, "judgement": "", "seal": "0" * 64}


def _finding(device: str, texts: list[str], difference: str) -> Finding:
    told = Told(Verdict.UNAUTHORISED, Severity.MAJOR, Message("changed"), Message("why"))
    name = fingerprint(device, "running", texts[0], texts[-1])
    return Finding(name, device, "running", texts[0], texts[-1], difference, told, NOW, NOW, NOW)


def timed(what: str, work: Callable[[], object], unit: float) -> None:
    """Print the processor time of something, alone and against the reference."""
    begun = time.process_time()
    work()
    took = time.process_time() - begun
    print(f"{what:42}{took * 1000:10.0f} ms{took / unit:10.2f} x")


def loop() -> None:
    """A plain loop that takes about a second."""
    total = 0
    for number in range(20_000_000):
        total += number


def main() -> None:
    """Fill a database, and look."""
    wanted = argparse.ArgumentParser()
    wanted.add_argument("--devices", type=int, default=10_000)
    wanted.add_argument("--findings", type=int, default=300)
    wanted.add_argument("--history", type=int, default=5)
    asked = wanted.parse_args()
    with TemporaryDirectory() as folder:
        settings = configured(Path(folder), asked.devices)
        database = Database(settings.database_url).open()
        database.write_now(lambda tx: filled(tx, asked.devices, asked.history, asked.findings))
        begun = time.process_time()
        loop()
        unit = time.process_time() - begun
        work: dict[str, Callable[[Connection], object]] = {
            "how every facet stands": partial(overview.standings, settings=settings, now=NOW),
            "the page of baselines": partial(baselines_page, settings=settings, now=NOW),
            "every minute: what is wrong": partial(troubles.of_devices, settings=settings, now=NOW),
            "each visit: what is wrong with one device": partial(
                troubles.of_devices, settings=settings, now=NOW, device="sw-1"
            ),
            "every minute: judging again, nothing moved": partial(
                rejudging.again, settings=settings, since=1 << 40, now=NOW
            ),
            "at the start: what is to be read at once": owed.owed,
        }
        print(f"{asked.devices} devices, {asked.findings} findings, {asked.history} texts each; loop {unit:.2f} s")
        for what, each in work.items():
            timed(what, partial(database.read_now, each), unit)
        database.close()


if __name__ == "__main__":
    main()
