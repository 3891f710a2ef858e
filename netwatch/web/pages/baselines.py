"""What devices are set to, against what a leader approved: what deviates, in words, and how each facet stands."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.drift.finding import FindingState
from netwatch.domain.drift.verdict import Verdict
from netwatch.domain.drift.visit import DRIFT
from netwatch.domain.model import Severity, Subject
from netwatch.drift.deviation import deviations_of
from netwatch.drift.overview import standings
from netwatch.drift.remedies import Remedy, of_standing
from netwatch.storage import deviations, faults, waivers
from netwatch.web.pages import naming
from probes import facets
from roster.stretches import stretches
from roster.together import together

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.finding import Finding
    from netwatch.drift.deviation import Deviation
    from netwatch.drift.overview import Standing
    from probes.api import Message

MOST = 30
"""So many deviations are told in words, each with those like it; the others stand in the list of devices."""
OTHERS = 40
"""So many other devices with the same deviation are named."""
STRETCHES = 100
"""So many numbers are put into one command, or stretches of them."""
WORDS = 6
"""So many sentences are told of each."""
PAGE = 25
"""How many devices stand on one page."""
MARKS = {
    Verdict.UNCHANGED: "up",
    Verdict.NOISE: "up",
    Verdict.AUTHORISED: "up",
    Verdict.PASSING: "up",
    Verdict.NEEDS_REVIEW: "degraded",
    Verdict.UNAUTHORISED: "down",
}


@dataclass(frozen=True, slots=True)
class FindingView:
    """A deviation that stands. `severity` is None where nobody is alarmed, `fault` 0 where there is none open.

    `others` are further devices with the same one, and `unnamed` how many more there are; `numbers` those of all.
    """

    number: int
    device: str
    title: str
    facet: str
    name: str
    verdict: str
    judged: str
    by: str
    text: str
    """What a leader said of it."""
    until: datetime | None
    """Until when it is waived."""
    severity: Severity | None
    words: tuple[Message, ...]
    why: Message
    low: datetime
    high: datetime
    fault: int
    others: tuple[str, ...]
    unnamed: int
    numbers: str


@dataclass(frozen=True, slots=True)
class FacetView:
    """How one facet of a device stands. `finding` is 0 where nothing deviates."""

    name: str
    verdict: str
    mark: str
    finding: int
    judged: str
    since: datetime | None
    read: datetime | None
    unsaved: datetime | None
    obstacle: Message | None
    remedy: Remedy | None


@dataclass(frozen=True, slots=True)
class DeviceView:
    """A device that is read, and its facets."""

    name: str
    title: str
    facets: tuple[FacetView, ...]


@dataclass(frozen=True, slots=True)
class BaselinesPage:
    """The page."""

    findings: tuple[FindingView, ...]
    omitted: int
    devices: tuple[DeviceView, ...]
    total: int
    page: int
    pages: int


def baselines_page(tx: Connection, settings: Settings, now: datetime, asked: int = 1) -> BaselinesPage:
    """Return the page: what waits for a leader first, then some of the devices."""
    found = sorted(
        (each for each in deviations.stand(tx) if each.device in settings.devices),
        key=lambda each: (-(_severity(each) or 0), each.opened, each.id),
    )
    names = tuple(dict.fromkeys(each.device for each in settings.collects))
    pages = max(1, -(-len(names) // PAGE))
    page = min(max(1, asked), pages)
    shown = names[(page - 1) * PAGE : page * PAGE]
    known = deviations_of(tx, (_subject(each) for each in found))
    alike = _alike(settings, found, known)
    return BaselinesPage(
        findings=tuple(_finding(tx, settings, each, known.get(_subject(each[0]))) for each in alike[:MOST]),
        omitted=sum(len(each) for each in alike[MOST:]),
        devices=_devices(settings, shown, standings(tx, settings, now, shown)),
        total=len(names),
        page=page,
        pages=pages,
    )


def _severity(finding: Finding) -> Severity | None:
    """Return how bad it is; None where a leader has said what becomes of it, or approved the change before."""
    is_borne = finding.state is FindingState.WAIVED or finding.told.verdict is Verdict.AUTHORISED
    return None if is_borne else finding.told.severity


def _judged(finding: Finding) -> str:
    return "" if finding.state is FindingState.OPEN else finding.state.title


def _subject(finding: Finding) -> Subject:
    return Subject(finding.device, DRIFT, f"{finding.facet}/{finding.id}")


def _alike(
    settings: Settings, found: Iterable[Finding], known: Mapping[Subject, Deviation]
) -> tuple[tuple[Finding, ...], ...]:
    """Put together what is the same on many devices, as the configuration has them: a leader looks at it once."""
    place = {name: number for number, name in enumerate(settings.devices)}

    def same(finding: Finding) -> Hashable | None:
        deviation = known.get(_subject(finding))
        if deviation is None or deviation.likeness is None:
            return None
        return _severity(finding), finding.judged_by, finding.judgement, deviation.likeness

    return tuple(tuple(sorted(alike, key=lambda each: place[each.device])) for alike in together(found, same))


def _finding(
    tx: Connection, settings: Settings, alike: tuple[Finding, ...], deviation: Deviation | None
) -> FindingView:
    finding, *others = alike
    fault, waiver = faults.open_of(tx, _subject(finding).id), waivers.of(tx, finding.fingerprint)
    numbers = stretches(each.id for each in alike)
    return FindingView(
        number=finding.id,
        device=finding.device,
        title=naming.device(settings, finding.device),
        facet=finding.facet,
        name=facets.title(finding.facet),
        verdict=finding.told.verdict.title,
        judged=_judged(finding),
        by=naming.person(settings, finding.judged_by or "") if _judged(finding) else "",
        text=finding.judgement if _judged(finding) else "",
        until=waiver.until if waiver is not None else None,
        severity=_severity(finding),
        words=deviation.words(WORDS) if deviation is not None else (),
        why=finding.told.why,
        low=min(each.low for each in alike),
        high=max(each.high for each in alike),
        fault=fault.id if fault is not None else 0,
        others=tuple(naming.device(settings, each.device) for each in others[:OTHERS]),
        unnamed=max(0, len(others) - OTHERS),
        numbers=" ".join(numbers[:STRETCHES]) if others else "",
    )


def _devices(settings: Settings, names: Iterable[str], found: Iterable[Standing]) -> tuple[DeviceView, ...]:
    of: dict[str, list[FacetView]] = {name: [] for name in names}
    for each in found:
        of[each.device].append(facet_view(each))
    return tuple(DeviceView(name, naming.device(settings, name), tuple(lines)) for name, lines in of.items())


def facet_view(standing: Standing) -> FacetView:
    """Return how one facet of a device stands, as people are shown it."""
    finding = standing.finding
    return FacetView(
        name=facets.title(standing.facet) if standing.facet else "",
        verdict=standing.verdict.title,
        mark=MARKS.get(standing.verdict, "unknown"),
        finding=finding.id if finding is not None else 0,
        judged=_judged(finding) if finding is not None else "",
        since=standing.since,
        read=standing.visit.completed if standing.visit is not None else None,
        unsaved=standing.unsaved,
        obstacle=standing.obstacle,
        remedy=of_standing(standing),
    )
