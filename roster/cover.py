"""Who is on duty: the planned shifts, the months that were published, and the covers that stand in for people."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import pairwise
from typing import TYPE_CHECKING

from roster.layers import Layer, Post, Slot, slots
from roster.publication import month_of
from roster.rotation import PLAIN
from roster.spans import Span, merge, subtract
from roster.wall import first_instant, utc, wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from zoneinfo import ZoneInfo

    from roster.calendar import Calendar
    from roster.publication import Publication

_MINUTE = timedelta(minutes=1)
_INSTANT = timedelta(microseconds=1)
_DAY = timedelta(days=1)
# The day of a shift lies at most two days before its end: a day by the wall, and a change of the clocks.
_BEFORE = timedelta(days=3)
# How far ahead a next change is looked for: nearly always tomorrow, so the near is tried first.
_AHEAD = (timedelta(days=2), timedelta(days=32), timedelta(days=400))


class CoverKind(Enum):
    """What a cover does to a shift."""

    SUBSTITUTE = "substitute"
    ADD = "add"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Cover:
    """A deviation from the plan, which is always meant: covers never chain, and their order does not matter.

    `person` is the planned person who is replaced or removed, `by` who comes. It holds for the shift with
    the id `slot`, or for every shift (of `post`, where given), and then only in [start, end) where given.
    An addition without a slot is a shift of its own, so that it can fill a gap; it says for which post.
    """

    kind: CoverKind
    person: str = ""
    by: str = ""
    slot: str = ""
    post: Post | None = None
    start: datetime | None = None
    end: datetime | None = None
    reason: str = ""

    def __post_init__(self) -> None:
        if (self.kind is not CoverKind.ADD and not self.person) or (self.kind is not CoverKind.REMOVE and not self.by):
            raise ValueError(f"a cover that is to {self.kind.value} does not say whom")
        if not self.slot and (self.start is None or self.end is None):
            raise ValueError("a cover names a shift, or a start and an end")
        if self.free_standing and self.post is None:
            raise ValueError("a cover that adds somebody outside a shift names the post")
        for name in ("start", "end"):
            if (moment := getattr(self, name)) is not None:
                object.__setattr__(self, name, utc(moment))
        if self.start and self.end and not self.start < self.end:
            raise ValueError(f"a cover from {self.start} ends before it begins")

    @property
    def free_standing(self) -> bool:
        """Whether it is a shift of its own."""
        return self.kind is CoverKind.ADD and not self.slot

    def part(self, slot: Slot) -> Span | None:
        """Return the part of a planned shift that it changes."""
        if self.free_standing or self.slot not in {"", slot.id} or self.post not in {None, slot.post}:
            return None
        meant = Span(self.start or slot.span.start, self.end or slot.span.end)
        return meant.within(slot.span) if meant.meets(slot.span) else None


@dataclass(frozen=True, slots=True)
class Roster:
    """The whole plan of one site: its layers, its months that were published, and the approved covers.

    Shifts whose day is in a month of `published` are those of the publication, whatever the layers say today.
    `calendar` is the one that the layers' templates carry: `with_calendar` changes them all.
    """

    zone: ZoneInfo
    layers: tuple[Layer, ...]
    covers: tuple[Cover, ...] = ()
    published: Mapping[str, Publication] = field(default_factory=dict, hash=False)
    calendar: Calendar = PLAIN

    def __post_init__(self) -> None:
        known: dict[tuple[str, Post], Layer] = {}
        for layer in self.layers:
            twin = known.setdefault((layer.template.code, layer.post), layer)
            if (twin.template, twin.rotation.zone) != (layer.template, layer.rotation.zone):
                raise ValueError(
                    f"two layers give shifts {layer.template.code!r} for {layer.post.value} different times"
                )

    def called(self, slot: str) -> str:
        """Return what people call the planned shift of this id: `12-02 Night`."""
        code, _slash, rest = slot.partition("/")
        title = next((each.template.title for each in self.layers if each.template.code == code), "")
        return f"{rest.partition('/')[0][5:]} {title or code}"


@dataclass(frozen=True, slots=True)
class Shift:
    """Who is on duty for a post without a change: `people` in fact, `planned` by the rotation; UTC, half open.

    `slot` is the id of the planned shift, `template/date/post`; `id` is the same for the part that begins
    with it, and has the minutes since then for a later one. Nobody in `people` is a gap.
    """

    id: str
    slot: str
    template: str
    title: str
    date: date
    post: Post
    planned: tuple[str, ...]
    people: tuple[str, ...]
    start: datetime
    end: datetime

    @property
    def span(self) -> Span:
        """When it is."""
        return Span(self.start, self.end)

    @property
    def said(self) -> str:
        """What people call it: `12-02 Night`."""
        return f"{self.date:%m-%d} {self.title or self.template}"


@dataclass(frozen=True, slots=True)
class Stretch:
    """A stretch of time in which the same shifts are on; none is a time without anybody."""

    start: datetime
    end: datetime
    shifts: tuple[Shift, ...]


def with_calendar(roster: Roster, calendar: Calendar) -> Roster:
    """Return a roster whose shifts follow another calendar; published months stay as they are."""
    layers = (replace(layer, template=replace(layer.template, calendar=calendar)) for layer in roster.layers)
    return replace(roster, layers=tuple(layers), calendar=calendar)


def planned(roster: Roster, start: datetime, end: datetime) -> tuple[Slot, ...]:
    """Return every planned shift that meets [start, end), before any cover: published ones as they were published."""
    asked = Span(utc(start), utc(end))
    months = _months(roster, asked)
    if months and months <= roster.published.keys():
        fresh: tuple[Slot, ...] = ()
    else:
        fresh = slots(roster.layers, asked.start, asked.end)
    if not roster.published:
        return fresh
    frozen = (slot for month in sorted(months & roster.published.keys()) for slot in roster.published[month].slots)
    found = [slot for slot in frozen if slot.span.meets(asked)]
    found += [slot for slot in fresh if month_of(slot.date) not in roster.published]
    return tuple(sorted(found, key=lambda slot: (slot.span.start, slot.post.rank, slot.id)))


def shifts(roster: Roster, start: datetime, end: datetime) -> tuple[Shift, ...]:
    """Return every shift that meets [start, end), in full length, by time, then post."""
    asked = Span(utc(start), utc(end))
    plan = planned(roster, asked.start, asked.end)
    near = _near(roster.covers, asked, plan)
    found = [shift for slot in plan for shift in _covered(slot, near)]
    found += _extras(roster)
    return tuple(sorted((shift for shift in found if shift.span.meets(asked)), key=_order))


def on_duty(roster: Roster, at: datetime) -> tuple[Shift, ...]:
    """Return the shifts on at an instant, the primary's first."""
    return tuple(sorted(shifts(roster, at, utc(at) + _INSTANT), key=lambda shift: (shift.post.rank, shift.id)))


