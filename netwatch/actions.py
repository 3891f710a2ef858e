"""What people do by command, each one transaction: acknowledge, note, log, open a maintenance window.

The service carries these out for the commands, over its socket; where no service runs, the command takes the
database and does the same.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwatch.config.values import NAME
from netwatch.domain.model import Acknowledgement, Fault, FaultId, Window
from netwatch.errors import UsageError
from netwatch.storage import events, faults, windows
from netwatch.storage.events import Entry, EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.config import Settings

LONGEST = 4000
LONGEST_SOCKET = 107
"""Bytes in a unix socket's path, by Linux."""
LEVELS = (_("information"), _("warning"), _("important"))


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something, when, on which configuration, with what."""

    settings: Settings
    actor: str
    now: datetime
    arguments: Mapping[str, Any]

    def text(self, name: str, *, needed: bool = True) -> str:
        """Return what a person wrote: bounded, and without control characters but line ends."""
        value = self.arguments.get(name, "")
        if not isinstance(value, str) or len(value) > LONGEST:
            raise UsageError(_("{field}: must be a text of at most {most} characters"), field=name, most=LONGEST)
        clean = "".join(each for each in value if each in "\n\t" or each.isprintable()).strip()
        if needed and not clean:
            raise UsageError(_("{field}: must not be empty"), field=name)
        return clean

    def number(self, name: str) -> int:
        """Return a number."""
        value = self.arguments.get(name)
        if not isinstance(value, int) or isinstance(value, bool):
            raise UsageError(_("{field}: must be a number"), field=name)
        return value

    def seconds(self, name: str) -> timedelta | None:
        """Return a length of time given in seconds, None where there is none."""
        value = self.arguments.get(name)
        if value is None:
            return None
        if not isinstance(value, int | float) or isinstance(value, bool) or not 0 < value <= 366 * 86400:
            raise UsageError(_("{field}: must be a time between a second and a year"), field=name)
        return timedelta(seconds=value)


def _open_fault(tx: Connection, doing: Doing) -> Fault:
    number = doing.number("fault")
    fault = faults.get(tx, FaultId(number))
    if fault is None:
        raise UsageError(_("there is no fault {number}"), number=number)
    if not fault.open:
        raise UsageError(_("fault {number} is closed already"), number=number)
    return fault


def _entry(doing: Doing, kind: EventKind, **more: Any) -> Entry:
    return Entry(kind=kind, at=doing.now, recorded_at=doing.now, actor=doing.actor, **more)


def acknowledge(tx: Connection, doing: Doing) -> Message:
    """Take a fault upon oneself: no more reminders, until an optional time."""
    fault = _open_fault(tx, doing)
    text = doing.text("text")
    length = doing.seconds("lasting")
    until = doing.now + length if length is not None else None
    faults.save(tx, replace(fault, acknowledged=Acknowledgement(doing.actor, doing.now, text, until)))
    events.add(tx, _entry(doing, EventKind.ACKNOWLEDGED, device=fault.subject.device, fault=fault.id, text=text))
    return Message(_("fault {number} is acknowledged by {who}"), {"number": fault.id, "who": doing.actor})


def release(tx: Connection, doing: Doing) -> Message:
    """Give a fault back."""
    fault = _open_fault(tx, doing)
    if fault.acknowledged is None:
        raise UsageError(_("fault {number} is not acknowledged"), number=fault.id)
    faults.save(tx, replace(fault, acknowledged=None))
    text = doing.text("text", needed=False)
    events.add(tx, _entry(doing, EventKind.RELEASED, device=fault.subject.device, fault=fault.id, text=text))
    return Message(_("fault {number} is released"), {"number": fault.id})


def note(tx: Connection, doing: Doing) -> Message:
    """Write what was found or done into a fault's case, open or closed."""
    number = doing.number("fault")
    fault = faults.get(tx, FaultId(number))
    if fault is None:
        raise UsageError(_("there is no fault {number}"), number=number)
    text = doing.text("text")
    events.add(tx, _entry(doing, EventKind.NOTE, device=fault.subject.device, fault=fault.id, text=text))
    return Message(_("noted on fault {number}"), {"number": number})


