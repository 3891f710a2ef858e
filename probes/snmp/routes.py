"""The routes that somebody has written down, by RFC 4292, RFC 2096 and RFC 1213. Pure.

A device's table holds all its routes, a border router's nearly a million. So the caller asks first how many there
are, and reads the newest table that the device has, if it is not too long.

Agents on Linux call every route local, whoever made it. Of such routes only the default route counts.
"""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING, NamedTuple

from probes.snmp.tables import Table

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from probes.snmp.client import Oid
    from probes.snmp.page import Page
    from probes.snmp.tables import Read, Row

MOST = 2000
"""Routes of all kinds up to which the table is read."""
COUNTS = Table("ipForward", "1.3.6.1.2.1.4.24", {"ipCidrRouteNumber": 3, "inetCidrRouteNumber": 6})
INET = Table(
    "inetCidrRouteTable", "1.3.6.1.2.1.4.24.7.1", {"inetCidrRouteIfIndex": 7, "inetCidrRouteType": 8,
                                                   "inetCidrRouteProto": 9},
)  # fmt: skip
CIDR = Table(
    "ipCidrRouteTable", "1.3.6.1.2.1.4.24.4.1", {"ipCidrRouteIfIndex": 5, "ipCidrRouteType": 6, "ipCidrRouteProto": 7}
)
OLD = Table(
    "ipRouteTable",
    "1.3.6.1.2.1.4.21.1",
    {"ipRouteIfIndex": 2, "ipRouteNextHop": 7, "ipRouteType": 8, "ipRouteProto": 9, "ipRouteMask": 11},
)
TABLES = (INET, CIDR, OLD)
"""Newest first."""
_NUMBERS = {INET.name: "inetCidrRouteNumber", CIDR.name: "ipCidrRouteNumber"}
_LOCAL, _BY_MANAGEMENT = 2, 3
"""xRouteProto: of the device itself, by somebody's hand."""
_REMOTE = 4
_TRAITS = {INET.name: "inetCidrRoute", CIDR.name: "ipCidrRoute", OLD.name: "ipRoute"}
_IPV4, _IPV6 = 4, 16
_CIDR_ARCS, _MASK_END, _HOP_AT = 13, 8, 9
_OCTET = 0xFF


class Route(NamedTuple):
    """One route as it is written down."""

    version: int
    network: int
    prefix: int
    written: str


def is_too_long(table: Table, counts: Read) -> bool:
    """Whether the device says that this table has more routes than can be read at each visit."""
    number = counts.get(0).number(_NUMBERS.get(table.name, ""))
    return number is not None and number > MOST


def write(page: Page, reads: Mapping[str, Read], port_name: Callable[[int | None], str | None]) -> None:
    """Write the routes of the one table that was read."""
    page.section("static routes")
    found = {
        route for table in TABLES if (rows := reads.get(table.name)) for row in rows if (route := _route(row, rows, port_name))
    }  # fmt: skip
    for route in sorted(found):
        page.item("route", route.written)


def _route(row: Row, rows: Read, port_name: Callable[[int | None], str | None]) -> Route | None:
    trait = _TRAITS[rows.table.name]
    protocol, kind = row.number(f"{trait}Proto"), row.number(f"{trait}Type")
    if protocol != _BY_MANAGEMENT and (protocol, kind) != (_LOCAL, _REMOTE):
        return None
    try:
        octets, prefix, hop = _parts(row, rows.table)
        network, gateway = ip_address(octets), ip_address(hop) if hop else None
    except ValueError:
        return None
    has_gateway = gateway is not None and int(gateway) != 0
    if protocol == _LOCAL and (prefix or not has_gateway):
        return None
    port = port_name(row.number(f"{trait}IfIndex"))
    via = f" via {gateway}" if has_gateway else f" on {port}" if port else ""
    return Route(network.version, int(network), prefix, f"{network}/{prefix}{via}")


def _parts(row: Row, table: Table) -> tuple[bytes, int, bytes]:
    """Return network, length of its prefix, and next hop; ValueError for an index that is none."""
    if table is INET:
        return _inet(iter(row.index))
    if table is CIDR:
        if len(row.index) != _CIDR_ARCS:
            raise ValueError(row.index)
        octets = _octets(row.index)
        return octets[:_IPV4], _prefix(octets[_IPV4:_MASK_END]), octets[_HOP_AT:]
    return _octets(row.index), _prefix(row.octets("ipRouteMask")), row.octets("ipRouteNextHop")


def _inet(arcs: Iterator[int]) -> tuple[bytes, int, bytes]:
    """Read (type, length, network, prefix, length, policy, type, length, next hop)."""
    _type, network = next(arcs, 0), _counted(arcs)
    prefix = next(arcs, 0)
    for _arc in range(_length(arcs)):
        next(arcs, 0)
    _type, hop = next(arcs, 0), _counted(arcs)
    return network[: _IPV6 if len(network) >= _IPV6 else _IPV4], prefix, hop[: _IPV6 if len(hop) >= _IPV6 else _IPV4]


def _length(arcs: Iterator[int]) -> int:
    length = next(arcs, 0)
    if length > _OCTET:
        raise ValueError(length)
    return length


def _counted(arcs: Iterator[int]) -> bytes:
    length = _length(arcs)
    return bytes(next(arcs, 0) for _n in range(length))


def _octets(arcs: Oid) -> bytes:
    return bytes(arcs)


def _prefix(mask: bytes) -> int:
    return int.from_bytes(mask, "big").bit_count()