def next_change(roster: Roster, after: datetime) -> datetime | None:
    """Return the next instant at which a shift begins or ends; None when nothing is planned any more."""
    now = utc(after)
    for begin in sorted({now, *(later for later in _beginnings(roster) if later > now)}):
        for ahead in _AHEAD:
            found = shifts(roster, begin, begin + ahead)
            edges = [edge for shift in found for edge in (shift.start, shift.end) if now < edge <= begin + ahead]
            if edges:
                return min(edges)
    return None


def timeline(roster: Roster, start: datetime, end: datetime) -> tuple[Stretch, ...]:
    """Cut [start, end) at every change into stretches that follow each other without a gap."""
    asked = Span(utc(start), utc(end))
    found = shifts(roster, start, end)
    edges = {edge for shift in found for edge in (shift.start, shift.end) if asked.start < edge < asked.end}
    points = sorted({asked.start, *edges, asked.end})
    return tuple(
        Stretch(begin, until, tuple(sorted((s for s in found if begin in s.span), key=lambda s: s.post.rank)))
        for begin, until in pairwise(points)
    )


def gaps(
    roster: Roster, start: datetime, end: datetime, *, post: Post = Post.PRIMARY, staffed: Iterable[Span] = ()
) -> tuple[Span, ...]:
    """Return when nobody has the post in [start, end), but for times that are staffed anyway, as office hours."""
    held = (shift.span for shift in shifts(roster, start, end) if shift.post is post and shift.people)
    return subtract(Span(utc(start), utc(end)), merge((*held, *staffed)))


