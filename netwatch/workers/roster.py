"""Every minute: who has duty soon, which exceptions came too late, and whether next month is published."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from netwatch.mail.office import leaders, office_of
from netwatch.mail.roster import Notice, letter_ahead, letter_to_publish, tell
from netwatch.storage import events, feeds, identity, outbox
from netwatch.storage import roster as rows
from netwatch.storage.events import Entry, EventKind
from netwatch.workers.feeds import turn
from netwatch.workers.minutely import every_minute
from roster.cover import shifts
from roster.exchange import ExchangeKind, ExchangeState
from roster.layers import Post
from roster.wall import wall

if TYPE_CHECKING:
    from collections.abc import Callable

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.storage.database import Database
    from netwatch.workers.watched import Watched

LATE = timedelta(minutes=30)
"""A reminder that should have left longer ago than this, while the service was off, leaves no more."""
FROM_DAY = 25
"""From this day of a month on the leaders are reminded to publish the next, once a day."""
WORD = timedelta(hours=24)
"""Within this a leader has to say something of a taking over."""


class RosterWorker:
    """A child of the TaskGroup."""

    def __init__(self, database: Database, watched: Watched, clock: Clock, wake: Callable[[], None]) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._wake = wake
        self._fed: tuple[object, ...] = ()

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        await every_minute(self.look, self._clock, "cannot look at the roster")

    async def look(self, now: datetime) -> None:
        """Do once what is to be done now."""
        if await self._database.write(partial(_look, self._watched.settings, now=now)):
            self._wake()
        await self._feed(now)

    async def _feed(self, now: datetime) -> None:
        """Keep the feeds in step, where the roster, the feeds or the day is another than last time."""
        settings = self._watched.settings
        state = (settings.roster, settings.people, await self._database.read(feeds.everything), now.date())
        if state != self._fed:
            await self._database.write(partial(turn, settings=settings, now=now))
            self._fed = state


def _look(settings: Settings, tx: Connection, now: datetime) -> bool:
    """Write what is due; say whether anything was."""
    return any([_remind(tx, settings, now), _expire(tx, settings, now), _publish(tx, settings, now)])


def _remind(tx: Connection, settings: Settings, now: datetime) -> bool:
    office, own, new = office_of(settings), identity.of(tx), False
    for ahead in settings.file.roster.remind:
        for shift in shifts(settings.roster, now + ahead - LATE, now + ahead + timedelta(minutes=1)):
            if not now + ahead - LATE < shift.start <= now + ahead or shift.post is Post.SHADOW:
                continue
            for name in shift.people:
                if name in office.reachable and shift.start > now:
                    stamp = f"{int(ahead.total_seconds() // 60)}m"
                    new |= outbox.add(tx, letter_ahead(office, own, name, shift, stamp, now)) is not None
    return new


def _expire(tx: Connection, settings: Settings, now: datetime) -> bool:
    """Close what came too late, and ask again about what was taken over without a leader's word."""
    changed = False
    for exchange in rows.waiting(tx):
        if exchange.expired(now):
            over = replace(exchange, state=ExchangeState.EXPIRED)
            rows.save(tx, over, exchange.state)
            data = {"exception": over.id, "kind": over.kind.value, "state": over.state.value, "who": over.applicant}
            events.add(tx, Entry(EventKind.ROSTER, now, now, data=data))
            tell(tx, settings, (over.applicant, over.other), Notice.TOLD, over, now)
            changed = True
        elif exchange.kind is ExchangeKind.TAKE and now >= exchange.asked_at + WORD:
            tell(tx, settings, leaders(settings, now), Notice.ASKED, exchange, now, month="again")
    return changed


def _publish(tx: Connection, settings: Settings, now: datetime) -> bool:
    local = wall(now, settings.site.zone)
    if (
        not settings.file.roster.published
        or local.day < FROM_DAY
        or local.hour < settings.file.roster.office_start.hour
    ):
        return False
    following = (local.replace(day=1) + timedelta(days=32)).strftime("%Y-%m")
    if following in settings.roster.published or not settings.roster.layers:
        return False
    office, own = office_of(settings), identity.of(tx)
    new = [
        outbox.add(tx, letter_to_publish(office, own, name, following, now))
        for name in leaders(settings, now)
        if name in office.reachable
    ]
    return any(each is not None for each in new)
