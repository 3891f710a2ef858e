"""A booked session, such as a remote consultation: whether its equipment and every link to it are in order now.

Whatever is not known to be good is not good: half an hour before a consultation somebody has to go and look.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.model import Health, Severity
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from netwatch.domain.model import CheckState, Window
    from netwatch.domain.registers import Entry, RegisterType

LEAST_PATIENCE = timedelta(minutes=10)
LOOKS = 3
"""After so many intervals without a look, what was last seen says nothing any more."""


class Verdict(Enum):
    """What was found, the worst first."""

    BAD = "bad"
    UNKNOWN = "unknown"
    GOOD = "good"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]


_TITLES: Mapping[Verdict, str] = {
    Verdict.BAD: _("not in order"),
    Verdict.UNKNOWN: _("not known"),
    Verdict.GOOD: _("good"),
}
_ORDER = tuple(Verdict)


@dataclass(frozen=True, slots=True)
class Needed:
    """What a session needs: its own devices, and the links: whatever stands in front of them."""

    devices: tuple[str, ...]
    links: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Sight:
    """What is known of one device: its states, windows over it, and how often it is looked at."""

    states: tuple[CheckState, ...] = ()
    windows: tuple[Window, ...] = ()
    every: timedelta = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Part:
    """What was found of one device that a session needs; `link` says that it only stands in front of one."""

    device: str
    link: bool
    verdict: Verdict
    what: Message


@dataclass(frozen=True, slots=True)
class Preparation:
    """What was found of all that a session needs, the worst first."""

    parts: tuple[Part, ...]

    @property
    def verdict(self) -> Verdict:
        """The worst of it; what needs nothing that is known is not known either."""
        return self.parts[0].verdict if self.parts else Verdict.UNKNOWN

    @property
    def wrong(self) -> tuple[Part, ...]:
        """What is not in order, or not known to be."""
        return tuple(part for part in self.parts if part.verdict is not Verdict.GOOD)


def near(kind: RegisterType, entry: Entry, now: datetime) -> bool:
    """Whether a session begins within its lead time, or is on."""
    if not kind.check_before or not entry.approved or entry.closed is not None or entry.due is None:
        return False
    return begins(entry) - kind.check_before <= now < entry.due


def begins(entry: Entry) -> datetime:
    """Return when a session begins."""
    return entry.start or entry.opened or entry.created


def needed(
    names: Iterable[str], members: Mapping[str, Collection[str]], parents: Mapping[str, tuple[str, ...]]
) -> Needed:
    """Return what names of devices and groups come to, with everything in front of them."""
    devices = dict.fromkeys(device for name in names for device in sorted(members.get(name, (name,))))
    links: dict[str, None] = {}
    above = [parent for device in devices for parent in parents.get(device, ())]
    while above:
        name = above.pop()
        if name not in devices and name not in links:
            links[name] = None
            above += parents.get(name, ())
    return Needed(tuple(devices), tuple(sorted(links)))


def prepared(what: Needed, sights: Mapping[str, Sight], now: datetime, until: datetime) -> Preparation:
    """Return what is found now for a session that ends at `until`."""
    parts = [
        *(_part(device, sights.get(device, Sight()), now, until, link=False) for device in what.devices),
        *(_part(device, sights.get(device, Sight()), now, until, link=True) for device in what.links),
    ]
    return Preparation(tuple(sorted(parts, key=lambda part: _ORDER.index(part.verdict))))


def _part(device: str, sight: Sight, now: datetime, until: datetime, *, link: bool) -> Part:
    verdict, what = _judged(sight, now, until, link=link)
    return Part(device, link, verdict, what)


def _judged(sight: Sight, now: datetime, until: datetime, *, link: bool) -> tuple[Verdict, Message]:
    """Judge a device by all its checks; a link only by whether it is reached."""
    states = tuple(state for state in sight.states if state.reachability or not link)
    planned = next((window for window in sight.windows if window.start < until and now < window.end), None)
    if planned is not None:
        return Verdict.BAD, Message(_("maintenance: {title}"), {"title": planned.title})
    failing = [state for state in states if state.health is Health.FAILING and _matters(state)]
    if failing:
        return Verdict.BAD, max(failing, key=lambda state: (state.reachability, state.severity or 0)).summary
    seen = [state.seen for state in states if state.seen is not None and state.health is not Health.UNKNOWN]
    if not seen:
        return Verdict.UNKNOWN, Message(_("nobody has looked at it yet"))
    if now - max(seen) > max(LOOKS * sight.every, LEAST_PATIENCE):
        return Verdict.UNKNOWN, Message(_("it was last looked at too long ago"))
    doubtful = next((state for state in states if state.in_doubt and state.doubt is not None), None)
    if doubtful is not None:
        return Verdict.UNKNOWN, Message(_("the last look contradicts those before it"))
    return Verdict.GOOD, Message(_("in order"))


def _matters(state: CheckState) -> bool:
    """Whether a failing check keeps a session from being held: a warning does not."""
    return state.reachability or (state.severity or Severity.MINOR) >= Severity.MINOR
