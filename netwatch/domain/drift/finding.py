"""Findings: one for each deviation of a facet from what was approved, from its first sight to its end."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.registers import Doer, NotAllowed
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from netwatch.domain.drift.verdict import Verdict
    from netwatch.domain.model import Severity


class FindingState(Enum):
    """Where a finding stands."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    """A leader has seen it and does not want it: it is to be put back."""
    WAIVED = "waived"
    CLOSED = "closed"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STATES[self]


_STATES: Mapping[FindingState, str] = {
    FindingState.OPEN: _("open"),
    FindingState.ACKNOWLEDGED: _("to be put back"),
    FindingState.WAIVED: _("waived"),
    FindingState.CLOSED: _("closed"),
}


class Closing(Enum):
    """How a finding ended."""

    REVERTED = "reverted"
    BASELINED = "baselined"
    SUPERSEDED = "superseded"
    UNWATCHED = "unwatched"
    """The configuration no longer asks for it: nobody could ever see it put back."""

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _CLOSINGS[self]


_CLOSINGS: Mapping[Closing, str] = {
    Closing.REVERTED: _("put back"),
    Closing.BASELINED: _("approved"),
    Closing.SUPERSEDED: _("changed further"),
    Closing.UNWATCHED: _("no longer watched"),
}


@dataclass(frozen=True, slots=True)
class Told:
    """What judging says of a deviation just now."""

    verdict: Verdict
    severity: Severity
    summary: Message
    why: Message
    risks: tuple[str, ...] = ()
    change: int | None = None
    entry: int | None = None
    users: tuple[str, ...] = ()
    confidence: str = "none"


@dataclass(frozen=True, slots=True)
class Finding:
    """A deviation: `base` and `content` are the contents, it came about in (`low`, `high`].

    `episode` is the number of the first finding since the facet was last as approved.
    """

    fingerprint: str
    device: str
    facet: str
    base: str
    content: str
    difference: str
    told: Told
    low: datetime
    high: datetime
    opened: datetime
    state: FindingState = FindingState.OPEN
    closed: datetime | None = None
    closing: Closing | None = None
    judged_by: str | None = None
    judged_at: datetime | None = None
    judgement: str = ""
    reopened: int = 0
    episode: int = 0
    event: int = 0
    """The event by which it was last opened."""
    judged_event: int | None = None
    closed_event: int | None = None
    id: int = 0

    @property
    def stands(self) -> bool:
        """Whether the device still deviates so."""
        return self.state is not FindingState.CLOSED

    @property
    def key(self) -> str:
        """What the audit log calls it: it is written there before it has a number."""
        return f"finding/{self.fingerprint[:16]}"

    @property
    def says(self) -> str:
        """What it was judged to be, and by what it is explained, in a word that is compared."""
        return f"{self.told.verdict.value} {self.told.change or '-'} {self.told.entry or '-'}"


def close(finding: Finding, how: Closing, now: datetime) -> Finding:
    """Return a finding that is over; the episode keeps what it was."""
    if not finding.stands:
        return finding
    return replace(finding, state=FindingState.CLOSED, closing=how, closed=now)


def reopen(finding: Finding, now: datetime, *, anew: bool) -> Finding:
    """Return a finding that is open again: its waiver has ended or, `anew`, the device deviates so once more."""
    again = replace(
        finding, state=FindingState.OPEN, closed=None, closing=None, closed_event=None, reopened=finding.reopened + 1
    )
    if not anew:
        return again
    return replace(again, opened=now, judged_by=None, judged_at=None, judgement="", judged_event=None)


def acknowledge(finding: Finding, who: Doer, parties: Iterable[str], now: datetime, text: str) -> Finding:
    """Return a finding that a leader does not want: it is to be put back."""
    judge(finding, who, parties)
    return replace(finding, state=FindingState.ACKNOWLEDGED, judged_by=who.name, judged_at=now, judgement=text)


def waive(finding: Finding, who: Doer, parties: Iterable[str], now: datetime, text: str) -> Finding:
    """Return a finding that is waived, by a waiver that was granted."""
    judge(finding, who, parties)
    return replace(finding, state=FindingState.WAIVED, judged_by=who.name, judged_at=now, judgement=text)


def judge(finding: Finding, who: Doer, parties: Iterable[str]) -> None:
    """Refuse who may not judge a finding, and what is over."""
    if not who.leader:
        raise NotAllowed(_("{name} does not lead"), {"name": who.name})
    if not finding.stands:
        raise NotAllowed(_("finding {number} is over"), {"number": finding.id})
    if who.name in frozenset(parties):
        raise NotAllowed(_("{name} asked for it, or did it; somebody else judges"), {"name": who.name})
