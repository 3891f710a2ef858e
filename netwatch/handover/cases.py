"""Revisions as cases: what the rules of signing need to know of them, read from the rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.storage import faults, handovers, signatures
from roster.actual import Relief
from roster.handover import from_json
from roster.layers import Post
from roster.signing import Case, Side, Step, items_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.storage.handovers import Archived
    from netwatch.storage.signatures import Signed
    from roster.report import Handover

KNOWN = timedelta(days=2)
"""How far back handovers say who is on duty now."""


@dataclass(frozen=True, slots=True)
class Opened:
    """A revision, read: its row, its report, its case and what was signed under it."""

    archived: Archived
    report: Handover
    case: Case
    signed: tuple[Signed, ...]


def read(tx: Connection, archived: Archived) -> Opened:
    """Return a revision as a case."""
    signed = signatures.of(tx, archived.id)
    made = from_json(archived.document)
    items = items_of(made)
    case = Case(
        sides=_sides(signed),
        items=items,
        ends=_ends(signed) or archived.end,
        frozen_at=archived.built_at,
        signatures=tuple(each.signature for each in signed),
        newest=_newest(tx, archived),
        grave=any(fault.severity >= Severity.MAJOR for fault in faults.opened(tx)),
    )
    return Opened(archived, made, case, signed)


def pending(tx: Connection) -> tuple[Opened, ...]:
    """Return the revisions that wait for a signature or are deferred, the oldest first."""
    found = (handovers.get(tx, number) for number in signatures.pending(tx))
    return tuple(read(tx, archived) for archived in found if archived is not None)


def reliefs(tx: Connection, now: datetime) -> tuple[Relief, ...]:
    """Return what the handovers of the last days say about who is on duty, one for each shift and post.

    Of a shift that was refused and offered anew, the newest revision says it.
    """
    by_shift: dict[str, dict[int, list[Signed]]] = {}
    for signed in signatures.between(tx, now - KNOWN, now + KNOWN):
        by_shift.setdefault(signed.shift, {}).setdefault(signed.handover, []).append(signed)
    newest = (revisions[max(revisions)] for revisions in by_shift.values())
    return tuple(relief for signed in newest for relief in _reliefs(signed, now))


def _reliefs(signed: list[Signed], now: datetime) -> list[Relief]:
    steps = {each.signature.step: each.signature for each in signed}
    taken = steps.get(Step.ACCEPTED) or steps.get(Step.REMARKS)
    lapsed = steps.get(Step.LAPSED) or steps.get(Step.SUPERSEDED)
    refused = Step.REFUSED in steps
    if refused:
        # The outgoing stay until a new revision is signed, or the day is over.
        lapsed = None
    ends = _ends(tuple(signed))
    if ends is None or ends > now:
        return []
    return [
        Relief(
            shift=signed[0].shift,
            post=side.post,
            people=side.outgoing,
            ended=ends,
            taken_at=max(taken.at, ends) if taken else None,
            by=_by(side, taken.by) if taken else (),
            lapsed_at=max(lapsed.at, ends) if lapsed else None,
        )
        for side in _sides(tuple(signed))
    ]


def _by(side: Side, taker: str) -> tuple[str, ...]:
    """Return who really is there: who was to come, whoever signed for them; where nobody was, who did sign."""
    return side.incoming or ((taker,) if side.post is Post.PRIMARY else ())


def _sides(signed: tuple[Signed, ...]) -> tuple[Side, ...]:
    return next((each.sides for each in signed if each.sides), ())


def _ends(signed: tuple[Signed, ...]) -> datetime | None:
    said = next((each.data["ends"] for each in signed if "ends" in each.data), None)
    return datetime.fromisoformat(said) if said is not None else None


def _newest(tx: Connection, archived: Archived) -> bool:
    """Whether no later report that counts goes on from a revision."""
    later = [each for each in handovers.listed(tx, signatures.RECENT) if each.id > archived.id]
    counting = signatures.counting(tx, [each.id for each in later])
    return not counting
