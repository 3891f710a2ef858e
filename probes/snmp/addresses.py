"""The device's addresses by IP-MIB (RFC 4293), and by its older table (RFC 1213). Pure."""

from __future__ import annotations

from ipaddress import IPv4Address, ip_address
from typing import TYPE_CHECKING

from probes.snmp.inspection import Address
from probes.snmp.tables import Read, Row, Table

if TYPE_CHECKING:
    from probes.snmp.client import Oid

ADDRESS_TABLE = Table(
    "ipAddressTable", "1.3.6.1.2.1.4.34.1", {"ipAddressIfIndex": 3, "ipAddressType": 4, "ipAddressPrefix": 5}
)
OLD_TABLE = Table("ipAddrTable", "1.3.6.1.2.1.4.20.1", {"ipAdEntIfIndex": 2, "ipAdEntNetMask": 3})
TABLES = (ADDRESS_TABLE, OLD_TABLE)

_SIZES = {1: (4, 4), 2: (16, 16), 3: (4, 8), 4: (16, 20)}
"""Octets of an address by InetAddressType, and with its zone, which 3 and 4 have."""
_IPV4 = 4
_OCTET = 0xFF
_ALL_ONES = 0xFFFFFFFF
_HEAD = 2
"""Arcs of an index before the address: type and length."""
_UNICAST = 1
_PREFIX_TABLE: Oid = (1, 3, 6, 1, 2, 1, 4, 32, 1)


def addresses(rows: Read, old: Read) -> tuple[Address, ...]:
    """Return unicast addresses; what both tables know is told once, with the prefix that either knows."""
    found = {address.address: address for row in old if (address := _old(row))}
    for row in rows:
        address = _new(row)
        if address and (address.prefix_length is not None or address.address not in found):
            found[address.address] = address
    return tuple(found.values())


def _old(row: Row) -> Address | None:
    octets = _octets(row.index)
    if octets is None or len(octets) != _IPV4:
        return None
    address = IPv4Address(octets)
    if address.is_unspecified:
        return None
    # A mask of zero is none: many agents put it where they know no better.
    prefix = _prefix_of(row.octets("ipAdEntNetMask")) or _by_nature(address)
    return Address(str(address), prefix, row.number("ipAdEntIfIndex"))


def _by_nature(address: IPv4Address) -> int | None:
    """Return the prefix length of loopback and link-local addresses, which is always the same (RFC 1122, RFC 3927)."""
    return 8 if address.is_loopback else 16 if address.is_link_local else None


def _prefix_of(mask: bytes) -> int | None:
    bits = int.from_bytes(mask, "big")
    length = bits.bit_count()
    # A mask with holes has no prefix length.
    return length if len(mask) == _IPV4 and bits == _ALL_ONES << (32 - length) & _ALL_ONES else None


def _new(row: Row) -> Address | None:
    octets = _octets(row.index[_HEAD:])
    size, whole = _SIZES.get(row.index[0], (0, 0))
    if octets is None or len(octets) != whole or row.number("ipAddressType") not in (None, _UNICAST):
        return None
    prefix = row.oid("ipAddressPrefix")
    length = prefix[-1] if prefix[:9] == _PREFIX_TABLE and prefix[-1] <= 8 * size else None
    return Address(str(ip_address(octets[:size])), length, row.number("ipAddressIfIndex"))


def _octets(arcs: Oid) -> bytes | None:
    return bytes(arcs) if arcs and max(arcs) <= _OCTET else None
