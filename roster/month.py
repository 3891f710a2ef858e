"""The month table (值班表): every day of a month with who has which shift, what was changed, and what it sums up to."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from roster.calendar import DayKind, YearStatus
from roster.cover import shifts
from roster.layers import Post
from roster.publication import days_of, month_of
from roster.rotation import Hours
from roster.strain import nightly
from roster.wall import first_instant, wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from roster.calendar import Day
    from roster.cover import Roster, Shift

_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Column:
    """One shift for one post; `hours` are those of each kind of day on which it falls this month."""

    template: str
    title: str
    post: Post
    hours: Mapping[DayKind, Hours]


@dataclass(frozen=True, slots=True)
class Entry:
    """Who has a shift, or a part of it; nobody is a gap. Times are those of the wall."""

    people: tuple[str, ...]
    planned: tuple[str, ...]
    start: datetime
    end: datetime
    part: bool

    @property
    def changed(self) -> bool:
        """Whether somebody else is there than was planned."""
        return self.people != self.planned


@dataclass(frozen=True, slots=True)
class Line:
    """One day: what it is, and for each column who has the shifts that begin on it; nothing where none does."""

    day: Day
    cells: tuple[tuple[Entry, ...], ...]


@dataclass(frozen=True, slots=True)
class Total:
    """What a person has in the month, leaders' calls and shadows aside; `calls` are days on call as a leader."""

    person: str
    shifts: int
    hours: float
    nights: int
    rest_days: int
    holidays: int
    calls: int


@dataclass(frozen=True, slots=True)
class MonthTable:
    """A month of the roster, such as `2026-10`."""

    month: str
    published: bool
    status: YearStatus
    columns: tuple[Column, ...]
    lines: tuple[Line, ...]
    totals: tuple[Total, ...]

    @property
    def changes(self) -> Iterator[tuple[Line, Column, Entry]]:
        """Every entry with somebody else than was planned, by day."""
        for line in self.lines:
            for column, cell in zip(self.columns, line.cells, strict=True):
                yield from ((line, column, entry) for entry in cell if entry.changed)


def month(roster: Roster, year: int, number: int) -> MonthTable:
    """Return the table of a month. Raises ValueError for what is no month."""
    name = f"{year:04}-{number:02}"
    first, until = days_of(name)
    start, end = (first_instant(datetime.combine(day, time()), roster.zone) for day in (first - _DAY, until + _DAY))
    held = [shift for shift in shifts(roster, start, end) if month_of(shift.date) == name]
    columns = _columns(held, roster)
    place = {(column.template, column.post): index for index, column in enumerate(columns)}
    cells: dict[date, list[list[Entry]]] = defaultdict(lambda: [[] for _column in columns])
    for shift in held:
        cells[shift.date][place[shift.template, shift.post]].append(_entry(shift, held, roster))
    lines = (Line(day, tuple(tuple(cell) for cell in cells[day.date])) for day in roster.calendar.between(first, until))
    status = roster.calendar.status(year)
    return MonthTable(name, name in roster.published, status, columns, tuple(lines), tuple(_totals(held, roster)))


def _columns(held: Iterable[Shift], roster: Roster) -> tuple[Column, ...]:
    """Return the columns by their hours: the posts of one shift beside each other, leaders and shadows last."""
    of: dict[tuple[str, Post], list[Shift]] = defaultdict(list)
    for shift in held:
        of[shift.template, shift.post].append(shift)
    earliest = {template: min(_hours(shift, roster).start for shift in own) for (template, _post), own in of.items()}
    found = [Column(template, own[0].title, post, _usual_hours(own, roster)) for (template, post), own in of.items()]
    return tuple(sorted(found, key=lambda column: _place(column, earliest)))


def _place(column: Column, earliest: Mapping[str, time]) -> tuple[bool, bool, time, str, int]:
    aside = column.post in {Post.LEADER, Post.SHADOW}
    return aside, column.template == "extra", earliest[column.template], column.template, column.post.rank


def _usual_hours(own: Sequence[Shift], roster: Roster) -> dict[DayKind, Hours]:
    counted: dict[DayKind, Counter[Hours]] = defaultdict(Counter)
    for shift in own:
        counted[roster.calendar.kind(shift.date)][_hours(shift, roster)] += 1
    return {kind: counted[kind].most_common(1)[0][0] for kind in DayKind if kind in counted}


def _hours(shift: Shift, roster: Roster) -> Hours:
    return Hours(wall(shift.start, roster.zone).time(), wall(shift.end, roster.zone).time())


def _entry(shift: Shift, held: Iterable[Shift], roster: Roster) -> Entry:
    part = shift.template == "extra" or any(other.slot == shift.slot and other is not shift for other in held)
    start, end = (wall(moment, roster.zone) for moment in (shift.start, shift.end))
    return Entry(shift.people, shift.planned, start, end, part)


def _totals(held: Iterable[Shift], roster: Roster) -> Iterator[Total]:
    own: dict[str, list[Shift]] = defaultdict(list)
    calls: dict[str, set[date]] = defaultdict(set)
    for shift in held:
        for person in shift.people:
            if shift.post is Post.LEADER:
                calls[person].add(shift.date)
            elif shift.post is not Post.SHADOW:
                own[person].append(shift)
    for person in sorted({*own, *calls}):
        slots = {shift.slot: shift.date for shift in own[person]}
        kinds = Counter(roster.calendar.kind(day) for day in slots.values())
        nights = {nightly(shift, roster.zone) for shift in own[person]} - {None}
        hours = sum((shift.end - shift.start) / _HOUR for shift in own[person])
        rest, holidays = kinds[DayKind.REST], kinds[DayKind.STATUTORY]
        yield Total(person, len(slots), round(hours, 2), len(nights), rest, holidays, len(calls[person]))
