"""What a fault about drift is about: the finding, and all that has changed in words."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.drift.visit import DRIFT
from netwatch.domain.drift.words import MOST, sentences
from netwatch.drift.comparing import compared
from netwatch.errors import StorageError
from netwatch.storage import deviations

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Mapping

    from sqlalchemy import Connection

    from netwatch.domain.drift.difference import Difference
    from netwatch.domain.drift.finding import Finding
    from netwatch.domain.model import Subject
    from probes.api import Message

COMPARED = 2000
"""So many are compared at one time: after a start none is at hand, and others wait for the database."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A finding, with what has changed; nothing where a text is not as it was kept, which is a fault of its own."""

    finding: Finding
    difference: Difference | None

    def words(self, most: int = MOST) -> tuple[Message, ...]:
        """Return what has changed in words: so many sentences, and behind them how many more there are."""
        return sentences(self.difference, most) if self.difference is not None else ()

    @property
    def likeness(self) -> Hashable | None:
        """What is equal where the same was done to two devices, and is judged alike; None where nobody can say."""
        finding = self.finding
        if self.difference is None:
            return None
        said = finding.facet, finding.state, finding.closing, str(finding.told.summary), str(finding.told.why)
        return said, self.difference.done


def deviation_of(tx: Connection, subject: Subject) -> Deviation | None:
    """Return the deviation that a fault is about; None where it is about something else."""
    return deviations_of(tx, (subject,)).get(subject)


def deviations_of(tx: Connection, subjects: Iterable[Subject]) -> Mapping[Subject, Deviation]:
    """Return the deviations that some faults are about, by what is at fault; of so many of them, what has changed."""
    numbers = {each: number for each in subjects if (number := _number(each))}
    found = {each.id: each for each in deviations.some(tx, numbers.values())}
    known = ((each, found[number]) for each, number in numbers.items() if number in found)
    return {
        each: Deviation(finding, _difference(tx, finding) if place < COMPARED else None)
        for place, (each, finding) in enumerate(known)
    }


def _number(subject: Subject) -> int:
    facet, _slash, number = subject.meaning.rpartition("/")
    return int(number) if subject.check == DRIFT and facet and number.isdecimal() else 0


def _difference(tx: Connection, finding: Finding) -> Difference | None:
    try:
        return compared(tx, finding.base, finding.content).difference
    except StorageError:
        return None
