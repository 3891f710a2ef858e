"""What happened to hardware, ports and devices in a report: what nobody approved, and what somebody did."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain.approval import Verdict
from netwatch.storage import discrepancies
from roster import facts

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.approval import Discrepancy


def unapproved(
    tx: Connection,
    settings: Settings,
    after: int,
    upto: int,
    now: datetime,  # noqa: ARG001 - what is told depends on events alone; all of a report's parts are asked alike
) -> tuple[facts.Unapproved, ...]:
    """Return what was noticed or judged after event `after`, and what is still to be judged."""
    moved = {each.id: each for each in discrepancies.moved(tx, after, upto)}
    standing = {each.id: each for each in discrepancies.opened(tx) if each.event <= upto}
    return tuple(_fact(settings, each) for _number, each in sorted({**moved, **standing}.items()))


def _fact(settings: Settings, found: Discrepancy) -> facts.Unapproved:
    by = settings.people.get(found.judged_by or "")
    return facts.Unapproved(
        number=found.id,
        device=found.happened.device,
        what=found.happened.what,
        at=found.happened.at,
        entry=found.entry or 0,
        settled=found.verdict is not Verdict.OPEN,
        verdict="" if found.verdict in {Verdict.OPEN, Verdict.EXPLAINED} else found.verdict.title,
        text=found.judgement,
        by=((by.title if by else None) or found.judged_by) or "",
        event=found.event,
    )
