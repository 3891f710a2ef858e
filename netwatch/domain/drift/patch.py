"""A difference as lines beside each other: what was, what is, and a little around it."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import zip_longest
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from netwatch.domain.drift.difference import Alteration, Difference

AROUND = 2
"""Lines of what has not changed that are shown before and after what has."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line before and after; None where there is none. Equal ones are shown for what is around them.

    Where `section` is set the row has no lines: it says what stands above the next ones.
    """

    before: str | None = None
    after: str | None = None
    section: tuple[str, ...] | None = None

    @property
    def same(self) -> bool:
        """Whether it has not changed."""
        return self.section is None and self.before == self.after


def rows(difference: Difference, around: int = AROUND) -> tuple[Row, ...]:
    """Return what has changed, section by section, in the order of the text."""
    return tuple(row for each in difference.alterations for row in (Row(section=each.path), *_rows(each, around)))


def _rows(alteration: Alteration, around: int) -> Iterator[Row]:
    old = alteration.before.lines if alteration.before is not None else ()
    shown = 0
    for hunk in alteration.hunks:
        yield from (Row(line, line) for line in old[max(shown, hunk.at - around) : hunk.at])
        yield from (Row(before, after) for before, after in zip_longest(hunk.removed, hunk.added))
        end = hunk.at + len(hunk.removed)
        following = min((each.at for each in alteration.hunks if each.at > hunk.at), default=len(old))
        shown = min(end + around, following)
        yield from (Row(line, line) for line in old[end:shown])
