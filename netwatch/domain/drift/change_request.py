"""Change requests: what somebody asks to be allowed to change, who allows it, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.drift.permit import Permit, Scope
from netwatch.domain.registers import Doer, NotAllowed
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime, timedelta


class ChangeKind(Enum):
    """What is to be changed."""

    PARAMETER = "parameter"
    SOFTWARE = "software"
    LEND = "lend"
    DISMANTLE = "dismantle"
    SERVER = "server"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _KINDS[self]


_KINDS: Mapping[ChangeKind, str] = {
    ChangeKind.PARAMETER: _("change of parameters"),
    ChangeKind.SOFTWARE: _("installation of software"),
    ChangeKind.LEND: _("equipment lent"),
    ChangeKind.DISMANTLE: _("dismantling"),
    ChangeKind.SERVER: _("operation of a server"),
}


class ChangeState(Enum):
    """Where a change request stands."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    OPEN = "open"
    IMPLEMENTED = "implemented"
    VERIFIED = "verified"
    CLOSED = "closed"
    CANCELLED = "cancelled"
    EXPIRED = "expired"
    ROLLED_BACK = "rolled back"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STATES[self]

    @property
    def over(self) -> bool:
        """Whether nothing more happens to it."""
        return self in _OVER


_STATES: Mapping[ChangeState, str] = {
    ChangeState.DRAFT: _("draft"),
    ChangeState.SUBMITTED: _("waits for approval"),
    ChangeState.APPROVED: _("approved"),
    ChangeState.REJECTED: _("rejected"),
    ChangeState.OPEN: _("window open"),
    ChangeState.IMPLEMENTED: _("implemented"),
    ChangeState.VERIFIED: _("verified"),
    ChangeState.CLOSED: _("closed"),
    ChangeState.CANCELLED: _("cancelled"),
    ChangeState.EXPIRED: _("expired"),
    ChangeState.ROLLED_BACK: _("rolled back"),
}
_OVER = frozenset(
    {ChangeState.REJECTED, ChangeState.CLOSED, ChangeState.CANCELLED, ChangeState.EXPIRED, ChangeState.ROLLED_BACK}
)
_ALLOWS = frozenset(
    {ChangeState.APPROVED, ChangeState.OPEN, ChangeState.IMPLEMENTED, ChangeState.VERIFIED, ChangeState.CLOSED}
)
"""The states in which it explains what changed in its window."""


class ChangeStep(Enum):
    """What somebody, or time, does to a change request."""

    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    OPEN = "open"
    IMPLEMENT = "implement"
    VERIFY = "verify"
    CLOSE = "close"
    CANCEL = "cancel"
    EXPIRE = "expire"
    ROLL_BACK = "roll back"


@dataclass(frozen=True, slots=True)
class ChangeRequest:
    """A change request as it now is. `start` and `end` bound its window."""

    kind: ChangeKind
    title: str
    reason: str
    requested_by: str
    created: datetime
    start: datetime
    end: datetime
    targets: tuple[Scope, ...]
    implementers: tuple[str, ...]
    rollback: str = ""
    risk: str = ""
    evidence: str = ""
    """Of software: the proof that it was searched for viruses."""
    emergency: bool = False
    state: ChangeState = ChangeState.DRAFT
    submitted: datetime | None = None
    judged_by: str | None = None
    judged_at: datetime | None = None
    judgement: str = ""
    implemented_by: str | None = None
    implemented_at: datetime | None = None
    verified_by: str | None = None
    verified_at: datetime | None = None
    ended: datetime | None = None
    id: int = 0

    @property
    def approved_by(self) -> str | None:
        """Who approved it; None where nobody has."""
        return None if self.state is ChangeState.REJECTED else self.judged_by

    @property
    def parties(self) -> frozenset[str]:
        """Whose change it is, and who therefore approves nothing of it."""
        return frozenset({self.requested_by, *self.implementers})


