"""The tables of the calendar."""

from __future__ import annotations

from sqlalchemy import Date, Index, String, Table

from netwatch.storage.schema.columns import Moment, Words, column, metadata

days = Table(
    "days",
    metadata,
    column("date", Date, primary_key=True),
    column("kind", String(16)),
    column("name", Words(100)),
    column("replaces", Date, nullable=True),
    # library, import, local: a local row wins over an imported one, that over a library's
    column("source", String(16)),
    column("actor", Words(64), nullable=True),
    column("recorded_at", Moment),
    Index("ix_days_source", "source"),
)
