"""What a device is set to, as far as SNMP tells: the facet of a box without a command line. Pure.

Settings only. What changes by itself is left out: whether a port is up and how fast its link runs, addresses that
DHCP or the network gave, routes that a protocol learnt, how much PoE a port draws, ports that are made for one
container, virtual machine or dialled session. The speed of a port is a setting where the port does not negotiate it,
and on tunnels and serial lines, where somebody has written it down.
"""

from __future__ import annotations

import re
from ipaddress import ip_address
from typing import TYPE_CHECKING

from probes.snmp import addressing, routes, vlan_settings
from probes.snmp.interfaces import ADMIN, identities, interfaces
from probes.snmp.page import Page, natural
from probes.snmp.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from probes.snmp.client import Oid
    from probes.snmp.inspection import Interface
    from probes.snmp.tables import Read, Row

SYSTEM = Table("system", "1.3.6.1.2.1.1", {"sysContact": 4, "sysName": 5, "sysLocation": 6})
IF_TABLE = Table(
    "ifTable", "1.3.6.1.2.1.2.2.1", {"ifDescr": 2, "ifType": 3, "ifMtu": 4, "ifSpeed": 5, "ifPhysAddress": 6,
                                     "ifAdminStatus": 7},
)  # fmt: skip
IFX_TABLE = Table(
    "ifXTable", "1.3.6.1.2.1.31.1.1.1", {"ifName": 1, "ifLinkUpDownTrapEnable": 14, "ifHighSpeed": 15, "ifAlias": 18}
)
NEGOTIATION = Table("ifMauAutoNegTable", "1.3.6.1.2.1.26.5.1.1", {"ifMauAutoNegAdminStatus": 1})
MAU = Table("ifMauTable", "1.3.6.1.2.1.26.2.1.1", {"ifMauDefaultType": 11})
IP = Table(
    "ip", "1.3.6.1.2.1.4", {"ipForwarding": 1, "ipDefaultTTL": 2, "ipv6IpForwarding": 25, "ipv6IpDefaultHopLimit": 26}
)
SNMP = Table("snmp", "1.3.6.1.2.1.11", {"snmpEnableAuthenTraps": 30})
START = Table("hrSystem", "1.3.6.1.2.1.25.1", {"hrSystemInitialLoadParameters": 4})
POWER = Table("pethPsePortTable", "1.3.6.1.2.1.105.1.1.1", {"pethPsePortAdminEnable": 3, "pethPsePortPowerPriority": 7})
UPS = Table(
    "upsConfig",
    "1.3.6.1.2.1.33.1.9",
    {
        "input voltage (V)": 1, "input frequency (0.1 Hz)": 2, "output voltage (V)": 3, "output frequency (0.1 Hz)": 4,
        "output (VA)": 5, "output power (W)": 6, "low battery at (min)": 7, "audible alarm": 8,
        "transfer below (V)": 9, "transfer above (V)": 10,
    },
)  # fmt: skip
RECEIVERS = Table(
    "snmpTargetAddrTable", "1.3.6.1.6.3.12.1.2.1", {"snmpTargetAddrTAddress": 3, "snmpTargetAddrTagList": 6}
)
USERS = Table("svUserTable", "1.3.6.1.4.1.77.1.2.25.1", {"svUserName": 1})
SHARES = Table("svShareTable", "1.3.6.1.4.1.77.1.2.27.1", {"svShareName": 1, "svSharePath": 2})
TABLES = (
    SYSTEM, IF_TABLE, IFX_TABLE, NEGOTIATION, MAU, IP, SNMP, START, POWER, UPS, RECEIVERS, USERS, SHARES,
    *addressing.TABLES, *vlan_settings.TABLES,
)  # fmt: skip

TYPES = {
    1: "other", 6: "ethernetCsmacd", 22: "propPointToPointSerial", 23: "ppp", 24: "softwareLoopback", 37: "atm",
    39: "sonet", 53: "propVirtual", 62: "fastEther", 71: "ieee80211", 117: "gigabitEthernet", 131: "tunnel",
    135: "l2vlan", 136: "l3ipvlan", 161: "ieee8023adLag", 166: "mpls", 209: "bridge", 250: "gpon",
}  # fmt: skip
"""The commonest names of ifType (IANAifType-MIB)."""
_BANDWIDTH = frozenset({22, 131})
"""ifType of what has no speed of its own: what it says is what somebody has written down."""
_PASSING = re.compile(r"(veth|vnet|tap|cali|lxc|Virtual-Access|Virtual-Template\d+:|<)")
"""How ports are called that come and go with what they serve."""
_ON = {1: "on", 2: "off"}
_MAU_TYPES = {
    10: "10BaseTHD", 11: "10BaseTFD", 15: "100BaseTXHD", 16: "100BaseTXFD", 18: "100BaseFXFD", 22: "1000BaseXFD",
    24: "1000BaseLXFD", 26: "1000BaseSXFD", 29: "1000BaseTHD", 30: "1000BaseTFD", 54: "10GbaseT",
}  # fmt: skip
_PRIORITIES = {1: "critical", 2: "high", 3: "low"}
_IPV4_PLACE, _IPV6_PLACE = 6, 18
"""Octets of an address with its port (RFC 3419)."""


