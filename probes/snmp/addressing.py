"""The addresses that somebody has given to a device, by port. Pure."""

from __future__ import annotations

from ipaddress import ip_address
from typing import TYPE_CHECKING

from probes.snmp.addresses import OLD_TABLE, addresses
from probes.snmp.tables import Read, Table

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from probes.snmp.inspection import Address
    from probes.snmp.tables import Row

ADDRESS_TABLE = Table(
    "ipAddressTable",
    "1.3.6.1.2.1.4.34.1",
    {"ipAddressIfIndex": 3, "ipAddressType": 4, "ipAddressPrefix": 5, "ipAddressOrigin": 6},
)
TABLES = (ADDRESS_TABLE, OLD_TABLE)
_GIVEN_BY_NETWORK = frozenset({4, 5, 6})
"""ipAddressOrigin: dhcp, linklayer, random."""


def by_port(reads: Mapping[str, Read], port_name: Callable[[int | None], str | None]) -> dict[str, list[str]]:
    """Return addresses with their prefix by the name of their port, sorted; without one by an empty name."""
    rows = reads[ADDRESS_TABLE.name]
    dynamic = {each.address for each in addresses(_only(rows, is_dynamic=True), _none(reads[OLD_TABLE.name]))}
    found: dict[str, list[str]] = {}
    for each in sorted(addresses(rows, reads[OLD_TABLE.name]), key=_order):
        if each.address not in dynamic:
            found.setdefault(port_name(each.interface_index) or "", []).append(_written(each))
    return found


def _only(rows: Read, *, is_dynamic: bool) -> Read:
    kept = {index: row for index, row in rows.rows.items() if _is_dynamic(row) is is_dynamic}
    return Read(rows.table, kept, rows.fates)


def _is_dynamic(row: Row) -> bool:
    return row.number("ipAddressOrigin") in _GIVEN_BY_NETWORK


def _none(rows: Read) -> Read:
    return Read(rows.table, {}, rows.fates)


def _order(each: Address) -> tuple[int, int]:
    address = ip_address(each.address)
    return address.version, int(address)


def _written(each: Address) -> str:
    return each.address if each.prefix_length is None else f"{each.address}/{each.prefix_length}"
