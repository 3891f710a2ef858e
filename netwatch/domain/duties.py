"""Recurring duties: when they are due, and how each fares. What is due is computed, never stored.

An occurrence may be done from `due_from` on, is overdue from `due_by` and missed from `missed_at`. Times are in UTC.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.domain.recurrence import ByRule, ByShift, ByWorkday, Recurrence
from probes.api import _
from roster.layers import Post
from roster.wall import first_instant, utc, wall

if TYPE_CHECKING:
    from zoneinfo import ZoneInfo

    from netwatch.domain.checklist import Answer, Item
    from roster.calendar import Calendar
    from roster.cover import Shift

_DAY = timedelta(days=1)
_LONGEST_SHIFT = timedelta(days=3)
_AN_HOUR = timedelta(hours=1)
_INSTANT = timedelta(microseconds=1)
EXTRA = "extra"
"""What the roster calls an addition outside every shift, on which no round is due."""


class DutyKind(Enum):
    """What sort of duty it is."""

    ROUND = "round"
    MAINTENANCE = "maintenance"
    SUBMISSION = "submission"
    TRAINING = "training"
    DRILL = "drill"
    SESSION = "session"
    OTHER = "other"


class Anchor(Enum):
    """Whether the next one is counted from the plan, or from when the last one was done."""

    SCHEDULED = "scheduled"
    COMPLETED = "completed"


@dataclass(frozen=True, slots=True)
class Duty:
    """Something to be done again and again: when, by whom, with which checklist.

    `before` is how long before it is due it may be done, and `after` how long it is overdue until it is missed; None
    is from the shift's start and to its end, and a day where it is of no shift. `devices` are those that are ticked
    off one by one. Who is meant is a `person`, else whoever holds the `post`.
    """

    name: str
    titles: Mapping[str, str]
    kind: DutyKind
    when: Recurrence
    zone: ZoneInfo
    before: timedelta | None = None
    after: timedelta | None = None
    anchor: Anchor = Anchor.SCHEDULED
    post: Post = Post.PRIMARY
    person: str = ""
    items: tuple[Item, ...] = ()
    devices: frozenset[str] = frozenset()
    clauses: tuple[str, ...] = ()
    severity: Severity = Severity.MINOR
    remind: timedelta = timedelta()
    escalate_after: timedelta | None = None
    register: str = ""

    def item(self, name: str) -> Item | None:
        """Return the item of that name."""
        return next((item for item in self.items if item.name == name), None)

    def title(self, language: str) -> str:
        """Return what it is called."""
        return titled(self.titles, language)


@dataclass(frozen=True, slots=True)
class Occurrence:
    """One time that a duty is to be done. `key` is the same however often it is worked out."""

    duty: Duty
    key: str
    scheduled: datetime
    due_from: datetime
    due_by: datetime
    missed_at: datetime
    shift: Shift | None = None

    def open_at(self, at: datetime) -> bool:
        """Whether it may be done at a time."""
        return self.due_from <= at < self.missed_at


class Mark(Enum):
    """What somebody entered: it is done, it is excused, an item is settled; or that nobody gave a reason in time."""

    DONE = "done"
    EXCUSED = "excused"
    LAPSED = "lapsed"
    SETTLED = "settled"


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """One entry about an occurrence. `whole` says that with it all is done that belongs to it."""

    duty: str
    occurrence: str
    scheduled: datetime
    mark: Mark
    actor: str
    at: datetime
    whole: bool = True
    answers: tuple[Answer, ...] = ()
    devices: tuple[str, ...] = ()
    text: str = ""
    entry: int | None = None
    event: int = 0
    id: int = 0

    @property
    def closes(self) -> bool:
        """Whether nothing more is to be done."""
        return self.mark in (Mark.EXCUSED, Mark.LAPSED) or (self.mark is Mark.DONE and self.whole)


class State(Enum):
    """How an occurrence fares."""

    TO_COME = "to come"
    DUE = "due"
    OVERDUE = "overdue"
    MISSED = "missed"
    DONE = "done"
    LATE = "done late"
    EXCUSED = "excused"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]


_TITLES = {
    State.TO_COME: _("to come"),
    State.DUE: _("due"),
    State.OVERDUE: _("overdue"),
    State.MISSED: _("missed"),
    State.DONE: _("done"),
    State.LATE: _("done late"),
    State.EXCUSED: _("missed, with reason"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """How an occurrence fares at a time: the entry that closed it, and the devices that are left."""

    occurrence: Occurrence
    state: State
    closed: Fulfilment | None = None
    entries: tuple[Fulfilment, ...] = ()
    left: frozenset[str] = frozenset()

    @property
    def open(self) -> bool:
        """Whether somebody still has to do something: the thing, or to say why not."""
        return self.closed is None and self.state in (State.DUE, State.OVERDUE, State.MISSED)


Shifts = Callable[[datetime, datetime], tuple["Shift", ...]]
"""Returns every shift that meets [start, end), as `roster.cover.shifts` does of a roster."""


def occurrences(
    duty: Duty,
    calendar: Calendar,
    shifts: Shifts,
    start: datetime,
    end: datetime,
    completed: Collection[datetime] = (),
) -> tuple[Occurrence, ...]:
    """Return what is due in [start, end), by time: each once, however the time is cut.

    `completed` are the times at which those before were closed; they count with `Anchor.COMPLETED` only.
    """
    if isinstance(duty.when, ByShift):
        found = _of_shifts(duty, duty.when, shifts(utc(start) - _LONGEST_SHIFT, utc(end) + _LONGEST_SHIFT))
    else:
        found = _of_times(duty, duty.when, calendar, start, end, completed)
    inside = {each.key: each for each in found if start <= each.scheduled < end}
    return tuple(sorted(inside.values(), key=lambda each: (each.scheduled, each.key)))


def meeting(
    duty: Duty,
    calendar: Calendar,
    shifts: Shifts,
    start: datetime,
    end: datetime,
    completed: Collection[datetime] = (),
) -> tuple[Occurrence, ...]:
    """Return what may be done, or is overdue, at some time in [start, end)."""
    unsaid = _LONGEST_SHIFT if isinstance(duty.when, ByShift) else _DAY
    after, before = (unsaid if each is None else each for each in (duty.after, duty.before))
    found = occurrences(duty, calendar, shifts, start - after, end + before + _INSTANT, completed)
    return tuple(each for each in found if each.due_from < end and start < each.missed_at)


def standing(occurrence: Occurrence, fulfilments: Collection[Fulfilment], now: datetime) -> Standing:
    """Say how an occurrence fares. `fulfilments` may be those of other occurrences too; they are kept in order."""
    own = tuple(each for each in fulfilments if each.occurrence == occurrence.key and each.mark is not Mark.SETTLED)
    closed = next((each for each in own if each.closes), None)
    ticked = {name for each in own if each.mark is Mark.DONE for name in each.devices}
    left = frozenset() if closed else occurrence.duty.devices - ticked
    return Standing(occurrence, _state(occurrence, closed, now), closed, own, left)


def when(occurrence: Occurrence, zone: ZoneInfo) -> str:
    """Return which one it is: the shift and its day, or when it is due."""
    if occurrence.shift is not None:
        return f"{occurrence.shift.date:%m-%d} {occurrence.shift.title}"
    return f"{wall(occurrence.scheduled, zone):%m-%d %H:%M}"


def titled(titles: Mapping[str, str], language: str) -> str:
    """Return what a site calls something in a language, else in the one that it has."""
    return titles.get(language) or next(iter(titles.values()), "")


def _state(occurrence: Occurrence, closed: Fulfilment | None, now: datetime) -> State:
    if closed is not None:
        if closed.mark is not Mark.DONE:
            return State.EXCUSED if closed.mark is Mark.EXCUSED else State.MISSED
        return State.DONE if closed.at <= occurrence.due_by else State.LATE
    if now < occurrence.due_from:
        return State.TO_COME
    if now < occurrence.due_by:
        return State.DUE
    return State.OVERDUE if now < occurrence.missed_at else State.MISSED


def _of_shifts(duty: Duty, when: ByShift, found: tuple[Shift, ...]) -> Iterator[Occurrence]:
    """Yield one occurrence for each planned shift, whole however covers have cut it."""
    whole: dict[str, list[Shift]] = {}
    for shift in found:
        if shift.post is duty.post and shift.template != EXTRA and shift.template in (when.shifts or (shift.template,)):
            whole.setdefault(shift.slot, []).append(shift)
    for slot, parts in whole.items():
        start, end = min(part.start for part in parts), max(part.end for part in parts)
        by = min(start + when.within, end) if when.within is not None else end - min(_AN_HOUR, (end - start) / 2)
        since = start if duty.before is None else max(start, by - duty.before)
        until = end if duty.after is None else min(end, by + duty.after)
        yield Occurrence(duty, f"{duty.name}/{slot}", by, since, by, until, parts[0])


def _of_times(
    duty: Duty,
    when: ByRule | ByWorkday,
    calendar: Calendar,
    start: datetime,
    end: datetime,
    completed: Collection[datetime],
) -> Iterator[Occurrence]:
    first, last = wall(start, duty.zone) - _DAY, wall(end, duty.zone) + _DAY
    if duty.anchor is Anchor.COMPLETED and isinstance(when, ByRule):
        times = _counted(when, calendar, tuple(wall(done, duty.zone) for done in sorted(completed)))
    else:
        times = when.times(calendar, first, last)
    for moment in times:
        scheduled = first_instant(moment, duty.zone)
        key = f"{duty.name}/{scheduled:%Y-%m-%dT%H:%MZ}"
        since = scheduled - (_DAY if duty.before is None else duty.before)
        until = scheduled + (_DAY if duty.after is None else duty.after)
        yield Occurrence(duty, key, scheduled, since, scheduled, until)


def _counted(when: ByRule, calendar: Calendar, completed: tuple[datetime, ...]) -> Iterator[datetime]:
    """Yield the first time, and the one that follows each time it was done."""
    yield when.first(calendar)
    for done in completed:
        following = when.after(calendar, done)
        if following is not None:
            yield following
