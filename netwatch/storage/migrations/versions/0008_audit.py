"""The audit log: a chain of what people did, its signed checkpoints, and what was sealed and taken out."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

GENESIS = "0" * 64
FLOOR = 184 * 86_400_000
"""Milliseconds for which the law has every record kept: a segment younger than that cannot be sealed."""
LOCK = 0x6E65_7461
"""Of PostgreSQL: whoever adds to the chain holds it until the commit."""

TABLES = ("audit_events", "audit_checkpoints", "audit_segments")
NEXT = "(SELECT coalesce(max(seq), 0) + 1 FROM audit_events)"
BEFORE = f"coalesce((SELECT hash FROM audit_events ORDER BY seq DESC LIMIT 1), '{GENESIS}')"  # noqa: S608 - a constant
SEALED = "(SELECT coalesce(max(last), 0) FROM audit_segments)"
START = (
    "coalesce((SELECT last + 1 FROM audit_segments ORDER BY last DESC LIMIT 1), (SELECT min(seq) FROM audit_events))"
)
ON_CHAIN = "EXISTS (SELECT 1 FROM audit_events WHERE seq = NEW.{number} AND hash = NEW.hash{more})"
# The head is never sealed: the next event is chained to it.
WHOLE = (
    f'NEW."first" = {START} AND NEW.last >= NEW."first" AND NEW.last < (SELECT max(seq) FROM audit_events) '  # noqa: S608 - constants
    f"AND {ON_CHAIN.format(number='last', more=' AND at = NEW.upto')} "
    'AND EXISTS (SELECT 1 FROM audit_events WHERE seq = NEW."first" AND prev_hash = NEW.prev_hash)'
)
ALLOWED = {
    "audit_events": f"NEW.seq = {NEXT} AND NEW.prev_hash = {BEFORE}",
    "audit_checkpoints": ON_CHAIN.format(number="seq", more=""),
    "audit_segments": WHOLE,
}
"""What a new row of each table must fulfil, whoever writes it."""


def upgrade() -> None:
    op.create_table(
        "audit_events",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("address", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=64), nullable=False),
        sa.Column("subject", sa.String(length=200), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_events")),
        sa.CheckConstraint("length(hash) = 64 AND length(prev_hash) = 64", name=op.f("ck_audit_events_hashes")),
    )
    op.create_index("ix_audit_events_at", "audit_events", ["at"], unique=False)
    op.create_table(
        "audit_checkpoints",
        sa.Column("seq", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("at", sa.BigInteger(), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_checkpoints")),
    )
    op.create_table(
        "audit_segments",
        sa.Column("last", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=False, nullable=False),
        sa.Column("first", sa.BigInteger(), nullable=False),
        sa.Column("prev_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.Column("upto", sa.BigInteger(), nullable=False),
        sa.Column("sealed_at", sa.BigInteger(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("key", sa.String(length=16), nullable=False),
        sa.Column("signature", sa.String(length=128), nullable=False),
        sa.PrimaryKeyConstraint("last", name=op.f("pk_audit_segments")),
        sa.CheckConstraint(f"sealed_at - upto >= {FLOOR}", name=op.f("ck_audit_segments_floor")),
    )
    seal = _seal_sqlite if op.get_bind().dialect.name == "sqlite" else _seal_postgresql
    for table in TABLES:
        seal(table)


def _seal_sqlite(table: str) -> None:
    """Refuse every change, every row out of turn, and every deletion but that of events that are sealed."""
    when = f"WHEN OLD.seq > {SEALED} " if table == "audit_events" else ""
    op.execute(
        f"CREATE TRIGGER {table}_update_refused BEFORE UPDATE ON {table} "
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
    )
    op.execute(
        f"CREATE TRIGGER {table}_delete_refused BEFORE DELETE ON {table} {when}"
        f"BEGIN SELECT RAISE(ABORT, 'rows of {table} are never changed'); END"
    )
    # As IS NOT TRUE, so that a NULL is refused as well.
    op.execute(
        f"CREATE TRIGGER {table}_insert_refused BEFORE INSERT ON {table} WHEN ({ALLOWED[table]}) IS NOT TRUE "
        f"BEGIN SELECT RAISE(ABORT, 'a row of {table} does not continue the chain'); END"
    )


def _seal_postgresql(table: str) -> None:
    events = table == "audit_events"
    kept = f"TG_OP = 'DELETE' AND OLD.seq <= {SEALED}" if events else "false"
    op.execute(
        f"CREATE FUNCTION netwatch_{table}_kept() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN IF {kept} THEN RETURN OLD; END IF; "
        f"RAISE EXCEPTION 'rows of {table} are never changed'; END $$"
    )
    op.execute(
        f"CREATE FUNCTION netwatch_{table}_chained() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN PERFORM pg_advisory_xact_lock({LOCK}); IF ({ALLOWED[table]}) IS NOT TRUE THEN "
        f"RAISE EXCEPTION 'a row of {table} does not continue the chain'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        f"CREATE TRIGGER {table}_kept BEFORE UPDATE OR DELETE ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION netwatch_{table}_kept()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_chained BEFORE INSERT ON {table} "
        f"FOR EACH ROW EXECUTE FUNCTION netwatch_{table}_chained()"
    )
    op.execute(
        f"CREATE TRIGGER {table}_truncate_refused BEFORE TRUNCATE ON {table} "
        "FOR EACH STATEMENT EXECUTE FUNCTION netwatch_refused()"
    )
    op.execute(f"REVOKE UPDATE, TRUNCATE ON {table} FROM PUBLIC, CURRENT_USER")
    if not events:
        op.execute(f"REVOKE DELETE ON {table} FROM PUBLIC, CURRENT_USER")
