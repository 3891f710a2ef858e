"""Mails about service reports: one waits to be released, and the report itself to its department."""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.mail.compose import Reader, letter
from netwatch.mail.envelope import Attachment, seal
from netwatch.mail.layout import laid_out
from netwatch.mail.office import office_of
from netwatch.mail.sheet import Fact, Sheet, footer
from netwatch.mail.wording import Wording, harmless
from netwatch.report import service_paper
from netwatch.report.figures import lasting, per_cent
from netwatch.report.paper import html
from netwatch.storage import identity, outbox
from netwatch.storage.outbox import Delivery
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.config.reports import DepartmentTable
    from netwatch.domain.service_report import ServiceReport
    from netwatch.mail.office import Office
    from netwatch.storage.outbox import Letter
    from netwatch.storage.service import Filed

KIND = "service"


class Notice(Enum):
    """Why a leader is written to."""

    READY = "ready"
    REMINDER = "reminder"


@dataclass(frozen=True, slots=True)
class Paperwork:
    """A report as it is kept, and what stands in it."""

    filed: Filed
    report: ServiceReport


def tell_leaders(
    tx: Connection,
    settings: Settings,
    people: Iterable[str],
    what: Paperwork,
    notice: Notice,
    now: datetime,
    turn: int = 0,
) -> int:
    """Queue a mail that a report waits to be released, to each who can be reached; return how many are new."""
    office, own = office_of(settings), identity.of(tx)
    new = 0
    for name in dict.fromkeys(people):
        if name in office.reachable:
            key = f"{KIND}/{what.filed.id}/{notice.value}-{turn}/{name}"
            new += outbox.add(tx, _to_leader(Reader(office, own, name, key, now), notice, what)) is not None
    return new


def _to_leader(reader: Reader, notice: Notice, what: Paperwork) -> Letter:
    word, number = reader.word, what.filed.id
    values = {
        "number": number,
        "department": service_paper.called(word, what.report),
        "period": what.report.period.name,
        "since": word.moment(what.filed.built_at),
    }
    verdict = service_paper.verdict(word, what.report)
    view = Sheet(
        language=word.language,
        tone="warning" if notice is Notice.REMINDER else "information",
        badge=word(what.filed.state.title),
        first=word(_FIRST[notice], **values),
        facts=(
            *_facts(word, what.report),
            Fact(word(_("In short")), verdict.text),
            Fact(word(_("The whole report")), word(_("attached as a page"))),
        ),
        commands=(
            Fact(word(_("To read it")), f"netwatch report show {number}"),
            Fact(word(_("To release it")), f"netwatch report release {number}"),
            Fact(word(_("To withhold it")), f'netwatch report withhold {number} --reason "…"'),
        ),
        footer=footer(word, reader.office, reader.now),
    )
    plain, page = laid_out("notice", view, word.language)
    file = _attached(word, what, reader.office)
    ready = seal(
        reader.envelope(f"{KIND}/{number}"), word(_SUBJECTS[notice], **values), plain, page, attachments=(file,)
    )
    return letter(ready, reader, kind=KIND, priority=Severity.WARNING)


_FIRST = {
    Notice.READY: _("The service report {period} for {department} waits for you to release it."),
    Notice.REMINDER: _("The service report {period} for {department} has waited since {since} to be released."),
}
_SUBJECTS = {
    Notice.READY: _("To be released: service report {period}, {department}"),
    Notice.REMINDER: _("Not released yet: service report {period}, {department}"),
}


def to_department(tx: Connection, settings: Settings, table: DepartmentTable, what: Paperwork, now: datetime) -> int:
    """Queue a released report to each recipient of its department; return how many are new."""
    office, own = office_of(settings), identity.of(tx)
    new = 0
    for address in table.recipients:
        key = _key(what.filed.id, address)
        reader = Reader(office, own, "", key, now, address)
        word = Wording(table.language or office.language, office.zone, now)
        new += outbox.add(tx, _letter(reader, word, what)) is not None
    return new


def undelivered(tx: Connection, table: DepartmentTable, number: int) -> tuple[str, ...]:
    """Return the addresses of a department to which no mail server would take a report."""
    keys = {_key(number, address): address for address in table.recipients}
    found = outbox.of_keys(tx, list(keys))
    return tuple(keys[letter.key] for letter in found if letter.state is Delivery.GIVEN_UP)


def _key(number: int, address: str) -> str:
    return f"{KIND}/{number}/sent/{address}"[:200]


def _letter(reader: Reader, word: Wording, what: Paperwork) -> Letter:
    verdict = service_paper.verdict(word, what.report)
    view = Sheet(
        language=word.language,
        tone=_TONES[verdict.tone],
        badge=what.report.period.name,
        first=verdict.text,
        facts=(
            *_facts(word, what.report),
            Fact(word(_("Released by")), harmless(reader.office.called(what.filed.judged_by or ""))),
            Fact(word(_("The whole report")), word(_("attached as a page"))),
        ),
        footer=footer(word, reader.office, reader.now),
    )
    plain, page = laid_out("notice", view, word.language)
    envelope = replace(
        reader.envelope(f"{KIND}/{what.filed.scope}"), recipient_name=service_paper.called(word, what.report)
    )
    file = _attached(word, what, reader.office)
    ready = seal(envelope, service_paper.title(word, what.report), plain, page, attachments=(file,))
    return letter(ready, reader, kind=KIND, priority=Severity.INFORMATION)


_TONES = {"good": "recovered", "bad": "warning"}


def _facts(word: Wording, report: ServiceReport) -> Iterable[Fact]:
    opened = sum(each.opened for each in report.faults)
    told = {
        _("Department"): service_paper.called(word, report),
        _("Reporting period"): f"{report.period.name} ({report.first} – {report.period.last})",
        _("Availability"): f"{per_cent(report.total.share.per_cent).text} / {report.target:g} %",
        _("Outages"): f"{report.total.outages}",
        _("Faults"): f"{opened}",
        _("Time to respond"): lasting(word, report.response.middle),
        _("Time to repair"): lasting(word, report.repair.middle),
    }
    return tuple(Fact(word(name), text) for name, text in told.items())


def _attached(word: Wording, what: Paperwork, office: Office) -> Attachment:
    judge = office.called(what.filed.judged_by or "")
    page = html(service_paper.service_paper(what.report, word.language, office.zone, what.filed, judge))
    name = f"service-{what.filed.scope}-{what.report.period.name}-{what.filed.revision}.html"
    return Attachment(name, "text/html", page.encode())
