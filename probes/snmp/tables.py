"""A table as its MIB defines it, and the rows that were read of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from probes.snmp.client import Missing, Oid, Value, oid
from probes.snmp.text import decoded
from probes.snmp.walk import Fate

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from probes.api import Message
    from probes.snmp.walk import Column


DISPLAY_STRING = 255
"""Characters of a cell at most (RFC 2579)."""


@dataclass(frozen=True, slots=True)
class Table:
    """A conceptual table: its entry's OID in dots, and the columns of interest by name.

    A group of scalars is a table of one row, with the index 0.
    """

    name: str
    entry: str
    columns: Mapping[str, int]

    def oids(self) -> dict[str, Oid]:
        """Return each column's OID."""
        entry = oid(self.entry)
        return {name: (*entry, number) for name, number in self.columns.items()}


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its index, and its cells by column name; absent ones are absent."""

    index: Oid
    cells: Mapping[str, Value]

    def value(self, column: str) -> Value:
        """Return a cell as it came, or None."""
        value = self.cells.get(column)
        return None if isinstance(value, Missing) else value

    def number(self, column: str) -> int | None:
        """Return a cell that is a number, or None."""
        value = self.value(column)
        return int(value) if isinstance(value, int) else None

    def text(self, column: str) -> str:
        """Return a cell as text for people, empty where there is none."""
        value = self.value(column)
        return decoded(value, DISPLAY_STRING) if isinstance(value, bytes) else ""

    def octets(self, column: str) -> bytes:
        """Return a cell's octets, empty where there is none."""
        value = self.value(column)
        if isinstance(value, IPv4Address):
            return value.packed
        return bytes(value) if isinstance(value, bytes) else b""

    def oid(self, column: str) -> Oid:
        """Return a cell that is an object identifier, empty where there is none."""
        value = self.value(column)
        return value if isinstance(value, tuple) else ()


@dataclass(frozen=True, slots=True)
class Read:
    """What was read of one table. `fates` and `whys` are by column name."""

    table: Table
    rows: Mapping[Oid, Row]
    fates: Mapping[str, Fate] = field(default_factory=dict)
    why: Message | None = None
    """Why it is not whole, from the first column that is not."""

    @property
    def is_complete(self) -> bool:
        """Whether every column was read to its end."""
        return all(fate is Fate.COMPLETE for fate in self.fates.values())

    def __iter__(self) -> Iterator[Row]:
        return iter(self.rows.values())

    def get(self, *index: int) -> Row:
        """Return the row with this index, an empty one where there is none."""
        return self.rows.get(index, Row(index, {}))


def assemble(table: Table, columns: Mapping[Oid, Column]) -> Read:
    """Turn columns into rows, in the order of their indexes."""
    cells: dict[Oid, dict[str, Value]] = {}
    fates: dict[str, Fate] = {}
    why = None
    for name, column_oid in table.oids().items():
        column = columns[column_oid]
        fates[name] = column.fate
        why = why or column.why
        for index, value in column.cells.items():
            cells.setdefault(index, {})[name] = value
    return Read(table, {index: Row(index, cells[index]) for index in sorted(cells)}, fates, why)


def nothing(table: Table) -> Read:
    """Return the reading of a table that the device does not have."""
    return Read(table, {}, dict.fromkeys(table.columns, Fate.COMPLETE))
