"""Wall clocks and instants: what a clock on the wall of one zone shows, and when it shows it.

Compare instants in UTC only. In Python an aware time in a repeated hour is unequal to the same instant
in another zone, and a difference within one zone is one of wall clocks (PEP 495).
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

_SECOND = timedelta(seconds=1)
_ZERO = timedelta()


def utc(moment: datetime) -> datetime:
    """Return the same instant in UTC; a naive time is refused."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment} says no zone, so it is no instant")
    return moment.astimezone(UTC)


def wall(instant: datetime, zone: ZoneInfo) -> datetime:
    """Return what the clock on the wall shows at an instant, naive."""
    return instant.astimezone(zone).replace(tzinfo=None, fold=0)


def instants(shown: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """Return when the clock first and last shows a naive time, in UTC; a skipped one is the instant of the change."""
    before = zone.utcoffset(shown) or _ZERO
    after = zone.utcoffset(shown.replace(fold=1)) or _ZERO
    first = (shown - before).replace(tzinfo=UTC)
    if before == after:
        return first, first
    last = (shown - after).replace(tzinfo=UTC)
    if before > after:
        return first, last
    change = _change(last, first, zone)
    return change, change


def first_instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clock first shows a naive time."""
    return instants(shown, zone)[0]


def last_instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clock last shows a naive time."""
    return instants(shown, zone)[1]


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant between two at which the offset changes; such changes come at whole seconds."""
    low, high = before.replace(microsecond=0), after.replace(microsecond=0)
    offset = low.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
