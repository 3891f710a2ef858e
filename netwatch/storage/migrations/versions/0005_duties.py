"""The recurring duties."""

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "fulfilments",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("duty", sa.String(length=64), nullable=False),
        sa.Column("occurrence", sa.String(length=200), nullable=False),
        sa.Column("scheduled", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mark", sa.String(length=16), nullable=False),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("recorded_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("devices", sa.JSON(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("entry_id", SERIAL, nullable=True),
        sa.Column("event_id", SERIAL, nullable=False),
        sa.ForeignKeyConstraint(["entry_id"], ["entries.id"], name=op.f("fk_fulfilments_entry_id")),
        sa.ForeignKeyConstraint(["event_id"], ["events.id"], name=op.f("fk_fulfilments_event_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_fulfilments")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_fulfilments_duty_occurrence", "fulfilments", ["duty", "occurrence"], unique=False)
    op.create_index("ix_fulfilments_event_id", "fulfilments", ["event_id"], unique=False)
    op.create_index("ix_fulfilments_scheduled", "fulfilments", ["scheduled"], unique=False)
