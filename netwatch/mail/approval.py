"""The mail about what happened without approval: what, where, when, and how a leader judges it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.mail.compose import Reader, letter
from netwatch.mail.envelope import seal
from netwatch.mail.layout import laid_out
from netwatch.mail.office import office_of
from netwatch.mail.sheet import Fact, Sheet, footer, link
from netwatch.mail.wording import Wording, harmless
from netwatch.storage import identity, outbox
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.approval import Discrepancy
    from netwatch.mail.office import Office
    from netwatch.storage.outbox import Letter

KIND = "approval"
MOST = 20
"""So many are told one by one."""


def tell(
    tx: Connection, settings: Settings, people: Iterable[str], found: Sequence[Discrepancy], now: datetime
) -> None:
    """Queue one mail to each of some people about all that was found together; who has no address is passed over."""
    office, own = office_of(settings), identity.of(tx)
    for name in dict.fromkeys(people):
        if name in office.reachable:
            key = f"{KIND}/{found[0].id}-{found[-1].id}/{name}"
            outbox.add(tx, letter_for_discrepancies(Reader(office, own, name, key, now), found))


def letter_for_discrepancies(reader: Reader, found: Sequence[Discrepancy]) -> Letter:
    """Write it, ready to go."""
    word, office, first = reader.word, reader.office, found[0]
    left = len(found) - MOST
    view = Sheet(
        language=word.language,
        tone="major",
        badge=word(_("without approval")),
        first=word.ngettext(
            "No register entry explains what happened: somebody must judge it",
            "No register entry explains {count} things that happened: somebody must judge them",
            len(found),
        ),
        facts=(
            *(Fact(f"#{each.id} {_device(office, each)}", _said(word, each)) for each in found[:MOST]),
            *((Fact(word(_("Besides these")), str(left)),) if left > 0 else ()),
        ),
        commands=(
            Fact(word(_("To see all of it")), "netwatch unapproved list"),
            Fact(word(_("If an entry explains it")), f"netwatch unapproved explain {first.id} --entry N"),
            Fact(
                word(_("To judge it")), f'netwatch unapproved judge {first.id} harmless|afterwards|incident --text "…"'
            ),
        ),
        link=link(office, "/unapproved"),
        footer=footer(word, office, reader.now),
    )
    plain, html = laid_out("notice", view, word.language)
    ready = seal(reader.envelope(), _subject(word, office, found), plain, html)
    return letter(ready, reader, kind=KIND, priority=Severity.MAJOR)


def _subject(word: Wording, office: Office, found: Sequence[Discrepancy]) -> str:
    first = found[0]
    if len(found) > 1:
        return word(
            _("Without approval: {count} on {device} and others"), count=len(found), device=_device(office, first)
        )
    return word(
        _("Without approval: {device}: {what}"), device=_device(office, first), what=word.say(first.happened.what)
    )


def _device(office: Office, found: Discrepancy) -> str:
    known = office.devices.get(found.happened.device)
    return harmless((known.title if known else None) or found.happened.device, 60)


def _said(word: Wording, found: Discrepancy) -> str:
    happened = found.happened
    what = word.say(happened.what)
    if happened.since == happened.at:
        return word(_("{what}, at {at}"), what=what, at=word.moment(happened.at))
    values = {"since": word.moment(happened.since), "at": word.moment(happened.at)}
    return word(_("{what}, between {since} and {at}"), what=what, **values)
