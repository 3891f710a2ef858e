"""Half-open stretches of time in UTC, and what is left of them."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """From `start` up to, and without, `end`; both aware."""

    start: datetime
    end: datetime

    def __contains__(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def meets(self, other: Span) -> bool:
        """Say whether the two share an instant."""
        return self.start < other.end and other.start < self.end

    def within(self, other: Span) -> Span:
        """Return the part that lies in the other; ask `meets` first."""
        return Span(max(self.start, other.start), min(self.end, other.end))


def merge(spans: Iterable[Span]) -> tuple[Span, ...]:
    """Return the same time as few, sorted, separate spans; those that touch become one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.start <= merged[-1].end:
            merged[-1] = Span(merged[-1].start, max(merged[-1].end, span.end))
        elif span.start < span.end:
            merged.append(span)
    return tuple(merged)


def subtract(span: Span, taken: Sequence[Span]) -> tuple[Span, ...]:
    """Return what is left of a span without the taken ones, which are as `merge` gives them."""
    left, start = [], span.start
    first = max(0, bisect_right(taken, span.start, key=lambda other: other.start) - 1)
    for other in taken[first:]:
        if other.start >= span.end:
            break
        if start < other.start:
            left.append(Span(start, other.start))
        start = max(start, other.end)
    if start < span.end:
        left.append(Span(start, span.end))
    return tuple(left)
