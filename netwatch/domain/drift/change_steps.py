"""Which step of a change request may follow which, and who may take it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain.drift.change_request import ChangeKind, ChangeRequest, ChangeState, ChangeStep
from netwatch.domain.registers import Doer, NotAllowed
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime


def step(request: ChangeRequest, what: ChangeStep, who: Doer, now: datetime, text: str = "") -> ChangeRequest:
    """Return a change request after a step; NotAllowed where it may not be taken now, or not by them."""
    if request.state not in _from(request, what):
        raise NotAllowed(_("change request {number} ({state}): this step cannot follow"), _named(request))
    return _STEPS[what](request, who, now, text)


def _from(request: ChangeRequest, what: ChangeStep) -> frozenset[ChangeState]:
    found = FROM[what]
    if what is ChangeStep.IMPLEMENT and request.emergency:
        return found | {ChangeState.DRAFT, ChangeState.SUBMITTED}
    return found


FROM: Mapping[ChangeStep, frozenset[ChangeState]] = {
    ChangeStep.SUBMIT: frozenset({ChangeState.DRAFT}),
    ChangeStep.APPROVE: frozenset({ChangeState.SUBMITTED}),
    ChangeStep.REJECT: frozenset({ChangeState.SUBMITTED}),
    ChangeStep.OPEN: frozenset({ChangeState.APPROVED}),
    ChangeStep.IMPLEMENT: frozenset({ChangeState.APPROVED, ChangeState.OPEN}),
    ChangeStep.VERIFY: frozenset({ChangeState.IMPLEMENTED}),
    ChangeStep.CLOSE: frozenset({ChangeState.VERIFIED}),
    ChangeStep.CANCEL: frozenset({ChangeState.DRAFT, ChangeState.SUBMITTED, ChangeState.APPROVED}),
    ChangeStep.EXPIRE: frozenset({ChangeState.APPROVED, ChangeState.OPEN}),
    ChangeStep.ROLL_BACK: frozenset(
        {ChangeState.APPROVED, ChangeState.OPEN, ChangeState.IMPLEMENTED, ChangeState.VERIFIED}
    ),
}


def _named(request: ChangeRequest) -> dict[str, str | int]:
    return {"number": request.id, "state": request.state.title}


def _submit(request: ChangeRequest, _who: Doer, now: datetime, _text: str) -> ChangeRequest:
    if not request.targets:
        raise NotAllowed(_("name at least one device or group"))
    if not request.implementers:
        raise NotAllowed(_("name who is to do it"))
    if request.end <= request.start:
        raise NotAllowed(_("until: must be after the beginning"))
    if not request.emergency and request.end <= now:
        raise NotAllowed(_("its window is over; only an emergency is asked for afterwards"))
    if not request.rollback and not request.emergency:
        raise NotAllowed(_("say how it is rolled back"))
    if request.kind is ChangeKind.SOFTWARE and not request.evidence:
        raise NotAllowed(_("say how the software was searched for viruses"))
    return replace(request, state=ChangeState.SUBMITTED, submitted=now)


def _approve(request: ChangeRequest, who: Doer, now: datetime, text: str) -> ChangeRequest:
    _judge(request, who)
    if now >= request.end and not request.emergency:
        raise NotAllowed(_("its window is over; only an emergency is approved afterwards"))
    state = ChangeState.IMPLEMENTED if request.implemented_at is not None else ChangeState.APPROVED
    return replace(request, state=state, judged_by=who.name, judged_at=now, judgement=text)


def _reject(request: ChangeRequest, who: Doer, now: datetime, text: str) -> ChangeRequest:
    _judge(request, who)
    return replace(request, state=ChangeState.REJECTED, judged_by=who.name, judged_at=now, judgement=text, ended=now)


def _judge(request: ChangeRequest, who: Doer) -> None:
    """Four eyes: who asks for a change, or makes it, does not allow it."""
    if not who.leader:
        raise NotAllowed(_("{name} does not lead"), {"name": who.name})
    if who.name == request.requested_by:
        raise NotAllowed(_("{name} asked for it; somebody else judges"), {"name": who.name})
    if who.name in request.implementers:
        raise NotAllowed(_("{name} is to do it; somebody else judges"), {"name": who.name})


def _open(request: ChangeRequest, _who: Doer, _now: datetime, _text: str) -> ChangeRequest:
    return replace(request, state=ChangeState.OPEN)


def _implement(request: ChangeRequest, who: Doer, now: datetime, _text: str) -> ChangeRequest:
    if who.name not in request.implementers:
        raise NotAllowed(_("{name} is not among those who were to do it"), {"name": who.name})
    if now < request.start:
        raise NotAllowed(_("its window has not begun"))
    done = replace(request, implemented_by=who.name, implemented_at=now)
    waits = request.state in {ChangeState.DRAFT, ChangeState.SUBMITTED}
    return done if waits else replace(done, state=ChangeState.IMPLEMENTED)


def _verify(request: ChangeRequest, who: Doer, now: datetime, _text: str) -> ChangeRequest:
    if who.name in request.implementers:
        raise NotAllowed(_("{name} did it; somebody else confirms"), {"name": who.name})
    return replace(request, state=ChangeState.VERIFIED, verified_by=who.name, verified_at=now)


def _close(request: ChangeRequest, _who: Doer, now: datetime, _text: str) -> ChangeRequest:
    return replace(request, state=ChangeState.CLOSED, ended=now)


def _cancel(request: ChangeRequest, who: Doer, now: datetime, text: str) -> ChangeRequest:
    if who.name != request.requested_by and not who.leader:
        raise NotAllowed(_("only who asked for it, or a leader, cancels it"))
    if request.implemented_at is not None:
        raise NotAllowed(_("change request {number} is done already; it is judged, or rolled back"), _named(request))
    return replace(request, state=ChangeState.CANCELLED, ended=now, judgement=text)


def _expire(request: ChangeRequest, _who: Doer, now: datetime, _text: str) -> ChangeRequest:
    return replace(request, state=ChangeState.EXPIRED, ended=now)


def _roll_back(request: ChangeRequest, who: Doer, now: datetime, text: str) -> ChangeRequest:
    if who.name not in request.implementers and not who.leader:
        raise NotAllowed(_("{name} is not among those who were to do it"), {"name": who.name})
    if now < request.start:
        raise NotAllowed(_("its window has not begun"))
    return replace(request, state=ChangeState.ROLLED_BACK, ended=now, judgement=text or request.judgement)


_STEPS = {
    ChangeStep.SUBMIT: _submit,
    ChangeStep.APPROVE: _approve,
    ChangeStep.REJECT: _reject,
    ChangeStep.OPEN: _open,
    ChangeStep.IMPLEMENT: _implement,
    ChangeStep.VERIFY: _verify,
    ChangeStep.CLOSE: _close,
    ChangeStep.CANCEL: _cancel,
    ChangeStep.EXPIRE: _expire,
    ChangeStep.ROLL_BACK: _roll_back,
}
TIME = Doer("netwatch")
"""Who takes the steps that follow from the clock."""
