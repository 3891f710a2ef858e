"""The roster: people, shifts, rotations and covers that fit together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.config import public_holidays
from netwatch.config.calendar import CalendarTable
from netwatch.config.findings import Finding, found, unknown
from netwatch.config.people import planned, templates
from netwatch.config.settings import CoverTable, Person, RotationTable, ShiftTable, Site
from probes.api import _
from roster.cover import CoverKind
from roster.layers import Post

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zoneinfo import ZoneInfo

    from netwatch.config.draft import Draft, Entry
    from netwatch.config.locate import KeyPath
    from roster.rotation import Template

RESERVED_SHIFT = "extra"
"""What the roster calls an addition outside every shift."""


def calendar(draft: Draft) -> Iterator[Finding]:
    """Yield a country whose days nobody knows."""
    if problem := public_holidays.problem(draft.one(CalendarTable).country):
        yield found(("calendar", "country"), problem)


def hours(draft: Draft) -> Iterator[Finding]:
    """Yield hours of rest days and holidays that are given by half, or of no use."""
    for path, table in draft.valid(ShiftTable):
        for kind, days in (("rest", {"rest", "holiday"}), ("holiday", {"holiday"})):
            given = {key for key in (f"{kind}_start", f"{kind}_end") if getattr(table, key) is not None}
            for key in {f"{kind}_start", f"{kind}_end"} - given if given else ():
                yield found((*path, key), _("is missing"))
            if given and table.days and not days & set(table.days):
                yield found((*path, min(given)), _("is of no use: the shift does not fall on such days"))
        for key, words in (("days", table.days), ("weekdays", table.weekdays)):
            if len(set(words)) < len(words):
                yield found((*path, key), _("names a day twice"))


def people(draft: Draft) -> Iterator[Finding]:
    """Yield names that mean something else already, and people on the roster whom no mail reaches."""
    posts = {post.value for post in Post}
    for entry in draft.each(Person):
        if entry.name in posts:
            yield found((*entry.path, "name"), _("'{name}' is the name of a post"), name=entry.name)
    for shift in draft.each(ShiftTable):
        if shift.name == RESERVED_SHIFT:
            yield found((*shift.path, "name"), _("'{name}' is reserved"), name=shift.name)
    rostered = {name for _path, name in _mentioned(draft)}
    for path, person in draft.valid(Person):
        if person.mail is None and person.name in rostered:
            yield found(path, _("is on the roster and has no mail address"))


def rotations(draft: Draft) -> Iterator[Finding]:
    """Yield shifts that are not there, and rotations that cannot be meant so."""
    shifts = draft.names(ShiftTable)
    seen: list[RotationTable] = []
    for entry in _plans(draft):
        shift = entry.raw.get("shift")
        if isinstance(shift, str) and shift not in shifts:
            yield unknown((*entry.path, "shift"), _("shift"), shift, shifts)
    for path, table in draft.valid(RotationTable):
        if table.valid_from is not None and table.valid_until is not None and table.valid_until <= table.valid_from:
            yield found((*path, "valid_until"), _("must be after valid_from"))
        for number, turn in enumerate(table.groups):
            if len(set(turn)) < len(turn):
                yield found((*path, "groups", number), _("names somebody twice"))
        if table in seen:
            yield found(path, _("stands there twice"))
        seen.append(table)


def covers(draft: Draft) -> Iterator[Finding]:
    """Yield covers that do not say whom, or of shifts that are not planned."""
    valid, zone = templates(draft), draft.one(Site).zone
    rotations = [table for _path, table in draft.valid(RotationTable)]
    for path, table in draft.valid(CoverTable):
        yield from _whom(path, table)
        if table.shift in valid and not (
            planned(table, rotations, valid) or _fills_a_gap(table, valid[table.shift], zone)
        ):
            template = _("no shift '{shift}' is planned on {date} for this post")
            yield found((*path, "date"), template, shift=table.shift, date=str(table.date))


def _fills_a_gap(table: CoverTable, template: Template, zone: ZoneInfo) -> bool:
    """Say whether a cover can be a shift of its own: not where the clocks skip it."""
    span = template.span(table.date, zone)
    return table.kind is CoverKind.ADD and span.start < span.end


def known_people(draft: Draft) -> Iterator[Finding]:
    """Yield names in rotations and covers that are nobody's."""
    known = draft.names(Person)
    for path, name in _mentioned(draft):
        if name not in known:
            yield unknown(path, _("person"), name, known)


def _mentioned(draft: Draft) -> Iterator[tuple[KeyPath, str]]:
    """Yield everybody who is named in rotations and covers, even in those that are not valid."""
    for entry in _plans(draft):
        for key in ("groups", "out", "person"):
            yield from _names((*entry.path, key), entry.raw.get(key))


def _plans(draft: Draft) -> tuple[Entry[Any], ...]:
    return (*draft.each(RotationTable), *draft.each(CoverTable))


def _names(path: KeyPath, thing: object) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(thing, str):
        yield path, thing
    elif isinstance(thing, tuple):
        for index, inner in enumerate(thing):
            yield from _names((*path, index), inner)


def _whom(path: KeyPath, table: CoverTable) -> Iterator[Finding]:
    """Check `out` and `person`: a substitute needs both, an addition the second, a removal the first."""
    wanted = {"out": table.kind is not CoverKind.ADD, "person": table.kind is not CoverKind.REMOVE}
    for key, needed in wanted.items():
        given = getattr(table, key) is not None
        if needed and not given:
            yield found((*path, key), _("is missing"))
        if given and not needed:
            yield found((*path, key), _('is of no use with kind = "{kind}"'), kind=table.kind.value)
    if table.kind is CoverKind.SUBSTITUTE and table.out is not None and table.out == table.person:
        yield found((*path, "person"), _("cannot stand in for themselves"))
