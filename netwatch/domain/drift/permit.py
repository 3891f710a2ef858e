"""What somebody approved: on which devices, which facets and sections of them, by whom, from when until when.

A change request is one, and so is an approved entry of a register. What explains drift does not care which.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import TYPE_CHECKING

from netwatch.domain.registers import EntryState, FieldKind, listed
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

    from netwatch.domain.drift.difference import Difference
    from netwatch.domain.registers import Entry, RegisterType

BETWEEN = " / "
"""What stands between the parts of a section's path, in patterns as in words."""


@dataclass(frozen=True, slots=True)
class Piece:
    """A changed part of a text that is approved or not: a section by its path, or a line that stands alone."""

    path: tuple[str, ...]
    line: str = ""

    @property
    def name(self) -> str:
        """What patterns are compared with."""
        return BETWEEN.join(self.path) if self.path else self.line


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a change is allowed: a device or a group, all of it or some facets, all of them or some sections."""

    device: str = ""
    group: str = ""
    facets: tuple[str, ...] = ()
    paths: tuple[str, ...] = ()
    """Patterns such as `interface GE1/0/*` or `vlan *`; `*` stands for any text, `?` for one character."""


class Fit(IntEnum):
    """How closely a scope is about a piece."""

    NONE = 0
    GROUP = 1
    DEVICE = 2
    FACET = 3
    SECTION = 4


class Timing(IntEnum):
    """How the interval of a change lies to the time in which it was allowed."""

    INSIDE = 0
    ASTRIDE = 1
    OUTSIDE = 2


@dataclass(frozen=True, slots=True)
class Permit:
    """What is allowed in [start, end], by these people; by anybody where none is named.

    Exactly one of `change` and `entry` is its number. One that is only `claimed` is an emergency that nobody has
    approved yet.
    """

    scopes: tuple[Scope, ...]
    people: frozenset[str]
    start: datetime
    end: datetime | None
    change: int | None = None
    entry: int | None = None
    claimed: bool = False

    @property
    def name(self) -> Message:
        """What people call it."""
        if self.change is not None:
            return Message(_("change request {number}"), {"number": self.change})
        return Message(_("register entry {number}"), {"number": self.entry or 0})


def pieces(difference: Difference) -> tuple[Piece, ...]:
    """Return the changed parts of a text, each once."""
    found: list[Piece] = []
    for each in difference.alterations:
        if not each.alone:
            found.append(Piece(each.path))
        else:
            found += [Piece((), line) for line in (*each.removed, *each.added)]
    if not found and not difference.empty:
        found.append(Piece(()))
    return tuple(dict.fromkeys(found))


def fit(permit: Permit, device: str, groups: Iterable[str], facet: str, piece: Piece) -> Fit:
    """Say how closely a permit is about a piece of a facet of a device."""
    of = frozenset(groups)
    return max((_fits(scope, device, of, facet, piece) for scope in permit.scopes), default=Fit.NONE)


def _fits(scope: Scope, device: str, groups: frozenset[str], facet: str, piece: Piece) -> Fit:
    if device != scope.device and scope.group not in groups:
        return Fit.NONE
    if scope.facets and facet not in scope.facets:
        return Fit.NONE
    if scope.paths:
        return Fit.SECTION if any(matches(pattern, piece) for pattern in scope.paths) else Fit.NONE
    if scope.facets:
        return Fit.FACET
    return Fit.DEVICE if device == scope.device else Fit.GROUP


def matches(pattern: str, piece: Piece) -> bool:
    """Whether a pattern names a piece: its whole path, what it stands in, or its own heading."""
    if not piece.path:
        return _like(pattern, piece.line)
    levels = (BETWEEN.join(piece.path[: level + 1]) for level in range(len(piece.path)))
    return any(_like(pattern, each) for each in (*levels, piece.path[-1]))


def _like(pattern: str, text: str) -> bool:
    """Whether a text is like a pattern, by stepping back to the last star only.

    A regular expression would try every way to share a text among the stars: a dozen of them never end.
    """
    pattern, text = pattern.casefold(), text.strip().casefold()
    at = here = 0
    star, after = -1, 0
    while at < len(text):
        if here < len(pattern) and pattern[here] == "*":
            star, after = here, at
            here += 1
        elif here < len(pattern) and pattern[here] in {"?", text[at]}:
            at, here = at + 1, here + 1
        elif star >= 0:
            after += 1
            at, here = after, star + 1
        else:
            return False
    return not pattern[here:].strip("*")


def timing(permit: Permit, low: datetime, high: datetime, grace: timedelta) -> Timing:
    """Say how (low, high], or an instant, lies to the time in which a change was allowed, give or take the grace."""
    start, end = permit.start - grace, permit.end + grace if permit.end is not None else None
    if start <= low and (end is None or high <= end):
        return Timing.INSIDE
    apart = high < start or (end is not None and low >= end)
    return Timing.OUTSIDE if apart else Timing.ASTRIDE


def of_entry(kind: RegisterType, entry: Entry, facets: tuple[str, ...] = ()) -> Permit | None:
    """Return what an entry of a register allows; None while nobody has approved it, or where it names no device.

    It is about these facets of its devices, or about all of them.
    """
    if not entry.approved or entry.approved_at is None:
        return None
    said = {each.name: (each.kind, entry.values.get(each.name, "")) for each in kind.fields}
    devices = [name for of, value in said.values() if of in _DEVICES for name in listed(value)]
    people = [name for of, value in said.values() if of is FieldKind.PERSON for name in listed(value)]
    ends = [moment for moment in (entry.due, entry.closed) if moment is not None]
    if not devices or entry.state not in _ALLOWS:
        return None
    scopes = (scope for name in devices for scope in (Scope(device=name, facets=facets), Scope("", name, facets)))
    start = max(entry.opened or entry.start or entry.approved_at, entry.approved_at)
    return Permit(tuple(scopes), frozenset(people), start, min(ends, default=None), entry=entry.id)


_DEVICES = frozenset({FieldKind.DEVICE, FieldKind.DEVICES})
_ALLOWS = frozenset({EntryState.APPROVED, EntryState.OPEN, EntryState.DONE, EntryState.CONFIRMED})
