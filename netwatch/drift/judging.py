"""What a facet of a device is against what was approved: the verdict, and the finding that keeps it.

Everything is written in the transaction of whoever asks: the finding, its event, its entry in the audit log.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netwatch.config.changes import patience, severities
from netwatch.domain.drift.baseline import void
from netwatch.domain.drift.change_window import overdue
from netwatch.domain.drift.condition import Condition
from netwatch.domain.drift.finding import Closing, Finding, FindingState, Told, close, reopen
from netwatch.domain.drift.matching import Footing, Match, Where, match
from netwatch.domain.drift.risk import risks, severity
from netwatch.domain.drift.verdict import Verdict, fingerprint, verdict
from netwatch.domain.model import Severity
from netwatch.drift.comparing import Compared, compared
from netwatch.drift.journey import way
from netwatch.drift.rulebook import rulebook
from netwatch.drift.saving import STARTUP, approved_running
from netwatch.drift.tracing import Happening, trace
from netwatch.drift.wording import only, summary
from netwatch.storage import baselines, change_requests, deviations, snapshots, waivers

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.attribution import Attribution
    from netwatch.domain.drift.baseline import Baseline
    from netwatch.domain.drift.matching import Stretch
    from netwatch.domain.drift.snapshot import Snapshot


@dataclass(frozen=True, slots=True)
class Judged:
    """What a facet is: the verdict, with what it rests on. `finding` is how it deviates, where it does."""

    verdict: Verdict
    snapshot: Snapshot | None = None
    baseline: Baseline | None = None
    finding: Finding | None = None


def judge(
    tx: Connection,
    settings: Settings,
    device: str,
    facet: str,
    now: datetime,
    known: Condition = Condition.KNOWN,
) -> Judged:
    """Decide what a facet is now, and keep the finding.

    It may be asked at any time, and again: deadlines pass, windows end, requests are approved, and the newest
    snapshot is judged anew. `known` is how well it is read.
    """
    newest, base = snapshots.newest(tx, device, facet), baselines.approved(tx, device, facet)
    _void(tx, device, facet, newest, now)
    if newest is not None and facet == STARTUP and newest.content in approved_running(tx, device):
        # What was saved is what was approved to run, or what runs and is judged there.
        close_standing(tx, device, facet, Closing.REVERTED, now)
        return Judged(_plain(newest, newest.content, known), newest, base)
    if newest is None or base is None:
        return Judged(_plain(newest, base.content if base else None, known), newest, base)
    if newest.content == base.content:
        close_standing(tx, device, facet, Closing.REVERTED, now)
        return Judged(_plain(newest, base.content, known), newest, base)
    differs = compared(tx, base.content, newest.content)
    if differs.noise:
        close_standing(tx, device, facet, Closing.REVERTED, now)
        return Judged(_plain(newest, base.content, known), newest, base)
    return _deviates(tx, settings, _Case(base, newest, differs, way(tx, base, newest)), now, known)


def _plain(newest: Snapshot | None, base: str | None, known: Condition) -> Verdict:
    return verdict(base, newest.content if newest is not None else None, known, None)


@dataclass(frozen=True, slots=True)
class _Case:
    """A facet that deviates: from what, to what, by what difference and by which changes."""

    base: Baseline
    newest: Snapshot
    differs: Compared
    way: tuple[Stretch, ...]

    @property
    def interval(self) -> tuple[datetime, datetime]:
        # The clock may have been set back on the way.
        return min(each.low for each in self.way), max(each.high for each in self.way)

    @property
    def by(self) -> Attribution:
        return self.way[-1].by


def _deviates(tx: Connection, settings: Settings, case: _Case, now: datetime, known: Condition) -> Judged:
    newest = case.newest
    low, high = case.interval
    groups = settings.devices[newest.device].groups if newest.device in settings.devices else ()
    where = Where(newest.device, frozenset(groups), newest.facet)
    found = match(where, case.differs.pieces, case.way, rulebook(tx, settings, low, high))
    decided = verdict(case.base.content, newest.content, known, found)
    told = _told(tx, settings, case, decided, found, now)
    return Judged(decided, newest, case.base, _kept(tx, case, told, now))


def _told(tx: Connection, settings: Settings, case: _Case, decided: Verdict, found: Match, now: datetime) -> Told:
    difference = case.differs.difference
    part = only(difference, found.left) if found.left else difference
    about = risks(part, severities(settings), case.newest.facet)
    by = case.by
    permit = found.permit
    return Told(
        verdict=decided,
        severity=_severity(tx, settings, decided, found, severity(about, severities(settings)), now),
        summary=summary(decided, found, case.newest.facet, difference),
        why=found.why,
        risks=tuple(each.value for each in about),
        change=permit.change if permit is not None else None,
        entry=permit.entry if permit is not None else None,
        users=by.users,
        confidence=by.confidence.value,
    )


def _severity(
    tx: Connection, settings: Settings, decided: Verdict, found: Match, by_risk: Severity, now: datetime
) -> Severity:
    """Return how bad it is: by what it is about where nobody approved it, worse for an emergency that is overdue."""
    if decided is Verdict.AUTHORISED:
        return Severity.INFORMATION
    if decided is Verdict.NEEDS_REVIEW:
        return settings.file.change.review
    if found.footing is not Footing.CLAIMED or found.permit is None or found.permit.change is None:
        return by_risk
    request = change_requests.get(tx, found.permit.change)
    late = request is not None and overdue(request, now, patience(settings))
    return max(by_risk, settings.file.change.overdue) if late else by_risk


def _kept(tx: Connection, case: _Case, told: Told, now: datetime) -> Finding:
    """Return the finding of this deviation, recorded, with what is said of it now."""
    newest, base = case.newest, case.base
    name = fingerprint(newest.device, newest.facet, base.content, newest.content)
    before = deviations.standing(tx, newest.device, newest.facet)
    if before is not None and before.fingerprint == name:
        return _judged_again(tx, before, told, now)
    episode = before.episode if before is not None else 0
    if before is not None:
        _close(tx, before, Closing.SUPERSEDED, now)
    known = deviations.of_fingerprint(tx, name)
    low, high = case.interval
    if known is not None:
        again = replace(reopen(known, now, anew=True), told=told, low=low, high=high, episode=episode or known.id)
        again = replace(again, event=trace(tx, again, Happening.REOPENED, now))
        deviations.save(tx, again)
        return again
    new = Finding(
        fingerprint=name,
        device=newest.device,
        facet=newest.facet,
        base=base.content,
        content=newest.content,
        difference=case.differs.digest,
        told=told,
        low=low,
        high=high,
        opened=now,
        episode=episode,
    )
    event = trace(tx, new, Happening.OPENED, now)
    number = deviations.add(tx, replace(new, event=event))
    return replace(new, event=event, id=number, episode=episode or number)


def _judged_again(tx: Connection, finding: Finding, told: Told, now: datetime) -> Finding:
    """Return a finding that still stands: its waiver may have ended, a request may have been approved since."""
    after = _unwaived(tx, finding, now)
    if after is finding and told == finding.told:
        return finding
    after = replace(after, told=told)
    if after.says != finding.says:
        after = replace(after, judged_event=trace(tx, after, Happening.JUDGED, now))
    deviations.save(tx, after)
    return after


def _unwaived(tx: Connection, finding: Finding, now: datetime) -> Finding:
    if finding.state is not FindingState.WAIVED:
        return finding
    waiver = waivers.of(tx, finding.fingerprint)
    if waiver is not None and waiver.holds(now):
        return finding
    waivers.end(tx, finding.fingerprint, now)
    again = reopen(finding, now, anew=False)
    return replace(again, event=trace(tx, again, Happening.WAIVER_ENDED, now))


def close_standing(tx: Connection, device: str, facet: str, how: Closing, now: datetime) -> None:
    """Close what stands: the facet is as approved."""
    standing = deviations.standing(tx, device, facet)
    if standing is not None:
        _close(tx, standing, how, now)


def _close(tx: Connection, finding: Finding, how: Closing, now: datetime) -> None:
    waivers.end(tx, finding.fingerprint, now)
    over = close(finding, how, now)
    deviations.save(tx, replace(over, closed_event=trace(tx, over, Happening.of(how), now)))


def close_as_approved(tx: Connection, finding: Finding, now: datetime) -> None:
    """Close a finding whose content a leader has just approved."""
    _close(tx, finding, Closing.BASELINED, now)


def _void(tx: Connection, device: str, facet: str, newest: Snapshot | None, now: datetime) -> None:
    """Let proposals lapse that are no longer what the device is."""
    for each in baselines.proposed(tx, device, facet):
        lapsed = void(each, newest.content if newest is not None else None, now)
        if lapsed is not None:
            baselines.save(tx, lapsed, each.state)
