"""What a read makes of what is known: the same again, something new that may be half typed, or a change that counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.drift.snapshot import Snapshot

if TYPE_CHECKING:
    from datetime import datetime, timedelta

    from probes.collect import Evidence


class Sight(Enum):
    """What a complete read is, after those before it."""

    SAME = "same"
    """What counts was read again."""
    DOUBTED = "doubted"
    """Something else, read for the first time, or again too soon: it does not count yet."""
    SETTLED = "settled"
    """Something else, and it counts from now on."""


@dataclass(frozen=True, slots=True)
class Said:
    """What a complete read says of one facet: its content, and what the device says of who changed it, and when."""

    device: str
    facet: str
    content: str
    rules: str
    evidence: tuple[Evidence, ...] = ()
    saved_at: datetime | None = None
    saved_by: str = ""
    encoding: str = "utf-8"


def sighted(
    said: Said,
    counts: Snapshot | None,
    doubted: Snapshot | None,
    now: datetime,
    settle: timedelta,
    *,
    at_once: bool = False,
) -> tuple[Sight, Snapshot]:
    """Return what a read is, and the snapshot as it is to be kept; its number is 0 where it is a new one.

    `counts` is the newest that counts, `doubted` the newest that does not. Two reads in a row, `settle` apart, must
    say the same. The first of all counts at once, and so does each that is asked for `at_once`, as one that verifies
    a change does. So does each after the clock was set back: how long ago the first read was, nobody can tell then.
    """
    if counts is not None and said.content == counts.content:
        return Sight.SAME, _again(counts, said, now)
    if counts is not None and _set_back(counts, doubted, now):
        return Sight.SETTLED, _new(said, counts, now, settled=True)
    before = doubted if counts is None or doubted is None or doubted.last_seen >= counts.last_seen else None
    if before is not None and before.content == said.content:
        known = _again(before, said, now)
        settled = at_once or now - known.first_seen >= settle
        return (Sight.SETTLED, replace(known, settled=now)) if settled else (Sight.DOUBTED, known)
    settled = at_once or counts is None
    return Sight.SETTLED if settled else Sight.DOUBTED, _new(said, counts, now, settled=settled)


def _set_back(counts: Snapshot, doubted: Snapshot | None, now: datetime) -> bool:
    """Whether the clock shows less than when the device was read last."""
    return now < counts.last_seen or (doubted is not None and doubted.id > counts.id and now < doubted.last_seen)


def _again(known: Snapshot, said: Said, now: datetime) -> Snapshot:
    """Return a snapshot that was read again. After the clock was set back it was so, too: what it says now counts."""
    return replace(
        known,
        last_seen=max(known.first_seen, now),
        reads=known.reads + 1,
        rules=said.rules,
        evidence=_joined(known.evidence, said.evidence),
        saved_at=said.saved_at or known.saved_at,
        saved_by=said.saved_by or known.saved_by,
        encoding=said.encoding,
    )


FIRST, LATER = 40, 40
"""So many words about who changed something are kept of each snapshot: those by which it began, and the newest."""


def _joined(known: tuple[Evidence, ...], said: tuple[Evidence, ...]) -> tuple[Evidence, ...]:
    every = (*known, *(each for each in said if each not in known))
    return (*every[:FIRST], *every[FIRST:][-LATER:])


def _new(said: Said, counts: Snapshot | None, now: datetime, *, settled: bool) -> Snapshot:
    return Snapshot(
        id=0,
        device=said.device,
        facet=said.facet,
        content=said.content,
        rules=said.rules,
        first_seen=now,
        last_seen=now,
        previous_seen=_before(counts, now),
        evidence=_joined((), said.evidence),
        saved_at=said.saved_at,
        saved_by=said.saved_by,
        encoding=said.encoding,
        settled=now if settled else None,
    )


def _before(counts: Snapshot | None, now: datetime) -> datetime | None:
    """Return the last moment at which it was surely as before: never one that is still to come."""
    known = (counts.last_seen, counts.first_seen, counts.previous_seen) if counts is not None else ()
    return next((each for each in known if each is not None and each <= now), None)
