"""Exceptions to the roster that people ask for: swaps, leave, taking over at once; who may say what, and when.

Each becomes covers of the planned shifts, so that exceptions never chain and their order does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from roster.cover import Cover, CoverKind, Roster, Shift, on_duty, planned, shifts

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from roster.findings import Leave
    from roster.layers import Slot

_AROUND = timedelta(days=400)


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


class ExchangeKind(Enum):
    """What is asked for."""

    SWAP = "swap"
    LEAVE = "leave"
    TAKE = "take"
    COVER = "cover"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _KINDS[self]


_KINDS: Mapping[ExchangeKind, str] = {
    ExchangeKind.SWAP: _("swap"),
    ExchangeKind.LEAVE: _("leave"),
    ExchangeKind.TAKE: _("take now"),
    ExchangeKind.COVER: _("substitute"),
}


class ExchangeState(Enum):
    """Where it stands. What is pending counts already, and waits for a leader's word."""

    PROPOSED = "proposed"
    AGREED = "agreed"
    PENDING = "pending"
    APPLIED = "applied"
    DECLINED = "declined"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"
    CANCELLED = "cancelled"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STATES[self]

    @property
    def counts(self) -> bool:
        """Whether it changes who is on duty."""
        return self in {ExchangeState.APPLIED, ExchangeState.PENDING}

    @property
    def waits(self) -> bool:
        """Whether somebody has still to say something."""
        return self in {ExchangeState.PROPOSED, ExchangeState.AGREED, ExchangeState.PENDING}


_STATES: Mapping[ExchangeState, str] = {
    ExchangeState.PROPOSED: _("waits for the colleague"),
    ExchangeState.AGREED: _("waits for approval"),
    ExchangeState.PENDING: _("in force, waits for approval"),
    ExchangeState.APPLIED: _("applied"),
    ExchangeState.DECLINED: _("declined"),
    ExchangeState.REJECTED: _("rejected"),
    ExchangeState.WITHDRAWN: _("withdrawn"),
    ExchangeState.EXPIRED: _("expired"),
    ExchangeState.CANCELLED: _("cancelled"),
}


class Said(Enum):
    """What somebody says of it."""

    AGREE = "agree"
    DECLINE = "decline"
    APPROVE = "approve"
    REJECT = "reject"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class Exchange:
    """One exception that somebody asked for. `other` is the colleague; [start, end) is the time that it changes."""

    kind: ExchangeKind
    state: ExchangeState
    applicant: str
    covers: tuple[Cover, ...]
    start: datetime
    end: datetime
    reason: str
    asked_at: datetime
    other: str = ""
    agreed_at: datetime | None = None
    judged_by: str = ""
    judged_at: datetime | None = None
    judgement: str = ""
    id: int = 0

    @property
    def effective(self) -> tuple[Cover, ...]:
        """The covers that count: of one that was in force and then refused or cancelled, until then."""
        if self.state.counts:
            return self.covers
        was = self.state is ExchangeState.CANCELLED or (
            self.kind is ExchangeKind.TAKE and self.state is ExchangeState.REJECTED
        )
        if not was or self.judged_at is None or self.judged_at <= self.start:
            return ()
        ended = self.judged_at
        return tuple(
            replace(cover, end=min(cover.end or ended, ended))
            for cover in self.covers
            if cover.start is None or cover.start < ended
        )

    def expired(self, now: datetime) -> bool:
        """Whether it came too late: what it was to change has begun; of leave, has passed."""
        begun = self.end if self.kind is ExchangeKind.LEAVE else self.start
        return self.state in {ExchangeState.PROPOSED, ExchangeState.AGREED} and begun <= now


class NotPossible(Exception):
    """What cannot be asked for or said, and why: an English template, which is the gettext key, and its values."""

    def __init__(self, template: str, values: Mapping[str, str | int] | None = None) -> None:
        self.template = template
        self.values = dict(values or {})
        super().__init__(template.format(**self.values))


