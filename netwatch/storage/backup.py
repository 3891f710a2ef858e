"""Back-up and restoring of a SQLite database. A PostgreSQL one has its own tools, which are named.

A back-up is one file, whole, checked and on the disk before it has its name. Restoring keeps what it replaces.
"""

from __future__ import annotations

import fcntl
import glob
import os
import shutil
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from sqlalchemy import URL, Connection, delete, make_url
from sqlalchemy.exc import DBAPIError

from netwatch.errors import StorageError, UsageError
from netwatch.storage import audit, identity, lock, migrations, soundness, sqlite
from netwatch.storage.engines import writer_engine
from netwatch.storage.schema import meta
from netwatch.storage.trouble import damaged, said, unavailable
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from datetime import datetime

    from netwatch.storage.database import Database
    from netwatch.storage.soundness import Soundness
    from probes.api import Message

T = TypeVar("T")

REFUSED = _("{path} cannot be restored: {what}")
SIDES = ("-wal", "-shm", "-journal")
"""What SQLite keeps beside a database while it is in use."""


@dataclass(frozen=True, slots=True)
class Restored:
    """What a restored database holds, and where the one that it replaced is now."""

    found: Soundness
    kept: Path | None


def back_up(database: Database, target: Path, *, overwrite: bool = False) -> Soundness:
    """Write a back-up while the service runs, and return what is in it.

    Raises UsageError when the target is there already, and StorageError when the database is damaged.
    """
    _only_sqlite(
        database,
        _(
            "this database is PostgreSQL's; back it up with: pg_dump --format=custom --file=FILE {url} && "
            "netwatch db backed-up FILE"
        ),
    )
    target = Path(os.path.abspath(target))  # noqa: PTH100 - a symbolic link shall stay one
    if target.exists() and not overwrite:
        raise UsageError(_("{path} is there already; --force overwrites it"), path=str(target))
    if database.path is not None and target.exists() and target.samefile(database.path):
        raise UsageError(_("{path} is the database itself"), path=str(target))
    with _part(target) as part:
        database.copy_into(part)
        try:
            found = _within(part, soundness.examine)
        except DBAPIError as error:
            raise damaged(str(database.path), said(error)) from error
        if found.broken:
            raise damaged(str(database.path), str(found.broken[0]))
        _place(part, target)
    return found


def restore(database: Database, source: Path, now: datetime, actor: str = "") -> Restored:
    """Put a back-up in the place of a database that no service uses, and return what is in it.

    The source is only read. The database that is replaced stays beside it, under a name with the date. The audit log
    of the restored one says who did it. Raises
    AlreadyRunning, SchemaTooNew, UsageError, or StorageError when the back-up is not whole.
    """
    _only_sqlite(database, _("this database is PostgreSQL's; restore it with: pg_restore --clean --dbname={url} FILE"))
    path = database.path or Path()
    there = path.exists() and path.stat().st_size > 0
    if there and source.exists() and source.samefile(path):
        raise UsageError(_("{path} is the database itself"), path=str(source))
    with lock.hold(path), _part(path) as part:
        found = _taken_over(source, part)
        _within(part, partial(_note, actor=actor, source=source, now=now))
        if os.geteuid() == 0:
            owner = path.stat()
            os.chown(part, owner.st_uid, owner.st_gid)
        kept = _set_aside(path, now) if there else None
        _place(part, path)
    return Restored(found, kept)


def _only_sqlite(database: Database, otherwise: str) -> None:
    if database.path is None:
        known = database.url
        # made anew, since `set` keeps a password that it is given no other for: a command with *** in it fails
        plain = URL.create("postgresql", known.username, None, known.host, known.port, known.database, known.query)
        raise UsageError(otherwise, url=plain.render_as_string())


@contextmanager
def _part(target: Path) -> Iterator[Path]:
    """Give an empty file beside the target, for its owner's eyes only; nothing of it is left when the work fails."""
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    with _telling(part):
        for left in target.parent.glob(f".{glob.escape(target.name)}.*.part"):
            _clear(left)
        held = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(held, fcntl.LOCK_EX)
            yield part
        finally:
            _remove(part)
            os.close(held)


def _clear(left: Path) -> None:
    """Remove what somebody who was killed has left, as large as a database; what is held is somebody's at work."""
    with suppress(FileNotFoundError, BlockingIOError), left.open("rb") as file:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        _remove(left)


def _remove(part: Path) -> None:
    for left in (part, *(_side(part, suffix) for suffix in SIDES)):
        left.unlink(missing_ok=True)


@contextmanager
def _telling(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise unavailable(str(error.filename or path), error.strerror or str(error)) from error
    except sqlite.driver.Error as error:
        raise unavailable(str(path), str(error)) from error


def _within(part: Path, work: Callable[[Connection], T]) -> T:
    """Run a work in a file of our own, and leave all of it in that one file."""
    engine = writer_engine(make_url(f"sqlite:///{part}"))
    try:
        with engine.connect() as connection:
            found = work(connection)
            connection.commit()
            connection.connection.driver_connection.execute("PRAGMA journal_mode=DELETE")  # type: ignore[union-attr] # it is open
            return found
    finally:
        engine.dispose()


def _taken_over(source: Path, part: Path) -> Soundness:
    """Copy a back-up into a file beside the database, check it, and bring it to this program's tables."""
    _copy_files(source, part)
    try:
        broken = _within(part, soundness.damage)
        if broken:
            raise _refused(source, broken[0])
        _within(part, _bring_up_to_date)
        found = _within(part, soundness.examine)
    except DBAPIError as error:
        raise StorageError(REFUSED, path=str(source), what=said(error)) from error
    if found.broken:
        raise _refused(source, found.broken[0])
    return found


def _refused(source: Path, why: Message) -> StorageError:
    return StorageError(
        _("{path} cannot be restored: {note}"), **{**why.values, "path": str(source), "note": why.template}
    )


def _bring_up_to_date(tx: Connection) -> None:
    """Make this program's tables of it, and let it take a name of its own.

    What it sends from now on is not what the replaced one sent, even under the same numbers.
    """
    if migrations.revision(tx) is not None:
        migrations.upgrade(tx)
        tx.execute(delete(meta).where(meta.c.key == identity.KEY))


def _note(tx: Connection, actor: str, source: Path, now: datetime) -> None:
    """Record that the database is a restored one. Events that came after the back-up are gone, and the anchors say so."""
    if migrations.revision(tx) is not None:
        audit.record(tx, actor=actor, action="database.restored", subject=source.name, detail={}, now=now)


def _copy_files(source: Path, part: Path) -> None:
    """Copy a database's file, and what SQLite had not yet put into it."""
    if not source.is_file():
        raise UsageError(_("there is no file {path}"), path=str(source))
    shutil.copyfile(source, part)
    log = _side(source, "-wal")
    if log.is_file():
        shutil.copyfile(log, _side(part, "-wal"))


def _set_aside(path: Path, now: datetime) -> Path:
    """Keep a database under a dated name. Whenever this is cut off, `path` is a whole database."""
    kept = path.with_name(f"{path.name}.replaced-{now:%Y%m%dT%H%M%SZ}")
    os.link(path, kept)
    log = _side(path, "-wal")
    if log.exists():
        os.link(log, _side(kept, "-wal"))
    for suffix in SIDES:
        _side(path, suffix).unlink(missing_ok=True)
    return kept


def _place(part: Path, target: Path) -> None:
    """Give a finished file its name, once all of it is on the disk."""
    _sync(part)
    part.replace(target)
    _sync(target.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _side(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
