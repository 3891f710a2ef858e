"""Every few minutes: whether anything was changed, as far as devices say so by SNMP. What was changed is read at once."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

import structlog

from netwatch.domain.drift.visit import Trigger
from netwatch.domain.topology import Reach
from netwatch.errors import StorageUnavailable
from netwatch.storage import doors
from probes.api import Failure
from probes.snmp.changes import Changes, Ticks, Watcher, changed

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.storage.database import Database
    from netwatch.workers.collector import CollectorWorker
    from netwatch.workers.watched import Watched
    from netwatch.workers.ways import Way
    from probes.collect import Evidence

log = structlog.get_logger()

AT_ONCE = 50
"""So many devices are asked at one time: a look is one packet each way."""


class TickWorker:
    """A child of the TaskGroup."""

    def __init__(self, database: Database, watched: Watched, clock: Clock, collector: CollectorWorker) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._collector = collector

    async def run(self) -> None:
        """Look again and again, until cancelled."""
        while True:
            try:
                await self.look()
            except StorageUnavailable as error:
                log.warning("cannot keep what devices say of changes", error=str(error))
            await self._clock.sleep(self._watched.settings.file.drift.ticks_every.total_seconds())

    async def look(self) -> None:
        """Ask every device once that can say it."""
        asked = [way for way in self._collector.ways.values() if isinstance(way.collector, Watcher)]
        asked = [way for way in asked if self._watched.reach(way.collect.device) is not Reach.NO]
        if not asked:
            return
        known = await self._database.read(partial(_known, ways=asked))
        room = asyncio.Semaphore(AT_ONCE)
        looked = await asyncio.gather(*(self._ask(way, known.get(way.name), room) for way in asked))
        found = [
            (way, _followed(known.get(way.name), ticks))
            for way, ticks in zip(asked, looked, strict=True)
            if ticks is not None
        ]
        await self._database.write(partial(_keep, found=found))
        for way, ticks in found:
            await self._ring(way, changed(known.get(way.name), ticks), known.get(way.name))

    async def _ask(self, way: Way, before: Ticks | None, room: asyncio.Semaphore) -> Ticks | None:
        async with room:
            try:
                assert isinstance(way.collector, Watcher)  # noqa: S101 - only those are asked
                seen = await way.collector.ticks(way.target, self._clock.now(), before)
            except Exception:
                log.exception("a collector crashed", device=way.collect.device, collect=way.collect.name)
                return None
        return None if isinstance(seen, Failure) else seen

    async def _ring(self, way: Way, changes: Changes, before: Ticks | None) -> None:
        if not changes:
            return
        heard = await self._history(way, before.at if before is not None else None) if changes.running else ()
        log.info("changed, says SNMP", device=way.collect.device)
        self._collector.ring(way.collect.device, Trigger.TICKS, heard)

    async def _history(self, way: Way, since: datetime | None) -> tuple[Evidence, ...]:
        """Return who has changed the device since the last look, as it says itself."""
        try:
            assert isinstance(way.collector, Watcher)  # noqa: S101 - only those are asked
            told = await way.collector.history(way.target, self._clock.now())
        except Exception:
            log.exception("a collector crashed", device=way.collect.device, collect=way.collect.name)
            return ()
        if isinstance(told, Failure):
            return ()
        return tuple(each for each in told if since is None or each.at is None or each.at > since)


def _followed(before: Ticks | None, ticks: Ticks) -> Ticks:
    """Return a look that remembers the last change: the visit that it asks for may not come about before a restart."""
    last = before.changed if before is not None else None
    return replace(ticks, changed=ticks.at if changed(before, ticks) else last)


def _known(tx: Connection, ways: Iterable[Way]) -> Mapping[str, Ticks]:
    rows = doors.everything(tx)
    kept = {way.name: rows.get((way.collect.device, way.collect.name)) for way in ways}
    return {name: ticks for name, door in kept.items() if door and (ticks := Ticks.of_json(door.ticks)) is not None}


def _keep(tx: Connection, found: Iterable[tuple[Way, Ticks]]) -> None:
    for way, ticks in found:
        doors.tick(tx, way.collect.device, way.collect.name, ticks.as_json())
