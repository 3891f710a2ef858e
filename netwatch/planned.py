"""The configuration with the roster as it stands: calendar, published months, exceptions, and who has signed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.config.people import roster_of
from netwatch.handover import cases
from netwatch.storage import roster as rows
from netwatch.storage.calendar import calendar
from roster.fairness import suggest, takers

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from roster.cover import Shift
    from roster.fairness import Candidate
    from roster.findings import Leave
    from roster.layers import Slot


def stand_ins(settings: Settings, shift: Slot | Shift, leaves: Iterable[Leave]) -> tuple[Candidate, ...]:
    """Return who could take a shift, the fairest first: who takes turns at all, has an address and is not on leave."""
    away = {each.person for each in leaves if each.start < shift.span.end and shift.span.start < each.end}
    turns = takers(settings.roster)
    people = [name for name, person in settings.people.items() if person.mail and name in turns]
    return suggest(settings.roster, shift, people, away=away, least_rest=settings.file.roster.least_rest)


def planned(tx: Connection, settings: Settings, now: datetime) -> Settings:
    """Return the settings with the roster that the records make of it."""
    made = roster_of(settings.file, calendar(tx, settings.file.calendar.country))
    made = replace(made, published=rows.published(tx), covers=rows.effective(tx, made.covers))
    return replace(settings, roster=made, reliefs=cases.reliefs(tx, now))
