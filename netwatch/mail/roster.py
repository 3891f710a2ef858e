"""Mails about the roster: duty ahead, a month published, an exception asked for, agreed to, applied or refused."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from netwatch.config.people import stand_ins
from netwatch.domain.model import Severity
from netwatch.mail.compose import Reader, letter
from netwatch.mail.envelope import seal
from netwatch.mail.layout import laid_out
from netwatch.mail.office import office_of
from netwatch.mail.sheet import Fact, Sheet, footer
from netwatch.mail.wording import Wording, harmless
from netwatch.storage import identity, outbox
from netwatch.storage import roster as rows
from probes.api import _
from roster.cover import shifts
from roster.exchange import ExchangeKind

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.mail.office import Office
    from netwatch.storage.outbox import Letter
    from roster.cover import Cover, Shift
    from roster.exchange import Exchange
    from roster.layers import Post

KIND = "roster"
MOST, CHOICE = 10, 3
"""So many shifts that leave would empty are named, and so many for each who could come."""
Empty = tuple["Shift", tuple[str, ...]]


class Notice(Enum):
    """What a mail about the roster says."""

    PUBLISHED = "published"
    MOVED = "moved"
    PUBLISH = "publish"
    ASKED = "asked"
    TOLD = "told"
    AHEAD = "ahead"


def tell(
    tx: Connection,
    settings: Settings,
    people: Iterable[str],
    notice: Notice,
    exchange: Exchange | None,
    now: datetime,
    *,
    month: str = "",
    text: str = "",
) -> None:
    """Queue a mail to each of some people; who has no address is passed over."""
    office, own = office_of(settings), identity.of(tx)
    empty = _left_empty(tx, settings, exchange) if exchange is not None and notice is Notice.ASKED else ()
    about = f"{exchange.id}-{exchange.state.value}{month}" if exchange is not None else f"{month}-{now:%Y%m%dT%H%M%S}"
    for name in dict.fromkeys(people):
        if name in office.reachable:
            reader = Reader(office, own, name, f"{KIND}/{notice.value}/{about}/{name}", now)
            outbox.add(tx, _letter(reader, notice, exchange, empty, month=month, text=text))


def _left_empty(tx: Connection, settings: Settings, exchange: Exchange) -> tuple[Empty, ...]:
    """Return the shifts that leave would make a gap of, and who could come for each, the fairest first."""
    if exchange.kind is not ExchangeKind.LEAVE:
        return ()
    ahead = shifts(settings.roster, exchange.start, exchange.end)
    own = [shift for shift in ahead if exchange.applicant in shift.people][:MOST]
    away = rows.leaves(tx) if own else ()
    return tuple((shift, tuple(each.person for each in stand_ins(settings, shift, away)[:CHOICE])) for shift in own)


def letter_ahead(office: Office, identity: str, person: str, shift: Shift, stamp: str, now: datetime) -> Letter:
    """Write that somebody has duty soon."""
    reader = Reader(office, identity, person, f"{KIND}/ahead/{shift.id}/{stamp}/{person}", now)
    word = reader.word
    values = {"title": harmless(shift.title or shift.template), "start": word.moment(shift.start)}
    facts = (
        Fact(word(_("Shift")), values["title"]),
        Fact(word(_("Post")), word(shift.post.title)),
        Fact(word(_("From")), values["start"]),
        Fact(word(_("Until")), word.moment(shift.end)),
        Fact(word(_("On duty with")), _names(word, office, tuple(name for name in shift.people if name != person))),
    )
    first = word(_("Your duty begins at {start}: {title}"), **values)
    return _sealed(reader, first, first, facts, ())


def letter_to_publish(office: Office, identity: str, person: str, month: str, now: datetime) -> Letter:
    """Write that next month is not published yet."""
    reader = Reader(office, identity, person, f"{KIND}/publish/{month}/{now:%Y-%m-%d}/{person}", now)
    word = reader.word
    first = word(_("The roster of {month} is not published yet"), month=month)
    commands = (
        (_("To look at it"), f"netwatch duty table {month}"),
        (_("To publish it"), f"netwatch duty publish {month}"),
    )
    return _sealed(reader, first, first, (), commands)


def _letter(
    reader: Reader, notice: Notice, exchange: Exchange | None, empty: Iterable[Empty], *, month: str, text: str
) -> Letter:
    word, office = reader.word, reader.office
    if exchange is None:
        sentence = (
            _("The roster of {month} is published")
            if notice is Notice.PUBLISHED
            else _("The roster of {month} has changed")
        )
        first = word(sentence, month=month)
        reason = (Fact(word(_("Reason")), harmless(text)),)
        return _sealed(reader, first, first, reason, ((_("To look at it"), f"netwatch duty table {month}"),))
    values = {
        "kind": word(exchange.kind.title),
        "number": exchange.id,
        "who": harmless(office.called(exchange.applicant)),
        "state": word(exchange.state.title),
    }
    subject = word(_("{kind} {number} of {who}: {state}"), **values)
    facts = (
        Fact(word(_("Applicant")), str(values["who"])),
        Fact(word(_("From")), word.moment(exchange.start)),
        Fact(word(_("Until")), word.moment(exchange.end)),
        *(Fact(word(_("Change")), _change(word, office, each)) for each in exchange.covers),
        *(Fact(word(_("To be filled")), _filled(word, office, shift, people)) for shift, people in empty),
        Fact(word(_("Reason")), harmless(exchange.reason)),
        Fact(word(_("Said")), harmless(exchange.judgement)),
    )
    return _sealed(reader, subject, subject, facts, _commands(exchange) if notice is Notice.ASKED else ())


def _commands(exchange: Exchange) -> tuple[tuple[str, str], ...]:
    if exchange.state.value == "proposed":
        return (
            (_("To agree"), f"netwatch duty agree {exchange.id}"),
            (_("To decline"), f"netwatch duty decline {exchange.id}"),
        )
    return (
        (_("To approve it"), f"netwatch duty approve {exchange.id}"),
        (_("To reject it"), f'netwatch duty reject {exchange.id} --reason "…"'),
    )


def _change(word: Wording, office: Office, cover: Cover) -> str:
    people = " → ".join(harmless(office.called(name)) for name in (cover.person, cover.by) if name)
    if not cover.slot:
        return people
    return word(_("{shift}: {people}"), shift=_shift(word, office.roster.called(cover.slot), cover.post), people=people)


def _shift(word: Wording, said: str, post: Post | None) -> str:
    if post is None:
        return harmless(said)
    return word(_("{shift} ({post})"), shift=harmless(said), post=word(post.title))


def _filled(word: Wording, office: Office, shift: Shift, people: tuple[str, ...]) -> str:
    """Return a shift that somebody has to take, and who could."""
    could = _names(word, office, people) or word(_("nobody"))
    return word(_("{shift}; could come: {people}"), shift=_shift(word, shift.said, shift.post), people=could)


def _names(word: Wording, office: Office, names: tuple[str, ...]) -> str:
    return word(_(", ")).join(harmless(office.called(name)) for name in names)


def _sealed(
    reader: Reader, subject: str, first: str, facts: Iterable[Fact], commands: Iterable[tuple[str, str]]
) -> Letter:
    word, office = reader.word, reader.office
    view = Sheet(
        language=word.language,
        tone="information",
        badge=word(_("roster")),
        first=first,
        facts=tuple(fact for fact in facts if fact.text),
        commands=tuple(Fact(word(say), command) for say, command in commands),
        footer=footer(word, office, reader.now),
    )
    text, html = laid_out("notice", view, word.language)
    ready = seal(reader.envelope(KIND), subject, text, html)
    return letter(ready, reader, kind=KIND, priority=Severity.MINOR)
