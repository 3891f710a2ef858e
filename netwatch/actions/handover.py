"""Handover: offer, accept, refuse, defer, amend, countersign, see; and what people add to the report in words."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch import report
from netwatch.actions.doing import WRITES
from netwatch.domain.model import FaultId
from netwatch.errors import UsageError
from netwatch.handover import cases, freeze
from netwatch.handover.signing import pass_on, sign
from netwatch.storage import events, faults, handovers, remarks
from netwatch.storage.events import EventKind
from netwatch.storage.remarks import Remark, RemarkKind
from probes.api import Message, _
from roster.signing import Refused, Signer, Stage, Step, Wish, may_offer, short, unanswered

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing
    from netwatch.handover.cases import Opened
    from roster.cover import Shift


def offer(tx: Connection, doing: Doing) -> Message:
    """Offer a shift's report: its content is cut now, frozen and signed. `to` names who relieves it before its end."""
    signer = _signer(doing)
    waiting = _own_waiting(tx, doing)
    shift = _shift(doing, waiting)
    if shift is None:
        raise UsageError(_("nobody is on duty, so there is no shift to report on"))
    relief = None if waiting is not None else _relief(doing, shift)
    outgoing = waiting.case.outgoing if waiting is not None else _leaving(doing, shift)
    try:
        may_offer(outgoing, signer)
    except Refused as error:
        raise UsageError(error.template, **error.values) from error
    made = freeze.prepare(tx, doing.settings, shift, doing.now, doing.progress, relief)
    open_faults = unanswered(made.draft.handover, remarks.next_actions(tx))
    if open_faults:
        template = _("say first what is next of each fault to act on: {numbers} (netwatch handover next N …)")
        raise UsageError(template, numbers=", ".join(str(number) for number in open_faults))
    if waiting is not None:
        made = replace(made, sides=waiting.case.sides)
    text = doing.text("text", needed=False)
    done = freeze.archive(tx, doing.settings, made, doing.now, by=doing.actor, text=text, login=doing.login)
    return Message(_("handover report {number} is offered; digest {digest}"), _named(done.id, done.digest))


def _shift(doing: Doing, waiting: Opened | None) -> Shift | None:
    if waiting is None:
        return report.running(doing.settings, doing.now)
    return report.of_archive(doing.settings, waiting.archived, waiting.report, waiting.case.outgoing)


def _named(number: int, digest: str) -> dict[str, str | int | float]:
    return {"number": number, "digest": digest[:12]}


def _leaving(doing: Doing, shift: Shift) -> tuple[str, ...]:
    sides = freeze.sides(doing.settings, shift)
    return tuple(dict.fromkeys((*shift.people, *(name for side in sides for name in side.outgoing))))


def _own_waiting(tx: Connection, doing: Doing) -> Opened | None:
    """Return the revision of a shift that is over, which whoever acts handed over and which was not accepted."""
    newest = handovers.listed(tx, 5)
    for archived in newest:
        opened = cases.read(tx, archived)
        over = opened.case.ends <= doing.now
        if over and doing.actor in opened.case.outgoing and (opened.case.stage.pending or _refused(opened, newest)):
            return opened
    return None


def _refused(opened: Opened, newest: tuple[handovers.Archived, ...]) -> bool:
    """Whether it was refused, and is the last word about its shift."""
    last = max(each.revision for each in newest if each.shift == opened.archived.shift)
    return opened.case.stage is Stage.REFUSED and opened.archived.revision == last


def _relief(doing: Doing, shift: Shift) -> str | None:
    """Return who relieves a shift in its middle; None where it is offered at its end."""
    if doing.arguments.get("to") is not None:
        return doing.colleague("to").name
    if doing.now < shift.end - doing.settings.file.handover.open_before:
        template = _("the shift goes on until {end}; name who relieves it before that: --to NAME")
        raise UsageError(template, end=f"{shift.end.astimezone(doing.settings.site.zone):%Y-%m-%d %H:%M}")
    return None


