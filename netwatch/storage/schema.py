"""The tables. Invariants that must never break stand here, not in the code that writes."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Dialect,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

from probes.api import Message

if TYPE_CHECKING:
    from sqlalchemy.types import TypeEngine

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


class Moment(TypeDecorator[datetime]):
    """A time in UTC. SQLite gives naive ones back even where it is told the zone, so both ways are checked here."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time; store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"a naive time cannot be stored: {value}")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Words(TypeDecorator[str]):
    """Text from outside. What a database cannot hold is replaced, what is longer than the column is cut.

    PostgreSQL refuses NUL and what is too long, and no database takes half a surrogate pair. A device that calls
    a port such a thing must not keep every other reading from being recorded.
    """

    impl: TypeEngine[str] | type[TypeEngine[str]] = Text
    cache_ok = True

    def __init__(self, length: int | None = None) -> None:
        super().__init__()
        self.length = length
        if length is not None:
            self.impl = String(length)

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Return what can be stored."""
        return None if value is None else storable(value)[: self.length]


def storable(text: str) -> str:
    """Return a text without what no database holds."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


class Sentence(TypeDecorator[Message]):
    """A `Message`: its template and values, so that it can be said in either language later."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Message | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        """Store as JSON."""
        if value is None:
            return None
        return storable(json.dumps([value.template, dict(value.values)], ensure_ascii=False))

    def process_result_value(self, value: str | None, dialect: Dialect) -> Message | None:  # noqa: ARG002
        """Return the message."""
        return None if value is None else Message(*json.loads(value))


Serial = BigInteger().with_variant(Integer, "sqlite")


def _column(name: str, kind: Any, *more: Any, **options: Any) -> Column[Any]:
    options.setdefault("nullable", False)
    return Column(name, kind, *more, **options)


events = Table(
    "events",
    metadata,
    _column("id", Serial, primary_key=True, autoincrement=True),
    _column("at", Moment),
    _column("recorded_at", Moment),
    _column("kind", String(32)),
    _column("device", String(64), nullable=True),
    _column("fault_id", ForeignKey("faults.id"), nullable=True),
    _column("actor", Words(64), nullable=True),
    _column("level", String(16), nullable=True),
    _column("text", Words, nullable=True),
    _column("summary", Sentence, nullable=True),
    _column("data", JSON, nullable=True),
    Index("ix_events_fault_id", "fault_id"),
    Index("ix_events_kind_id", "kind", "id"),
    sqlite_autoincrement=True,
)

checks = Table(
    "checks",
    metadata,
    _column("id", Words(512), primary_key=True),
    _column("device", String(64)),
    _column("check", String(64)),
    _column("meaning", String(64)),
    _column("item", Words(256)),
    _column("health", String(16)),
    _column("severity", Integer, nullable=True),
    _column("against", Integer),
    _column("doubt", Integer, nullable=True),
    _column("doubt_since", Moment, nullable=True),
    _column("since", Moment, nullable=True),
    _column("seen", Moment, nullable=True),
    _column("summary", Sentence),
    _column("value", Float, nullable=True),
    _column("reachability", Boolean),
    _column("flaps", Float),
    _column("flaps_at", Moment, nullable=True),
    _column("flapping", Boolean),
    Index("ix_checks_device", "device"),
)

devices = Table(
    "devices",
    metadata,
    _column("name", String(64), primary_key=True),
    _column("state", String(16)),
    _column("since", Moment),
    _column("reason", Sentence),
    _column("facts", JSON),
)

faults = Table(
    "faults",
    metadata,
    _column("id", Serial, primary_key=True, autoincrement=True),
    _column("check_id", Words(512)),
    _column("device", String(64)),
    _column("check", String(64)),
    _column("meaning", String(64)),
    _column("item", Words(256)),
    _column("reachability", Boolean),
    _column("severity", Integer),
    _column("worst", Integer),
    _column("summary", Sentence),
    _column("opened", Moment),
    _column("confirmed", Moment),
    _column("closed", Moment, nullable=True),
    _column("reopened", Integer),
    _column("acknowledged_by", Words(64), nullable=True),
    _column("acknowledged_at", Moment, nullable=True),
    _column("acknowledged_text", Words, nullable=True),
    _column("acknowledged_until", Moment, nullable=True),
    _column("cause", ForeignKey("faults.id"), nullable=True),
    _column("flapping", Boolean),
    _column("told", String(16), nullable=True),
    _column("told_at", Moment, nullable=True),
    _column("told_severity", Integer, nullable=True),
    _column("notices", Integer),
    _column("quiet", Sentence, nullable=True),
    Index("ix_faults_device", "device"),
    Index("ix_faults_closed", "closed"),
    # One open fault for each subject, whatever the program does.
    Index(
        "uq_faults_one_open",
        "check_id",
        unique=True,
        sqlite_where=text("closed IS NULL"),
        postgresql_where=text("closed IS NULL"),
    ),
    sqlite_autoincrement=True,
)

decisions = Table(
    "decisions",
    metadata,
    _column("id", Serial, primary_key=True, autoincrement=True),
    _column("at", Moment),
    _column("fault_id", ForeignKey("faults.id")),
    _column("kind", String(16)),
    _column("person", String(64), nullable=True),
    _column("told", Boolean),
    _column("why", Sentence),
    _column("outbox_id", ForeignKey("outbox.id"), nullable=True),
    Index("ix_decisions_fault_id", "fault_id"),
    sqlite_autoincrement=True,
)

outbox = Table(
    "outbox",
    metadata,
    _column("id", Serial, primary_key=True, autoincrement=True),
    # The same notice is never queued twice: fault/17/0, handover/day-2026-11-22/zhang
    _column("key", String(200), unique=True),
    _column("kind", String(16)),
    _column("fault_id", ForeignKey("faults.id"), nullable=True),
    _column("handover_id", ForeignKey("handovers.id"), nullable=True),
    _column("person", String(64), nullable=True),
    _column("also", JSON),
    _column("priority", Integer),
    _column("state", String(16)),
    _column("created", Moment),
    _column("next_at", Moment),
    _column("deadline", Moment),
    _column("attempts", Integer),
    _column("error", Words, nullable=True),
    _column("recipient", Words(320), nullable=True),
    _column("message_id", String(200), nullable=True),
    _column("subject", Words, nullable=True),
    _column("content", LargeBinary, nullable=True),
    _column("sent_at", Moment, nullable=True),
    _column("relay", Words(300), nullable=True),
    Index("ix_outbox_state_next_at", "state", "next_at"),
    Index("ix_outbox_fault_id", "fault_id"),
    sqlite_autoincrement=True,
)

windows = Table(
    "windows",
    metadata,
    _column("id", Serial, primary_key=True, autoincrement=True),
    _column("title", Words(200)),
    _column("devices", JSON),
    _column("start", Moment),
    _column("end", Moment),
    _column("actor", Words(64)),
    sqlite_autoincrement=True,
)

handovers = Table(
    "handovers",
    metadata,
    _column("id", Serial, primary_key=True, autoincrement=True),
    _column("shift", String(200)),
    _column("revision", Integer),
    _column("start", Moment),
    _column("end", Moment),
    _column("built_at", Moment),
    _column("after_event", Integer),
    _column("upto_event", Integer),
    _column("document", Words),
    _column("digest", String(64)),
    _column("previous", String(64)),
    Index("uq_handovers_shift_revision", "shift", "revision", unique=True),
    sqlite_autoincrement=True,
)

renderings = Table(
    "renderings",
    metadata,
    _column("handover_id", ForeignKey("handovers.id"), primary_key=True),
    _column("language", String(8), primary_key=True),
    _column("format", String(8), primary_key=True),
    _column("body", Words),
    _column("digest", String(64)),
)

layouts = Table(
    "layouts",
    metadata,
    _column("id", Serial, primary_key=True, autoincrement=True),
    _column("digest", String(64), unique=True),
    _column("series", Words),
)

polls = Table(
    "polls",
    metadata,
    _column("id", Serial, primary_key=True, autoincrement=True),
    _column("source", String(128)),
    _column("at", Moment),
    _column("layout_id", ForeignKey("layouts.id")),
    _column("whole", Boolean),
    _column("packed", LargeBinary),
    Index("ix_polls_source_at", "source", "at"),
    Index("ix_polls_at", "at"),
)

meta = Table(
    "meta",
    metadata,
    _column("key", String(64), primary_key=True),
    _column("value", Text),
)
