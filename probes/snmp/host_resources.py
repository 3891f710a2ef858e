"""Processors, memory and storage by HOST-RESOURCES-MIB (RFC 2790), and a printer's state. Pure."""

from __future__ import annotations

import re
from dataclasses import replace

from probes.snmp.client import Oid, oid
from probes.snmp.inspection import Pool, Processor, Sensor
from probes.snmp.tables import Read, Row, Table

DEVICE_TABLE = Table(
    "hrDeviceTable", "1.3.6.1.2.1.25.3.2.1", {"hrDeviceType": 2, "hrDeviceDescr": 3, "hrDeviceStatus": 5}
)
PROCESSOR_TABLE = Table("hrProcessorTable", "1.3.6.1.2.1.25.3.3.1", {"hrProcessorLoad": 2})
PRINTER_TABLE = Table(
    "hrPrinterTable", "1.3.6.1.2.1.25.3.5.1", {"hrPrinterStatus": 1, "hrPrinterDetectedErrorState": 2}
)
FILE_SYSTEM_TABLE = Table("hrFSTable", "1.3.6.1.2.1.25.3.8.1", {"hrFSAccess": 5, "hrFSStorageIndex": 7})
STORAGE_TABLE = Table(
    "hrStorageTable",
    "1.3.6.1.2.1.25.2.3.1",
    {
        "hrStorageType": 2, "hrStorageDescr": 3, "hrStorageAllocationUnits": 4, "hrStorageSize": 5, "hrStorageUsed": 6,
    },
)  # fmt: skip

WHOLE = 100
_TYPES = oid("1.3.6.1.2.1.25.2.1")
_RAM, _VIRTUAL = (*_TYPES, 2), (*_TYPES, 3)
_KEEPS = {(*_TYPES, kind) for kind in (4, 5, 8, 9, 10)}
"""Fixed and removable disks, RAM disks, flash memory, network disks."""
_PRINTER: Oid = oid("1.3.6.1.2.1.25.3.1.5")
_RECLAIMABLE = re.compile(r"\b(memory|ram)\b.*(buffer|cache)|cache\w* memory", re.IGNORECASE)
"""How that is called which counts as used memory, though it is given back as soon as it is needed."""
_ZONES = ("uma:", "malloc:", "mbuf")
"""How names begin that FreeBSD puts among the memories for each of its kernel's allocators."""
_STATISTICS = ("real memory", "shared ", "virtual memory", "shared virtual")
"""Memories in which nothing can fill up: what of another is in use."""
SMALLEST = 1 << 16
"""Octets below which a file system is a device tree or the like."""
_READ_ONLY = 2
_DEVICE_STATES = {1: "unknown", 2: "ok", 3: "warning", 4: "warning", 5: "critical"}
_CRITICAL_ERRORS = 0b0101_1100_0000_0000
"""noPaper, noToner, doorOpen, jammed, in the bits of hrPrinterDetectedErrorState."""


def is_pool(row: Row) -> bool:
    """Whether a row of hrStorageTable is of interest: memory, disks, and what memory gives back."""
    if row.text("hrStorageDescr").lower().startswith(_ZONES):
        return False
    return row.oid("hrStorageType") in (_RAM, _VIRTUAL) or row.oid("hrStorageType") in _KEEPS or _is_reclaimable(row)


def is_printer(row: Row) -> bool:
    """Whether a row of hrDeviceTable is a printer."""
    return row.oid("hrDeviceType") == _PRINTER


def processors(loads: Read, devices: Read) -> tuple[Processor, ...]:
    """Return each processor's average load of the last minute."""
    return tuple(
        Processor(devices.get(*row.index).text("hrDeviceDescr") or f"Processor {row.index[-1]}", load)
        for row in loads
        if (load := row.number("hrProcessorLoad")) is not None and 0 <= load <= WHOLE
    )


