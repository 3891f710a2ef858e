"""The registers: an entry is written, submitted, approved, begun, completed and confirmed; each step is recorded."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.actions.doing import ruled
from netwatch.config.registers import types
from netwatch.domain.registers import (
    Approval,
    Doer,
    Entry,
    EntryState,
    EntryStep,
    FieldKind,
    extend,
    listed,
    read,
    step,
)
from netwatch.errors import UsageError
from netwatch.language import label
from netwatch.mail.registers import Notice, tell
from netwatch.storage import events, registers
from netwatch.storage.events import EventKind
from netwatch.storage.registers import Taken
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing
    from netwatch.domain.registers import RegisterType


def create(tx: Connection, doing: Doing) -> Message:
    """Write a new entry and, unless it is to stay a draft, submit it."""
    doer = doing.doer()
    kind = _type(doing, doing.text("register"))
    values = _values(doing, kind)
    entry = Entry(kind.name, doer.name, doing.now, start=doing.moment("start"), due=doing.moment("due"))
    entry = _allowed(kind, entry, EntryStep.SET, doer, doing, values)
    entry = replace(entry, id=registers.add(tx, entry))
    _record(tx, doing, kind, entry, EntryStep.CREATE, values)
    if doing.arguments.get("draft") is True:
        return Message(_("entry {number} is a draft"), {"number": entry.id})
    return _step(tx, doing, kind, entry, EntryStep.SUBMIT)


def _type(doing: Doing, name: str) -> RegisterType:
    known = types(doing.settings.file)
    if name not in known:
        raise UsageError(_("there is no register {name}; there are: {names}"), name=name, names=", ".join(known))
    return known[name]


def _values(doing: Doing, kind: RegisterType) -> dict[str, str]:
    """Return the values given, each as its field takes it. A device must be one of the site's."""
    given = doing.arguments.get("values") or {}
    if not isinstance(given, dict) or not all(isinstance(value, str) for value in given.values()):
        raise UsageError(_("{field}: must be texts by field"), field="values")
    found = {}
    for name, text in given.items():
        known = kind.field(name)
        if known is None:
            names = ", ".join(each.name for each in kind.fields)
            raise UsageError(
                _("{register} has no field {field}; it has: {names}"), register=kind.name, field=name[:40], names=names
            )
        with ruled():
            found[name] = read(known, text)
        if known.kind is FieldKind.DEVICE and found[name] and found[name] not in doing.settings.devices:
            raise UsageError(_("there is no device {name}"), name=found[name][:64])
        if known.kind is FieldKind.DEVICES:
            _known_devices(doing, found[name])
    return found


def _known_devices(doing: Doing, text: str) -> None:
    """Refuse a name in a list that is no device and no group of devices."""
    groups = {group for device in doing.settings.devices.values() for group in device.groups}
    for name in listed(text):
        if name not in doing.settings.devices and name not in groups:
            raise UsageError(_("there is no device and no group {name}"), name=name[:64])


def _allowed(
    kind: RegisterType, entry: Entry, what: EntryStep, doer: Doer, doing: Doing, values: Mapping[str, str]
) -> Entry:
    with ruled():
        return step(kind, entry, what, doer, doing.now, values)


def _existing(tx: Connection, doing: Doing) -> Entry:
    number = doing.number("number")
    entry = registers.get(tx, number)
    if entry is None:
        raise UsageError(_("there is no entry {number}"), number=number)
    return entry


def _take(what: EntryStep) -> Action:
    def action(tx: Connection, doing: Doing) -> Message:
        entry = _existing(tx, doing)
        return _step(tx, doing, _type(doing, entry.register), entry, what)

    return action