def log(tx: Connection, doing: Doing) -> Message:
    """Write an entry into the duty log. `at` says when it happened, if not just now."""
    text = doing.text("text")
    level = doing.arguments.get("level", "information")
    if level not in LEVELS:
        raise UsageError(_("level: must be one of {names}"), names=", ".join(LEVELS))
    device = doing.arguments.get("device")
    if device is not None and device not in doing.settings.devices:
        raise UsageError(_("there is no device {name}"), name=str(device))
    number = doing.arguments.get("fault")
    fault = faults.get(tx, FaultId(doing.number("fault"))) if number is not None else None
    if number is not None and fault is None:
        raise UsageError(_("there is no fault {number}"), number=number)
    entry = replace(
        _entry(doing, EventKind.LOG, level=level, text=text, device=device),
        at=_moment(doing, "at") or doing.now,
        fault=fault.id if fault else None,
    )
    if entry.at > doing.now:
        raise UsageError(_("at: lies in the future"))
    return Message(_("entry {number} is in the duty log"), {"number": int(events.add(tx, entry))})


def open_window(tx: Connection, doing: Doing) -> Message:
    """Open a maintenance window over devices and groups."""
    title = doing.text("title")
    length = doing.seconds("lasting")
    if length is None:
        raise UsageError(_("lasting: must be given, such as 2h"))
    start = _moment(doing, "start") or doing.now
    devices = _devices(doing)
    window = Window(title, devices, start, start + length)
    if window.end <= doing.now:
        raise UsageError(_("the window would be over already"))
    number = windows.add(tx, window, doing.actor)
    summary = Message(_("maintenance window {title} over {count} devices"), {"title": title, "count": len(devices)})
    data = {"window": number, "devices": sorted(devices), "start": start.isoformat(), "end": window.end.isoformat()}
    events.add(tx, _entry(doing, EventKind.WINDOW, summary=summary, text=title, data=data))
    return Message(_("window {number} is open; devices: {count}"), {"number": number, "count": len(devices)})


def end_window(tx: Connection, doing: Doing) -> Message:
    """End a maintenance window early."""
    number = doing.number("window")
    if not windows.end(tx, number, doing.now):
        raise UsageError(_("there is no window {number} that could be ended"), number=number)
    events.add(tx, _entry(doing, EventKind.WINDOW_ENDED, data={"window": number}))
    return Message(_("window {number} is ended"), {"number": number})


def _devices(doing: Doing) -> frozenset[str]:
    devices = _names(doing, "devices")
    groups = _names(doing, "groups")
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


def _names(doing: Doing, argument: str) -> list[str]:
    value = doing.arguments.get(argument) or []
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise UsageError(_("{field}: must be names"), field=argument)
    return value


def _moment(doing: Doing, argument: str) -> datetime | None:
    value = doing.arguments.get(argument)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        raise UsageError(_("{field}: must be a time such as 2026-11-22 08:00"), field=argument) from None
    return moment if moment.tzinfo else moment.replace(tzinfo=doing.settings.site.zone)


Action = Callable[["Connection", Doing], Message]

ACTIONS: Mapping[str, Action] = {
    "acknowledge": acknowledge,
    "release": release,
    "note": note,
    "log": log,
    "open_window": open_window,
    "end_window": end_window,
}


def carry_out(
    settings: Settings, action: str, actor: str, now: datetime, arguments: Mapping[str, Any]
) -> Callable[[Connection], Message]:
    """Return the transaction that does what was asked. Raises UsageError for an action or a name that is unknown."""
    if action not in ACTIONS:
        raise UsageError(_("there is no action {name}"), name=action[:40])
    if not NAME.fullmatch(actor):
        raise UsageError(_("{name} is not a name"), name=actor[:40])
    doing = Doing(settings, actor, now, arguments)
    return lambda tx: ACTIONS[action](tx, doing)


def socket_path(settings: Settings) -> Path:
    """Return where the service listens for commands: beside a SQLite database, else in the runtime folder."""
    folder = Path(os.environ.get("RUNTIME_DIRECTORY", "/run/netwatch"))
    if settings.database_url.startswith("sqlite:///"):
        folder = Path(settings.database_url.removeprefix("sqlite:///")).parent
    path = folder / "netwatch.sock"
    if len(os.fsencode(path)) > LONGEST_SOCKET:
        raise UsageError(_("{path} is too long for a socket: keep the database nearer to the root"), path=str(path))
    return path
