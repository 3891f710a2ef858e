"""Signing: a step under a revision, with all that follows from it, in one transaction."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from netwatch.domain.model import FaultId
from netwatch.errors import UsageError
from netwatch.handover import letters
from netwatch.mail.office import leaders
from netwatch.mail.signing import Notice
from netwatch.storage import events, faults, remarks, signatures
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.remarks import Remark, RemarkKind
from netwatch.storage.signatures import Signed
from probes.api import Message, _
from roster.signing import Refused, Signature, Step, check

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.handover.cases import Opened
    from roster.signing import Wish

TOLD = {
    Step.ACCEPTED: Notice.ACCEPTED,
    Step.REMARKS: Notice.REMARKS,
    Step.REFUSED: Notice.REFUSED,
    Step.DEFERRED: Notice.DEFERRED,
    Step.LAPSED: Notice.LAPSED,
    Step.AMENDED: Notice.AMENDED,
}


def sign(tx: Connection, settings: Settings, opened: Opened, wish: Wish, now: datetime, login: str = "") -> Signature:
    """Sign a step of a person's; UsageError where the rules do not allow it."""
    try:
        check(opened.case, wish)
    except Refused as error:
        raise UsageError(error.template, **error.values) from error
    signature = Signature(wish.step, wish.by.name, now, wish.text, wish.items, wish.amends)
    return enter(tx, settings, opened, signature, login=login)


def enter(tx: Connection, settings: Settings, opened: Opened, signature: Signature, *, login: str = "") -> Signature:
    """Enter a step that is allowed, or that time itself takes, and tell whom it concerns."""
    archived, now = opened.archived, signature.at
    data: dict[str, Any] = {"handover": archived.id, "step": signature.step.value, "shift": archived.shift}
    if login:
        data["entered_by"] = login
    summary = Message(_SUMMARIES[signature.step], {"number": archived.id})
    entry = Entry(
        EventKind.SIGNED, now, now, actor=signature.by or None, text=signature.text or None, summary=summary, data=data
    )
    event = int(events.add(tx, entry))
    kept = {"entered_by": login} if login else {}
    signed = signatures.add(tx, Signed(archived.id, archived.shift, signature, event, kept))
    if signature.step is Step.SEEN and signature.text:
        remarks.add(tx, Remark(RemarkKind.INSTRUCTION, signature.text, signature.by, now, event))
    if signature.step in TOLD:
        _tell(tx, settings, opened, signed)
    return signed


_SUMMARIES = {
    Step.ACCEPTED: _("handover report {number} is accepted"),
    Step.REMARKS: _("handover report {number} is accepted with remarks"),
    Step.REFUSED: _("handover report {number} is refused"),
    Step.DEFERRED: _("the handover of report {number} is deferred"),
    Step.LAPSED: _("handover report {number} was not signed in time"),
    Step.SEEN: _("handover report {number} is seen by a leader"),
    Step.AMENDED: _("handover report {number} is amended"),
    Step.COUNTERSIGNED: _("an amendment of handover report {number} is countersigned"),
}


def _tell(tx: Connection, settings: Settings, opened: Opened, signature: Signature) -> None:
    case = opened.case
    both = (*case.outgoing, *case.incoming)
    leading = leaders(settings, signature.at)
    people = {
        Step.ACCEPTED: case.outgoing,
        Step.REMARKS: (*case.outgoing, *leading),
        Step.AMENDED: both,
    }.get(signature.step, (*both, *leading))
    what = letters.about(opened, signature.by, signature.text)
    if signature.step is Step.AMENDED:
        what = replace(what, amendment=signature.number)
    others = (name for name in people if name != signature.by)
    letters.queue(tx, settings, others, TOLD[signature.step], what, signature.at)


def pass_on(tx: Connection, opened: Opened, taker: str, taken: frozenset[int], now: datetime) -> tuple[int, ...]:
    """Hand the acknowledgements of who leaves to who takes over, or release them; return those released.

    What nobody has taken on is told again: a fault that only a person who has gone home is working on is on nobody.
    """
    left = set(opened.case.outgoing) - set(opened.case.incoming)
    released = []
    for fault in faults.opened(tx):
        held = fault.acknowledged
        if held is None or held.by not in left:
            continue
        kept = fault.id in taken
        new = replace(held, by=taker, at=now) if kept else None
        faults.save(tx, replace(fault, acknowledged=new))
        kind = EventKind.ACKNOWLEDGED if kept else EventKind.RELEASED
        text = held.text if kept else None
        events.add(tx, Entry(kind, now, now, fault.subject.device, FaultId(fault.id), actor=taker, text=text))
        if not kept:
            released.append(int(fault.id))
    return tuple(released)
