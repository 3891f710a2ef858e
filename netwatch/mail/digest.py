"""What stands in a mail that tells of many faults at once, worst first."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netwatch.domain.notices import Kind
from netwatch.domain.redundancy import because_of
from netwatch.domain.topology import behind
from netwatch.mail import alike, sheet
from netwatch.mail.deviation import ended
from netwatch.mail.sheet import Fact, Sheet, named
from netwatch.mail.wording import harmless
from probes.api import _

if TYPE_CHECKING:
    from datetime import datetime

    from netwatch.mail.case import Case, Scene, Told
    from netwatch.mail.office import Office
    from netwatch.mail.wording import Wording

LINES = 200
"""So many faults are told line by line; the page and the command have the rest."""
COUNTED = 20
"""So many of the worst are told with all that there is to say, such as the devices behind them."""
NAMED = 3


@dataclass(frozen=True, slots=True)
class Line:
    """One fault as a line of a table, or the same change on many devices. `number` is empty where there are many."""

    tone: str
    badge: str
    number: str
    device: str
    what: str
    when: str
    effect: str = ""
    facts: tuple[Fact, ...] = ()
    """What more there is to tell of many."""


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
    """Return the subject: how bad, how many, and the change that is the same on all, else the names of the worst."""
    lines = ordered(told)
    still = tuple(each for each in lines if each.case.fault.open)
    worst = max((each.case.fault.severity for each in still), default=None)
    shown = tuple(each for each in still if each.case.fault.severity == worst) or lines
    values = {"severity": _capital(_badge(word, shown[0].case)), "count": len(lines)}
    (same, *others) = alike.groups(shown)
    if len(same) > 1 and not others:
        more = len(lines) - len(same)
        template = _("[{severity}] {same}: {what}; {count} faults in all") if more else _("[{severity}] {same}: {what}")
        what = word.say(same[0].case.fault.summary)
        return word(template, same=_capital(alike.title(word, same)), what=what, **values)
    if still:
        return word(_("[{severity}] {count} faults, worst: {names}"), names=_names(word, shown), **values)
    how = tuple(dict.fromkeys(_badge(word, each.case) for each in shown))
    template = _("{how}: {count} faults: {names}")
    return word(template, how=_capital(word.listed(how, NAMED)), count=len(lines), names=_names(word, shown))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _names(word: Wording, lines: tuple[Told, ...]) -> str:
    names = tuple(dict.fromkeys(named(word, each.case, 40) for each in lines))
    return word.listed(names, NAMED)


def _badge(word: Wording, case: Case) -> str:
    """Return how bad it is, or how it ended. What is approved or waived has not recovered: the device is as it was."""
    if case.fault.open:
        return word.severity(case.fault.severity)
    return (ended(word, case.deviation) if case.deviation is not None else "") or word(_("recovered"))


def digest(word: Wording, office: Office, told: tuple[Told, ...], scene: Scene) -> Digest:
    """Write what a mail about many faults says."""
    lines = ordered(told)
    parts = alike.groups(lines)
    shown = tuple(
        _part(word, office, part, scene if place < COUNTED else None) for place, part in enumerate(parts[:LINES])
    )
    left = sum(len(part) for part in parts[LINES:])
    first = lines[0].case
    around = Sheet(
        language=word.language,
        tone=_tone(first),
        badge=_badge(word, first),
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


def _tone(case: Case) -> str:
    return sheet.TONES[case.fault.severity] if case.fault.open else "recovered"


def _commands(word: Wording) -> tuple[Fact, ...]:
    return (
        Fact(word(_("All open faults")), "netwatch faults list"),
        Fact(word(_("To acknowledge some")), 'netwatch faults ack N N-N --text "…"'),
    )


def _first(word: Wording, lines: tuple[Told, ...]) -> str:
    """Return how many of what: `24 faults in one mail: 3 critical, 20 major, 1 recovered`."""
    counts = Counter(_badge(word, each.case) for each in lines)  # in their order: the worst first
    parts = [word(_("{count} {severity}"), count=count, severity=badge) for badge, count in counts.items()]
    return word(_("{count} faults in one mail: {parts}"), count=len(lines), parts=word(_(", ")).join(parts))


def _line(word: Wording, office: Office, told: Told, scene: Scene | None) -> Line:
    fault = told.case.fault
    return Line(
        tone=_tone(told.case),
        badge=_badge(word, told.case),
        number=str(fault.id),
        device=named(word, told.case, 60),
        what=_what(word, told),
        when=_when(word, fault.opened, fault.closed),
        effect=_effect(word, office, told, scene),
    )


def _part(word: Wording, office: Office, part: tuple[Told, ...], scene: Scene | None) -> Line:
    if len(part) == 1:
        return _line(word, office, part[0], scene)
    together = alike.in_order(office, part)
    return replace(_together(word, together), facts=(alike.facts if scene else alike.where)(word, together))


def _together(word: Wording, part: tuple[Told, ...]) -> Line:
    """Return the line of what is the same on many devices, from when the first was so until the last no longer is."""
    first, faults = part[0], [each.case.fault for each in part]
    ends = [fault.closed for fault in faults if fault.closed is not None]
    return Line(
        tone=_tone(first.case),
        badge=_badge(word, first.case),
        number="",
        device=alike.title(word, part),
        what=_what(word, first),
        when=_when(word, min(fault.opened for fault in faults), max(ends, default=None)),
    )


def _what(word: Wording, told: Told) -> str:
    what = word.say(told.case.fault.summary)
    return word(_SAID[told.kind], what=what) if told.kind in _SAID else what


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


def _when(word: Wording, opened: datetime, closed: datetime | None) -> str:
    if closed is None:
        return word(_("since {since}"), since=word.time(opened))
    return word(
        _("{since} to {until} ({length})"),
        since=word.time(opened),
        until=word.time(closed),
        length=word.length(closed - opened),
    )
