"""Putting together what is the same many times, so that people are told of it once."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable, Iterable

T = TypeVar("T")


def together(items: Iterable[T], same: Callable[[T], Hashable | None], least: int = 2) -> tuple[tuple[T, ...], ...]:
    """Return groups of what `same` returns equal values for, each where its first one stands.

    What there is less than `least` of, or has None, is by itself.
    """
    by_likeness: dict[Hashable, list[T]] = defaultdict(list)
    keys = [(each, same(each)) for each in items]
    for each, key in keys:
        by_likeness[key].append(each)
    found: list[tuple[T, ...]] = []
    for each, key in keys:
        alike = by_likeness[key]
        if key is None or len(alike) < least:
            found.append((each,))
        elif alike[0] is each:
            found.append(tuple(alike))
    return tuple(found)
