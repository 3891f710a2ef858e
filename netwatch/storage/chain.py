"""Whether what was archived and signed is as it was: every digest, both chains, and where they end.

A row that was changed, left out, put in another order or cut off the end does not fit its neighbours, the head that
is kept apart, or the numbers that the database has given out. Whoever rewrites all of these leaves the digests that
were mailed: `expected` is looked for among those of the chain.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, select, text

from netwatch.storage import records
from netwatch.storage.handovers import HEAD as REPORTS_HEAD
from netwatch.storage.handovers import digest_of
from netwatch.storage.schema import handovers, renderings, signatures
from netwatch.storage.signatures import HEAD as SIGNATURES_HEAD
from netwatch.storage.signatures import digest_of as digest_of_signature
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator, Sequence

    from sqlalchemy import Connection, Row


def walk(tx: Connection, expected: Sequence[str] = ()) -> Iterator[Message]:
    """Yield what is wrong, in the order of the rows."""
    digests = yield from _reports(tx)
    yield from _renderings(tx, digests)
    signed = yield from _signatures(tx, digests)
    known = {*digests.values(), *signed}
    for digest in expected:
        if not any(each.startswith(digest.lower()) for each in known):
            yield Message(_("nothing in the archive has the digest {digest}"), {"digest": digest[:64]})


def counts(tx: Connection) -> tuple[int, int]:
    """Return how many reports and how many signatures there are."""
    reports, signed = (
        int(tx.execute(select(func.count()).select_from(table)).scalar() or 0) for table in (handovers, signatures)
    )
    return reports, signed


def _reports(tx: Connection) -> Generator[Message, None, dict[int, str]]:
    """Yield what is wrong with the reports; return the digest of each."""
    before, last = "", 0
    found: dict[int, str] = {}
    for row in tx.execute(select(handovers).order_by(handovers.c.id).execution_options(yield_per=100)):
        if row.digest != digest_of(row.document):
            yield Message(_("handover report {number} was altered after it was archived"), {"number": row.id})
        if row.previous != before:
            yield Message(_("a report is missing or was altered before handover report {number}"), {"number": row.id})
        if not _agrees(row):
            yield Message(
                _("the row of handover report {number} does not say what its report says"), {"number": row.id}
            )
        before, last = row.digest, row.id
        found[row.id] = row.digest
    yield from _end(tx, _("handovers"), REPORTS_HEAD, last, before)
    return found


def _agrees(row: Row[Any]) -> bool:
    """Whether a row's own columns are those of its document's head."""
    try:
        head = json.loads(row.document)["head"]
        return all(head[key] == getattr(row, key) for key in ("shift", "revision", "after_event", "upto_event"))
    except (ValueError, KeyError, TypeError):
        return False


def _renderings(tx: Connection, digests: dict[int, str]) -> Iterator[Message]:
    seen: dict[int, int] = dict.fromkeys(digests, 0)
    for row in tx.execute(select(renderings).order_by(renderings.c.handover_id).execution_options(yield_per=100)):
        seen[row.handover_id] = seen.get(row.handover_id, 0) + 1
        if row.digest != digest_of(row.body):
            values = {"number": row.handover_id, "language": row.language, "format": row.format}
            yield Message(_("the {format} text ({language}) of handover report {number} was altered"), values)
    usual = max(seen.values(), default=0)
    for number, count in seen.items():
        if count < usual:
            yield Message(_("a text of handover report {number} is missing"), {"number": number})


def _signatures(tx: Connection, digests: dict[int, str]) -> Generator[Message, None, set[str]]:
    """Yield what is wrong with the signatures; return their digests."""
    before, last = "", 0
    found: set[str] = set()
    for row in tx.execute(select(signatures).order_by(signatures.c.id).execution_options(yield_per=100)):
        said = {key: getattr(row, key) for key in row._fields}
        if row.handover_id not in digests:
            values = {"number": row.id, "report": row.handover_id}
            yield Message(_("signature {number} is under handover report {report}, which is not there"), values)
        elif row.digest != digest_of_signature(said, digests[row.handover_id]):
            yield Message(_("signature {number} was altered, or its report was"), {"number": row.id})
        if row.previous != before:
            yield Message(_("a signature is missing or was altered before signature {number}"), {"number": row.id})
        before, last = row.digest, row.id
        found.add(row.digest)
    yield from _end(tx, _("signatures"), SIGNATURES_HEAD, last, before)
    return found


def _end(tx: Connection, table: str, head: str, last: int, digest: str) -> Iterator[Message]:
    """Compare where a chain ends with the head that is kept apart, and with the numbers given out."""
    kept = (records.get(tx, head) or "").split()
    if kept and (int(kept[0]), kept[1]) != (last, digest):
        template = _("the chain of {table} ends at {last}; it is known to go to {number}: its end was cut or changed")
        yield Message(template, {"table": table, "number": int(kept[0]), "last": last})
    elif (highest := _given_out(tx, table)) > last:
        template = _("{table} {number} has been there and is gone; the last is {last}")
        yield Message(template, {"table": table, "number": highest, "last": last})


def _given_out(tx: Connection, table: str) -> int:
    """Return the highest number that SQLite has given out; PostgreSQL burns numbers of transactions that fail."""
    if tx.dialect.name != "sqlite":
        return 0
    query = text("SELECT seq FROM sqlite_sequence WHERE name = :table")
    return int(tx.execute(query, {"table": table}).scalar() or 0)