def swap(
    roster: Roster,
    leaves: Sequence[Leave],
    who: str,
    given: str,
    other: str,
    now: datetime,
    *,
    taken: str = "",
    reason: str = "",
) -> Exchange:
    """Ask to give the shift `given` away to a colleague, for their shift `taken` where one is named."""
    if who == other:
        raise NotPossible(_("{name} cannot swap with themselves"), {"name": who})
    mine = _slot(roster, given, now)
    instead = _planned_of(roster, mine, who)
    theirs = _slot(roster, taken, now) if taken else None
    their_plan = _planned_of(roster, theirs, other) if theirs is not None else ""
    _free(roster, leaves, other, mine, but=theirs)
    covers = [Cover(CoverKind.SUBSTITUTE, instead, other, slot=mine.id, post=mine.post, reason=reason)]
    begins, ends = mine.span.start, mine.span.end
    if theirs is not None:
        _free(roster, leaves, who, theirs, but=mine)
        covers.append(Cover(CoverKind.SUBSTITUTE, their_plan, who, slot=theirs.id, post=theirs.post, reason=reason))
        begins, ends = min(begins, theirs.span.start), max(ends, theirs.span.end)
    state = ExchangeState.PROPOSED
    return Exchange(ExchangeKind.SWAP, state, who, tuple(covers), begins, ends, reason, now, other)


def leave(who: str, start: datetime, end: datetime, now: datetime, reason: str) -> Exchange:
    """Ask for leave in [start, end): whatever is planned for them then is a gap, which is to be filled."""
    if not now < end or not start < end:
        raise NotPossible(_("the leave would be over already, or end before it begins"))
    cover = Cover(CoverKind.REMOVE, who, start=start, end=end, reason=reason)
    # A colleague has no part in it: it goes to the leader at once.
    return Exchange(ExchangeKind.LEAVE, ExchangeState.AGREED, who, (cover,), start, end, reason, now)


def take(roster: Roster, who: str, now: datetime, reason: str) -> Exchange:
    """Take over, at once, from whoever is on duty: it counts now, and a leader has to approve it afterwards."""
    running = next((shift for shift in on_duty(roster, now) if shift.post.rank == 0), None)
    if running is None:
        raise NotPossible(_("no shift is planned now that could be taken over"))
    if who in running.people:
        raise NotPossible(_("{name} is on duty already"), {"name": who})
    covers = tuple(
        Cover(CoverKind.SUBSTITUTE, name, who, slot=running.slot, post=running.post, start=now, reason=reason)
        for name in running.planned
    ) or (Cover(CoverKind.ADD, "", who, slot=running.slot, post=running.post, start=now, reason=reason),)
    return Exchange(ExchangeKind.TAKE, ExchangeState.PENDING, who, covers, now, running.end, reason, now)


def cover(
    roster: Roster, leaves: Sequence[Leave], by: str, given: str, out: str, who: str, now: datetime, reason: str
) -> Exchange:
    """Enter, as a leader, that somebody comes for somebody else, as well (no `out`), or that somebody stays away."""
    slot = _slot(roster, given, now)
    instead = out if out in slot.people else _planned_of(roster, slot, out) if out else ""
    if who:
        _free(roster, leaves, who, slot)
    kind = CoverKind.SUBSTITUTE if out and who else CoverKind.ADD if who else CoverKind.REMOVE
    made = Cover(kind, instead, who, slot=slot.id, post=slot.post, reason=reason)
    span = slot.span
    return Exchange(
        ExchangeKind.COVER, ExchangeState.APPLIED, by, (made,), span.start, span.end, reason, now, judged_by=by,
        judged_at=now,
    )  # fmt: skip


def say(exchange: Exchange, what: Said, who: str, now: datetime, *, leader: bool = False, text: str = "") -> Exchange:
    """Return an exception after somebody has spoken; NotPossible where that is not theirs to say, or not now."""
    if what is Said.WITHDRAW and exchange.state is ExchangeState.APPLIED and now < exchange.end:
        return _cancel(exchange, who, now, leader=leader, text=text)
    if not exchange.state.waits or exchange.expired(now):
        state = ExchangeState.EXPIRED if exchange.state.waits else exchange.state
        raise NotPossible(_("exception {number} is {state} already"), {"number": exchange.id, "state": state.title})
    return _SAID[what](exchange, who, now, leader, text)


