"""What a facet of a device was read to be, from when until when; and the text by which it is the same or another."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING

from probes.collect import Section

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from probes.collect import Evidence


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One content of one facet, and the range in which it was read.

    `content` is the SHA-256 of the canonical text, in hex. A change to it happened in (`previous_seen`, `first_seen`];
    `previous_seen` is None for the first that was ever read.
    """

    id: int
    device: str
    facet: str
    content: str
    rules: str
    """The name and version of the rules that made it, `huawei_vrp/3`."""
    first_seen: datetime
    last_seen: datetime
    previous_seen: datetime | None = None
    """When the content before it was read last."""
    evidence: tuple[Evidence, ...] = ()
    saved_at: datetime | None = None
    saved_by: str = ""
    encoding: str = "utf-8"
    reads: int = 1
    """How often it was read so."""
    settled: datetime | None = None
    """Since when it counts: it was read twice in a row, or need not be. Who was just typing is not judged yet."""


def canonical(sections: Iterable[Section]) -> bytes:
    """Return sections as bytes that are the same for the same sections, and for no others."""
    rows = ([each.path, each.lines, each.is_ordered] for each in sections)
    # ASCII: whatever a device has called a port, half a surrogate pair or NUL, it is kept and comes back the same.
    return "\n".join(json.dumps(row, separators=(",", ":")) for row in rows).encode()


def digest(text: bytes) -> str:
    """Return the name of a canonical text: its SHA-256, in hex."""
    return hashlib.sha256(text).hexdigest()


def parsed(text: bytes) -> tuple[Section, ...]:
    """Return the sections that a canonical text was made of."""
    rows = (json.loads(line) for line in text.decode().split("\n") if line)
    return tuple(Section(tuple(path), tuple(lines), is_ordered) for path, lines, is_ordered in rows)


def written(sections: Iterable[Section]) -> tuple[str, ...]:
    """Return sections as people read them: what stands above, then its lines, each one space further in."""
    shown: list[str] = []
    above: tuple[str, ...] = ()
    for section in sections:
        known = _shared(above, section.path)
        shown += [" " * level + title for level, title in enumerate(section.path) if level >= known]
        shown += [" " * len(section.path) + line for line in section.lines]
        above = section.path
    return tuple(shown)


def _shared(one: tuple[str, ...], other: tuple[str, ...]) -> int:
    """Return how many titles two paths share from the top."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((at for at, (left, right) in pairs if left != right), min(len(one), len(other)))
