"""A month of the roster as it was published: frozen, so that later edits of rotations never move it.

    publish(roster, "2026-10") -> Publication -> canonical() / digest(), kept -> restored() -> Roster.published

Exceptions are laid over it as over any plan, by the ids of its shifts.
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from roster.layers import Post, Slot, slots
from roster.spans import Span
from roster.wall import first_instant

if TYPE_CHECKING:
    from collections.abc import Iterable
    from zoneinfo import ZoneInfo

    from roster.layers import Layer

_DECEMBER = 12
_AROUND = timedelta(days=2)
_MONTH = re.compile(r"\d{4}-(0[1-9]|1[0-2])")
_SCHEMA = 1
_FIELDS = ("id", "template", "title", "date", "post", "priority", "people", "whole", "span", "relief")


@dataclass(frozen=True, slots=True)
class Publication:
    """The planned shifts whose day is in one month, such as `2026-10`, before any exception."""

    month: str
    slots: tuple[Slot, ...]


def publish(layers: Iterable[Layer], month: str, zone: ZoneInfo) -> Publication:
    """Return what the rotations plan for a month, to be kept as it is."""
    first, until = days_of(month)
    start, end = (first_instant(datetime.combine(day, datetime.min.time()), zone) for day in (first, until))
    # A shift's day is that of its rotation's zone, which may be another one.
    found = (slot for slot in slots(layers, start - _AROUND, end + _AROUND) if month_of(slot.date) == month)
    return Publication(month, tuple(found))


def canonical(publication: Publication) -> str:
    """Return a publication as JSON, the same for the same month to the last character."""
    plain = {
        "schema": _SCHEMA,
        "month": publication.month,
        "slots": [_plain(slot) for slot in publication.slots],
    }
    return json.dumps(plain, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def digest(publication: Publication) -> str:
    """Return the SHA-256 of a publication's canonical JSON, in hexadecimal."""
    return hashlib.sha256(canonical(publication).encode()).hexdigest()


def restored(text: str) -> Publication:
    """Return the publication that `canonical` wrote. Raises ValueError for any other text."""
    try:
        plain = json.loads(text)
        if plain["schema"] != _SCHEMA:
            raise ValueError(f"a publication of schema {plain['schema']} is not understood")
        days_of(plain["month"])
        return Publication(plain["month"], tuple(_slot(each) for each in plain["slots"]))
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no publication: {error}") from error


def month_of(day: date) -> str:
    """Return the month of a day: `2026-10`."""
    return day.isoformat()[:7]


def days_of(month: str) -> tuple[date, date]:
    """Return the first day of a month and of the next. Raises ValueError for what is no month."""
    if not _MONTH.fullmatch(month):
        raise ValueError(f"{month!r} is no month such as 2026-10")
    year, number = int(month[:4]), int(month[5:])
    return date(year, number, 1), date(year + number // _DECEMBER, number % _DECEMBER + 1, 1)


def _plain(slot: Slot) -> dict[str, Any]:
    plain = {name: getattr(slot, name) for name in _FIELDS}
    return plain | {
        "date": slot.date.isoformat(),
        "post": slot.post.value,
        "people": list(slot.people),
        "whole": [slot.whole.start.isoformat(), slot.whole.end.isoformat()],
        "span": [slot.span.start.isoformat(), slot.span.end.isoformat()],
        "relief": slot.relief.isoformat(),
    }


def _slot(plain: dict[str, Any]) -> Slot:
    return Slot(
        id=str(plain["id"]),
        template=str(plain["template"]),
        title=str(plain["title"]),
        date=date.fromisoformat(plain["date"]),
        post=Post(plain["post"]),
        priority=int(plain["priority"]),
        people=tuple(str(name) for name in plain["people"]),
        whole=_span(plain["whole"]),
        span=_span(plain["span"]),
        relief=datetime.fromisoformat(plain["relief"]),
    )


def _span(edges: list[str]) -> Span:
    start, end = (datetime.fromisoformat(edge) for edge in edges)
    return Span(start, end)