def memory(rows: Read) -> tuple[Pool, ...]:
    """Return memory and swap; what can be reclaimed does not count as used memory."""
    given_back = _given_back(rows)
    found = []
    for row in rows:
        pool = _pool(row)
        is_memory = row.oid("hrStorageType") in (_RAM, _VIRTUAL) and not _is_reclaimable(row)
        if is_memory and pool.total_bytes and not pool.name.lower().startswith(_ZONES):
            found.append(_less(pool, given_back) if row.oid("hrStorageType") == _RAM else pool)
    return tuple(found)


def can_fill(pool: Pool) -> bool:
    """Whether a memory is one that can run out, and not a figure about another one."""
    return not pool.name.lower().startswith(_STATISTICS)


def storage(rows: Read) -> tuple[Pool, ...]:
    """Return disks and what is like them."""
    return tuple(pool for row in rows if (pool := _disk(row)))


def writable(rows: Read, systems: Read) -> tuple[Pool, ...]:
    """Return disks that can be written to: what is read-only is always full."""
    fixed = {row.number("hrFSStorageIndex") for row in systems if row.number("hrFSAccess") == _READ_ONLY}
    return tuple(pool for row in rows if row.index[-1] not in fixed and (pool := _disk(row)))


def printer_states(printers: Read, devices: Read) -> tuple[Sensor, ...]:
    """Return what a printer says of itself: hrDeviceStatus, and the bits of its errors."""
    states = []
    for row in devices:
        if not is_printer(row) and row.index not in printers.rows:
            continue
        name = row.text("hrDeviceDescr") or "printer"
        status = row.number("hrDeviceStatus")
        if status is not None:
            states.append(
                Sensor(f"{name}: device status", "state", status, state=_DEVICE_STATES.get(status, "unknown"))
            )
        states += _errors(name, printers.get(*row.index))
    return tuple(states)


def _errors(name: str, row: Row) -> list[Sensor]:
    octets = row.octets("hrPrinterDetectedErrorState")
    if not octets:
        return []
    bits = int.from_bytes(octets[:2].ljust(2, b"\0"), "big")
    state = "critical" if bits & _CRITICAL_ERRORS else "warning" if bits else "ok"
    return [Sensor(f"{name}: errors", "state", int.from_bytes(octets[:2], "big"), state=state)]


def _pool(row: Row) -> Pool:
    unit = row.number("hrStorageAllocationUnits") or 0
    size, used = (_unsigned(row.number(column)) for column in ("hrStorageSize", "hrStorageUsed"))
    total = size * unit if size and unit > 0 else None
    in_use = used * unit if used is not None and total else None
    percent = 100 * in_use / total if total and in_use is not None else None
    return Pool(row.text("hrStorageDescr") or f"storage {row.index[-1]}", percent, in_use, total)


def _unsigned(number: int | None) -> int | None:
    """Undo the overflow of an Integer32: disks have outgrown it."""
    return number + (1 << 32) if number is not None and number < 0 else number


def _disk(row: Row) -> Pool | None:
    pool = _pool(row)
    is_disk = row.oid("hrStorageType") in _KEEPS and (pool.total_bytes or 0) >= SMALLEST
    return pool if is_disk else None


def _is_reclaimable(row: Row) -> bool:
    return row.oid("hrStorageType") not in _KEEPS and bool(_RECLAIMABLE.search(row.text("hrStorageDescr")))


def _given_back(rows: Read) -> int:
    """Return the octets that can be reclaimed; none where the agent tells active memory apart by itself."""
    if any(row.text("hrStorageDescr").lower() == "real memory" for row in rows):
        return 0
    return sum(_pool(row).used_bytes or 0 for row in rows if _is_reclaimable(row))


def _less(pool: Pool, reclaimable: int) -> Pool:
    if pool.used_bytes is None or not pool.total_bytes or reclaimable > pool.used_bytes:
        return pool
    used = pool.used_bytes - reclaimable
    return replace(pool, used_bytes=used, percent=100 * used / pool.total_bytes)
