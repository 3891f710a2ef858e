"""The duty log: written, replied to, corrected; hidden only by an admin, and never gone."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netwatch.config.settings import Role
from netwatch.domain.model import FaultId
from netwatch.errors import UsageError
from netwatch.storage import events, faults, registers
from netwatch.storage.events import Entry, EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing

LEVELS = (_("information"), _("warning"), _("important"))
MOST_TAGS = 20
TAG = re.compile(r"(?:^|(?<=\s))#([^\s#@,.;:!?，。；：！？、]{1,40})")
DEVICE = re.compile(r"(?:^|(?<=\s))@([A-Za-z0-9_][A-Za-z0-9_.-]{0,62})")


def log(tx: Connection, doing: Doing) -> Message:
    """Write an entry into the duty log. `at` says when it happened, if not just now.

    `#tag` and `@device` in the text are taken for what they are; a device that is not known stays mere text.
    """
    return _write(tx, doing, {})


def reply(tx: Connection, doing: Doing) -> Message:
    """Reply to an entry."""
    return _write(tx, doing, {"replies_to": _of_log(tx, doing).id})


def correct(tx: Connection, doing: Doing) -> Message:
    """Correct an entry: what it said stays, and says that it is corrected."""
    return _write(tx, doing, {"corrects": _of_log(tx, doing).id})


def hide(tx: Connection, doing: Doing) -> Message:
    """Hide what an entry says, for a reason; the entry itself stays, and so does who hid it."""
    doing.require(Role.ADMIN)
    hidden = _of_log(tx, doing)
    events.add(tx, doing.entry(EventKind.HIDDEN, text=doing.text("text"), data={"hides": hidden.id}))
    return Message(_("entry {number} is hidden"), {"number": int(hidden.id or 0)})


def _of_log(tx: Connection, doing: Doing) -> Entry:
    number = doing.number("number")
    found = events.get(tx, number)
    if found is None or found.kind is not EventKind.LOG:
        raise UsageError(_("there is no entry {number} in the duty log"), number=number)
    return found


def _write(tx: Connection, doing: Doing, chain: Mapping[str, Any]) -> Message:
    text = doing.text("text")
    level = doing.arguments.get("level", "information")
    if level not in LEVELS:
        raise UsageError(_("level: must be one of {names}"), names=", ".join(LEVELS))
    data = {**chain, **_links(tx, doing, text)}
    entry = replace(
        doing.entry(EventKind.LOG, level=level, text=text, device=_device(doing, text), data=data or None),
        at=doing.moment("at") or doing.now,
        fault=_fault(tx, doing),
    )
    if entry.at > doing.now:
        raise UsageError(_("at: lies in the future"))
    return Message(_("entry {number} is in the duty log"), {"number": int(events.add(tx, entry))})


def _device(doing: Doing, text: str) -> str | None:
    device = doing.arguments.get("device")
    if device is not None and device not in doing.settings.devices:
        raise UsageError(_("there is no device {name}"), name=str(device))
    named = (name.rstrip(".") for name in DEVICE.findall(text))
    return device or next((name for name in named if name in doing.settings.devices), None)


def _fault(tx: Connection, doing: Doing) -> FaultId | None:
    if doing.arguments.get("fault") is None:
        return None
    number = doing.number("fault")
    fault = faults.get(tx, FaultId(number))
    if fault is None:
        raise UsageError(_("there is no fault {number}"), number=number)
    return fault.id


def _links(tx: Connection, doing: Doing, text: str) -> dict[str, Any]:
    """Return tags, the port, and the register entry that an entry is about."""
    links: dict[str, Any] = {}
    tags = [*doing.names("tags"), *TAG.findall(text)]
    if tags:
        links["tags"] = list(dict.fromkeys(tag.lstrip("#")[:40] for tag in tags))[:MOST_TAGS]
    if doing.arguments.get("port") is not None:
        links["port"] = doing.text("port")[:100]
    if doing.arguments.get("entry") is not None:
        number = doing.number("entry")
        if registers.get(tx, number) is None:
            raise UsageError(_("there is no entry {number}"), number=number)
        links["entry"] = number
    return links


ACTIONS: Mapping[str, Action] = {"log": log, "reply_log": reply, "correct_log": correct, "hide_log": hide}
