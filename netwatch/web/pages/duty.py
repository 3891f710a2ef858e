"""Who is on duty, until when, and who follows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.web.pages import naming
from roster.actual import present
from roster.cover import next_change, on_duty
from roster.layers import Post

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from netwatch.config import Settings
    from roster.cover import Shift


@dataclass(frozen=True, slots=True)
class Holder:
    """Somebody at a post. `phone` is empty where none is configured."""

    name: str
    phone: str


@dataclass(frozen=True, slots=True)
class Place:
    """A post, who holds it until when, and who takes it over then. Nobody in `people` is a gap."""

    post: Post
    shift: str
    people: tuple[Holder, ...]
    until: datetime
    following: tuple[Holder, ...]


@dataclass(frozen=True, slots=True)
class Duty:
    """Everybody on duty. `begins` and `first` say who comes first where nobody is on duty now."""

    planned: bool
    places: tuple[Place, ...]
    begins: datetime | None
    first: tuple[Holder, ...]
    fallback: tuple[Holder, ...]

    @property
    def covered(self) -> bool:
        """Whether somebody holds the first post."""
        return any(place.people for place in self.places if place.post is Post.PRIMARY)


def duty(settings: Settings, now: datetime) -> Duty:
    """Return who is on duty at `now`."""
    roster = settings.roster
    places = tuple(_place(settings, shift, now) for shift in present(roster, settings.reliefs, now))
    fallback = _holders(settings, settings.file.mail.fallback)
    if any(place.people for place in places):
        return Duty(True, places, None, (), fallback)
    begins = next_change(roster, now)
    first = () if begins is None else _at(settings, begins, Post.PRIMARY)
    return Duty(bool(roster.layers or roster.covers), places, begins, first, fallback)


def _place(settings: Settings, shift: Shift, now: datetime) -> Place:
    return Place(
        post=shift.post,
        shift=shift.title or naming.shift(settings, shift.template),
        people=_holders(settings, shift.people),
        until=max(shift.end, now),
        following=_at(settings, shift.end, shift.post),
    )


def _at(settings: Settings, moment: datetime, post: Post) -> tuple[Holder, ...]:
    shifts = (shift for shift in on_duty(settings.roster, moment) if shift.post is post)
    return _holders(settings, dict.fromkeys(name for shift in shifts for name in shift.people))


def _holders(settings: Settings, names: Iterable[str]) -> tuple[Holder, ...]:
    people = settings.people
    return tuple(
        Holder(naming.person(settings, name), (people[name].phone or "") if name in people else "") for name in names
    )
