"""Faults: acknowledge, release, note."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain.model import Acknowledgement, Fault, FaultId
from netwatch.errors import UsageError
from netwatch.storage import events, faults
from netwatch.storage.events import EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing


def _open_fault(tx: Connection, doing: Doing) -> Fault:
    number = doing.number("fault")
    fault = faults.get(tx, FaultId(number))
    if fault is None:
        raise UsageError(_("there is no fault {number}"), number=number)
    if not fault.open:
        raise UsageError(_("fault {number} is closed already"), number=number)
    return fault


def acknowledge(tx: Connection, doing: Doing) -> Message:
    """Take a fault upon oneself: no more reminders, until an optional time."""
    fault = _open_fault(tx, doing)
    text = doing.text("text")
    length = doing.seconds("lasting")
    until = doing.now + length if length is not None else None
    faults.save(tx, replace(fault, acknowledged=Acknowledgement(doing.actor, doing.now, text, until)))
    events.add(tx, doing.entry(EventKind.ACKNOWLEDGED, device=fault.subject.device, fault=fault.id, text=text))
    return Message(_("fault {number} is acknowledged by {who}"), {"number": fault.id, "who": doing.actor})


def release(tx: Connection, doing: Doing) -> Message:
    """Give a fault back."""
    fault = _open_fault(tx, doing)
    if fault.acknowledged is None:
        raise UsageError(_("fault {number} is not acknowledged"), number=fault.id)
    faults.save(tx, replace(fault, acknowledged=None))
    text = doing.text("text", needed=False)
    events.add(tx, doing.entry(EventKind.RELEASED, device=fault.subject.device, fault=fault.id, text=text))
    return Message(_("fault {number} is released"), {"number": fault.id})


def note(tx: Connection, doing: Doing) -> Message:
    """Write what was found or done into a fault's case, open or closed."""
    number = doing.number("fault")
    fault = faults.get(tx, FaultId(number))
    if fault is None:
        raise UsageError(_("there is no fault {number}"), number=number)
    text = doing.text("text")
    events.add(tx, doing.entry(EventKind.NOTE, device=fault.subject.device, fault=fault.id, text=text))
    return Message(_("noted on fault {number}"), {"number": number})


ACTIONS: Mapping[str, Action] = {"acknowledge": acknowledge, "release": release, "note": note}
