"""Who is at the other end of each link, by LLDP-MIB (IEEE 802.1AB-2005). Pure."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from probes.snmp.inspection import Interface, Neighbour
from probes.snmp.tables import Read, Row, Table
from probes.snmp.text import mac

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from probes.snmp.client import Oid

REMOTE_TABLE = Table(
    "lldpRemTable",
    "1.0.8802.1.1.2.1.4.1.1",
    {
        "lldpRemChassisIdSubtype": 4, "lldpRemChassisId": 5, "lldpRemPortIdSubtype": 6, "lldpRemPortId": 7,
        "lldpRemPortDesc": 8, "lldpRemSysName": 9,
    },
)  # fmt: skip
MANAGEMENT_TABLE = Table("lldpRemManAddrTable", "1.0.8802.1.1.2.1.4.2.1", {"lldpRemManAddrIfSubtype": 3})
LOCAL_TABLE = Table(
    "lldpLocPortTable",
    "1.0.8802.1.1.2.1.3.7.1",
    {"lldpLocPortIdSubtype": 2, "lldpLocPortId": 3, "lldpLocPortDesc": 4},
)
BASE_PORT_TABLE = Table("dot1dBasePortTable", "1.3.6.1.2.1.17.1.4.1", {"dot1dBasePortIfIndex": 2})
TABLES = (REMOTE_TABLE, MANAGEMENT_TABLE, LOCAL_TABLE, BASE_PORT_TABLE)

_OCTET = 0xFF
_KEY = 3
"""Arcs that identify a remote system: time mark, local port, index."""
_HEAD = _KEY + 2
"""Arcs before the octets of its management address: that, family and length."""
CHASSIS_MAC, CHASSIS_ADDRESS = 4, 5
PORT_MAC, PORT_ADDRESS = 3, 4
_ADDRESS_SIZES = {1: 4, 2: 16}
"""Octets of an address by its family (IANA: 1 is IPv4, 2 is IPv6)."""


def neighbours(tables: Mapping[str, Read], ports: Iterable[Interface]) -> tuple[Neighbour, ...]:
    """Return every remote system with the local interface behind which it is."""
    local = _LocalPorts(tables[LOCAL_TABLE.name], tables[BASE_PORT_TABLE.name], tuple(ports))
    addresses = _addresses(tables[MANAGEMENT_TABLE.name])
    return tuple(
        Neighbour(
            protocol="lldp",
            local_interface=local.name(row.index[1]),
            remote_name=row.text("lldpRemSysName") or _identity(row, "lldpRemChassisId", CHASSIS_MAC, CHASSIS_ADDRESS),
            remote_interface=_identity(row, "lldpRemPortId", PORT_MAC, PORT_ADDRESS)
            or row.text("lldpRemPortDesc")
            or None,
            remote_address=addresses.get(row.index),
        )
        for row in tables[REMOTE_TABLE.name]
        if len(row.index) == _KEY
    )


class _LocalPorts:
    """Finds the interface that an LLDP port number stands for: vendors number as they like."""

    def __init__(self, rows: Read, bridge: Read, ports: tuple[Interface, ...]) -> None:
        self._rows, self._bridge = rows, bridge
        self._by_index = {port.index: port for port in ports}
        self._by_name: dict[str, Interface] = {}
        # A name counts more than a description that reads alike.
        for called in [(port.description, port) for port in ports] + [(port.name, port) for port in ports]:
            self._by_name[(called[0] or "").lower()] = called[1]
        self._by_mac = {port.mac: port for port in reversed(ports) if port.mac}

    def name(self, number: int) -> str | None:
        """Return the interface's name, or what the device calls the port."""
        row = self._rows.get(number)
        port = self._named(row) or self._numbered(number)
        if port:
            return port.name or port.description
        return row.text("lldpLocPortDesc") or row.text("lldpLocPortId") or None

    def _named(self, row: Row) -> Interface | None:
        for column in ("lldpLocPortId", "lldpLocPortDesc"):
            if row.number("lldpLocPortIdSubtype") == PORT_MAC and column == "lldpLocPortId":
                continue
            text = row.text(column).lower()
            if text and text in self._by_name:
                return self._by_name[text]
        if row.number("lldpLocPortIdSubtype") == PORT_MAC:
            return self._by_mac.get(mac(row.octets("lldpLocPortId")) or "")
        return None

    def _numbered(self, number: int) -> Interface | None:
        index = self._bridge.get(number).number("dot1dBasePortIfIndex")
        return self._by_index.get(index or number)


def _identity(row: Row, column: str, mac_subtype: int, address_subtype: int) -> str | None:
    """Return a chassis or port id as its subtype says."""
    octets, subtype = row.octets(column), row.number(f"{column}Subtype")
    if subtype == mac_subtype:
        return mac(octets)
    if subtype == address_subtype:
        return _address(octets[0], octets[1:]) if octets else None
    return row.text(column) or None


def _addresses(rows: Read) -> dict[Oid, str]:
    """Return the first management address of each remote system, by (time mark, local port, index)."""
    found: dict[Oid, str] = {}
    for row in rows:
        octets = row.index[_HEAD:]
        if octets and row.index[_HEAD - 1] == len(octets) and max(octets) <= _OCTET:
            address = _address(row.index[_KEY], bytes(octets))
            if address:
                found.setdefault(row.index[:_KEY], address)
    return found


def _address(family: int, octets: bytes) -> str | None:
    if len(octets) != _ADDRESS_SIZES.get(family):
        return mac(octets)
    return str(ip_address(octets))
