"""What a leader says of what a device is set to: approved as it is, waived until a date, or to be put back."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netwatch.actions.doing import ruled
from netwatch.config.registers import types
from netwatch.domain.drift import baseline as rules
from netwatch.domain.drift import finding as of_finding
from netwatch.domain.drift.attribution import Confidence
from netwatch.domain.drift.baseline import NETWATCH, Baseline, means, supersede
from netwatch.domain.drift.waiver import Waiver, grant
from netwatch.domain.registers import listed
from netwatch.domain.vouching import stands
from netwatch.drift.judging import close_as_approved
from netwatch.drift.rulebook import users
from netwatch.errors import UsageError
from netwatch.storage import audit, baselines, change_requests, deviations, events, registers, snapshots, waivers
from netwatch.storage.events import EventKind
from probes.api import Message, _
from probes.facets import PASSING, title

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing
    from netwatch.domain.drift.finding import Finding
    from netwatch.domain.drift.snapshot import Snapshot

AS_FOUND = "as found"
"""What is noted of first baselines that were taken over together."""


def approve(tx: Connection, doing: Doing) -> Message:
    """Approve what a facet now is: that of a finding, or the very content whose hash is named."""
    if doing.arguments.get("number") is not None:
        finding = _finding(tx, doing)
        newest = _newest(tx, finding.device, finding.facet)
        _unmoved(newest, finding.content, _given(doing))
        return _approve(tx, doing, newest, finding)
    device, facet = doing.device("device"), doing.text("facet")
    newest, given = _newest(tx, device, facet), _given(doing)
    if given is None:
        raise UsageError(_("name the content that you have seen, by its hash, or the number of the finding"))
    _unmoved(newest, newest.content, given)
    return _approve(tx, doing, newest, deviations.standing(tx, device, facet))


def _given(doing: Doing) -> str | None:
    return doing.text("content", needed=False) or None


def _unmoved(newest: Snapshot, seen: str, given: str | None) -> None:
    """Refuse where the device is no longer what the leader has looked at."""
    if newest.content != seen or (given is not None and not means(given, newest.content)):
        raise UsageError(
            _("{facet} of {device} is not, or no longer, what you name: it is {content} now; look at it again"),
            facet=title(newest.facet),
            device=newest.device,
            content=newest.content[:12],
        )


def _approve(tx: Connection, doing: Doing, newest: Snapshot, finding: Finding | None, text: str = "") -> Message:
    if newest.facet in PASSING:
        raise UsageError(_("{facet}: they change by themselves and have no baseline"), facet=title(newest.facet))
    base = baselines.approved(tx, newest.device, newest.facet)
    if base is not None and base.content == newest.content:
        values = {"facet": title(newest.facet), "device": newest.device}
        raise UsageError(_("{facet} of {device} is approved as it is"), **values)
    proposal = _proposal(tx, doing, newest, finding)
    said = text or doing.text("text", needed=False)
    with ruled():
        approved = rules.approve(
            proposal, newest.content, doing.doer(), _parties(tx, doing, finding, proposal), doing.now, said
        )
    if base is not None:
        baselines.save(tx, supersede(base, doing.now), base.state)
    if not approved.id:
        approved = replace(approved, id=baselines.add(tx, approved))
    elif not baselines.save(tx, approved, proposal.state):
        raise UsageError(_("somebody else has just judged it"))
    if finding is not None and finding.stands:
        close_as_approved(tx, replace(finding, judged_by=doing.actor, judged_at=doing.now, judgement=said), doing.now)
    _record(tx, doing, "approved", approved, finding, said)
    values = {"facet": title(newest.facet), "device": newest.device, "content": newest.content[:12]}
    return Message(_("{facet} of {device} is approved as {content}"), values)


def _proposal(tx: Connection, doing: Doing, newest: Snapshot, finding: Finding | None) -> Baseline:
    proposed = baselines.proposed(tx, newest.device, newest.facet)
    known = next((each for each in proposed if each.content == newest.content), None)
    return known or Baseline(
        device=newest.device,
        facet=newest.facet,
        content=newest.content,
        rules=newest.rules,
        proposed_by=NETWATCH,
        proposed_at=doing.now,
        difference=finding.difference if finding is not None else "",
        change=finding.told.change if finding is not None else None,
    )


def _parties(tx: Connection, doing: Doing, finding: Finding | None, proposal: Baseline | None = None) -> frozenset[str]:
    """Return whose change it was, as far as anybody knows: they judge nothing of it."""
    number = (proposal.change if proposal is not None else None) or (finding.told.change if finding else None)
    request = change_requests.get(tx, number) if number is not None else None
    found = request.parties if request is not None else frozenset()
    if finding is not None and finding.told.entry is not None:
        found |= _of_entry(tx, doing, finding.told.entry)
    if finding is None or finding.told.confidence == Confidence.LOW.value:
        return found
    known = users(doing.settings)
    return found | {known[user.casefold()] for user in finding.told.users if user.casefold() in known}


def _of_entry(tx: Connection, doing: Doing, number: int) -> frozenset[str]:
    """Return who asked for a register's entry, and whom it names."""
    entry, kinds = registers.get(tx, number), types(doing.settings.file)
    if entry is None:
        return frozenset()
    fields = kinds[entry.register].people if entry.register in kinds else ()
    said = (entry.values.get(each, "") for each in fields)
    named = (name for value in said for name in listed(value))
    return frozenset({entry.applicant, *named})


