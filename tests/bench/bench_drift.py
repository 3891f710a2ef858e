"""Reading 1,000 devices over SSH with 25 sessions at once, and judging a long configuration; prints ratios.

    python tests/bench/bench_drift.py [--devices 1000] [--workers 25]

The devices are one process of asyncssh beside us, on as many loopback addresses; it is not counted, but it shares the
processors. Everything between the socket and the rows is what the service does: dialogue, rules, encryption, SQLite.
The reference in the same run is the same log-ins with nothing but `display current-configuration` in them.
"""

from __future__ import annotations

import argparse
import asyncio
import difflib
import resource
import socket
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from ipaddress import IPv4Address
from pathlib import Path
from typing import TYPE_CHECKING, Any

import asyncssh

sys.path.insert(0, str(Path(__file__).parents[2]))

from netwatch import logs
from netwatch.clock import SystemClock
from netwatch.config import load
from netwatch.daemon import keep_in_memory
from netwatch.domain.drift.baseline import Baseline, BaselineState, sealed
from netwatch.domain.drift.difference import compare
from netwatch.domain.drift.snapshot import canonical, parsed, written
from netwatch.drift.judging import judge
from netwatch.drift.keeping import Keys, Visited, keep, work_out
from netwatch.plugins import Registry
from netwatch.progress import Progress
from netwatch.storage import baselines, checks, snapshots, visits
from netwatch.storage.database import Database
from netwatch.workers.drift import DriftWorker
from netwatch.workers.observer import Observer
from netwatch.workers.watched import Watched
from probes.api import Shared
from probes.collect import Answer, Capture

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.config import Settings

FIRST = IPv4Address("127.1.0.1")
USER, PASSWORD = "reader", "reader-pw"
STALLED = 0.2
SITE = """
[log]
level = "warning"
[drift]
workers = {workers}
[credential.reader]
user = "reader"
password = "reader-pw"
"""
DEVICE = """
[[device]]
name = "sw-{number}"
address = "{address}"
check = [{{ kind = "icmp" }}]
collect = [{{ kind = "cli", platform = "huawei_vrp", credential = "reader", port = {port}, host_key = "{key}", facets = ["running", "startup"] }}]
"""


def configuration(name: str, ports: int, *, edited: int = 0) -> bytes:
    """Return a configuration of so many ports, some of them edited."""
    lines = [f"sysname {name}", "#", "vlan batch 10 to 200", "#"]
    for port in range(ports):
        text = "edited" if port < edited else "uplink"
        lines += [
            f"interface GigabitEthernet1/{port // 48}/{port % 48}",
            f" description {text} of floor {port % 24} 第{port}口",
            " port link-type trunk",
            f" port trunk allow-pass vlan {port % 190 + 10}",
            " stp edged-port enable",
            "#",
        ]
    lines += ["user-interface vty 0 4", " authentication-mode aaa", "#", "return"]
    return "".join(f"{line}\r\n" for line in lines).encode()


class Account(asyncssh.SSHServer):
    """Lets the reader in."""

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USER, PASSWORD)


async def shell(process: asyncssh.SSHServerProcess[bytes], ports: int) -> None:
    """Answer as a switch does."""
    name = "sw"
    answers = {b"display current-configuration": configuration(name, ports)}
    answers[b"display saved-configuration"] = answers[b"display current-configuration"]
    process.stdout.write(f"<{name}>".encode())
    async for line in process.stdin:
        command = line.strip()
        if command == b"quit":
            break
        process.stdout.write(command + b"\r\n" + answers.get(command, b"") + f"<{name}>".encode())
    process.exit(0)


async def serve(devices: int, port: int, key: str, ports: int) -> None:
    """Be the devices until killed."""
    hosts = [str(FIRST + number) for number in range(devices)]
    await asyncssh.listen(
        hosts,
        port,
        server_factory=Account,
        server_host_keys=[key],
        process_factory=partial(shell, ports=ports),
        encoding=None,
        line_editor=False,
        backlog=100,
    )
    print("listening", flush=True)
    await asyncio.Event().wait()


