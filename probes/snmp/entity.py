"""Hardware by ENTITY-MIB (RFC 6933) and its sensors by ENTITY-SENSOR-MIB (RFC 3433). Pure."""

from __future__ import annotations

import math
import re

from probes.api import Component, Inventory
from probes.snmp.inspection import Part, Platform, Sensor
from probes.snmp.tables import Read, Row, Table
from probes.snmp.walk import Fate

PHYSICAL_TABLE = Table(
    "entPhysicalTable",
    "1.3.6.1.2.1.47.1.1.1.1",
    {
        "entPhysicalDescr": 2, "entPhysicalContainedIn": 4, "entPhysicalClass": 5, "entPhysicalName": 7,
        "entPhysicalHardwareRev": 8, "entPhysicalFirmwareRev": 9, "entPhysicalSoftwareRev": 10,
        "entPhysicalSerialNum": 11, "entPhysicalMfgName": 12, "entPhysicalModelName": 13,
    },
)  # fmt: skip
SENSOR_TABLE = Table(
    "entPhySensorTable",
    "1.3.6.1.2.1.99.1.1.1",
    {
        "entPhySensorType": 1, "entPhySensorScale": 2, "entPhySensorPrecision": 3, "entPhySensorValue": 4,
        "entPhySensorOperStatus": 5,
    },
)  # fmt: skip

CLASSES = {
    1: "other", 2: "unknown", 3: "chassis", 4: "backplane", 5: "container", 6: "powerSupply", 7: "fan", 8: "sensor",
    9: "module", 10: "port", 11: "stack", 12: "cpu", 13: "energyObject", 14: "battery", 15: "storageDrive",
}  # fmt: skip
KINDS = {
    3: ("voltage", "V"), 4: ("voltage", "V"), 5: ("current", "A"), 6: ("power", "W"), 7: ("frequency", "Hz"),
    8: ("temperature", "°C"), 9: ("humidity", "%"), 10: ("fanspeed", "rpm"), 11: ("airflow", "m³/min"),
    12: ("state", ""), 14: ("dbm", "dBm"),
}  # fmt: skip
CLIMATE = frozenset({8, 9, 10})
UNITS, YOTTA = 9, 17
"""entPhySensorScale of ones, and its last; each step is a factor of a thousand."""
MOST_PRECISION = 9
OPERATIONAL, UNAVAILABLE, NONOPERATIONAL = 1, 2, 3
OTHER, WATTS = 1, 6
DARK, BRIGHTEST = -40.0, 60
"""dBm: what stands for no light, and what no transceiver exceeds."""
_OPTICAL = re.compile(r"\b(rx|tx|receive|transmit|optical)\b.*\bpower\b", re.IGNORECASE)
MOST_PARTS = 2000
"""Pieces of hardware with a serial number at most: a full chassis with all its transceivers has some hundred."""
LONGEST_SERIAL, LONGEST_NAME = 64, 128
WHOLE = frozenset({3, 11})
"""entPhysicalClass of what stands for a device as a whole: a chassis, a stack."""
NO_SERIALS = frozenset(
    {"", "na", "none", "null", "unknown", "notavailable", "notapplicable", "notspecified", "notprogrammed", "default",
     "defaultstring", "serialnumber", "sn", "tobefilledbyoem", "systemserialnumber", "empty", "notpresent", "invalid"}
)  # fmt: skip
"""What stands where there is no serial number, without blanks and signs."""
_SAYS_PARTS = ("entPhysicalClass", "entPhysicalSerialNum")
"""The columns without which a part may be there and not be seen."""
_FALSE = 2
_LIMIT = 1_000_000_000
"""What sensors say for less than they can, and more (RFC 3433 section 4)."""


def is_climate(row: Row) -> bool:
    """Whether a sensor measures temperature, humidity or the speed of a fan."""
    return row.number("entPhySensorType") in CLIMATE


def parts(rows: Read) -> tuple[Part, ...]:
    """Return every piece of hardware."""
    return tuple(_part(row) for row in rows if len(row.index) == 1)


def inventory(rows: Read) -> Inventory:
    """Return the hardware that has serial numbers, each once: of several parts with one the outermost has it."""
    found: dict[str, Component] = {}
    numbered = [row for row in rows if len(row.index) == 1 and is_serial(row.text("entPhysicalSerialNum"))]
    numbered.sort(key=lambda row: (row.number("entPhysicalClass") not in WHOLE, row.index))
    for row in numbered:
        part = _part(row)
        serial = _cut(part.serial, LONGEST_SERIAL)
        found.setdefault(
            serial, Component(serial, _cut(part.name, LONGEST_NAME), _cut(part.model, LONGEST_NAME), part.part_class)
        )
    whole = all(rows.fates.get(column) is Fate.COMPLETE for column in _SAYS_PARTS) and len(found) <= MOST_PARTS
    return Inventory(tuple(found.values())[:MOST_PARTS], whole)


