"""Change requests in time: windows that open and end, emergencies that are overdue, freezes, and what is allowed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.drift.change_request import ChangeRequest, ChangeState, ChangeStep
from netwatch.domain.drift.change_steps import FROM
from netwatch.domain.drift.permit import Permit

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime, timedelta

_ALLOWS = frozenset(
    {
        ChangeState.APPROVED,
        ChangeState.OPEN,
        ChangeState.IMPLEMENTED,
        ChangeState.VERIFIED,
        ChangeState.CLOSED,
        # A device that was out of reach may be read only now: what changed in the window was allowed all the same.
        ChangeState.EXPIRED,
    }
)
"""The states in which it explains what changed in its window."""


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


def passes(request: ChangeRequest, now: datetime, patience: Patience, *, changed: bool) -> ChangeStep | None:
    """Return the step that time takes: a window opens, or is over and nothing has `changed` in it.

    It opens by its grace early, so that a device is read once more before anybody touches it: what changes later can
    then have changed in the window only.
    """
    if request.state is ChangeState.APPROVED and request.start - patience.grace <= now <= request.end:
        return ChangeStep.OPEN
    if request.state in FROM[ChangeStep.EXPIRE] and now > request.end + patience.grace and not changed:
        return ChangeStep.EXPIRE
    return None


def ended(request: ChangeRequest, after: datetime, now: datetime) -> bool:
    """Whether its window has ended in (after, now]: what it has led to is looked at before the grace is over."""
    return permit(request) is not None and after < request.end <= now


def unreported(request: ChangeRequest, now: datetime, patience: Patience) -> bool:
    """Whether its window is over and nobody has said that it was done, or rolled back."""
    return request.state in FROM[ChangeStep.EXPIRE] and now > request.end + patience.grace


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

    What was done before the approval was not approved, but in an emergency. What is done once it was verified has
    been seen by nobody who verified it, though its window may last for hours yet.
    """
    allowed = request.state in _ALLOWS or (request.state is ChangeState.ROLLED_BACK and request.judged_at is not None)
    claimed = request.emergency and request.state in {ChangeState.DRAFT, ChangeState.SUBMITTED}
    if not (allowed or claimed):
        return None
    start = request.start
    if not request.emergency and request.judged_at is not None:
        start = max(start, request.judged_at)
    end = min(request.end, request.verified_at or request.end)
    people = frozenset(request.implementers)
    return Permit(request.targets, people, start, end, change=request.id, claimed=claimed)
