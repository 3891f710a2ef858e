"""Whether a database is whole: its file, its references, and what our own rules say must be so."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from sqlalchemy import func, select, text

from netwatch.storage import chain, migrations
from netwatch.storage.outbox import Delivery
from netwatch.storage.schema import checks, doors, faults, metadata, outbox, parts, snapshots, visits
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import ColumnElement, Connection

MOST = 20
"""How many lines of SQLite's own findings are shown."""
SEEN = (
    *(visits.c.tried, visits.c.completed, doors.c.tried, doors.c.opened, snapshots.c.last_seen),
    *(checks.c.seen, parts.c.seen),
)
"""When something was last read. As long as that is still to come, nobody is told that it is read no more."""
TOLERATED = timedelta(minutes=5)
"""By so much the clock may have been set back since."""
STILL_TO_COME = _(
    "times in {column} that are still to come: {count}, the last is {time} UTC; what is read no more does not show there"
)


@dataclass(frozen=True, slots=True)
class Soundness:
    """What was found: the schema's revision, rows by table, and every defect."""

    revision: str | None
    counts: dict[str, int]
    broken: tuple[Message, ...]
    """What makes it unusable: a damaged file, or tables that are not this program's."""
    wrong: tuple[Message, ...]
    """What should not be so, and hinders nothing."""

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return not self.broken and not self.wrong


def examine(tx: Connection) -> Soundness:
    """Look at everything. On a large database this takes minutes, and holds up nobody."""
    revision = migrations.revision(tx)
    broken = (*_file(tx), *_schema(revision))
    if broken:
        return Soundness(revision, {}, broken, ())
    counts = {table.name: _count(tx, table.c.values()[0].is_not(None)) for table in metadata.sorted_tables}
    wrong = (*_references(tx), *_faults(tx), *_outbox(tx), *chain.walk(tx))
    return Soundness(revision, counts, (), wrong)


def damage(tx: Connection, *, quick: bool = False) -> tuple[Message, ...]:
    """Return what is wrong with the file itself. Quick does not compare indexes with their tables."""
    return tuple(_file(tx, "quick_check" if quick else "integrity_check"))


def ahead(tx: Connection, now: datetime) -> tuple[Message, ...]:
    """Return where something was read at a time that is still to come: the clock was set back, or somebody wrote it."""
    found = []
    for each in SEEN:
        count, newest = tx.execute(select(func.count(), func.max(each)).where(each > now + TOLERATED)).one()
        if count:
            values = {"column": f"{each.table.name}.{each.name}", "count": count, "time": f"{newest:%Y-%m-%d %H:%M}"}
            found.append(Message(STILL_TO_COME, values))
    return tuple(found)


def unsafe(tx: Connection) -> tuple[str, ...]:
    """Return the server's settings that are off and without which a power cut may destroy the database."""
    if tx.dialect.name != "postgresql":
        return ()
    return tuple(name for name in ("fsync", "full_page_writes") if tx.execute(text(f"SHOW {name}")).scalar() != "on")


def _file(tx: Connection, how: str = "integrity_check") -> Iterator[Message]:
    if tx.dialect.name == "sqlite":
        for (line,) in tx.exec_driver_sql(f"PRAGMA {how}({MOST})"):
            if line != "ok":
                yield Message(_("the file is damaged: {what}"), {"what": line})


def _schema(revision: str | None) -> Iterator[Message]:
    if revision is None:
        yield Message(_("it is not a database of netwatch"))
    elif revision != migrations.newest():
        values = {"revision": revision, "newest": migrations.newest()}
        yield Message(_("its schema is {revision}, this program's is {newest}"), values)


def _references(tx: Connection) -> Iterator[Message]:
    if tx.dialect.name == "sqlite":
        for row in tx.exec_driver_sql("PRAGMA foreign_key_check").fetchmany(MOST):
            values = {"table": row[0], "row": row[1], "other": row[2]}
            yield Message(_("row {row} of {table} refers to a row of {other} that is not there"), values)


def _faults(tx: Connection) -> Iterator[Message]:
    several = func.count() > 1
    query = select(faults.c.check_id).where(faults.c.closed.is_(None)).group_by(faults.c.check_id).having(several)
    for (check,) in tx.execute(query.limit(MOST)):
        yield Message(_("{check} has more than one open fault"), {"check": check})
    if backwards := _count(tx, faults.c.closed < faults.c.opened):
        yield Message(_("faults that were closed before they opened: {count}"), {"count": backwards})


def _outbox(tx: Connection) -> Iterator[Message]:
    if unknown := _count(tx, outbox.c.state.not_in([state.value for state in Delivery])):
        yield Message(_("mails in a state that nobody knows: {count}"), {"count": unknown})
    if nowhere := _count(tx, (outbox.c.state == Delivery.QUEUED.value) & outbox.c.person.is_(None)):
        yield Message(_("mails that are queued for nobody: {count}"), {"count": nowhere})
    if timeless := _count(tx, (outbox.c.state == Delivery.SENT.value) & outbox.c.sent_at.is_(None)):
        yield Message(_("mails that were sent at no time: {count}"), {"count": timeless})


def _count(tx: Connection, condition: ColumnElement[bool]) -> int:
    return tx.execute(select(func.count()).where(condition)).scalar() or 0
