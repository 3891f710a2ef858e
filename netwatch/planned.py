"""The configuration with the roster as it stands: the calendar, and what the signatures say of who is there."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.config.people import roster_of
from netwatch.handover import cases
from netwatch.storage.calendar import calendar

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings


def planned(tx: Connection, settings: Settings, now: datetime) -> Settings:
    """Return the settings with the roster that the records make of it."""
    known = calendar(tx, settings.file.calendar.country)
    return replace(settings, roster=roster_of(settings.file, known), reliefs=cases.reliefs(tx, now))
