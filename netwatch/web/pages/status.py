"""The first page: is something wrong, what, and who is on it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.storage import discrepancies
from netwatch.web.pages.devices import DevicesView, devices_view
from netwatch.web.pages.duty import Duty, duty
from netwatch.web.pages.faults import OpenFaults, open_faults
from netwatch.web.pages.handovers import ReportView, reports
from netwatch.web.pages.monitoring import Monitoring, Trouble, monitoring, troubles_of
from netwatch.web.pages.windows import WindowView, windows_view

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.web.tempo import Pace


@dataclass(frozen=True, slots=True)
class Status:
    """Everything on the first page."""

    duty: Duty
    faults: OpenFaults
    unapproved: int
    """How many things have happened without approval that nobody has judged."""
    devices: DevicesView
    windows: tuple[WindowView, ...]
    reports: tuple[ReportView, ...]
    monitoring: Monitoring

    @property
    def tone(self) -> str:
        """Return what the page says at a glance: `blind`, the worst severity by name, `unsure`, or `calm`."""
        if self.monitoring.blind:
            return "blind"
        if self.faults.worst is not None:
            return self.faults.worst.name.lower()
        return "unsure" if self.devices.unsure else "calm"


def status(
    tx: Connection, settings: Settings, progress: Progress, pace: Pace, size_on_disk: int | None, now: datetime
) -> Status:
    """Return the first page as it is at `now`."""
    return Status(
        duty=duty(settings, now),
        faults=open_faults(tx, settings, now),
        unapproved=discrepancies.waiting(tx),
        devices=devices_view(tx, settings),
        windows=windows_view(tx, settings, now),
        reports=reports(tx, settings),
        monitoring=monitoring(tx, settings, progress, pace, size_on_disk, now),
    )


@dataclass(frozen=True, slots=True)
class WithoutRecords:
    """What is known while the records cannot be read."""

    error: str
    duty: Duty
    troubles: tuple[Trouble, ...]


def without_records(settings: Settings, progress: Progress, error: str, now: datetime) -> WithoutRecords:
    """Return what can be said without the database."""
    return WithoutRecords(error, duty(settings, now), tuple(troubles_of(settings, progress, now)))
