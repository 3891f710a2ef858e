"""The service reports: frozen when they are drafted, then released or withheld by a leader, and sent once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from sqlalchemy import func, insert, select, update

from netwatch.domain.period import PeriodKind
from netwatch.domain.service_report import ReportState, ReportStep
from netwatch.storage.events import EventKind
from netwatch.storage.schema import events, service_reports, storable

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection, Row


@dataclass(frozen=True, slots=True)
class Filed:
    """A report as it is kept. `scope` is the department's name, [start, end) its period."""

    kind: PeriodKind
    scope: str
    start: datetime
    end: datetime
    built_at: datetime
    document: str
    revision: int = 1
    state: ReportState = ReportState.DRAFT
    digest: str = ""
    judged_by: str | None = None
    judged_at: datetime | None = None
    judgement: str = ""
    sent_at: datetime | None = None
    id: int = 0

    @property
    def whole(self) -> bool:
        """Whether the document is still the one that was drafted."""
        return digest_of(self.document) == self.digest


def digest_of(document: str) -> str:
    """Return the SHA-256 of a document, in hexadecimal."""
    return hashlib.sha256(document.encode()).hexdigest()


def add(tx: Connection, filed: Filed) -> Filed:
    """Keep a draft as the next revision of its period, and return it with its number and digest."""
    same = [service_reports.c[name] == value for name, value in _which(filed).items()]
    last = tx.execute(select(func.max(service_reports.c.revision)).where(*same)).scalar()
    document = storable(filed.document)
    filed = replace(filed, document=document, digest=digest_of(document), revision=int(last or 0) + 1)
    done = tx.execute(
        insert(service_reports).values(
            **_which(filed),
            end=filed.end,
            revision=filed.revision,
            built_at=filed.built_at,
            document=filed.document,
            digest=filed.digest,
            **_judged(filed),
        )
    )
    assert done.inserted_primary_key is not None  # noqa: S101 - one row was inserted
    return replace(filed, id=int(done.inserted_primary_key[0]))


def move(tx: Connection, filed: Filed, was: ReportState) -> bool:
    """Write where a report stands now; False where it stood elsewhere already."""
    which = (service_reports.c.id == filed.id) & (service_reports.c.state == was.value)
    return bool(tx.execute(update(service_reports).where(which).values(_judged(filed))).rowcount)


def get(tx: Connection, number: int) -> Filed | None:
    """Return the report of that number."""
    row = tx.execute(select(service_reports).where(service_reports.c.id == number)).one_or_none()
    return None if row is None else _filed(row)


def drafted(tx: Connection, number: int) -> str | None:
    """Return the digest with which the journal says that a report was drafted; nobody can change what it says."""
    query = select(events.c.data).where(events.c.kind == EventKind.REPORT.value).order_by(events.c.id.desc())
    told = (data or {} for data in tx.execute(query).scalars())
    draft = ReportStep.DRAFT.value
    return next(
        (each.get("digest") for each in told if each.get("report") == number and each.get("step") == draft), None
    )


def of_period(tx: Connection, kind: PeriodKind, scope: str, start: datetime) -> tuple[Filed, ...]:
    """Return every revision of one department's report of one period, in order."""
    wanted = {"kind": kind.value, "scope": scope, "start": start}
    query = select(service_reports).where(*(service_reports.c[name] == value for name, value in wanted.items()))
    return tuple(_filed(row) for row in tx.execute(query.order_by(service_reports.c.revision)))


def standing(tx: Connection, state: ReportState) -> tuple[Filed, ...]:
    """Return the reports that stand somewhere, the oldest first."""
    query = select(service_reports).where(service_reports.c.state == state.value).order_by(service_reports.c.id)
    return tuple(_filed(row) for row in tx.execute(query))


def ended(tx: Connection, start: datetime, end: datetime) -> tuple[Filed, ...]:
    """Return the reports whose period ended in (start, end], in order."""
    query = select(service_reports).where(service_reports.c.end > start, service_reports.c.end <= end)
    return tuple(_filed(row) for row in tx.execute(query.order_by(service_reports.c.id)))


def newest(tx: Connection, most: int) -> tuple[Filed, ...]:
    """Return the newest reports, newest first."""
    query = select(service_reports).order_by(service_reports.c.id.desc()).limit(most)
    return tuple(_filed(row) for row in tx.execute(query))


def _which(filed: Filed) -> dict[str, Any]:
    return {"kind": filed.kind.value, "scope": filed.scope, "start": filed.start}


def _judged(filed: Filed) -> dict[str, Any]:
    return {
        "state": filed.state.value,
        "judged_by": filed.judged_by,
        "judged_at": filed.judged_at,
        "judgement": filed.judgement or None,
        "sent_at": filed.sent_at,
    }


def _filed(row: Row[Any]) -> Filed:
    names = ("scope", "start", "end", "built_at", "document", "revision", "digest", "judged_by", "judged_at", "sent_at")
    return Filed(
        kind=PeriodKind(row.kind),
        state=ReportState(row.state),
        judgement=row.judgement or "",
        id=row.id,
        **{name: getattr(row, name) for name in names},
    )
