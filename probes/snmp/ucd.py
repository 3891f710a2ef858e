"""Processor, memory and disks by UCD-SNMP-MIB, for agents of net-snmp's kind that lack HOST-RESOURCES-MIB. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from probes.snmp.inspection import Pool, Processor
from probes.snmp.tables import Read, Row, Table

if TYPE_CHECKING:
    from collections.abc import Iterable

MEMORY = Table(
    "UCD memory",
    "1.3.6.1.4.1.2021.4",
    {
        "memTotalSwap": 3, "memAvailSwap": 4, "memTotalReal": 5, "memAvailReal": 6, "memBuffer": 14, "memCached": 15,
    },
)  # fmt: skip
SYSTEM_STATS = Table("UCD systemStats", "1.3.6.1.4.1.2021.11", {"ssCpuUser": 9, "ssCpuSystem": 10, "ssCpuIdle": 11})
DISK_TABLE = Table(
    "UCD dskTable",
    "1.3.6.1.4.1.2021.9.1",
    {
        "dskPath": 2,
        "dskTotal": 6,
        "dskUsed": 8,
        "dskTotalLow": 11,
        "dskTotalHigh": 12,
        "dskUsedLow": 15,
        "dskUsedHigh": 16,
    },
)
_SCALAR = 0
_WHOLE = 100
_KIB = 1024


def processors(stats: Read) -> tuple[Processor, ...]:
    """Return the load of all processors together, from the idle time of the last minute."""
    idle = stats.get(_SCALAR).number("ssCpuIdle")
    return () if idle is None or not 0 <= idle <= _WHOLE else (Processor("CPU", float(_WHOLE - idle)),)


def memory(rows: Read) -> tuple[Pool, ...]:
    """Return memory, without what buffers and caches give back, and swap."""
    row = rows.get(_SCALAR)
    spare = sum(row.number(column) or 0 for column in ("memAvailReal", "memBuffer", "memCached"))
    pools = (
        _pool("Physical memory", row.number("memTotalReal"), None if row.number("memAvailReal") is None else spare),
        _pool("Swap space", row.number("memTotalSwap"), row.number("memAvailSwap")),
    )
    return tuple(pool for pool in pools if pool)


def storage(rows: Read) -> tuple[Pool, ...]:
    """Return the disks that the agent is told to watch."""
    return tuple(_kept(_disk(row) for row in rows))


def _disk(row: Row) -> Pool | None:
    total, used = _wide(row, "dskTotal"), _wide(row, "dskUsed")
    return _pool(row.text("dskPath"), total, None if total is None or used is None else total - used)


def _wide(row: Row, column: str) -> int | None:
    low, high = row.number(f"{column}Low"), row.number(f"{column}High")
    if low is None or high is None:
        return row.number(column)
    return (high << 32) + low


def _pool(name: str, total: int | None, spare: int | None) -> Pool | None:
    """Build a pool from kibibytes."""
    if not total or total < 0 or spare is None or not 0 <= spare <= total:
        return None
    used = total - spare
    return Pool(name or "?", 100 * used / total, used * _KIB, total * _KIB)


def _kept(pools: Iterable[Pool | None]) -> Iterable[Pool]:
    return (pool for pool in pools if pool)
