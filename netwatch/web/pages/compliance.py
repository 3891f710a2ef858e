"""The compliance page: each clause of the regulation with what was due and what there is to show for it."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from netwatch.domain.period import PeriodKind, containing, written
from netwatch.report.compliance import compliance
from netwatch.report.compliance_paper import compliance_paper
from roster.wall import wall

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.compliance import Compliance
    from netwatch.domain.period import Period
    from netwatch.report.paper import Paper
    from netwatch.storage.database import Database

FRESH = timedelta(minutes=1)
"""So long one answer serves everybody: it is read from a whole month of records."""
KEPT = 24
"""So many periods are kept."""


@dataclass(frozen=True, slots=True)
class ComplianceView:
    """A period as a paper, and the names of those before and after it; none comes after the one that we are in."""

    paper: Paper
    period: str
    before: str
    after: str


class Weighed:
    """What was found for each period lately. One is worked out at a time."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._lock = asyncio.Lock()
        self._kept: dict[tuple[str, str], tuple[datetime, Compliance]] = {}

    async def of(self, settings: Settings, period: Period, now: datetime) -> Compliance:
        """Return how the regulation stands in a period."""
        key = (period.name, settings.digest)
        async with self._lock:
            at, found = self._kept.get(key, (None, None))
            if found is None or at is None or not timedelta() <= now - at < FRESH:
                found = await self._database.read(partial(_read, settings, period, now))
                if len(self._kept) >= KEPT:
                    self._kept.clear()
                self._kept[key] = (now, found)
        return found


def _read(settings: Settings, period: Period, now: datetime, tx: Connection) -> Compliance:
    return compliance(tx, settings, period, now)


def asked(text: str, settings: Settings, now: datetime) -> Period | None:
    """Return the period that an address names, by default this month; None for what is none or has not begun."""
    today = wall(now, settings.site.zone).date()
    period = written(text) if text else containing(PeriodKind.MONTH, today)
    return period if period is not None and period.first <= today else None


def view(found: Compliance, settings: Settings, language: str) -> ComplianceView:
    """Return what the page shows."""
    period, zone = found.period, settings.site.zone
    begun = period.until <= wall(found.built_at, zone).date()
    return ComplianceView(
        paper=compliance_paper(found, language, zone),
        period=period.name,
        before=period.before.name,
        after=containing(period.kind, period.until).name if begun else "",
    )