@contextmanager
def switches(devices: int, ports: int) -> Iterator[tuple[int, str]]:
    """Run the devices beside us; yield their port and the fingerprint of their key."""
    with tempfile.TemporaryDirectory() as folder:
        key = asyncssh.generate_private_key("ssh-ed25519")
        file = Path(folder) / "key"
        key.write_private_key(file)
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        command = [sys.executable, __file__, "--serve", str(port), "--key", str(file)]
        command += ["--devices", str(devices), "--ports", str(ports)]
        process = subprocess.Popen(command, stdout=subprocess.PIPE)
        try:
            assert process.stdout is not None
            process.stdout.readline()
            yield port, key.get_fingerprint("sha256")
        finally:
            process.kill()
            process.wait()


class Lag:
    """How late the event loop is, at worst."""

    def __init__(self) -> None:
        self.worst = 0.0
        self.stalls = 0

    async def watch(self) -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(0.01)
            late = time.perf_counter() - before - 0.01
            self.worst = max(self.worst, late)
            self.stalls += late > STALLED


def site(folder: Path, devices: int, port: int, key: str, workers: int) -> Settings:
    """Write the configuration of the devices, and load it."""
    path = folder / "config.toml"
    each = (DEVICE.format(number=n, address=FIRST + n, port=port, key=key) for n in range(devices))
    path.write_text(SITE.format(workers=workers) + "".join(each))
    path.chmod(0o600)
    return load(path, Registry.installed())


async def read_all(settings: Settings, database: Database) -> tuple[float, Lag]:
    """Let the service's own worker read every device once; return the seconds and the lag of the loop."""
    clock, lag = SystemClock(), Lag()
    watched, shared = Watched(settings, database.read_now(checks.everything)), Shared(settings.credentials)
    observer = Observer(database, watched, clock, Progress(clock.now()), lambda: None)
    worker = DriftWorker(database, watched, clock, observer, lambda: None, Registry.installed(), shared)
    start = time.perf_counter()
    await worker.take_up()
    keep_in_memory()  # as the service does
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(worker.run()), group.create_task(lag.watch())]
        while not (  # noqa: ASYNC110 - the database's threads set no event of ours
            worker.collector.idle and len(await database.read(visits.everything)) >= 2 * len(settings.devices)
        ):
            await asyncio.sleep(0.25)
        seconds = time.perf_counter() - start
        for task in tasks:
            task.cancel()
    await shared.close()
    return seconds, lag


async def log_in_only(settings: Settings, port: int, workers: int) -> tuple[float, Lag]:
    """Do the same log-ins and nothing with what comes; return the seconds and the lag of the loop."""
    room, lag = asyncio.Semaphore(workers), Lag()

    async def one(address: str) -> None:
        async with (
            room,
            asyncssh.connect(
                address, port, username=USER, password=PASSWORD, known_hosts=None, config=None, agent_path=None
            ) as connection,
        ):
            process: Any = await connection.create_process(encoding=None, term_type="vt100")
            process.stdin.write(b"display current-configuration\ndisplay saved-configuration\nquit\n")
            await process.stdout.read()

    start = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        watching = group.create_task(lag.watch())
        await asyncio.gather(*(one(device.address) for device in settings.devices.values()))
        watching.cancel()
    return time.perf_counter() - start, lag


def approve(database: Database, at: datetime) -> None:
    """Let what was read first be approved."""
    newest = database.read_now(partial(snapshots.newest, device="long", facet="running"))
    assert newest is not None
    base = Baseline("long", "running", newest.content, newest.rules, "li", at)
    base = replace(base, state=BaselineState.APPROVED, judged_by="chen", judged_at=at)
    database.write_now(partial(baselines.add, baseline=replace(base, seal=sealed(base))))


