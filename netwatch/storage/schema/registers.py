"""The tables of the registers: an entry as it now is, and every step that made it so."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, Index, String, Table

from netwatch.storage.schema.columns import Moment, Serial, Words, column, metadata

entries = Table(
    "entries",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("register", String(64)),
    column("state", String(16)),
    column("values", JSON),
    column("applicant", Words(64)),
    column("created", Moment),
    column("start", Moment, nullable=True),
    column("due", Moment, nullable=True),
    column("opened", Moment, nullable=True),
    column("closed", Moment, nullable=True),
    column("approved_by", Words(64), nullable=True),
    column("approved_at", Moment, nullable=True),
    column("seconded_by", Words(64), nullable=True),
    column("done_by", Words(64), nullable=True),
    Index("ix_entries_register_state", "register", "state"),
    sqlite_autoincrement=True,
)

steps = Table(
    "steps",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("entry_id", ForeignKey("entries.id")),
    column("event_id", ForeignKey("events.id")),
    column("step", String(16)),
    column("actor", Words(64)),
    column("at", Moment),
    column("text", Words, nullable=True),
    column("values", JSON, nullable=True),
    Index("ix_steps_entry_id", "entry_id"),
    sqlite_autoincrement=True,
)