def _agree(exchange: Exchange, who: str, now: datetime, _leader: bool, _text: str) -> Exchange:  # noqa: FBT001
    _asked(exchange, who)
    return replace(exchange, state=ExchangeState.AGREED, agreed_at=now)


def _decline(exchange: Exchange, who: str, now: datetime, _leader: bool, text: str) -> Exchange:  # noqa: FBT001
    _asked(exchange, who)
    return replace(exchange, state=ExchangeState.DECLINED, agreed_at=now, judgement=text)


def _asked(exchange: Exchange, who: str) -> None:
    if exchange.kind is not ExchangeKind.SWAP or exchange.state is not ExchangeState.PROPOSED:
        raise NotPossible(_("nobody waits for an agreement of {name}"), {"name": who})
    if who != exchange.other:
        raise NotPossible(_("{name} is asked, not {who}"), {"name": exchange.other, "who": who})


def _approve(exchange: Exchange, who: str, now: datetime, leader: bool, text: str) -> Exchange:  # noqa: FBT001
    _judge(exchange, who, leader=leader)
    if exchange.state is ExchangeState.PROPOSED:
        raise NotPossible(_("{name} has not agreed yet"), {"name": exchange.other})
    granted = replace(exchange, state=ExchangeState.APPLIED, judged_by=who, judged_at=now, judgement=text)
    return _from(granted, now) if exchange.kind is ExchangeKind.LEAVE else granted


def _from(granted: Exchange, now: datetime) -> Exchange:
    """Let leave that has begun already count from now on: whoever was there until now, was."""
    begin = max(granted.start, now)
    return replace(granted, start=begin, covers=tuple(replace(each, start=begin) for each in granted.covers))


def _reject(exchange: Exchange, who: str, now: datetime, leader: bool, text: str) -> Exchange:  # noqa: FBT001
    _judge(exchange, who, leader=leader)
    return replace(exchange, state=ExchangeState.REJECTED, judged_by=who, judged_at=now, judgement=text)


def _judge(exchange: Exchange, who: str, *, leader: bool) -> None:
    if not leader:
        raise NotPossible(_("{name} does not lead"), {"name": who})
    if who in {exchange.applicant, exchange.other}:
        raise NotPossible(_("{name} has a part in it; somebody else judges"), {"name": who})


def _withdraw(exchange: Exchange, who: str, now: datetime, leader: bool, text: str) -> Exchange:  # noqa: FBT001
    if who != exchange.applicant and not leader:
        raise NotPossible(_("only who asked for it, or a leader, withdraws it"))
    if exchange.kind is ExchangeKind.TAKE:
        raise NotPossible(_("what was taken over is approved or rejected by a leader"))
    return replace(exchange, state=ExchangeState.WITHDRAWN, judged_at=now, judgement=text)


def _cancel(exchange: Exchange, who: str, now: datetime, *, leader: bool, text: str) -> Exchange:
    """Take back what is in force: what it has changed so far stays, the rest is as planned again."""
    if not leader:
        raise NotPossible(_("only a leader takes back what is in force"))
    return replace(exchange, state=ExchangeState.CANCELLED, judged_by=who, judged_at=now, judgement=text)


_SAID = {
    Said.AGREE: _agree,
    Said.DECLINE: _decline,
    Said.APPROVE: _approve,
    Said.REJECT: _reject,
    Said.WITHDRAW: _withdraw,
}


def still(roster: Roster, leaves: Sequence[Leave], exchange: Exchange, now: datetime) -> None:
    """Raise NotPossible where a swap that was asked for fits the roster no more: much may have changed since."""
    if exchange.kind is ExchangeKind.SWAP:
        given, taken = (*(cover.slot for cover in exchange.covers), "")[:2]
        swap(roster, leaves, exchange.applicant, given, exchange.other, now, taken=taken)


def settled(exchanges: Iterable[Exchange], known: Iterable[Cover] = ()) -> tuple[Cover, ...]:
    """Return the covers that exchanges come to, in their order, after those that are known.

    Each is meant against the plan. Where two of them replace or remove the same person on the same shift, the
    later one holds for its time: nobody is ever replaced twice. Who goes on leave does not come for others then.
    """
    found = list(known)
    for exchange in exchanges:
        for new in exchange.effective:
            if new.slot and new.kind is not CoverKind.ADD:
                found = [part for old in found for part in _without(old, new)]
            elif new.kind is CoverKind.REMOVE:
                found = [part for old in found for part in _relieved(old, new)]
            found.append(new)
    return tuple(found)


