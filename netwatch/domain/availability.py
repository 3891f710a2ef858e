"""Availability: how the time of a device was spent, as far as it was watched.

Each instant is exactly one of: planned maintenance, not seen, out (down, or cut off behind another fault), up.
Planned maintenance is left out of the account, and what nobody saw is neither up nor down: it is shown by itself.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass, fields, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from roster.spans import Span, merge, subtract

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_NOTHING = timedelta()


@dataclass(frozen=True, slots=True)
class Share:
    """How some time was spent. Shares of times that do not overlap add up."""

    up: timedelta = _NOTHING
    down: timedelta = _NOTHING
    cut_off: timedelta = _NOTHING
    """Out of reach because of a fault in front of it: out all the same for whom it serves."""
    planned: timedelta = _NOTHING
    unknown: timedelta = _NOTHING

    def __add__(self, other: Share) -> Share:
        return Share(*(getattr(self, each.name) + getattr(other, each.name) for each in fields(self)))

    @property
    def out(self) -> timedelta:
        """For how long it was not there."""
        return self.down + self.cut_off

    @property
    def accounted(self) -> timedelta:
        """The time that counts: up or out."""
        return self.up + self.out

    @property
    def total(self) -> timedelta:
        """All of the time."""
        return self.accounted + self.planned + self.unknown

    @property
    def per_cent(self) -> float | None:
        """The part of the time that counts in which it was up, 0 to 100; None where no time counts."""
        return 100 * (self.up / self.accounted) if self.accounted else None


def share(
    whole: Span,
    *,
    seen: Iterable[Span],
    out: Iterable[Span],
    cut_off: Iterable[Span] = (),
    planned: Iterable[Span] = (),
) -> Share:
    """Return how a stretch of time was spent; the spans may overlap each other and reach beyond it.

    `seen` is when the device was looked at with a result, `cut_off` when it was out because of something in front.
    """
    everything = (whole,)
    maintained = meet(everything, merge(planned))
    rest = without(everything, maintained)
    watched = meet(rest, merge(seen))
    lost = meet(watched, merge(out))
    behind = meet(lost, merge(cut_off))
    return Share(
        up=length(watched) - length(lost),
        down=length(lost) - length(behind),
        cut_off=length(behind),
        planned=length(maintained),
        unknown=length(rest) - length(watched),
    )


def meet(some: Sequence[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    """Return the time that lies in both; each is as `merge` gives it."""
    found, one, two = [], 0, 0
    while one < len(some) and two < len(others):
        if some[one].meets(others[two]):
            found.append(some[one].within(others[two]))
        if some[one].end <= others[two].end:
            one += 1
        else:
            two += 1
    return tuple(found)


def without(some: Sequence[Span], others: Sequence[Span]) -> tuple[Span, ...]:
    """Return what is left of some time; each is as `merge` gives it."""
    return tuple(left for span in some for left in subtract(span, others))


def inside(at: datetime, spans: Sequence[Span]) -> bool:
    """Whether an instant lies in some time, which is as `merge` gives it."""
    place = bisect_right(spans, at, key=lambda span: span.start) - 1
    return place >= 0 and at in spans[place]


def length(spans: Iterable[Span]) -> timedelta:
    """Return how long separate spans are together."""
    return sum((span.end - span.start for span in spans), _NOTHING)


def everywhere(several: Sequence[Iterable[Span]]) -> tuple[Span, ...]:
    """Return the time that lies in all of several: a device is out while none of its checks reaches it."""
    if not several:
        return ()
    common = merge(several[0])
    for each in several[1:]:
        common = meet(common, merge(each))
    return common


def spells(turns: Iterable[tuple[datetime, bool]], end: datetime) -> tuple[Span, ...]:
    """Return when something was bad, from its turns in order: when, and whether to bad; up to `end` if it still is."""
    found, since = [], None
    for at, bad in turns:
        if bad:
            since = at if since is None else since
        elif since is not None:
            found.append(Span(since, max(since, at)))
            since = None
    if since is not None:
        found.append(Span(since, max(since, end)))
    return merge(found)


@dataclass(frozen=True, slots=True)
class Sight:
    """A stretch of time in which a device was looked at again and again with a result, up or down."""

    device: str
    since: datetime
    until: datetime
    id: int = 0

    @property
    def span(self) -> Span:
        """The stretch itself."""
        return Span(self.since, self.until)


def sighted(last: Sight | None, device: str, seen: datetime, patience: timedelta) -> Sight | None:
    """Return the sight that a look makes or prolongs; None where it is known already.

    After a longer pause than `patience` a new one begins: nobody knows what was in between.
    """
    if last is None or seen - last.until > patience:
        return Sight(device, seen, seen)
    return replace(last, until=seen) if seen > last.until else None
