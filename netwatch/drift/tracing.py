"""What is written down whenever a finding moves: a line of the journal, and one of the audit log."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.drift.baseline import NETWATCH
from netwatch.domain.vouching import stands
from netwatch.storage import audit, events
from netwatch.storage.events import Entry, EventKind
from probes.api import Message, _
from probes.facets import title

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.domain.drift.finding import Closing, Finding


class Happening(Enum):
    """What becomes of a finding by itself."""

    OPENED = "opened"
    REOPENED = "reopened"
    JUDGED = "judged"
    WAIVER_ENDED = "waiver ended"
    REVERTED = "reverted"
    BASELINED = "baselined"
    SUPERSEDED = "superseded"
    UNWATCHED = "unwatched"

    @staticmethod
    def of(how: Closing) -> Happening:
        """Return how a finding ended."""
        return Happening(how.value)


_SAID = {
    Happening.REVERTED: _("{facet} is as approved again"),
    Happening.BASELINED: _("{facet} is approved as it now is"),
    Happening.SUPERSEDED: _("{facet} has changed further"),
    Happening.UNWATCHED: _("{facet} is no longer watched"),
    Happening.WAIVER_ENDED: _("{facet}: the waiver has ended"),
}


def trace(tx: Connection, finding: Finding, what: Happening, now: datetime) -> int:
    """Record it; return the number of its event."""
    told = finding.told
    summary = Message(_SAID[what], {"facet": title(finding.facet)}) if what in _SAID else told.summary
    data = {
        "what": what.value,
        "facet": finding.facet,
        "finding": finding.id,
        "verdict": told.verdict.value,
        "fingerprint": finding.fingerprint,
        "change": told.change,
        "entry": told.entry,
    }
    event = events.add(
        tx,
        Entry(
            kind=EventKind.DRIFT,
            at=finding.high if what is Happening.OPENED else now,
            recorded_at=now,
            device=finding.device,
            level=told.severity.name.lower(),
            summary=summary,
            data=data,
        ),
    )
    audit.record(
        tx,
        actor=NETWATCH,
        action=f"drift.{what.value.replace(' ', '_')}",
        subject=f"{finding.device}/{finding.facet}",
        detail={
            "fingerprint": finding.fingerprint,
            "base": finding.base,
            "content": finding.content,
            "difference": finding.difference,
            "verdict": told.verdict.value,
            "change": told.change,
            "entry": told.entry,
            **stands(finding.key, finding.state.value, finding.says),
        },
        now=now,
    )
    return int(event)
