"""One service at a time on one SQLite file: a lock beside it, which the kernel lets go when its holder ends."""

from __future__ import annotations

import fcntl
import os
from contextlib import suppress
from typing import TYPE_CHECKING

from netwatch.errors import AlreadyRunning
from netwatch.storage.trouble import unavailable
from probes.api import _

if TYPE_CHECKING:
    from io import TextIOWrapper
    from pathlib import Path


def hold(database: Path) -> TextIOWrapper:
    """Hold a database for this process until what is returned is closed. Raises AlreadyRunning.

    The file is made if it is not there, for its owner's eyes only.
    """
    try:
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = _opened(beside(database))
    except OSError as error:
        raise unavailable(str(database), error.strerror or str(error)) from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        if not database.exists():  # else SQLite may have it open here, and closing it would drop SQLite's locks
            _opened(database).close()
    except BlockingIOError:
        lock.seek(0)
        process = lock.read(20).strip() or "?"
        lock.close()
        raise AlreadyRunning(
            _("another netwatch (process {process}) uses {database}"), process=process, database=str(database)
        ) from None
    except OSError as error:
        lock.close()
        raise unavailable(str(database), error.strerror or str(error)) from error
    _sign(lock, database)
    return lock


def _sign(lock: TextIOWrapper, database: Path) -> None:
    """Write into a lock which process holds it; on a disk that is full it is let go."""
    try:
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
    except OSError as error:
        with suppress(OSError):  # it tries to write the same once more
            lock.close()
        raise unavailable(str(database), error.strerror or str(error)) from error


def release(lock: TextIOWrapper) -> None:
    """Let go of a database. No process stands in the file any more: whoever signals it by that would meet another."""
    with suppress(OSError):  # such as a disk that has become read-only: the lock goes with the file all the same
        lock.truncate(0)
    lock.close()


def _opened(path: Path) -> TextIOWrapper:
    """Open a file, made if it is not there. What root makes belongs to whom the folder belongs: the service."""
    new = not path.exists()
    file = os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "a+")
    if new and os.geteuid() == 0:
        folder = path.parent.stat()
        os.fchown(file.fileno(), folder.st_uid, folder.st_gid)
    return file


def beside(database: Path) -> Path:
    """Return where the lock of a database is."""
    return database.with_name(database.name + ".lock")


def holder(database: Path) -> str | None:
    """Return the process that holds a database, None when none does. Nothing is made or held."""
    try:
        with beside(database).open() as lock:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except FileNotFoundError:
        return None
    except BlockingIOError:
        return beside(database).read_text(encoding="ascii", errors="replace")[:20].strip() or "?"
    return None
