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
    from sqlalchemy import Connection

    from netwatch.domain.drift.difference import Difference
    from netwatch.domain.drift.finding import Finding
    from netwatch.domain.model import Subject
    from probes.api import Message


@dataclass(frozen=True, slots=True)
class Deviation:
    """A finding, with what has changed; nothing where a text is not as it was kept, which is a fault of its own."""

    finding: Finding
    difference: Difference | None

    def words(self, most: int = MOST) -> tuple[Message, ...]:
        """Return what has changed in words: so many sentences, and behind them how many more there are."""
        return sentences(self.difference, most) if self.difference is not None else ()


def deviation_of(tx: Connection, subject: Subject) -> Deviation | None:
    """Return the deviation that a fault is about; None where it is about something else."""
    facet, _slash, number = subject.meaning.rpartition("/")
    if subject.check != DRIFT or not facet or not number.isdecimal():
        return None
    finding = deviations.get(tx, int(number))
    return None if finding is None else Deviation(finding, _difference(tx, finding))


def _difference(tx: Connection, finding: Finding) -> Difference | None:
    try:
        return compared(tx, finding.base, finding.content).difference
    except StorageError:
        return None
