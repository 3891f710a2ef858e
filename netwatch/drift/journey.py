"""How a facet came from what was approved to what it is: every change on the way, with when and by whom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.drift.attribution import attribute
from netwatch.domain.drift.matching import Stretch
from netwatch.drift.comparing import compared
from netwatch.storage import snapshots

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.domain.drift.baseline import Baseline
    from netwatch.domain.drift.snapshot import Snapshot

MOST = 20
"""So many changes are told apart; what lies before them is one."""


def way(tx: Connection, base: Baseline, newest: Snapshot) -> tuple[Stretch, ...]:
    """Return the changes since the facet was last as approved, in order."""
    since, is_whole = _since(tx, base, newest)
    found = []
    before = base.content
    for index, each in enumerate(since):
        low = each.previous_seen if index or is_whole else None
        low = low if low is not None else _approved(base, each)
        pieces = frozenset(compared(tx, before, each.content).pieces)
        found.append(Stretch(low, each.first_seen, pieces, attribute(each.evidence, low, each.first_seen)))
        before = each.content
    return tuple(found)


def _since(tx: Connection, base: Baseline, newest: Snapshot) -> tuple[tuple[Snapshot, ...], bool]:
    """Return the snapshots after the last one that was as approved, the oldest first, and whether these are all.

    Where they are not, the first of them stands for more than one change: it came about since the approval.
    """
    found: list[Snapshot] = []
    for each in snapshots.history(tx, newest.device, newest.facet, MOST + 1):
        if each.content == base.content:
            return tuple(reversed(found)) or (newest,), True
        found.append(each)
    return tuple(reversed(found[:MOST])) or (newest,), False


def _approved(base: Baseline, first: Snapshot) -> datetime:
    """Return when it was as approved, as far as is known, where no read of that is on record any more."""
    return min(base.judged_at or first.first_seen, first.first_seen)
