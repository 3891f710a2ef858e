"""The configuration with the roster as it stands: calendar, published months, exceptions, and who has signed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.config.people import roster_of
from netwatch.handover import cases
from netwatch.storage import roster as rows
from netwatch.storage.calendar import calendar

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings


def planned(tx: Connection, settings: Settings, now: datetime) -> Settings:
    """Return the settings with the roster that the records make of it."""
    made = roster_of(settings.file, calendar(tx, settings.file.calendar.country))
    made = replace(made, published=rows.published(tx), covers=rows.effective(tx, made.covers))
    return replace(settings, roster=made, reliefs=cases.reliefs(tx, now))
