"""The steps of a service report, each within one transaction: drafted, released or withheld, sent."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netwatch.domain.service_report import (
    ReportState,
    ReportStep,
    ServiceReport,
    from_json,
    stepped,
    to_json,
)
from netwatch.errors import StorageError, UsageError
from netwatch.language import label
from netwatch.mail.office import leaders
from netwatch.report.letters import Notice, Paperwork, tell_leaders, to_department
from netwatch.storage import events, service
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.service import Filed
from probes.api import Message, _

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.config.reports import DepartmentTable


@dataclass(frozen=True, slots=True)
class By:
    """Who takes a step, and when; nobody where the service does it by itself. `login` is who typed it for them."""

    now: datetime
    name: str | None = None
    login: str = ""


def department(settings: Settings, name: str) -> DepartmentTable:
    """Return the department of that name."""
    found = next((table for table in settings.file.department if table.name == name), None)
    if found is None:
        raise UsageError(_("there is no department {name}"), name=name[:40])
    return found


def called(settings: Settings, name: str, language: str) -> str:
    """Return what people call a department; its name where it has no title, or is configured no more."""
    titles = next((table.title for table in settings.file.department if table.name == name), None)
    return label({str(each): title for each, title in titles.items()}, language) if titles else name


def opened(tx: Connection, number: int) -> Paperwork:
    """Return a report of which not a letter was changed since it was drafted."""
    filed = service.get(tx, number)
    if filed is None:
        raise UsageError(_("there is no service report {number}"), number=number)
    if not filed.whole or service.drafted(tx, number) != filed.digest:
        raise StorageError(_("service report {number} is not as it was drafted: its digest differs"), number=number)
    return Paperwork(filed, from_json(filed.document))


def draft(tx: Connection, settings: Settings, report: ServiceReport, by: By) -> Filed:
    """Keep a report as a draft, in place of one of the same period that still waits, and tell the leaders."""
    span = report.period.span(settings.site.zone)
    for older in service.of_period(tx, report.kind, report.department, span.start):
        if older.state is ReportState.DRAFT:
            _step(tx, older, ReportStep.REPLACE, by)
    filed = service.add(
        tx, Filed(report.kind, report.department, span.start, span.end, report.built_at, to_json(report))
    )
    _note(tx, filed, ReportStep.DRAFT, by)
    tell_leaders(tx, settings, leaders(settings, by.now), Paperwork(filed, report), Notice.READY, by.now)
    return filed


def judge(tx: Connection, number: int, step: ReportStep, by: By, text: str) -> Filed:
    """Release a report, or withhold it: the step of a leader."""
    filed = opened(tx, number).filed
    judged = replace(filed, judged_by=by.name, judged_at=by.now, judgement=text)
    return _step(tx, judged, step, by)


def send(tx: Connection, settings: Settings, number: int, by: By) -> int:
    """Queue a released report to its department, once; return to how many addresses."""
    found = opened(tx, number)
    sent = _step(tx, replace(found.filed, sent_at=by.now), ReportStep.SEND, by)
    return to_department(tx, settings, department(settings, sent.scope), replace(found, filed=sent), by.now)


def _step(tx: Connection, filed: Filed, step: ReportStep, by: By) -> Filed:
    state = stepped(filed.state, step)
    if state is None or not service.move(tx, replace(filed, state=state), filed.state):
        template = _("service report {number} is {state}; this step cannot follow")
        raise UsageError(template, number=filed.id, state=filed.state.title)
    moved = replace(filed, state=state)
    _note(tx, moved, step, by)
    return moved


def _note(tx: Connection, filed: Filed, step: ReportStep, by: By) -> None:
    """Write the step into the journal, with the digest of what it was about."""
    data = {"report": filed.id, "step": step.value, "digest": filed.digest}
    if by.login:
        data["entered_by"] = by.login
    values: dict[str, str | int | float] = {"number": filed.id, "department": filed.scope}
    entry = Entry(
        EventKind.REPORT,
        by.now,
        by.now,
        actor=by.name,
        text=(filed.judgement or None) if step in {ReportStep.RELEASE, ReportStep.WITHHOLD} else None,
        summary=Message(_SAID[step], values),
        data=data,
    )
    events.add(tx, entry)


_SAID = {
    ReportStep.DRAFT: _("service report {number} for {department} is drafted"),
    ReportStep.RELEASE: _("service report {number} for {department} is released"),
    ReportStep.WITHHOLD: _("service report {number} for {department} is withheld"),
    ReportStep.SEND: _("service report {number} for {department} is sent"),
    ReportStep.REPLACE: _("service report {number} for {department} is replaced by a newer draft"),
}
