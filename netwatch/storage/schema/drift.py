"""The tables of what is read of devices: captures, their texts, snapshots, and how collecting stands."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, ForeignKey, Index, Integer, LargeBinary, String, Table

from netwatch.storage.schema.columns import Moment, Sentence, Serial, Words, column, metadata

blobs = Table(
    "blobs",
    metadata,
    # a text by the SHA-256 of its bytes: each is kept once, and for good
    column("sha256", String(64), primary_key=True),
    column("codec", String(16)),
    # bytes before they were packed
    column("size", Integer),
    column("data", LargeBinary),
)

captures = Table(
    "captures",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("device", String(64)),
    column("facet", String(64)),
    column("started", Moment),
    column("finished", Moment),
    column("trigger", String(16)),
    column("complete", Boolean),
    # what is missing, where it is not complete
    column("why", Sentence, nullable=True),
    # name and version of the rules by which `content` came of it
    column("rules", String(64)),
    column("content", ForeignKey("blobs.sha256"), nullable=True),
    column("host_key", Words(128)),
    # what the device said, encrypted
    column("sealed", LargeBinary),
    Index("ix_captures_device_facet", "device", "facet", "id"),
    Index("ix_captures_content", "content"),
    sqlite_autoincrement=True,
)

snapshots = Table(
    "snapshots",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("device", String(64)),
    column("facet", String(64)),
    column("content", ForeignKey("blobs.sha256")),
    column("rules", String(64)),
    column("evidence", JSON),
    column("saved_at", Moment, nullable=True),
    column("saved_by", Words(64)),
    column("encoding", String(32)),
    # when the content before it was read last
    column("previous_seen", Moment, nullable=True),
    column("first_seen", Moment),
    column("last_seen", Moment),
    column("reads", Integer),
    # since when it counts: it was read twice, or need not be; what never counted is not judged
    column("settled", Moment, nullable=True),
    Index("ix_snapshots_device_facet", "device", "facet", "id"),
    Index("ix_snapshots_content", "content"),
    sqlite_autoincrement=True,
)

visits = Table(
    "visits",
    metadata,
    # how reading one facet of a device stands
    column("device", String(64), primary_key=True),
    column("facet", String(64), primary_key=True),
    column("tried", Moment),
    column("completed", Moment, nullable=True),
    # incomplete reads in a row, the first of them, and what the last one lacked
    column("suspects", Integer),
    column("since", Moment, nullable=True),
    column("why", Sentence, nullable=True),
    # a text under half of the last one, and how often in a row it was read
    column("shrunk", String(64), nullable=True),
    column("shrinks", Integer),
)

doors = Table(
    "doors",
    metadata,
    # how a way into a device stands: a `[[device.collect]]` by its name
    column("device", String(64), primary_key=True),
    column("name", String(64), primary_key=True),
    column("tried", Moment, nullable=True),
    column("opened", Moment, nullable=True),
    # visits in a row that led to nothing, the first of them, and what the last one met
    column("failures", Integer),
    column("since", Moment, nullable=True),
    column("why", Sentence, nullable=True),
    # the lock-out guard: None lets in
    column("guard", JSON),
    # the host key that somebody has approved, and one that the device showed and nobody has
    column("host_key", Words(128)),
    column("trusted_by", Words(64), nullable=True),
    column("trusted_at", Moment, nullable=True),
    column("offered", Words(128)),
    column("offered_at", Moment, nullable=True),
    # what SNMP said of the last change
    column("ticks", JSON),
)
