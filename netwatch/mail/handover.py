"""The mail that carries a handover report to one person."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.language import translations
from netwatch.mail.compose import Reader, letter
from netwatch.mail.envelope import Attachment, seal
from netwatch.mail.office import office_of
from netwatch.mail.sheet import link
from roster import render

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from netwatch.config import Settings
    from netwatch.config.settings import Person
    from netwatch.storage.handovers import Archived
    from netwatch.storage.outbox import Letter
    from roster.report import Handover

KIND = "handover"


def letter_for_report(
    settings: Settings,
    person: Person,
    archived: Archived,
    handover: Handover,
    bodies: Mapping[tuple[str, str], str],
    now: datetime,
) -> Letter:
    """Return a report as a letter that is ready to go: a short body, and the whole report as a page beside it.

    `bodies` are the report's renderings by language and format. The person must have an address.
    """
    office = office_of(settings)
    language = office.speaks(person.name)
    body = render.mail_body(handover, translations(language), office.zone, link(office, f"/handovers/{archived.id}"))
    # The report's own digest names it: the same report has the same Message-ID, whatever number it has.
    key = f"{KIND}/{archived.shift}/{archived.revision}/{person.name}"
    reader = Reader(office, archived.digest, person.name, key, now)
    page = Attachment(_file_name(archived), "text/html", bodies[language, "html"].encode())
    ready = seal(reader.envelope(f"{KIND}/{archived.shift}"), body.subject, body.text, body.html, attachments=(page,))
    return letter(ready, reader, kind=KIND, priority=Severity.MINOR, handover=archived.id)


def _file_name(archived: Archived) -> str:
    return f"handover-{archived.shift.replace('/', '-')}-{archived.revision}.html"
