"""VLANs by Q-BRIDGE-MIB (RFC 4363) and its successor, IEEE8021-Q-BRIDGE-MIB. Pure."""

from __future__ import annotations

from probes.snmp.inspection import Vlan
from probes.snmp.tables import Read, Table

STATIC_TABLE = Table(
    "dot1qVlanStaticTable", "1.3.6.1.2.1.17.7.1.4.3.1", {"dot1qVlanStaticName": 1, "dot1qVlanStaticRowStatus": 5}
)
CURRENT_TABLE = Table("dot1qVlanCurrentTable", "1.3.6.1.2.1.17.7.1.4.2.1", {"dot1qVlanFdbId": 3, "dot1qVlanStatus": 6})
IEEE_TABLE = Table(
    "ieee8021QBridgeVlanStaticTable", "1.3.111.2.802.1.1.4.1.4.3.1", {"ieee8021QBridgeVlanStaticName": 3}
)
TABLES = (STATIC_TABLE, CURRENT_TABLE, IEEE_TABLE)
LAST_VLAN = 4094


def vlans(static: Read, current: Read, ieee: Read) -> tuple[Vlan, ...]:
    """Return the VLANs that are configured, and those that are in use without it."""
    names: dict[int, str] = {}
    for rows, column in ((static, "dot1qVlanStaticName"), (ieee, "ieee8021QBridgeVlanStaticName")):
        for row in rows:
            names[row.index[-1]] = names.get(row.index[-1]) or row.text(column)
    for row in current:
        names.setdefault(row.index[-1], "")
    return tuple(Vlan(vlan, names[vlan] or None) for vlan in sorted(names) if 0 < vlan <= LAST_VLAN)
