"""The tables of the calendar."""

from __future__ import annotations

from sqlalchemy import Date, String, Table

from netwatch.storage.schema.columns import Moment, Words, column, metadata

days = Table(
    "days",
    metadata,
    column("date", Date, primary_key=True),
    column("kind", String(16)),
    column("name", Words(100)),
    column("replaces", Date, nullable=True),
    # import or local: what people said of a day stays beside what a file says, and wins
    column("source", String(16), primary_key=True),
    column("actor", Words(64)),
    column("recorded_at", Moment),
)
