"""What a mail says of a deviation from the baseline: the difference in words first, then when, who, and why not."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.drift.attribution import Confidence
from netwatch.domain.drift.risk import Risk
from netwatch.domain.drift.visit import DRIFT
from netwatch.domain.drift.words import sentences
from netwatch.drift.comparing import compared
from netwatch.errors import StorageError
from netwatch.mail.wording import harmless
from netwatch.storage import deviations
from probes.api import _
from probes.facets import title

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.domain.drift.finding import Finding
    from netwatch.domain.model import Subject
    from netwatch.mail.wording import Wording
    from probes.api import Message

MOST = 20
"""So many differences are told one by one."""


@dataclass(frozen=True, slots=True)
class Deviation:
    """A finding, with all that has changed in words."""

    finding: Finding
    words: tuple[Message, ...]


def deviation_of(tx: Connection, subject: Subject) -> Deviation | None:
    """Return the deviation that a fault is about; None where it is about something else."""
    facet, _slash, number = subject.meaning.rpartition("/")
    if subject.check != DRIFT or not facet or not number.isdecimal():
        return None
    finding = deviations.get(tx, int(number))
    return None if finding is None else Deviation(finding, _words(tx, finding))


def _words(tx: Connection, finding: Finding) -> tuple[Message, ...]:
    """Return the difference in words; nothing where a text is not as it was kept, which is a fault of its own."""
    try:
        return sentences(compared(tx, finding.base, finding.content).difference)
    except StorageError:
        return ()


def told(word: Wording, deviation: Deviation) -> tuple[str, ...]:
    """Return the difference, a line for each."""
    lines = [word.say(each) for each in deviation.words[:MOST]]
    left = len(deviation.words) - MOST
    return (*lines, word(_("and {left} more differences"), left=left)) if left > 0 else tuple(lines)


def rows(word: Wording, deviation: Deviation) -> tuple[tuple[str, str], ...]:
    """Return what else is known of it: a label and what it says."""
    finding = deviation.finding
    about = tuple(word(Risk(each).title) for each in finding.told.risks)
    return (
        (word(_("Facet")), word(title(finding.facet))),
        (word(_("It is about")), word.listed(about, len(about))),
        (
            word(_("Changed")),
            word(_("between {since} and {at}"), since=word.moment(finding.low), at=word.moment(finding.high)),
        ),
        (word(_("By whom")), _who(word, finding)),
        (word(_("Approval")), word.say(finding.told.why)),
    )


def _who(word: Wording, finding: Finding) -> str:
    told, confidence = finding.told, Confidence(finding.told.confidence)
    if not told.users:
        return word(Confidence.NONE.title)
    names = word.listed(tuple(harmless(each, 60) for each in told.users), 5)
    return word(_("{names} ({confidence})"), names=names, confidence=word(confidence.title))


def commands(word: Wording, deviation: Deviation) -> tuple[tuple[str, str], ...]:
    """Return what to type: to see it, and for a leader to approve it or to bear with it for a time."""
    finding = deviation.finding
    show = f"netwatch drift diff {finding.device} --facet {finding.facet}"
    return ((word(_("To see every line")), show),)
