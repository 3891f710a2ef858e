"""Baselines: what a facet of a device is approved to be. An approval is of bytes, and of nothing that came later."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain import seal
from netwatch.domain.registers import Doer, NotAllowed
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

NETWATCH = "netwatch"
"""Who proposes what nobody else has proposed: nobody who could approve it."""
SHORTEST = 8
"""So many digits of a content's hash must be given, at least, to say which content is meant."""


class BaselineState(Enum):
    """Where a baseline stands."""

    PROPOSED = "proposed"
    APPROVED = "approved"
    REJECTED = "rejected"
    SUPERSEDED = "superseded"
    VOID = "void"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STATES[self]


_STATES: Mapping[BaselineState, str] = {
    BaselineState.PROPOSED: _("proposed"),
    BaselineState.APPROVED: _("in force"),
    BaselineState.REJECTED: _("rejected"),
    BaselineState.SUPERSEDED: _("superseded"),
    BaselineState.VOID: _("void: it moved on"),
}


@dataclass(frozen=True, slots=True)
class Baseline:
    """One content of one facet, proposed or more. `difference` is the digest of what it changes, empty for the first."""

    device: str
    facet: str
    content: str
    rules: str
    proposed_by: str
    proposed_at: datetime
    difference: str = ""
    change: int | None = None
    state: BaselineState = BaselineState.PROPOSED
    judged_by: str | None = None
    judged_at: datetime | None = None
    judgement: str = ""
    ended: datetime | None = None
    seal: str = ""
    """What the leader signed: see `sealed`."""
    carried: int | None = None
    """The baseline that it is in the words of newer rules."""
    id: int = 0


def sealed(baseline: Baseline) -> str:
    """Return what an approval binds, SHA-256 in hex: this content of this facet by these rules, for this change."""
    return seal.sealed(
        "netwatch baseline",
        baseline.device,
        baseline.facet,
        baseline.content,
        baseline.rules,
        baseline.difference,
        baseline.change,
    )


def approve(
    baseline: Baseline, newest: str | None, who: Doer, parties: Iterable[str], now: datetime, text: str = ""
) -> Baseline:
    """Return a baseline in force. `newest` is the content that the device has now, `parties` whose change it is."""
    _judge(baseline, who, parties)
    if newest != baseline.content:
        raise NotAllowed(_("{device} has moved on since: look at it again"), {"device": baseline.device})
    bound = replace(baseline, state=BaselineState.APPROVED, judged_by=who.name, judged_at=now, judgement=text)
    return replace(bound, seal=sealed(bound))


def reject(baseline: Baseline, who: Doer, parties: Iterable[str], now: datetime, text: str) -> Baseline:
    """Return a baseline that a leader does not want: the device is to be put back."""
    _judge(baseline, who, parties)
    return replace(baseline, state=BaselineState.REJECTED, judged_by=who.name, judged_at=now, judgement=text, ended=now)


def _judge(baseline: Baseline, who: Doer, parties: Iterable[str]) -> None:
    """Four eyes: nobody approves what they proposed, asked for or did themselves."""
    if not who.leader:
        raise NotAllowed(_("{name} does not lead"), {"name": who.name})
    if baseline.state is not BaselineState.PROPOSED:
        raise NotAllowed(
            _("the baseline of {device} is {state}; it is not judged again"),
            {"device": baseline.device, "state": baseline.state.title},
        )
    if who.name == baseline.proposed_by:
        raise NotAllowed(_("{name} proposed it; somebody else judges"), {"name": who.name})
    if who.name in frozenset(parties):
        raise NotAllowed(_("{name} asked for it, or did it; somebody else judges"), {"name": who.name})


def supersede(baseline: Baseline, now: datetime) -> Baseline:
    """Return a baseline after the next one has come into force."""
    return replace(baseline, state=BaselineState.SUPERSEDED, ended=now)


def void(baseline: Baseline, newest: str | None, now: datetime) -> Baseline | None:
    """Return a proposal that means nothing any more, since the device has moved on; None while it still does."""
    if baseline.state is not BaselineState.PROPOSED or newest == baseline.content:
        return None
    return replace(baseline, state=BaselineState.VOID, ended=now)


def carry(baseline: Baseline, content: str, rules: str) -> Baseline:
    """Return the same approval in the words of newer rules: nothing of the device has changed, only how it is read."""
    carried = replace(baseline, content=content, rules=rules, carried=baseline.id, id=0, ended=None)
    return replace(carried, seal=sealed(carried))


def means(given: str, content: str) -> bool:
    """Whether somebody who writes a hash, or the beginning of one, means this content."""
    word = given.strip().casefold()
    return len(word) >= SHORTEST and content.startswith(word)
