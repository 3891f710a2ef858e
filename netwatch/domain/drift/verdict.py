"""The verdict on a facet of a device: what it is against what was approved, and how well it is known."""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.drift.condition import Condition
from netwatch.domain.drift.matching import Footing, Match
from netwatch.domain.model import Severity
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from netwatch.domain.drift.difference import Difference
    from probes.collect import Section

URGENT = 4
"""After so many times its deadline what is not saved is urgent."""


class Verdict(Enum):
    """What is to be said of a facet."""

    UNCHANGED = "unchanged"
    NOISE = "noise"
    AUTHORISED = "authorised"
    NEEDS_REVIEW = "needs review"
    UNAUTHORISED = "unauthorised"
    STALE = "stale"
    MISSING = "missing"
    SUSPECT = "suspect"
    NO_BASELINE = "no baseline"
    ABSENT = "absent"
    """The device has no such thing, or does not tell of it."""
    PASSING = "passing"
    """It changes by itself, as who is logged in does, and is looked through by rules of its own."""

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]

    @property
    def drifts(self) -> bool:
        """Whether what was read differs from what was approved in more than noise."""
        return self in {Verdict.AUTHORISED, Verdict.NEEDS_REVIEW, Verdict.UNAUTHORISED}


_TITLES: Mapping[Verdict, str] = {
    Verdict.UNCHANGED: _("as approved"),
    Verdict.NOISE: _("as approved but for its order"),
    Verdict.AUTHORISED: _("changed as approved"),
    Verdict.NEEDS_REVIEW: _("changed, to be reviewed"),
    Verdict.UNAUTHORISED: _("changed without approval"),
    Verdict.STALE: _("not read lately"),
    Verdict.MISSING: _("not read"),
    Verdict.SUSPECT: _("not read to its end"),
    Verdict.NO_BASELINE: _("nothing approved yet"),
    Verdict.ABSENT: _("not there"),
    Verdict.PASSING: _("no baseline: looked through"),
}
_OF_FOOTING: Mapping[Footing, Verdict] = {
    Footing.COVERED: Verdict.AUTHORISED,
    Footing.DOUBTFUL: Verdict.NEEDS_REVIEW,
    Footing.CLAIMED: Verdict.UNAUTHORISED,
    Footing.NOTHING: Verdict.UNAUTHORISED,
}


_OF_CONDITION: Mapping[Condition, Verdict] = {
    Condition.NEVER: Verdict.MISSING,
    Condition.SUSPECT: Verdict.SUSPECT,
    Condition.STALE: Verdict.STALE,
    Condition.MISSING: Verdict.MISSING,
}


def verdict(baseline: str | None, content: str | None, known: Condition, match: Match | None) -> Verdict:
    """Return the verdict on what was read last. `match` is what the difference stands on, None where it is only noise.

    What is known to differ stays what it is while the device cannot be read; what was as approved may have changed.
    """
    if content is None:
        return Verdict.SUSPECT if known is Condition.SUSPECT else Verdict.MISSING
    if baseline is None:
        return Verdict.NO_BASELINE
    if content != baseline and match is not None:
        return _OF_FOOTING[match.footing]
    return _OF_CONDITION.get(known) or (Verdict.UNCHANGED if content == baseline else Verdict.NOISE)


def noise(difference: Difference, before: Iterable[Section], after: Iterable[Section]) -> bool:
    """Whether nothing but the order of whole blocks differs, in which devices write them as they like.

    What stands inside a block keeps its order: the terms of a filter, the rules of a policy.
    """
    if difference.alterations or difference.empty:
        return False
    return _inside(before) == _inside(after)


def _inside(sections: Iterable[Section]) -> dict[tuple[str, ...], list[Section]]:
    found: dict[tuple[str, ...], list[Section]] = defaultdict(list)
    for each in sections:
        if len(each.path) != 1:
            found[each.path[:-1]].append(each)
    return found


def fingerprint(device: str, facet: str, base: str, content: str) -> str:
    """Return the name of one deviation of one facet, SHA-256 in hex: a waiver is for this one and no other."""
    said = json.dumps(["netwatch deviation", device, facet, base, content], ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(said.encode()).hexdigest()


def unsaved_severity(since: datetime, deadline: timedelta, now: datetime) -> Severity | None:
    """Return how bad it is that what runs is not saved; None before its deadline. A power cut would undo it."""
    waited = now - since
    if waited < deadline:
        return None
    return Severity.MINOR if waited >= URGENT * deadline else Severity.WARNING
