"""The roster as `roster` wants it, from the tables of the file."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from netwatch.config.settings import CoverTable, RotationTable, ShiftTable, Site
from netwatch.config.table import WEEKDAYS
from netwatch.config.windows import localised
from roster.cover import Cover, CoverKind, Roster
from roster.layers import Layer
from roster.rotation import Rotation, Template

if TYPE_CHECKING:
    from collections.abc import Mapping
    from zoneinfo import ZoneInfo

    from netwatch.config.draft import Draft


def roster_of(draft: Draft) -> Roster:
    """Return the roster of a draft without findings."""
    zone, known = draft.one(Site).zone, templates(draft)
    layers = tuple(_layer(table, known, zone) for _path, table in draft.valid(RotationTable))
    return Roster(zone, layers, tuple(_cover(table, draft, known, zone) for _path, table in draft.valid(CoverTable)))


def templates(draft: Draft) -> Mapping[str, Template]:
    """Return the kinds of shift that are valid, by name."""
    return {table.name: _template(table) for _path, table in draft.valid(ShiftTable)}


def planned(draft: Draft, cover: CoverTable) -> bool:
    """Say whether some rotation plans the shift that a cover is for."""
    template = templates(draft).get(cover.shift)
    return template is not None and any(
        table.shift == cover.shift
        and table.post is cover.post
        and template.falls_on(cover.date)
        and (table.valid_from is None or table.valid_from <= cover.date)
        and (table.valid_until is None or cover.date < table.valid_until)
        for _path, table in draft.valid(RotationTable)
    )


def _template(table: ShiftTable) -> Template:
    weekdays = frozenset(WEEKDAYS.index(day) for day in table.weekdays)
    return Template(table.name, table.title or table.name, table.start, table.end, weekdays or None)


def _layer(table: RotationTable, known: Mapping[str, Template], zone: ZoneInfo) -> Layer:
    template = known[table.shift]
    if isinstance(table.anchor, datetime):
        anchor = localised(table.anchor, zone)
    else:
        anchor = datetime.combine(table.anchor, template.start)
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


def _cover(table: CoverTable, draft: Draft, known: Mapping[str, Template], zone: ZoneInfo) -> Cover:
    person, by = table.out or "", table.person or ""
    if table.kind is CoverKind.ADD and not planned(draft, table):
        # Nobody is planned: a shift of its own, at the hours of that kind, fills the gap.
        span = known[table.shift].span(table.date, zone)
        return Cover(table.kind, person, by, post=table.post, start=span.start, end=span.end, reason=table.reason)
    slot = f"{table.shift}/{table.date}/{table.post.value}"
    return Cover(table.kind, person, by, slot=slot, post=table.post, reason=table.reason)
