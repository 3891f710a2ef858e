"""What is wrong just now with what devices are set to, and with change requests: stated every minute as faults."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING

from netwatch.config.changes import patience
from netwatch.domain.drift.change_window import overdue, unreported
from netwatch.domain.drift.condition import Wrong
from netwatch.domain.drift.finding import FindingState
from netwatch.domain.drift.verdict import Verdict, unsaved_severity
from netwatch.domain.model import Severity
from netwatch.drift.saving import RUNNING, STARTUP, unsaved
from netwatch.storage import change_requests, deviations, snapshots
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.finding import Finding

TELLS = frozenset({FindingState.OPEN, FindingState.ACKNOWLEDGED})
"""The states in which a deviation is somebody's alarm: what is waived is not."""


def of_devices(
    tx: Connection, settings: Settings, now: datetime, device: str | None = None
) -> Mapping[str, Mapping[str, Wrong]]:
    """Return what is wrong with each device, or with one, by key: `running/12` for finding 12, `running/unsaved`.

    A further change is another finding, so it is another fault, and is told anew.
    """
    found: dict[str, dict[str, Wrong]] = defaultdict(dict)
    only = None if device is None else (device,)
    for each in deviations.stand(tx, only):
        if alarms(each):
            found[each.device][f"{each.facet}/{each.id}"] = Wrong(each.told.severity, each.told.summary)
    newest = {(each.device, each.facet): each for each in snapshots.everything(tx, only, (RUNNING, STARTUP))}
    for name, facet in newest:
        if facet == RUNNING:
            since = unsaved(tx, newest[name, RUNNING], newest.get((name, STARTUP)))
            wrong = _unsaved(settings, since, now) if since is not None else None
            if wrong is not None:
                found[name][f"{RUNNING}/unsaved"] = wrong
    return found


def alarms(finding: Finding) -> bool:
    """Whether a finding is a fault of its device."""
    return finding.state in TELLS and finding.told.verdict is not Verdict.AUTHORISED


def _unsaved(settings: Settings, since: datetime, now: datetime) -> Wrong | None:
    bad = unsaved_severity(since, settings.file.change.unsaved_after, now)
    if bad is None:
        return None
    template = _("what runs is not saved since {since}; a power cut would undo it")
    return Wrong(bad, Message(template, {"since": f"{since.astimezone(settings.site.zone):%Y-%m-%d %H:%M}"}))


def of_requests(tx: Connection, settings: Settings, now: datetime) -> Mapping[str, Wrong]:
    """Return what is wrong with change requests, by key: emergencies that are overdue, windows nobody reported on."""
    wait = patience(settings)
    found: dict[str, Wrong] = {}
    for each in change_requests.alive(tx):
        values: dict[str, str | int] = {"number": each.id, "title": each.title}
        if overdue(each, now, wait):
            template = (
                _("change request {number}, an emergency, was not asked for in time: {title}")
                if each.submitted is None
                else _("change request {number}, an emergency, is not approved in time: {title}")
            )
            found[f"overdue/{each.id}"] = Wrong(settings.file.change.overdue, Message(template, values))
        elif unreported(each, now, wait):
            template = _("the window of change request {number} is over and nobody has said what came of it: {title}")
            found[f"unreported/{each.id}"] = Wrong(Severity.WARNING, Message(template, values))
    return found
