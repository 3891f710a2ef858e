"""What reaches its limit before long, in a report: of what fills up or wears out, read from its history."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.forecast import DAY, LOOKED_BACK, forecast, nearness
from netwatch.domain.judge import number
from netwatch.domain.model import Subject
from netwatch.storage import sensors
from probes.api import Meaning
from roster import facts

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.checklist import Sensor
    from netwatch.domain.forecast import Forecast
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
MOST = 100
"""So many are looked at, those nearest to their limits: reading the history of all of 10,000 devices takes minutes."""
STEP = DAY / 3
"""How far the samples are apart: three a day, whose median leaves one odd one out."""


@dataclass(frozen=True, slots=True)
class Approach:
    """A sensor that reaches its limit, what it reads now, and when that will be."""

    sensor: Sensor
    value: float
    meaning: Meaning
    forecast: Forecast
    rising: bool


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
    kinds = {(check.device, check.name): check.kind for check in settings.checks}
    known = [
        (distance, each, limits)
        for each in sensors.judged(tx, CAPACITIES, now - DAY, device)
        if (each.sensor.device, each.sensor.check) in kinds
        and (limits := _limits(settings, each.sensor)) is not None
        and (distance := nearness(limits, each.value)) is not None
    ]
    looked = sorted(known, key=lambda each: each[0])[:MOST]
    moments = tuple(now - step * STEP for step in range(LOOKED_BACK // STEP))
    read = sensors.samples(tx, [each.sensor for _distance, each, _limits in looked], moments, STEP)
    found = [
        Approach(each.sensor, each.value, _meaning(settings, kinds, each.sensor), coming, limits.rising)
        for _distance, each, limits in looked
        if (coming := forecast(read[each.sensor], each.value, limits, now)) is not None
    ]
    return Approaches(tuple(sorted(found, key=lambda each: each.forecast.reaches)), len(looked), len(known))


def _limits(settings: Settings, sensor: Sensor) -> Limits | None:
    rule = settings.rule(Subject(sensor.device, sensor.check, sensor.meaning, sensor.item))
    return None if rule.off else rule.limits


def _meaning(settings: Settings, kinds: Mapping[tuple[str, str], str], sensor: Sensor) -> Meaning:
    known = settings.meanings(kinds[sensor.device, sensor.check])
    return known.get(sensor.meaning, Meaning(sensor.meaning, sensor.meaning))


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
        rising=each.rising,
    )
