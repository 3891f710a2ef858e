"""Change requests, baselines, findings and waivers."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SAID = {
    "change_requests": 'kind, title, reason, risk, rollback, evidence, requested_by, created, start, "end", emergency',
    "change_targets": 'change_id, device, "group", facets, paths',
    "change_implementers": "change_id, person",
    "baselines": "device, facet, content, rules, difference, change_id, proposed_by, proposed_at, carried",
    "findings": "fingerprint, device, facet, base, content, difference",
    "waivers": "finding_id, fingerprint, owner, granted_by, granted_at, until, reason",
}
"""What a row says once and for all: what a leader has seen is what was approved. Only where it stands changes."""


def upgrade() -> None:
    op.create_table(
        "change_requests",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("title", sa.String(length=200), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("risk", sa.Text(), nullable=False),
        sa.Column("rollback", sa.Text(), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("requested_by", sa.String(length=64), nullable=False),
        sa.Column("created", sa.DateTime(timezone=True), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("emergency", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("submitted", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judged_by", sa.String(length=64), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("implemented_by", sa.String(length=64), nullable=True),
        sa.Column("implemented_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("verified_by", sa.String(length=64), nullable=True),
        sa.Column("verified_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("event_id", SERIAL, nullable=False),
        sa.CheckConstraint("judged_by <> requested_by", name="ck_change_requests_four_eyes"),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_change_requests_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_requests")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_requests_end", "change_requests", ["end"], unique=False)
    op.create_index("ix_change_requests_event_id", "change_requests", ["event_id"], unique=False)
    op.create_index("ix_change_requests_state", "change_requests", ["state"], unique=False)
    op.create_table(
        "baselines",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("facet", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.Column("difference", sa.String(length=64), nullable=False),
        sa.Column("change_id", SERIAL, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("proposed_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("judged_by", sa.String(length=64), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.Column("seal", sa.String(length=64), nullable=False),
        sa.Column("carried", SERIAL, nullable=True),
        sa.CheckConstraint(
            "state NOT IN ('approved', 'superseded') OR (judged_by IS NOT NULL AND length(seal) = 64)",
            name="ck_baselines_signed",
        ),
        sa.CheckConstraint("judged_by <> proposed_by", name="ck_baselines_four_eyes"),
        sa.ForeignKeyConstraint(["carried"], ["baselines.id"], name=op.f("fk_baselines_carried")),
        sa.ForeignKeyConstraint(["change_id"], ["change_requests.id"], name=op.f("fk_baselines_change_id")),
        sa.ForeignKeyConstraint(["content"], ["blobs.sha256"], name=op.f("fk_baselines_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_baselines")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_baselines_change_id", "baselines", ["change_id"], unique=False)
    op.create_index("ix_baselines_device_facet", "baselines", ["device", "facet", "id"], unique=False)
    op.create_index(
        "uq_baselines_one_approved",
        "baselines",
        ["device", "facet"],
        unique=True,
        sqlite_where=sa.text("state = 'approved'"),
        postgresql_where=sa.text("state = 'approved'"),
    )
    op.create_index(
        "uq_baselines_one_proposed",
        "baselines",
        ["device", "facet", "content"],
        unique=True,
        sqlite_where=sa.text("state = 'proposed'"),
        postgresql_where=sa.text("state = 'proposed'"),
    )
    op.create_table(
        "change_implementers",
        sa.Column("change_id", SERIAL, nullable=False),
        sa.Column("person", sa.String(length=64), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["change_requests.id"], name=op.f("fk_change_implementers_change_id")),
        sa.PrimaryKeyConstraint("change_id", "person", name=op.f("pk_change_implementers")),
    )
    op.create_table(
        "change_targets",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("change_id", SERIAL, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("group", sa.String(length=64), nullable=False),
        sa.Column("facets", sa.JSON(), nullable=False),
        sa.Column("paths", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(["change_id"], ["change_requests.id"], name=op.f("fk_change_targets_change_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_change_targets")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_change_targets_change_id", "change_targets", ["change_id"], unique=False)
    op.create_table(
        "findings",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("facet", sa.String(length=64), nullable=False),
        sa.Column("base", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("difference", sa.String(length=64), nullable=False),
        sa.Column("verdict", sa.String(length=16), nullable=False),
        sa.Column("severity", sa.Integer(), nullable=False),
        sa.Column("summary", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.Column("risks", sa.JSON(), nullable=False),
        sa.Column("users", sa.JSON(), nullable=False),
        sa.Column("confidence", sa.String(length=8), nullable=False),
        sa.Column("change_id", SERIAL, nullable=True),
        sa.Column("entry_id", SERIAL, nullable=True),
        sa.Column("low", sa.DateTime(timezone=True), nullable=False),
        sa.Column("high", sa.DateTime(timezone=True), nullable=False),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("closed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing", sa.String(length=16), nullable=True),
        sa.Column("judged_by", sa.String(length=64), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judgement", sa.Text(), nullable=False),
        sa.Column("reopened", sa.Integer(), nullable=False),
        sa.Column("episode", sa.Integer(), nullable=False),
        sa.Column("event_id", SERIAL, nullable=False),
        sa.Column("judged_event", SERIAL, nullable=True),
        sa.Column("closed_event", SERIAL, nullable=True),
        sa.ForeignKeyConstraint(["change_id"], ["change_requests.id"], name=op.f("fk_findings_change_id")),
        sa.ForeignKeyConstraint(["closed_event"], ["events.id"], name=op.f("fk_findings_closed_event")),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_findings_entry_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_findings_event_id")),
        sa.ForeignKeyConstraint(["judged_event"], ["events.id"], name=op.f("fk_findings_judged_event")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_findings")),
        sa.UniqueConstraint("fingerprint", name=op.f("uq_findings_fingerprint")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_findings_change_id", "findings", ["change_id"], unique=False)
    op.create_index("ix_findings_device_facet", "findings", ["device", "facet", "id"], unique=False)
    op.create_index("ix_findings_event_id", "findings", ["event_id"], unique=False)
    op.create_index("ix_findings_state", "findings", ["state"], unique=False)
    op.create_index(
        "uq_findings_one_standing",
        "findings",
        ["device", "facet"],
        unique=True,
        sqlite_where=sa.text("state <> 'closed'"),
        postgresql_where=sa.text("state <> 'closed'"),
    )
    op.create_table(
        "waivers",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("finding_id", SERIAL, nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("owner", sa.String(length=64), nullable=False),
        sa.Column("granted_by", sa.String(length=64), nullable=False),
        sa.Column("granted_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("ended", sa.DateTime(timezone=True), nullable=True),
        sa.CheckConstraint("granted_by <> owner", name="ck_waivers_four_eyes"),
        sa.CheckConstraint("until > granted_at", name="ck_waivers_until"),
        sa.ForeignKeyConstraint(["finding_id"], ["findings.id"], name=op.f("fk_waivers_finding_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_waivers")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_waivers_finding_id", "waivers", ["finding_id"], unique=False)
    op.create_index(
        "uq_waivers_one_in_force",
        "waivers",
        ["fingerprint"],
        unique=True,
        sqlite_where=sa.text("ended IS NULL"),
        postgresql_where=sa.text("ended IS NULL"),
    )
    for table, columns in SAID.items():
        seal(table, columns)
    four_eyes()


def seal(table: str, columns: str) -> None:
    if op.get_bind().dialect.name == "sqlite":
        for verb, name in ((f"UPDATE OF {columns}", "update"), ("DELETE", "delete")):
            op.execute(
                f"CREATE TRIGGER {table}_{name}_refused BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_refused BEFORE DELETE OR UPDATE OF {columns} ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION netwatch_refused()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_truncate_refused BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION netwatch_refused()"
    )


def four_eyes() -> None:
    """Whoever is to make a change does not judge it. A CHECK sees one row only."""
    own = "SELECT 1 FROM change_implementers WHERE change_id = NEW.id AND person = NEW.judged_by"
    if op.get_bind().dialect.name == "sqlite":
        op.execute(
            "CREATE TRIGGER change_requests_four_eyes BEFORE UPDATE OF judged_by ON change_requests "
            f"WHEN EXISTS ({own}) BEGIN SELECT RAISE(ABORT, 'who makes a change does not judge it'); END"
        )
        return
    op.execute(
        "CREATE FUNCTION netwatch_four_eyes() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF EXISTS ({own}) THEN RAISE EXCEPTION 'who makes a change does not judge it'; END IF; "
        "RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER change_requests_four_eyes BEFORE UPDATE OF judged_by ON change_requests "
        "FOR EACH ROW EXECUTE FUNCTION netwatch_four_eyes()"
    )