def _step(tx: Connection, doing: Doing, kind: RegisterType, entry: Entry, what: EntryStep) -> Message:
    values = {} if what is EntryStep.SUBMIT and "register" in doing.arguments else _values(doing, kind)
    needs_words = what in {EntryStep.REJECT, EntryStep.CANCEL}
    text = doing.text("text", needed=needs_words)
    after = _allowed(kind, entry, what, doing.doer(), doing, values)
    if not registers.save(tx, after, entry.state):
        raise UsageError(_("somebody else has just taken a step with entry {number}"), number=entry.id)
    _record(tx, doing, kind, after, what, values, text)
    _tell(tx, doing, kind, after, what, text)
    return Message(
        _SAID[after.state], {"number": after.id, "register": label(kind.titles, doing.settings.site.language)}
    )


_SAID = {
    EntryState.DRAFT: _("entry {number} is changed"),
    EntryState.SUBMITTED: _("entry {number} ({register}) waits for approval"),
    EntryState.APPROVED: _("entry {number} ({register}) is approved"),
    EntryState.REJECTED: _("entry {number} ({register}) is rejected"),
    EntryState.OPEN: _("entry {number} ({register}) is in progress"),
    EntryState.DONE: _("entry {number} ({register}) is completed"),
    EntryState.CONFIRMED: _("entry {number} ({register}) is confirmed"),
    EntryState.CANCELLED: _("entry {number} ({register}) is cancelled"),
}


def change(tx: Connection, doing: Doing) -> Message:
    """Write new values; what was submitted or approved already is submitted anew."""
    entry = _existing(tx, doing)
    kind = _type(doing, entry.register)
    values = _values(doing, kind)
    after = _allowed(kind, entry, EntryStep.SET, doing.doer(), doing, values)
    due = doing.moment("due")
    if due is not None:
        with ruled():
            after = extend(kind, after, due, doing.doer())
        values = {**values, "due": due.isoformat()}
    if not values:
        raise UsageError(_("name at least one field"))
    if not registers.save(tx, after, entry.state):
        raise UsageError(_("somebody else has just taken a step with entry {number}"), number=entry.id)
    _record(tx, doing, kind, after, EntryStep.SET, values)
    if entry.state is not after.state:
        _tell(tx, doing, kind, after, EntryStep.SUBMIT, "")
    return Message(_("entry {number} is changed"), {"number": entry.id})


def _record(
    tx: Connection,
    doing: Doing,
    kind: RegisterType,
    entry: Entry,
    what: EntryStep,
    values: Mapping[str, str],
    text: str = "",
) -> None:
    data = {"entry": entry.id, "register": kind.name, "step": what.value, "state": entry.state.value}
    device = next((entry.values.get(each.name) for each in kind.fields if each.kind is FieldKind.DEVICE), None)
    event = events.add(tx, doing.entry(EventKind.REGISTER, text=text or None, data=data, device=device or None))
    registers.take(tx, entry, Taken(entry.id, what, doing.actor, doing.now, int(event), text, values))


def _tell(tx: Connection, doing: Doing, kind: RegisterType, entry: Entry, what: EntryStep, text: str) -> None:
    """Ask the leaders for their approval, and tell the applicant what came of it."""
    leaders = tuple(
        name for name, person in doing.settings.people.items() if name != entry.applicant and doing.leads(person)
    )
    if entry.state is EntryState.SUBMITTED and kind.approval is not Approval.NONE:
        asked = tuple(name for name in leaders if name != entry.seconded_by)
        tell(tx, doing.settings, asked, Notice.REQUEST, kind, entry, doing.now, text)
    elif what in {EntryStep.APPROVE, EntryStep.REJECT}:
        notice = Notice.APPROVED if what is EntryStep.APPROVE else Notice.REJECTED
        tell(tx, doing.settings, (entry.applicant,), notice, kind, entry, doing.now, text)


ACTIONS: Mapping[str, Action] = {
    "new_entry": create,
    "set_entry": change,
    "submit_entry": _take(EntryStep.SUBMIT),
    "approve_entry": _take(EntryStep.APPROVE),
    "reject_entry": _take(EntryStep.REJECT),
    "open_entry": _take(EntryStep.OPEN),
    "complete_entry": _take(EntryStep.DONE),
    "confirm_entry": _take(EntryStep.CONFIRM),
    "cancel_entry": _take(EntryStep.CANCEL),
}
