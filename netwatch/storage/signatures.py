"""The signatures under handovers: each bound to its report and to the signature before it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from sqlalchemy import insert, select

from netwatch.storage import records
from netwatch.storage.schema import handovers, signatures, storable
from roster.layers import Post
from roster.signing import Side, Signature, Step, stage

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from datetime import datetime

    from sqlalchemy import Connection, Row

HEAD = "chain/signatures"
RECENT = 200
"""So many of the newest revisions are looked at for one that is pending: a site hands over a few times a day."""


@dataclass(frozen=True, slots=True)
class Signed:
    """A row: a signature under a revision, in the chain. `data` has what a step needs to know later."""

    handover: int
    shift: str
    signature: Signature
    event: int
    data: Mapping[str, Any] = field(default_factory=dict)
    digest: str = ""
    previous: str = ""

    @property
    def sides(self) -> tuple[Side, ...]:
        """Who stood on either side, as frozen with the report."""
        return tuple(
            Side(Post(post), tuple(both["out"]), tuple(both["in"])) for post, both in self.data.get("sides", {}).items()
        )


def sides_data(sides: Sequence[Side]) -> dict[str, Any]:
    """Return sides as they are kept."""
    return {side.post.value: {"out": list(side.outgoing), "in": list(side.incoming)} for side in sides}


def add(tx: Connection, signed: Signed) -> Signature:
    """Sign: the row's digest covers all that it says, the digest of its report and that of the row before it."""
    report = tx.execute(select(handovers.c.digest).where(handovers.c.id == signed.handover)).scalar_one()
    last = tx.execute(select(signatures.c.digest).order_by(signatures.c.id.desc()).limit(1)).scalar() or ""
    signature = signed.signature
    row = {
        "shift": signed.shift,
        "handover_id": signed.handover,
        "step": signature.step.value,
        "actor": signature.by or None,
        "at": signature.at,
        "text": storable(signature.text),
        "data": {**signed.data, "items": list(signature.items), "amends": signature.amends},
        "event_id": signed.event,
        "previous": last,
    }
    done = tx.execute(insert(signatures).values({**row, "digest": digest_of(row, report)}))
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    number = int(done.inserted_primary_key[0])
    records.put(tx, key=HEAD, value=f"{number} {digest_of(row, report)}")
    return _signature(signature, number)


def _signature(signature: Signature, number: int) -> Signature:
    return Signature(
        signature.step, signature.by, signature.at, signature.text, signature.items, signature.amends, number
    )


def digest_of(row: Mapping[str, Any], report: str) -> str:
    """Return the digest of a row: SHA-256 over its canonical JSON and that of the report that it signs."""
    at: datetime = row["at"]
    said = {
        **{key: row[key] for key in ("shift", "handover_id", "step", "actor", "text", "data", "event_id", "previous")},
        "at": at.isoformat(),
        "report": report,
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def of(tx: Connection, handover: int) -> tuple[Signed, ...]:
    """Return what was signed under a revision, in order."""
    query = select(signatures).where(signatures.c.handover_id == handover).order_by(signatures.c.id)
    return tuple(_signed(row) for row in tx.execute(query))


def of_shift(tx: Connection, shift: str) -> tuple[Signed, ...]:
    """Return what was signed under any revision of a shift, in order."""
    query = select(signatures).where(signatures.c.shift == shift).order_by(signatures.c.id)
    return tuple(_signed(row) for row in tx.execute(query))


def between(tx: Connection, start: datetime, end: datetime) -> tuple[Signed, ...]:
    """Return what was signed in [start, end), in order."""
    query = select(signatures).where(signatures.c.at >= start, signatures.c.at < end).order_by(signatures.c.id)
    return tuple(_signed(row) for row in tx.execute(query))


def pending(tx: Connection) -> tuple[int, ...]:
    """Return the revisions that wait for a signature or are deferred, the oldest first."""
    newest = select(handovers.c.id).order_by(handovers.c.id.desc()).limit(RECENT)
    numbers = sorted(tx.execute(newest).scalars())
    by = grouped(tx, numbers)
    # What was archived before there were signatures waits for none.
    return tuple(number for number in numbers if number in by and stage(_steps(by[number])).pending)


def replaceable(tx: Connection, shift: str, *, relief: bool) -> frozenset[int]:
    """Return the pending revisions of a shift that a new one replaces: a relief in mid-shift is another handover."""
    found = {number: of(tx, number) for number in pending(tx)}
    return frozenset(
        number
        for number, signed in found.items()
        if signed[0].shift == shift and bool(signed[0].data.get("relief")) is relief
    )


def counting(tx: Connection, numbers: Sequence[int]) -> frozenset[int]:
    """Return those of the revisions that count: neither refused nor replaced."""
    by = grouped(tx, numbers)
    return frozenset(number for number in numbers if stage(_steps(by.get(number, ()))).counts)


def grouped(tx: Connection, numbers: Sequence[int]) -> Mapping[int, tuple[Signed, ...]]:
    """Return what was signed under each of some revisions."""
    if not numbers:
        return {}
    query = select(signatures).where(signatures.c.handover_id.in_(list(numbers))).order_by(signatures.c.id)
    found: dict[int, tuple[Signed, ...]] = {}
    for row in tx.execute(query):
        found[row.handover_id] = (*found.get(row.handover_id, ()), _signed(row))
    return found


def _steps(signed: Sequence[Signed]) -> tuple[Signature, ...]:
    return tuple(each.signature for each in signed)


def _signed(row: Row[Any]) -> Signed:
    data = dict(row.data)
    signature = Signature(
        step=Step(row.step),
        by=row.actor or "",
        at=row.at,
        text=row.text,
        items=tuple(data.get("items", ())),
        amends=int(data.get("amends", 0)),
        number=row.id,
    )
    return Signed(row.handover_id, row.shift, signature, row.event_id, data, row.digest, row.previous)
