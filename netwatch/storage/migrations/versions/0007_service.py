"""Service reports, and what happened without approval."""

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

FROZEN = 'kind, scope, start, "end", revision, built_at, document, digest'
"""What a service report says once and for all; only where it stands changes."""


def upgrade() -> None:
    op.create_table(
        "parts",
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("serial", sa.String(length=128), nullable=False),
        sa.Column("check", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=256), nullable=False),
        sa.Column("model", sa.String(length=256), nullable=False),
        sa.Column("kind", sa.String(length=32), nullable=False),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.Column("missing", sa.DateTime(timezone=True), nullable=True),
        sa.Column("gone", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("device", "serial", name=op.f("pk_parts")),
    )
    op.create_index("ix_parts_serial", "parts", ["serial"], unique=False)
    op.create_table(
        "service_reports",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("scope", sa.String(length=64), nullable=False),
        sa.Column("start", sa.DateTime(timezone=True), nullable=False),
        sa.Column("end", sa.DateTime(timezone=True), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("built_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("document", sa.Text(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("judged_by", sa.String(length=64), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judgement", sa.Text(), nullable=True),
        sa.Column("sent_at", sa.DateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_service_reports")),
        sqlite_autoincrement=True,
    )
    op.create_index("uq_service_reports_what", "service_reports", ["kind", "scope", "start", "revision"], unique=True)
    op.create_table(
        "sights",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sights")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_sights_device_until", "sights", ["device", "until"], unique=False)
    op.create_table(
        "discrepancies",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("item", sa.String(length=256), nullable=False),
        sa.Column("other", sa.String(length=64), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("noticed", sa.DateTime(timezone=True), nullable=False),
        sa.Column("what", sa.Text(), nullable=False),
        sa.Column("origin_id", SERIAL, nullable=False),
        sa.Column("event_id", SERIAL, nullable=False),
        sa.Column("entry_id", SERIAL, nullable=True),
        sa.Column("state", sa.String(length=16), nullable=False),
        sa.Column("judged_by", sa.String(length=64), nullable=True),
        sa.Column("judged_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("judgement", sa.Text(), nullable=True),
        sa.Column("judged_event_id", SERIAL, nullable=True),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_discrepancies_entry_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_discrepancies_event_id")),
        sa.ForeignKeyConstraint(["judged_event_id"], ["events.id"], name=op.f("fk_discrepancies_judged_event_id")),
        sa.ForeignKeyConstraint(["origin_id"], ["events.id"], name=op.f("fk_discrepancies_origin_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_discrepancies")),
        sa.UniqueConstraint("origin_id", name=op.f("uq_discrepancies_origin_id")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_discrepancies_device_item", "discrepancies", ["device", "item"], unique=False)
    op.create_index("ix_discrepancies_event_id", "discrepancies", ["event_id"], unique=False)
    op.create_index("ix_discrepancies_state", "discrepancies", ["state"], unique=False)
    if op.get_bind().dialect.name == "sqlite":
        for verb, name in ((f"UPDATE OF {FROZEN}", "update"), ("DELETE", "delete")):
            op.execute(
                f"CREATE TRIGGER service_reports_{name}_refused BEFORE {verb} ON service_reports "
                "BEGIN SELECT RAISE(ABORT, 'rows of service_reports are never changed'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER service_reports_refused BEFORE DELETE OR UPDATE OF {FROZEN} ON service_reports "
        "FOR EACH ROW EXECUTE FUNCTION netwatch_refused()"
    )
    op.execute(
        "CREATE TRIGGER service_reports_truncate_refused BEFORE TRUNCATE ON service_reports "
        "FOR EACH STATEMENT EXECUTE FUNCTION netwatch_refused()"
    )
