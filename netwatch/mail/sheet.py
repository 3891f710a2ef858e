"""What stands in a mail, ready to be laid out as text and as HTML: both say the same by construction."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.domain.notices import Kind
from netwatch.drift.remedies import remedies
from netwatch.mail import deviation
from netwatch.mail.wording import LONGEST, harmless
from probes.api import _

if TYPE_CHECKING:
    from datetime import datetime

    from netwatch.mail.case import Case, Scene
    from netwatch.mail.office import Office
    from netwatch.mail.wording import Wording

NAMES = 20
"""So many of the devices behind a fault are named, and of those that have lost an uplink by it."""


@dataclass(frozen=True, slots=True)
class Fact:
    """A label and what it says."""

    label: str
    text: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """A mail's contents, in the reader's words. `tone` chooses the colour that repeats what the words say."""

    language: str
    tone: str
    badge: str
    first: str
    action: str = ""
    words: tuple[str, ...] = ()
    """What has changed, a line for each."""
    facts: tuple[Fact, ...] = ()
    notes: tuple[str, ...] = ()
    commands: tuple[Fact, ...] = ()
    link: str = ""
    footer: tuple[str, ...] = ()


TONES = {
    Severity.CRITICAL: "critical",
    Severity.MAJOR: "major",
    Severity.MINOR: "minor",
    Severity.WARNING: "warning",
    Severity.INFORMATION: "information",
}


def notice(word: Wording, office: Office, kind: Kind, case: Case, scene: Scene) -> Sheet:
    """Write what a mail about one fault says."""
    fault = case.fault
    return Sheet(
        language=word.language,
        tone=TONES[fault.severity] if fault.open else "recovered",
        badge=word.severity(fault.severity) if fault.open else word(_("recovered")),
        first=_first(word, kind, case, scene),
        action=harmless(case.runbook) if fault.open else "",
        words=deviation.told(word, case.deviation) if case.deviation is not None else (),
        facts=(*_facts(word, case), *surroundings(word, office, scene, scene.others(fault))),
        notes=_notes(word, case),
        commands=_commands(word, kind, case),
        link=link(office, f"/faults/{fault.id}"),
        footer=footer(word, office, scene.now),
    )


def _first(word: Wording, kind: Kind, case: Case, scene: Scene) -> str:
    """Write the line that must be enough at three in the morning: what, where, since, effect."""
    fault = case.fault
    values = {
        "device": named(word, case),
        "what": word.say(fault.summary),
        "since": word.time(fault.opened),
        "length": word.length((fault.closed or scene.now) - fault.opened),
        "severity": word.severity(fault.severity),
    }
    how = deviation.ended(word, case.deviation) if case.deviation is not None else ""
    if fault.closed is not None and how:
        line = word(_ENDED, how=how, until=word.time(fault.closed), **values)
    elif fault.closed is not None:
        line = word(_RECOVERED[kind is Kind.FLAPPING], until=word.time(fault.closed), **values)
    else:
        line = word(_FIRST[kind], **values)
    return line + (word(_("; affects: {affects}"), affects=harmless(case.affects)) if case.affects else "")


_FIRST = {
    Kind.OPENED: _("{device}: {what}, since {since}"),
    Kind.WORSE: _("{device}: {what}, now {severity}, since {since}"),
    Kind.REMINDER: _("{device}: {what}, since {since} ({length}), and nobody has acknowledged it"),
    Kind.RECOVERED: _("{device}: {what}, since {since}"),
    Kind.FLAPPING: _("{device}: {what}, flapping since {since}; you are told again when it settles"),
}
_RECOVERED = (
    _("{device} has recovered. It had been: {what}, from {since} to {until} ({length})"),
    _("{device}: {what}, flapping since {since}, just now it is well; you are told again when it settles"),
)
_ENDED = _("{device}: {how}. It had been: {what}, from {since} to {until} ({length})")


def named(word: Wording, case: Case, most: int = LONGEST) -> str:
    """Return what people call the device, or the book."""
    return word(case.title) if case.fault.subject.of_book else harmless(case.title, most)


def _facts(word: Wording, case: Case) -> tuple[Fact, ...]:
    fault = case.fault
    device = fault.subject.device
    name = named(word, case)
    full = name if fault.subject.of_book or name == device else f"{name} ({device})"
    facts = [
        Fact(word(_("Severity")), _severity(word, case)),
        Fact(word(_("Device")), full),
        Fact(word(_("Address")), harmless(case.address)),
        Fact(word(_("Check")), harmless(_check(case))),
        Fact(
            word(_("Began")),
            word(_("{at}, confirmed {confirmed}"), at=word.exact(fault.opened), confirmed=word.time(fault.confirmed)),
        ),
        Fact(word(_("Recovered at")), _recovered(word, case)),
        Fact(
            word(_("Reopened")),
            word.ngettext("{count} time", "{count} times", fault.reopened) if fault.reopened else "",
        ),
        Fact(word(_("Acknowledged")), _taken(word, case)),
        Fact(word(_("Unreachable behind it")), _devices(word, case.behind)),
        Fact(word(_("Redundancy lost")), _devices(word, case.hanging)),
        *(Fact(*row) for row in (deviation.rows(word, case.deviation) if case.deviation is not None else ())),
    ]
    return tuple(fact for fact in facts if fact.text)


def _severity(word: Wording, case: Case) -> str:
    fault = case.fault
    now = word.severity(fault.severity)
    if fault.worst <= fault.severity:
        return now
    return word(_("{severity}, at worst {worst}"), severity=now, worst=word.severity(fault.worst))


def _check(case: Case) -> str:
    subject = case.fault.subject
    return " / ".join(part for part in (subject.check, subject.meaning, subject.item) if part)


def _recovered(word: Wording, case: Case) -> str:
    fault = case.fault
    if fault.closed is None:
        return ""
    return word(_("{at}, after {length}"), at=word.exact(fault.closed), length=word.length(fault.closed - fault.opened))


def _taken(word: Wording, case: Case) -> str:
    taken = case.fault.acknowledged
    if taken is None:
        return ""
    return word(_("{who}, {at}: {text}"), who=harmless(taken.by), at=word.time(taken.at), text=harmless(taken.text))


def _devices(word: Wording, titles: tuple[str, ...]) -> str:
    if not titles:
        return ""
    names = word.listed(tuple(harmless(title, 60) for title in titles), NAMES)
    return word.ngettext("{count} device: {names}", "{count} devices: {names}", len(titles), names=names)


def _notes(word: Wording, case: Case) -> tuple[str, ...]:
    return tuple(
        word(_("{at} {who}: {text}"), at=word.time(note.at), who=harmless(note.who), text=harmless(note.text))
        for note in case.notes
    )


def _commands(word: Wording, kind: Kind, case: Case) -> tuple[Fact, ...]:
    fault = case.fault
    more = (Fact(word(does), command) for does, command in remedies(fault, case.deviation))
    show = (*more, Fact(word(_("The whole case")), f"netwatch faults show {fault.id}"))
    if not fault.open or kind is Kind.RECOVERED or fault.acknowledged is not None:
        return show
    return (Fact(word(_("To acknowledge it")), f'netwatch faults ack {fault.id} --text "…"'), *show)


def surroundings(word: Wording, office: Office, scene: Scene, others: int) -> tuple[Fact, ...]:
    """Say what else is open, and who is on duty until when."""
    count = word.ngettext("{count} other fault", "{count} other faults", others) if others else word(_("none"))
    return (Fact(word(_("Also open")), count), Fact(word(_("On duty")), _duty(word, office, scene)))


def _duty(word: Wording, office: Office, scene: Scene) -> str:
    told = [
        word(
            _("{post} {people} until {end}"),
            post=word(shift.post.title),
            people=word.listed(tuple(_person(office, name) for name in shift.people), 5),
            end=word.time(shift.end),
        )
        for shift in scene.shifts
        if shift.people
    ]
    return word(_("; ")).join(told) or word(_("nobody"))


def _person(office: Office, name: str) -> str:
    known = office.people.get(name)
    phone = f" {known.phone}" if known and known.phone else ""
    return harmless(office.called(name) + phone, 60)


def link(office: Office, path: str) -> str:
    """Return where the page shows it, empty where there is no page."""
    return office.mail.page.rstrip("/") + path if office.mail.page else ""


def footer(word: Wording, office: Office, now: datetime) -> tuple[str, ...]:
    """Say who writes, when, and whose clock the times are of."""
    return (
        word(
            _("{site}, written {at}; times are those of {zone}. Please do not answer this mail."),
            site=harmless(office.name),
            at=word.exact(now),
            zone=office.zone.key,
        ),
    )
