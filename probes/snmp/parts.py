"""What a device is made of: its parts with their serial numbers and revisions. Pure.

By ENTITY-MIB (RFC 6933). A box without it is told by what it says of itself: its description, its product's number,
the hardware addresses of its ports, its disks and processors, its memory.
"""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from probes.snmp import ups
from probes.snmp.client import Oid, dotted, oid
from probes.snmp.entity import CLASSES, PHYSICAL_TABLE, is_serial
from probes.snmp.host_resources import DEVICE_TABLE
from probes.snmp.page import Page, natural
from probes.snmp.tables import Table

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from probes.snmp.page import Said
    from probes.snmp.tables import Read, Row

SYSTEM = Table("system", "1.3.6.1.2.1.1", {"sysDescr": 1, "sysObjectID": 2})
MEMORY = Table("hrStorage", "1.3.6.1.2.1.25.2", {"hrMemorySize": 2})
DISK_TABLE = Table("hrDiskStorageTable", "1.3.6.1.2.1.25.3.6.1", {"hrDiskStorageCapacity": 4})
DEVICES = Table(
    DEVICE_TABLE.name,
    DEVICE_TABLE.entry,
    {name: DEVICE_TABLE.columns[name] for name in ("hrDeviceType", "hrDeviceDescr")},
)
PRINTER = Table("prtGeneralTable", "1.3.6.1.2.1.43.5.1.1", {"prtGeneralSerialNumber": 17})
BRIDGE = Table("dot1dBase", "1.3.6.1.2.1.17.1", {"dot1dBaseBridgeAddress": 1})
PORTS = Table("ifTable", "1.3.6.1.2.1.2.2.1", {"ifType": 3, "ifPhysAddress": 6})
TABLES = (SYSTEM, PHYSICAL_TABLE, MEMORY, DEVICES, DISK_TABLE, PRINTER, BRIDGE, ups.IDENT, PORTS)

_ALWAYS = frozenset({"chassis", "backplane", "powerSupply", "fan", "module", "stack", "cpu", "battery", "storageDrive"})
"""Classes of parts that are told whether they have a serial number or not; others come and go with what they serve."""
_ITEMS = {
    "description": "entPhysicalDescr", "vendor": "entPhysicalMfgName", "model": "entPhysicalModelName",
    "serial number": "entPhysicalSerialNum", "hardware revision": "entPhysicalHardwareRev",
    "firmware revision": "entPhysicalFirmwareRev", "software revision": "entPhysicalSoftwareRev",
}  # fmt: skip
_DEVICE_TYPES: dict[Oid, str] = {
    oid("1.3.6.1.2.1.25.3.1.3"): "processor",
    oid("1.3.6.1.2.1.25.3.1.6"): "disk",
    oid("1.3.6.1.2.1.25.3.1.18"): "tape",
}
_ETHERNET = frozenset({6, 62, 117})
_GIVEN_LOCALLY = 0x02
"""The bit of a hardware address that no manufacturer gave (IEEE 802)."""
_CARDS = 16
"""Hardware addresses of a server at most; what has more is a switch."""
_KIB_PER_MIB = 1024
_COARSE = 256
"""MiB to which memory is rounded: what the system keeps for itself changes with every version of it."""


def write(page: Page, reads: Mapping[str, Read]) -> None:
    """Write all parts."""
    _system(page, reads)
    parts = [row for row in reads[PHYSICAL_TABLE.name] if len(row.index) == 1 and _is_part(row)]
    times: Counter[str] = Counter()
    for row in sorted(parts, key=_order):
        if page.is_cut:
            break
        heading = f"{_class(row)} {_name(row)}".rstrip()
        times[heading] += 1
        page.section(heading if times[heading] == 1 else f"{heading} #{times[heading]}", is_kept=True)
        page.items(_items(row))
    if not any(is_serial(row.text("entPhysicalSerialNum")) for row in parts):
        _addresses(page, reads)
    _devices(page, reads)


