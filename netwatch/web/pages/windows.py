"""Maintenance windows, in force and to come."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.storage import windows
from netwatch.web.pages import naming

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.model import Window

AHEAD = timedelta(hours=24)
NAMED = 6
"""How many of a window's devices are named."""


@dataclass(frozen=True, slots=True)
class WindowView:
    """A window; `actor` is empty where the configuration has it."""

    title: str
    start: datetime
    end: datetime
    actor: str
    devices: tuple[str, ...]
    count: int
    now: bool


def windows_view(tx: Connection, settings: Settings, now: datetime) -> tuple[WindowView, ...]:
    """Return the windows in force now or within a day, by their start."""
    planned = [_view(settings, window, "", now) for window in settings.windows(now, now + AHEAD)]
    opened = [
        _view(settings, each.window, naming.person(settings, each.actor), now)
        for each in windows.overlapping(tx, now, now + AHEAD)
    ]
    return tuple(sorted((*planned, *opened), key=lambda each: (each.start, each.title)))


def _view(settings: Settings, window: Window, actor: str, now: datetime) -> WindowView:
    names = sorted(window.devices)
    return WindowView(
        title=window.title,
        start=window.start,
        end=window.end,
        actor=actor,
        devices=tuple(naming.device(settings, name) for name in names[:NAMED]),
        count=len(names),
        now=window.start <= now < window.end,
    )
