"""What sensors read: the newest value of a series, and its range over a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from sqlalchemy import select

from netwatch.domain.checklist import Sensor
from netwatch.storage import history
from netwatch.storage.schema import checks

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping

    from sqlalchemy import Connection

FRESH = timedelta(minutes=15)
"""What was read longer ago says nothing of now."""


@dataclass(frozen=True, slots=True)
class Range:
    """The least, the greatest and the last value over a time, and when the last was read."""

    least: float
    most: float
    last: float
    at: datetime


def latest(tx: Connection, sensor: Sensor, now: datetime) -> float | None:
    """Return what a sensor read last, None where that is too long ago."""
    found = ranges(tx, (sensor,), now - FRESH, now + timedelta(microseconds=1))
    return found[sensor].last if sensor in found else None


def ranges(tx: Connection, sensors: Iterable[Sensor], start: datetime, end: datetime) -> Mapping[Sensor, Range]:
    """Return the range of each sensor in [start, end); one that read nothing has none."""
    by_source: dict[str, list[Sensor]] = {}
    for sensor in sensors:
        by_source.setdefault(sensor.source, []).append(sensor)
    found: dict[Sensor, Range] = {}
    for source, wanted in by_source.items():
        polls = history.read(tx, source, start, end)
        for sensor in wanted:
            read = [(at, values[sensor.series]) for at, values in polls if sensor.series in values]
            if read:
                numbers = [value for _at, value in read]
                found[sensor] = Range(min(numbers), max(numbers), numbers[-1], read[-1][0])
    return found


def of_meanings(tx: Connection, meanings: Collection[str], device: str | None = None) -> tuple[Sensor, ...]:
    """Return every sensor that has read one of these meanings, or those of one device, by device."""
    query = (
        select(checks.c.device, checks.c.check, checks.c.meaning, checks.c.item)
        .where(checks.c.meaning.in_(meanings))
        .order_by(checks.c.device, checks.c.check, checks.c.meaning, checks.c.item)
    )
    if device is not None:
        query = query.where(checks.c.device == device)
    return tuple(Sensor(row.device, row.check, row.meaning, row.item) for row in tx.execute(query))


def sampled(
    tx: Connection, sensors: Collection[Sensor], moment: datetime, within: timedelta
) -> dict[Sensor, tuple[datetime, float]]:
    """Return what each sensor read at a moment or last before it, as `history.sampled` has it."""
    polls = history.sampled(tx, {each.source for each in sensors}, moment, within)
    return {
        each: (polls[each.source][0], polls[each.source][1][each.series])
        for each in sensors
        if each.source in polls and each.series in polls[each.source][1]
    }
