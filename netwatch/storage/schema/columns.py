"""What the tables are made of: their kinds of column, and the names of their constraints."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Dialect,
    Integer,
    MetaData,
    String,
    Text,
    TypeDecorator,
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


def column(name: str, kind: Any, *more: Any, **options: Any) -> Column[Any]:
    """Return a column, not null unless told otherwise."""
    options.setdefault("nullable", False)
    return Column(name, kind, *more, **options)
