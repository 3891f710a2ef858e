"""The tables of the monitoring. Invariants that must never break stand here, not in the code that writes."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, Float, ForeignKey, Index, Integer, LargeBinary, String, Table, Text, text

from netwatch.storage.schema.columns import Moment, Sentence, Serial, Words, column, metadata

events = Table(
    "events",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("at", Moment),
    column("recorded_at", Moment),
    column("kind", String(32)),
    column("device", String(64), nullable=True),
    column("fault_id", ForeignKey("faults.id"), nullable=True),
    column("actor", Words(64), nullable=True),
    column("level", String(16), nullable=True),
    column("text", Words, nullable=True),
    column("summary", Sentence, nullable=True),
    column("data", JSON, nullable=True),
    Index("ix_events_fault_id", "fault_id"),
    Index("ix_events_kind_id", "kind", "id"),
    sqlite_autoincrement=True,
)

checks = Table(
    "checks",
    metadata,
    column("id", Words(512), primary_key=True),
    column("device", String(64)),
    column("check", String(64)),
    column("meaning", String(64)),
    column("item", Words(256)),
    column("health", String(16)),
    column("severity", Integer, nullable=True),
    column("against", Integer),
    column("doubt", Integer, nullable=True),
    column("doubt_since", Moment, nullable=True),
    column("since", Moment, nullable=True),
    column("seen", Moment, nullable=True),
    column("summary", Sentence),
    column("value", Float, nullable=True),
    column("reachability", Boolean),
    column("flaps", Float),
    column("flaps_at", Moment, nullable=True),
    column("flapping", Boolean),
    Index("ix_checks_device", "device"),
)

devices = Table(
    "devices",
    metadata,
    column("name", String(64), primary_key=True),
    column("state", String(16)),
    column("since", Moment),
    column("reason", Sentence),
    column("facts", JSON),
)

faults = Table(
    "faults",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("check_id", Words(512)),
    column("device", String(64)),
    column("check", String(64)),
    column("meaning", String(64)),
    column("item", Words(256)),
    column("reachability", Boolean),
    column("severity", Integer),
    column("worst", Integer),
    column("summary", Sentence),
    column("opened", Moment),
    column("confirmed", Moment),
    column("closed", Moment, nullable=True),
    column("reopened", Integer),
    column("acknowledged_by", Words(64), nullable=True),
    column("acknowledged_at", Moment, nullable=True),
    column("acknowledged_text", Words, nullable=True),
    column("acknowledged_until", Moment, nullable=True),
    column("cause", ForeignKey("faults.id"), nullable=True),
    column("flapping", Boolean),
    column("told", String(16), nullable=True),
    column("told_at", Moment, nullable=True),
    column("told_severity", Integer, nullable=True),
    column("notices", Integer),
    column("quiet", Sentence, nullable=True),
    Index("ix_faults_device", "device"),
    Index("ix_faults_closed", "closed"),
    # One open fault for each subject, whatever the program does.
    Index(
        "uq_faults_one_open",
        "check_id",
        unique=True,
        sqlite_where=text("closed IS NULL"),
        postgresql_where=text("closed IS NULL"),
    ),
    sqlite_autoincrement=True,
)

decisions = Table(
    "decisions",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("at", Moment),
    column("fault_id", ForeignKey("faults.id")),
    column("kind", String(16)),
    column("person", String(64), nullable=True),
    column("told", Boolean),
    column("why", Sentence),
    column("outbox_id", ForeignKey("outbox.id"), nullable=True),
    Index("ix_decisions_fault_id", "fault_id"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    # The same notice is never queued twice: fault/17/0, handover/day-2026-11-22/zhang
    column("key", String(200), unique=True),
    column("kind", String(16)),
    column("fault_id", ForeignKey("faults.id"), nullable=True),
    column("handover_id", ForeignKey("handovers.id"), nullable=True),
    column("person", String(64), nullable=True),
    column("also", JSON),
    column("priority", Integer),
    column("state", String(16)),
    column("created", Moment),
    column("next_at", Moment),
    column("deadline", Moment),
    column("attempts", Integer),
    column("error", Words, nullable=True),
    column("recipient", Words(320), nullable=True),
    column("message_id", String(200), nullable=True),
    column("subject", Words, nullable=True),
    column("content", LargeBinary, nullable=True),
    column("sent_at", Moment, nullable=True),
    column("relay", Words(300), nullable=True),
    Index("ix_outbox_state_next_at", "state", "next_at"),
    Index("ix_outbox_fault_id", "fault_id"),
    sqlite_autoincrement=True,
)

windows = Table(
    "windows",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("title", Words(200)),
    column("devices", JSON),
    column("start", Moment),
    column("end", Moment),
    column("actor", Words(64)),
    sqlite_autoincrement=True,
)

handovers = Table(
    "handovers",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("shift", String(200)),
    column("revision", Integer),
    column("start", Moment),
    column("end", Moment),
    column("built_at", Moment),
    column("after_event", Integer),
    column("upto_event", Integer),
    column("document", Words),
    column("digest", String(64)),
    column("previous", String(64)),
    Index("uq_handovers_shift_revision", "shift", "revision", unique=True),
    sqlite_autoincrement=True,
)

renderings = Table(
    "renderings",
    metadata,
    column("handover_id", ForeignKey("handovers.id"), primary_key=True),
    column("language", String(8), primary_key=True),
    column("format", String(8), primary_key=True),
    column("body", Words),
    column("digest", String(64)),
)

layouts = Table(
    "layouts",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("digest", String(64), unique=True),
    column("series", Words),
)

polls = Table(
    "polls",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("source", String(128)),
    column("at", Moment),
    column("layout_id", ForeignKey("layouts.id")),
    column("whole", Boolean),
    column("packed", LargeBinary),
    Index("ix_polls_source_at", "source", "at"),
    Index("ix_polls_at", "at"),
)

meta = Table(
    "meta",
    metadata,
    column("key", String(64), primary_key=True),
    column("value", Text),
)
