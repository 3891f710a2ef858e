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


def first_instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clock first shows a naive time, in UTC; a skipped one becomes the instant of the change."""
    before, after = _offsets(shown, zone)
    if before < after:
        return _change(shown - after, shown - before, zone)
    return (shown - before).replace(tzinfo=UTC)


def last_instant(shown: datetime, zone: ZoneInfo) -> datetime:
    """Return when the clock last shows a naive time, in UTC; a skipped one becomes the instant of the change."""
    before, after = _offsets(shown, zone)
    if before < after:
        return _change(shown - after, shown - before, zone)
    return (shown - after).replace(tzinfo=UTC)


def _offsets(shown: datetime, zone: ZoneInfo) -> tuple[timedelta, timedelta]:
    """Return the offsets of the two readings of a wall time: equal but where it is skipped or repeated."""
    early = shown.replace(tzinfo=zone, fold=0).utcoffset() or _ZERO
    late = shown.replace(tzinfo=zone, fold=1).utcoffset() or _ZERO
    return early, late


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """Return the instant at which the offset changes, between two naive UTC times around it."""
    low = before.replace(tzinfo=UTC, microsecond=0)
    high = after.replace(tzinfo=UTC, microsecond=0)
    offset = low.astimezone(zone).utcoffset()
    while high - low > _SECOND:
        middle = (low + (high - low) / 2).replace(microsecond=0)
        if middle.astimezone(zone).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high
