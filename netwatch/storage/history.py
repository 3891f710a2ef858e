"""What was measured: one row for each check and poll, holding all of its series packed.

A row is the values as 64-bit floats, each combined by exclusive or with the same value of the poll before,
then compressed: what did not change costs almost nothing. Every sixtieth row stands alone, so that reading a
stretch never walks far back. NaN stands for a value that was not read.

In front stands the CRC-32 of the values. A row whose predecessor is missing, since it was dropped by age or the
clock was set back, does not agree with it and is left out: better a gap than a figure that never was.
"""

from __future__ import annotations

import hashlib
import json
import math
import sys
import zlib
from array import array
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from sqlalchemy import JSON, String, bindparam, cast, delete, func, insert, select, true

from netwatch.storage.schema import layouts, polls

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Collection, Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import ColumnElement, Connection, Select, TableValuedAlias

EVERY = 60
"""How many rows lean on one that stands alone."""
CHECK = 4
"""Bytes of the check in front of a row."""


@dataclass(slots=True)
class _Tail:
    """The last poll of a source, by which the next one is packed."""

    at: datetime
    layout: int
    names: tuple[str, ...]
    bits: int
    age: int


_ADD = insert(polls)


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
        known = tail if tail is not None and tail.names == names else None
        lean = known if known is not None and known.age < EVERY and known.at < at else None
        layout = _layout(tx, names) if known is None else known.layout
        packed = _pack(bits, lean.bits if lean else 0, len(names))
        row = {"source": source, "at": at, "layout_id": layout, "whole": lean is None, "packed": packed}
        tx.execute(_ADD, row)
        self._tails[source] = _Tail(at, layout, names, bits, lean.age + 1 if lean else 0)


def read(tx: Connection, source: str, start: datetime, end: datetime) -> list[tuple[datetime, dict[str, float]]]:
    """Return a source's polls in [start, end), as recorded: the time and every value that was read."""
    first = (
        select(polls.c.at)
        .where(polls.c.source == source, polls.c.at <= start, polls.c.whole)
        .order_by(polls.c.at.desc())
        .limit(1)
    )
    anchor = tx.execute(first).scalar() or start
    query = (
        select(polls.c.at, polls.c.whole, polls.c.packed, layouts.c.series)
        .join(layouts, layouts.c.id == polls.c.layout_id)
        .where(polls.c.source == source, polls.c.at >= anchor, polls.c.at < end)
        .order_by(polls.c.id)
    )
    found: list[tuple[datetime, dict[str, float]]] = []
    bits: int | None = None
    for at, whole, packed, series in tx.execute(query):
        names = tuple(json.loads(series))
        bits = 0 if whole else bits
        bits = None if bits is None else _unpack(packed, bits, len(names))
        if bits is not None and at >= start:
            found.append((at, _values(names, bits)))
    return found


def sampled(
    tx: Connection, sources: Collection[str], moment: datetime, within: timedelta
) -> dict[str, tuple[datetime, dict[str, float]]]:
    """Return of each source the last poll at or before a moment, and not before `within`, of those that stand alone.

    For trends of many sources: each costs at most sixty entries of an index, where `read` unpacks every poll between.
    """
    found: dict[str, tuple[datetime, dict[str, float]]] = {}
    asked = {"sources": json.dumps(sorted(set(sources))), "start": moment - within, "end": moment}
    for source, at, packed, series in tx.execute(_SAMPLES[tx.dialect.name], asked):
        names = _names(series)
        bits = _unpack(packed, 0, len(names))
        if bits is not None:
            found[source] = at, _values(names, bits)
    return found


def _newest(sources: TableValuedAlias, *columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .where(
            polls.c.source == sources.c.value,
            polls.c.at > bindparam("start"),
            polls.c.at <= bindparam("end"),
            polls.c.whole,
        )
        .order_by(polls.c.at.desc())
        .limit(1)
    )


def _on_sqlite() -> Select[Any]:
    sources = func.json_each(_SOURCES).table_valued("value")
    newest = select(_newest(sources, polls.c.id).scalar_subquery()).select_from(sources)
    return (
        select(polls.c.source, polls.c.at, polls.c.packed, layouts.c.series)
        .join(layouts, layouts.c.id == polls.c.layout_id)
        .where(polls.c.id.in_(newest))
    )


def _on_postgresql() -> Select[Any]:
    """Return the same as a lateral join: for the other form PostgreSQL reads the table from end to end."""
    sources = func.json_array_elements_text(cast(_SOURCES, JSON)).table_valued("value")
    newest = _newest(sources, polls.c.source, polls.c.at, polls.c.packed, polls.c.layout_id).lateral("newest")
    return (
        select(newest.c.source, newest.c.at, newest.c.packed, layouts.c.series)
        .select_from(sources)
        .join(newest, true())
        .join(layouts, layouts.c.id == newest.c.layout_id)
    )


_SOURCES = bindparam("sources", type_=String)
_SAMPLES = {"sqlite": _on_sqlite(), "postgresql": _on_postgresql()}
"""Each database has its own word for a list that is one parameter, whose statement is worked out only once."""


@lru_cache(maxsize=1000)
def _names(series: str) -> tuple[str, ...]:
    return tuple(json.loads(series))


def drop_before(tx: Connection, before: datetime) -> int:
    """Drop polls older than that; return how many."""
    return int(tx.execute(delete(polls).where(polls.c.at < before)).rowcount)


def _pack(bits: int, before: int, series: int) -> bytes:
    difference = zstd.compress((bits ^ before).to_bytes(8 * series, "little"), 3)
    return _check(bits, series) + difference


def _unpack(packed: bytes, before: int, series: int) -> int | None:
    """Return what was packed; None when it leaned on something else than `before`."""
    bits = int.from_bytes(zstd.decompress(packed[CHECK:]), "little") ^ before
    agrees = bits.bit_length() <= 64 * series and packed[:CHECK] == _check(bits, series)
    return bits if agrees else None


def _check(bits: int, series: int) -> bytes:
    return zlib.crc32(bits.to_bytes(8 * series, "little")).to_bytes(CHECK, "little")


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
