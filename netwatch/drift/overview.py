"""How every device stands that is read: what its facets are, since when, when they were read, and what is in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.drift.condition import Condition, Pace, condition
from netwatch.domain.drift.verdict import Verdict, verdict
from netwatch.drift.saving import RUNNING, unsaved
from netwatch.storage import baselines, deviations, doors, snapshots, visits
from probes.api import Message, _
from probes.facets import PASSING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.config.collecting import Collect
    from netwatch.domain.drift.finding import Finding
    from netwatch.domain.drift.snapshot import Snapshot
    from netwatch.domain.drift.visit import Door, Visit


@dataclass(frozen=True, slots=True)
class Standing:
    """How one facet of a device stands. `collect` is the way by which it is read, `door` how that way stands."""

    device: str
    facet: str
    verdict: Verdict
    condition: Condition
    collect: str = ""
    snapshot: Snapshot | None = None
    visit: Visit | None = None
    door: Door | None = None
    finding: Finding | None = None
    unsaved: datetime | None = None

    @property
    def since(self) -> datetime | None:
        """Since when it is what it is."""
        return self.snapshot.first_seen if self.snapshot is not None else None

    @property
    def obstacle(self) -> Message | None:
        """What is in the way of reading it; None where nothing is."""
        door, visit = self.door, self.visit
        if door is not None and door.offered:
            return Message(_("host key waits: {key}"), {"key": door.offered})
        if door is not None and door.locked:
            return Message(_("locked: log-ins were refused"))
        if door is not None and door.failures and door.why is not None:
            return door.why
        if visit is not None and visit.why is not None:
            return visit.why
        return None if self.condition is Condition.KNOWN else Message(self.condition.title)


def standings(
    tx: Connection, settings: Settings, now: datetime, devices: Collection[str] | None = None
) -> tuple[Standing, ...]:
    """Return how the facets of all devices that are read stand, or of some, by device and facet."""
    collects = tuple(each for each in settings.collects if devices is None or each.device in devices)
    known, ways = _visits(tx, devices), doors.everything(tx)
    return tuple(
        _standing(tx, settings, now, each, facet, known.get((each.device, facet)), ways.get((each.device, each.name)))
        for each, facet in sorted(_facets(tx, collects, known), key=lambda pair: (pair[0].device, pair[1]))
    )


def _visits(tx: Connection, devices: Collection[str] | None) -> dict[tuple[str, str], Visit]:
    if devices is None:
        return visits.everything(tx)
    return {key: visit for name in devices for key, visit in visits.of_device(tx, name).items()}


def _facets(
    tx: Connection, collects: tuple[Collect, ...], known: dict[tuple[str, str], Visit]
) -> Iterator[tuple[Collect, str]]:
    """Yield what is read of each device, by which way. What has never been tried is known by configuration only."""
    names = {each.device for each in collects}
    told = {(name, facet) for name in names for facet in snapshots.facets(tx, name)} | set(known)
    taken: set[tuple[str, str]] = set()
    for each in collects:
        own = {facet for name, facet in told if name == each.device and (not each.facets or facet in each.facets)}
        for facet in sorted(own | set(each.facets)) or [""]:
            if (each.device, facet) not in taken:
                taken.add((each.device, facet))
                yield each, facet


def _standing(
    tx: Connection,
    settings: Settings,
    now: datetime,
    collect: Collect,
    facet: str,
    visit: Visit | None,
    door: Door | None,
) -> Standing:
    device, table = collect.device, settings.file.drift
    newest, base = snapshots.newest(tx, device, facet), baselines.approved(tx, device, facet)
    pace = Pace(collect.every, table.stale_after, table.missing_after)
    begun = (door.since if door is not None else None) or (visit.tried if visit is not None else now)
    known = condition(visit, begun, pace, now)
    finding = deviations.standing(tx, device, facet)
    if finding is not None:
        said = finding.told.verdict
    elif newest is None and visit is not None and visit.is_absent:
        said = Verdict.ABSENT
    elif newest is not None and facet in PASSING and known is Condition.KNOWN:
        said = Verdict.PASSING
    else:
        said = verdict(base.content if base else None, newest.content if newest else None, known, None)
    return Standing(
        device=device,
        facet=facet,
        verdict=said,
        condition=known,
        collect=collect.name,
        snapshot=newest,
        visit=visit,
        door=door,
        finding=finding,
        unsaved=unsaved(tx, device) if facet == RUNNING else None,
    )
