"""What happened to hardware, ports and devices against the registers: what nobody approved, and what was judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.approval import Verdict
from netwatch.storage import discrepancies
from netwatch.web.pages import naming

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.approval import Discrepancy
    from probes.api import Message

MOST = 200
"""How many are shown of each."""


@dataclass(frozen=True, slots=True)
class DiscrepancyView:
    """Something that happened, as people are shown it. `entry` is 0 where no entry of a register explains it."""

    number: int
    device: str
    title: str
    linked: bool
    what: Message
    since: datetime
    at: datetime
    verdict: str
    entry: int
    by: str
    text: str

    @property
    def exact(self) -> bool:
        """Whether the moment is known, and not only between which two reads it was."""
        return self.since == self.at


@dataclass(frozen=True, slots=True)
class ApprovalPage:
    """The page: what a leader is still to judge, and what was approved or judged last."""

    open: tuple[DiscrepancyView, ...]
    omitted: int
    settled: tuple[DiscrepancyView, ...]


def approval_page(tx: Connection, settings: Settings) -> ApprovalPage:
    """Return the page of what happened against the registers, newest first."""
    waiting = discrepancies.opened(tx)
    settled = (each for each in discrepancies.newest(tx, MOST) if each.verdict is not Verdict.OPEN)
    return ApprovalPage(
        open=tuple(_view(settings, each) for each in waiting[: -MOST - 1 : -1]),
        omitted=max(0, len(waiting) - MOST),
        settled=tuple(_view(settings, each) for each in settled),
    )


def _view(settings: Settings, found: Discrepancy) -> DiscrepancyView:
    happened = found.happened
    return DiscrepancyView(
        number=found.id,
        device=happened.device,
        title=naming.device(settings, happened.device),
        linked=happened.device in settings.devices,
        what=happened.what,
        since=happened.since,
        at=happened.at,
        verdict=found.verdict.title,
        entry=found.entry or 0,
        by=naming.person(settings, found.judged_by) if found.judged_by else "",
        text=found.judgement,
    )
