"""What is read of devices: captures, texts, snapshots, and how collecting stands."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

SERIAL = sa.BigInteger().with_variant(sa.Integer(), "sqlite")


def upgrade() -> None:
    op.create_table(
        "blobs",
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("codec", sa.String(length=16), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("data", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("sha256", name=op.f("pk_blobs")),
    )
    op.create_table(
        "captures",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("facet", sa.String(length=64), nullable=False),
        sa.Column("started", sa.DateTime(timezone=True), nullable=False),
        sa.Column("finished", sa.DateTime(timezone=True), nullable=False),
        sa.Column("trigger", sa.String(length=16), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=True),
        sa.Column("host_key", sa.String(length=128), nullable=False),
        sa.Column("sealed", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(["content"], ["blobs.sha256"], name=op.f("fk_captures_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_captures")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_captures_content", "captures", ["content"], unique=False)
    op.create_index("ix_captures_device_facet", "captures", ["device", "facet", "id"], unique=False)
    op.create_table(
        "snapshots",
        sa.Column("id", SERIAL, autoincrement=True, nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("facet", sa.String(length=64), nullable=False),
        sa.Column("content", sa.String(length=64), nullable=False),
        sa.Column("rules", sa.String(length=64), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("saved_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("saved_by", sa.String(length=64), nullable=False),
        sa.Column("encoding", sa.String(length=32), nullable=False),
        sa.Column("previous_seen", sa.DateTime(timezone=True), nullable=True),
        sa.Column("first_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("last_seen", sa.DateTime(timezone=True), nullable=False),
        sa.Column("reads", sa.Integer(), nullable=False),
        sa.Column("settled", sa.DateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(["content"], ["blobs.sha256"], name=op.f("fk_snapshots_content")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_snapshots")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_snapshots_content", "snapshots", ["content"], unique=False)
    op.create_index("ix_snapshots_device_facet", "snapshots", ["device", "facet", "id"], unique=False)
    op.create_table(
        "visits",
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("facet", sa.String(length=64), nullable=False),
        sa.Column("tried", sa.DateTime(timezone=True), nullable=False),
        sa.Column("completed", sa.DateTime(timezone=True), nullable=True),
        sa.Column("suspects", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("shrunk", sa.String(length=64), nullable=True),
        sa.Column("shrinks", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("device", "facet", name=op.f("pk_visits")),
    )
    op.create_table(
        "doors",
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("name", sa.String(length=64), nullable=False),
        sa.Column("tried", sa.DateTime(timezone=True), nullable=True),
        sa.Column("opened", sa.DateTime(timezone=True), nullable=True),
        sa.Column("failures", sa.Integer(), nullable=False),
        sa.Column("since", sa.DateTime(timezone=True), nullable=True),
        sa.Column("why", sa.Text(), nullable=True),
        sa.Column("guard", sa.JSON(), nullable=False),
        sa.Column("host_key", sa.String(length=128), nullable=False),
        sa.Column("trusted_by", sa.String(length=64), nullable=True),
        sa.Column("trusted_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("offered", sa.String(length=128), nullable=False),
        sa.Column("offered_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("ticks", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("device", "name", name=op.f("pk_doors")),
    )
    if op.get_bind().dialect.name == "sqlite":
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER blobs_{verb.lower()}_refused BEFORE {verb} ON blobs "
                "BEGIN SELECT RAISE(ABORT, 'rows of blobs are never changed'); END"
            )
        return
    op.execute(
        "CREATE TRIGGER blobs_refused BEFORE UPDATE OR DELETE ON blobs FOR EACH ROW EXECUTE FUNCTION netwatch_refused()"
    )
    op.execute(
        "CREATE TRIGGER blobs_truncate_refused BEFORE TRUNCATE ON blobs "
        "FOR EACH STATEMENT EXECUTE FUNCTION netwatch_refused()"
    )
