"""Tables for tests, row by row."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from probes.snmp.inspect import TABLES
from probes.snmp.tables import Read, Row, Table, nothing

if TYPE_CHECKING:
    from collections.abc import Mapping

    from probes.snmp.client import Oid


def read(table: Table, rows: Mapping[Any, Mapping[str, Any]]) -> Read:
    """Build what was read of a table; an index may be a number or a tuple."""
    found: dict[Oid, Row] = {}
    for index, cells in rows.items():
        key = index if isinstance(index, tuple) else (index,)
        found[key] = Row(key, cells)
    return Read(table, found)


def reads(*some: Read) -> dict[str, Read]:
    """Return all tables of an inspection, empty but for these."""
    return {table.name: nothing(table) for table in TABLES} | {each.table.name: each for each in some}
