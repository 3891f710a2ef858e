"""Drift and change requests in a report: what nobody approved, what was changed as approved, and what is under way."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.changes import patience
from netwatch.domain.drift.change_request import ChangeState
from netwatch.domain.drift.change_window import overdue, unreported
from netwatch.domain.drift.finding import FindingState
from netwatch.domain.drift.verdict import Verdict
from netwatch.storage import change_requests, deviations
from probes.api import _
from roster import facts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.change_request import ChangeRequest
    from netwatch.domain.drift.finding import Finding
    from netwatch.domain.drift.permit import Scope

MARK = "D"
"""What stands before the number of a finding, so that nobody takes it for one of `netwatch unapproved`."""
SAID = {
    "request": {"zh_CN": "变更申请", "en": _("Change request")},
    "reason": {"zh_CN": "原因", "en": _("reason")},
    "rollback": {"zh_CN": "回退方案", "en": _("roll-back plan")},
    "implementer": {"zh_CN": "实施人", "en": _("implementer")},
    "on": {"zh_CN": "范围", "en": _("scope")},
}
"""What the parts of a change request are called in a report."""
LASTS = frozenset({ChangeState.OPEN, ChangeState.IMPLEMENTED, ChangeState.VERIFIED})


def unapproved(
    tx: Connection,
    settings: Settings,
    after: int,
    upto: int,
    now: datetime,  # noqa: ARG001 - what is told depends on events alone; all of a report's parts are asked alike
) -> tuple[facts.Unapproved, ...]:
    """Return the deviations that were found, judged or ended after event `after`, and those that stand.

    What was changed as approved is among them, with the request or the register entry that explains it.
    """
    moved = {each.id: each for each in deviations.moved(tx, after, upto)}
    standing = {each.id: each for each in deviations.stand(tx) if each.event <= upto}
    return tuple(_deviation(settings, each) for _number, each in sorted({**moved, **standing}.items()))


def _deviation(settings: Settings, finding: Finding) -> facts.Unapproved:
    told = finding.told
    is_approved = told.verdict is Verdict.AUTHORISED
    return facts.Unapproved(
        number=finding.id,
        device=finding.device,
        what=told.summary,
        at=finding.high,
        entry=(told.entry or 0) if is_approved else 0,
        settled=is_approved or finding.state is not FindingState.OPEN,
        text=finding.judgement,
        by=settings.called(finding.judged_by or ""),
        event=finding.event,
        verdict=_word(finding),
        change=(told.change or 0) if is_approved else 0,
        mark=MARK,
    )


def _word(finding: Finding) -> str:
    """Return what has become of it, in a word of the catalogue."""
    if finding.closing is not None:
        return finding.closing.title
    return "" if finding.state is FindingState.OPEN else finding.state.title


def requests(tx: Connection, settings: Settings, after: int, upto: int, now: datetime) -> tuple[facts.Record, ...]:
    """Return the change requests with which something happened after event `after`, and those under way."""
    found = change_requests.moved(tx, after, upto)
    return tuple(_record(settings, each, now) for each in found if each.state is not ChangeState.DRAFT)


def _record(settings: Settings, request: ChangeRequest, now: datetime) -> facts.Record:
    wait = patience(settings)
    said = {
        "on": ", ".join(_scope(each) for each in request.targets),
        "implementer": ", ".join(settings.called(each) for each in request.implementers),
        "reason": request.reason,
        "rollback": request.rollback,
    }
    devices = {each.device for each in request.targets}
    return facts.Record(
        number=request.id,
        register="@changes",
        names=SAID["request"],
        place=facts.Place.CHANGES,
        state=request.state.title,
        text=request.title,
        applicant=settings.called(request.requested_by),
        since=request.start,
        due=None if request.ended else request.end,
        overdue=overdue(request, now, wait) or unreported(request, now, wait),
        waiting=request.state is ChangeState.SUBMITTED,
        open=request.state in LASTS,
        approver=settings.called(request.approved_by or ""),
        closed=request.ended,
        fields=tuple(facts.Labelled(SAID[name], value) for name, value in said.items() if value),
        device=devices.pop() if len(devices) == 1 else "",
    )


def _scope(scope: Scope) -> str:
    return " · ".join((scope.device or f"@{scope.group}", *scope.facets, *scope.paths))