def long_one(database: Database, settings: Settings) -> None:
    """Judge a configuration of 10,000 lines with 200 edits, step by step."""
    keys, now = Keys(b"c" * 32, b"s" * 32), datetime.now(UTC)
    texts = [configuration("long", 1666, edited=edited) for edited in (0, 200)]
    took: list[float] = []
    for hours, raw in enumerate(texts):
        at = now + timedelta(hours=hours)
        capture = Capture("running", "huawei_vrp", (Answer("display current-configuration", raw, 0.1),))
        start = time.perf_counter()
        worked = work_out(keys, Visited("long", at, at, "timer"), capture, ())
        took.append(time.perf_counter() - start)
        start = time.perf_counter()
        database.write_now(partial(keep, worked=worked, settle=timedelta(0), at_once=True))
        took.append(time.perf_counter() - start)
        if hours == 0:
            approve(database, at)
    before, after = database.read_now(lambda tx: tuple(snapshots.history(tx, "long", "running")))[::-1]
    old, new = (parsed(database.read_now(partial(snapshots.text_of, snapshot=each))) for each in (before, after))
    start = time.perf_counter()
    difference = compare(old, new)
    compared = time.perf_counter() - start
    start = time.perf_counter()
    list(difflib.unified_diff(written(old), written(new)))
    reference = time.perf_counter() - start
    start = time.perf_counter()
    database.write_now(lambda tx: judge(tx, settings, "long", "running", now))
    judged = time.perf_counter() - start
    lines = texts[1].count(b"\n")
    print(f"{lines} lines, {difference.added} edits, {len(canonical(new)):,} bytes of text")
    print(f"  to text and encrypted {took[2]:.3f} s, recorded {took[3]:.3f} s, verdict {judged:.3f} s")
    print(f"  difference {1000 * compared:.1f} ms; difflib {reference:.2f} s, {reference / compared:.0f} times as long")


def main() -> None:
    """Measure, or be the devices."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--devices", type=int, default=1000)
    parser.add_argument("--workers", type=int, default=25)
    parser.add_argument("--ports", type=int, default=52)
    parser.add_argument("--serve", type=int)
    parser.add_argument("--key")
    asked = parser.parse_args()
    if asked.serve:
        asyncio.run(serve(asked.devices, asked.serve, asked.key, asked.ports))
        return
    lines = configuration("sw", asked.ports).count(b"\n")
    print(f"{asked.devices} devices of {lines} lines, two facets each, {asked.workers} at once")
    with tempfile.TemporaryDirectory() as name, switches(asked.devices, asked.ports) as (port, key):
        folder = Path(name)
        settings = site(folder, asked.devices, port, key, asked.workers)
        logs.configure(settings.file.log)
        idle = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        reference, alone = asyncio.run(log_in_only(settings, port, asked.workers))
        with closing(Database(settings.database_url).open()) as database:
            processor = time.process_time()
            seconds, lag = asyncio.run(read_all(settings, database))
            processor = time.process_time() - processor
            most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
            size = sum(path.stat().st_size for path in folder.glob("netwatch.db*"))
            kept = database.read_now(lambda tx: len(snapshots.everything(tx)))
            print(f"  read and recorded in {seconds:.1f} s, {asked.devices / seconds:.0f} devices/s, {kept} snapshots")
            print(f"  log-ins and commands alone {reference:.1f} s: {seconds / reference:.2f} times as long with all")
            print(
                f"  processor {processor:.1f} s, memory {idle // 1024} -> {most // 1024} MB, database {size >> 20} MB"
            )
            print(f"  the loop was late by {1000 * lag.worst:.0f} ms at worst, {lag.stalls} times over 200 ms")
            print(f"  with log-ins alone by {1000 * alone.worst:.0f} ms, {alone.stalls} times")
            long_one(database, settings)


if __name__ == "__main__":
    main()
