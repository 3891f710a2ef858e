"""Retention: what is older than it is to be kept goes into a signed file, and only then out of the database."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netwatch.audit import segments as files
from netwatch.domain.audit import milliseconds
from netwatch.domain.checkpoints import Segment, sealed_before
from netwatch.storage import audit, checkpoints

if TYPE_CHECKING:
    from datetime import datetime, timedelta
    from pathlib import Path

    from sqlalchemy import Connection

    from netwatch.audit.signing import Signer
    from netwatch.domain.audit import Point


@dataclass(frozen=True, slots=True)
class Ripe:
    """The events that are old enough to be sealed: after which, and up to which."""

    after: Point
    upto: int


def ripe(tx: Connection, now: datetime, keep: timedelta) -> Ripe | None:
    """Return what is to be sealed now: up to the last checkpoint of what is too old, and never the head itself."""
    after = checkpoints.sealed(tx)
    oldest = audit.get(tx, after.seq + 1)
    until = sealed_before(oldest.at, now, keep) if oldest else None
    last = checkpoints.last_before(tx, until, after.seq) if until is not None else None
    # The head stays: what comes next is chained to it.
    return None if last is None or last.seq >= audit.head(tx).seq else Ripe(after, last.seq)


def write_out(tx: Connection, what: Ripe, folder: Path, signer: Signer, now: datetime) -> Segment:
    """Write the events into their file, and return the signed row that is to take their place."""
    path = folder / files.name_of(what.after.seq + 1, what.upto)
    made = files.export(tx, what.after, what.upto, path, signer)
    ends = (made.first, made.last, made.prev_hash, made.hash, made.upto)
    bare = Segment(*ends, sealed_at=milliseconds(now), digest=made.digest, key=signer.name)
    return replace(bare, signature=signer.sign(bare.said))


def take_out(tx: Connection, segment: Segment, actor: str, now: datetime) -> None:
    """Let a segment's row take the place of its events, and record that."""
    checkpoints.seal(tx, segment)
    name = files.name_of(segment.first, segment.last)
    detail = {"first": segment.first, "last": segment.last, "hash": segment.hash, "digest": segment.digest}
    audit.record(tx, actor=actor, action="audit.sealed", subject=name, detail=detail, now=now)
