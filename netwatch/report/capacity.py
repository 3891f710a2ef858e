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
    from collections.abc import Iterator, Mapping, Sequence
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
GLANCED = 500
"""So many, those nearest to their limits, are compared with what they were."""
MOST = 50
"""And of so many of those that moved two weeks are read, at forty look-ups each."""
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


def outlook(tx: Connection, settings: Settings, now: datetime, *, device: str | None = None) -> facts.Outlook:
    """Return what the report says of it, or the page of one device."""
    seen = approaches(tx, settings, now, device)
    return facts.Outlook(tuple(_fact(each) for each in seen.found), seen.looked, seen.known)


def approaches(tx: Connection, settings: Settings, now: datetime, device: str | None) -> Approaches:
    """Return what reaches its limit within two weeks, of everything or of one device."""
    near = sorted(_near(tx, settings, now, device), key=lambda each: each.distance)
    moving, looked = _moving(tx, near[:GLANCED], now)
    read = _read(tx, [each.sensor for each in moving], now)
    found = [
        Approach(each.sensor, value, _meaning(settings, each), coming)
        for each, value in ((each, _latest(tx, each, now)) for each in moving)
        if (coming := forecast(read[each.sensor], value, each.limits, now)) is not None
    ]
    return Approaches(tuple(sorted(found, key=lambda each: each.forecast.reaches)), looked, len(near))


def _near(tx: Connection, settings: Settings, now: datetime, device: str | None) -> Iterator[_Near]:
    """Yield what is judged by limits, read of late, and has a limit before it.

    What is judged is on record; what it reads is not, unless its judgement changed, and is looked up in the history.
    """
    kinds = {(check.device, check.name): check.kind for check in settings.checks}
    known = [
        (each, rule.limits)
        for each in sensors.of_meanings(tx, CAPACITIES, device)
        if (each.device, each.check) in kinds
        and not (rule := settings.rule(Subject(each.device, each.check, each.meaning, each.item))).off
        and rule.limits is not None
    ]
    read = sensors.sampled(tx, [each for each, _limits in known], now, WITHIN)
    for each, limits in known:
        value = read[each][1] if each in read else None
        distance = nearness(limits, value) if value is not None else None
        if value is not None and distance is not None:
            yield _Near(distance, kinds[each.device, each.check], each, value, limits)


def _moving(tx: Connection, near: Sequence[_Near], now: datetime) -> tuple[list[_Near], int]:
    """Return what has moved towards its limit, and how many were looked at for it."""
    before = sensors.sampled(tx, [each.sensor for each in near], now - APART, WITHIN)
    moving = []
    for looked, each in enumerate(near, 1):
        at, value = before.get(each.sensor, (None, 0.0))
        if at is not None and moves(value, each.value, each.limits, now - at):
            moving.append(each)
            if len(moving) == MOST:
                return moving, looked
    return moving, len(near)


def _read(tx: Connection, wanted: Sequence[Sensor], now: datetime) -> Mapping[Sensor, Sequence[tuple[datetime, float]]]:
    """Return what each sensor read, three times a day."""
    found: dict[Sensor, list[tuple[datetime, float]]] = {each: [] for each in wanted}
    for step in range(LOOKED_BACK // STEP):
        for sensor, reading in sensors.sampled(tx, wanted, now - step * STEP, STEP).items():
            found[sensor].append(reading)
    return found


def _latest(tx: Connection, each: _Near, now: datetime) -> float:
    """Return what the pages show now; the sample by which it was found may be an hour old."""
    shown = sensors.latest(tx, each.sensor, now)
    return each.value if shown is None else shown


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
