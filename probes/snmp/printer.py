"""What a printer has used and has left, by Printer-MIB (RFC 3805). Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.snmp.inspection import Sensor
from probes.snmp.tables import Read, Row, Table

if TYPE_CHECKING:
    from collections.abc import Mapping

MARKER_TABLE = Table("prtMarkerTable", "1.3.6.1.2.1.43.10.2.1", {"prtMarkerLifeCount": 4, "prtMarkerPowerOnCount": 5})
SUPPLIES_TABLE = Table(
    "prtMarkerSuppliesTable",
    "1.3.6.1.2.1.43.11.1.1",
    {
        "prtMarkerSuppliesClass": 4,
        "prtMarkerSuppliesDescription": 6,
        "prtMarkerSuppliesMaxCapacity": 8,
        "prtMarkerSuppliesLevel": 9,
    },
)
TABLES = (MARKER_TABLE, SUPPLIES_TABLE)
RECEPTACLE = 4
"""prtMarkerSuppliesClass of what fills up, such as a waste toner box."""
SOME_LEFT = -3
"""prtMarkerSuppliesLevel: there is some, how much is not known."""


def sensors(tables: Mapping[str, Read]) -> tuple[Sensor, ...]:
    """Return the counters of each marker, and in percent what is left of each supply, or room in each receptacle."""
    found = []
    for row in tables[MARKER_TABLE.name]:
        for column, name in (("prtMarkerLifeCount", "life"), ("prtMarkerPowerOnCount", "since powered on")):
            number = row.number(column)
            if number is not None and number >= 0:
                found.append(Sensor(f"Impressions, {name}", "count", number))
    return (*found, *(sensor for row in tables[SUPPLIES_TABLE.name] if (sensor := _supply(row))))


def _supply(row: Row) -> Sensor | None:
    level, most = row.number("prtMarkerSuppliesLevel"), row.number("prtMarkerSuppliesMaxCapacity")
    name = row.text("prtMarkerSuppliesDescription") or f"supply {row.index[-1]}"
    if level is None or level == SOME_LEFT:
        return None
    if level < 0 or most is None or most <= 0 or level > most:
        return None
    left = 100 * level / most
    return Sensor(
        name, "percent", round(100 - left if row.number("prtMarkerSuppliesClass") == RECEPTACLE else left, 1), "%"
    )