def is_serial(text: str) -> bool:
    """Whether a text is a serial number, and not what stands where there is none."""
    plain = "".join(each for each in text.casefold() if each.isalnum())
    return plain not in NO_SERIALS and len(set(plain)) > 1


def _cut(text: str | None, longest: int) -> str:
    return " ".join((text or "").split())[:longest].rstrip()


def platform(rows: Read) -> Platform:
    """Say what the chassis says of itself: the topmost that does; else what only one part of all has to say."""
    chassis = [row for row in rows if row.number("entPhysicalClass") in (3, 11)]
    chassis.sort(key=lambda row: (row.number("entPhysicalContainedIn") or 0, row.index))
    return Platform(
        vendor=_first(chassis, "entPhysicalMfgName"),
        model=_first(chassis, "entPhysicalModelName") or _only(rows, "entPhysicalModelName"),
        version=_first(chassis, "entPhysicalSoftwareRev")
        or _first(chassis, "entPhysicalFirmwareRev")
        or _only(rows, "entPhysicalSoftwareRev"),
        serial=_first(chassis, "entPhysicalSerialNum") or _only(rows, "entPhysicalSerialNum"),
    )


def sensors(rows: Read, physical: Read) -> tuple[Sensor, ...]:
    """Return each sensor with its value in whole units; the light of a transceiver also in dBm."""
    found = []
    for row in rows:
        part = physical.get(*row.index)
        found += [sensor for sensor in (_sensor(row, part), _light(row, part)) if sensor]
    return tuple(found)


def _first(rows: list[Row], column: str) -> str | None:
    return next((text for row in rows if (text := row.text(column))), None)


def _only(rows: Read, column: str) -> str | None:
    said = {text for row in rows if (text := row.text(column))}
    return said.pop() if len(said) == 1 else None


def _part(row: Row) -> Part:
    return Part(
        index=row.index[0],
        parent=row.number("entPhysicalContainedIn"),
        part_class=CLASSES.get(row.number("entPhysicalClass") or 0, "unknown"),
        name=row.text("entPhysicalName") or row.text("entPhysicalDescr") or None,
        model=row.text("entPhysicalModelName") or None,
        serial=row.text("entPhysicalSerialNum") or None,
        revision=row.text("entPhysicalHardwareRev") or None,
    )


def _sensor(row: Row, part: Row) -> Sensor | None:
    kind, unit = KINDS.get(row.number("entPhySensorType") or 0, ("", ""))
    status = row.number("entPhySensorOperStatus")
    if not kind or status == UNAVAILABLE:
        return None
    name = _name(row, part)
    if status == NONOPERATIONAL:
        return Sensor(name, kind, None, unit, "critical")
    return Sensor(name, kind, reading(row), unit, None if kind != "state" else _truth(row))


def _light(row: Row, part: Row) -> Sensor | None:
    """Return optical power in dBm, where the sensor says it in small watts, or as Cisco's does in dBm without a type."""
    name, kind, value = _name(row, part), row.number("entPhySensorType"), reading(row)
    status = row.number("entPhySensorOperStatus")
    if status not in (None, OPERATIONAL) or value is None or not _OPTICAL.search(name):
        return None
    if kind == OTHER and abs(value) <= BRIGHTEST:
        return Sensor(name, "dbm", value, "dBm")
    if kind == WATTS and (row.number("entPhySensorScale") or UNITS) < UNITS:
        return Sensor(name, "dbm", round(10 * math.log10(1000 * value), 3) if value > 0 else DARK, "dBm")
    return None


def _name(row: Row, part: Row) -> str:
    return part.text("entPhysicalName") or part.text("entPhysicalDescr") or f"sensor {row.index[-1]}"


def reading(row: Row) -> float | None:
    """Return value × 1000^(scale − units) ÷ 10^precision; None for a value at the end of its range."""
    value, scale = row.number("entPhySensorValue"), row.number("entPhySensorScale")
    precision = row.number("entPhySensorPrecision") or 0
    if value is None or abs(value) >= _LIMIT or not -MOST_PRECISION < precision <= MOST_PRECISION:
        return None
    power = 3 * ((scale if scale and 1 <= scale <= YOTTA else UNITS) - UNITS) - precision
    number = value * 10.0**power
    return round(number, 9) if math.isfinite(number) else None


def _truth(row: Row) -> str:
    return "critical" if row.number("entPhySensorValue") == _FALSE else "ok"
