"""The tables of the roster: what was published, and the exceptions that people asked for."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, String, Table

from netwatch.storage.schema.columns import Moment, Serial, Words, column, metadata

publications = Table(
    "publications",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("month", String(7)),
    column("revision", Integer),
    column("slots", Words),
    column("digest", String(64)),
    column("actor", Words(64)),
    column("at", Moment),
    Index("uq_publications_month_revision", "month", "revision", unique=True),
    sqlite_autoincrement=True,
)

exceptions = Table(
    "exceptions",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("kind", String(16)),
    column("state", String(16)),
    column("covers", JSON),
    column("applicant", Words(64)),
    column("other", Words(64), nullable=True),
    column("start", Moment),
    column("end", Moment),
    column("reason", Words),
    column("asked_at", Moment),
    column("agreed_at", Moment, nullable=True),
    column("judged_by", Words(64), nullable=True),
    column("judged_at", Moment, nullable=True),
    column("judgement", Words, nullable=True),
    Index("ix_exceptions_state", "state"),
    sqlite_autoincrement=True,
)

feeds = Table(
    "feeds",
    metadata,
    # the SHA-256 of the secret in the address: who reads the database cannot read the feeds
    column("digest", String(64), primary_key=True),
    column("person", String(64), nullable=True),
    column("post", String(16), nullable=True),
    column("created", Moment),
    column("actor", Words(64)),
)

feed_shifts = Table(
    "feed_shifts",
    metadata,
    column("feed", ForeignKey("feeds.digest"), primary_key=True),
    column("uid", String(200), primary_key=True),
    column("start", Moment),
    column("end", Moment),
    column("title", Words(200)),
    column("sequence", Integer),
    column("cancelled", Boolean),
    column("changed", Moment),
)
