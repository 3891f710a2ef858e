"""Temperatures, fans and battery of this machine, where it has any."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import psutil

from probes.api import Limits, Meaning, Measurement, Message, State, Value, _
from probes.meanings import FAN_SPEED, TEMPERATURE
from probes.snmp.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

CHARGE = Meaning("battery.charge", _("Battery charge"), "%", Limits(50, 20, rising=False))
MAINS = Meaning("battery.mains", _("Mains power"))
MEANINGS = (CHARGE, MAINS)

COLDEST, HOTTEST = -40, 150
"""°C: what lies outside is no temperature, but a sensor without a probe."""


@dataclass(frozen=True, slots=True)
class Heat:
    """One reading of a temperature sensor, and the limits that it has itself, in °C."""

    current: float
    high: float | None
    critical: float | None


def temperatures() -> Measurement:
    """Return each temperature; where the sensor knows its own limits they decide."""
    found = _ask("sensors_temperatures") or {}
    heats = [(item, Heat(sensor.current, sensor.high, sensor.critical)) for item, sensor in _named(found)]
    return Measurement(tuple(temperature(item, heat) for item, heat in heats if COLDEST < heat.current < HOTTEST))


def temperature(item: str, heat: Heat) -> Value:
    """Judge by the sensor's own limits where it has any."""
    value = round(heat.current, 1)
    limits = [(State.CRITICAL, heat.critical), (State.WARNING, heat.high)]
    known = [(state, limit) for state, limit in limits if limit is not None and 0 < limit < HOTTEST]
    for state, limit in known:
        if value >= limit:
            note = Message(_("{value} °C, its own limit is {limit} °C"), {"value": value, "limit": limit})
            return Value(TEMPERATURE.name, value, item, state, note)
    return Value(TEMPERATURE.name, value, item, State.OK if known else None)


def fans() -> Measurement:
    """Return the speed of each fan."""
    found = _ask("sensors_fans") or {}
    return Measurement(tuple(Value(FAN_SPEED.name, float(fan.current), item) for item, fan in _named(found)))


def battery() -> Measurement:
    """Return the charge, and whether the mains are there."""
    found = _ask("sensors_battery")
    if found is None:
        return Measurement(())
    values = [Value(CHARGE.name, round(found.percent, 1))]
    if found.power_plugged is not None:
        values.append(_mains(present=found.power_plugged))
    return Measurement(tuple(values))


def _ask(what: str) -> Any:
    """Ask psutil for what it offers only on some systems."""
    return getattr(psutil, what, lambda: None)()


def _named(found: Mapping[str, Iterable[Any]]) -> Iterable[tuple[str, Any]]:
    """Name each sensor by its chip and label; of several of one name the second is `2`, and so on."""
    counts: dict[str, int] = {}
    for chip, sensors in found.items():
        for sensor in sensors:
            name = decoded(f"{chip} {sensor.label}".encode())
            counts[name] = counts.get(name, 0) + 1
            yield (name if counts[name] == 1 else f"{name} {counts[name]}"), sensor


def _mains(*, present: bool) -> Value:
    if present:
        return Value(MAINS.name, 1.0, state=State.OK)
    return Value(MAINS.name, 0.0, state=State.CRITICAL, note=Message(_("runs on its battery")))
