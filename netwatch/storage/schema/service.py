"""The tables of service reports, and of what happened without approval."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Table

from netwatch.storage.schema.columns import Moment, Sentence, Serial, Words, column, metadata

service_reports = Table(
    "service_reports",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("kind", String(16)),
    column("scope", String(64)),
    column("start", Moment),
    column("end", Moment),
    column("revision", Integer),
    column("state", String(16)),
    column("built_at", Moment),
    column("document", Words),
    column("digest", String(64)),
    column("judged_by", Words(64), nullable=True),
    column("judged_at", Moment, nullable=True),
    column("judgement", Words, nullable=True),
    Index("uq_service_reports_what", "kind", "scope", "start", "revision", unique=True),
    sqlite_autoincrement=True,
)

discrepancies = Table(
    "discrepancies",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    # part gone, part new, port down, device gone
    column("kind", String(16)),
    column("device", String(64)),
    column("item", Words(256)),
    column("at", Moment),
    column("event_id", ForeignKey("events.id")),
    column("what", Sentence),
    column("entry_id", ForeignKey("entries.id"), nullable=True),
    column("state", String(16)),
    column("judged_by", Words(64), nullable=True),
    column("judged_at", Moment, nullable=True),
    column("judgement", Words, nullable=True),
    Index("ix_discrepancies_state", "state"),
    sqlite_autoincrement=True,
)

parts = Table(
    "parts",
    metadata,
    # the hardware of a device as last seen, by serial number
    column("device", String(64), primary_key=True),
    column("serial", Words(128), primary_key=True),
    column("name", Words(256)),
    column("model", Words(256)),
    column("kind", String(32)),
    column("data", JSON, nullable=True),
    column("first_seen", Moment),
    column("seen", Moment),
    column("gone", Moment, nullable=True),
    Index("ix_parts_gone", "gone"),
)
