"""What stands in a mail that tells of many faults at once, worst first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.domain.notices import Kind
from netwatch.domain.redundancy import because_of
from netwatch.domain.topology import behind
from netwatch.mail import sheet
from netwatch.mail.sheet import Fact, Sheet, named
from netwatch.mail.wording import harmless
from probes.api import _

if TYPE_CHECKING:
    from netwatch.mail.case import Case, Scene
    from netwatch.mail.office import Office
    from netwatch.mail.wording import Wording

LINES = 200
"""So many faults are told line by line; the page and the command have the rest."""
COUNTED = 20
"""For so many of the worst the devices behind them are counted."""
NAMED = 3


@dataclass(frozen=True, slots=True)
class Told:
    """One fault of a digest, and what there is to tell of it."""

    kind: Kind
    case: Case


@dataclass(frozen=True, slots=True)
class Line:
    """One fault as a line of a table."""

    tone: str
    badge: str
    number: int
    device: str
    what: str
    when: str
    effect: str


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest's contents: the sheet around, and its lines."""

    sheet: Sheet
    lines: tuple[Line, ...]
    left: str
    heads: tuple[str, ...]


def ordered(told: tuple[Told, ...]) -> tuple[Told, ...]:
    """Put what is open before what has recovered, the worst and then the oldest first."""
    return tuple(
        sorted(
            told,
            key=lambda each: (
                not each.case.fault.open,
                -each.case.fault.severity,
                each.case.fault.opened,
                each.case.fault.id,
            ),
        )
    )


def subject(word: Wording, told: tuple[Told, ...]) -> str:
    """Return the subject: how bad, how many, and the names of the worst."""
    lines = ordered(told)
    still = [each for each in lines if each.case.fault.open]
    if not still:
        return word(_("Recovered: {count} faults: {names}"), count=len(lines), names=_names(word, lines))
    worst = still[0].case.fault.severity
    shown = tuple(each for each in still if each.case.fault.severity == worst)
    return word(
        _("[{severity}] {count} faults, worst: {names}"),
        severity=word.severity(worst).capitalize(),
        count=len(lines),
        names=_names(word, shown),
    )


def _names(word: Wording, lines: tuple[Told, ...]) -> str:
    names = tuple(dict.fromkeys(named(word, each.case, 40) for each in lines))
    return word.listed(names, NAMED)


def digest(word: Wording, office: Office, told: tuple[Told, ...], scene: Scene) -> Digest:
    """Write what a mail about many faults says."""
    lines = ordered(told)
    still = [each.case.fault for each in lines if each.case.fault.open]
    shown = tuple(
        _line(word, office, each, scene if number < COUNTED else None) for number, each in enumerate(lines[:LINES])
    )
    left = len(lines) - len(shown)
    around = Sheet(
        language=word.language,
        tone=sheet.TONES[still[0].severity] if still else "recovered",
        badge=word.severity(still[0].severity) if still else word(_("recovered")),
        first=_first(word, lines),
        facts=sheet.surroundings(word, office, scene, scene.others(*(each.case.fault for each in lines))),
        commands=_commands(word),
        link=sheet.link(office, "/faults"),
        footer=sheet.footer(word, office, scene.now),
    )
    more = word.ngettext("and {count} more", "and {count} more", left) if left else ""
    return Digest(
        around, shown, more, (word(_("Severity")), word(_("No.")), word(_("Device")), word(_("Fault")), word(_("When")))
    )


def _commands(word: Wording) -> tuple[Fact, ...]:
    return (
        Fact(word(_("All open faults")), "netwatch faults list"),
        Fact(word(_("To acknowledge one")), 'netwatch faults ack N --text "…"'),
    )


def _first(word: Wording, lines: tuple[Told, ...]) -> str:
    """Return how many of what: `24 faults in one mail: 3 critical, 20 major, 1 recovered`."""
    counts = Counter(each.case.fault.severity for each in lines if each.case.fault.open)
    parts = [
        word(_("{count} {severity}"), count=counts[severity], severity=word.severity(severity))
        for severity in sorted(Severity, reverse=True)
        if counts[severity]
    ]
    well = len(lines) - counts.total()
    if well:
        parts.append(word(_("{count} {severity}"), count=well, severity=word(_("recovered"))))
    return word(_("{count} faults in one mail: {parts}"), count=len(lines), parts=word(_(", ")).join(parts))


def _line(word: Wording, office: Office, told: Told, scene: Scene | None) -> Line:
    fault = told.case.fault
    what = word.say(fault.summary)
    if told.kind in _SAID:
        what = word(_SAID[told.kind], what=what)
    return Line(
        tone=sheet.TONES[fault.severity] if fault.open else "recovered",
        badge=word.severity(fault.severity) if fault.open else word(_("recovered")),
        number=fault.id,
        device=named(word, told.case, 60),
        what=what,
        when=_when(word, told),
        effect=_effect(word, office, told, scene),
    )


_SAID = {
    Kind.FLAPPING: _("{what}, flapping"),
    Kind.REMINDER: _("{what}, and nobody has acknowledged it"),
}


def _effect(word: Wording, office: Office, told: Told, scene: Scene | None) -> str:
    """Say what else is lost with it; without a scene nothing is counted."""
    fault = told.case.fault
    parts = _counted(word, office, fault.subject.device, scene) if scene and fault.open and fault.reachability else []
    if told.case.affects:
        parts.append(word(_("affects: {affects}"), affects=harmless(told.case.affects, 100)))
    return word(_("; ")).join(parts)


def _counted(word: Wording, office: Office, device: str, scene: Scene) -> list[str]:
    """Count the devices that are gone with it, and those that it has cost an uplink."""
    parts = []
    if lost := len(behind(device, office.parents)):
        parts.append(
            word.ngettext("{count} device behind it unreachable", "{count} devices behind it unreachable", lost)
        )
    if hanging := len(because_of(device, office.parents, scene.states)):
        parts.append(
            word.ngettext("{count} device has lost redundancy", "{count} devices have lost redundancy", hanging)
        )
    return parts


def _when(word: Wording, told: Told) -> str:
    fault = told.case.fault
    if fault.closed is None:
        return word(_("since {since}"), since=word.time(fault.opened))
    return word(
        _("{since} to {until} ({length})"),
        since=word.time(fault.opened),
        until=word.time(fault.closed),
        length=word.length(fault.closed - fault.opened),
    )
