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
    since = _since(tx, base, newest)
    found = []
    before = base.content
    for index, each in enumerate(since):
        low = each.previous_seen or (since[index - 1].last_seen if index else _approved(base, each))
        pieces = frozenset(compared(tx, before, each.content).pieces)
        found.append(Stretch(low, each.first_seen, pieces, attribute(each.evidence, low, each.first_seen)))
        before = each.content
    return tuple(found)


def _since(tx: Connection, base: Baseline, newest: Snapshot) -> tuple[Snapshot, ...]:
    """Return the snapshots after the last one that was as approved, the oldest first; at least the newest."""
    found: list[Snapshot] = []
    for each in snapshots.history(tx, newest.device, newest.facet, MOST):
        if each.content == base.content:
            break
        found.append(each)
    return tuple(reversed(found or [newest]))


def _approved(base: Baseline, first: Snapshot) -> datetime:
    """Return when it was as approved, as far as is known, where no read of that is on record any more."""
    return min(base.judged_at or first.first_seen, first.first_seen)
