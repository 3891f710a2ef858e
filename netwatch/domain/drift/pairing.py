"""Which line took the place of which: what says another value of the same thing."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.domain.drift.difference import Alteration
    from netwatch.domain.drift.edits import Hunk

Pair = tuple[str | None, str | None]
"""A line that is gone and the one that came for it; None where there is none."""
_PLAIN = re.compile(r"^(?:set|add|no|undo)\s+", re.IGNORECASE)
_WORD = re.compile(r"[^\s=:]+(?:[\s=:]+|$)")
FIRST = 2
"""So many words a line's subject has, where one does not tell it from others."""


def pairs(alteration: Alteration) -> tuple[Pair, ...]:
    """Return the changed lines of a section, in order, those that say another value of the same thing side by side."""
    if len(alteration.added) + len(alteration.removed) > 200:  # noqa: PLR2004 - nobody reads so many pair by pair
        return tuple(pair for hunk in alteration.hunks for pair in _unpaired(hunk))
    removed, added = list(alteration.removed), list(alteration.added)
    partner: dict[int, int] = {}
    for words in (3, FIRST, 1):
        _match(removed, added, partner, words)
    taken = set(partner.values())
    found: list[Pair] = []
    for at, line in enumerate(removed):
        found.append((line, added[partner[at]] if at in partner else None))
    found += [(None, line) for at, line in enumerate(added) if at not in taken]
    return tuple(found)


def _match(removed: list[str], added: list[str], partner: dict[int, int], words: int) -> None:
    """Pair those lines that alone on either side begin with the same words."""
    free = {at: subject(line, words) for at, line in enumerate(removed) if at not in partner}
    taken = set(partner.values())
    there = {at: subject(line, words) for at, line in enumerate(added) if at not in taken}
    once, once_there = Counter(free.values()), Counter(there.values())
    by_subject = {said: at for at, said in there.items() if once_there[said] == 1}
    for at, said in free.items():
        if said and once[said] == 1 and said in by_subject:
            partner[at] = by_subject[said]


def subject(line: str, words: int) -> str:
    """Return what a line is about: its first words, without `set` or what makes it its contrary.

    A line of one word is about nothing else: it has no value that could change. A number that more words follow tells
    one from another, as in `rule 5 permit ip`, and is no value; behind a path it is the mode of that file.
    """
    found = _WORD.findall(_PLAIN.sub("", line.strip()))
    is_numbered = len(found) > FIRST and found[1].strip().isdigit() and not line.startswith("/")
    if len(found) <= words or (words == 1 and is_numbered):
        return ""
    return "".join(found[:words]).casefold()


def _unpaired(hunk: Hunk) -> Iterator[Pair]:
    yield from ((line, None) for line in hunk.removed)
    yield from ((None, line) for line in hunk.added)
