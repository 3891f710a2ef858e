"""The hardware of each device by serial number, as last seen."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sqlalchemy import bindparam, insert, select, update

from netwatch.domain.parts import WHOLE, Elsewhere, Part
from netwatch.storage.schema import parts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection, Row

AT_ONCE = 500
"""Serial numbers that one query names."""
NAMES = ("name", "model", "kind", "first_seen", "seen", "missed", "missing", "gone")
"""What changes of a part."""


def of(tx: Connection, device: str) -> dict[str, tuple[Part, ...]]:
    """Return the parts of a device, also those that are gone, by the check that reads them."""
    found: dict[str, tuple[Part, ...]] = {}
    for row in tx.execute(select(parts).where(parts.c.device == device).order_by(parts.c.serial)):
        found[row.check] = (*found.get(row.check, ()), _part(row))
    return found


def whole(tx: Connection, device: str) -> frozenset[str]:
    """Return the serial numbers of a device as a whole, of those parts that are not gone."""
    query = select(parts.c.serial).where(parts.c.device == device, parts.c.kind.in_(WHOLE), parts.c.gone.is_(None))
    return frozenset(tx.execute(query).scalars())


def elsewhere(tx: Connection, device: str, serials: Iterable[str]) -> Mapping[str, Elsewhere]:
    """Return which other device has, or else had last, each of some serial numbers."""
    wanted = sorted(serials)
    found: dict[str, Elsewhere] = {}
    for n in range(0, len(wanted), AT_ONCE):
        named = parts.c.serial.in_(wanted[n : n + AT_ONCE])
        for row in tx.execute(select(parts).where(named, parts.c.device != device).order_by(parts.c.seen)):
            there = row.gone is None and not row.missed
            known = found.get(row.serial)
            if known is None or there or not known.there:
                found[row.serial] = Elsewhere(row.device, row.model, there, row.first_seen)
    return found


def save(tx: Connection, device: str, check: str, known: Iterable[Part], now: Iterable[Part]) -> None:
    """Write what has become of the parts that a check reads."""
    before = {part.serial: part for part in known}
    parted = list(now)
    new = [{"device": device, "check": check, **_row(part)} for part in parted if part.serial not in before]
    changed = [_row(part) for part in parted if before.get(part.serial, part) != part]
    if new:
        tx.execute(insert(parts), new)
    if changed:
        which = (parts.c.device == device) & (parts.c.serial == bindparam("which"))
        values: dict[str, Any] = {name: bindparam(name) for name in NAMES}
        tx.execute(update(parts).where(which).values(values), [{**row, "which": row["serial"]} for row in changed])


def _row(part: Part) -> dict[str, Any]:
    return {name: getattr(part, name) for name in ("serial", *NAMES)}


def _part(row: Row[Any]) -> Part:
    return Part(
        serial=row.serial,
        name=row.name,
        model=row.model,
        kind=row.kind,
        first_seen=row.first_seen,
        seen=row.seen,
        missed=row.missed,
        missing=row.missing,
        gone=row.gone,
    )
