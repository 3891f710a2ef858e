"""What is wrong with reading each device, and with what it is set to: faults, stated after each visit and every minute."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from netwatch.domain.drift.condition import Pace, of_account, of_door, of_facet
from netwatch.domain.drift.visit import COLLECT, CREDENTIALS, DRIFT
from netwatch.domain.topology import Reach
from netwatch.drift import troubles
from netwatch.storage import doors, visits
from netwatch.workers.observer import Trouble

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.condition import Wrong
    from netwatch.domain.drift.visit import Door, Visit
    from netwatch.storage.database import Database
    from netwatch.workers.observer import Observer
    from netwatch.workers.watched import Watched
    from netwatch.workers.ways import Way


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows say of how devices are read, and of what is wrong with what they are set to."""

    doors: Mapping[tuple[str, str], Door]
    visits: Mapping[tuple[str, str], Visit]
    deviations: Mapping[str, Mapping[str, Wrong]]


class DriftFaults:
    """States what has changed since it was stated last."""

    def __init__(self, database: Database, watched: Watched, observer: Observer) -> None:
        self._database = database
        self._watched = watched
        self._observer = observer
        self._ways: dict[str, list[Way]] = {}
        self._begun: dict[str, datetime] = {}
        self._stated: dict[tuple[str, str], dict[str, Trouble]] = {}

    def take_up(self, ways: Iterable[Way], now: datetime) -> None:
        """Look at these ways from now on."""
        self._ways = defaultdict(list)
        for way in ways:
            self._ways[way.collect.device].append(way)
            self._begun.setdefault(way.name, now)

    async def state(self, now: datetime, device: str | None = None) -> None:
        """State what is wrong with a device, or with all that are read."""
        settings = self._watched.settings
        known = await self._database.read(partial(_known, settings=settings, now=now, device=device))
        for name in self._ways if device is None else (device,):
            await self._state(name, DRIFT, _troubles(known.deviations.get(name, {})), now)
            # What cannot be read since the device is away says nothing more than that it is away.
            away = self._watched.reach(name) in {Reach.NO, Reach.DOUBT}
            if not away or any(door.shut for (where, _name), door in known.doors.items() if where == name):
                await self._state(name, COLLECT, _troubles(self._wrong(name, known.doors, known.visits, now)), now)

    async def _state(self, device: str, side: str, wrong: dict[str, Trouble], now: datetime) -> None:
        if wrong != self._stated.get((device, side)):
            await self._observer.stand(device, side, wrong, now)
            self._stated[device, side] = wrong

    def _wrong(
        self,
        device: str,
        read: Mapping[tuple[str, str], Door],
        known: Mapping[tuple[str, str], Visit],
        now: datetime,
    ) -> dict[str, Wrong]:
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
        return {key: each for key, each in found.items() if each is not None}


def _troubles(wrong: Mapping[str, Wrong]) -> dict[str, Trouble]:
    return {key: Trouble(each.severity, each.summary) for key, each in wrong.items()}


def _known(tx: Connection, settings: Settings, now: datetime, device: str | None) -> _Known:
    deviations = troubles.of_devices(tx, settings, now, device)
    if device is None:
        return _Known(doors.everything(tx), visits.everything(tx), deviations)
    both = (*doors.of_device(tx, device), *doors.of_device(tx, CREDENTIALS))
    return _Known({(each.device, each.name): each for each in both}, visits.of_device(tx, device), deviations)
