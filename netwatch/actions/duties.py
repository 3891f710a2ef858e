"""Recurring duties: what was done of them, or why not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from netwatch.actions.answers import answered
from netwatch.config.settings import Role
from netwatch.domain.checklist import Answer, Verdict
from netwatch.domain.duties import Duty, DutyKind, Fulfilment, Mark, Occurrence, Standing, State, when
from netwatch.domain.findings import fold
from netwatch.errors import UsageError
from netwatch.language import label
from netwatch.storage import duties as entries
from netwatch.storage.agenda import Agenda
from netwatch.storage.events import EventKind
from probes.api import Message, _
from roster.cover import on_duty
from roster.layers import Post

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing

NAMES = 10
"""So many names stand in one sentence."""
KNOWN = timedelta(days=400)
"""How far back it is looked for what was found out of order."""
PROVEN = ("done", "confirmed")
"""In which states an entry of a register proves something."""


def do(tx: Connection, doing: Doing) -> Message:
    """Enter that a duty is done, or for some of its devices, with the answers to its checklist."""
    agenda, duty = _duty(tx, doing)
    standing = _doable(agenda, duty, doing)
    devices = _ticked(doing, standing)
    whole = standing.left <= frozenset(devices)
    made = replace(
        _entry(doing, standing.occurrence, Mark.DONE),
        whole=whole,
        devices=devices,
        answers=answered(tx, doing, duty),
        entry=_evidence(tx, doing, duty) if whole else None,
        text=doing.text("text", needed=False),
    )
    return _record(tx, doing, made, _done(doing, standing, made))


def excuse(tx: Connection, doing: Doing) -> Message:
    """Enter why a duty was or will not be done: that closes it."""
    agenda, duty = _duty(tx, doing)
    wanted = doing.text("occurrence", needed=False)
    found = [each for each in agenda.current(duty) if each.open and wanted in {"", each.occurrence.key}]
    if not found:
        raise UsageError(_("{duty}: there is nothing to excuse"), duty=duty.name)
    made = replace(_entry(doing, found[0].occurrence, Mark.EXCUSED), text=doing.text("reason"))
    return _record(tx, doing, made, Message(_("{duty} of {when} is excused"), _values(doing, found[0].occurrence)))


def settle(tx: Connection, doing: Doing) -> Message:
    """Enter that what was not in order on a round is settled: that closes its fault."""
    _agenda, duty = _duty(tx, doing)
    name, device, reason = doing.text("item"), doing.text("device", needed=False), doing.text("reason")
    known = fold({}, entries.since(tx, doing.now - KNOWN, duty=duty.name)).values()
    found = [each for each in known if each.item == name and device in {"", each.device}]
    if not found:
        raise UsageError(_("{duty}: {item} was not found out of order"), duty=duty.name, item=name)
    last = found[-1].fulfilment
    devices = tuple(sorted(each.device for each in found if each.device))
    made = Fulfilment(duty.name, last.occurrence, last.scheduled, Mark.SETTLED, doing.actor, doing.now, whole=False)
    made = replace(made, answers=(Answer(name, Verdict.OK.value, Verdict.OK, reason),), devices=devices, text=reason)
    item = duty.item(name)
    language = doing.settings.site.language
    values = {"duty": label(duty.titles, language), "item": label(item.titles, language) if item else name}
    return _record(tx, doing, made, Message(_("{duty}: {item} is settled"), values))


def _duty(tx: Connection, doing: Doing) -> tuple[Agenda, Duty]:
    """Return the duty that is meant. Only who is on duty, who is meant to do it, or a leader may say a thing of it."""
    agenda = Agenda(tx, doing.settings, doing.now)
    name = doing.text("duty")
    duty = agenda.duty(name)
    if duty is None:
        raise UsageError(_("there is no duty {name}"), name=name)
    person = doing.require(Role.ENGINEER, Role.LEADER)
    there = {
        each for shift in on_duty(doing.settings.roster, doing.now) if shift.post is not Post.SHADOW
        for each in shift.people
    }  # fmt: skip
    if person.role is Role.ENGINEER and person.name not in {*there, duty.person}:
        raise UsageError(_("{name} is not on duty; a leader may enter it as well"), name=person.name)
    return agenda, duty


def _doable(agenda: Agenda, duty: Duty, doing: Doing) -> Standing:
    """Return the occurrence that is meant: the oldest that may be done now, of one's own shift if it is of a shift."""
    wanted = doing.text("occurrence", needed=False)
    found = [each for each in agenda.current(duty) if wanted in {"", each.occurrence.key}]
    ready = [each for each in found if each.occurrence.open_at(doing.now)]
    ready.sort(key=lambda each: each.occurrence.shift is not None and doing.actor not in each.occurrence.shift.people)
    left = [each for each in ready if each.open]
    if left:
        return left[0]
    if ready and duty.kind is DutyKind.ROUND:
        return ready[-1]  # one may go round more often than one must
    missed = next((each for each in found if each.open and each.state is State.MISSED), None)
    if missed is not None:
        template = _('{duty} of {when} was missed; say why: netwatch duties excuse {name} --reason "…"')
        raise UsageError(template, name=duty.name, **_values(doing, missed.occurrence))
    raise UsageError(_("{duty}: nothing of it is due now"), duty=duty.name)


