"""A site whose devices are read by a script instead of SSH, on a clock that the test moves.

Everything between a capture and its rows is the real thing: rules, encryption, snapshots, faults.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from datetime import timedelta
from importlib.metadata import EntryPoint, entry_points
from typing import TYPE_CHECKING, Any, ClassVar

from pydantic import BaseModel, ConfigDict

from netwatch.actions import carry_out
from netwatch.config import load
from netwatch.domain.drift.snapshot import written
from netwatch.drift.keeping import Keys
from netwatch.errors import StorageUnavailable
from netwatch.keyring import Keyring
from netwatch.plugins import COLLECTORS, GROUP, Registry
from netwatch.progress import Progress
from netwatch.storage import baselines, captures, doors, snapshots, visits
from netwatch.workers.collector import CollectorWorker
from netwatch.workers.drift import DriftWorker
from netwatch.workers.drift_faults import DriftFaults
from netwatch.workers.gatekeeper import trusted
from netwatch.workers.ways import maker, ways
from probes.api import Failure, Message, Shared, Target, Trouble
from probes.collect import Answer, Capture, Collection, Facet
from tests.fakes import settle
from tests.scenario import Scenario
from tests.shifts import WHOLE_DAY

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.baseline import Baseline
    from netwatch.domain.drift.snapshot import Snapshot
    from netwatch.domain.drift.visit import Door, Visit
    from netwatch.storage.database import Database

RULES = "huawei_vrp"
KEY = "SHA256:" + "a" * 43
OTHER_KEY = "SHA256:" + "b" * 43
CONFIG = """#
sysname {name}
#
vlan batch 10 20
#
interface GigabitEthernet1/0/1
 description {description}
#
user-interface vty 0 4
 authentication-mode aaa
 set authentication password cipher {password}
#
return
"""


def config(name: str = "sw-1", description: str = "uplink", password: str = "canary-4711", more: str = "") -> bytes:
    """Return what a switch says of itself."""
    text = CONFIG.format(name=name, description=description, password=password)
    return text.replace("return\n", f"{more}return\n").encode()


def capture(raw: bytes, facet: str = "running", gap: Message | None = None) -> Capture:
    """Return a capture of one answer."""
    return Capture(facet, RULES, (Answer("display current-configuration", raw, 0.1),), gap)


def refused() -> Failure:
    """Return a log-in that was refused."""
    return Failure(Trouble.AUTHENTICATION, Message("the log-in was refused"))


def silent() -> Failure:
    """Return a device that does not answer."""
    return Failure(Trouble.TIMEOUT, Message("no answer"))


class Options(BaseModel):
    """The options of the scripted collector: those that the real one has, too."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    host_key: str | None = None
    credential: str | None = None


class Devices:
    """What each device says: bytes of its running configuration, a whole collection, a failure, or an exception."""

    def __init__(self) -> None:
        self.says: dict[str, bytes | Collection | Failure | Exception] = {}
        self.visits: list[tuple[str, frozenset[str]]] = []
        self.at_once: dict[str, int] = defaultdict(int)
        self.most_at_once = 0
        self.offers: tuple[str, ...] = ("running",)
        self.gate: asyncio.Event | None = None
        """Where it is set, a visit waits for it half-way."""


class ScriptedCollector:
    """Says what the script says."""

    kind: ClassVar[str] = "scripted"
    facets: ClassVar[tuple[Facet, ...]] = (Facet("running", "running"), Facet("startup", "startup"))
    Options: ClassVar[type[BaseModel]] = Options

    def __init__(self, options: BaseModel, *, shared: Shared) -> None:
        assert isinstance(options, Options)
        self.options = options
        self.devices = shared.get("devices", Devices)

    def offered(self) -> tuple[str, ...]:
        return self.devices.offers

    async def collect(self, target: Target, facets: frozenset[str]) -> Collection | Failure:
        devices = self.devices
        devices.visits.append((target.name, facets))
        devices.at_once[target.name] += 1
        devices.most_at_once = max(devices.most_at_once, sum(devices.at_once.values()))
        assert devices.at_once[target.name] == 1, "two sessions at one device"
        try:
            if devices.gate is not None:
                await devices.gate.wait()
            said = devices.says[target.name]
            if isinstance(said, Exception):
                raise said
            return Collection((capture(said),)) if isinstance(said, bytes) else said
        finally:
            devices.at_once[target.name] -= 1


SITE = (
    """
[mail]
directory = "mail"
[[person]]
name = "zhang"
mail = "zhang@hospital.example"
[[person]]
name = "chen"
mail = "chen@hospital.example"
role = "leader"
"""
    + WHOLE_DAY
    + """
[credential.reader]
user = "reader"
password = "{password}"
{drift}
"""
)
DEVICE = """
[[device]]
name = "{name}"
address = "127.0.0.1"
check = [{{ kind = "icmp" }}]
collect = [{{ kind = "scripted", credential = "reader"{more} }}]
"""
KINDS = (
    *entry_points(group=GROUP),
    *entry_points(group=COLLECTORS),
    EntryPoint("scripted", "tests.drift_scene:ScriptedCollector", COLLECTORS),
)


def watching(folder: Path, *names: str, drift: str = "", more: str = "", password: str = "pw") -> Settings:
    """Write a configuration that reads these devices, and load it."""
    path = folder / "config.toml"
    text = SITE.format(drift=drift, password=password) + "".join(DEVICE.format(name=name, more=more) for name in names)
    path.write_text(text, encoding="utf-8")
    path.chmod(0o600)
    return load(path, Registry(KINDS))


