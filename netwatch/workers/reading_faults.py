"""What is wrong with reading each device, stated as faults: after each visit of it, and every minute for all."""

from __future__ import annotations

from collections import defaultdict
from functools import partial
from typing import TYPE_CHECKING

from netwatch.domain.drift.condition import Pace, of_account, of_door, of_facet
from netwatch.domain.drift.visit import COLLECT, CREDENTIALS
from netwatch.domain.topology import Reach
from netwatch.storage import doors, visits
from netwatch.workers.observer import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.domain.drift.condition import Wrong
    from netwatch.domain.drift.visit import Door, Visit
    from netwatch.storage.database import Database
    from netwatch.workers.observer import Observer
    from netwatch.workers.watched import Watched
    from netwatch.workers.ways import Way

Doors = "dict[tuple[str, str], Door]"


class ReadingFaults:
    """States what has changed since it was stated last."""

    def __init__(self, database: Database, watched: Watched, observer: Observer) -> None:
        self._database = database
        self._watched = watched
        self._observer = observer
        self._ways: dict[str, list[Way]] = {}
        self._begun: dict[str, datetime] = {}
        self._stated: dict[str, dict[str, Trouble]] = {}

    def take_up(self, ways: Iterable[Way], now: datetime) -> None:
        """Look at these ways from now on."""
        self._ways = defaultdict(list)
        for way in ways:
            self._ways[way.collect.device].append(way)
            self._begun.setdefault(way.name, now)

    async def state(self, now: datetime, device: str | None = None) -> None:
        """State what is wrong with reading a device, or all of them."""
        read, known = await self._database.read(partial(_rows, device=device))
        for name in self._ways if device is None else (device,):
            wrong = self._wrong(name, read, known, now)
            # What cannot be read since the device is away says nothing more than that it is away.
            away = self._watched.reach(name) in {Reach.NO, Reach.DOUBT}
            if wrong != self._stated.get(name) and not (away and not _needs_people(read, name)):
                await self._observer.stand(name, COLLECT, wrong, now)
                self._stated[name] = wrong

    def _wrong(
        self,
        device: str,
        read: Mapping[tuple[str, str], Door],
        known: Mapping[tuple[str, str], Visit],
        now: datetime,
    ) -> dict[str, Trouble]:
        found: dict[str, Wrong | None] = {}
        for way in self._ways.get(device, ()):
            door = read.get((device, way.collect.name))
            if door is not None:
                found[way.collect.name] = of_door(door, way.host_key)
            table = self._watched.settings.file.drift
            pace = Pace(way.collect.every, table.stale_after, table.missing_after)
            for facet in sorted(way.facets):
                begun = (door.since if door is not None else None) or self._begun[way.name]
                found[f"{way.collect.name}/{facet}"] = of_facet(known.get((device, facet)), facet, begun, pace, now)
        found |= {
            f"@{door.name}": of_account(door)
            for (where, _name), door in read.items()
            if where == CREDENTIALS and door.guard.get("device") == device
        }
        return {key: Trouble(each.severity, each.summary) for key, each in found.items() if each is not None}


def _needs_people(read: Mapping[tuple[str, str], Door], device: str) -> bool:
    return any(door.shut for (where, _name), door in read.items() if where == device)


def _rows(tx: Connection, device: str | None) -> tuple[dict[tuple[str, str], Door], dict[tuple[str, str], Visit]]:
    if device is None:
        return doors.everything(tx), visits.everything(tx)
    both = (*doors.of_device(tx, device), *doors.of_device(tx, CREDENTIALS))
    return {(each.device, each.name): each for each in both}, visits.of_device(tx, device)