@dataclass(frozen=True, slots=True)
class Patience:
    """How long after an emergency began it must be requested, and approved; and how far off a window's edge counts."""

    request_within: timedelta
    approve_within: timedelta
    grace: timedelta


@dataclass(frozen=True, slots=True)
class Freeze:
    """A period in which nothing is changed but in an emergency. It suppresses nothing of recording."""

    title: str
    start: datetime
    end: datetime
    devices: frozenset[str] | None = None
    """None for all of them."""


def step(request: ChangeRequest, what: ChangeStep, who: Doer, now: datetime, text: str = "") -> ChangeRequest:
    """Return a change request after a step; NotAllowed where it may not be taken now, or not by them."""
    if request.state not in _from(request, what):
        raise NotAllowed(_("change request {number} ({state}): this step cannot follow"), _named(request))
    return _STEPS[what](request, who, now, text)


def _from(request: ChangeRequest, what: ChangeStep) -> frozenset[ChangeState]:
    found = _FROM[what]
    if what is ChangeStep.IMPLEMENT and request.emergency:
        return found | {ChangeState.DRAFT, ChangeState.SUBMITTED}
    return found


_FROM: Mapping[ChangeStep, frozenset[ChangeState]] = {
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


def passes(request: ChangeRequest, now: datetime, patience: Patience, *, changed: bool) -> ChangeStep | None:
    """Return the step that time takes: a window opens, or is over and nothing has `changed` in it.

    It opens by its grace early, so that a device is read once more before anybody touches it: what changes later can
    then have changed in the window only.
    """
    if request.state is ChangeState.APPROVED and request.start - patience.grace <= now <= request.end:
        return ChangeStep.OPEN
    if request.state in _FROM[ChangeStep.EXPIRE] and now > request.end + patience.grace and not changed:
        return ChangeStep.EXPIRE
    return None


def ended(request: ChangeRequest, after: datetime, now: datetime) -> bool:
    """Whether its window has ended in (after, now]: what it has led to is looked at before the grace is over."""
    return permit(request) is not None and after < request.end <= now


def unreported(request: ChangeRequest, now: datetime, patience: Patience) -> bool:
    """Whether its window is over and nobody has said that it was done, or rolled back."""
    return request.state in _FROM[ChangeStep.EXPIRE] and now > request.end + patience.grace


def overdue(request: ChangeRequest, now: datetime, patience: Patience) -> bool:
    """Whether an emergency has not been requested, or not been approved, in time."""
    if not request.emergency or request.state.over:
        return False
    if request.submitted is None:
        return now > request.start + patience.request_within
    late = request.submitted > request.start + patience.request_within and request.judged_at is None
    return late or (request.state is ChangeState.SUBMITTED and now > request.start + patience.approve_within)


def frozen(request: ChangeRequest, freezes: Iterable[Freeze], devices: frozenset[str]) -> Freeze | None:
    """Return the freeze period that its window touches, on any of its devices; None for an emergency."""
    if request.emergency:
        return None
    return next((each for each in freezes if _touches(each, request, devices)), None)


def _touches(freeze: Freeze, request: ChangeRequest, devices: frozenset[str]) -> bool:
    if freeze.devices is not None and not freeze.devices & devices:
        return False
    return freeze.start < request.end and request.start < freeze.end


def permit(request: ChangeRequest) -> Permit | None:
    """Return what a change request allows, or claims; None where it allows nothing (yet).

    What was done before the approval was not approved, but in an emergency.
    """
    allowed = request.state in _ALLOWS or (request.state is ChangeState.ROLLED_BACK and request.judged_at is not None)
    claimed = request.emergency and request.state in {ChangeState.DRAFT, ChangeState.SUBMITTED}
    if not (allowed or claimed):
        return None
    start = request.start
    if not request.emergency and request.judged_at is not None:
        start = max(start, request.judged_at)
    return Permit(
        request.targets, frozenset(request.implementers), start, request.end, change=request.id, claimed=claimed
    )
