"""The leaders' digest of a day's handovers, and of where the audit log stands."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.domain.audit import milliseconds
from netwatch.handover import cases, letters
from netwatch.mail.office import leaders, office_of
from netwatch.mail.signing import Line, letter_for_day
from netwatch.storage import audit, handovers, identity, outbox, records
from roster.signing import Step

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.handover.cases import Opened

KEY = "handover_digest"
DAY = timedelta(days=1)
MOST = 50
NOTED = (Step.REFUSED, Step.REMARKS, Step.DEFERRED, Step.AMENDED)


def digest(tx: Connection, settings: Settings, now: datetime) -> bool:
    """Write the digest of the last day once a day, when its time has come; say whether it was written."""
    local = now.astimezone(settings.site.zone)
    if local.time() < settings.file.handover.digest_at or records.get(tx, KEY) == str(local.date()):
        return False
    records.put(tx, key=KEY, value=str(local.date()))
    lines, head = tuple(_lines(tx, now - DAY)), audit.head(tx)
    if not lines and head.at < milliseconds(now - DAY):
        return False
    office, own = office_of(settings), identity.of(tx)
    for name in leaders(settings, now):
        if name in office.reachable:
            outbox.add(tx, letter_for_day(office, own, name, lines, now, head))
    return True


def _lines(tx: Connection, since: datetime) -> Iterator[Line]:
    for archived in reversed(handovers.listed(tx, MOST)):
        if archived.built_at >= since:
            opened = cases.read(tx, archived)
            if opened.signed:
                yield Line(letters.about(opened), opened.case.stage.title, _note(opened))


def _note(opened: Opened) -> str:
    """Return what people wrote under it, and how many amendments nobody has countersigned."""
    said = [signature.text for signature in opened.case.signatures if signature.step in NOTED and signature.text]
    return " / ".join(said)