def _ticked(doing: Doing, standing: Standing) -> tuple[str, ...]:
    """Return the devices that are ticked off: each by its name, or all that are left where that was asked for."""
    meant, devices = standing.occurrence.duty.devices, doing.names("devices")
    strange = [name for name in devices if name not in meant]
    if strange:
        raise UsageError(
            _("{name} is none of the devices of {duty}"), name=strange[0], duty=standing.occurrence.duty.name
        )
    if meant and doing.arguments.get("all_devices") is True:
        return tuple(sorted(standing.left))
    if meant and not devices:
        names = ", ".join(sorted(standing.left)[:NAMES])
        raise UsageError(
            _("name the devices that are done; {count} are left: {names}"), count=len(standing.left), names=names
        )
    return tuple(sorted(set(devices)))


def _evidence(tx: Connection, doing: Doing, duty: Duty) -> int | None:
    """Return the entry of a register that proves it, where the duty demands one."""
    if not duty.register:
        return None
    if doing.arguments.get("entry") is None:
        raise UsageError(
            _("{duty} needs an entry of the register {register}: --entry N"), duty=duty.name, register=duty.register
        )
    number = doing.number("entry")
    state = entries.state_of_proof(tx, duty.register, number)
    if state is None:
        raise UsageError(
            _("there is no entry {number} in the register {register}"), number=number, register=duty.register
        )
    if state not in PROVEN:
        raise UsageError(_("entry {number} is not done and confirmed yet: {state}"), number=number, state=state)
    return number


def _entry(doing: Doing, occurrence: Occurrence, mark: Mark) -> Fulfilment:
    return Fulfilment(occurrence.duty.name, occurrence.key, occurrence.scheduled, mark, doing.actor, doing.now)


def _done(doing: Doing, standing: Standing, made: Fulfilment) -> Message:
    """Say what came of it: done, in part, late; and what is not in order."""
    values = _values(doing, standing.occurrence)
    left = standing.left - frozenset(made.devices)
    failed = sum(answer.verdict is Verdict.FAIL for answer in made.answers)
    if left:
        return Message(_("{duty} of {when}: devices left: {count}"), {**values, "count": len(left)})
    if failed:
        return Message(_("{duty} of {when} is done; not in order: {count}"), {**values, "count": failed})
    if doing.now > standing.occurrence.due_by:
        return Message(_("{duty} of {when} is done, late"), values)
    return Message(_("{duty} of {when} is done"), values)


def _values(doing: Doing, occurrence: Occurrence) -> dict[str, str | int | float]:
    site = doing.settings.site
    return {"duty": label(occurrence.duty.titles, site.language), "when": when(occurrence, site.zone)}


def _record(tx: Connection, doing: Doing, made: Fulfilment, summary: Message) -> Message:
    data: dict[str, Any] = {"duty": made.duty, "occurrence": made.occurrence, "mark": made.mark.value}
    if made.devices:
        data["devices"] = list(made.devices)
    if made.entry is not None:
        data["entry"] = made.entry
    entry = doing.entry(EventKind.DUTY, text=made.text or None, summary=summary, data=data)
    entries.add(tx, made, entry)
    return summary


ACTIONS: Mapping[str, Action] = {"duty_done": do, "duty_excused": excuse, "duty_settled": settle}
