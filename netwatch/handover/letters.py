"""Who is told what about a handover."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.language import translations
from netwatch.mail.office import office_of
from netwatch.mail.signing import About, Notice, letter_for_handover
from netwatch.storage import identity, outbox
from roster import render

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.handover.cases import Opened
    from roster.report import Handover


def about(opened: Opened, by: str = "", text: str = "") -> About:
    """Return what mails say of a revision."""
    archived, head = opened.archived, opened.report.head
    return About(
        shift=archived.shift,
        title=head.title,
        start=archived.start,
        end=opened.case.ends,
        outgoing=opened.case.outgoing,
        incoming=opened.case.incoming,
        number=archived.id,
        revision=archived.revision,
        by=by,
        text=text,
        open_items=len(opened.case.items),
    )


def queue(
    tx: Connection, settings: Settings, people: Iterable[str], notice: Notice, what: About, now: datetime
) -> None:
    """Queue a mail to each of some people; who has no address is passed over."""
    office, own = office_of(settings), identity.of(tx)
    for name in dict.fromkeys(people):
        if name in office.reachable:
            outbox.add(tx, letter_for_handover(office, own, name, notice, what, now))


def preview(tx: Connection, settings: Settings, what: About, handover: Handover, now: datetime) -> None:
    """Send the incoming the report as it is now, each in their language."""
    office, own = office_of(settings), identity.of(tx)
    for name in what.incoming:
        if name in office.reachable:
            page = render.html(handover, translations(office.speaks(name)), office.zone)
            about = replace(what, page=page)
            outbox.add(tx, letter_for_handover(office, own, name, Notice.PREVIEW, about, now))
