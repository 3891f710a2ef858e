"""When a slowly moving value reaches its limit: a disk that fills, a battery that wears out.

One point a day, the median of what was read in it, so that neither a single reading nor the time of day counts. The
trend is the median of the slopes between all pairs of days (Theil and Sen), and it counts only where nearly all pairs
agree on it, more of them than chance explains (Mann and Kendall). Noise, a saw-tooth, a step and a clean-up do not
pass: better silent than wrong.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from math import isfinite, sqrt
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from probes.api import Limits

LOOKED_BACK = timedelta(days=14)
"""Two weeks show what is tidied up every week as the saw-tooth that it is."""
HORIZON = timedelta(days=14)
DAY = timedelta(days=1)
LEAST_DAYS = 5
"""With fewer points no order of them is surprising: five in a row come by chance once in 120 times."""
AGREE = 0.8
"""The share of the pairs of days that have to go the same way."""
SURE = 2.33
"""Standard deviations of chance that they have to exceed: one in a hundred."""

Reading = tuple[datetime, float]


@dataclass(frozen=True, slots=True)
class Trend:
    """What a value does: its change a day, and where the line stands now."""

    slope: float
    level: float
    rise: float


@dataclass(frozen=True, slots=True)
class Forecast:
    """A value that reaches a limit: when, and by how much it changes a day."""

    limit: float
    reaches: datetime
    slope: float


def next_limit(limits: Limits, value: float) -> float | None:
    """Return the limit that a value breaks next, None where it has broken them all."""
    ahead = [
        limit
        for limit in (limits.warning, limits.critical)
        if limit is not None and (value < limit if limits.rising else value > limit)
    ]
    return (min(ahead) if limits.rising else max(ahead)) if ahead else None


def nearness(limits: Limits, value: float) -> float | None:
    """Return how far a value is from the limit that comes next, as a share of the greater; None without one."""
    limit = next_limit(limits, value)
    return None if limit is None else abs(limit - value) / max(abs(limit), abs(value))


def moves(before: float, value: float, limits: Limits, apart: timedelta) -> bool:
    """Say whether two readings leave it open that the limit is reached in time: at a third of the pace or more.

    It spares reading the history of most: what stands still near its limit is common, and a week-end slows many.
    """
    limit = next_limit(limits, value)
    done = value - before if limits.rising else before - value
    return limit is not None and done > 0 and 3 * done * (HORIZON / apart) >= abs(limit - value)


def trend(readings: Iterable[Reading], now: datetime, *, rising: bool) -> Trend | None:
    """Return the trend towards the limits over the days before now, None where there is none that is clear."""
    sign = 1 if rising else -1
    points = _daily(readings, now)
    pairs = [
        (sign * (value - before), day - earlier) for (earlier, before), (day, value) in combinations(sorted(points), 2)
    ]
    if len(points) < LEAST_DAYS or not _clear([change for change, _length in pairs], len(points)):
        return None
    slope = sign * median(change / length for change, length in pairs)
    level = median(value - slope * day for day, value in points)
    return Trend(slope, level, abs(slope) * (max(points)[0] - min(points)[0])) if slope else None


def forecast(readings: Iterable[Reading], value: float, limits: Limits, now: datetime) -> Forecast | None:
    """Return when a value, which is `value` now, reaches its next limit; None where nothing says that it soon will."""
    limit = next_limit(limits, value)
    found = trend(readings, now, rising=limits.rising) if limit is not None else None
    if limit is None or found is None:
        return None
    fallen = found.level - value if limits.rising else value - found.level
    days = max(0.0, (limit - found.level) / found.slope)
    if fallen > found.rise / 2 or days > HORIZON / DAY:  # what was tidied up just now begins anew
        return None
    return Forecast(limit, now + days * DAY, found.slope)


def _daily(readings: Iterable[Reading], now: datetime) -> list[tuple[float, float]]:
    """Return one point for each day back from now: days, below zero, and the median of what was read."""
    days: dict[int, list[tuple[float, float]]] = {}
    for at, value in readings:
        age = now - at
        if timedelta() <= age < LOOKED_BACK and isfinite(value):
            days.setdefault(age // DAY, []).append((-(age / DAY), value))
    return [(median(at for at, _ in each), median(value for _, value in each)) for each in days.values()]


def _clear(changes: list[float], points: int) -> bool:
    """Say whether nearly all changes go up, and more of them than chance explains."""
    up = sum(change > 0 for change in changes)
    down = sum(change < 0 for change in changes)
    chance = sqrt(points * (points - 1) * (2 * points + 5) / 18)
    return up >= AGREE * len(changes) and up - down >= SURE * chance
