"""The mail before a booked session: whether its equipment and links are in order, and what is not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.domain.notices import route
from netwatch.domain.sessions import Verdict
from netwatch.language import label
from netwatch.mail.compose import Reader, letter
from netwatch.mail.envelope import seal
from netwatch.mail.layout import laid_out
from netwatch.mail.office import duty, office_of
from netwatch.mail.sheet import Fact, Sheet, footer
from netwatch.mail.wording import Wording, harmless
from netwatch.storage import identity, outbox
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.registers import Entry, RegisterType
    from netwatch.domain.sessions import Part
    from netwatch.mail.office import Office
    from netwatch.storage.outbox import Letter
    from netwatch.storage.sessions import Prepared

KIND = "session"
MOST = 30
"""So many parts are named."""


def tell(
    tx: Connection, settings: Settings, kind: RegisterType, entry: Entry, prepared: Prepared, now: datetime
) -> None:
    """Queue what was found to whoever is on duty, by the usual ladder, and to who booked the session."""
    office, own = office_of(settings), identity.of(tx)
    told, _passed = route(duty(office.shifts(now)), (), office.mail.fallback, office.reachable)
    people = [each.person for each in told]
    if entry.applicant in office.reachable:
        people.append(entry.applicant)
    for name in dict.fromkeys(people):
        key = f"{KIND}/{entry.id}/{prepared.event}/{name}"
        outbox.add(tx, letter_for_session(Reader(office, own, name, key, now), kind, entry, prepared))


def letter_for_session(reader: Reader, kind: RegisterType, entry: Entry, prepared: Prepared) -> Letter:
    """Write one of them, ready to go."""
    word, verdict = reader.word, prepared.found.verdict
    values = {
        "register": harmless(word(label(kind.titles, word.language)), 60),
        "what": harmless(prepared.what, 120),
        "start": word.moment(prepared.start),
        "count": len(prepared.found.wrong),
    }
    view = Sheet(
        language=word.language,
        tone=_TONES[verdict],
        badge=word(verdict.title),
        first=word(_FIRST[verdict], **values),
        facts=tuple(_facts(word, reader.office, kind, entry, prepared)),
        commands=(Fact(word(_("The whole entry")), f"netwatch register show {entry.id}"),),
        footer=footer(word, reader.office, reader.now),
    )
    text, html = laid_out("notice", view, word.language)
    ready = seal(reader.envelope(f"{KIND}/{entry.id}"), word(_SUBJECTS[verdict], **values), text, html)
    priority = Severity.MINOR if verdict is Verdict.GOOD else Severity.MAJOR
    return letter(ready, reader, kind=KIND, priority=priority)


_SUBJECTS = {
    Verdict.GOOD: _("In order: {what}, {start}"),
    Verdict.UNKNOWN: _("Please look: {what}, {start}"),
    Verdict.BAD: _("Not in order: {what}, {start}"),
}
_FIRST = {
    Verdict.GOOD: _("{register} {what} begins at {start}; its equipment and links are in order"),
    Verdict.UNKNOWN: _("{register} {what} begins at {start}; of its equipment and links it is not known: {count}"),
    Verdict.BAD: _("{register} {what} begins at {start}; not in order, or not known: {count}"),
}
_TONES = {Verdict.GOOD: "recovered", Verdict.UNKNOWN: "warning", Verdict.BAD: "major"}


def _facts(word: Wording, office: Office, kind: RegisterType, entry: Entry, prepared: Prepared) -> Iterator[Fact]:
    for part in prepared.found.wrong[:MOST]:
        yield Fact(_named(word, office, part), f"{word(part.verdict.title)}: {word.say(part.what)}")
    good = [_named(word, office, part) for part in prepared.found.parts if part.verdict is Verdict.GOOD]
    if good:
        yield Fact(word(_("In order")), word.listed(tuple(good), MOST))
    for each in kind.fields:
        if entry.values.get(each.name):
            yield Fact(harmless(word(label(each.titles, word.language)), 60), harmless(entry.values[each.name]))


def _named(word: Wording, office: Office, part: Part) -> str:
    known = office.devices.get(part.device)
    name = harmless((known.title if known else None) or part.device, 60)
    return word(_("link over {device}"), device=name) if part.link else name
