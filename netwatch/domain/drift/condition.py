"""What is wrong with reading a device, and how bad that is: what nobody has read is never green."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from probes.api import Message, _
from probes.facets import title

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime, timedelta

    from netwatch.domain.drift.visit import Door, Visit

DOUBTED = 2
"""After how many incomplete reads in a row, or failed visits, somebody is told."""


class Condition(Enum):
    """How well a facet is known."""

    NEVER = "never read"
    KNOWN = "known"
    SUSPECT = "suspect"
    STALE = "stale"
    MISSING = "missing"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]


_TITLES = {
    Condition.NEVER: _("never read"),
    Condition.KNOWN: _("known"),
    Condition.SUSPECT: _("suspect read"),
    Condition.STALE: _("stale"),
    Condition.MISSING: _("missing"),
}


@dataclass(frozen=True, slots=True)
class Pace:
    """How often a facet is to be read, and after how many intervals without it is stale or missing."""

    every: timedelta
    stale_after: int = 2
    missing_after: int = 6


@dataclass(frozen=True, slots=True)
class Wrong:
    """One thing that is wrong with reading a device."""

    severity: Severity
    summary: Message


def condition(visit: Visit | None, begun: datetime, pace: Pace, now: datetime) -> Condition:
    """Return how well a facet is known. `begun` is since when it is asked for."""
    read = visit.completed if visit is not None else None
    age = now - (read or begun)
    if age > pace.missing_after * pace.every:
        return Condition.MISSING
    if age > pace.stale_after * pace.every:
        return Condition.STALE
    if visit is not None and visit.suspects >= DOUBTED:
        return Condition.SUSPECT
    return Condition.NEVER if read is None else Condition.KNOWN


def of_facet(visit: Visit | None, facet: str, begun: datetime, pace: Pace, now: datetime) -> Wrong | None:
    """Return what is wrong with reading a facet, None where nothing is, or too little yet."""
    read = visit.completed if visit is not None else None
    hours = int((now - (read or begun)).total_seconds() // 3600)
    why = visit.why if visit is not None else None
    match condition(visit, begun, pace, now):
        case Condition.MISSING:
            return Wrong(Severity.MAJOR, _late(facet, hours, why, never=read is None))
        case Condition.STALE:
            return Wrong(Severity.MINOR, _late(facet, hours, why, never=read is None))
        case Condition.SUSPECT:
            return Wrong(Severity.MINOR, _suspect(visit, facet))
        case Condition.KNOWN | Condition.NEVER:
            return None


_LATE = {
    False: _("{facet} has not been read completely for {hours} h"),
    True: _("{facet} has never been read completely, in {hours} h"),
}
_LATE_SINCE = {
    False: _("{facet} has not been read completely for {hours} h: {note}"),
    True: _("{facet} has never been read completely, in {hours} h: {note}"),
}


def _late(facet: str, hours: int, why: Message | None, *, never: bool) -> Message:
    if why is None:
        return Message(_LATE[never], {"facet": title(facet), "hours": hours})
    return within(_LATE_SINCE[never], why, facet=title(facet), hours=hours)


def _suspect(visit: Visit | None, facet: str) -> Message:
    template = _("{facet} was read incompletely {times} times in a row: {note}")
    why = visit.why if visit is not None and visit.why is not None else Message("")
    return within(template, why, facet=title(facet), times=visit.suspects if visit is not None else 0)


def of_way(door: Wrong | None, facets: Mapping[str, Wrong]) -> Iterator[tuple[str, Wrong]]:
    """Yield what is wrong with a way, and with its facets by their names; the way itself has none.

    Where nobody gets in, that is the one fault: it says why, and is as bad as what has not been read for that.
    """
    if door is not None:
        yield "", replace(door, severity=max((door.severity, *(each.severity for each in facets.values()))))
    else:
        yield from facets.items()


def within(template: str, why: Message, **values: str | float) -> Message:
    """Return a sentence that has another one in it, as `note`, with a third as `inner`; a fourth stays as it is worded."""
    if "inner" in why.values:
        why = Message(str(why).replace("{", "{{").replace("}", "}}"))
    inner = {"inner": why.values["note"]} if "note" in why.values else {}
    return Message(template, {**why.values, **inner, **values, "note": why.template})


LOCKED = _("log-ins were refused; nobody tries again before somebody has looked and unlocked it")
ANOTHER_KEY = _("another host key: {shown}, approved is {known}; nothing is read before a leader approves the new one")
NEW_KEY = _("its host key {shown} is not approved yet; nothing is read before a leader has compared it")


def of_door(door: Door, known: str = "") -> Wrong | None:
    """Return what is wrong with a way into a device whose host key is `known`. What needs a person comes first."""
    if door.offered and door.offered != known:
        return _strange(door.offered, known)
    if door.locked:
        return Wrong(Severity.MAJOR, Message(LOCKED))
    if door.failures < DOUBTED or door.why is None:
        return None
    template = _("cannot be read, {times} times in a row: {note}")
    return Wrong(Severity.MINOR, within(template, door.why, times=door.failures))


def _strange(shown: str, known: str) -> Wrong:
    """Return what is wrong where a device shows a host key that nobody has approved."""
    if known:
        return Wrong(Severity.CRITICAL, Message(ANOTHER_KEY, {"shown": shown, "known": known}))
    # A thousand new devices are a thousand keys to compare, and no reason to wake anybody.
    return Wrong(Severity.WARNING, Message(NEW_KEY, {"shown": shown}))


def of_account(account: Door) -> Wrong | None:
    """Return what is wrong with a credential: it was refused here and there, and is not tried anywhere any more."""
    if not account.locked:
        return None
    template = _("the credential {name} was refused {times} times in a row; it is tried nowhere before it is unlocked")
    return Wrong(Severity.MAJOR, Message(template, {"name": account.name, "times": int(account.guard["failures"])}))