class Ports:
    """The ports by the names that they keep, in the order in which people count them."""

    def __init__(self, reads: Mapping[str, Read]) -> None:
        self._interfaces = {each.index: each for each in interfaces(reads[IF_TABLE.name], reads[IFX_TABLE.name], None)}
        self._names = identities(self._interfaces.values())

    def __iter__(self) -> Iterator[tuple[str, Interface]]:
        return iter((self._names[index], self._interfaces[index]) for index in self._order())

    def name(self, index: int | None) -> str | None:
        """Return what a port is called, None where there is none with this ifIndex."""
        return None if index is None else self._names.get(index)

    def _order(self) -> list[int]:
        return sorted(self._names, key=lambda index: natural(self._names[index]))


def write(page: Page, reads: Mapping[str, Read]) -> None:
    """Write all that a device is set to."""
    ports = Ports(reads)
    _system(page, reads)
    bridge = vlan_settings.membership(reads, ports.name)
    addresses = addressing.by_port(reads, ports.name)
    speeds = _speeds(reads)
    for name, port in ports:
        if page.is_cut:
            break
        if _PASSING.match(name):
            continue
        page.section(f"interface {name}", is_kept=True)
        page.items(_port(name, port, reads))
        page.items(speeds.get(port.index, ()))
        page.items(bridge.get(name, ()))
        page.items(("address", address) for address in addresses.pop(name, ()))
    page.section("addresses")
    page.items(("address", address) for address in addresses.pop("", ()))
    vlan_settings.write(page, reads)
    routes.write(page, reads, ports.name)
    _others(page, reads)


def _system(page: Page, reads: Mapping[str, Read]) -> None:
    group, ip, start = reads[SYSTEM.name].get(0), reads[IP.name].get(0), reads[START.name].get(0)
    page.section("system")
    page.item("name", group.octets("sysName"))
    page.item("contact", group.octets("sysContact"))
    page.item("location", group.octets("sysLocation"))
    page.item("start parameters", start.octets("hrSystemInitialLoadParameters"))
    page.item("routing of IPv4", _ON.get(ip.number("ipForwarding") or 0))
    page.item("routing of IPv6", _ON.get(ip.number("ipv6IpForwarding") or 0))
    page.item("IPv4 time to live", ip.number("ipDefaultTTL"))
    page.item("IPv6 hop limit", ip.number("ipv6IpDefaultHopLimit"))
    page.item("snmp authentication traps", _ON.get(reads[SNMP.name].get(0).number("snmpEnableAuthenTraps") or 0))


def _port(name: str, port: Interface, reads: Mapping[str, Read]) -> Iterator[tuple[str, bytes | str | int | None]]:
    row, more = reads[IF_TABLE.name].get(port.index), reads[IFX_TABLE.name].get(port.index)
    yield "description", row.octets("ifDescr") if port.description != name else None
    yield "alias", more.octets("ifAlias")
    yield "type", TYPES.get(port.type or 0, port.type)
    yield "MTU", port.mtu
    yield "admin", ADMIN.get(row.number("ifAdminStatus") or 0)
    yield "link traps", _ON.get(more.number("ifLinkUpDownTrapEnable") or 0)
    if port.type in _BANDWIDTH and port.speed_bps:
        yield "bandwidth", f"{port.speed_bps} bit/s"


def _speeds(reads: Mapping[str, Read]) -> dict[int, list[tuple[str, str | None]]]:
    """Return by ifIndex whether a port negotiates, and where it does not the speed that is set."""
    types = _first_of_each(reads[MAU.name])
    found: dict[int, list[tuple[str, str | None]]] = {}
    for index, row in _first_of_each(reads[NEGOTIATION.name]).items():
        state = _ON.get(row.number("ifMauAutoNegAdminStatus") or 0)
        found[index] = [("auto-negotiation", state)]
        if state == "off" and index in types:
            found[index].append(("speed", _mau_type(types[index].oid("ifMauDefaultType"))))
    return found


def _first_of_each(rows: Read) -> dict[int, Row]:
    """Return the first row of each port in a table that may have several for one."""
    found: dict[int, Row] = {}
    for row in rows:
        found.setdefault(row.index[0], row)
    return found


def _mau_type(name: Oid) -> str | None:
    return _MAU_TYPES.get(name[-1], f"MAU type {name[-1]}") if name and name[-1] else None


def _others(page: Page, reads: Mapping[str, Read]) -> None:
    page.section("power over ethernet")
    for row in reads[POWER.name]:
        state = _ON.get(row.number("pethPsePortAdminEnable") or 0)
        priority = _PRIORITIES.get(row.number("pethPsePortPowerPriority") or 0)
        page.item(f"port {'/'.join(map(str, row.index))}", ", ".join(word for word in (state, priority) if word))
    page.section("UPS")
    page.items((column, reads[UPS.name].get(0).number(column)) for column in UPS.columns)
    page.section("snmp receivers")
    receivers = (_place(row.octets("snmpTargetAddrTAddress")) for row in reads[RECEIVERS.name])
    page.items(("address", place) for place in sorted(place for place in receivers if place))
    _windows(page, reads)


def _windows(page: Page, reads: Mapping[str, Read]) -> None:
    page.section("users")
    for row in sorted(reads[USERS.name], key=lambda row: row.octets("svUserName")):
        page.item("user", row.octets("svUserName"))
    page.section("shares")
    for row in sorted(reads[SHARES.name], key=lambda row: row.octets("svShareName")):
        page.item(row.text("svShareName"), row.octets("svSharePath"))


def _place(octets: bytes) -> str | None:
    """Read TransportAddressIPv4 or IPv6: an address and a port."""
    if len(octets) not in (_IPV4_PLACE, _IPV6_PLACE):
        return None
    return f"{ip_address(octets[:-2])} port {int.from_bytes(octets[-2:], 'big')}"
