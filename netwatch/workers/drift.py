"""What devices are set to: who reads them, who looks whether they changed, and every minute what follows from that."""

from __future__ import annotations

import asyncio
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any

import structlog

from netwatch.domain.drift.visit import Trigger
from netwatch.drift import rejudging, renormalise, requesting, troubles
from netwatch.drift.judging import judge
from netwatch.drift.keeping import Keys
from netwatch.drift.sealing import opened
from netwatch.errors import NetwatchError, StorageUnavailable, UsageError
from netwatch.keyring import Keyring
from netwatch.storage import captures, change_requests, doors
from netwatch.workers.collector import CollectorWorker
from netwatch.workers.drift_faults import DriftFaults
from netwatch.workers.gatekeeper import trusted
from netwatch.workers.mirror import MirrorKeeper
from netwatch.workers.observer import Trouble
from netwatch.workers.ticks import TickWorker
from netwatch.workers.ways import maker, ways
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.plugins import Registry
    from netwatch.storage.database import Database
    from netwatch.workers.observer import Observer
    from netwatch.workers.watched import Watched
    from probes.api import Shared

log = structlog.get_logger()

EVERY = 60.0
REST = 1.0
"""Seconds between two looks at everything: a leader who approves 300 contents in one go would cause as many."""
PIECE = 60_000
"""Characters of what a device said that go over the service's socket at once."""


