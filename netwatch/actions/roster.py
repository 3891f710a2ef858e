"""The roster: publish a month, swap, take over at once, ask for leave, and what others say of it."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from netwatch.actions.doing import WRITES
from netwatch.errors import UsageError
from netwatch.mail.office import leaders
from netwatch.mail.roster import Notice, tell
from netwatch.planned import planned
from netwatch.storage import events
from netwatch.storage import roster as rows
from netwatch.storage.events import EventKind
from probes.api import Message, _
from roster.calendar import YearStatus
from roster.exchange import Exchange, ExchangeState, NotPossible, Said, cover, leave, say, still, swap, take
from roster.publication import publish

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing
    from roster.publication import Publication

T = TypeVar("T")
LONGEST_LEAVE = timedelta(days=366)


def publish_month(tx: Connection, doing: Doing) -> Message:
    """Freeze a month: later changes of rotations and calendar never move it."""
    doing.leader()
    month = doing.text("month")
    if re.fullmatch(r"20\d\d-(0[1-9]|1[0-2])", month, re.ASCII) is None:
        raise UsageError(_("{field}: must be a month such as 2026-10"), field="month")
    roster = doing.settings.roster
    status = roster.calendar.status(int(month[:4]))
    if status is not YearStatus.OFFICIAL and doing.arguments.get("provisional") is not True:
        template = _("the holidays of {year} are not known for certain; publish it as provisional, or import them")
        raise UsageError(template, year=month[:4])
    known = rows.published(tx).get(month)
    if known is not None and doing.arguments.get("again") is not True:
        raise UsageError(_("{month} is published already; say that it is to be published again, and why"), month=month)
    reason = doing.text("text", needed=known is not None)
    made = publish(roster.layers, month, doing.settings.site.zone)
    if not made.slots:
        raise UsageError(_("no shift is planned in {month}"), month=month)
    revision, digest = rows.publish(tx, made, doing.actor, doing.now)
    moved = _moved(known, made) if known is not None else ()
    data = {"month": month, "revision": revision, "digest": digest, "moved": [slot for slot, _people in moved][:200]}
    events.add(tx, doing.entry(EventKind.ROSTER, text=reason or None, data=data))
    concerned = {name for _slot, people in moved for name in people} if known is not None else _of(made)
    notice = Notice.MOVED if known is not None else Notice.PUBLISHED
    tell(tx, doing.settings, sorted(concerned), notice, None, doing.now, month=month, text=reason)
    values: dict[str, str | int | float] = {
        "month": month,
        "count": len(made.slots),
        "digest": digest[:12],
        "moved": len(moved),
    }
    if known is not None:
        return Message(_("{month} is published again; shifts that change: {moved}; digest {digest}"), values)
    return Message(_("{month} is published; shifts: {count}; digest {digest}"), values)


def _of(made: Publication) -> set[str]:
    return {name for slot in made.slots for name in slot.people}


def _moved(before: Publication, after: Publication) -> tuple[tuple[str, tuple[str, ...]], ...]:
    """Return the shifts that differ between two publications of a month, with all whom that concerns."""
    old, new = ({slot.id: (slot.people, slot.span) for slot in each.slots} for each in (before, after))
    return tuple(
        (key, (*(old[key][0] if key in old else ()), *(new[key][0] if key in new else ())))
        for key in sorted({*old, *new})
        if old.get(key) != new.get(key)
    )


def propose_swap(tx: Connection, doing: Doing) -> Message:
    """Ask a colleague to take a shift, for one of theirs or for nothing."""
    doing.require(*WRITES)
    who = _meant(doing)
    other = doing.colleague("with").name
    made = _made(
        lambda: swap(
            doing.settings.roster,
            rows.leaves(tx),
            who,
            doing.text("shift"),
            other,
            doing.now,
            taken=doing.text("for_shift", needed=False),
            reason=doing.text("text", needed=False),
        )
    )
    return _entered(tx, doing, made)


def ask_leave(tx: Connection, doing: Doing) -> Message:
    """Ask for leave; what is planned for them then becomes a gap once it is granted."""
    doing.require(*WRITES)
    start, end = doing.moment("start"), doing.moment("end")
    if start is None or end is None or end - start > LONGEST_LEAVE:
        raise UsageError(_("say from when until when, at most a year"))
    return _entered(tx, doing, _made(lambda: leave(_meant(doing), start, end, doing.now, doing.text("text"))))


def take_now(tx: Connection, doing: Doing) -> Message:
    """Take over the running shift at once; a leader approves it afterwards."""
    person = doing.require(*WRITES)
    made = _made(lambda: take(doing.settings.roster, person.name, doing.now, doing.text("text")))
    return _entered(tx, doing, made)


def enter_cover(tx: Connection, doing: Doing) -> Message:
    """Enter, as a leader, who comes for whom on a shift."""
    leader = doing.leader()
    out = doing.colleague("out").name if doing.arguments.get("out") else ""
    who = doing.colleague("person").name if doing.arguments.get("person") else ""
    if not (out or who):
        raise UsageError(_("say who stays away, or who comes"))
    made = _made(
        lambda: cover(
            doing.settings.roster, rows.leaves(tx), leader.name, doing.text("shift"), out, who, doing.now,
            doing.text("text"),
        )
    )  # fmt: skip
    return _entered(tx, doing, made)


def _meant(doing: Doing) -> str:
    """Return for whom it is asked: a leader may enter it for somebody else."""
    if not doing.arguments.get("for_person"):
        return doing.actor
    doing.leader()
    return doing.colleague("for_person").name


def _made(make: Callable[[], T]) -> T:
    try:
        return make()
    except NotPossible as error:
        raise UsageError(error.template, **error.values) from error


def _entered(tx: Connection, doing: Doing, made: Exchange) -> Message:
    if made.applicant != doing.actor and made.state.waits:
        made = _entered_for(made, doing)
    made = replace(made, id=rows.add(tx, made))
    _record(tx, doing, made)
    return Message(_SAYS[made.state], {"number": made.id})


def _entered_for(made: Exchange, doing: Doing) -> Exchange:
    """Return what a leader entered for somebody: approved by that, unless the leader has a part in it."""
    agreed = replace(made, state=ExchangeState.AGREED, agreed_at=doing.now)
    return agreed if made.other == doing.actor else say(agreed, Said.APPROVE, doing.actor, doing.now, leader=True)


_SAYS = {
    ExchangeState.PROPOSED: _("exception {number} waits for the colleague to agree"),
    ExchangeState.AGREED: _("exception {number} waits for a leader's approval"),
    ExchangeState.PENDING: _("exception {number} is in force now; a leader has to approve it within 24 hours"),
    ExchangeState.APPLIED: _("exception {number} is applied"),
    ExchangeState.DECLINED: _("exception {number} is declined"),
    ExchangeState.REJECTED: _("exception {number} is rejected"),
    ExchangeState.WITHDRAWN: _("exception {number} is withdrawn"),
    ExchangeState.CANCELLED: _("exception {number} is cancelled"),
}


def _speak(what: Said) -> Action:
    def action(tx: Connection, doing: Doing) -> Message:
        person = doing.require(*WRITES)
        known = rows.get(tx, doing.number("number"))
        if known is None:
            raise UsageError(_("there is no exception {number}"), number=doing.number("number"))
        text = doing.text("text", needed=what is Said.REJECT)
        made = _made(lambda: say(known, what, person.name, doing.now, leader=doing.leads(person), text=text))
        if what in {Said.AGREE, Said.APPROVE}:
            _made(lambda: still(doing.settings.roster, rows.leaves(tx), known, doing.now))
        if not rows.save(tx, made, known.state):
            raise UsageError(_("somebody else has just spoken about exception {number}"), number=known.id)
        _record(tx, doing, made)
        return Message(_SAYS[made.state], {"number": made.id})

    return action


def _record(tx: Connection, doing: Doing, made: Exchange) -> None:
    """Write it into the journal, and tell whom it concerns."""
    data = {"exception": made.id, "kind": made.kind.value, "state": made.state.value, "who": made.applicant}
    events.add(tx, doing.entry(EventKind.ROSTER, text=made.judgement or made.reason or None, data=data))
    concerned = [made.applicant, made.other, *(name for each in made.covers for name in (each.person, each.by))]
    leading = leaders(doing.settings, doing.now)
    asked = {
        ExchangeState.PROPOSED: (made.other,),
        ExchangeState.AGREED: leading,
        ExchangeState.PENDING: (*leading, *concerned),
    }.get(made.state, tuple(concerned))
    notice = Notice.ASKED if made.state.waits else Notice.TOLD
    others = [name for name in asked if name and name != doing.actor]
    tell(tx, doing.settings, others, notice, made, doing.now)


def _as_it_stands(action: Action) -> Action:
    """Let an action see the roster as this very transaction finds it, not as it was a minute ago."""

    def fresh(tx: Connection, doing: Doing) -> Message:
        return action(tx, replace(doing, settings=planned(tx, doing.settings, doing.now)))

    return fresh


_ACTIONS: Mapping[str, Action] = {
    "publish_month": publish_month,
    "propose_swap": propose_swap,
    "ask_leave": ask_leave,
    "take_now": take_now,
    "enter_cover": enter_cover,
    "agree_exception": _speak(Said.AGREE),
    "decline_exception": _speak(Said.DECLINE),
    "approve_exception": _speak(Said.APPROVE),
    "reject_exception": _speak(Said.REJECT),
    "withdraw_exception": _speak(Said.WITHDRAW),
}
ACTIONS: Mapping[str, Action] = {name: _as_it_stands(action) for name, action in _ACTIONS.items()}
