"""The roll of what is configured: what is no longer asked for is let go of, and its open faults are closed."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain.drift.visit import SIDES
from netwatch.domain.model import CheckId, Told
from netwatch.storage import checks, devices, events, faults
from netwatch.storage.events import Entry, EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings


def call(tx: Connection, settings: Settings, now: datetime) -> frozenset[CheckId]:
    """Return the states that are let go of."""
    wanted = {(check.device, check.name) for check in settings.checks}
    wanted |= {(collect.device, side) for collect in settings.collects for side in SIDES}
    states = checks.everything(tx)
    gone = frozenset(
        check
        for check, state in states.items()
        if (state.subject.device, state.subject.check) not in wanted and not state.subject.of_book
    )
    checks.forget(tx, gone)
    devices.forget(tx, set(devices.everything(tx)) - set(settings.devices))
    for fault in faults.opened(tx):
        if (fault.subject.device, fault.subject.check) in wanted or fault.subject.of_book:
            continue
        # Nobody is told: who took the check away knows, and the handover report lists it.
        faults.save(tx, replace(fault, closed=max(now, fault.opened), told=Told.CLOSED if fault.told else None))
        summary = Message(_("no longer watched"))
        entry = Entry(EventKind.CLOSED, now, now, device=fault.subject.device, fault=fault.id, summary=summary)
        events.add(tx, entry)
    return gone
