"""The evidence that nothing was changed without approval: baselines that leaders approved, and what became of changes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.compliance import Evidence, Source
from netwatch.domain.drift.finding import Closing
from netwatch.drift.troubles import alarms
from netwatch.storage import baselines, deviations

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.config import Settings
    from roster.spans import Span


def baselines_in_force(tx: Connection, settings: Settings, whole: Span) -> Evidence:
    """Return the devices that are read: of each something must have been approved, else nothing of it can be judged."""
    read = sorted({each.device for each in settings.collects})
    approved = baselines.devices_at(tx, whole.end)
    wanting = tuple(name for name in read if name not in approved)
    return Evidence(Source.BASELINES, len(read), len(read) - len(wanting), wanting)


def drift(tx: Connection, whole: Span) -> Evidence:
    """Return the changes of the time: each must have been approved, put back, or waived until a date.

    One that a further change has taken the place of goes on in that one.
    """
    found = [each for each in deviations.during(tx, whole.start, whole.end) if each.closing is not Closing.SUPERSEDED]
    wanting = tuple(f"D{each.id} {each.device}" for each in found if each.stands and alarms(each))
    refs = tuple(f"D{each.id}" for each in found if not (each.stands and alarms(each)))
    return Evidence(Source.DRIFT, len(found), len(refs), wanting, refs)
