"""The tables of service reports with what they rest on, and of what happened without approval."""

from __future__ import annotations

from sqlalchemy import ForeignKey, Index, Integer, String, Table

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
    column("sent_at", Moment, nullable=True),
    Index("uq_service_reports_what", "kind", "scope", "start", "revision", unique=True),
    sqlite_autoincrement=True,
)

sights = Table(
    "sights",
    metadata,
    # a stretch of time in which a device was looked at with a result: what is in no stretch is unknown
    column("id", Serial, primary_key=True, autoincrement=True),
    column("device", String(64)),
    column("since", Moment),
    column("until", Moment),
    Index("ix_sights_device_until", "device", "until"),
    sqlite_autoincrement=True,
)

discrepancies = Table(
    "discrepancies",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("kind", String(16)),
    column("device", String(64)),
    # a part's serial number, or a port; empty for the device itself
    column("item", Words(256)),
    # from where, or to where, a part has moved
    column("other", String(64)),
    # it happened in [since, at]
    column("since", Moment),
    column("at", Moment),
    column("noticed", Moment),
    column("what", Sentence),
    # the event that tells of the thing itself: each is judged once
    column("origin_id", ForeignKey("events.id"), unique=True),
    # the event by which it was recorded whether it was approved
    column("event_id", ForeignKey("events.id")),
    column("entry_id", ForeignKey("entries.id"), nullable=True),
    column("state", String(16)),
    column("judged_by", Words(64), nullable=True),
    column("judged_at", Moment, nullable=True),
    column("judgement", Words, nullable=True),
    column("judged_event_id", ForeignKey("events.id"), nullable=True),
    Index("ix_discrepancies_state", "state"),
    Index("ix_discrepancies_device_item", "device", "item"),
    Index("ix_discrepancies_event_id", "event_id"),
    sqlite_autoincrement=True,
)

parts = Table(
    "parts",
    metadata,
    # the hardware of a device as last seen, by serial number
    column("device", String(64), primary_key=True),
    column("serial", Words(128), primary_key=True),
    # the check that reads it: two of one device may ask two agents
    column("check", String(64)),
    column("name", Words(256)),
    column("model", Words(256)),
    column("kind", String(32)),
    column("first_seen", Moment),
    column("seen", Moment),
    # complete reads in a row without it, and the first of them
    column("missed", Integer),
    column("missing", Moment, nullable=True),
    column("gone", Moment, nullable=True),
    Index("ix_parts_serial", "serial"),
)