class DriftScene(Scenario):
    """Devices that are read by the real worker, turn by turn."""

    def __init__(self, settings: Settings, database: Database) -> None:
        super().__init__(settings, database)
        self.shared = Shared(settings.credentials)
        self.devices = self.shared.get("devices", Devices)
        self.keys = Keys.of(Keyring(settings.keys))
        self.judged: list[tuple[str, str]] = []
        self.judge_fails = False
        self.judge_crashes_on = ""
        self.readings = DriftFaults(database, self.watched, self.observer)
        self.worker = self.begun()

    def begun(self) -> CollectorWorker:
        """Return a worker as the service has it after a start."""
        return CollectorWorker(
            database=self.database,
            watched=self.watched,
            clock=self.clock,
            keys=lambda: self.keys,
            faults=self.readings,
            judge=self._judge,
        )

    def _judge(self, _tx: Connection, device: str, facet: str, _now: datetime) -> None:
        if self.judge_fails:
            raise StorageUnavailable("the disk is full")
        if device == self.judge_crashes_on:
            raise ZeroDivisionError
        self.judged.append((device, facet))

    @asynccontextmanager
    async def running(self, workers: int = 2) -> AsyncIterator[None]:
        """Let the worker visit in the background."""
        await self.take_up()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.worker.run(workers))
            yield
            task.cancel()

    async def take_up(self, settings: Settings | None = None) -> None:
        """Read what this configuration asks for from now on."""
        self.settings = self.watched.settings = settings or self.settings
        await self.worker.take_up(
            ways(self.settings, maker(Registry(KINDS), self.shared), self.worker.ways, self.trusted())
        )

    def trusted(self) -> dict[str, str]:
        return self.rows(trusted)

    async def until(self, done: Callable[[], bool]) -> None:
        """Wait for what the worker does in threads, for at most five seconds of real time."""
        async with asyncio.timeout(5):
            while not done():  # noqa: ASYNC110 - threads of the database do not set our events
                await asyncio.sleep(0.002)

    async def visited(self, times: int) -> None:
        """Wait until so many visits were made, and what they brought is on record."""
        await self.until(lambda: len(self.devices.visits) >= times and self.worker.idle)

    async def let_pass(self, *, hours: float = 0, minutes: float = 0) -> None:
        """Let time pass; those whose time has come have their turn."""
        self.clock.set(self.clock.now() + timedelta(hours=hours, minutes=minutes))
        self.worker.tick()
        await settle()
        await self.until(lambda: self.worker.idle)

    async def trust(self, key: str, device: str = "sw-1") -> None:
        """Approve a host key, as a leader does by command."""
        self.database.write_now(lambda tx: doors.save(tx, self.door(device).trusted(key, "chen", self.clock.now())))
        await self.take_up()

    def pinned(self, device: str = "sw-1") -> str | None:
        """Return the host key that the collector was made with."""
        collector = self.worker.ways[f"{device}/scripted"].collector
        assert isinstance(collector, ScriptedCollector)
        return collector.options.host_key

    def door(self, device: str = "sw-1") -> Door:
        return self.rows(lambda tx: doors.get(tx, device, "scripted"))

    def visit(self, device: str = "sw-1", facet: str = "running") -> Visit:
        return self.rows(lambda tx: visits.get(tx, device, facet, self.clock.now()))

    def newest(self, device: str = "sw-1", facet: str = "running") -> Snapshot | None:
        return self.rows(lambda tx: snapshots.newest(tx, device, facet))

    def text(self, device: str = "sw-1", facet: str = "running") -> str:
        def read(tx: Connection) -> str:
            newest = snapshots.newest(tx, device, facet)
            return "" if newest is None else "\n".join(written(snapshots.sections_of(tx, newest)))

        return self.rows(read)

    def kept(self, device: str = "sw-1", facet: str = "running") -> tuple[captures.Kept, ...]:
        return self.rows(lambda tx: tuple(captures.each(tx, device, facet)))

    def wrong(self, device: str = "sw-1") -> dict[str, str]:
        """Return what is wrong with a device just now, by the check."""
        return {
            fault.subject.id: str(fault.summary)
            for fault in self.faults()
            if fault.open and fault.subject.device == device
        }


class DriftService(DriftScene):
    """The whole of reading and judging, as the service has it."""

    def __init__(self, settings: Settings, database: Database) -> None:
        super().__init__(settings, database)
        self.start()

    def start(self) -> None:
        self.drift = DriftWorker(
            self.database, self.watched, self.clock, self.observer, self._wake, Registry(KINDS), self.shared
        )
        self.worker = self.drift.collector

    @asynccontextmanager
    async def running(self, workers: int = 2) -> AsyncIterator[None]:
        await self.drift.take_up()
        async with asyncio.TaskGroup() as group:
            task = group.create_task(self.drift.run())
            yield
            task.cancel()

    async def does(self, actor: str, action: str, **values: Any) -> Message:
        """Carry out a command as the service does."""
        work = carry_out(self.settings, action, actor, self.clock.now(), values, progress=Progress(self.clock.now()))
        done = await self.database.write(work)
        if action == "show_raw":
            return await self.drift.opened(done, values)
        await self.drift.carried(action, values)
        return done

    async def look(self) -> None:
        await self.drift.look(self.clock.now())
        await settle()
        await self.until(lambda: self.worker.idle)

    def approved(self) -> Baseline | None:
        return self.rows(lambda tx: baselines.approved(tx, "sw-1", "running"))

    async def approve(self) -> None:
        newest = self.newest()
        assert newest is not None
        await self.does("chen", "approve_drift", device="sw-1", facet="running", content=newest.content)