def _signer(doing: Doing) -> Signer:
    person = doing.require(*WRITES)
    return Signer(person.name, engineer=True, leader=doing.leads(person))


def _opened(tx: Connection, doing: Doing) -> Opened:
    """Return the revision that is named, or the one that waits."""
    if doing.arguments.get("number") is not None:
        archived = handovers.get(tx, doing.number("number"))
        if archived is None:
            raise UsageError(_("there is no handover report {number}"), number=doing.number("number"))
        return cases.read(tx, archived)
    waiting = cases.pending(tx)
    if not waiting:
        raise UsageError(_("no handover waits for a signature"))
    if len(waiting) > 1:
        numbers = ", ".join(str(each.archived.id) for each in waiting)
        raise UsageError(_("several handovers wait for a signature; name one: {numbers}"), numbers=numbers)
    return waiting[0]


def accept(tx: Connection, doing: Doing) -> Message:
    """Take over: what must be read back is named item by item, or all by their count. With a text: with remarks."""
    opened = _opened(tx, doing)
    text = doing.text("text", needed=False)
    step = Step.REMARKS if text else Step.ACCEPTED
    wish = Wish(step, _signer(doing), text, _read_back(doing, opened))
    signed = sign(tx, doing.settings, opened, wish, doing.now, doing.login)
    released = pass_on(tx, opened, doing.actor, _taken(doing, tx), doing.now)
    values: dict[str, str | int | float] = {
        "number": opened.archived.id,
        "who": doing.settings.called(signed.by),
        "count": len(released),
    }
    if released:
        return Message(_("handover report {number} is accepted by {who}; acknowledgements released: {count}"), values)
    return Message(_("handover report {number} is accepted by {who}"), values)


def _read_back(doing: Doing, opened: Opened) -> tuple[str, ...]:
    items = opened.case.items
    if doing.arguments.get("all") is not None:
        if doing.number("all") != len(items):
            template = _("to be read back: {count}, not {given}: {items}")
            raise UsageError(template, count=len(items), given=doing.number("all"), items=", ".join(map(short, items)))
        return items
    keys = {short(item): item for item in opened.case.items}
    given = tuple(keys.get(item, item) for item in doing.names("items"))
    unknown = [item for item in given if item not in items]
    if unknown:
        raise UsageError(_("{item} is not among what is to be read back"), item=unknown[0])
    return given


def _taken(doing: Doing, tx: Connection) -> frozenset[int]:
    """Return the faults whose acknowledgement is taken over."""
    asked = doing.names("take_over")
    if asked == ["all"]:
        return frozenset(int(fault.id) for fault in faults.opened(tx))
    if not all(each.isdecimal() for each in asked):
        raise UsageError(_("take_over: must be numbers of faults, or all"))
    return frozenset(int(each) for each in asked)


def refuse(tx: Connection, doing: Doing) -> Message:
    """Refuse a report, with reasons: whoever hands over stays on duty and offers a new revision."""
    opened = _opened(tx, doing)
    sign(tx, doing.settings, opened, Wish(Step.REFUSED, _signer(doing), doing.text("text")), doing.now, doing.login)
    return Message(_("handover report {number} is refused"), {"number": opened.archived.id})


def defer(tx: Connection, doing: Doing) -> Message:
    """Put a handover off while a major fault is open."""
    opened = _opened(tx, doing)
    sign(tx, doing.settings, opened, Wish(Step.DEFERRED, _signer(doing), doing.text("text")), doing.now, doing.login)
    return Message(_("the handover of report {number} is deferred"), {"number": opened.archived.id})


def see(tx: Connection, doing: Doing) -> Message:
    """Sign as a leader that one has seen a report; words become an instruction in the next one."""
    opened = _numbered(tx, doing)
    text = doing.text("text", needed=False)
    sign(tx, doing.settings, opened, Wish(Step.SEEN, _signer(doing), text), doing.now, doing.login)
    return Message(_("handover report {number} is seen"), {"number": opened.archived.id})


