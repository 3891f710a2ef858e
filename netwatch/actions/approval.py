"""What happened without approval: tied to an entry that explains it, or judged, by a leader."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.config.registers import types
from netwatch.domain.approval import JUDGEMENTS, Fit, Verdict, claim, explained, fit, judged
from netwatch.errors import UsageError
from netwatch.storage import discrepancies, events, parts, registers
from netwatch.storage.events import EventKind
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing
    from netwatch.domain.approval import Discrepancy
    from netwatch.domain.registers import Entry


def explain(tx: Connection, doing: Doing) -> Message:
    """Tie something that happened to the approved entry that explains it, even if that was approved afterwards."""
    doing.leader()
    found = _open(tx, doing)
    entry = _entry(tx, doing, found)
    after = explained(found, entry, doing.actor, doing.now, doing.text("text", needed=False))
    _save(tx, doing, after)
    said = {
        Verdict.EXPLAINED: _("number {number} is explained by entry {entry}"),
        Verdict.AFTERWARDS: _("number {number} is explained by entry {entry}, which was approved afterwards"),
    }
    return Message(said[after.verdict], {"number": after.id, "entry": entry.id})


def judge(tx: Connection, doing: Doing) -> Message:
    """Say of something that no entry explains what it was."""
    doing.leader()
    verdict = next((each for each in JUDGEMENTS if each.value == doing.text("verdict")), None)
    if verdict is None:
        raise UsageError(
            _("{field}: must be one of {choices}"),
            field="verdict",
            choices=", ".join(each.value for each in JUDGEMENTS),
        )
    after = judged(_open(tx, doing), verdict, doing.actor, doing.now, doing.text("text"))
    _save(tx, doing, after)
    said = {
        Verdict.HARMLESS: _("number {number} is judged: harmless"),
        Verdict.AFTERWARDS: _("number {number} is judged: approved afterwards"),
        Verdict.INCIDENT: _("number {number} is judged: an incident"),
    }
    return Message(said[verdict], {"number": after.id})


def _open(tx: Connection, doing: Doing) -> Discrepancy:
    number = doing.number("number")
    found = discrepancies.get(tx, number)
    if found is None:
        raise UsageError(_("there is no number {number} among what happened without approval"), number=number)
    if found.verdict is not Verdict.OPEN:
        raise UsageError(_JUDGED[found.judged_by is None], number=number, name=found.judged_by or "")
    return found


_JUDGED = {
    False: _("{name} has judged number {number}; it is not judged twice"),
    True: _("number {number} was approved"),
}


def _entry(tx: Connection, doing: Doing, found: Discrepancy) -> Entry:
    """Return the entry that is to explain it: approved, about this device or part, and somebody else's."""
    number = doing.number("entry")
    entry, kinds = registers.get(tx, number), types(doing.settings.file)
    if entry is None:
        raise UsageError(_("there is no entry {number}"), number=number)
    if entry.register not in doing.settings.file.approval.registers or entry.register not in kinds:
        raise UsageError(_("entries of {register} approve no such thing"), register=entry.register)
    allowed = claim(kinds[entry.register], entry)
    if allowed is None:
        raise UsageError(_("entry {number} is not approved"), number=number)
    happened = replace(found.happened, whole=parts.whole(tx, found.happened.device))
    if fit(happened, allowed) is Fit.NONE:
        raise UsageError(_("entry {number} names neither this device nor this part"), number=number)
    if entry.applicant == doing.actor:
        raise UsageError(_("{name} asked for it; somebody else judges"), name=doing.actor)
    return entry


def _save(tx: Connection, doing: Doing, found: Discrepancy) -> None:
    kind = EventKind.EXPLAINED if found.entry is not None else EventKind.UNAPPROVED
    data = {"number": found.id, "verdict": found.verdict.value}
    if found.entry is not None:
        data["entry"] = found.entry
    line = doing.entry(kind, device=found.happened.device, text=found.judgement or None, data=data)
    if not discrepancies.judge(tx, replace(found, judged_event=int(events.add(tx, line)))):
        raise UsageError(_("somebody else has just judged number {number}"), number=found.id)


ACTIONS: Mapping[str, Action] = {
    "explain_unapproved": explain,
    "judge_unapproved": judge,
}
