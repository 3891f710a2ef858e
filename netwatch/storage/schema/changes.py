"""The tables of what may be changed and what was: change requests, baselines, findings, waivers."""

from __future__ import annotations

from sqlalchemy import JSON, Boolean, CheckConstraint, ForeignKey, Index, Integer, String, Table, text

from netwatch.storage.schema.columns import Moment, Sentence, Serial, Words, column, metadata

change_requests = Table(
    "change_requests",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("kind", String(16)),
    column("title", Words(200)),
    column("reason", Words),
    column("risk", Words),
    column("rollback", Words),
    # of software: the proof that it was searched for viruses
    column("evidence", Words),
    column("requested_by", Words(64)),
    column("created", Moment),
    column("start", Moment),
    column("end", Moment),
    column("emergency", Boolean),
    column("state", String(16)),
    column("submitted", Moment, nullable=True),
    column("judged_by", Words(64), nullable=True),
    column("judged_at", Moment, nullable=True),
    column("judgement", Words),
    column("implemented_by", Words(64), nullable=True),
    column("implemented_at", Moment, nullable=True),
    column("verified_by", Words(64), nullable=True),
    column("verified_at", Moment, nullable=True),
    column("ended", Moment, nullable=True),
    # the event of its last step
    column("event_id", ForeignKey("events.id")),
    # Four eyes, whatever the program does; a trigger says the same of who is to do it.
    CheckConstraint("judged_by <> requested_by", name="ck_change_requests_four_eyes"),
    Index("ix_change_requests_state", "state"),
    Index("ix_change_requests_end", "end"),
    Index("ix_change_requests_event_id", "event_id"),
    sqlite_autoincrement=True,
)

change_targets = Table(
    "change_targets",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("change_id", ForeignKey("change_requests.id")),
    # one of the two, the other is empty
    column("device", String(64)),
    column("group", String(64)),
    # all of them where there are none
    column("facets", JSON),
    column("paths", JSON),
    Index("ix_change_targets_change_id", "change_id"),
    sqlite_autoincrement=True,
)

change_implementers = Table(
    "change_implementers",
    metadata,
    column("change_id", ForeignKey("change_requests.id"), primary_key=True),
    column("person", Words(64), primary_key=True),
    # the order in which they were named
    column("place", Integer),
)

baselines = Table(
    "baselines",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("device", String(64)),
    column("facet", String(64)),
    column("content", ForeignKey("blobs.sha256")),
    column("rules", String(64)),
    # the digest of what it changes, empty for the first of a facet
    column("difference", String(64)),
    column("change_id", ForeignKey("change_requests.id"), nullable=True),
    column("state", String(16)),
    column("proposed_by", Words(64)),
    column("proposed_at", Moment),
    column("judged_by", Words(64), nullable=True),
    column("judged_at", Moment, nullable=True),
    column("judgement", Words),
    column("ended", Moment, nullable=True),
    # what the leader signed: of device, facet, content, rules, difference and change request
    column("seal", String(64)),
    # the baseline that it is in the words of newer rules
    column("carried", ForeignKey("baselines.id"), nullable=True),
    CheckConstraint("judged_by <> proposed_by", name="ck_baselines_four_eyes"),
    CheckConstraint(
        "state NOT IN ('approved', 'superseded') OR (judged_by IS NOT NULL AND length(seal) = 64)",
        name="ck_baselines_signed",
    ),
    Index("ix_baselines_device_facet", "device", "facet", "id"),
    Index("ix_baselines_change_id", "change_id"),
    # One in force for each facet, whatever the program does, and one proposal of each content.
    Index(
        "uq_baselines_one_approved",
        "device",
        "facet",
        unique=True,
        sqlite_where=text("state = 'approved'"),
        postgresql_where=text("state = 'approved'"),
    ),
    Index(
        "uq_baselines_one_proposed",
        "device",
        "facet",
        "content",
        unique=True,
        sqlite_where=text("state = 'proposed'"),
        postgresql_where=text("state = 'proposed'"),
    ),
    sqlite_autoincrement=True,
)

findings = Table(
    "findings",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    # of device, facet, base and content: one finding for each deviation
    column("fingerprint", String(64), unique=True),
    column("device", String(64)),
    column("facet", String(64)),
    column("base", String(64)),
    column("content", String(64)),
    column("difference", String(64)),
    column("verdict", String(16)),
    column("severity", Integer),
    column("summary", Sentence),
    column("why", Sentence),
    # what it is about: acl, user …
    column("risks", JSON),
    column("users", JSON),
    column("confidence", String(8)),
    column("change_id", ForeignKey("change_requests.id"), nullable=True),
    column("entry_id", ForeignKey("entries.id"), nullable=True),
    # it came about in (low, high]
    column("low", Moment),
    column("high", Moment),
    column("opened", Moment),
    column("state", String(16)),
    column("closed", Moment, nullable=True),
    column("closing", String(16), nullable=True),
    column("judged_by", Words(64), nullable=True),
    column("judged_at", Moment, nullable=True),
    column("judgement", Words),
    column("reopened", Integer),
    # the first finding since the facet was last as approved
    column("episode", Integer),
    # the events by which it was last opened, judged and closed
    column("event_id", ForeignKey("events.id")),
    column("judged_event", ForeignKey("events.id"), nullable=True),
    column("closed_event", ForeignKey("events.id"), nullable=True),
    Index("ix_findings_device_facet", "device", "facet", "id"),
    Index("ix_findings_state", "state"),
    Index("ix_findings_change_id", "change_id"),
    Index("ix_findings_event_id", "event_id"),
    # One standing for each facet: a further change supersedes the one before it.
    Index(
        "uq_findings_one_standing",
        "device",
        "facet",
        unique=True,
        sqlite_where=text("state <> 'closed'"),
        postgresql_where=text("state <> 'closed'"),
    ),
    sqlite_autoincrement=True,
)

waivers = Table(
    "waivers",
    metadata,
    column("id", Serial, primary_key=True, autoincrement=True),
    column("finding_id", ForeignKey("findings.id")),
    column("fingerprint", String(64)),
    # who asked for it and answers for it
    column("owner", Words(64)),
    column("granted_by", Words(64)),
    column("granted_at", Moment),
    column("until", Moment),
    column("reason", Words),
    column("ended", Moment, nullable=True),
    CheckConstraint("granted_by <> owner", name="ck_waivers_four_eyes"),
    CheckConstraint("until > granted_at", name="ck_waivers_until"),
    Index("ix_waivers_finding_id", "finding_id"),
    # One in force for each deviation.
    Index(
        "uq_waivers_one_in_force",
        "fingerprint",
        unique=True,
        sqlite_where=text("ended IS NULL"),
        postgresql_where=text("ended IS NULL"),
    ),
    sqlite_autoincrement=True,
)