def approve_first(tx: Connection, doing: Doing) -> Message:
    """Take over what a device is now, for each facet of which nothing was ever approved."""
    device, count = doing.device("device"), 0
    for facet in snapshots.facets(tx, device):
        newest = snapshots.newest(tx, device, facet)
        if newest is not None and facet not in PASSING and not baselines.ever(tx, device, facet):
            _approve(tx, doing, newest, None, AS_FOUND)
            count += 1
    if not count:
        raise UsageError(_("nothing of {device} waits for its first approval"), device=device)
    return Message(_("{device} is approved as found; facets: {count}"), {"device": device, "count": count})


def waive(tx: Connection, doing: Doing) -> Message:
    """Bear with a deviation until a date; somebody answers for it."""
    finding, who = _finding(tx, doing), doing.doer()
    owner, until = doing.colleague("owner"), doing.moment("until")
    if until is None:
        raise UsageError(_("until: say until when"))
    draft = Waiver(
        finding=finding.id,
        fingerprint=finding.fingerprint,
        owner=owner.name,
        granted_by=who.name,
        granted_at=doing.now,
        until=until,
        reason=doing.text("text"),
    )
    with ruled():
        after = of_finding.waive(finding, who, _parties(tx, doing, finding), doing.now, draft.reason)
        granted = grant(draft, who, doing.now, doing.settings.file.change.longest_waiver)
    waivers.end(tx, finding.fingerprint, doing.now)
    number = waivers.add(tx, granted)
    more = {"waiver": number, "owner": owner.name, "until": granted.until.isoformat()}
    deviations.save(tx, replace(after, judged_event=_record(tx, doing, "waived", None, after, draft.reason, **more)))
    zone = doing.settings.site.zone
    values: dict[str, str | int] = {
        "number": finding.id,
        "until": f"{until.astimezone(zone):%Y-%m-%d %H:%M}",
        "owner": owner.name,
    }
    return Message(_("finding {number} is waived until {until}; {owner} answers for it"), values)


def reject(tx: Connection, doing: Doing) -> Message:
    """Say that a deviation is to be put back; what was proposed of it is rejected."""
    finding, who, text = _finding(tx, doing), doing.doer(), doing.text("text")
    parties = _parties(tx, doing, finding)
    with ruled():
        after = of_finding.acknowledge(finding, who, parties, doing.now, text)
        for each in baselines.proposed(tx, finding.device, finding.facet):
            if each.content == finding.content:
                baselines.save(tx, rules.reject(each, who, parties, doing.now, text), each.state)
    waivers.end(tx, finding.fingerprint, doing.now)
    deviations.save(tx, replace(after, judged_event=_record(tx, doing, "rejected", None, after, text)))
    return Message(_("finding {number} is rejected: {device} is to be put back"), _about(finding))


def _about(finding: Finding) -> dict[str, str | int]:
    return {"number": finding.id, "device": finding.device}


def _finding(tx: Connection, doing: Doing) -> Finding:
    number = doing.number("number")
    finding = deviations.get(tx, number)
    if finding is None:
        raise UsageError(_("there is no finding {number}"), number=number)
    if not finding.stands:
        raise UsageError(_("finding {number} is over"), number=number)
    return finding


def _newest(tx: Connection, device: str, facet: str) -> Snapshot:
    newest = snapshots.newest(tx, device, facet)
    if newest is None:
        raise UsageError(_("{facet} of {device} was never read completely"), facet=title(facet[:64]), device=device)
    return newest


def _record(
    tx: Connection,
    doing: Doing,
    what: str,
    baseline: Baseline | None,
    finding: Finding | None,
    text: str,
    **more: Any,
) -> int:
    """Write a judgement into the journal and the audit log; return the number of its event."""
    device, facet = _where(baseline, finding)
    data: dict[str, Any] = {"what": what, "facet": facet, **more}
    if finding is not None:
        data |= {"finding": finding.id, "fingerprint": finding.fingerprint}
    if baseline is not None:
        data |= {"baseline": baseline.id, "content": baseline.content, "change": baseline.change}
    kind = EventKind.BASELINE if baseline is not None else EventKind.DRIFT
    event = events.add(tx, doing.entry(kind, device=device, text=text or None, data=data))
    sealed = {"rules": baseline.rules, "difference": baseline.difference, "seal": baseline.seal} if baseline else {}
    stood = stands(finding.key, finding.state.value, finding.says) if finding is not None and baseline is None else {}
    proposed = {"proposed_by": baseline.proposed_by} if baseline else {}
    audit.record(
        tx,
        actor=doing.actor,
        action=f"{'baseline' if baseline is not None else 'drift'}.{what}",
        subject=f"{device}/{facet}",
        detail={**data, **sealed, **proposed, **stood, "text": text, "entered_by": doing.login},
        now=doing.now,
    )
    return int(event)


def _where(baseline: Baseline | None, finding: Finding | None) -> tuple[str, str]:
    for each in (baseline, finding):
        if each is not None:
            return each.device, each.facet
    return "", ""


ACTIONS: Mapping[str, Action] = {
    "approve_drift": approve,
    "approve_first": approve_first,
    "waive_drift": waive,
    "reject_drift": reject,
}
