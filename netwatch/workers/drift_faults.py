"""What is wrong with reading each device, and with what it is set to: faults, stated after each visit and every minute."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from netwatch.domain.drift.condition import Pace, of_account, of_door, of_facet, of_way
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
    accounts: Mapping[str, tuple[Door, ...]]
    """The credentials that are shut, by the device that was the last to refuse them."""


class DriftFaults:
    """States what has changed since it was stated last."""

    def __init__(self, database: Database, watched: Watched, observer: Observer) -> None:
        self._database = database
        self._watched = watched
        self._observer = observer
        self._ways: dict[str, list[Way]] = {}
        self._begun: dict[str, datetime] = {}
        self._turn = asyncio.Lock()
        self._stated: dict[tuple[str, str], dict[str, Trouble]] = {}

    def take_up(self, ways: Iterable[Way], now: datetime) -> None:
        """Look at these ways from now on."""
        self._ways = defaultdict(list)
        for way in ways:
            self._ways[way.collect.device].append(way)
            self._begun.setdefault(way.name, now)
        # The faults of what is let go of are closed by the roll; whoever comes back is stated anew.
        self._stated = {key: told for key, told in self._stated.items() if key[0] in self._ways}

    async def state(self, now: datetime, device: str | None = None) -> None:
        """State what is wrong with a device, or with all that are read."""
        work = partial(_known, settings=self._watched.settings, now=now, device=device)
        async with self._turn:  # what was read before must not be stated after what was read since
            known = await self._database.read(work)
            for name in tuple(self._ways) if device is None else (device,):
                if name not in self._ways or name not in self._watched.settings.devices:
                    continue  # it was let go of during its visit, and nobody would ever close its faults
                await self._state(name, DRIFT, known.deviations.get(name, {}), now)
                # What cannot be read since the device is away says nothing more than that it is away.
                away = self._watched.reach(name) in {Reach.NO, Reach.DOUBT}
                if not away or self._is_shut(name, known):
                    await self._state(name, COLLECT, self._wrong(name, known, now), now)
                await asyncio.sleep(0)  # there may be thousands

    def _is_shut(self, device: str, known: _Known) -> bool:
        found = (known.doors.get((device, way.collect.name)) for way in self._ways.get(device, ()))
        return any(door is not None and door.shut for door in found)

    async def _state(self, device: str, side: str, wrong: Mapping[str, Wrong], now: datetime) -> None:
        told = {key: Trouble(each.severity, each.summary) for key, each in wrong.items()}
        if told != self._stated.get((device, side)):
            await self._observer.stand(device, side, told, now)
            self._stated[device, side] = told

    def _wrong(self, device: str, known: _Known, now: datetime) -> dict[str, Wrong]:
        accounts = {f"@{each.name}": of_account(each) for each in known.accounts.get(device, ())}
        found = {key: each for key, each in accounts.items() if each is not None}
        table = self._watched.settings.file.drift
        for way in self._ways.get(device, ()):
            door = known.doors.get((device, way.collect.name))
            pace = Pace(way.collect.every, table.stale_after, table.missing_after)
            begun = (door.since if door is not None else None) or self._begun[way.name]
            late = {
                facet: wrong
                for facet in sorted(way.facets)
                if (wrong := of_facet(known.visits.get((device, facet)), facet, begun, pace, now)) is not None
            }
            shut = of_door(door, way.host_key) if door is not None else None
            for facet, wrong in of_way(shut, late):
                found[f"{way.collect.name}/{facet}" if facet else way.collect.name] = wrong
        return found


def _known(tx: Connection, settings: Settings, now: datetime, device: str | None) -> _Known:
    accounts: dict[str, tuple[Door, ...]] = defaultdict(tuple)
    for each in doors.of_device(tx, CREDENTIALS):
        last = str(each.guard.get("device", ""))
        accounts[last] = (*accounts[last], each)
    deviations = troubles.of_devices(tx, settings, now, device)
    if device is None:
        return _Known(doors.everything(tx), visits.everything(tx), deviations, accounts)
    own = {(each.device, each.name): each for each in doors.of_device(tx, device)}
    return _Known(own, visits.of_device(tx, device), deviations, accounts)
