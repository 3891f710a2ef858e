"""The fewest lines that make one list of lines another: Myers' algorithm, bounded.

E. W. Myers, "An O(ND) Difference Algorithm and Its Variations", 1986: its time grows with the number of edits and not
with the square of the lines, as difflib's does with repetitive ones. Where two lists have little in common it gives up
and splits them at the lines that each has once.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

MOST = 600
"""So many edits are looked for: beyond them nobody reads line by line, and time would grow with their square."""

Match = tuple[int, int, int]
"""Equal lines: where they begin in either list, and how many they are."""


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines that take the place of others. `at` is where, counted from 0 in the old lines; `now` in the new ones."""

    at: int
    now: int
    removed: tuple[str, ...]
    added: tuple[str, ...]


def edits(old: Sequence[str], new: Sequence[str], *, is_ordered: bool = True) -> tuple[Hunk, ...]:
    """Return what makes the new lines of the old, in order. Unordered lines must come sorted."""
    head = _alike(old, new)
    rest_old, rest_new = old[head:], new[head:]
    tail = _alike(rest_old[::-1], rest_new[::-1])
    inner_old, inner_new = rest_old[: len(rest_old) - tail], rest_new[: len(rest_new) - tail]
    matches = list(_matches(inner_old, inner_new) if is_ordered else _sorted(inner_old, inner_new))
    return tuple(_hunks(old, new, [(a + head, b + head, size) for a, b, size in matches], head, tail))


def _alike(old: Sequence[str], new: Sequence[str]) -> int:
    """Return how many lines both begin with."""
    return next((at for at, (a, b) in enumerate(zip(old, new, strict=False)) if a != b), min(len(old), len(new)))


def _hunks(old: Sequence[str], new: Sequence[str], matches: list[Match], head: int, tail: int) -> Iterator[Hunk]:
    a = b = head
    for start_a, start_b, size in [*matches, (len(old) - tail, len(new) - tail, 0)]:
        if start_a > a or start_b > b:
            yield Hunk(a, b, tuple(old[a:start_a]), tuple(new[b:start_b]))
        a, b = start_a + size, start_b + size


def _sorted(old: Sequence[str], new: Sequence[str]) -> Iterator[Match]:
    """Yield the lines that two sorted lists share."""
    a = b = 0
    while a < len(old) and b < len(new):
        if old[a] == new[b]:
            yield a, b, 1
            a, b = a + 1, b + 1
        elif old[a] < new[b]:
            a += 1
        else:
            b += 1


def _matches(old: Sequence[str], new: Sequence[str]) -> Iterator[Match]:
    if not old or not new:
        return
    trace = _trace(old, new)
    if trace is not None:
        yield from reversed(list(_walked(trace, len(old), len(new))))
        return
    yield from _split(old, new)


def _trace(old: Sequence[str], new: Sequence[str]) -> list[dict[int, int]] | None:
    """Return how far each diagonal reaches with each number of edits, None where there are too many."""
    reach = {1: 0}
    trace: list[dict[int, int]] = []
    most = min(MOST, _at_most(old, new))
    if most < _at_least(old, new):
        return None
    for edit in range(most + 1):
        row: dict[int, int] = {}
        for diagonal in range(-edit, edit + 1, 2):
            down = diagonal == -edit or (diagonal != edit and reach.get(diagonal - 1, -1) < reach.get(diagonal + 1, -1))
            a = reach[diagonal + 1] if down else reach[diagonal - 1] + 1
            b = a - diagonal
            while a < len(old) and 0 <= b < len(new) and old[a] == new[b]:
                a, b = a + 1, b + 1
            row[diagonal] = a
            if a >= len(old) and b >= len(new):
                return [*trace, row]
        trace.append(row)
        reach = row
    return None


def _at_most(old: Sequence[str], new: Sequence[str]) -> int:
    return len(old) + len(new)


def _at_least(old: Sequence[str], new: Sequence[str]) -> int:
    """Return a number of edits that is needed whatever the order: it spares a search that must fail."""
    there, now = Counter(old), Counter(new)
    return (there - now).total() + (now - there).total()


def _walked(trace: list[dict[int, int]], a: int, b: int) -> Iterator[Match]:
    """Yield the equal stretches from the end back to the beginning."""
    for edit in range(len(trace) - 1, -1, -1):
        diagonal = a - b
        if edit == 0:
            if a:
                yield 0, 0, a
            return
        row = trace[edit - 1]
        down = diagonal == -edit or (diagonal != edit and row.get(diagonal - 1, -1) < row.get(diagonal + 1, -1))
        before = diagonal + 1 if down else diagonal - 1
        from_a = row[before]
        start = from_a if down else from_a + 1
        if a > start:
            yield start, start - diagonal, a - start
        a, b = from_a, from_a - before


def _split(old: Sequence[str], new: Sequence[str]) -> Iterator[Match]:
    """Yield the lines that each list has once, as many as stand in the same order (the longest rising sequence)."""
    once_old, once_new = (_once(each) for each in (old, new))
    pairs = [(a, once_new[line]) for line, a in once_old.items() if line in once_new]
    ends: list[int] = []
    last: list[int] = []
    before: list[int | None] = []
    for at, (_a, b) in enumerate(pairs):
        place = bisect_left(ends, b)
        before.append(last[place - 1] if place else None)
        ends[place : place + 1], last[place : place + 1] = [b], [at]
    chain: list[Match] = []
    step = last[-1] if last else None
    while step is not None:
        chain.append((*pairs[step], 1))
        step = before[step]
    yield from reversed(chain)


def _once(lines: Sequence[str]) -> dict[str, int]:
    counted = Counter(lines)
    return {line: at for at, line in enumerate(lines) if counted[line] == 1}
