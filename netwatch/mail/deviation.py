"""What a mail says of a deviation from the baseline: the difference in words first, then when, who, and why not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.drift.attribution import Confidence
from netwatch.domain.drift.finding import FindingState
from netwatch.domain.drift.risk import Risk
from netwatch.domain.drift.verdict import Verdict
from netwatch.drift.remedies import every_line
from netwatch.mail.wording import harmless
from probes.api import _
from probes.facets import title

if TYPE_CHECKING:
    from netwatch.domain.drift.finding import Finding
    from netwatch.drift.deviation import Deviation
    from netwatch.mail.wording import Wording

MOST = 20
"""So many differences are told one by one."""


def told(word: Wording, deviation: Deviation) -> tuple[str, ...]:
    """Return the difference, a line for each."""
    return tuple(word.say(each) for each in deviation.words(MOST))


def rows(word: Wording, deviation: Deviation) -> tuple[tuple[str, str], ...]:
    """Return what else is known of it: a label and what it says."""
    finding = deviation.finding
    about = tuple(word(Risk(each).title) for each in finding.told.risks)
    return (
        (word(_("Facet")), word(title(finding.facet))),
        (word(_("It is about")), word.listed(about, len(about))),
        (
            word(_("Changed")),
            word(_("between {since} and {at}"), since=word.exact(finding.low), at=word.exact(finding.high)),
        ),
        (word(_("By whom")), who(word, finding)),
        (word(_("Approval")), word.say(finding.told.why)),
        (word(_("Waiver ended") if finding.state is FindingState.OPEN else _("Reason")), harmless(finding.judgement)),
    )


def ended(word: Wording, deviation: Deviation) -> str:
    """Return how it ended, where the device is perhaps not as it was: nothing while it is a fault."""
    finding = deviation.finding
    if finding.closing is not None:
        return word(finding.closing.title)
    if finding.state is FindingState.WAIVED:
        return word(finding.state.title)
    return word(finding.told.verdict.title) if finding.told.verdict is Verdict.AUTHORISED else ""


def who(word: Wording, finding: Finding) -> str:
    """Return who did it, and how sure that is."""
    told, confidence = finding.told, Confidence(finding.told.confidence)
    if not told.users:
        return word(Confidence.NONE.title)
    names = word.listed(tuple(harmless(each, 60) for each in told.users), 5)
    return word(_("{names} ({confidence})"), names=names, confidence=word(confidence.title))


def commands(word: Wording, deviation: Deviation) -> tuple[tuple[str, str], ...]:
    """Return what to type to see all of it, and under it how it is approved."""
    does, command = every_line(deviation)
    return ((word(does), command),)