def _months(roster: Roster, asked: Span) -> set[str]:
    """Return the months in which the day of a shift that meets a span may be."""
    if not roster.published:
        return set()
    first, last = (asked.start - _BEFORE).date(), (asked.end + _DAY).date()
    return {month_of(first + n * _DAY) for n in range(0, (last - first).days, 28)} | {month_of(last)}


def _near(covers: Sequence[Cover], asked: Span, plan: Sequence[Slot]) -> tuple[Cover, ...]:
    """Leave out the covers of other times: a roster keeps those of years."""
    begin = min((slot.span.start for slot in plan), default=asked.start)
    until = max((slot.span.end for slot in plan), default=asked.end)
    ids = {slot.id for slot in plan}
    return tuple(
        cover
        for cover in covers
        if (not cover.slot or cover.slot in ids)
        and (cover.start is None or cover.start < max(until, asked.end))
        and (cover.end is None or cover.end > min(begin, asked.start))
    )


def _covered(slot: Slot, covers: Iterable[Cover]) -> Iterator[Shift]:
    """Yield the shifts that covers make of one planned shift: cut only where its people change."""
    parts = [(cover, part) for cover in covers if (part := cover.part(slot)) is not None]
    points = sorted({slot.span.start, slot.span.end, *(edge for _, part in parts for edge in (part.start, part.end))})
    begun, people = slot.span.start, _people(slot, parts, slot.span.start)
    for point in points[1:-1]:
        changed = _people(slot, parts, point)
        if changed != people:
            yield _shift(slot, people, Span(begun, point))
            begun, people = point, changed
    yield _shift(slot, people, Span(begun, slot.span.end))


def _people(slot: Slot, parts: Sequence[tuple[Cover, Span]], at: datetime) -> tuple[str, ...]:
    """Return who is there in fact: each cover is held against the plan, never against another cover."""
    meant = [cover for cover, part in parts if at in part]
    gone = {cover.person for cover in meant if cover.kind is not CoverKind.ADD}
    come = {
        person: sorted(c.by for c in meant if c.kind is CoverKind.SUBSTITUTE and c.person == person) for person in gone
    }
    added = sorted(cover.by for cover in meant if cover.kind is CoverKind.ADD)
    there = [name for person in slot.people for name in (come[person] if person in gone else [person])]
    return tuple(dict.fromkeys(there + added))


def _shift(slot: Slot, people: tuple[str, ...], span: Span) -> Shift:
    late = (span.start - slot.whole.start) // _MINUTE
    return Shift(
        id=f"{slot.id}+{late}" if late else slot.id,
        slot=slot.id,
        template=slot.template,
        title=slot.title,
        date=slot.date,
        post=slot.post,
        planned=slot.people,
        people=people,
        start=span.start,
        end=span.end,
    )


def _extras(roster: Roster) -> Iterator[Shift]:
    """Yield the shifts that additions of their own are; those of one person and post that touch are one."""
    spans: dict[tuple[str, Post], list[Span]] = {}
    for cover in roster.covers:
        if cover.free_standing and cover.start and cover.end and cover.post:
            spans.setdefault((cover.by, cover.post), []).append(Span(cover.start, cover.end))
    for (person, post), meant in spans.items():
        for span in merge(meant):
            day = wall(span.start, roster.zone).date()
            name = f"extra/{day}/{post.value}/{span.start:%H%M}Z/{person}"
            yield Shift(name, name, "extra", "", day, post, (), (person,), span.start, span.end)


def _beginnings(roster: Roster) -> Iterator[datetime]:
    """Yield where something may begin after a time of nothing."""
    for layer in roster.layers:
        if layer.rotation.valid_from is not None:
            midnight = datetime.combine(layer.rotation.valid_from, datetime.min.time())
            yield first_instant(midnight, layer.rotation.zone)
    for cover in roster.covers:
        if cover.free_standing and cover.start is not None:
            yield cover.start
    for month in roster.published.values():
        yield from (slot.span.start for slot in month.slots[:1])


def _order(shift: Shift) -> tuple[datetime, int, str]:
    return shift.start, shift.post.rank, shift.id
