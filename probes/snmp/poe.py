"""Power over Ethernet by POWER-ETHERNET-MIB (RFC 3621). Pure."""

from __future__ import annotations

from probes.snmp.inspection import Sensor
from probes.snmp.tables import Read, Table

MAIN_TABLE = Table(
    "pethMainPseTable",
    "1.3.6.1.2.1.105.1.3.1.1",
    {"pethMainPsePower": 2, "pethMainPseOperStatus": 3, "pethMainPseConsumptionPower": 4},
)
_STATES = {1: "ok", 2: "ok", 3: "critical"}
"""on, off, faulty."""


def sensors(rows: Read) -> tuple[Sensor, ...]:
    """Return what each group of ports may give, gives, and how it is."""
    found = []
    for row in rows:
        group = f"PoE group {row.index[-1]}"
        for column, name in (("pethMainPsePower", "budget"), ("pethMainPseConsumptionPower", "consumption")):
            number = row.number(column)
            if number is not None and number >= 0:
                found.append(Sensor(f"{group} {name}", "power", number, "W"))
        status = row.number("pethMainPseOperStatus")
        if status is not None:
            found.append(Sensor(group, "state", status, state=_STATES.get(status, "unknown")))
    return tuple(found)
