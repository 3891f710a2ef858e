"""How every device stands that is read: what its facets are, since when, when they were read, and what is in the way."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.drift.condition import Condition, Pace, condition
from netwatch.domain.drift.verdict import Verdict, verdict
from netwatch.drift.saving import RUNNING, STARTUP, unsaved
from netwatch.storage import baselines, deviations, doors, snapshots, visits
from probes.api import Message, _
from probes.facets import PASSING

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.config.collecting import Collect
    from netwatch.domain.drift.baseline import Baseline
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


@dataclass(frozen=True, slots=True)
class _Known:
    """What rows say of some devices, by device and facet; of ways in, by device and name."""

    newest: Mapping[tuple[str, str], Snapshot]
    approved: Mapping[tuple[str, str], Baseline]
    findings: Mapping[tuple[str, str], Finding]
    visits: Mapping[tuple[str, str], Visit]
    doors: Mapping[tuple[str, str], Door]


def standings(
    tx: Connection, settings: Settings, now: datetime, devices: Collection[str] | None = None
) -> tuple[Standing, ...]:
    """Return how the facets of all devices that are read stand, or of some, by device and facet."""
    collects = tuple(each for each in settings.collects if devices is None or each.device in devices)
    known = _known(tx, devices)
    return tuple(
        _standing(tx, settings, now, each, facet, known)
        for each, facet in sorted(_facets(collects, known), key=lambda pair: (pair[0].device, pair[1]))
    )


def _known(tx: Connection, devices: Collection[str] | None) -> _Known:
    """Look once for all: there may be ten thousand."""
    return _Known(
        newest={(each.device, each.facet): each for each in snapshots.everything(tx, devices)},
        approved={(each.device, each.facet): each for each in baselines.in_force(tx, devices)},
        findings={(each.device, each.facet): each for each in deviations.stand(tx, devices)},
        visits=_visits(tx, devices),
        doors=doors.everything(tx),
    )


def _visits(tx: Connection, devices: Collection[str] | None) -> dict[tuple[str, str], Visit]:
    if devices is None:
        return visits.everything(tx)
    return {key: visit for name in devices for key, visit in visits.of_device(tx, name).items()}


def _facets(collects: tuple[Collect, ...], known: _Known) -> Iterator[tuple[Collect, str]]:
    """Yield what is read of each device, by which way. What has never been tried is known by configuration only."""
    told: dict[str, set[str]] = defaultdict(set)
    for name, facet in (*known.newest, *known.visits):
        told[name].add(facet)
    taken: set[tuple[str, str]] = set()
    for each in collects:
        own = {facet for facet in told[each.device] if not each.facets or facet in each.facets}
        for facet in sorted(own | set(each.facets)) or [""]:
            if (each.device, facet) not in taken:
                taken.add((each.device, facet))
                yield each, facet


def _finding(
    newest: Snapshot | None, standing: Mapping[tuple[str, str], Finding], key: tuple[str, str]
) -> Finding | None:
    """Return how a facet deviates. What a device has saved of what it runs is judged there, and stands here, too."""
    if key in standing or newest is None or newest.facet != STARTUP:
        return standing.get(key)
    running = standing.get((newest.device, RUNNING))
    return running if running is not None and running.content == newest.content else None


def _approved(tx: Connection, newest: Snapshot | None, base: Baseline | None) -> str | None:
    """Return the content that was approved. A device may have saved all that was ever approved to run."""
    approved = base.content if base is not None else None
    if newest is None or newest.facet != STARTUP or newest.content == approved:
        return approved
    return newest.content if newest.content in baselines.ever(tx, newest.device, RUNNING) else approved


def _standing(
    tx: Connection, settings: Settings, now: datetime, collect: Collect, facet: str, known: _Known
) -> Standing:
    key, table = (collect.device, facet), settings.file.drift
    newest = known.newest.get(key)
    base, finding = _approved(tx, newest, known.approved.get(key)), _finding(newest, known.findings, key)
    visit, door = known.visits.get(key), known.doors.get((collect.device, collect.name))
    pace = Pace(collect.every, table.stale_after, table.missing_after)
    begun = (door.since if door is not None else None) or (visit.tried if visit is not None else now)
    read = condition(visit, begun, pace, now)
    if finding is not None:
        said = finding.told.verdict
    elif newest is None and visit is not None and visit.is_absent:
        said = Verdict.ABSENT
    elif newest is not None and facet in PASSING and read is Condition.KNOWN:
        said = Verdict.PASSING
    else:
        said = verdict(base, newest.content if newest else None, read, None)
    startup = known.newest.get((collect.device, STARTUP))
    return Standing(
        device=collect.device,
        facet=facet,
        verdict=said,
        condition=read,
        collect=collect.name,
        snapshot=newest,
        visit=visit,
        door=door,
        finding=finding,
        unsaved=unsaved(tx, newest, startup) if facet == RUNNING else None,
    )
