"""Planned shifts: layers of a roster, laid over each other."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import Enum
from itertools import groupby
from typing import TYPE_CHECKING

from roster.spans import Span, merge, subtract
from roster.wall import wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from zoneinfo import ZoneInfo

    from roster.rotation import Rotation, Template

_DAY = timedelta(days=1)
# A shift is at most a day by the wall, and a clock change adds less than another.
_LONGEST = timedelta(days=2)


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


class Post(Enum):
    """What somebody on duty is there for; a shadow sees all and owns nothing."""

    PRIMARY = "primary"
    SECOND = "second"
    LEADER = "leader"
    SHADOW = "shadow"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]

    @property
    def rank(self) -> int:
        """Its place in lists, the primary first."""
        return _RANKS[self]


_TITLES = {
    Post.PRIMARY: _("primary"),
    Post.SECOND: _("second"),
    Post.LEADER: _("leader on call"),
    Post.SHADOW: _("shadow"),
}
_RANKS = {post: rank for rank, post in enumerate(Post)}


@dataclass(frozen=True, slots=True)
class Layer:
    """One kind of shift, filled by one rotation, for one post.

    Of the same post a layer of higher priority cuts those below it; equal ones stand side by side.
    """

    template: Template
    rotation: Rotation
    post: Post = Post.PRIMARY
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Slot:
    """A planned shift, or what higher layers leave of it; `whole` is the shift uncut.

    The id is `template/date/post`: the same however often it is worked out. Nobody in `people` is a gap.
    """

    id: str
    template: str
    title: str
    date: date
    post: Post
    priority: int
    people: tuple[str, ...]
    whole: Span
    span: Span
    relief: datetime

    @property
    def said(self) -> str:
        """What people call it: `12-02 Night`."""
        return f"{self.date:%m-%d} {self.title or self.template}"


def slots(layers: Iterable[Layer], start: datetime, end: datetime) -> tuple[Slot, ...]:
    """Return every planned shift that meets [start, end), cut by higher layers, in full length, by time."""
    asked = Span(start, end)
    # What is cut by others is known only together with them.
    whole = _side_by_side(slot for layer in layers for slot in _of_layer(layer, start - _LONGEST, end + _LONGEST))
    found = [slot for slot in _cut(_handed_on(whole)) if slot.span.meets(asked)]
    return tuple(sorted(found, key=lambda slot: (slot.span.start, slot.post.rank, slot.id)))


def windows(template: Template, zone: ZoneInfo, start: datetime, end: datetime) -> tuple[Span, ...]:
    """Return when a template runs in [start, end), clipped and merged: office hours, for example."""
    asked = Span(start, end)
    spans = (template.span(day, zone) for day in _days(zone, start, end) if template.falls_on(day))
    return merge(span.within(asked) for span in spans if span.meets(asked))


def _days(zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[date]:
    """Yield every day whose shift may reach into [start, end)."""
    first, last = wall(start, zone).date() - _DAY, wall(end, zone).date() + _DAY
    return (first + n * _DAY for n in range((last - first).days + 1))


def _of_layer(layer: Layer, start: datetime, end: datetime) -> Iterator[Slot]:
    template, rotation = layer.template, layer.rotation
    for day in _days(rotation.zone, start, end):
        if not (rotation.valid(day) and template.falls_on(day)):
            continue
        relief, end = template.ends(day, rotation.zone)
        span = Span(template.begins(day, rotation.zone), end)
        if span.start < span.end:
            people = rotation.group(rotation.turn_of(template, day))
            name = f"{template.code}/{day}/{layer.post.value}"
            yield Slot(name, template.code, template.title, day, layer.post, layer.priority, people, span, span, relief)


def _side_by_side(found: Iterable[Slot]) -> list[Slot]:
    """Make one slot of those that equal layers give for the same shift and post, with all their people."""
    together: dict[tuple[str, int], Slot] = {}
    for slot in found:
        known = together.setdefault((slot.id, slot.priority), slot)
        if known is not slot:
            people = tuple(dict.fromkeys(known.people + slot.people))
            together[slot.id, slot.priority] = replace(known, people=people)
    return list(together.values())


def _handed_on(found: list[Slot]) -> list[Slot]:
    """End a shift at the first occurrence of a repeated time where a successor begins then."""
    begun = {(slot.post, slot.priority, slot.span.start) for slot in found}
    return [
        replace(slot, span=Span(slot.span.start, slot.relief))
        if slot.relief < slot.span.end and (slot.post, slot.priority, slot.relief) in begun
        else slot
        for slot in found
    ]


def _cut(found: list[Slot]) -> Iterator[Slot]:
    """Yield what is left of each slot beneath the higher layers of its post."""
    for _post, of_post in groupby(sorted(found, key=_standing), key=lambda slot: slot.post):
        taken: tuple[Span, ...] = ()
        for _priority, equals in groupby(of_post, key=lambda slot: slot.priority):
            level = list(equals)
            for slot in level:
                yield from (replace(slot, span=left) for left in subtract(slot.span, taken)) if taken else (slot,)
            taken = merge((*taken, *(slot.span for slot in level)))


def _standing(slot: Slot) -> tuple[int, int]:
    return slot.post.rank, -slot.priority
