"""Writes the mails: a notice of one fault, a digest of many, a handover report, a test."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.domain.notices import Kind
from netwatch.mail import digest as digests
from netwatch.mail import sheet as sheets
from netwatch.mail.deviation import ended
from netwatch.mail.envelope import Composed, Envelope, name_of, seal
from netwatch.mail.layout import laid_out
from netwatch.mail.sheet import Fact, Sheet, named
from netwatch.mail.wording import Wording, harmless
from netwatch.storage.outbox import Delivery, Letter
from probes.api import _

if TYPE_CHECKING:
    from datetime import datetime

    from netwatch.mail.case import Case, Scene, Told
    from netwatch.mail.office import Office


LEAST = 100


@dataclass(frozen=True, slots=True)
class Reader:
    """For whom a mail is written: `key` names it in the outbox, `identity` the database that it comes from."""

    office: Office
    identity: str
    person: str
    key: str
    now: datetime
    address: str = ""

    @property
    def word(self) -> Wording:
        """The reader's words."""
        return Wording(self.office.speaks(self.person), self.office.zone, self.now)

    def envelope(self, thread: str = "") -> Envelope:
        """Address a mail; those of one `thread` hang together."""
        sender = self.office.mail.sender
        known = self.office.people.get(self.person)
        return Envelope(
            sender=sender,
            sender_name=self.office.name,
            recipient=self.address or (known.mail if known else None) or "",
            recipient_name=self.office.called(self.person),
            at=self.now.astimezone(self.office.zone),
            message_id=name_of(self.identity, self.key, sender),
            thread=name_of(self.identity, thread, sender) if thread else "",
        )


def notice(reader: Reader, kind: Kind, case: Case, scene: Scene, subject: str | None = None) -> Composed:
    """Write a mail about one fault; `subject` is that of the first mail about it, so that they stay together."""
    word = reader.word
    fault = case.fault
    text, html = laid_out("notice", sheets.notice(word, reader.office, kind, case, scene), word.language)
    first = subject or subject_of(word, case)
    marked = _marked(word, kind, case, first)
    extra = {
        "X-Netwatch-Fault": str(fault.id),
        "X-Netwatch-Severity": fault.severity.name.lower(),
        "X-Netwatch-Device": fault.subject.device,
    }
    return seal(reader.envelope(f"fault/{fault.id}"), marked, text, html, extra=extra)


def _marked(word: Wording, kind: Kind, case: Case, first: str) -> str:
    """Say before the subject what is new. What is waived or approved has not recovered: the device is as it was."""
    how = ended(word, case.deviation) if kind is Kind.RECOVERED and case.deviation is not None else ""
    if how:
        return word(_("{how}: {subject}"), how=how[:1].upper() + how[1:], subject=first)
    return word(_MARKS[kind], subject=first) if kind in _MARKS else first


def subject_of(word: Wording, case: Case) -> str:
    """Return the subject that all mails about a fault share."""
    return word(
        _("[{severity}] {device}: {what}"),
        severity=word.severity(case.fault.severity).capitalize(),
        device=named(word, case, 60),
        what=word.say(case.fault.summary),
    )


_MARKS = {
    Kind.WORSE: _("Worse: {subject}"),
    Kind.REMINDER: _("Reminder: {subject}"),
    Kind.RECOVERED: _("Recovered: {subject}"),
    Kind.FLAPPING: _("Flapping: {subject}"),
}


def digest(reader: Reader, told: tuple[Told, ...], scene: Scene) -> Composed:
    """Write one mail about many faults."""
    word = reader.word
    text, html = laid_out("digest", digests.digest(word, reader.office, told, scene), word.language)
    worst = max((each.case.fault.severity for each in told if each.case.fault.open), default=Severity.INFORMATION)
    extra = {"X-Netwatch-Severity": worst.name.lower()}
    return seal(reader.envelope("digest"), digests.subject(word, told), text, html, extra=extra)


def plain(reader: Reader, told: tuple[Told, ...]) -> Composed:
    """Write the least that must be told, by no template: for when a mail cannot be written as it should be."""
    first = told[0].case.fault
    lines = [f"{each.case.fault.id} {each.case.title} ({each.kind.value})" for each in told[:LEAST]]
    subject = f"[{first.severity.name.capitalize()}] {len(told)}: {told[0].case.title}"
    text = "\n".join([*(harmless(line) for line in lines), f"netwatch faults show {first.id}", ""])
    thread = f"fault/{first.id}" if len(told) == 1 else ""
    return seal(reader.envelope(thread), subject, text, f"<pre>{escape(text)}</pre>")


def trial(reader: Reader, way: str) -> Composed:
    """Write a test mail that says by which relay or folder it came."""
    word = reader.word
    office = reader.office
    view = Sheet(
        language=word.language,
        tone="information",
        badge=word(_("test")),
        first=word(_("This is a test of {site}. If you read it, mail reaches you."), site=harmless(office.name)),
        facts=(
            Fact(word(_("By way of")), harmless(way)),
            Fact(word(_("Sender")), office.mail.sender),
            Fact(word(_("When")), word.exact(reader.now)),
        ),
    )
    text, html = laid_out("notice", view, word.language)
    return seal(reader.envelope(), word(_("Test mail of {site}"), site=harmless(office.name)), text, html)


def letter(ready: Composed, reader: Reader, *, kind: str, priority: int, handover: int | None = None) -> Letter:
    """Return a composed mail as a row of the outbox, due now."""
    return Letter(
        key=reader.key,
        kind=kind,
        created=reader.now,
        next_at=reader.now,
        deadline=reader.now + reader.office.mail.deadline,
        priority=priority,
        handover=handover,
        person=reader.person,
        state=Delivery.QUEUED,
        recipient=ready.recipient,
        message_id=ready.message_id,
        subject=ready.subject,
        content=ready.content,
    )
