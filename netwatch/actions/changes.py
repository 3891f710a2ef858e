"""Change requests: written, submitted, approved by somebody else, implemented, verified by somebody else again."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.actions.doing import ruled
from netwatch.domain.drift.baseline import Baseline
from netwatch.domain.drift.change_request import ChangeKind, ChangeRequest, ChangeStep
from netwatch.domain.drift.permit import Scope
from netwatch.domain.drift.verdict import Verdict
from netwatch.drift.judging import judge
from netwatch.drift.requesting import devices, in_freeze, take, vouch
from netwatch.errors import UsageError
from netwatch.mail.changes import Notice, tell
from netwatch.storage import audit, baselines, change_requests, deviations, events, snapshots
from netwatch.storage.events import EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing
    from netwatch.domain.drift.finding import Finding
    from netwatch.domain.registers import Doer

MOST = 200
"""So many targets, patterns or people a request may name."""


def create(tx: Connection, doing: Doing) -> Message:
    """Write a change request and, unless it is to stay a draft, submit it."""
    who = doing.doer()
    request = _written(doing, who)
    said = Message(_("a change request is written: {title}"), {"title": request.title})
    event = events.add(tx, doing.entry(EventKind.CHANGE, summary=said, data={"step": "write"}))
    number = change_requests.add(tx, request, int(event))
    request = replace(request, id=number)
    vouch(tx, request, "write", doing.actor, doing.now, {"reason": request.reason, "entered_by": doing.login})
    if doing.arguments.get("draft") is True:
        return Message(_("change request {number} is a draft"), {"number": number})
    return _step(tx, doing, request, ChangeStep.SUBMIT, "")


def _written(doing: Doing, who: Doer) -> ChangeRequest:
    kind = next((each for each in ChangeKind if each.value == doing.text("kind")), None)
    if kind is None:
        choices = ", ".join(each.value for each in ChangeKind)
        raise UsageError(_("{field}: must be one of {choices}"), field="kind", choices=choices)
    start, end = doing.moment("start") or doing.now, doing.moment("end")
    if end is None:
        raise UsageError(_("until: say until when"))
    return ChangeRequest(
        kind=kind,
        title=doing.text("title")[:200],
        reason=doing.text("reason"),
        requested_by=who.name,
        created=doing.now,
        start=start,
        end=end,
        targets=_targets(doing),
        implementers=_implementers(doing),
        rollback=doing.text("rollback", needed=False),
        risk=doing.text("risk", needed=False),
        evidence=doing.text("evidence", needed=False),
        emergency=doing.arguments.get("emergency") is True,
    )


def _targets(doing: Doing) -> tuple[Scope, ...]:
    facets, paths = (tuple(_some(doing, name)) for name in ("facets", "paths"))
    known = {group for each in doing.settings.devices.values() for group in each.groups}
    named = _some(doing, "devices"), _some(doing, "groups")
    for names, there, template in (
        (named[0], doing.settings.devices, _("there is no device {name}")),
        (named[1], known, _("there is no group {name}")),
    ):
        unknown = next((name for name in names if name not in there), None)
        if unknown is not None:
            raise UsageError(template, name=unknown[:64])
    return (
        *(Scope(device=name, facets=facets, paths=paths) for name in named[0]),
        *(Scope(group=name, facets=facets, paths=paths) for name in named[1]),
    )


def _implementers(doing: Doing) -> tuple[str, ...]:
    names = _some(doing, "implementers") or [doing.actor]
    for name in names:
        if name not in doing.settings.people:
            raise UsageError(_("{name} is not among the people of the configuration"), name=name[:64])
    return tuple(dict.fromkeys(names))


def _some(doing: Doing, argument: str) -> list[str]:
    names = doing.names(argument)
    if len(names) > MOST:
        raise UsageError(_("{field}: at most {most} names; name a group instead"), field=argument, most=MOST)
    if not all(0 < len(name) <= 200 and name.isprintable() for name in names):  # noqa: PLR2004
        raise UsageError(_("{field}: must be names"), field=argument)
    return names


def _existing(tx: Connection, doing: Doing) -> ChangeRequest:
    number = doing.number("number")
    request = change_requests.get(tx, number)
    if request is None:
        raise UsageError(_("there is no change request {number}"), number=number)
    return request


def _take(what: ChangeStep, *, needs_words: bool = False) -> Action:
    def action(tx: Connection, doing: Doing) -> Message:
        return _step(tx, doing, _existing(tx, doing), what, doing.text("text", needed=needs_words))

    return action


def _step(tx: Connection, doing: Doing, request: ChangeRequest, what: ChangeStep, text: str) -> Message:
    if what in {ChangeStep.SUBMIT, ChangeStep.APPROVE}:
        _thawed(doing, request)
    after = _taken(tx, doing, request, what, text)
    _tell(tx, doing, after, what, text)
    return Message(_SAID[what], {"number": after.id})


def _taken(tx: Connection, doing: Doing, request: ChangeRequest, what: ChangeStep, text: str) -> ChangeRequest:
    with ruled():
        after = take(tx, request, what, doing.doer(), doing.now, text, doing.login)
    if after is None:
        raise UsageError(_("somebody else has just taken a step with change request {number}"), number=request.id)
    return after


def _thawed(doing: Doing, request: ChangeRequest) -> None:
    freeze = in_freeze(doing.settings, request)
    if freeze is not None:
        zone = doing.settings.site.zone
        raise UsageError(
            _("nothing is changed from {start} to {end} but in an emergency: {title}"),
            title=freeze.title,
            start=f"{freeze.start.astimezone(zone):%Y-%m-%d %H:%M}",
            end=f"{freeze.end.astimezone(zone):%Y-%m-%d %H:%M}",
        )


_SAID = {
    ChangeStep.SUBMIT: _("change request {number} waits for approval"),
    ChangeStep.APPROVE: _("change request {number} is approved"),
    ChangeStep.REJECT: _("change request {number} is rejected"),
    ChangeStep.CANCEL: _("change request {number} is cancelled"),
    ChangeStep.IMPLEMENT: _("change request {number} is implemented; somebody else verifies it"),
    ChangeStep.ROLL_BACK: _("change request {number} is rolled back"),
}


def _tell(tx: Connection, doing: Doing, request: ChangeRequest, what: ChangeStep, text: str) -> None:
    """Ask the leaders for their approval, and tell those whose change it is what came of it."""
    notice = _NOTICES.get(what)
    if notice is None:
        return
    people = _leaders(doing, request) if notice is Notice.REQUEST else request.parties - {doing.actor}
    tell(tx, doing.settings, sorted(people), notice, request, doing.now, text)


def _leaders(doing: Doing, request: ChangeRequest) -> frozenset[str]:
    """Return who may approve it: leaders whose own it is not."""
    known = doing.settings.people.items()
    return frozenset(name for name, person in known if name not in request.parties and doing.leads(person))


_NOTICES = {
    ChangeStep.SUBMIT: Notice.REQUEST,
    ChangeStep.APPROVE: Notice.APPROVED,
    ChangeStep.REJECT: Notice.REJECTED,
}


def verify(tx: Connection, doing: Doing) -> Message:
    """Say that a change was made as asked, and propose what it has led to as the new baselines."""
    request = _existing(tx, doing)
    after = _taken(tx, doing, request, ChangeStep.VERIFY, doing.text("text", needed=False))
    found = [each for each in _standing(tx, doing, after) if _propose(tx, doing, after, each)]
    values = {"number": after.id, "count": len(found)}
    if not found:
        return Message(_("change request {number} is verified; nothing of it waits for a new baseline"), values)
    leaders = sorted(_leaders(doing, after) - {doing.actor})
    numbers = [each.id for each in found]
    tell(tx, doing.settings, leaders, Notice.VERIFIED, after, doing.now, findings=numbers)
    return Message(_("change request {number} is verified; baselines proposed: {count}"), values)


def _standing(tx: Connection, doing: Doing, request: ChangeRequest) -> tuple[Finding, ...]:
    """Return the deviations that a change has led to, judged as of now."""
    on = devices(doing.settings, request)
    for each in deviations.stand(tx):
        if each.device in on:
            judge(tx, doing.settings, each.device, each.facet, doing.now)
    return tuple(each for each in deviations.of_change(tx, request.id) if each.stands)


def _propose(tx: Connection, doing: Doing, request: ChangeRequest, finding: Finding) -> bool:
    newest = snapshots.newest(tx, finding.device, finding.facet)
    fits = newest is not None and newest.content == finding.content and finding.told.verdict is Verdict.AUTHORISED
    if newest is None or not fits or _proposed(tx, finding):
        return False
    baseline = Baseline(
        device=finding.device,
        facet=finding.facet,
        content=newest.content,
        rules=newest.rules,
        proposed_by=doing.actor,
        proposed_at=doing.now,
        difference=finding.difference,
        change=request.id,
    )
    number = baselines.add(tx, baseline)
    data = {"baseline": number, "what": "proposed", "facet": finding.facet, "change": request.id}
    events.add(tx, doing.entry(EventKind.BASELINE, device=finding.device, data=data))
    audit.record(
        tx,
        actor=doing.actor,
        action="baseline.proposed",
        subject=f"{finding.device}/{finding.facet}",
        detail={**data, "content": newest.content, "rules": newest.rules, "difference": finding.difference},
        now=doing.now,
    )
    return True


def _proposed(tx: Connection, finding: Finding) -> bool:
    return any(each.content == finding.content for each in baselines.proposed(tx, finding.device, finding.facet))


ACTIONS: Mapping[str, Action] = {
    "new_change": create,
    "submit_change": _take(ChangeStep.SUBMIT),
    "approve_change": _take(ChangeStep.APPROVE),
    "reject_change": _take(ChangeStep.REJECT, needs_words=True),
    "cancel_change": _take(ChangeStep.CANCEL, needs_words=True),
    "implement_change": _take(ChangeStep.IMPLEMENT),
    "verify_change": verify,
    "roll_back_change": _take(ChangeStep.ROLL_BACK, needs_words=True),
}
