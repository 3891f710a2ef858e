"""Mails about entries of registers: an approval is asked for, given or not; something is due back, or overdue."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.domain.registers import Closing
from netwatch.language import label
from netwatch.mail.compose import Reader, letter
from netwatch.mail.envelope import seal
from netwatch.mail.layout import laid_out
from netwatch.mail.office import office_of
from netwatch.mail.sheet import Fact, Sheet, footer
from netwatch.mail.wording import Wording, harmless
from netwatch.storage import identity, outbox
from probes.api import _
from roster.facts import ANSWERS

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.registers import Entry, RegisterType
    from netwatch.mail.office import Office
    from netwatch.storage.outbox import Letter

KIND = "register"


class Notice(Enum):
    """What a mail about an entry says."""

    REQUEST = "request"
    APPROVED = "approved"
    REJECTED = "rejected"
    DUE = "due"
    OVERDUE = "overdue"


def tell(
    tx: Connection,
    settings: Settings,
    people: Iterable[str],
    notice: Notice,
    kind: RegisterType,
    entry: Entry,
    now: datetime,
    text: str = "",
) -> None:
    """Queue a mail to each of some people; who has no address is passed over."""
    office, own = office_of(settings), identity.of(tx)
    stamp = f"{now:%Y%m%dT%H%M%S}"
    for name in dict.fromkeys(people):
        if name in office.reachable:
            key = f"{KIND}/{entry.id}/{notice.value}/{stamp}/{name}"
            outbox.add(tx, letter_for_entry(Reader(office, own, name, key, now), notice, kind, entry, text))


def letter_for_entry(reader: Reader, notice: Notice, kind: RegisterType, entry: Entry, text: str = "") -> Letter:
    """Write one of them, ready to go."""
    word, office = reader.word, reader.office
    title = word(label(kind.titles, word.language))
    values = {
        "register": harmless(title, 60),
        "number": entry.id,
        "who": harmless(office.called(entry.applicant)),
        "due": word.moment(entry.due) if entry.due else "",
        "judge": harmless(office.called(entry.approved_by or "")),
    }
    view = Sheet(
        language=word.language,
        tone=_TONES[notice],
        badge=word(entry.state.title),
        first=word(_FIRST[notice], **values),
        facts=tuple(fact for fact in _facts(word, office, kind, entry, text) if fact.text),
        commands=tuple(Fact(word(say), command) for say, command in _commands(reader, notice, kind, entry)),
        footer=footer(word, office, reader.now),
    )
    plain, html = laid_out("notice", view, word.language)
    ready = seal(reader.envelope(f"{KIND}/{entry.id}"), word(_SUBJECTS[notice], **values), plain, html)
    return letter(ready, reader, kind=KIND, priority=Severity.MINOR)


_SUBJECTS = {
    Notice.REQUEST: _("Approval asked: {register} {number}, by {who}"),
    Notice.APPROVED: _("Approved: {register} {number}"),
    Notice.REJECTED: _("Rejected: {register} {number}"),
    Notice.DUE: _("Due by {due}: {register} {number}"),
    Notice.OVERDUE: _("Overdue since {due}: {register} {number}"),
}
_FIRST = {
    Notice.REQUEST: _("{who} asks for your approval: {register}, entry {number}"),
    Notice.APPROVED: _("{judge} has approved {register}, entry {number}"),
    Notice.REJECTED: _("{judge} has rejected {register}, entry {number}"),
    Notice.DUE: _("{register}, entry {number}, ends at {due}"),
    Notice.OVERDUE: _("{register}, entry {number}, was to end at {due} and has not"),
}
_TONES = {
    Notice.REQUEST: "information",
    Notice.APPROVED: "recovered",
    Notice.REJECTED: "warning",
    Notice.DUE: "information",
    Notice.OVERDUE: "warning",
}


def _facts(word: Wording, office: Office, kind: RegisterType, entry: Entry, text: str) -> tuple[Fact, ...]:
    return (
        Fact(word(_("Applicant")), harmless(office.called(entry.applicant))),
        Fact(word(_("From")), word.moment(entry.start) if entry.start else ""),
        Fact(word(_("Until")), word.moment(entry.due) if entry.due else ""),
        *(
            Fact(word(label(each.titles, word.language)), _value(word, office, entry, each.name))
            for each in kind.fields
        ),
        Fact(word(_("Reason")), harmless(text)),
    )


def _value(word: Wording, office: Office, entry: Entry, name: str) -> str:
    value = entry.values.get(name, "")
    if value in ANSWERS:
        return word(ANSWERS[value])
    return harmless(office.called(value)) if value in office.people else harmless(value)


_ENDS = {Closing.RETURN: _("When it is back"), Closing.LEAVE: _("When they have left")}


def _commands(reader: Reader, notice: Notice, kind: RegisterType, entry: Entry) -> tuple[tuple[str, str], ...]:
    if reader.address:
        return ()  # a borrower, who has no commands
    if notice is Notice.REQUEST:
        return (
            (_("To approve it"), f"netwatch register approve {entry.id}"),
            (_("To reject it"), f'netwatch register reject {entry.id} --reason "…"'),
        )
    if notice in {Notice.DUE, Notice.OVERDUE}:
        return ((_ENDS.get(kind.closes, _("When it is done")), f"netwatch register done {entry.id} …"),)
    return ()
