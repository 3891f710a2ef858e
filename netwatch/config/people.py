"""The roster as `roster` wants it, from the tables of the file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from netwatch.config import public_holidays
from netwatch.config.calendar import CalendarTable
from netwatch.config.settings import CoverTable, RotationTable, ShiftTable
from netwatch.config.table import DAYS, WEEKDAYS
from netwatch.config.windows import localised
from roster.calendar import Calendar, DayKind
from roster.cover import Cover, CoverKind, Roster, Shift
from roster.fairness import suggest, takers
from roster.findings import Standards
from roster.layers import Layer
from roster.rotation import Hours, Rotation, Template

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from zoneinfo import ZoneInfo

    from netwatch.config.draft import Draft
    from netwatch.config.effective import Settings
    from netwatch.config.settings import File
    from roster.fairness import Candidate
    from roster.findings import Leave
    from roster.layers import Slot


def roster_of(file: File, calendar: Calendar | None = None) -> Roster:
    """Return the roster of a valid file, by a calendar; by default what libraries know of the country's days."""
    zone, calendar = file.site.zone, calendar or known_calendar(file.calendar.country)
    known = {table.name: _template(table, calendar) for table in file.shift}
    layers = tuple(_layer(table, known, zone) for table in file.rotation)
    covers = tuple(_cover(table, file.rotation, known, zone) for table in file.cover)
    return Roster(zone, layers, covers, calendar=calendar)


def stand_ins(settings: Settings, shift: Slot | Shift, leaves: Iterable[Leave]) -> tuple[Candidate, ...]:
    """Return who could take a shift, the fairest first: who takes turns at all, has an address and is not on leave."""
    away = {each.person for each in leaves if each.start < shift.span.end and shift.span.start < each.end}
    turns = takers(settings.roster)
    people = [name for name, person in settings.people.items() if person.mail and name in turns]
    return suggest(settings.roster, shift, people, away=away, least_rest=settings.file.roster.least_rest)


def known_calendar(country: str) -> Calendar:
    """Return what libraries know of a country's days; plain weeks where they know nothing."""
    return Calendar(country=country) if public_holidays.problem(country) else public_holidays.calendar(country)


def standards(file: File) -> Standards:
    """Return what the roster of a file is held to."""
    table = file.roster
    return Standards(
        office=(table.office_start, table.office_end),
        required=table.required,
        least_rest=table.least_rest,
        most_nights=table.most_nights,
        holiday_leader=table.holiday_leader,
        publish_before=table.publish_before,
        reachable={person.name: person.mail is not None for person in file.person},
    )


def templates(draft: Draft) -> Mapping[str, Template]:
    """Return the kinds of shift that are valid, by name."""
    calendar = known_calendar(draft.one(CalendarTable).country)
    return {table.name: _template(table, calendar) for _path, table in draft.valid(ShiftTable)}


def planned(cover: CoverTable, rotations: Iterable[RotationTable], known: Mapping[str, Template]) -> bool:
    """Say whether some rotation plans the shift that a cover is for."""
    template = known.get(cover.shift)
    return template is not None and any(
        table.shift == cover.shift
        and table.post is cover.post
        and template.falls_on(cover.date)
        and (table.valid_from is None or table.valid_from <= cover.date)
        and (table.valid_until is None or cover.date < table.valid_until)
        for table in rotations
    )


def _template(table: ShiftTable, calendar: Calendar) -> Template:
    weekdays = frozenset(WEEKDAYS.index(day) for day in table.weekdays)
    kinds = frozenset(DAYS[day] for day in table.days)
    title = table.title or table.name
    return Template(table.name, title, table.start, table.end, weekdays or None, kinds or None, _hours(table), calendar)


def _hours(table: ShiftTable) -> dict[DayKind, Hours]:
    """Return the hours of rest days and holidays, where they have their own; a holiday's are else a rest day's."""
    hours: dict[DayKind, Hours] = {}
    if table.rest_start is not None and table.rest_end is not None:
        hours = dict.fromkeys((DayKind.REST, DayKind.STATUTORY), Hours(table.rest_start, table.rest_end))
    if table.holiday_start is not None and table.holiday_end is not None:
        hours[DayKind.STATUTORY] = Hours(table.holiday_start, table.holiday_end)
    return hours


def _layer(table: RotationTable, known: Mapping[str, Template], zone: ZoneInfo) -> Layer:
    template = known[table.shift]
    if isinstance(table.anchor, datetime):
        anchor = localised(table.anchor, zone)
    else:
        anchor = datetime.combine(table.anchor, template.earliest)
    rotation = Rotation(
        groups=table.groups,
        anchor=anchor,
        zone=zone,
        unit=table.unit,
        length=table.length,
        counts=table.counts,
        valid_from=table.valid_from,
        valid_until=table.valid_until,
    )
    return Layer(template, rotation, table.post, table.priority)


def _cover(
    table: CoverTable, rotations: Iterable[RotationTable], known: Mapping[str, Template], zone: ZoneInfo
) -> Cover:
    person, by = table.out or "", table.person or ""
    if table.kind is CoverKind.ADD and not planned(table, rotations, known):
        # Nobody is planned: a shift of its own, at the hours of that kind, fills the gap.
        span = known[table.shift].span(table.date, zone)
        return Cover(table.kind, person, by, post=table.post, start=span.start, end=span.end, reason=table.reason)
    slot = f"{table.shift}/{table.date}/{table.post.value}"
    return Cover(table.kind, person, by, slot=slot, post=table.post, reason=table.reason)
