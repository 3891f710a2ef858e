"""One service at a time on one SQLite file: a lock beside it, which the kernel lets go when its holder ends."""

from __future__ import annotations

import fcntl
import os
from typing import TYPE_CHECKING

from netwatch.errors import AlreadyRunning, StorageUnavailable

if TYPE_CHECKING:
    from io import TextIOWrapper
    from pathlib import Path


def hold(database: Path) -> TextIOWrapper:
    """Hold a database for this process until what is returned is closed. Raises AlreadyRunning.

    The file is made if it is not there, for its owner's eyes only.
    """
    try:
        database.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        os.close(os.open(database, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600))
        lock = _opened(database)
    except OSError as error:
        raise StorageUnavailable(f"the database {database} cannot be written: {error.strerror or error}") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.seek(0)
        holder = lock.read(20).strip() or "?"
        lock.close()
        raise AlreadyRunning(f"another netwatch (process {holder}) uses {database}") from None
    lock.truncate(0)
    lock.write(str(os.getpid()))
    lock.flush()
    return lock


def _opened(database: Path) -> TextIOWrapper:
    path = beside(database)
    return os.fdopen(os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600), "a+")


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
