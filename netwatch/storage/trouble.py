"""The driver's errors in our words: what is damaged, what may be better later."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as Busy

from netwatch.errors import StorageError, StorageUnavailable
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import URL

DAMAGED = ("malformed", "not a database")
UNAVAILABLE = (
    "disk is full", "disk i/o error", "database is locked", "unable to open", "readonly", "read-only",
    "connection", "server closed", "starting up", "shutting down", "no space left", "terminating", "recovery mode",
)  # fmt: skip


@contextmanager
def worded(url: URL) -> Iterator[None]:
    """Turn the driver's errors into StorageError or StorageUnavailable, without what the statement carried."""
    try:
        yield
    except DBAPIError as error:
        if is_damage(error):
            raise damaged(_shown(url), said(error)) from error
        if is_unavailable(error):
            raise unavailable(_shown(url), said(error)) from error
        raise
    except Busy as error:
        raise unavailable(_shown(url), "every connection is taken") from error


def damaged(where: str, what: str) -> StorageError:
    """Return the error of a database that is not whole."""
    sentence = _("the database {where} is damaged ({what}); restore the last back-up: netwatch db restore FILE")
    return StorageError(sentence, where=where, what=what)


def unavailable(where: str, what: str) -> StorageUnavailable:
    """Return the error of a database that may be usable later."""
    return StorageUnavailable(_("the database {where} cannot be used now: {what}"), where=where, what=what)


def is_damage(error: DBAPIError) -> bool:
    """Whether the file itself is broken."""
    return any(sign in str(error.orig) for sign in DAMAGED)


def is_unavailable(error: DBAPIError) -> bool:
    """Whether the same may succeed later."""
    words = str(error.orig).lower()
    return error.connection_invalidated or any(sign in words for sign in UNAVAILABLE)


def said(error: DBAPIError) -> str:
    """Return the driver's own words, without the statement."""
    lines = str(error.orig).strip().splitlines()
    return lines[0] if lines else type(error).__name__


def _shown(url: URL) -> str:
    return url.render_as_string(hide_password=True)
