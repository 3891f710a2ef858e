"""A fault's case: what each event makes of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain.model import (
    Changed,
    CheckState,
    Closed,
    Event,
    Fault,
    FaultId,
    FlapEnded,
    FlapStarted,
    Opened,
)

if TYPE_CHECKING:
    from datetime import timedelta

NEW = FaultId(0)
"""The number of a fault that has none yet."""


def open_case(state: CheckState, event: Opened, last: Fault | None, reopen_within: timedelta) -> Fault:
    """Return the case of a subject that has gone bad: the last one again if it closed only just now."""
    if last is not None and last.closed is not None and event.at - last.closed <= reopen_within:
        return replace(
            last,
            closed=None,
            reopened=last.reopened + 1,
            severity=event.severity,
            worst=max(last.worst, event.severity),
            summary=event.summary,
            flapping=state.flapping,
            acknowledged=None,
            cause=None,
            quiet=None,
        )
    return Fault(
        id=NEW,
        subject=state.subject,
        severity=event.severity,
        worst=event.severity,
        summary=event.summary,
        opened=event.at,
        confirmed=event.confirmed,
        reachability=state.reachability,
        flapping=state.flapping,
    )


def advance(fault: Fault, event: Event) -> Fault:
    """Return the case after an event that is not an opening."""
    match event:
        case Changed(severity=severity, summary=summary):
            return replace(fault, severity=severity, worst=max(fault.worst, severity), summary=summary)
        case Closed(at=at):
            return replace(fault, closed=max(at, fault.opened), quiet=None)
        case FlapStarted():
            return replace(fault, flapping=True)
        case FlapEnded():
            return replace(fault, flapping=False)
        case Opened():
            raise ValueError("an opening makes a case; it does not advance one")
