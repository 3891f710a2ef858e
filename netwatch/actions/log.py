"""The duty log."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain.model import FaultId
from netwatch.errors import UsageError
from netwatch.storage import events, faults
from netwatch.storage.events import EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing

LEVELS = (_("information"), _("warning"), _("important"))


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
        doing.entry(EventKind.LOG, level=level, text=text, device=device),
        at=doing.moment("at") or doing.now,
        fault=fault.id if fault else None,
    )
    if entry.at > doing.now:
        raise UsageError(_("at: lies in the future"))
    return Message(_("entry {number} is in the duty log"), {"number": int(events.add(tx, entry))})


ACTIONS: Mapping[str, Action] = {"log": log}