def _without(old: Cover, new: Cover) -> Iterator[Cover]:
    """Yield what is left of a cover beside a later one."""
    if old.kind is CoverKind.ADD or (old.slot, old.person) != (new.slot, new.person):
        yield old
    else:
        yield from _outside(old, new)


def _relieved(old: Cover, leave_: Cover) -> Iterator[Cover]:
    """Yield what is left of a cover when who comes by it goes on leave: their time is nobody's."""
    if old.by != leave_.person or leave_.start is None or leave_.end is None:
        yield old
        return
    yield from _outside(old, leave_)
    start, end = max(old.start or leave_.start, leave_.start), min(old.end or leave_.end, leave_.end)
    if old.kind is CoverKind.SUBSTITUTE and start < end:
        yield replace(old, kind=CoverKind.REMOVE, by="", start=start, end=end)


def _outside(old: Cover, new: Cover) -> Iterator[Cover]:
    """Yield the parts of a cover before and after another one's time."""
    if new.start is not None and (old.start is None or old.start < new.start):
        yield replace(old, end=min(old.end or new.start, new.start))
    if new.end is not None and (old.end is None or old.end > new.end):
        yield replace(old, start=max(old.start or new.end, new.end))


def _slot(roster: Roster, name: str, now: datetime) -> Slot:
    """Return the planned shift of that id; it must not have begun."""
    found = next((slot for slot in planned(roster, now - timedelta(days=3), now + _AROUND) if slot.id == name), None)
    if found is None:
        raise NotPossible(_("there is no shift {shift} ahead"), {"shift": name[:80]})
    if found.span.start <= now:
        raise NotPossible(_("shift {shift} has begun"), {"shift": found.said})
    return found


def _planned_of(roster: Roster, slot: Slot, who: str) -> str:
    """Return in whose planned place somebody has a shift: their own, or that of whom they came for."""
    parts = [shift for shift in shifts(roster, slot.span.start, slot.span.end) if shift.slot == slot.id]
    if all(who in shift.people for shift in parts):
        if who in slot.people:
            return who
        for cover in roster.covers:
            if cover.kind is CoverKind.SUBSTITUTE and cover.by == who and cover.part(slot) == slot.span:
                return cover.person
    raise NotPossible(_("{name} does not have shift {shift}"), {"name": who, "shift": slot.said})


def _free(roster: Roster, leaves: Sequence[Leave], who: str, slot: Slot, *, but: Slot | None = None) -> None:
    """Refuse where somebody is on leave during a shift, or on duty already."""
    away = next((each for each in leaves if each.person == who and _meets(each, slot)), None)
    if away is not None:
        raise NotPossible(_("{name} is on leave then"), {"name": who})
    for shift in shifts(roster, slot.span.start, slot.span.end):
        if who in shift.people and (but is None or shift.slot != but.id):
            raise NotPossible(_("{name} has shift {shift} then"), {"name": who, "shift": shift.said})


def _meets(away: Leave, slot: Slot) -> bool:
    return away.start < slot.span.end and slot.span.start < away.end


def hands_over(before: Roster, after: Roster, start: datetime, end: datetime) -> tuple[tuple[Shift, Shift | None], ...]:
    """Return the shifts of [start, end) that change hands between two rosters: as it was, and as it would be."""
    new = {shift.id: shift for shift in shifts(after, start, end)}
    old = {shift.id: shift for shift in shifts(before, start, end)}
    changed = [(shift, new.get(key)) for key, shift in old.items() if _holders(new.get(key)) != _holders(shift)]
    added = [(shift, shift) for key, shift in new.items() if key not in old]
    return tuple(sorted([*changed, *added], key=lambda pair: (pair[0].start, pair[0].id)))


def _holders(shift: Shift | None) -> tuple[object, ...] | None:
    return None if shift is None else (shift.start, shift.end, tuple(sorted(shift.people)))
