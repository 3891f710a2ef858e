"""A person's or a post's duty as a calendar to subscribe to (RFC 5545).

What a feed once said is kept: a shift that changes raises its SEQUENCE, one that goes away stays as CANCELLED, so
that every calendar forgets it. The same entries make the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar, Event

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from roster.cover import Shift

BEHIND, AHEAD = timedelta(days=15), timedelta(days=180)
"""How far back and ahead a feed goes."""
LONGEST = 200
REFRESH = timedelta(hours=1)
"""How often a calendar is asked to look again (RFC 7986)."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One shift in a feed. `sequence` counts its changes, the last of which was at `changed`; times are in UTC."""

    uid: str
    start: datetime
    end: datetime
    title: str
    changed: datetime
    sequence: int = 0
    cancelled: bool = False

    def same(self, other: Entry) -> bool:
        """Whether it says the same as another, whenever that was."""
        return replace(self, changed=other.changed, sequence=other.sequence) == other


def entry(shift: Shift, title: str, now: datetime) -> Entry:
    """Return a shift as an entry that is new."""
    return Entry(shift.id, shift.start, shift.end, title[:LONGEST], now)


def turned(known: Mapping[str, Entry], wanted: Iterable[Entry], now: datetime) -> tuple[Entry, ...]:
    """Return the entries that change, where a feed said `known` and is to say `wanted`.

    An entry that is over stays as it was: what has been is not cancelled.
    """
    new = {each.uid: each for each in wanted}
    found = []
    for uid, each in new.items():
        before = known.get(uid)
        if before is None:
            found.append(each)
        elif not each.same(before):
            found.append(replace(each, sequence=before.sequence + 1, changed=now))
    for uid, before in known.items():
        if uid not in new and not before.cancelled and before.end > now:
            found.append(replace(before, cancelled=True, sequence=before.sequence + 1, changed=now))
    return tuple(found)


def feed(name: str, entries: Iterable[Entry], place: str) -> bytes:
    """Return a calendar of that name. `place` makes the identities of its events the site's own."""
    calendar = Calendar()
    calendar.add("prodid", "-//netwatch//duty//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)
    calendar.add("refresh-interval", REFRESH, parameters={"value": "DURATION"})
    for each in sorted(entries, key=lambda each: (each.start, each.uid)):
        calendar.add_component(_event(each, place))
    return bytes(calendar.to_ical())


def _event(entry_: Entry, place: str) -> Event:
    event = Event()
    event.add("uid", f"{entry_.uid}@{place}")
    event.add("dtstamp", entry_.changed)
    event.add("last-modified", entry_.changed)
    event.add("sequence", entry_.sequence)
    event.add("dtstart", entry_.start)
    event.add("dtend", entry_.end)
    event.add("summary", entry_.title)
    event.add("status", "CANCELLED" if entry_.cancelled else "CONFIRMED")
    event.add("transp", "OPAQUE")
    return event
