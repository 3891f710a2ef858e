"""What people call a device, a person or a shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from netwatch.config import Settings


def device(settings: Settings, name: str) -> str:
    """Return a device's title, its name where it has none or is configured no more."""
    known = settings.devices.get(name)
    return known.title if known is not None and known.title else name


def person(settings: Settings, name: str) -> str:
    """Return a person's name as people read it."""
    known = settings.people.get(name)
    return known.title if known is not None and known.title else name


def shift(settings: Settings, code: str) -> str:
    """Return a kind of shift as people call it."""
    return next((each.title for each in settings.file.shift if each.name == code and each.title), code)
