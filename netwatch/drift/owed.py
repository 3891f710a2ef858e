"""What is to be read at once when the service starts: what it was about to look at again when it ended."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.storage import doors, snapshots, visits
from probes.snmp.changes import Ticks

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import Connection

    from netwatch.domain.drift.visit import Door


@dataclass(frozen=True, slots=True)
class Owed:
    """How each way into each device stands, and the facets of devices that wait for another look."""

    doors: Mapping[tuple[str, str], Door]
    facets: frozenset[tuple[str, str]]

    def at_once(self, device: str, name: str, facets: Iterable[str], every: timedelta, now: datetime) -> bool:
        """Whether a way is to be gone now, and not only when its regular turn comes."""
        door = self.doors.get((device, name))
        if door is None or door.opened is None or now - door.opened >= every:
            return True
        return _is_behind(door, door.opened) or any((device, facet) in self.facets for facet in facets)


def _is_behind(door: Door, opened: datetime) -> bool:
    """Whether the device changed since it was read, or could not be read; what was refused waits for its turn."""
    if door.shut or door.guard:
        return False
    ticks = Ticks.of_json(door.ticks)
    return bool(door.failures) or (ticks is not None and ticks.changed is not None and ticks.changed > opened)


def owed(tx: Connection) -> Owed:
    """Return what waits: what was read once and does not count yet, and what was not read completely."""
    incomplete = {key for key, visit in visits.everything(tx).items() if visit.suspects}
    return Owed(doors.everything(tx), frozenset(incomplete | snapshots.doubted(tx)))
