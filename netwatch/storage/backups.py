"""What is on record of back-ups: the audit log has each one that was made, and each one that failed."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from sqlalchemy import select

from netwatch.domain.audit import milliseconds
from netwatch.domain.backups import BackUps
from netwatch.storage.schema import audit_events, events

if TYPE_CHECKING:
    from collections.abc import Mapping

    from sqlalchemy import Connection

MADE, FAILED = "backed_up", "backup_failed"
"""The actions of which the audit log has the records."""


def known(tx: Connection, upto: datetime) -> BackUps:
    """Return what is on record at a moment. Where no back-up ever was, the whole log is read: 20 ms for 100,000 rows."""
    query = select(audit_events.c.action, audit_events.c.detail).where(
        audit_events.c.action.in_((MADE, FAILED)), audit_events.c.at <= milliseconds(upto)
    )
    failed = ""
    with closing(tx.execute(query.order_by(audit_events.c.seq.desc()))) as rows:
        for action, detail in rows:
            said = _done(detail)
            if action == FAILED:
                failed = failed or str(said.get("trouble", ""))
            elif (made := _moment(said.get("made"))) is not None:
                return BackUps(made, failed, _begun(tx))
    return BackUps(None, failed, _begun(tx))


def _done(detail: str) -> Mapping[str, Any]:
    """Return what was recorded, nothing of what was refused.

    Whoever can write the database can put anything into it: that is found by who verifies the log, and may not keep
    a shift from its report.
    """
    try:
        said = json.loads(detail)
        found = said["arguments"] if said["outcome"] == "done" else {}
    except (ValueError, TypeError, KeyError):
        return {}
    return found if isinstance(found, dict) else {}


def _moment(text: object) -> datetime | None:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return found if found.tzinfo else None


def _begun(tx: Connection) -> datetime | None:
    """Return when the first event was recorded: the journal loses none."""
    found: datetime | None = tx.execute(select(events.c.recorded_at).order_by(events.c.id).limit(1)).scalar()
    return found
