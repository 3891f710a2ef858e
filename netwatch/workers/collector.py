"""Reads devices for what they are set to: when it is time, when something hints at a change, when somebody asks."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.drift.sighting import Sight
from netwatch.domain.drift.visit import Trigger, pause
from netwatch.domain.topology import Reach
from netwatch.drift.keeping import Visited, work_out
from netwatch.drift.owed import owed
from netwatch.drift.recording import Read, record
from netwatch.errors import NetwatchError, StorageUnavailable
from netwatch.workers import gatekeeper
from netwatch.workers.due import Due
from netwatch.workers.gatekeeper import Gatekeeper
from netwatch.workers.mirror import MirrorKeeper
from netwatch.workers.ways import visit
from probes.api import Failure, Message, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config.drift import DriftTable
    from netwatch.drift.keeping import Keys, Outcome, Worked
    from netwatch.drift.recording import Judge
    from netwatch.storage.database import Database
    from netwatch.workers.drift_faults import DriftFaults
    from netwatch.workers.watched import Watched
    from netwatch.workers.ways import Way
    from probes.collect import Collection, Evidence

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Turn:
    """One visit as it is to be made: to which facets, and why."""

    way: Way
    facets: frozenset[str]
    trigger: Trigger


@dataclass(frozen=True, slots=True)
class _Next:
    """When a way is to be gone again beside its regular turns, and for which facets; None leaves it at those."""

    after: timedelta | None = None
    facets: frozenset[str] = frozenset()


class CollectorWorker:
    """So many visitors at once, each at one device; of each device one session at a time."""

    def __init__(
        self,
        database: Database,
        watched: Watched,
        clock: Clock,
        keys: Callable[[], Keys],
        faults: DriftFaults,
        judge: Judge,
    ) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._keys = keys
        self._faults = faults
        self._judge = judge
        self._mirror = MirrorKeeper(database, watched)
        self._gate = Gatekeeper(database, lambda: keys().secrets)
        self._due = Due()
        self._ways: Mapping[str, Way] = {}
        self._sessions: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._bench = asyncio.Lock()
        self._asked: dict[str, Trigger] = {}
        self._heard: dict[str, tuple[Evidence, ...]] = {}
        self._again: dict[str, frozenset[str]] = {}
        self._whole: dict[str, float] = {}
        """When each way was last gone for all of its facets, in monotonic seconds."""

    @property
    def _drift(self) -> DriftTable:
        return self._watched.settings.file.drift

    @property
    def ways(self) -> Mapping[str, Way]:
        """The ways that it goes, by name."""
        return self._ways

    @property
    def idle(self) -> bool:
        """Whether nothing waits for its turn, and nobody is out."""
        return self._due.idle

    async def take_up(self, ways: Mapping[str, Way]) -> None:
        """Go these ways from now on; at once those that should have been gone since, or were about to be again."""
        fresh = [name for name, way in ways.items() if self._is_new(name, way)]
        self._ways = ways
        self._faults.take_up(ways.values(), self._clock.now())
        now, moment = self._clock.monotonic(), self._clock.now()
        self._due.plan({name: way.collect.every for name, way in ways.items()}, now)
        if not fresh:
            return  # a reload may take up thousands of ways as they were
        waiting = await self._database.read(owed)
        for name in fresh:
            collect = ways[name].collect
            if waiting.at_once(collect.device, collect.name, ways[name].facets, collect.every, moment):
                self._due.at_once(name, now)

    def _is_new(self, name: str, way: Way) -> bool:
        old = self._ways.get(name)
        return old is None or old.collector is not way.collector

    def tick(self) -> None:
        """Let those have their turn whose time has come."""
        self._due.release(self._clock.monotonic())

    def ring(self, device: str, trigger: Trigger, heard: tuple[Evidence, ...] = ()) -> bool:
        """Ask for a visit now; False where nothing is read of that device. `heard` is who may have changed it."""
        mine = [name for name, way in self._ways.items() if way.collect.device == device]
        if mine and heard:
            self._heard[device] = (*self._heard.get(device, ()), *heard)
        for name in mine:
            self._asked[name] = trigger
            self._due.at_once(name, self._clock.monotonic())
        return bool(mine)

    async def run(self, workers: int) -> None:
        """Visit until cancelled."""
        async with asyncio.TaskGroup() as group:
            for _number in range(workers):
                group.create_task(self._work())

    async def _work(self) -> None:
        while True:
            name = await self._due.take()
            following = await self._visit_safely(name)
            self._again.pop(name, None)
            if following.facets:
                self._again[name] = following.facets
            self._due.done(name, self._clock.monotonic(), retry=following.after)

    async def _visit_safely(self, name: str) -> _Next:
        """Make a visit. What one device says must not end the reading of all others, whatever comes of it."""
        try:
            return await self._visit(name)
        except StorageUnavailable as error:
            log.warning("cannot record a visit", collect=name, error=str(error))
        except Exception as error:
            log.exception("a visit crashed", collect=name)
            await self._crashed(name, error)
        return _Next(self._drift.retry)

    async def _crashed(self, name: str, error: Exception) -> None:
        """Record that reading a device fails here, in the program itself."""
        way, now = self._ways.get(name), self._clock.now()
        if way is None:
            return
        why = Message(_("netwatch itself failed at what it read: {error}"), {"error": type(error).__name__})
        if isinstance(error, NetwatchError):
            why = Message(error.template, error.values)
        try:
            await self._database.write(partial(gatekeeper.failed, way=way, why=why, now=now))
            await self._faults.state(now, way.collect.device)
        except Exception:
            log.exception("cannot tell that a visit crashed", collect=name)

    async def _visit(self, name: str) -> _Next:
        """Make the visit whose turn it is, and say when the next one is due beside the regular ones."""
        way = self._ways.get(name)
        if way is None or not way.facets:
            return _Next()
        turn = self._turn(name, way)
        if self._watched.reach(way.collect.device) is Reach.NO:
            return _Next()  # the cheap probes say when it is back, and the next turn comes anyway
        async with self._gate.turn(way), self._sessions[way.collect.device]:
            leave = await self._gate.ask(way)
            if leave.refused:
                return _Next()
            started = self._clock.now()
            outcome = await visit(way, turn.facets)
            return await self._take(turn, outcome, started)

    def _turn(self, name: str, way: Way) -> _Turn:
        now = self._clock.monotonic()
        trigger = self._asked.pop(name, None)
        some = self._again.get(name, frozenset()) & way.facets
        rested = now - self._whole.get(name, float("-inf")) < way.collect.every.total_seconds()
        if trigger is None and some and rested:
            return _Turn(way, some, Trigger.RETRY)
        self._whole[name] = now
        return _Turn(way, way.facets, trigger or Trigger.TIMER)

    async def _take(self, turn: _Turn, outcome: Collection | Failure, started: datetime) -> _Next:
        if isinstance(outcome, Failure):
            return await self._fail(turn, outcome)
        now = self._clock.now()
        worked = await self._worked(turn, outcome, started, now)
        self._gate.let_in(turn.way)
        read = Read(turn.way.collect.device, turn.facets, worked, outcome.unread, now)
        account, at_once = self._gate.account(turn.way), turn.trigger is Trigger.VERIFY

        def work(tx: Connection) -> tuple[Outcome, ...]:
            gatekeeper.met(tx, turn.way, account, outcome, now)
            return record(tx, read, self._drift.settle, self._judge, at_once=at_once)

        found = await self._database.write(work)
        await self._tell(read.device, found, now)
        return self._following(turn.way, found)

    async def _worked(self, turn: _Turn, outcome: Collection, started: datetime, now: datetime) -> tuple[Worked, ...]:
        """Make text of what was read, one facet after another, beside the event loop."""
        device, zone = turn.way.collect.device, self._watched.settings.site.zone
        visited = Visited(device, started, now, turn.trigger.value, outcome.host_key, zone)
        evidence = (*self._heard.pop(device, ()), *outcome.evidence)
        keys = self._keys()
        worked = []
        for each in outcome.captures:
            # One at a time: several threads of Python are no faster, and each keeps the event loop waiting.
            async with self._bench:
                worked.append(await asyncio.to_thread(work_out, keys, visited, each, evidence))
        return tuple(worked)

    async def _fail(self, turn: _Turn, failure: Failure) -> _Next:
        """Record a visit that led to nothing. A refused log-in is not tried again before its regular turn."""
        way, now = turn.way, self._clock.now()
        log.info("cannot be read", collect=way.name, why=str(failure.detail))
        door = await self._gate.tell(way, failure, now)
        await self._tell(door.device, (), now)
        if door.shut or gatekeeper.refused(failure):
            return _Next()
        return _Next(pause(self._drift.retry, door.failures, way.collect.every), turn.facets)

    async def _tell(self, device: str, found: Iterable[Outcome], now: datetime) -> None:
        """State what is wrong, and let the mirror have what has changed. Neither may stop the reading."""
        with suppress(StorageUnavailable):  # the rows are there, and the next minute tells
            await self._faults.state(now, device)
        changed = [each.snapshot for each in found if each.sight is Sight.SETTLED and each.snapshot is not None]
        try:
            await self._mirror.add(changed)
        except NetwatchError as error:
            log.warning("cannot mirror", device=device, error=str(error))

    def _following(self, way: Way, found: Iterable[Outcome]) -> _Next:
        """Read soon again what does not count yet, and with growing pauses what was not complete."""
        found = tuple(found)
        doubted = [each for each in found if each.sight is Sight.DOUBTED]
        suspect = [each for each in found if each.why is not None]
        waits = [self._drift.settle for _each in doubted]
        waits += [pause(self._drift.retry, each.suspects, way.collect.every) for each in suspect]
        if not waits:
            return _Next()
        return _Next(min(waits), frozenset(each.facet for each in (*doubted, *suspect)))
