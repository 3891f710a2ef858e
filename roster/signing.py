"""How a shift is handed over: offered, read back, accepted or refused; what may be signed, by whom, and when.

A report is frozen into revisions. What becomes of one is the sum of the steps signed under it, and nothing
else: the same steps give the same stage, any time later.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import TYPE_CHECKING

from roster.layers import Post

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from datetime import datetime

    from roster.report import Handover


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


class Step(Enum):
    """What can be signed under a revision. `FROZEN` is by netwatch itself, at the end of a shift nobody offered."""

    FROZEN = "frozen"
    OFFERED = "offered"
    ACCEPTED = "accepted"
    REMARKS = "remarks"
    REFUSED = "refused"
    DEFERRED = "deferred"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"
    SEEN = "seen"
    AMENDED = "amended"
    COUNTERSIGNED = "countersigned"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STEPS[self]


_STEPS: Mapping[Step, str] = {
    Step.FROZEN: _("frozen without an offer"),
    Step.OFFERED: _("offered"),
    Step.ACCEPTED: _("accepted"),
    Step.REMARKS: _("accepted with remarks"),
    Step.REFUSED: _("taking over refused"),
    Step.DEFERRED: _("deferred"),
    Step.LAPSED: _("not signed in time"),
    Step.SUPERSEDED: _("replaced by a later revision"),
    Step.SEEN: _("seen by the leader"),
    Step.AMENDED: _("amended"),
    Step.COUNTERSIGNED: _("amendment countersigned"),
}


class Stage(Enum):
    """What a revision is."""

    OFFERED = "offered"
    ACCEPTED = "accepted"
    REMARKS = "remarks"
    REFUSED = "refused"
    DEFERRED = "deferred"
    LAPSED = "lapsed"
    SUPERSEDED = "superseded"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STAGES[self]

    @property
    def pending(self) -> bool:
        """Whether both sides are still on duty because of it."""
        return self in {Stage.OFFERED, Stage.DEFERRED}

    @property
    def counts(self) -> bool:
        """Whether the next report goes on from it: each event is in exactly one report that counts."""
        return self not in {Stage.REFUSED, Stage.SUPERSEDED}

    @property
    def taken(self) -> bool:
        """Whether somebody has taken over."""
        return self in {Stage.ACCEPTED, Stage.REMARKS}


_STAGES: Mapping[Stage, str] = {
    Stage.OFFERED: _("waits for its signature"),
    Stage.ACCEPTED: _("accepted"),
    Stage.REMARKS: _("accepted with remarks"),
    Stage.REFUSED: _("taking over refused"),
    Stage.DEFERRED: _("deferred"),
    Stage.LAPSED: _("not signed in time"),
    Stage.SUPERSEDED: _("replaced by a later revision"),
}
_LEADS_TO: Mapping[Step, Stage] = {
    Step.FROZEN: Stage.OFFERED,
    Step.OFFERED: Stage.OFFERED,
    Step.ACCEPTED: Stage.ACCEPTED,
    Step.REMARKS: Stage.REMARKS,
    Step.REFUSED: Stage.REFUSED,
    Step.DEFERRED: Stage.DEFERRED,
    Step.LAPSED: Stage.LAPSED,
    Step.SUPERSEDED: Stage.SUPERSEDED,
}


@dataclass(frozen=True, slots=True)
class Signature:
    """One step under a revision. `items` are the keys that were read back, `amends` the amendment countersigned.

    `by` is empty where netwatch itself did it. `number` is the step's own, in the order of all of them.
    """

    step: Step
    by: str
    at: datetime
    text: str = ""
    items: tuple[str, ...] = ()
    amends: int = 0
    number: int = 0


SIGNING = frozenset({Post.PRIMARY, Post.SECOND})
"""The posts whose holders sign."""


@dataclass(frozen=True, slots=True)
class Side:
    """Who holds a post on one side and the other: the names of the roster."""

    post: Post
    outgoing: tuple[str, ...] = ()
    incoming: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Case:
    """A revision with what it takes to judge a step: its sides, what is to be read back, and what was signed.

    `ends` is the shift's end, or the moment of a relief in mid-shift. `newest` says that no later report goes on
    from it. `grave` says that a critical or major fault stands in it.
    """

    sides: tuple[Side, ...]
    items: tuple[str, ...]
    ends: datetime
    frozen_at: datetime
    signatures: tuple[Signature, ...]
    newest: bool = True
    grave: bool = False

    @property
    def stage(self) -> Stage:
        """Where it stands."""
        return stage(self.signatures)

    @property
    def seen(self) -> bool:
        """Whether a leader has seen it."""
        return any(signed.step is Step.SEEN for signed in self.signatures)

    @property
    def outgoing(self) -> tuple[str, ...]:
        """Who hands over; a shadow owns nothing, and a leader on call is no side of it."""
        return _people(side.outgoing for side in self.sides if side.post in SIGNING)

    @property
    def incoming(self) -> tuple[str, ...]:
        """Who takes over."""
        return _people(side.incoming for side in self.sides if side.post in SIGNING)

    @property
    def unconfirmed(self) -> tuple[Signature, ...]:
        """Amendments that the other side has not countersigned."""
        confirmed = {signed.amends for signed in self.signatures if signed.step is Step.COUNTERSIGNED}
        return tuple(
            signed for signed in self.signatures if signed.step is Step.AMENDED and signed.number not in confirmed
        )

    @property
    def alone(self) -> bool:
        """Whether one person hands over to themselves, so that a leader should see it."""
        return bool(self.outgoing) and set(self.outgoing) == set(self.incoming)


@dataclass(frozen=True, slots=True)
class Signer:
    """Who wants to sign. `engineer` may stand in on a shift, `leader` decides."""

    name: str
    engineer: bool = True
    leader: bool = False


class Refused(Exception):
    """A step that may not be signed, and why: an English template, which is the gettext key, and its values."""

    def __init__(self, template: str, values: Mapping[str, str | int] | None = None) -> None:
        self.template = template
        self.values = dict(values or {})
        super().__init__(template.format(**self.values))


def stage(signatures: Sequence[Signature]) -> Stage:
    """Return where a revision stands after these steps, in their order."""
    found = Stage.OFFERED
    for signed in signatures:
        found = _LEADS_TO.get(signed.step, found)
    return found


def items_of(report: Handover) -> tuple[str, ...]:
    """Return the keys of what must be read back: each fault to act on now, and each item that is handed on.

    What is handed on for the first time counts above all: nobody has heard of it yet.
    """
    faults = tuple(f"fault/{entry.fault.id}" for entry in report.act_now)
    return faults + tuple(entry.task.key for entry in report.tasks)


_SHORT = {"fault/": "F", "item/": "T"}


def short(key: str) -> str:
    """Return what people call what is handed on: `F12` for a fault, `T3` for what somebody wrote; else its key."""
    return next((letter + key.removeprefix(kind) for kind, letter in _SHORT.items() if key.startswith(kind)), key)


def unanswered(report: Handover, answered: Mapping[int, object]) -> tuple[int, ...]:
    """Return the faults to act on now for which nobody has written a next action: an offer needs one for each."""
    return tuple(entry.fault.id for entry in report.act_now if entry.fault.id not in answered)


@dataclass(frozen=True, slots=True)
class Wish:
    """A step that somebody wants to sign."""

    step: Step
    by: Signer
    text: str = ""
    items: tuple[str, ...] = ()
    amends: int = 0


def check(case: Case, wish: Wish) -> None:
    """Raise `Refused` where a step may not be signed now."""
    _RULES[wish.step](case, wish)


def _accept(case: Case, wish: Wish) -> None:
    _pending(case)
    _takes(case, wish.by)
    missing = [item for item in case.items if item not in wish.items]
    if missing:
        template = _("still to be read back ({count}): {items}")
        raise Refused(template, {"count": len(missing), "items": ", ".join(map(short, missing[:20]))})
    if wish.step is Step.REMARKS and not wish.text:
        raise Refused(_("accepting with remarks needs the remarks"))


def _refuse(case: Case, wish: Wish) -> None:
    _pending(case)
    _takes(case, wish.by)
    if not wish.text:
        raise Refused(_("a refusal needs its reasons"))
    if not case.newest:
        raise Refused(_("a later report goes on from this one; accept it with remarks"))


def _defer(case: Case, wish: Wish) -> None:
    if case.stage is not Stage.OFFERED:
        raise Refused(_("only what waits for its signature can be deferred"))
    if not (wish.by.name in case.outgoing or _may_take(case, wish.by)):
        raise Refused(_("{name} is on neither side of this handover"), {"name": wish.by.name})
    if not case.grave:
        raise Refused(_("a handover is deferred for an open critical or major fault, and there is none"))
    if not wish.text:
        raise Refused(_("a deferral needs its reason"))
    if not case.newest:
        raise Refused(_("a later report goes on from this one; accept it with remarks"))


def _see(case: Case, wish: Wish) -> None:
    if not wish.by.leader:
        raise Refused(_("{name} does not lead"), {"name": wish.by.name})
    if not case.stage.counts:
        raise Refused(_("this revision does not count any more"))


def _amend(case: Case, wish: Wish) -> None:
    if case.stage.pending or not case.stage.counts:
        raise Refused(_("only a report that is closed is amended; before that, offer a new revision"))
    if wish.by.name not in (*case.outgoing, *case.incoming, *_takers(case)):
        raise Refused(_("{name} is on neither side of this handover"), {"name": wish.by.name})
    if not wish.text:
        raise Refused(_("an amendment needs its text"))


def _countersign(case: Case, wish: Wish) -> None:
    found = next((each for each in case.unconfirmed if each.number == wish.amends), None)
    if found is None:
        raise Refused(_("there is no amendment {number} that waits to be countersigned"), {"number": wish.amends})
    if wish.by.name == found.by:
        raise Refused(_("{name} wrote it; somebody else countersigns"), {"name": wish.by.name})
    if not (wish.by.leader or wish.by.name in (*case.outgoing, *case.incoming, *_takers(case))):
        raise Refused(_("{name} is on neither side of this handover"), {"name": wish.by.name})


_RULES = {
    Step.ACCEPTED: _accept,
    Step.REMARKS: _accept,
    Step.REFUSED: _refuse,
    Step.DEFERRED: _defer,
    Step.SEEN: _see,
    Step.AMENDED: _amend,
    Step.COUNTERSIGNED: _countersign,
}


def may_offer(outgoing: Sequence[str], by: Signer) -> None:
    """Raise `Refused` unless somebody may offer a shift: those on it, or a leader for them."""
    if by.name not in outgoing and not by.leader:
        raise Refused(_("{name} is not on this shift"), {"name": by.name})


def _pending(case: Case) -> None:
    if not case.stage.pending:
        raise Refused(_("this revision does not wait for a signature: {stage}"), {"stage": case.stage.title})


def _takes(case: Case, by: Signer) -> None:
    if not _may_take(case, by):
        raise Refused(_("{name} does not take over this shift"), {"name": by.name})


def _may_take(case: Case, by: Signer) -> bool:
    """Whether somebody may take over: who comes on duty, a leader, or, where nobody follows, the day staff."""
    return by.name in case.incoming or by.leader or (not case.incoming and by.engineer)


def _takers(case: Case) -> tuple[str, ...]:
    return tuple(signed.by for signed in case.signatures if signed.step in {Step.ACCEPTED, Step.REMARKS})


def _people(sides: Iterable[tuple[str, ...]]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(name for side in sides for name in side))


class Due(Enum):
    """What a pending handover asks for, as time passes."""

    REMIND = "remind"
    ESCALATE = "escalate"
    LAPSE = "lapse"
    AGAIN = "again"


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a handover waits for its signature, from the shift's end or the offer, whichever is later."""

    remind: timedelta = timedelta(minutes=15)
    escalate: timedelta = timedelta(minutes=30)
    lapse: timedelta = timedelta(minutes=120)
    again: timedelta = timedelta(minutes=60)
    """After this a deferred one is offered anew."""


def due(case: Case, patience: Patience, now: datetime, *, next_end: datetime | None = None) -> frozenset[Due]:
    """Return what is to be done about a pending handover now. `next_end` is when the shift after it ends."""
    if not case.stage.pending:
        return frozenset()
    begun = max(case.ends, case.frozen_at)
    if case.stage is Stage.DEFERRED:
        deferred = max(signed.at for signed in case.signatures if signed.step is Step.DEFERRED)
        return frozenset({Due.AGAIN}) if not case.grave or now >= deferred + patience.again else frozenset()
    if now >= min(begun + patience.lapse, next_end or begun + patience.lapse):
        return frozenset({Due.LAPSE})
    found = {Due.REMIND: begun + patience.remind, Due.ESCALATE: begun + patience.escalate}
    return frozenset(each for each, moment in found.items() if now >= moment)
