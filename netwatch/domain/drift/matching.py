"""What changed against what was approved: when, where and by whom, piece by piece.

A change is only known to lie between two reads, unless evidence gives the instant. It is authorised only if the whole
interval lies in the window, every changed piece is in scope, and whoever is known to have done it was to do it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import IntEnum
from typing import TYPE_CHECKING

from netwatch.domain.drift.permit import Fit, Permit, Piece, Timing, fit, timing
from netwatch.domain.drift.words import shown
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from netwatch.domain.drift.attribution import Attribution

LONG = timedelta(days=36500)


class Footing(IntEnum):
    """What a changed piece stands on, the best first."""

    COVERED = 0
    DOUBTFUL = 1
    """Somebody has to look: the time, or the person, is not certain."""
    CLAIMED = 2
    """An emergency that nobody has approved yet."""
    NOTHING = 3


@dataclass(frozen=True, slots=True)
class Where:
    """The facet of a device that has changed, and the groups of the device."""

    device: str
    groups: frozenset[str]
    facet: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """One change on the way from the baseline to what is now: it happened in (low, high]."""

    low: datetime
    high: datetime
    pieces: frozenset[Piece]
    by: Attribution

    @property
    def interval(self) -> tuple[datetime, datetime]:
        """When it happened, as closely as is known."""
        if self.by.first is None or self.by.last is None:
            return self.low, self.high
        return self.by.first, self.by.last


@dataclass(frozen=True, slots=True)
class Basis:
    """What one piece stands on, and why not on more."""

    footing: Footing
    why: Message
    permit: Permit | None = None
    closeness: Fit = Fit.NONE


@dataclass(frozen=True, slots=True)
class Match:
    """What a difference stands on as a whole. `left` are the pieces that nothing covers."""

    footing: Footing
    why: Message
    permit: Permit | None = None
    left: tuple[Piece, ...] = ()


UNCOVERED = Basis(Footing.NOTHING, Message(_("no change request and no register entry covers it")))


@dataclass(frozen=True, slots=True)
class Rulebook:
    """What was approved, whom the site knows by which names, and how far off a window's edge still counts."""

    permits: tuple[Permit, ...]
    people: Mapping[str, str]
    """Users as devices call them, in small letters, to people of the site."""
    grace: timedelta


def match(where: Where, now: Iterable[Piece], way: Sequence[Stretch], rules: Rulebook) -> Match:
    """Return what a difference stands on: `now` are its pieces, `way` the changes that led to it, in order.

    Each piece stands on the worst of the changes that touched it; what has been undone since counts no more.
    """
    found = {piece: _of(where, piece, way, rules) for piece in now}
    worst = max((each.footing for each in found.values()), default=Footing.COVERED)
    left = tuple(piece for piece, each in found.items() if each.footing >= Footing.CLAIMED)
    closest = min((each for each in found.values() if each.permit is not None), key=_order, default=None)
    permit = closest.permit if closest is not None else None
    reason = next((each.why for each in found.values() if each.footing is worst), UNCOVERED.why)
    if worst is Footing.NOTHING and permit is not None:
        reason = _remainder(permit, left)
    return Match(worst, reason, permit, left)


def _of(where: Where, piece: Piece, way: Sequence[Stretch], rules: Rulebook) -> Basis:
    touched = [each for each in way if piece in each.pieces] or list(way)
    return max(
        (_basis(where, piece, each, rules) for each in touched), key=lambda each: each.footing, default=UNCOVERED
    )


def _basis(where: Where, piece: Piece, stretch: Stretch, rules: Rulebook) -> Basis:
    """Return the best that a piece can stand on: of several permits the closest."""
    able = (_weighed(where, piece, stretch, permit, rules) for permit in rules.permits)
    return min((each for each in able if each is not None), key=_order, default=UNCOVERED)


def _order(basis: Basis) -> tuple[int, int, timedelta, datetime | None, int]:
    """Sort by footing, then the closest scope, then the shortest window, then the first."""
    permit = basis.permit
    if permit is None:
        return basis.footing, 0, LONG, None, 0
    length = permit.end - permit.start if permit.end is not None else LONG
    return basis.footing, -basis.closeness, length, permit.start, permit.change or permit.entry or 0


def _weighed(where: Where, piece: Piece, stretch: Stretch, permit: Permit, rules: Rulebook) -> Basis | None:
    closeness = fit(permit, where.device, where.groups, where.facet, piece)
    lies = timing(permit, *stretch.interval, rules.grace)
    if closeness is Fit.NONE or lies is Timing.OUTSIDE:
        return None
    if permit.claimed:
        why = Message(
            _("an emergency is claimed by change request {number}, which nobody has approved"), _number(permit)
        )
        return Basis(Footing.CLAIMED, why, permit, closeness)
    doubt = _astride(permit) if lies is Timing.ASTRIDE else _stranger(permit, stretch.by, rules)
    if doubt is not None:
        return Basis(Footing.DOUBTFUL, doubt, permit, closeness)
    template = (
        _("change request {number} covers it") if permit.change is not None else _("register entry {number} covers it")
    )
    return Basis(Footing.COVERED, Message(template, _number(permit)), permit, closeness)


def _number(permit: Permit) -> dict[str, str | int | float]:
    return {"number": permit.change if permit.change is not None else permit.entry or 0}


def _astride(permit: Permit) -> Message:
    template = (
        _("it may have happened outside the window of change request {number}")
        if permit.change is not None
        else _("it may have happened outside the time of register entry {number}")
    )
    return Message(template, _number(permit))


def _stranger(permit: Permit, by: Attribution, rules: Rulebook) -> Message | None:
    """Return why whoever is known to have done it was not to do it; None where nobody is known, or it is they."""
    for user in by.named:
        person = rules.people.get(user.strip().casefold())
        if person is None:
            return Message(_("it was done by {user}, an account of nobody here"), {"user": shown(user, 60)})
        if permit.people and person not in permit.people:
            template = (
                _("it was done by {user}, who is no implementer of change request {number}")
                if permit.change is not None
                else _("it was done by {user}, who is not named in register entry {number}")
            )
            return Message(template, {"user": shown(user, 60), **_number(permit)})
    return None


def _remainder(permit: Permit, left: Sequence[Piece]) -> Message:
    template = (
        _("change request {number} does not cover {count} changed parts, such as {part}")
        if permit.change is not None
        else _("register entry {number} does not cover {count} changed parts, such as {part}")
    )
    return Message(template, {**_number(permit), "count": len(left), "part": shown(left[0].name, 60)})
