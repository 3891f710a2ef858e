"""The tables of recurring duties: what was done of them. What is due is computed, never stored."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, ForeignKey, Index, String, Table

from netwatch.storage.schema.columns import Moment, Serial, Words, column, metadata

fulfilments = Table(
    "fulfilments",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("duty", String(64)),
    # which of its occurrences: duty/2026-11-22T08:00Z, or duty/shift id
    column("occurrence", String(200)),
    column("scheduled", Moment),
    column("mark", String(16)),
    # whether nothing is left of the occurrence: judged when it was entered, since groups change
    column("whole", Boolean),
    column("actor", Words(64)),
    column("at", Moment),
    column("recorded_at", Moment),
    column("answers", JSON),
    column("devices", JSON),
    column("text", Words),
    column("entry_id", ForeignKey("entries.id"), nullable=True),
    column("event_id", ForeignKey("events.id")),
    Index("ix_fulfilments_duty_occurrence", "duty", "occurrence"),
    Index("ix_fulfilments_scheduled", "scheduled"),
    Index("ix_fulfilments_event_id", "event_id"),
    sqlite_autoincrement=True,
)
