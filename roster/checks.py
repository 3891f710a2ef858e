"""What is wrong with a stretch of the roster, before it is lived: gaps, double duty, too little rest and the like.

Nothing here keeps anybody from being on duty: a finding is told, the roster holds.
"""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from itertools import combinations, groupby
from typing import TYPE_CHECKING

from roster import strain
from roster.calendar import DayKind, YearStatus
from roster.cover import gaps, shifts
from roster.findings import Check, Finding, Standards
from roster.layers import Post, windows
from roster.phrase import Sentence
from roster.publication import days_of, month_of
from roster.rotation import Template
from roster.spans import Span, merge, subtract
from roster.wall import first_instant, utc, wall

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from roster.cover import Roster, Shift
    from roster.findings import Leave
    from roster.layers import Layer

_DAY = timedelta(days=1)
_WORKDAYS = frozenset({DayKind.WORKDAY})
STANDARDS = Standards()


def _(text: str) -> str:
    """Mark a sentence for translation; it is translated where it is shown."""
    return text


def checks(
    roster: Roster,
    start: datetime,
    end: datetime,
    *,
    now: datetime,
    standards: Standards = STANDARDS,
    leaves: Sequence[Leave] = (),
) -> tuple[Finding, ...]:
    """Return what is wrong in [start, end), by time; `now` says which months are near."""
    asked = Span(utc(start), utc(end))
    # A break or a run of nights may reach in from outside.
    around = standards.least_rest + (standards.most_nights + 2) * _DAY
    found = shifts(roster, asked.start - around, asked.end + around)
    held = [shift for shift in found if shift.people]
    near = [shift for shift in held if shift.span.meets(asked)]
    told = [
        *_gaps(roster, asked, standards),
        *strain.double_duty(held),
        *strain.on_leave(near, leaves),
        *strain.little_rest(held, standards),
        *strain.many_nights(held, roster.zone, standards),
        *_leaders(roster, asked, near, standards),
        *strain.without_address(near, standards),
        *_unpublished(roster, asked, now, standards),
        *_overlaps(roster, asked),
        *_provisional(roster, asked),
    ]
    within = (finding for finding in told if Span(finding.start, finding.end).meets(asked))
    return tuple(sorted(within, key=lambda finding: (finding.start, finding.check.value, finding.people)))


def staffed(roster: Roster, standards: Standards, start: datetime, end: datetime) -> tuple[Span, ...]:
    """Return the office hours of working days in [start, end), when the office itself is staffed."""
    opens, closes = standards.office
    if opens == closes:
        return ()
    office = Template("office", "", opens, closes, kinds=_WORKDAYS, calendar=roster.calendar)
    return windows(office, roster.zone, start, end)


def _gaps(roster: Roster, asked: Span, standards: Standards) -> Iterator[Finding]:
    open_ = staffed(roster, standards, asked.start, asked.end)
    for post in standards.required:
        for gap in gaps(roster, asked.start, asked.end, post=post, staffed=open_):
            sentence = Sentence(_("nobody is planned: {post}"), {"post": post.title})
            yield Finding(Check.GAP, sentence, gap.start, gap.end)


def _leaders(roster: Roster, asked: Span, near: Iterable[Shift], standards: Standards) -> Iterator[Finding]:
    """Yield the holidays, break by break, on which no leader is on call at some time."""
    if not standards.holiday_leader:
        return
    led = merge(shift.span for shift in near if shift.post is Post.LEADER)
    for days in _breaks(roster, asked):
        start, _end = _day_span(days[0], roster)
        _start, end = _day_span(days[-1], roster)
        if left := subtract(Span(start, end).within(asked), led):
            name = roster.calendar.day(days[0]).name or DayKind.STATUTORY.title
            sentence = Sentence(_("no leader on call during the holiday {holiday}"), {"holiday": name})
            yield Finding(Check.LEADER, sentence, left[0].start, left[-1].end)


def _unpublished(roster: Roster, asked: Span, now: datetime, standards: Standards) -> Iterator[Finding]:
    """Yield the months that begin soon and are not published; one that has begun already is told as well."""
    for month in _months(roster, asked):
        first, until = days_of(month)
        start, _end = _day_span(first, roster)
        end, _until = _day_span(until, roster)
        if month not in roster.published and start - standards.publish_before <= utc(now) < end:
            yield Finding(Check.UNPUBLISHED, Sentence(_("{month} is not published"), {"month": month}), start, end)


def _overlaps(roster: Roster, asked: Span) -> Iterator[Finding]:
    """Yield rotations that plan the same shifts for the same post with the same priority, each in full."""
    first, last = (wall(moment, roster.zone).date() for moment in (asked.start, asked.end))
    for one, other in combinations(roster.layers, 2):
        if (one.template.code, one.post, one.priority) != (other.template.code, other.post, other.priority):
            continue
        begin = max(first, *(layer.rotation.valid_from or first for layer in (one, other)))
        until = min(last, *(_last(layer, last) for layer in (one, other)))
        if begin < until and one.template.occurrences(begin, until):
            values = {"shift": one.template.title or one.template.code, "post": one.post.title}
            sentence = Sentence(_("two rotations of equal priority plan the shift {shift}: {post}"), values)
            yield Finding(Check.OVERLAP, sentence, _day_span(begin, roster)[0], _day_span(until, roster)[0])


def _last(layer: Layer, last: date) -> date:
    return layer.rotation.valid_until or last


def _provisional(roster: Roster, asked: Span) -> Iterator[Finding]:
    first, last = (wall(moment, roster.zone).date() for moment in (asked.start, asked.end))
    for year in range(first.year, last.year + 1):
        status = roster.calendar.status(year)
        if status is not YearStatus.OFFICIAL:
            values: dict[str, str | int | float] = {"year": str(year), "status": status.title}
            sentence = Sentence(_("the calendar of {year} is {status}: import its arrangement"), values)
            start, _end = _day_span(date(year, 1, 1), roster)
            end, _until = _day_span(date(year + 1, 1, 1), roster)
            yield Finding(Check.PROVISIONAL, sentence, max(start, asked.start), min(end, asked.end))


def _breaks(roster: Roster, asked: Span) -> Iterator[list[date]]:
    """Yield the days of each public holiday, those that follow each other together."""
    first, last = wall(asked.start, roster.zone).date(), wall(asked.end, roster.zone).date()
    holidays = [day.date for day in roster.calendar.between(first, last + _DAY) if day.kind is DayKind.STATUTORY]
    for _key, run in groupby(enumerate(holidays), key=lambda pair: pair[1].toordinal() - pair[0]):
        days = [day for _index, day in run]
        if Span(_day_span(days[0], roster)[0], _day_span(days[-1], roster)[1]).meets(asked):
            yield days


def _months(roster: Roster, asked: Span) -> list[str]:
    first, last = wall(asked.start, roster.zone).date(), wall(asked.end, roster.zone).date()
    days = (first + n * _DAY for n in range((last - first).days + 1))
    return sorted({month_of(day) for day in days})


def _day_span(day: date, roster: Roster) -> tuple[datetime, datetime]:
    """Return when a day begins and ends by the wall."""
    start, end = (first_instant(datetime.combine(each, time()), roster.zone) for each in (day, day + _DAY))
    return start, end
