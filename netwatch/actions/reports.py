"""Service reports: draft, release, withhold, send."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.config.settings import Role
from netwatch.domain.period import PeriodKind, last_ended, written
from netwatch.domain.service_report import ReportStep
from netwatch.errors import UsageError
from netwatch.report import filing
from netwatch.report.filing import By
from netwatch.report.service import service_report
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing
    from netwatch.config.reports import DepartmentTable
    from netwatch.domain.period import Period


def draft(tx: Connection, doing: Doing) -> Message:
    """Draft a department's report of a period that is over; one that still waits is replaced."""
    doing.require(Role.ENGINEER, Role.LEADER)
    table = filing.department(doing.settings, doing.text("department"))
    period = _period(doing, table)
    report = service_report(tx, doing.settings, table, period, doing.now)
    filed = filing.draft(tx, doing.settings, report, _by(doing))
    values: dict[str, str | int | float] = {"number": filed.id, "department": table.name, "period": period.name}
    return Message(_("service report {number} for {department}, {period}, waits to be released"), values)


def _period(doing: Doing, table: DepartmentTable) -> Period:
    text, zone = doing.text("period", needed=False), doing.settings.site.zone
    period = written(text) if text else last_ended(PeriodKind(table.periods[0]), doing.now, zone)
    if period is None:
        raise UsageError(_("{field}: must be a period such as 2026-W47, 2026-11 or 2026"), field="period")
    if period.span(zone).end > doing.now:
        raise UsageError(_("{period} is not over; `netwatch report show --live` previews it"), period=period.name)
    return period


def release(tx: Connection, doing: Doing) -> Message:
    """Release a report, as a leader: it goes out within a minute."""
    doing.leader()
    number = doing.number("number")
    filing.judge(tx, number, ReportStep.RELEASE, _by(doing), doing.text("text", needed=False))
    return Message(_("service report {number} is released and goes out"), {"number": number})


def withhold(tx: Connection, doing: Doing) -> Message:
    """Withhold a report, as a leader, with the reason: it is not sent."""
    doing.leader()
    number = doing.number("number")
    filing.judge(tx, number, ReportStep.WITHHOLD, _by(doing), doing.text("text"))
    return Message(_("service report {number} is withheld"), {"number": number})


def send(tx: Connection, doing: Doing) -> Message:
    """Send a report that is released now, without waiting for the service."""
    doing.require(Role.ENGINEER, Role.LEADER)
    number = doing.number("number")
    count = filing.send(tx, doing.settings, number, _by(doing))
    return Message(_("service report {number} goes out; addresses: {count}"), {"number": number, "count": count})


def _by(doing: Doing) -> By:
    return By(doing.now, doing.actor, doing.login)


ACTIONS: Mapping[str, Action] = {
    "draft_report": draft,
    "release_report": release,
    "withhold_report": withhold,
    "send_report": send,
}
