"""Who changed something, and when, as far as evidence tells: a word with a confidence, and never more than that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from probes.api import _
from probes.collect import Evidence, EvidenceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

SKEW = timedelta(minutes=5)
"""How far a device's clock may be off: what it dates so much before or after the interval still belongs to it."""
NOBODY = frozenset({"", "system", "**", "unknown", "none"})
"""What devices say in place of a name."""


class Confidence(Enum):
    """How much is known of who it was."""

    NONE = "none"
    LOW = "low"
    """Somebody was logged in at the time; it may have been somebody else."""
    MEDIUM = "medium"
    """The device names a person, or an instant, and not both."""
    HIGH = "high"
    """The device names the person and the instant."""

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]


_TITLES: Mapping[Confidence, str] = {
    Confidence.NONE: _("nothing is known"),
    Confidence.LOW: _("a guess"),
    Confidence.MEDIUM: _("likely"),
    Confidence.HIGH: _("well attested"),
}


@dataclass(frozen=True, slots=True)
class Attribution:
    """Who it may have been. `first` and `last` bound the instants that evidence gives; None where it gives none."""

    users: tuple[str, ...] = ()
    """Whom the device names, as it calls them; with a low confidence, who was logged in."""
    addresses: tuple[str, ...] = ()
    first: datetime | None = None
    last: datetime | None = None
    confidence: Confidence = Confidence.NONE
    sources: tuple[EvidenceKind, ...] = ()

    @property
    def named(self) -> tuple[str, ...]:
        """The users that count as known: who was merely logged in does not."""
        return () if self.confidence is Confidence.LOW else self.users


def attribute(evidence: Iterable[Evidence], low: datetime | None, high: datetime) -> Attribution:
    """Return who may have changed something in (low, high]."""
    known = [each for each in evidence if _belongs(each, low, high)]
    spoken = [each for each in known if each.kind is not EvidenceKind.LOGIN]
    moments = [each.at for each in spoken if each.at is not None]
    users = _users(spoken)
    guess = not users and not moments
    return Attribution(
        users=_users(known) if guess else users,
        addresses=tuple(dict.fromkeys(each.address for each in (known if guess else spoken) if each.address)),
        first=min(moments, default=None),
        last=max(moments, default=None),
        confidence=_confidence(known, users, moments),
        sources=tuple(dict.fromkeys(each.kind for each in known)),
    )


def _belongs(each: Evidence, low: datetime | None, high: datetime) -> bool:
    if each.at is None:
        return True
    return (low is None or low - SKEW < each.at) and each.at <= high + SKEW


def _users(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each.user for each in evidence if each.user.strip().casefold() not in NOBODY))


def _confidence(known: list[Evidence], users: tuple[str, ...], moments: list[datetime]) -> Confidence:
    if users and moments:
        return Confidence.HIGH
    if users or moments:
        return Confidence.MEDIUM
    return Confidence.LOW if _users(known) else Confidence.NONE
