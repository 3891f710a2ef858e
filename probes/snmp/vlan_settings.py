"""VLANs as they are set: their names, and the ports that are in them. Pure.

By Q-BRIDGE-MIB (RFC 4363), IEEE8021-Q-BRIDGE-MIB, and Cisco's CISCO-VTP-MIB and CISCO-VLAN-MEMBERSHIP-MIB.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING

from probes.snmp.lldp import BASE_PORT_TABLE
from probes.snmp.page import MOST_LINES
from probes.snmp.tables import Table
from probes.snmp.vlans import LAST_VLAN

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from probes.snmp.page import Page
    from probes.snmp.tables import Read, Row

_STATIC_COLUMNS = ("Name", "EgressPorts", "ForbiddenEgressPorts", "UntaggedPorts")
STATIC = Table(
    "dot1qVlanStaticTable", "1.3.6.1.2.1.17.7.1.4.3.1", {name: n for n, name in enumerate(_STATIC_COLUMNS, 1)}
)
IEEE_STATIC = Table(
    "ieee8021QBridgeVlanStaticTable",
    "1.3.111.2.802.1.1.4.1.4.3.1",
    {name: n for n, name in enumerate(_STATIC_COLUMNS, 3)},
)
PORT_VLAN = Table(
    "dot1qPortVlanTable", "1.3.6.1.2.1.17.7.1.4.5.1", {"Pvid": 1, "AcceptableFrameTypes": 2, "IngressFiltering": 3}
)
IEEE_PORT_VLAN = Table(
    "ieee8021QBridgePortVlanTable",
    "1.3.111.2.802.1.1.4.1.4.5.1",
    {"Pvid": 1, "AcceptableFrameTypes": 2, "IngressFiltering": 3},
)
SPANNING_TREE = Table(
    "dot1dStp",
    "1.3.6.1.2.1.17.2",
    {"Priority": 2, "MaxAge": 12, "HelloTime": 13, "ForwardDelay": 14},
)
SPANNING_TREE_PORT = Table("dot1dStpPortTable", "1.3.6.1.2.1.17.2.15.1", {"Priority": 2, "Enable": 4})
VTP_VLAN = Table("vtpVlanTable", "1.3.6.1.4.1.9.9.46.1.3.1.1", {"State": 2, "Type": 3, "Name": 4})
VTP_TRUNK = Table(
    "vlanTrunkPortTable",
    "1.3.6.1.4.1.9.9.46.1.6.1.1",
    {"Enabled": 4, "Native": 5, "Mode": 13, "Enabled2k": 17, "Enabled3k": 18, "Enabled4k": 19},
)
MEMBERSHIP = Table("vmMembershipTable", "1.3.6.1.4.1.9.9.68.1.2.2.1", {"vmVlan": 2})
TABLES = (
    BASE_PORT_TABLE, STATIC, IEEE_STATIC, PORT_VLAN, IEEE_PORT_VLAN, SPANNING_TREE, SPANNING_TREE_PORT, VTP_VLAN,
    VTP_TRUNK, MEMBERSHIP,
)  # fmt: skip

MOST_PORTS = 1 << 16
"""Bits of a PortList that are looked at: bridge ports end at 65535 (RFC 4188)."""
_ON = {1: "on", 2: "off"}
_FRAMES = {1: "all", 2: "tagged only", 3: "untagged only"}
_MODES = {1: "on", 2: "off", 3: "desirable", 4: "auto", 5: "on, no negotiation"}
_ETHERNET = 1
_PER_MAP = 1024
_EVERY = frozenset(range(1, LAST_VLAN + 1))
Item = tuple[str, str | int | None]


def membership(reads: Mapping[str, Read], port_name: Callable[[int | None], str | None]) -> dict[str, list[Item]]:
    """Return by the name of each port what it is set to as a port of a bridge."""
    found: dict[str, list[Item]] = {}
    bridge = reads[BASE_PORT_TABLE.name]

    def called(number: int) -> str:
        return port_name(bridge.get(number).number("dot1dBasePortIfIndex")) or f"bridge port {number}"

    for row in (*reads[PORT_VLAN.name], *reads[IEEE_PORT_VLAN.name]):
        found.setdefault(called(row.index[-1]), []).extend(_port_vlan(row))
    configured = (*reads[STATIC.name], *reads[IEEE_STATIC.name])
    # A page holds no more, and says that it is cut; without a bound a device could send lists of 65535 ports each.
    for number, item in islice(_memberships(configured), MOST_LINES):
        found.setdefault(called(number), []).append(item)
    for row in reads[SPANNING_TREE_PORT.name]:
        items = (("stp", _ON.get(row.number("Enable") or 0)), ("stp port priority", row.number("Priority")))
        found.setdefault(called(row.index[-1]), []).extend(items)
    for row in (*reads[MEMBERSHIP.name], *reads[VTP_TRUNK.name]):
        found.setdefault(port_name(row.index[-1]) or "", []).extend(_cisco(row))
    return {name: list(dict.fromkeys(items)) for name, items in found.items()}


def write(page: Page, reads: Mapping[str, Read]) -> None:
    """Write the VLANs with their names, and the settings of the spanning tree."""
    names: dict[int, bytes] = {}
    for row in (*reads[STATIC.name], *reads[IEEE_STATIC.name], *filter(_is_vlan, reads[VTP_VLAN.name])):
        number = row.index[-1]
        if 0 < number <= LAST_VLAN:
            names[number] = names.get(number) or row.octets("Name")
    for number in sorted(names):
        page.section(f"vlan {number}", is_kept=True)
        page.item("name", names[number])
    page.section("stp")
    group = reads[SPANNING_TREE.name].get(0)
    page.items((name, group.number(column)) for name, column in (
        ("priority", "Priority"), ("maximum age", "MaxAge"), ("hello time", "HelloTime"),
        ("forward delay", "ForwardDelay"),
    ))  # fmt: skip


def numbers(octets: bytes, first: int) -> Iterator[int]:
    """Return the numbers of the bits that are set: the most significant of the first octet is `first`."""
    for place, octet in enumerate(octets[: MOST_PORTS // 8]):
        for bit in range(8) if octet else ():
            if octet & 0x80 >> bit:
                yield first + 8 * place + bit


def _has(octets: bytes, number: int) -> bool:
    """Whether the bit of a port is set in a PortList, which begins with port 1."""
    place, bit = divmod(number - 1, 8)
    return place < len(octets) and bool(octets[place] & 0x80 >> bit)


def ranges(found: Iterable[int]) -> str:
    """Write numbers as people do: `1, 10-12`."""
    parts: list[list[int]] = []
    for number in sorted(found):
        if parts and number == parts[-1][1] + 1:
            parts[-1][1] = number
        else:
            parts.append([number, number])
    return ", ".join(str(low) if low == high else f"{low}-{high}" for low, high in parts)


def _port_vlan(row: Row) -> list[Item]:
    return [
        ("vlan by default (PVID)", row.number("Pvid")),
        ("accepted frames", _FRAMES.get(row.number("AcceptableFrameTypes") or 0)),
        ("ingress filter", _ON.get(row.number("IngressFiltering") or 0)),
    ]


def _memberships(rows: Iterable[Row]) -> Iterator[tuple[int, Item]]:
    """Yield each port of each VLAN, with how it is in it."""
    for row in sorted(rows, key=lambda row: row.index[-1]):
        vlan, plain = f"vlan {row.index[-1]}", row.octets("UntaggedPorts")
        for number in numbers(row.octets("EgressPorts"), 1):
            yield number, (vlan, "untagged" if _has(plain, number) else "tagged")
        for number in numbers(row.octets("ForbiddenEgressPorts"), 1):
            yield number, (vlan, "forbidden")


def _is_vlan(row: Row) -> bool:
    return row.number("Type") in (None, _ETHERNET)


def _cisco(row: Row) -> list[Item]:
    """Return the VLAN of an access port, or how a trunk is set; a port that is no trunk says nothing of one."""
    mode = row.number("Mode")
    if mode is None:
        return [("vlan of access", row.number("vmVlan"))]
    if _MODES.get(mode) == "off":
        return [("trunk", "off")]
    allowed: set[int] = set()
    for n, column in enumerate(("Enabled", "Enabled2k", "Enabled3k", "Enabled4k")):
        allowed |= set(numbers(row.octets(column)[: _PER_MAP // 8], n * _PER_MAP))
    allowed &= _EVERY
    return [
        ("trunk", _MODES.get(mode)),
        ("vlan of trunk, native", row.number("Native")),
        ("vlans of trunk", "all" if allowed == _EVERY else ranges(allowed) or "none"),
    ]
