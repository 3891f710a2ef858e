"""Texts by the SHA-256 of their bytes: each is kept once, packed, for good."""

from __future__ import annotations

import hashlib
import sys
from typing import TYPE_CHECKING

from sqlalchemy import insert, select

from netwatch.errors import StorageError
from netwatch.storage.schema import blobs
from probes.api import _

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

CODEC = "zstd"
LEVEL = 6
"""Configurations are written seldom and kept long."""


def put(tx: Connection, text: bytes) -> str:
    """Keep a text, unless it is kept already; return its name."""
    name = hashlib.sha256(text).hexdigest()
    if not has(tx, name):
        tx.execute(insert(blobs).values(sha256=name, codec=CODEC, size=len(text), data=zstd.compress(text, LEVEL)))
    return name


def has(tx: Connection, name: str) -> bool:
    """Whether a text of that name is kept."""
    return tx.execute(select(blobs.c.size).where(blobs.c.sha256 == name)).first() is not None


def get(tx: Connection, name: str) -> bytes:
    """Return a text; StorageError where it is not kept, or is no longer what its name says."""
    row = tx.execute(select(blobs.c.data).where(blobs.c.sha256 == name)).one_or_none()
    if row is None:
        raise StorageError(_("there is no text {name} in the database"), name=name[:12])
    return _whole(name, row.data)


def size(tx: Connection, name: str) -> int:
    """Return how many bytes a text has; 0 where it is not kept."""
    return int(tx.execute(select(blobs.c.size).where(blobs.c.sha256 == name)).scalar() or 0)


def altered(tx: Connection) -> Iterator[str]:
    """Yield the names of texts that are no longer what their names say."""
    for name, data in tx.execute(select(blobs.c.sha256, blobs.c.data).execution_options(yield_per=50)):
        try:
            _whole(name, data)
        except StorageError:
            yield name


def _whole(name: str, data: bytes) -> bytes:
    try:
        text = zstd.decompress(data)
    except (zstd.ZstdError, TypeError):
        # SQLite keeps a text where bytes belong if somebody writes one.
        text = b""
    if hashlib.sha256(text).hexdigest() != name:
        raise StorageError(_("the text {name} was altered in the database"), name=name[:12])
    return text
