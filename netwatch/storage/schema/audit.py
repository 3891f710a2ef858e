"""The tables of the audit log. Times are whole milliseconds since 1970, as they are hashed."""

from __future__ import annotations

from sqlalchemy import BigInteger, CheckConstraint, Index, String, Table, Text

from netwatch.storage.schema.columns import Serial, column, metadata

FLOOR = 184 * 86_400_000
"""Milliseconds for which the law has every record kept: a segment younger than that cannot be sealed."""

audit_events = Table(
    "audit_events",
    metadata,
    # without a gap: the chain gives the numbers, no sequence of the database
    column("seq", Serial, primary_key=True, autoincrement=False),
    column("at", BigInteger),
    column("actor", String(64)),
    # from where, where that is known; empty for a command on this machine
    column("address", String(64)),
    column("action", String(64)),
    column("subject", String(200)),
    # canonical JSON
    column("detail", Text),
    column("prev_hash", String(64)),
    column("hash", String(64)),
    CheckConstraint("length(hash) = 64 AND length(prev_hash) = 64", name="ck_audit_events_hashes"),
    Index("ix_audit_events_at", "at"),
)

audit_checkpoints = Table(
    "audit_checkpoints",
    metadata,
    # the event that was the last one then, and its hash
    column("seq", Serial, primary_key=True, autoincrement=False),
    column("hash", String(64)),
    column("at", BigInteger),
    # the first digits of the digest of the public key
    column("key", String(16)),
    column("signature", String(128)),
)

audit_segments = Table(
    "audit_segments",
    metadata,
    # events first..last were exported to a file with this digest, and taken out
    column("last", Serial, primary_key=True, autoincrement=False),
    column("first", BigInteger),
    column("prev_hash", String(64)),
    column("hash", String(64)),
    # when the last of them was recorded
    column("upto", BigInteger),
    column("sealed_at", BigInteger),
    column("digest", String(64)),
    column("key", String(16)),
    column("signature", String(128)),
    CheckConstraint(f"sealed_at - upto >= {FLOOR}", name="ck_audit_segments_floor"),
)
