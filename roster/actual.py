"""Who really is on duty: the plan, and what the signatures under handovers say of it.

From a shift's end until somebody has taken over, or the handover has lapsed, both are on duty: nobody is ever
nobody, and nobody is held back.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import TYPE_CHECKING

from roster.cover import Shift, on_duty, shifts
from roster.wall import utc, wall

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from zoneinfo import ZoneInfo

    from roster.cover import Roster
    from roster.layers import Post

_INSTANT = timedelta(microseconds=1)
LONGEST = timedelta(days=1)
"""How long somebody counts as on duty past their shift, whatever the records say."""


@dataclass(frozen=True, slots=True)
class Relief:
    """One handover as far as it goes: who left `shift` (its id) for whom.

    `people` are the outgoing, whose shift ended at `ended`; `by` took over at `taken_at`. Where nobody did
    until `lapsed_at`, the outgoing are released and the plan holds.
    """

    shift: str
    post: Post
    people: tuple[str, ...]
    ended: datetime
    taken_at: datetime | None = None
    by: tuple[str, ...] = ()
    lapsed_at: datetime | None = None

    def pending(self, at: datetime) -> bool:
        """Say whether the outgoing still are on duty at an instant, their shift being over."""
        ends = [moment for moment in (self.taken_at, self.lapsed_at, self.ended + LONGEST) if moment is not None]
        return self.ended <= at < min(ends)

    def taken(self, at: datetime) -> bool:
        """Say whether it is known at an instant who took over."""
        return self.taken_at is not None and self.taken_at <= at and bool(self.by)


def present(roster: Roster, reliefs: Sequence[Relief], at: datetime) -> tuple[Shift, ...]:
    """Return the shifts on at an instant with who really is there, the primary's first.

    A shift whose end is past is among them while its handover is pending.
    """
    now = utc(at)
    on = tuple(_taken(shift, reliefs, now) for shift in on_duty(roster, now))
    late = (_late(relief, on, roster) for relief in reliefs if relief.pending(now))
    staying = {shift.id: shift for shift in late if shift is not None and shift.id not in {each.id for each in on}}
    return tuple(sorted((*on, *staying.values()), key=lambda shift: (shift.post.rank, shift.start, shift.id)))


def _taken(shift: Shift, reliefs: Sequence[Relief], now: datetime) -> Shift:
    """Return a shift with who took it over, where that is known: the last who did."""
    known = [
        relief for relief in reliefs if relief.post is shift.post and relief.ended in shift.span and relief.taken(now)
    ]
    if not known:
        return shift
    last = max(known, key=lambda relief: (relief.taken_at or relief.ended, relief.shift))
    return replace(shift, people=last.by)


def _late(relief: Relief, on: Sequence[Shift], roster: Roster) -> Shift | None:
    """Return the shift of those who wait to be relieved; none where they have gone on to the next themselves."""
    there = {person for shift in on if shift.post is relief.post for person in shift.people}
    people = tuple(person for person in relief.people if person not in there)
    if not people:
        return None
    before = shifts(roster, relief.ended - _INSTANT, relief.ended)
    known = next((shift for shift in before if shift.id == relief.shift), None)
    return replace(known or _unplanned(relief, roster.zone), people=people)


def _unplanned(relief: Relief, zone: ZoneInfo) -> Shift:
    """Return a shift that stood in the plan when it was handed over, and does so no more."""
    template, slot = relief.shift.partition("/")[0], relief.shift.partition("+")[0]
    start = relief.ended - _INSTANT
    day = wall(start, zone).date()
    return Shift(relief.shift, slot, template, "", day, relief.post, relief.people, relief.people, start, relief.ended)
