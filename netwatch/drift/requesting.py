"""A step of a change request, whoever takes it: the row, its event, its entry in the audit log."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Any

from netwatch.config.changes import freezes, members, patience
from netwatch.domain.audit import encode
from netwatch.domain.drift.change_request import ChangeRequest, ChangeState, ChangeStep
from netwatch.domain.drift.change_steps import TIME, step
from netwatch.domain.drift.change_window import Freeze, ended, frozen, passes
from netwatch.domain.vouching import stands
from netwatch.storage import audit, baselines, change_requests, deviations, events
from netwatch.storage.events import Entry, EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.registers import Doer

LONGEST = 1000
"""Characters of its targets that an event in the audit log holds."""

_SAID = {
    ChangeStep.SUBMIT: _("change request {number} is submitted: {title}"),
    ChangeStep.APPROVE: _("change request {number} is approved: {title}"),
    ChangeStep.REJECT: _("change request {number} is rejected: {title}"),
    ChangeStep.OPEN: _("the window of change request {number} is open: {title}"),
    ChangeStep.IMPLEMENT: _("change request {number} is implemented: {title}"),
    ChangeStep.VERIFY: _("change request {number} is verified: {title}"),
    ChangeStep.CLOSE: _("change request {number} is closed: {title}"),
    ChangeStep.CANCEL: _("change request {number} is cancelled: {title}"),
    ChangeStep.EXPIRE: _("change request {number} has expired, nothing was changed: {title}"),
    ChangeStep.ROLL_BACK: _("change request {number} is rolled back: {title}"),
}


def take(
    tx: Connection,
    request: ChangeRequest,
    what: ChangeStep,
    who: Doer,
    now: datetime,
    text: str = "",
    entered_by: str = "",
) -> ChangeRequest | None:
    """Take a step; None where somebody else has just taken one. NotAllowed where it may not be taken."""
    after = step(request, what, who, now, text)
    event = write(tx, after, what, who.name, now, text, entered_by)
    return after if change_requests.save(tx, after, request.state, event) else None


def write(
    tx: Connection,
    request: ChangeRequest,
    what: ChangeStep,
    actor: str,
    now: datetime,
    text: str = "",
    entered_by: str = "",
) -> int:
    """Record that a step was taken, in the journal and in the audit log; return the number of its event."""
    data: dict[str, Any] = {"change": request.id, "step": what.value, "state": request.state.value}
    if entered_by:
        data["entered_by"] = entered_by
    only = {each.device for each in request.targets if each.device}
    event = events.add(
        tx,
        Entry(
            kind=EventKind.CHANGE,
            at=now,
            recorded_at=now,
            device=only.pop() if len(only) == 1 else None,
            actor=actor,
            text=text or None,
            summary=Message(_SAID[what], {"number": request.id, "title": request.title}),
            data=data,
        ),
    )
    vouch(tx, request, what.value, actor, now, {**data, "text": text})
    return int(event)


def vouch(
    tx: Connection, request: ChangeRequest, what: str, actor: str, now: datetime, more: Mapping[str, Any]
) -> None:
    """Write what a change request says, and what was done with it, into the audit log."""
    audit.record(
        tx,
        actor=actor,
        action=f"change.{what.replace(' ', '_')}",
        subject=f"change/{request.id}",
        detail={**more, **_said(request), **stands(f"change/{request.id}", request.state.value, request.seal)},
        now=now,
    )


def _said(request: ChangeRequest) -> dict[str, Any]:
    """Return what a change request says, as it is vouched for."""
    return {
        "kind": request.kind.value,
        "title": request.title,
        "requested_by": request.requested_by,
        "implementers": list(request.implementers),
        "start": request.start.isoformat(),
        "end": request.end.isoformat(),
        "emergency": request.emergency,
        "targets": _bounded(
            [
                {"device": each.device, "group": each.group, "facets": list(each.facets), "paths": list(each.paths)}
                for each in request.targets
            ]
        ),
    }


def _bounded(targets: list[dict[str, Any]]) -> list[dict[str, Any]] | str:
    """Return what an event can hold. Of more it has the digest: it must never lose where the request stands."""
    text = encode(targets)
    return targets if len(text) <= LONGEST else f"sha256:{hashlib.sha256(text.encode()).hexdigest()}"


def devices(settings: Settings, request: ChangeRequest) -> frozenset[str]:
    """Return the devices that a change request is about."""
    named = tuple(each.device for each in request.targets if each.device)
    return members(settings, named, tuple(each.group for each in request.targets if each.group))


def in_freeze(settings: Settings, request: ChangeRequest) -> Freeze | None:
    """Return the freeze period that its window touches."""
    return frozen(request, freezes(settings), devices(settings, request))


def pass_time(tx: Connection, settings: Settings, now: datetime) -> tuple[ChangeRequest, ...]:
    """Take the steps that follow from the clock: windows open and close, what is approved in the end is closed."""
    alive = change_requests.alive(tx)
    moved = deviations.changed(tx, [each.id for each in alive])
    wait = patience(settings)
    taken = []
    for each in alive:
        what = passes(each, now, wait, changed=each.id in moved)
        if what is None and each.state is ChangeState.VERIFIED and _done(tx, each):
            what = ChangeStep.CLOSE
        if what is not None and (after := take(tx, each, what, TIME, now)) is not None:
            taken.append(after)
    return tuple(taken)


def just_ended(tx: Connection, after: datetime, now: datetime) -> tuple[ChangeRequest, ...]:
    """Return those whose windows have ended since: their devices are to be read now."""
    return tuple(each for each in change_requests.around(tx, after, now) if ended(each, after, now))


def _done(tx: Connection, request: ChangeRequest) -> bool:
    """Whether nothing of a verified change waits for a leader any more."""
    waits = any(each.state.value == baselines.PROPOSED for each in baselines.of_change(tx, request.id))
    return not waits and not any(each.stands for each in deviations.of_change(tx, request.id))
