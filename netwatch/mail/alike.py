"""The same change on many devices, which a digest tells once: what it is, where, who did it, and what to look at."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from netwatch.mail import deviation
from netwatch.mail.sheet import Fact, named
from netwatch.mail.wording import harmless
from probes.api import _
from roster.stretches import stretches
from roster.together import together

if TYPE_CHECKING:
    from collections.abc import Hashable, Iterable, Sequence

    from netwatch.domain.drift.finding import Finding
    from netwatch.drift.deviation import Deviation
    from netwatch.mail.case import Told
    from netwatch.mail.office import Office
    from netwatch.mail.wording import Wording

NAMES = 40
"""So many of the devices are named."""
NUMBERS = 40
"""So many numbers of faults are told, or stretches of them: as they are typed behind `netwatch faults ack`."""
SOME = 5
"""So many of whatever else there may be many of."""


def groups(told: Iterable[Told]) -> tuple[tuple[Told, ...], ...]:
    """Put together what is the same change in words, where the first of them stands; all else is by itself."""
    return together(told, _same)


def _same(told: Told) -> Hashable | None:
    fault, known = told.case.fault, told.case.deviation
    if known is None or known.likeness is None:
        return None
    return told.kind, fault.open, fault.severity, str(fault.summary), known.likeness


def title(word: Wording, together: Sequence[Told]) -> str:
    """Return on how many devices it is the same."""
    count = len({each.case.fault.subject.device for each in together})
    return word.ngettext("the same change on {count} device", "the same change on {count} devices", count)


def in_order(office: Office, together: Iterable[Told]) -> tuple[Told, ...]:
    """Put devices as the configuration has them, where people look for them."""
    place = {name: number for number, name in enumerate(office.devices)}
    return tuple(sorted(together, key=lambda each: place.get(each.case.fault.subject.device, len(place))))


def where(word: Wording, together: Sequence[Told]) -> tuple[Fact, ...]:
    """Return on which devices it is, and the numbers of their faults."""
    names = tuple(dict.fromkeys(named(word, each.case, 60) for each in together))
    numbers = stretches(each.case.fault.id for each in together)
    left = len(numbers) - NUMBERS
    more = word.ngettext(" and {count} more", " and {count} more", left) if left > 0 else ""
    return (
        Fact(word(_("Devices")), word.listed(names, NAMES)),
        Fact(word(_("Numbers of the faults")), " ".join(numbers[:NUMBERS]) + more),
    )


def facts(word: Wording, together: Sequence[Told]) -> tuple[Fact, ...]:
    """Return what there is to tell of a change on many devices."""
    known = [each.case.deviation for each in together if each.case.deviation is not None]
    findings = [each.finding for each in known]
    affected = tuple(dict.fromkeys(harmless(each.case.affects, 100) for each in together if each.case.affects))
    low, high = (min(each.low for each in findings), max(each.high for each in findings))
    found = (
        Fact(word(_("What has changed")), _all(word, known[0])),
        *where(word, together),
        Fact(word(_("Affects")), word.listed(affected, SOME)),
        Fact(word(_("Changed")), word(_("between {since} and {at}"), since=word.exact(low), at=word.exact(high))),
        Fact(word(_("By whom")), _who(word, findings)),
        Fact(word(_("Approval")), word.say(findings[0].told.why)),
        *(Fact(*each) for each in deviation.commands(word, known[0])),
    )
    return tuple(each for each in found if each.text)


def _all(word: Wording, known: Deviation) -> str:
    """Return all of it where it is more than the one difference that the line says already."""
    words = known.words(SOME)
    return word(_("; ")).join(word.say(each) for each in words) if len(words) > 1 else ""


def _who(word: Wording, findings: Iterable[Finding]) -> str:
    """Return who did it; of several, the most frequent first, each with on how many."""
    found = Counter(deviation.who(word, each) for each in findings).most_common()
    if len(found) == 1:
        return found[0][0]
    return word.listed(tuple(word(_("{who}: {count}"), who=who, count=count) for who, count in found), SOME)
