"""Mails about a handover: to be offered, to be looked at, not signed yet, accepted, refused, lapsed, the day's digest."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.checkpoints import SHORT
from netwatch.domain.model import Severity
from netwatch.mail.compose import Reader, letter
from netwatch.mail.envelope import Attachment, seal
from netwatch.mail.layout import laid_out
from netwatch.mail.sheet import Fact, Sheet, footer, link
from netwatch.mail.wording import Wording, harmless
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from netwatch.domain.audit import Point
    from netwatch.mail.office import Office
    from netwatch.storage.outbox import Letter

KIND = "handover"
LINES = 40


class Notice(Enum):
    """What a mail about a handover says."""

    OPENED = "opened"
    PREVIEW = "preview"
    REMINDER = "reminder"
    ESCALATION = "escalation"
    ACCEPTED = "accepted"
    REMARKS = "remarks"
    REFUSED = "refused"
    DEFERRED = "deferred"
    LAPSED = "lapsed"
    AMENDED = "amended"


@dataclass(frozen=True, slots=True)
class About:
    """The handover that a mail is about. `number` is 0 while nothing is frozen; `text` is what a person wrote."""

    shift: str
    title: str
    start: datetime
    end: datetime
    outgoing: tuple[str, ...]
    incoming: tuple[str, ...]
    number: int = 0
    revision: int = 0
    by: str = ""
    text: str = ""
    amendment: int = 0
    """The number under which an amendment is countersigned."""
    open_items: int = 0
    page: str = ""
    """The report as a page, to go with it."""


@dataclass(frozen=True, slots=True)
class Line:
    """A handover in the leaders' digest."""

    about: About
    stage: str
    """Its stage, to be translated."""
    note: str = ""
    """What a person wrote."""


def letter_for_handover(
    office: Office, identity: str, person: str, notice: Notice, about: About, now: datetime
) -> Letter:
    """Write one of them, ready to go. The same notice of the same revision is never written twice to one person."""
    stamp = f"{about.revision}-{about.amendment}" if notice is Notice.AMENDED else str(about.revision)
    key = f"{KIND}/{about.shift}/{stamp}/{notice.value}/{person}"
    reader = Reader(office, identity, person, key, now)
    word = reader.word
    view = Sheet(
        language=word.language,
        tone=_TONES[notice],
        badge=word(_("handover")),
        first=word(_FIRST[notice], **_values(word, office, about)),
        facts=tuple(fact for fact in _facts(word, office, about) if fact.text),
        commands=tuple(Fact(word(label), command) for label, command in _commands(notice, about)),
        link=link(office, f"/handovers/{about.number}") if about.number else "",
        footer=footer(word, office, now),
    )
    text, html = laid_out("notice", view, word.language)
    subject = word(_SUBJECTS[notice], **_values(word, office, about))
    page = (Attachment("preview.html", "text/html", about.page.encode()),) if about.page else ()
    ready = seal(reader.envelope(f"{KIND}/{about.shift}"), subject, text, html, attachments=page)
    grave = notice in {Notice.ESCALATION, Notice.REFUSED, Notice.LAPSED}
    priority = Severity.MAJOR if grave else Severity.MINOR
    return letter(ready, reader, kind=KIND, priority=priority, handover=about.number or None)


def letter_for_day(
    office: Office, identity: str, person: str, lines: Sequence[Line], now: datetime, head: Point | None = None
) -> Letter:
    """Write the leaders' digest of the handovers since the one before.

    `head` is where the audit log stands: whoever keeps the mail can show what the log was, whatever it is later.
    """
    day = now.astimezone(office.zone).date()
    reader = Reader(office, identity, person, f"{KIND}/day/{day}/{person}", now)
    word = reader.word
    view = Sheet(
        language=word.language,
        tone="information",
        badge=word(_("handovers")),
        first=word(_("{site}: handovers of the last day"), site=harmless(office.name)),
        facts=tuple(_line(word, office, line) for line in lines[:LINES])
        or (Fact(word(_("Handovers")), word(_("None"))),),
        commands=_of_log(word, head),
        link=link(office, "/"),
        footer=footer(word, office, now),
    )
    text, html = laid_out("notice", view, word.language)
    subject = word(_("Handovers of {day}: {count}"), day=str(day), count=len(lines))
    ready = seal(reader.envelope(f"{KIND}/day"), subject, text, html)
    return letter(ready, reader, kind=KIND, priority=Severity.MINOR)


def _of_log(word: Wording, head: Point | None) -> tuple[Fact, ...]:
    """Return the command that compares the audit log with the digits of this mail."""
    if head is None or not head.seq:
        return ()
    label = word(_("Audit log up to event {number}"), number=head.seq)
    return (Fact(label, f"netwatch audit verify --expect {head.hash[:SHORT]}"),)


