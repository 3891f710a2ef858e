"""Every minute: ports and devices that are down and must not be without approval."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING

from netwatch.domain.approval import Happened, Happening
from netwatch.storage import events, faults
from netwatch.storage.events import EventKind
from netwatch.workers.minutely import every_minute
from netwatch.workers.weighing import weigh
from probes import meanings
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Callable
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.domain.model import EventId, Fault
    from netwatch.storage.database import Database
    from netwatch.workers.watched import Watched

BACK = timedelta(hours=1)
"""How long ago a fault may have closed and is still looked at: what was short is asked about, too."""
OPENINGS = (EventKind.OPENED, EventKind.REOPENED)


class ApprovalWorker:
    """A child of the TaskGroup."""

    def __init__(self, database: Database, watched: Watched, clock: Clock, wake: Callable[[], None]) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._wake = wake

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        await every_minute(self.look, self._clock, "cannot compare with the registers")

    async def look(self, now: datetime) -> None:
        """Do once what is to be done now."""
        settings = self._watched.settings
        if not asked_about(settings):
            return
        if await self._database.write(partial(_look, settings=settings, now=now)):
            self._wake()


def asked_about(settings: Settings) -> frozenset[str]:
    """Return the devices whose ports, and that themselves, may not go down without approval."""
    asked = settings.file.approval
    groups = frozenset(asked.groups)
    return frozenset(name for name, each in settings.devices.items() if groups & set(each.groups)) | set(asked.devices)


def _look(tx: Connection, settings: Settings, now: datetime) -> bool:
    asked = asked_about(settings)
    known = [fault for fault in faults.during(tx, now - BACK, now) if fault.subject.device in asked]
    found = (_down(tx, settings, fault, now) for fault in known if kind_of(fault) is not None)
    return bool(weigh(tx, settings, [each for each in found if each is not None], now))


def kind_of(fault: Fault) -> Happening | None:
    """Say what a fault means here. What is only unreachable, behind something else, is not gone itself."""
    if fault.reachability:
        return Happening.DEVICE_GONE if fault.cause is None else None
    return Happening.PORT_DOWN if fault.subject.meaning == meanings.PORT_STATE.name else None


def _down(tx: Connection, settings: Settings, fault: Fault, now: datetime) -> tuple[Happened, EventId] | None:
    """Return what went down last by a fault, once it was down long enough."""
    opening = next((each for each in reversed(events.of_fault(tx, fault.id)) if each.kind in OPENINGS), None)
    kind = kind_of(fault)
    if opening is None or opening.id is None or kind is None:
        return None
    if (fault.closed or now) - opening.at < settings.file.approval.after:
        return None
    what = Message(_("port {port} is down"), {"port": fault.subject.item})
    if kind is Happening.DEVICE_GONE:
        what = Message(_("does not answer"))
    return Happened(kind, fault.subject.device, fault.subject.item, opening.at, opening.at, what), opening.id