def amend(tx: Connection, doing: Doing) -> Message:
    """Add to a closed report; somebody else countersigns."""
    opened = _numbered(tx, doing)
    wish = Wish(Step.AMENDED, _signer(doing), doing.text("text"))
    signed = sign(tx, doing.settings, opened, wish, doing.now, doing.login)
    values = {"number": opened.archived.id, "amendment": signed.number}
    return Message(_("amendment {amendment} of handover report {number} waits to be countersigned"), values)


def countersign(tx: Connection, doing: Doing) -> Message:
    """Countersign somebody else's amendment."""
    opened = _numbered(tx, doing)
    wish = Wish(Step.COUNTERSIGNED, _signer(doing), amends=doing.number("amendment"))
    sign(tx, doing.settings, opened, wish, doing.now, doing.login)
    return Message(_("amendment {amendment} is countersigned"), {"amendment": wish.amends})


def _numbered(tx: Connection, doing: Doing) -> Opened:
    doing.number("number")
    return _opened(tx, doing)


def next_action(tx: Connection, doing: Doing) -> Message:
    """Say what is next of a fault: by when, by whom, under which number."""
    _signer(doing)
    number = doing.number("fault")
    fault = faults.get(tx, FaultId(number))
    if fault is None:
        raise UsageError(_("there is no fault {number}"), number=number)
    _remark(tx, doing, RemarkKind.NEXT, fault=number, device=fault.subject.device)
    return Message(_("noted what is next of fault {number}"), {"number": number})


def carry(tx: Connection, doing: Doing) -> Message:
    """Hand an item on, from shift to shift, until it is done."""
    _signer(doing)
    return Message(_("item {number} is handed on until it is done"), {"number": _remark(tx, doing, RemarkKind.CARRY)})


def watch(tx: Connection, doing: Doing) -> Message:
    """Say what to watch for, and what to do then."""
    _signer(doing)
    return Message(_("item {number} is handed on until it is done"), {"number": _remark(tx, doing, RemarkKind.WATCH)})


def count_objects(tx: Connection, doing: Doing) -> Message:
    """Enter the keys, cards, phones and tools that were counted."""
    _signer(doing)
    _remark(tx, doing, RemarkKind.OBJECTS)
    return Message(_("the count is in this shift's report"))


def close_item(tx: Connection, doing: Doing) -> Message:
    """Close an item that was handed on; nobody drops one without a reason."""
    _signer(doing)
    number, why = doing.number("number"), doing.text("text")
    data = {"remark": number, "closed": True}
    event = int(events.add(tx, doing.entry(EventKind.REMARK, text=why, data=data)))
    if not remarks.close(tx, number, doing.actor, doing.now, event, why):
        raise UsageError(_("there is no item {number} that is still handed on"), number=number)
    return Message(_("item {number} is closed"), {"number": number})


def _remark(
    tx: Connection, doing: Doing, kind: RemarkKind, *, fault: int | None = None, device: str | None = None
) -> int:
    text = doing.text("text")
    data = {"kind": kind.value, **({"fault": fault} if fault is not None else {})}
    event = int(
        events.add(
            tx,
            doing.entry(EventKind.REMARK, text=text, data=data, device=device, fault=FaultId(fault) if fault else None),
        )
    )
    who = doing.text("who", needed=False)
    known = doing.settings.people.get(who)
    phone = doing.text("phone", needed=False) or (known.phone if known else None) or ""
    return remarks.add(
        tx,
        Remark(
            kind, text, doing.actor, doing.now, event, fault, doing.moment("due"), who[:64] or None, phone[:40] or None
        ),
    )


ACTIONS: Mapping[str, Action] = {
    "offer_handover": offer,
    "accept_handover": accept,
    "refuse_handover": refuse,
    "defer_handover": defer,
    "see_handover": see,
    "amend_handover": amend,
    "countersign_handover": countersign,
    "next_action": next_action,
    "carry_item": carry,
    "watch_item": watch,
    "count_objects": count_objects,
    "close_item": close_item,
}
