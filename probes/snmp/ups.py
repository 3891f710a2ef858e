"""Uninterruptible power supplies by UPS-MIB (RFC 1628). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.snmp.inspection import Platform, Sensor
from probes.snmp.tables import Read, Row, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

IDENT = Table(
    "upsIdent",
    "1.3.6.1.2.1.33.1.1",
    {"upsIdentManufacturer": 1, "upsIdentModel": 2, "upsIdentUPSSoftwareVersion": 3, "upsIdentAgentSoftwareVersion": 4},
)
BATTERY = Table(
    "upsBattery",
    "1.3.6.1.2.1.33.1.2",
    {
        "upsBatteryStatus": 1, "upsSecondsOnBattery": 2, "upsEstimatedMinutesRemaining": 3,
        "upsEstimatedChargeRemaining": 4, "upsBatteryVoltage": 5, "upsBatteryCurrent": 6, "upsBatteryTemperature": 7,
    },
)  # fmt: skip
INPUT_TABLE = Table(
    "upsInputTable",
    "1.3.6.1.2.1.33.1.3.3.1",
    {"upsInputFrequency": 2, "upsInputVoltage": 3, "upsInputCurrent": 4, "upsInputTruePower": 5},
)
OUTPUT = Table("upsOutput", "1.3.6.1.2.1.33.1.4", {"upsOutputSource": 1, "upsOutputFrequency": 2})
OUTPUT_TABLE = Table(
    "upsOutputTable",
    "1.3.6.1.2.1.33.1.4.4.1",
    {"upsOutputVoltage": 2, "upsOutputCurrent": 3, "upsOutputPower": 4, "upsOutputPercentLoad": 5},
)
BYPASS = Table("upsBypass", "1.3.6.1.2.1.33.1.5", {"upsBypassFrequency": 1})
BYPASS_TABLE = Table(
    "upsBypassTable", "1.3.6.1.2.1.33.1.5.3.1", {"upsBypassVoltage": 2, "upsBypassCurrent": 3, "upsBypassPower": 4}
)
ALARMS = Table("upsAlarm", "1.3.6.1.2.1.33.1.6", {"upsAlarmsPresent": 1})
TEST = Table("upsTest", "1.3.6.1.2.1.33.1.7", {"upsTestResultsSummary": 3})
TABLES = (IDENT, BATTERY, INPUT_TABLE, OUTPUT, OUTPUT_TABLE, BYPASS, BYPASS_TABLE, ALARMS, TEST)

BATTERY_STATES = {1: "unknown", 2: "ok", 3: "critical", 4: "critical"}
SOURCES = {1: "unknown", 2: "critical", 3: "ok", 4: "warning", 5: "critical", 6: "warning", 7: "warning"}
TESTS = {1: "ok", 2: "warning", 3: "critical", 4: "warning", 5: "ok", 6: "ok"}
"""done: passed, with a warning, with an error; aborted, in progress, none so far."""
BATTERY_STATUS, OUTPUT_SOURCE, LAST_TEST = _("Battery status"), _("Output source"), _("Last test")
WORDS: Mapping[tuple[str, int], Message] = {
    (BATTERY_STATUS, 3): Message(_("the battery is nearly empty")),
    (BATTERY_STATUS, 4): Message(_("the battery is empty")),
    (OUTPUT_SOURCE, 2): Message(_("it gives no power")),
    (OUTPUT_SOURCE, 4): Message(_("the load runs on the bypass, unprotected")),
    (OUTPUT_SOURCE, 5): Message(_("the load runs on the battery")),
    (OUTPUT_SOURCE, 6): Message(_("the mains voltage is low and is raised")),
    (OUTPUT_SOURCE, 7): Message(_("the mains voltage is high and is lowered")),
    (LAST_TEST, 2): Message(_("the last test passed with a warning")),
    (LAST_TEST, 3): Message(_("the last test failed")),
    (LAST_TEST, 4): Message(_("the last test was broken off")),
}
"""What a state means for the people who depend on it."""
ON_BATTERY = "Time on battery"
_QUANTITIES: dict[str, tuple[str, str, str, float]] = {
    "upsSecondsOnBattery": (ON_BATTERY, "runtime", "minutes", 1 / 60),
    "upsEstimatedMinutesRemaining": ("Battery runtime", "runtime", "minutes", 1),
    "upsEstimatedChargeRemaining": ("Battery charge", "charge", "%", 1),
    "upsBatteryVoltage": ("Battery", "voltage", "V", 0.1),
    "upsBatteryCurrent": ("Battery", "current", "A", 0.1),
    "upsBatteryTemperature": ("Battery", "temperature", "°C", 1),
    "upsInputFrequency": ("Input {line}", "frequency", "Hz", 0.1),
    "upsInputVoltage": ("Input {line}", "voltage", "V", 1),
    "upsInputCurrent": ("Input {line}", "current", "A", 0.1),
    "upsInputTruePower": ("Input {line}", "power", "W", 1),
    "upsOutputFrequency": ("Output", "frequency", "Hz", 0.1),
    "upsOutputVoltage": ("Output {line}", "voltage", "V", 1),
    "upsOutputCurrent": ("Output {line}", "current", "A", 0.1),
    "upsOutputPower": ("Output {line}", "power", "W", 1),
    "upsOutputPercentLoad": ("Output {line}", "load", "%", 1),
    "upsBypassFrequency": ("Bypass", "frequency", "Hz", 0.1),
    "upsBypassVoltage": ("Bypass {line}", "voltage", "V", 1),
    "upsBypassCurrent": ("Bypass {line}", "current", "A", 0.1),
    "upsBypassPower": ("Bypass {line}", "power", "W", 1),
    "upsAlarmsPresent": ("Alarms", "count", "", 1),
}
"""Column: what it is called, its kind and unit, and what one step of it is."""


def sensors(tables: Mapping[str, Read]) -> tuple[Sensor, ...]:
    """Return what the UPS measures, and what it says of battery and source."""
    found = []
    for table in TABLES:
        for row in tables[table.name]:
            found += [sensor for column in table.columns if (sensor := _quantity(row, column))]
    battery, output, test = (tables[table.name].get(0) for table in (BATTERY, OUTPUT, TEST))
    return (
        *found,
        *_state(BATTERY_STATUS, battery.number("upsBatteryStatus"), BATTERY_STATES),
        *_state(OUTPUT_SOURCE, output.number("upsOutputSource"), SOURCES),
        *_state(LAST_TEST, test.number("upsTestResultsSummary"), TESTS),
    )


def platform(tables: Mapping[str, Read]) -> Platform:
    """Say what the UPS says of itself."""
    row = tables[IDENT.name].get(0)
    version = row.text("upsIdentUPSSoftwareVersion") or row.text("upsIdentAgentSoftwareVersion")
    return Platform(
        vendor=row.text("upsIdentManufacturer") or None,
        model=row.text("upsIdentModel") or None,
        version=version or None,
        kind="ups" if tables[BATTERY.name].rows else None,
    )


def _quantity(row: Row, column: str) -> Sensor | None:
    quantity, number = _QUANTITIES.get(column), row.number(column)
    if quantity is None or number is None or (number < 0 and column != "upsBatteryCurrent"):
        return None
    name, kind, unit, step = quantity
    return Sensor(name.format(line=".".join(map(str, row.index))), kind, round(number * step, 3), unit)


def _state(name: str, number: int | None, states: Mapping[int, str]) -> tuple[Sensor, ...]:
    return () if number is None else (Sensor(name, "state", number, state=states.get(number, "unknown")),)
