"""The handover reports that are archived last."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.handover.shown import shown
from netwatch.storage import overview, signatures
from netwatch.web.pages import naming
from roster.signing import Stage, stage

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings

MOST = 10


@dataclass(frozen=True, slots=True)
class ReportView:
    """A report: whose shift, when, whether there is a page of it, and where its signing stands."""

    id: int
    shift: str
    start: datetime
    end: datetime
    built_at: datetime
    revision: int
    readable: bool
    stage: Stage | None


def reports(tx: Connection, settings: Settings) -> tuple[ReportView, ...]:
    """Return the newest reports, newest first."""
    found = overview.reports(tx, MOST)
    signed = signatures.grouped(tx, [each.id for each in found])
    return tuple(
        ReportView(
            id=each.id,
            shift=naming.shift(settings, each.shift.split("/", 1)[0]),
            start=each.start,
            end=each.end,
            built_at=each.built_at,
            revision=each.revision,
            readable=bool(each.pages),
            stage=stage(tuple(one.signature for one in signed[each.id])) if each.id in signed else None,
        )
        for each in found
    )


def page(tx: Connection, settings: Settings, number: int, language: str) -> str | None:
    """Return a report with its signatures; None where there is none of that number."""
    return shown(tx, settings, number, language, "html")
