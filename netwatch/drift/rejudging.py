"""Judging again what deviates, but only when something could have made another verdict of it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.drift.finding import Closing
from netwatch.drift.judging import close_standing, judge
from netwatch.storage import change_requests, deviations, events, waivers
from netwatch.storage.events import EventKind

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings

MOVES = (EventKind.CHANGE, EventKind.REGISTER, EventKind.STARTED, EventKind.RELOADED)
"""What makes another verdict of the same text: a request or an entry takes a step, the configuration is another."""


def again(tx: Connection, settings: Settings, since: int, now: datetime) -> int:
    """Judge again what stands, where it must be since event `since`; return the event up to which that is done.

    A thousand standing findings would else be matched anew each minute, by the one thread that writes.
    """
    newest = next(iter(events.newest(tx, MOVES, 1)), None)
    upto = int(newest.id) if newest is not None and newest.id is not None else 0
    late = _ended(tx, now)
    urgent = _emergencies(tx)
    for each in deviations.stand(tx):
        if upto > since or each.fingerprint in late or each.told.change in urgent:
            judge(tx, settings, each.device, each.facet, now)
    return max(upto, since)


def let_go(tx: Connection, read: frozenset[tuple[str, str]], now: datetime) -> None:
    """Close what stands of facets that are not `read` any more. It opens again where they are, and still deviate."""
    for each in deviations.stand(tx):
        if (each.device, each.facet) not in read:
            close_standing(tx, each.device, each.facet, Closing.UNWATCHED, now)


def _ended(tx: Connection, now: datetime) -> frozenset[str]:
    """Return the deviations whose waivers are over."""
    return frozenset(each.fingerprint for each in waivers.running(tx) if not each.holds(now))


def _emergencies(tx: Connection) -> frozenset[int]:
    """Return the emergencies that may become overdue at any time."""
    return frozenset(each.id for each in change_requests.alive(tx) if each.emergency)
