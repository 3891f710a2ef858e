"""A finding in one sentence, and whatever more there is to say of it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain.drift.condition import within
from netwatch.domain.drift.difference import Difference
from netwatch.domain.drift.matching import Footing
from netwatch.domain.drift.permit import Piece
from netwatch.domain.drift.verdict import Verdict
from netwatch.domain.drift.words import many, sentences
from probes.api import Message, _
from probes.facets import title

if TYPE_CHECKING:
    from netwatch.domain.drift.difference import Alteration
    from netwatch.domain.drift.matching import Match

_ONE = {
    Verdict.UNAUTHORISED: _("{facet} changed without approval: {note}"),
    Verdict.NEEDS_REVIEW: _("{facet} changed, to be reviewed: {note}"),
    Verdict.AUTHORISED: _("{facet} changed as approved: {note}"),
}
_MORE = {
    Verdict.UNAUTHORISED: _("{facet} changed without approval: {note}; and {more} more"),
    Verdict.NEEDS_REVIEW: _("{facet} changed, to be reviewed: {note}; and {more} more"),
    Verdict.AUTHORISED: _("{facet} changed as approved: {note}; and {more} more"),
}
_CLAIMED = (
    _("{facet} changed in an emergency that nobody has approved: {note}"),
    _("{facet} changed in an emergency that nobody has approved: {note}; and {more} more"),
)


def summary(verdict: Verdict, match: Match, facet: str, difference: Difference) -> Message:
    """Return a deviation in one sentence: what it is, and its first difference in words.

    Of one that is partly approved only what is not counts.
    """
    told = sentences(only(difference, match.left) if match.left else difference) or sentences(difference)
    more = many(told) - 1
    template = (_MORE if more else _ONE)[verdict]
    if match.footing is Footing.CLAIMED:
        template = _CLAIMED[bool(more)]
    values: dict[str, str | int] = {"facet": title(facet), **({"more": more} if more else {})}
    return within(template, told[0], **values)


def only(difference: Difference, left: tuple[Piece, ...]) -> Difference:
    """Return the part of a difference that is in some of its pieces."""
    wanted = frozenset(left)
    parts = (_part(each, wanted) for each in difference.alterations)
    kept = tuple(each for each in parts if each is not None)
    return Difference(kept, difference.order if not kept else None)


def _part(alteration: Alteration, wanted: frozenset[Piece]) -> Alteration | None:
    if not alteration.alone:
        return alteration if Piece(alteration.path) in wanted else None
    hunks = tuple(
        replace(each, removed=_of(each.removed, wanted), added=_of(each.added, wanted)) for each in alteration.hunks
    )
    return replace(alteration, hunks=hunks) if any(each.removed or each.added for each in hunks) else None


def _of(lines: tuple[str, ...], wanted: frozenset[Piece]) -> tuple[str, ...]:
    return tuple(line for line in lines if Piece((), line) in wanted)
