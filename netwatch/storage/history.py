"""What was measured: one row for each check and poll, holding all of its series packed.

A row is the values as 64-bit floats, each combined by exclusive or with the same value of the poll before,
then compressed: what did not change costs almost nothing. Every sixtieth row stands alone, so that reading a
stretch never walks far back. NaN stands for a value that was not read.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
from array import array
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select

from netwatch.storage.schema import layouts, polls

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

EVERY = 60
"""How many rows lean on one that stands alone."""


@dataclass(slots=True)
class _Tail:
    """The last poll of a source, by which the next one is packed."""

    layout: int
    names: tuple[str, ...]
    bits: int
    age: int


class Recorder:
    """Packs polls. It remembers the last one of each source; after a restart each begins with one that stands alone."""

    def __init__(self) -> None:
        self._tails: dict[str, _Tail] = {}

    def forget(self) -> None:
        """Begin every source anew, as after a transaction that was taken back."""
        self._tails.clear()

    def add(self, tx: Connection, source: str, at: datetime, values: Mapping[str, float | None]) -> None:
        """Record one poll of a check: series name -> value."""
        names = tuple(values)
        bits = _bits(names, values)
        tail = self._tails.get(source)
        whole = tail is None or tail.names != names or tail.age >= EVERY
        layout = _layout(tx, names) if tail is None or tail.names != names else tail.layout
        before = 0 if whole or tail is None else tail.bits
        packed = zstd.compress((bits ^ before).to_bytes(8 * len(names), "little"), 3)
        row = {"source": source, "at": at, "layout_id": layout, "whole": whole, "packed": packed}
        tx.execute(insert(polls).values(row))
        age = 0 if whole or tail is None else tail.age + 1
        self._tails[source] = _Tail(layout, names, bits, age)


def read(tx: Connection, source: str, start: datetime, end: datetime) -> list[tuple[datetime, dict[str, float]]]:
    """Return a source's polls in [start, end): the time and every value that was read."""
    first = (
        select(polls.c.id)
        .where(polls.c.source == source, polls.c.at <= start, polls.c.whole)
        .order_by(polls.c.id.desc())
        .limit(1)
    )
    anchor = tx.execute(first).scalar() or 0
    query = (
        select(polls.c.at, polls.c.whole, polls.c.packed, layouts.c.series)
        .join(layouts, layouts.c.id == polls.c.layout_id)
        .where(polls.c.source == source, polls.c.id >= anchor, polls.c.at < end)
        .order_by(polls.c.id)
    )
    found: list[tuple[datetime, dict[str, float]]] = []
    bits: int | None = None
    for at, whole, packed, series in tx.execute(query):
        if bits is None and not whole:
            continue  # what it leaned on has been dropped by age
        bits = int.from_bytes(zstd.decompress(packed), "little") ^ (0 if whole else bits or 0)
        if at >= start:
            found.append((at, _values(tuple(json.loads(series)), bits)))
    return found


def drop_before(tx: Connection, before: datetime) -> int:
    """Drop polls older than that; return how many."""
    return int(tx.execute(delete(polls).where(polls.c.at < before)).rowcount)


def _bits(names: tuple[str, ...], values: Mapping[str, float | None]) -> int:
    numbers = array("d", (math.nan if (value := values[name]) is None else value for name in names))
    if sys.byteorder == "big":
        numbers.byteswap()
    return int.from_bytes(numbers.tobytes(), "little")


def _values(names: tuple[str, ...], bits: int) -> dict[str, float]:
    numbers = array("d", bits.to_bytes(8 * len(names), "little"))
    if sys.byteorder == "big":
        numbers.byteswap()
    return {name: number for name, number in zip(names, numbers, strict=True) if not math.isnan(number)}


def _layout(tx: Connection, names: tuple[str, ...]) -> int:
    series = json.dumps(names, ensure_ascii=False)
    digest = hashlib.sha256(series.encode()).hexdigest()
    known = tx.execute(select(layouts.c.id).where(layouts.c.digest == digest)).scalar()
    if known is not None:
        return int(known)
    done = tx.execute(insert(layouts).values(digest=digest, series=series))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return int(done.inserted_primary_key[0])