class DriftWorker:
    """A child of the TaskGroup; `tick` and `carried` are called by the service."""

    def __init__(
        self,
        database: Database,
        watched: Watched,
        clock: Clock,
        observer: Observer,
        wake: Callable[[], None],
        registry: Registry,
        shared: Shared,
    ) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._observer = observer
        self._wake = wake
        self._made = maker(registry, shared)
        self._faults = DriftFaults(database, watched, observer)
        self.collector = CollectorWorker(database, watched, clock, lambda: self._keys, self._faults, self._judge)
        self._ticks = TickWorker(database, watched, clock, self.collector)
        self._mirror = MirrorKeeper(database, watched)
        self._asked = asyncio.Event()
        self._looked: datetime | None = None
        self._judged = -1
        self._read: frozenset[tuple[str, str]] = frozenset()
        """The facets of devices that are read."""

    @cached_property
    def _keys(self) -> Keys:
        return Keys.of(Keyring(self._watched.settings.keys))

    def _judge(self, tx: Connection, device: str, facet: str, now: datetime) -> None:
        if (device, facet) in self._read:  # else it was let go of while somebody was reading it
            judge(tx, self._watched.settings, device, facet, now)

    async def take_up(self) -> None:
        """Read what the configuration asks for, by the host keys that are configured or approved."""
        approved = await self._database.read(trusted)
        found = ways(self._watched.settings, self._made, self.collector.ways, approved)
        self._read = frozenset((way.collect.device, facet) for way in found.values() for facet in way.facets)
        await self._database.write(partial(rejudging.let_go, read=self._read, now=self._clock.now()))
        # Last, with nothing to wait for behind it: who asks for a visit right after gets this one and not a second.
        await self.collector.take_up(found)
        self._asked.set()

    def tick(self) -> None:
        """Let those devices have their turn whose time has come."""
        self.collector.tick()

    async def run(self) -> None:
        """Read devices, and follow what comes of it, until cancelled."""
        await self._bring_up_to_date()
        async with asyncio.TaskGroup() as group:
            group.create_task(self.collector.run(self._watched.settings.file.drift.workers))
            group.create_task(self._ticks.run())
            group.create_task(self._minutes())
            group.create_task(self._bell())

    async def opened(self, allowed: Message, arguments: Mapping[str, Any]) -> Message:
        """Return a piece of what a device said, and how many characters there are, once somebody is allowed to see it.

        It goes to who asked, and nowhere else: not into the audit log, as what other commands answer does.
        """
        number, offset = int(allowed.values["number"]), arguments.get("offset", 0)
        kept = await self._database.read(partial(captures.get, number=number))
        if kept is None or not isinstance(offset, int) or offset < 0:
            raise UsageError(_("nothing is kept under the number {number}"), number=number)
        text = await asyncio.to_thread(opened, self._keys.captures, kept)
        return Message("{text}", {"text": text[offset : offset + PIECE], "length": len(text)})

    async def carried(self, action: str, arguments: Mapping[str, Any]) -> None:
        """Do what a command means for reading: visit, let in, look again."""
        device = str(arguments.get("device", ""))
        match action:
            case "collect_device":
                self.collector.ring(device, Trigger.HAND)
            case "unlock_device" | "trust_device":
                await self.take_up()
                self.collector.ring(device, Trigger.HAND)
            case "implement_change":
                await self._verify(arguments.get("number"))
            case _:
                pass
        self._asked.set()

    async def _verify(self, number: object) -> None:
        """Read at once what was changed: who verifies it next sees what it is now."""
        if not isinstance(number, int):
            return
        request = await self._database.read(partial(change_requests.get, number=number))
        if request is not None:
            for device in sorted(requesting.devices(self._watched.settings, request)):
                self.collector.ring(device, Trigger.VERIFY)

    async def _bell(self) -> None:
        while True:
            await self._clock.sleep(EVERY)
            self._asked.set()

    async def _minutes(self) -> None:
        """Look every minute, and when somebody has done something about it."""
        while True:
            await self._asked.wait()
            self._asked.clear()
            try:
                await self.look(self._clock.now())
            except StorageUnavailable as error:
                log.warning("cannot judge what devices are set to", error=str(error))
            await self._clock.sleep(REST)

    async def look(self, now: datetime) -> None:
        """Do once what follows from the clock: windows, deadlines, waivers; then state what is wrong."""
        settings = self._watched.settings
        step = partial(_step, settings=settings, since=self._looked, judged=self._judged, now=now)
        stepped, self._judged = await self._database.write(step)
        self._looked = now
        for device in stepped:
            self.collector.ring(device, Trigger.WINDOW)
        await self._faults.state(now)
        wrong = await self._database.read(partial(troubles.of_requests, settings=settings, now=now))
        said = {key: Trouble(each.severity, each.summary) for key, each in wrong.items()}
        await self._observer.book("changes", said, now)
        if stepped:
            self._wake()

    async def _bring_up_to_date(self) -> None:
        """Make texts anew that older rules have made, before anything is compared with them."""
        try:
            count = await self._renormalise()
            await self._mirror.everything()
        except NetwatchError as error:
            log.warning("what was read is not up to date", error=str(error))
        else:
            if count:
                log.info("rules have changed", texts=count)

    async def _renormalise(self) -> int:
        """Make texts anew, a facet at a time: each goes over in one transaction."""
        count = 0
        for numbers in (await self._database.read(renormalise.outdated)).values():
            made = [await self._remade(number) for number in numbers]
            remade = [each for each in made if each is not None]
            work = partial(renormalise.take_over, remade=remade, now=self._clock.now())
            count += await self._database.write(work)
        return count

    async def _remade(self, number: int) -> renormalise.Remade | None:
        kept = await self._database.read(partial(captures.get, number=number))
        if kept is None:
            return None
        return await asyncio.to_thread(renormalise.remake, self._keys, kept, self._watched.settings.site.zone)


def _step(
    tx: Connection, settings: Settings, since: datetime | None, judged: int, now: datetime
) -> tuple[tuple[str, ...], int]:
    """Let time pass for change requests, and judge again what deviates.

    Returns the devices that are to be read, and the event up to which everything is judged.
    """
    # At the start: since anything was read last. What ended while nobody looked is read now.
    since = since or doors.last_tried(tx) or now
    taken = (*requesting.pass_time(tx, settings, now), *requesting.just_ended(tx, since, now))
    judged = rejudging.again(tx, settings, judged, now)
    return tuple(sorted({device for each in taken for device in requesting.devices(settings, each)})), judged