def _line(word: Wording, office: Office, line: Line) -> Fact:
    people = " → ".join(_called(word, office, names) for names in (line.about.outgoing, line.about.incoming))
    parts = (word(line.stage), people, harmless(line.note))
    return Fact(
        f"#{line.about.number} {harmless(line.about.title)}", word(_("; ")).join(part for part in parts if part)
    )


_SUBJECTS = {
    Notice.OPENED: _("Hand over at {end}: {title}"),
    Notice.PREVIEW: _("You take over at {end}: {title}"),
    Notice.REMINDER: _("Not signed yet: handover of {title}, {start} to {end}"),
    Notice.ESCALATION: _("Still not signed: handover of {title}, {start} to {end}"),
    Notice.ACCEPTED: _("Accepted: handover of {title}, {start} to {end}"),
    Notice.REMARKS: _("Accepted with remarks: handover of {title}, {start} to {end}"),
    Notice.REFUSED: _("Refused: handover of {title}, {start} to {end}"),
    Notice.DEFERRED: _("Deferred: handover of {title}, {start} to {end}"),
    Notice.LAPSED: _("Not signed in time: handover of {title}, {start} to {end}"),
    Notice.AMENDED: _("Amended: handover of {title}, {start} to {end}"),
}
_FIRST = {
    Notice.OPENED: _("Your shift {title} ends at {end} and goes to {incoming}. Look at the report and offer it."),
    Notice.PREVIEW: _("You take over from {outgoing} ({title}) at {end}. This is the report as it is now."),
    Notice.REMINDER: _(
        "Nobody has accepted the report of {title}. Until then {outgoing} and {incoming} are both on duty."
    ),
    Notice.ESCALATION: _("Nobody has accepted the report of {title} yet. {outgoing} and {incoming} are both on duty."),
    Notice.ACCEPTED: _("{by} has accepted the report of {title} and is on duty."),
    Notice.REMARKS: _("{by} has accepted the report of {title} with remarks and is on duty."),
    Notice.REFUSED: _("{by} has refused the report of {title}. {outgoing} stays on duty until a new one is accepted."),
    Notice.DEFERRED: _(
        "{by} has deferred the handover of {title} while a major fault is open. Both sides stay on duty."
    ),
    Notice.LAPSED: _("Nobody has signed the report of {title}. It is archived as it is, without a signature."),
    Notice.AMENDED: _("{by} has amended the report of {title}; somebody else must countersign within a day."),
}
_TONES = {
    Notice.OPENED: "information",
    Notice.PREVIEW: "information",
    Notice.REMINDER: "warning",
    Notice.ESCALATION: "major",
    Notice.ACCEPTED: "recovered",
    Notice.REMARKS: "warning",
    Notice.REFUSED: "major",
    Notice.DEFERRED: "warning",
    Notice.LAPSED: "major",
    Notice.AMENDED: "warning",
}


def _values(word: Wording, office: Office, about: About) -> dict[str, str]:
    return {
        "title": harmless(about.title or about.shift, 60),
        "start": word.moment(about.start),
        "end": word.moment(about.end),
        "outgoing": _called(word, office, about.outgoing),
        "incoming": _called(word, office, about.incoming),
        "by": harmless(office.called(about.by)) if about.by else "netwatch",
    }


def _called(word: Wording, office: Office, names: Sequence[str]) -> str:
    return word(_(", ")).join(harmless(office.called(name)) for name in names) or word(_("nobody"))


def _facts(word: Wording, office: Office, about: About) -> tuple[Fact, ...]:
    return (
        Fact(
            word(_("Report")),
            word(_("{first}, {rest}"), first=f"#{about.number}", rest=word(_("revision {n}"), n=about.revision))
            if about.number
            else "",
        ),
        Fact(word(_("Outgoing")), _called(word, office, about.outgoing)),
        Fact(word(_("Incoming")), _called(word, office, about.incoming)),
        Fact(word(_("Text")), harmless(about.text)),
        Fact(word(_("To be read back")), str(about.open_items) if about.open_items else ""),
    )


def _commands(notice: Notice, about: About) -> tuple[tuple[str, str], ...]:
    if notice is Notice.OPENED:
        return (
            (_("To look at it"), "netwatch handover show --live"),
            (_("To say what is next of a fault"), 'netwatch handover next FAULT "…" --who NAME --due TIME'),
            (_("To offer it"), "netwatch handover offer"),
        )
    if notice in {Notice.REMINDER, Notice.ESCALATION}:
        return (
            (_("To accept it"), f"netwatch handover accept {about.number} --all {about.open_items}"),
            (_("To refuse it"), f'netwatch handover refuse {about.number} --reason "…"'),
        )
    if notice is Notice.REFUSED:
        return ((_("To offer it anew"), "netwatch handover offer"),)
    if notice is Notice.AMENDED:
        return ((_("To countersign it"), f"netwatch handover countersign {about.number} {about.amendment}"),)
    return ()
