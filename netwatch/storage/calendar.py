"""The days that files and people told; those that libraries know are laid under them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy import delete, extract, insert, select

from netwatch.config import public_holidays
from netwatch.storage.schema import days
from roster.calendar import Day, DayKind, Source

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable
    from datetime import date, datetime

    from sqlalchemy import Connection

    from roster.calendar import Calendar


def calendar(tx: Connection, country: str) -> Calendar:
    """Return a country's calendar: what people said wins over files, files win over libraries."""
    return public_holidays.calendar(country, told(tx))


def told(tx: Connection) -> tuple[Day, ...]:
    """Return every day that a file or a person told."""
    rows = tx.execute(select(days).order_by(days.c.date))
    return tuple(Day(row.date, DayKind(row.kind), row.name, row.replaces, row.source) for row in rows)


def save(tx: Connection, told: Iterable[Day], actor: str, now: datetime) -> None:
    """Keep days in the place of those of the same date and source."""
    rows = [
        {"date": day.date, "kind": day.kind.value, "name": day.name, "replaces": day.replaces, "source": day.source}
        | {"actor": actor, "recorded_at": now}
        for day in told
    ]
    for row in rows:
        tx.execute(delete(days).where(days.c.date == row["date"], days.c.source == row["source"]))
    if rows:
        tx.execute(insert(days), rows)


def forget(tx: Connection, day: date) -> bool:
    """Take back what people said of a day. False where they said nothing."""
    done = tx.execute(delete(days).where(days.c.date == day, days.c.source == Source.LOCAL.value))
    return bool(done.rowcount)


def forget_years(tx: Connection, years: Collection[int]) -> None:
    """Take back what files said of whole years."""
    query = delete(days).where(days.c.source == Source.IMPORT.value, extract("year", days.c.date).in_(years))
    tx.execute(query)
