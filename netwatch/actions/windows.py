"""Maintenance windows: open, end."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.model import Window
from netwatch.errors import UsageError
from netwatch.storage import events, windows
from netwatch.storage.events import EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing


def open_window(tx: Connection, doing: Doing) -> Message:
    """Open a maintenance window over devices and groups."""
    title = doing.text("title")
    length = doing.seconds("lasting")
    if length is None:
        raise UsageError(_("lasting: must be given, such as 2h"))
    start = doing.moment("start") or doing.now
    devices = _devices(doing)
    window = Window(title, devices, start, start + length)
    if window.end <= doing.now:
        raise UsageError(_("the window would be over already"))
    number = windows.add(tx, window, doing.actor)
    summary = Message(_("maintenance window {title} over {count} devices"), {"title": title, "count": len(devices)})
    data = {"window": number, "devices": sorted(devices), "start": start.isoformat(), "end": window.end.isoformat()}
    events.add(tx, doing.entry(EventKind.WINDOW, summary=summary, text=title, data=data))
    return Message(_("window {number} is open; devices: {count}"), {"number": number, "count": len(devices)})


def end_window(tx: Connection, doing: Doing) -> Message:
    """End a maintenance window early."""
    number = doing.number("window")
    if not windows.end(tx, number, doing.now):
        raise UsageError(_("there is no window {number} that could be ended"), number=number)
    events.add(tx, doing.entry(EventKind.WINDOW_ENDED, data={"window": number}))
    return Message(_("window {number} is ended"), {"number": number})


def _devices(doing: Doing) -> frozenset[str]:
    devices = doing.names("devices")
    groups = doing.names("groups")
    known = doing.settings.devices
    unknown = [name for name in devices if name not in known]
    if unknown:
        raise UsageError(_("there is no device {name}"), name=unknown[0])
    of_groups = {name for name, device in known.items() if set(device.groups) & set(groups)}
    if groups and not of_groups:
        raise UsageError(_("there is no device in the group {name}"), name=groups[0])
    found = frozenset(devices) | of_groups
    if not found:
        raise UsageError(_("name at least one device or group"))
    return found


ACTIONS: Mapping[str, Action] = {"open_window": open_window, "end_window": end_window}
