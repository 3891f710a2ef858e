"""The database as the doctor sees it: whether it is whole, whose tables it has, and who uses it."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from netwatch.doctor.finding import Finding, Grade
from netwatch.errors import NetwatchError
from netwatch.storage import backups, lock, migrations, records, soundness
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from netwatch.domain.backups import BackUps
    from netwatch.storage.database import Database

RESTORE = _("stop the service, and restore the last back-up: netwatch db restore FILE")
LOOK = _(
    "if the clock was not set back, somebody has written into the database; it is right again once it is read again"
)


def examine(database: Database, now: datetime) -> Iterator[Finding]:
    """Look at a database without changing it, whether the service runs or not."""
    path = database.path
    if path is not None and not path.exists():
        yield Finding("database", Grade.OK, Message(_("none yet; the first start makes it")), None, str(path))
        return
    try:
        yield from database.read_now(partial(_judged, now=now))
    except NetwatchError as error:
        yield Finding("database", Grade.PROBLEM, Message(error.template, error.values))
    if path is not None:
        yield use(process_of(database))


def last_alive(database: Database) -> datetime | None:
    """Return when the service last wrote that it is alive; None when it never did, or cannot be asked."""
    if database.path is not None and not database.path.exists():
        return None
    try:
        found = database.read_now(partial(records.get, key=records.ALIVE))
    except Exception:  # noqa: BLE001 - what is wrong with the database is told by `examine`
        return None
    return datetime.fromisoformat(found) if found else None


def backed_up(database: Database, now: datetime) -> BackUps | None:
    """Return what is on record of back-ups; None where no tables of ours can be asked."""
    if database.path is not None and not database.path.exists():
        return None
    try:
        return database.read_now(
            lambda tx: backups.known(tx, now) if migrations.revision(tx) == migrations.newest() else None
        )
    except Exception:  # noqa: BLE001 - what is wrong with the database is told by `examine`
        return None


def process_of(database: Database) -> str | None:
    """Return the process of the service that uses a SQLite database now; None when none does, or it cannot be seen."""
    try:
        return lock.holder(database.path) if database.path is not None else None
    except OSError:
        return None


def use(process: str | None) -> Finding:
    """Say who uses it."""
    if process is None:
        return Finding("service", Grade.OK, Message(_("the service does not run on this database now")))
    return Finding("service", Grade.OK, Message(_("the service runs: process {process}"), {"process": process}))


def schema(revision: str | None, newest: str) -> Finding:
    """Judge whose tables it has."""
    values = {"revision": revision or "-", "newest": newest}
    if revision is None:
        return Finding("database", Grade.OK, Message(_("empty; the first start makes its tables")))
    if revision > newest:
        what = _("it has the tables of a newer netwatch ({revision}, this one knows {newest})")
        todo = Message(_("install that version, or restore a back-up from before the upgrade"))
        return Finding("database", Grade.PROBLEM, Message(what, values), todo)
    if revision < newest:
        what = _("it has older tables ({revision}); the next start brings them to {newest}")
        return Finding("database", Grade.OK, Message(what, values))
    return Finding("database", Grade.OK, Message(_("whole, schema {revision}"), values))


def _judged(tx: Connection, now: datetime) -> list[Finding]:
    broken = [Finding("database", Grade.PROBLEM, what, Message(RESTORE)) for what in soundness.damage(tx, quick=True)]
    found = broken or [schema(migrations.revision(tx), migrations.newest())]
    if not broken and migrations.revision(tx) == migrations.newest():
        found += [Finding("database", Grade.WARNING, what, Message(LOOK)) for what in soundness.ahead(tx, now)]
    for setting in soundness.unsafe(tx):
        what = Message(_("PostgreSQL runs with {setting} off: a power cut may destroy it"), {"setting": setting})
        todo = Message(_("set it on in postgresql.conf, and reload"))
        found.append(Finding("database", Grade.PROBLEM, what, todo))
    return found
