"""Many numbers as people write them: those that follow one another as a stretch, such as `13-211`."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable


def stretches(numbers: Iterable[int]) -> tuple[str, ...]:
    """Return single numbers and stretches of them, the least first; each number once."""
    found = []
    for _shift, row in groupby(enumerate(sorted(set(numbers))), lambda each: each[1] - each[0]):
        own = [number for _place, number in row]
        found.append(f"{own[0]}-{own[-1]}" if len(own) > 1 else str(own[0]))
    return tuple(found)
