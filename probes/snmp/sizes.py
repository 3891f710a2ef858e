"""How much one device answers at once: found by asking, remembered, tried again rarely."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable

    from probes.snmp.client import Oid

MOST = 70
"""Varbinds of some twenty octets that fill one Ethernet frame: more arrives in fragments, or not at all."""
REPETITIONS = 25
"""Rows asked for at once at most, whatever the number of columns."""
PATIENCE = 100
"""Answers in a row at the limit before a larger question is dared again."""


class Sizes:
    """The largest question, in varbinds expected back, that one device answers.

    A question that fails may have been too large, or about one thing that the device cannot answer at all.
    So what it was about stays suspect until it is answered; when even its smallest question fails, the size
    was not to blame, and what was learnt from it is taken back.
    """

    __slots__ = ("_bad", "_before", "_streak", "_suspects", "good", "has_bulk", "limit", "repetitions")

    def __init__(self, most: int = MOST, repetitions: int = REPETITIONS, *, has_bulk: bool = True) -> None:
        self.limit = most
        """Ask for no more than this."""
        self.repetitions = repetitions
        self.good = 0
        """The most that was answered since the last trouble: anything larger is a try."""
        self.has_bulk = has_bulk
        """Whether GETBULK is of use; without it the walk goes on with GETNEXT."""
        self._bad = most + 1
        self._streak = 0
        self._before = (self.limit, self._bad, self.has_bulk)
        self._suspects: set[Oid] = set()

    def worked(self, size: int, about: Iterable[Oid] = ()) -> None:
        """Take note of an answer to a question of this size; after many, dare a larger one."""
        self._suspects.difference_update(about)
        self.good = max(self.good, size)
        self._streak = self._streak + 1 if size >= self.limit else self._streak
        if self._streak >= PATIENCE:
            self._streak = 0
            self.limit = max(self.limit, min(self.limit * 2, self._bad - 1))

    def failed(self, size: int, about: Iterable[Oid] = ()) -> None:
        """Take note of a question that was too big, or lost: halve; from the smallest, do without GETBULK."""
        if not self._suspects:
            self._before = (self.limit, self._bad, self.has_bulk)
            self._suspects = set(about)
        self._streak = self.good = 0
        if size <= 1:
            self.has_bulk = False
        self._bad = max(2, min(self._bad, size))
        self.limit = max(1, min(self.limit, size // 2))

    def absolve(self, about: Oid) -> None:
        """Take back what was learnt while this was suspect: even its smallest question was not answered."""
        if about in self._suspects:
            self.limit, self._bad, self.has_bulk = self._before
            self._suspects.clear()

    def rows(self, columns: int) -> int:
        """Repetitions to ask for with so many columns; 0 where GETBULK is of no use."""
        if not self.has_bulk:
            return 0
        return max(1, min(self.repetitions, self.limit // max(1, columns)))
