"""The tables of signing: every step of a handover, chained, and what the outgoing adds in words."""

from __future__ import annotations

from sqlalchemy import JSON, ForeignKey, Index, Integer, String, Table

from netwatch.storage.schema.columns import Moment, Serial, Words, column, metadata

signatures = Table(
    "signatures",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("shift", String(200)),
    column("handover_id", ForeignKey("handovers.id")),
    column("step", String(16)),
    column("actor", Words(64), nullable=True),
    column("at", Moment),
    column("text", Words),
    column("data", JSON),
    column("event_id", Integer),
    # of this row together with the digest before it and the digest of the report that it signs
    column("digest", String(64)),
    column("previous", String(64)),
    Index("ix_signatures_shift", "shift"),
    Index("ix_signatures_handover_id", "handover_id"),
    sqlite_autoincrement=True,
)

remarks = Table(
    "remarks",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    # next action of a fault, an item carried on, something to watch, the leader's instruction
    column("kind", String(16)),
    column("fault_id", ForeignKey("faults.id"), nullable=True),
    column("text", Words),
    column("due", Moment, nullable=True),
    column("who", Words(64), nullable=True),
    column("phone", Words(40), nullable=True),
    column("actor", Words(64)),
    column("at", Moment),
    column("event_id", ForeignKey("events.id")),
    column("closed_by", Words(64), nullable=True),
    column("closed_at", Moment, nullable=True),
    column("closed_event", ForeignKey("events.id"), nullable=True),
    column("closing", Words, nullable=True),
    Index("ix_remarks_closed_at", "closed_at"),
    sqlite_autoincrement=True,
)
