"""The one transaction of one visit: every facet that was read, the way in, and the verdicts that follow."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.drift.sighting import Sight
from netwatch.drift.keeping import Outcome, Worked, keep, miss
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta

    from sqlalchemy import Connection


Judge = Callable[["Connection", str, str, "datetime"], object]
"""Decides what a facet of a device is now, in the same transaction, and records it."""


@dataclass(frozen=True, slots=True)
class Read:
    """What a visit has brought home. `wanted` are the facets that were asked for."""

    device: str
    wanted: frozenset[str]
    worked: tuple[Worked, ...]
    unread: Mapping[str, Message]
    at: datetime


def record(
    tx: Connection,
    read: Read,
    settle: timedelta,
    judge: Judge,
    *,
    at_once: bool,
) -> tuple[Outcome, ...]:
    """Record a visit, all of it or nothing; return what each facet is."""
    outcomes = [keep(tx, worked, settle, at_once=at_once) for worked in read.worked if _asked(worked, read.wanted)]
    outcomes += _missed(tx, read, {each.facet for each in outcomes})
    for outcome in outcomes:
        if outcome.sight in {Sight.SAME, Sight.SETTLED}:
            judge(tx, outcome.device, outcome.facet, read.at)
    return tuple(outcomes)


def _asked(worked: Worked, wanted: frozenset[str]) -> bool:
    return worked.kept.facet in wanted


def _missed(tx: Connection, read: Read, found: set[str]) -> Iterable[Outcome]:
    for facet in sorted(read.wanted - found):
        absent = facet in read.unread
        why = read.unread.get(facet) or Message(_("the visit brought nothing of it"))
        yield miss(tx, read.device, facet, why, read.at, absent=absent)
