"""Signing of handovers."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")

SEALED = ("events", "handovers", "renderings", "signatures", "steps", "fulfilments", "publications")
"""What is written once: a row of these is neither changed nor deleted, whoever asks."""


def seal(table: str) -> None:
    """Let the database itself refuse to change what was recorded."""
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_{verb.lower()}_refused BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
            )
        return
    op.execute(
        f"CREATE TRIGGER {table}_refused BEFORE UPDATE OR DELETE ON {table} "
        "FOR EACH ROW EXECUTE FUNCTION netwatch_refused()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_truncate_refused BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION netwatch_refused()"
    )


def upgrade() -> None:
    op.create_table(
        "signatures",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("shift", sa.String(length=200), nullable=False),
        sa.Column("handover_id", SERIAL, nullable=False),
        sa.Column("step", sa.String(length=16), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("data", sa.JSON(), nullable=False),
        sa.Column("event_id", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("previous", sa.String(length=64), nullable=False),
        sa.ForeignKeyConstraint(["handover_id"], ["handovers.id"], name=op.f("fk_signatures_handover_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_signatures")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_signatures_handover_id", "signatures", ["handover_id"], unique=False)
    op.create_index("ix_signatures_shift", "signatures", ["shift"], unique=False)
    op.create_table(
        "remarks",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("kind", sa.String(length=16), nullable=False),
        sa.Column("fault_id", SERIAL, nullable=True),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("due", sa.DateTime(timezone=True), nullable=True),
        sa.Column("who", sa.String(length=64), nullable=True),
        sa.Column("phone", sa.String(length=40), nullable=True),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("event_id", SERIAL, nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closed_event", SERIAL, nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["closed_event"], ["events.id"], name=op.f("fk_remarks_closed_event")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_remarks_event_id")),
        sa.ForeignKeyConstraint(["fault_id"], ["faults.id"], name=op.f("fk_remarks_fault_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remarks")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_remarks_closed_at", "remarks", ["closed_at"], unique=False)
    if op.get_bind().dialect.name == "postgresql":
        op.execute(
            "CREATE FUNCTION netwatch_refused() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE EXCEPTION 'rows of % are never changed', TG_TABLE_NAME; END $$"
        )
    for table in SEALED:
        seal(table)
