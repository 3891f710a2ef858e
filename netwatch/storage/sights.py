"""When each device was looked at with a result: what lies in between, nobody knows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import bindparam, func, insert, select, update

from netwatch.domain.availability import Sight
from netwatch.storage.schema import checks, sights

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

_PROLONG = update(sights).where(sights.c.id == bindparam("which")).values(until=bindparam("later"))


def looks(tx: Connection) -> Mapping[str, datetime]:
    """Return when each device was last looked at by a check that says whether it is reached."""
    whole = checks.c.reachability & (checks.c.meaning == "") & checks.c.seen.is_not(None)
    query = select(checks.c.device, func.max(checks.c.seen).label("seen")).where(whole).group_by(checks.c.device)
    return {row.device: row.seen for row in tx.execute(query)}


def latest(tx: Connection) -> Mapping[str, Sight]:
    """Return the newest sight of each device."""
    newest = select(func.max(sights.c.id)).group_by(sights.c.device)
    rows = tx.execute(select(sights).where(sights.c.id.in_(newest)))
    return {row.device: Sight(row.device, row.since, row.until, row.id) for row in rows}


def first(tx: Connection) -> Mapping[str, datetime]:
    """Return since when each device is watched at all."""
    query = select(sights.c.device, func.min(sights.c.since).label("since")).group_by(sights.c.device)
    return {row.device: row.since for row in tx.execute(query)}


def keep(tx: Connection, found: Iterable[Sight]) -> None:
    """Write new sights, and how far known ones reach."""
    for_insert, for_update = [], []
    for sight in found:
        if sight.id:
            for_update.append({"which": sight.id, "later": sight.until})
        else:
            for_insert.append({"device": sight.device, "since": sight.since, "until": sight.until})
    if for_update:
        tx.execute(_PROLONG, for_update)
    if for_insert:
        tx.execute(insert(sights), for_insert)


def during(tx: Connection, start: datetime, end: datetime) -> Mapping[str, tuple[Sight, ...]]:
    """Return the sights that meet [start, end), by device."""
    query = select(sights).where(sights.c.since < end, sights.c.until > start).order_by(sights.c.id)
    found: dict[str, list[Sight]] = {}
    for row in tx.execute(query):
        found.setdefault(row.device, []).append(Sight(row.device, row.since, row.until, row.id))
    return {device: tuple(each) for device, each in found.items()}
