"""The archive of handover reports: the canonical document, its renderings, each with its digest."""

from __future__ import annotations

import hashlib
from dataclasses import asdict, dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from netwatch.storage import records, signatures
from netwatch.storage.schema import handovers, renderings, storable

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection, Row

HEAD = "chain/handovers"


@dataclass(frozen=True, slots=True)
class Archived:
    """A report as it was archived. `previous` is the digest of the report before it, so that they form a chain."""

    shift: str
    revision: int
    start: datetime
    end: datetime
    built_at: datetime
    after_event: int
    upto_event: int
    document: str
    digest: str = ""
    previous: str = ""
    id: int = 0


def digest_of(text: str) -> str:
    """Return the SHA-256 of a text, in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def add(tx: Connection, report: Archived, bodies: Mapping[tuple[str, str], str]) -> Archived:
    """Archive a report with its renderings, by (language, format)."""
    behind = last(tx)
    document = storable(report.document)
    report = replace(report, document=document, digest=digest_of(document), previous=behind.digest if behind else "")
    row = {name: value for name, value in asdict(report).items() if name != "id"}
    done = tx.execute(insert(handovers).values(row))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    number = int(done.inserted_primary_key[0])
    for (language, form), text in bodies.items():
        body = storable(text)
        values = {"handover_id": number, "language": language, "format": form, "body": body, "digest": digest_of(body)}
        tx.execute(insert(renderings).values(values))
    records.put(tx, key=HEAD, value=f"{number} {report.digest}")
    return replace(report, id=number)


def before(tx: Connection, shift: str, *, relief: bool = False) -> Archived | None:
    """Return the report that the next one of a shift goes on from: the newest that counts.

    A revision that was refused or replaced does not count; nor does one of the same shift that still waits for its
    signature, since the next revision replaces it.
    """
    newest = listed(tx, signatures.RECENT)
    counting = signatures.counting(tx, [each.id for each in newest])
    given_way = signatures.replaceable(tx, shift, relief=relief)
    return next((each for each in newest if each.id in counting and each.id not in given_way), None)


def last(tx: Connection) -> Archived | None:
    """Return the newest report."""
    row = tx.execute(select(handovers).order_by(handovers.c.id.desc()).limit(1)).one_or_none()
    return None if row is None else _archived(row)


def get(tx: Connection, number: int) -> Archived | None:
    """Return the report of that number."""
    row = tx.execute(select(handovers).where(handovers.c.id == number)).one_or_none()
    return None if row is None else _archived(row)


def of_shift(tx: Connection, shift: str) -> Archived | None:
    """Return the newest report of a shift."""
    query = select(handovers).where(handovers.c.shift == shift).order_by(handovers.c.revision.desc()).limit(1)
    row = tx.execute(query).one_or_none()
    return None if row is None else _archived(row)


def listed(tx: Connection, most: int) -> tuple[Archived, ...]:
    """Return the newest reports, newest first."""
    return tuple(_archived(row) for row in tx.execute(select(handovers).order_by(handovers.c.id.desc()).limit(most)))


def rendering(tx: Connection, number: int, language: str, form: str) -> str | None:
    """Return a report as it was rendered when it was archived."""
    found: str | None = tx.execute(
        select(renderings.c.body).where(
            renderings.c.handover_id == number, renderings.c.language == language, renderings.c.format == form
        )
    ).scalar()
    return found


def _archived(row: Row[Any]) -> Archived:
    return Archived(
        shift=row.shift,
        revision=row.revision,
        start=row.start,
        end=row.end,
        built_at=row.built_at,
        after_event=row.after_event,
        upto_event=row.upto_event,
        document=row.document,
        digest=row.digest,
        previous=row.previous,
        id=row.id,
    )
