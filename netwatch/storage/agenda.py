"""How the duties of a site fare just now: the rules of `netwatch.domain.duties` applied to its rows."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from netwatch.config.duties import duties
from netwatch.domain.duties import Anchor, Duty, Standing, occurrences, standing
from netwatch.domain.recurrence import ByShift
from netwatch.storage import duties as entries
from netwatch.storage.calendar import calendar
from roster.cover import shifts
from roster.wall import first_instant

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.duties import Occurrence

LOOK_BACK = timedelta(days=92)
LOOK_BACK_OF_SHIFTS = timedelta(days=7)
"""So long a missed one waits for a reason; then it lapses, which is entered as well."""
LAPSES = timedelta(days=31)
"""How far beyond that it is looked for what has to lapse, as when the service was off."""
AHEAD = timedelta(days=3)
_INSTANT = timedelta(microseconds=1)


class Agenda:
    """The duties of a site as of one moment, within one transaction."""

    def __init__(self, tx: Connection, settings: Settings, now: datetime) -> None:
        self.duties = duties(settings.file)
        self._tx = tx
        self._now = now
        self._calendar = calendar(tx, settings.file.calendar.country)
        self._shifts = partial(shifts, settings.roster)

    def duty(self, name: str) -> Duty | None:
        """Return the duty of that name."""
        return next((duty for duty in self.duties if duty.name == name), None)

    def scheduled(self, start: datetime, end: datetime, duty: Duty | None = None) -> tuple[Standing, ...]:
        """Return how all that is due in [start, end) fares, by time: of one duty, or of all."""
        found = [each for one in ((duty,) if duty else self.duties) for each in self._occurrences(one, start, end)]
        known = entries.since(self._tx, start, duty=duty.name if duty else None)
        told = (standing(each, known, self._now) for each in found)
        return tuple(sorted(told, key=lambda each: (each.occurrence.scheduled, each.occurrence.key)))

    def current(self, duty: Duty | None = None) -> tuple[Standing, ...]:
        """Return what has begun and is not over, or waits for a reason, or was closed lately: by time."""
        told = (
            each
            for one in ((duty,) if duty else self.duties)
            for each in self.scheduled(self._now - back(one), self._now + ahead(one) + _INSTANT, one)
            if each.occurrence.due_from <= self._now
        )
        return tuple(sorted(told, key=lambda each: (each.occurrence.scheduled, each.occurrence.key)))

    def lapsing(self) -> tuple[Standing, ...]:
        """Return what was missed so long ago that nobody will give a reason any more."""
        return tuple(
            each
            for one in self.duties
            for each in self.scheduled(self._now - back(one) - LAPSES, self._now - back(one), one)
            if each.open
        )

    def _occurrences(self, duty: Duty, start: datetime, end: datetime) -> tuple[Occurrence, ...]:
        """Return what is due of a duty since it is known here: nobody is to blame for what was due before."""
        known = entries.taken_up(self._tx, duty.name) or self._now
        closed = self._closed(duty, known) if duty.anchor is Anchor.COMPLETED else ()
        found = occurrences(duty, self._calendar, self._shifts, start, end, closed)
        return tuple(each for each in found if each.due_by > known)

    def _closed(self, duty: Duty, known: datetime) -> tuple[datetime, ...]:
        """Return from which times on one is counted that follows the last: the first from when it is known."""
        closed = entries.closings(self._tx, duty.name)
        began = getattr(duty.when, "start", None)
        late = began is not None and first_instant(began, duty.zone) <= known
        return (known, *closed) if late else closed


def back(duty: Duty) -> timedelta:
    """Return how long a missed one waits for a reason."""
    return LOOK_BACK_OF_SHIFTS if isinstance(duty.when, ByShift) else LOOK_BACK


def ahead(duty: Duty) -> timedelta:
    """Return how far ahead that is due which may be done now."""
    if isinstance(duty.when, ByShift):
        return AHEAD
    return timedelta(days=1) if duty.before is None else duty.before