def _system(page: Page, reads: Mapping[str, Read]) -> None:
    group, power = reads[SYSTEM.name].get(0), reads[ups.IDENT.name].get(0)
    product = group.oid("sysObjectID")
    page.section("system")
    page.item("description", group.octets("sysDescr"))
    page.item("product", dotted(product) if len(product) > 2 else None)  # noqa: PLR2004 - 0.0 stands for none
    page.item("memory", _memory(reads[MEMORY.name].get(0).number("hrMemorySize")))
    page.item("UPS vendor", power.octets("upsIdentManufacturer"))
    page.item("UPS model", power.octets("upsIdentModel"))
    page.item("UPS software", power.octets("upsIdentUPSSoftwareVersion"))
    page.item("UPS agent", power.octets("upsIdentAgentSoftwareVersion"))
    page.items(("printer serial number", row.octets("prtGeneralSerialNumber")) for row in reads[PRINTER.name])


def _class(row: Row) -> str:
    return CLASSES.get(row.number("entPhysicalClass") or 0, "unknown")


def _name(row: Row) -> str:
    return row.text("entPhysicalName") or row.text("entPhysicalDescr")


def _is_part(row: Row) -> bool:
    return _class(row) in _ALWAYS or is_serial(row.text("entPhysicalSerialNum"))


def _order(row: Row) -> tuple[list[tuple[int, str]], str, Oid]:
    """Order by name: many devices number their parts anew at each start."""
    return natural(f"{_class(row)} {_name(row)}"), row.text("entPhysicalSerialNum"), row.index


def _items(row: Row) -> Iterator[tuple[str, Said]]:
    for name, column in _ITEMS.items():
        if column != "entPhysicalDescr" or row.text(column) != _name(row):
            yield name, row.octets(column)


def _addresses(page: Page, reads: Mapping[str, Read]) -> None:
    """Write hardware addresses that a manufacturer gave: where there is no serial number, they tell a box apart.

    A switch has one as a bridge, or a block of them of which the lowest will do: those of its ports change when a
    link joins a bundle.
    """
    page.section("hardware addresses")
    bridge = _given(reads[BRIDGE.name].get(0).octets("dot1dBaseBridgeAddress"))
    ports = (row for row in reads[PORTS.name] if row.number("ifType") in _ETHERNET)
    own = sorted({address for row in ports if (address := _given(row.octets("ifPhysAddress")))})
    page.item("bridge", bridge)
    if not bridge:
        page.items(("network card", address) for address in (own if len(own) <= _CARDS else own[:1]))


def _given(octets: bytes) -> str | None:
    is_address = len(octets) == 6 and any(octets) and not octets[0] & _GIVEN_LOCALLY  # noqa: PLR2004 - EUI-48
    return octets.hex(":") if is_address else None


def _devices(page: Page, reads: Mapping[str, Read]) -> None:
    """Write processors and disks, those that read alike counted."""
    found: Counter[tuple[str, bytes, str]] = Counter()
    for row in reads[DEVICES.name]:
        if kind := _DEVICE_TYPES.get(row.oid("hrDeviceType")):
            capacity = reads[DISK_TABLE.name].get(*row.index).number("hrDiskStorageCapacity")
            found[kind, row.octets("hrDeviceDescr"), f"{capacity} KiB" if capacity and capacity > 0 else ""] += 1
    page.section("devices")
    for (kind, described, size), number in sorted(found.items()):
        page.item(f"{kind}, {size}" if size else kind, described)
        page.item(f"{kind}s like this", number if number > 1 else None)


def _memory(kibibytes: int | None) -> str | None:
    if not kibibytes or kibibytes < 0:
        return None
    mebibytes = kibibytes / _KIB_PER_MIB
    return f"{round(mebibytes / _COARSE) * _COARSE or round(mebibytes)} MiB"
