"""What people call a device, a person or a shift."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.model import BOOKS
from probes.api import Message

if TYPE_CHECKING:
    from collections.abc import Collection

    from netwatch.config import Settings

NAMES = ("device", "person", "who")
"""The values of stored sentences that name a device or a person."""


def device(settings: Settings, name: str) -> str:
    """Return a device's title, its name where it has none or is configured no more."""
    known = settings.devices.get(name)
    return known.title if known is not None and known.title else BOOKS.get(name, name)


def person(settings: Settings, name: str) -> str:
    """Return a person's name as people read it."""
    return settings.called(name)


def shift(settings: Settings, code: str) -> str:
    """Return a kind of shift as people call it."""
    return next((each.title for each in settings.file.shift if each.name == code and each.title), code)


def message(settings: Settings, stored: Message) -> Message:
    """Return a stored sentence with titles in the place of names."""
    named = {key: str(stored.values[key]) for key in NAMES if key in stored.values}
    if not named:
        return stored
    titles = {key: device(settings, name) if key == "device" else person(settings, name) for key, name in named.items()}
    return Message(stored.template, {**stored.values, **titles})


def in_order(settings: Settings, names: Collection[str]) -> list[str]:
    """Return devices in the order of the configuration, those that it has no more at the end."""
    if not names:
        return []
    wanted = dict.fromkeys(names)
    known = [name for name in settings.devices if name in wanted]
    return known + [name for name in wanted if name not in settings.devices]
