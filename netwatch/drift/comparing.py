"""Two contents of a facet compared, once: texts are named by what they say, so a comparison never grows old."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.drift.difference import Difference, compare
from netwatch.domain.drift.permit import Piece, pieces
from netwatch.domain.drift.snapshot import parsed
from netwatch.domain.drift.verdict import noise
from netwatch.storage import blobs

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from probes.collect import Section

AT_HAND = 4096
"""So many comparisons are kept: those of standing findings are asked for every minute."""


@dataclass(frozen=True, slots=True)
class Compared:
    """What differs, in which pieces, under which name; and whether it is only noise."""

    difference: Difference
    pieces: tuple[Piece, ...]
    digest: str
    noise: bool


_known: dict[tuple[str, str], Compared] = {}


def compared(tx: Connection, before: str, after: str) -> Compared:
    """Compare two contents. StorageError where one of them was altered or is not kept."""
    known = _known.get((before, after))
    if known is not None:
        return known
    old, new = sections(tx, before), sections(tx, after)
    difference = compare(old, new)
    found = Compared(difference, pieces(difference), difference.digest, noise(difference, old, new))
    while len(_known) >= AT_HAND:
        _known.pop(next(iter(_known)), None)
    _known[before, after] = found
    return found


def sections(tx: Connection, content: str) -> tuple[Section, ...]:
    """Return the sections of a content."""
    return parsed(blobs.get(tx, content))
