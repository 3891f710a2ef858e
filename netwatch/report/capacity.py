"""What reaches its limit before long, in a report: of what fills up or wears out, read from its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.forecast import DAY, LEAST_DAYS, LOOKED_BACK, forecast, moves, nearness
from netwatch.domain.judge import number
from netwatch.domain.model import Subject
from netwatch.storage import sensors
from probes.api import Meaning
from roster import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.checklist import Sensor
    from netwatch.domain.forecast import Forecast
    from netwatch.storage.sensors import Standing
    from probes.api import Limits

CAPACITIES = frozenset(
    {
        "storage.usage",
        "inode.usage",
        "memory.usage",
        "swap.usage",
        "ups.charge",
        "ups.runtime",
        "battery.charge",
        "certificate.days",
    }
)
"""What moves slowly and one way; a temperature or a load goes up and down with the day."""
GLANCED = 500
"""So many, those nearest to their limits, are compared with what they were; it costs one look-up each."""
MOST = 50
"""And of so many of those that moved the history is read, at forty look-ups each."""
APART = (LEAST_DAYS - 1) * DAY
"""What has no history of this length has no trend either."""
WITHIN = 3 * DAY
"""How much older the reading may be: of a check that is made every hour one in sixty can be looked up."""
STEP = DAY / 3
"""How far the samples are apart: three a day, whose median leaves one odd one out."""


@dataclass(frozen=True, slots=True)
class Approach:
    """A sensor that reaches its limit, what it reads now, and when that will be."""

    sensor: Sensor
    value: float
    meaning: Meaning
    forecast: Forecast


@dataclass(frozen=True, slots=True)
class _Near:
    """A sensor on its way to a limit, and how far it is from it."""

    distance: float
    kind: str
    sensor: Sensor
    value: float
    limits: Limits


@dataclass(frozen=True, slots=True)
class Approaches:
    """What reaches its limit, the earliest first; `looked` sensors of `known` were looked at."""

    found: tuple[Approach, ...]
    looked: int
    known: int


def outlook(tx: Connection, settings: Settings, now: datetime) -> facts.Outlook:
    """Return what the report says of it."""
    seen = approaches(tx, settings, now)
    return facts.Outlook(tuple(_fact(each) for each in seen.found), seen.looked, seen.known)


def approaches(tx: Connection, settings: Settings, now: datetime, *, device: str | None = None) -> Approaches:
    """Return what reaches its limit within two weeks, of everything or of one device."""
    near = sorted(_near(settings, sensors.judged(tx, CAPACITIES, now - DAY, device)), key=lambda each: each.distance)
    moving, looked = _moving(tx, near[:GLANCED], now)
    moments = tuple(now - step * STEP for step in range(LOOKED_BACK // STEP))
    read = sensors.samples(tx, [each.sensor for each in moving], moments, STEP)
    found = [
        Approach(each.sensor, each.value, _meaning(settings, each), coming)
        for each in moving
        if (coming := forecast(read[each.sensor], each.value, each.limits, now)) is not None
    ]
    return Approaches(tuple(sorted(found, key=lambda each: each.forecast.reaches)), looked, len(near))


def _near(settings: Settings, judged: Iterable[Standing]) -> Iterator[_Near]:
    """Yield what is judged by limits and has one before it; a check that is no longer configured has none."""
    kinds = {(check.device, check.name): check.kind for check in settings.checks}
    for each in judged:
        sensor = each.sensor
        kind = kinds.get((sensor.device, sensor.check))
        rule = settings.rule(Subject(sensor.device, sensor.check, sensor.meaning, sensor.item))
        if kind is not None and not rule.off and rule.limits is not None:
            distance = nearness(rule.limits, each.value)
            if distance is not None:
                yield _Near(distance, kind, sensor, each.value, rule.limits)


def _moving(tx: Connection, near: Sequence[_Near], now: datetime) -> tuple[list[_Near], int]:
    """Return what has moved towards its limit, and how many were looked at for it."""
    before = sensors.samples(tx, [each.sensor for each in near], (now - APART,), WITHIN)
    moving = []
    for looked, each in enumerate(near, 1):
        if any(moves(value, each.value, each.limits, now - at) for at, value in before[each.sensor]):
            moving.append(each)
            if len(moving) == MOST:
                return moving, looked
    return moving, len(near)


def _meaning(settings: Settings, each: _Near) -> Meaning:
    name = each.sensor.meaning
    return settings.meanings(each.kind).get(name, Meaning(name, name))


def _fact(each: Approach) -> facts.Forecast:
    unit, slope = each.meaning.unit, each.forecast.slope
    return facts.Forecast(
        device=each.sensor.device,
        what=each.meaning.title,
        item=each.sensor.item,
        reaches=each.forecast.reaches,
        limit=number(each.forecast.limit, unit),
        now=number(each.value, unit),
        daily=("+" if slope > 0 else "") + number(slope, unit),
        rising=slope > 0,
    )
