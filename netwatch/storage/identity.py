"""Which database this is: a name of its own, so that what two databases send is never taken for the same."""

from __future__ import annotations

from typing import TYPE_CHECKING
from uuid import uuid4

from netwatch.storage import records

if TYPE_CHECKING:
    from sqlalchemy import Connection

KEY = "identity"


def of(tx: Connection) -> str:
    """Return the database's name; the first that asks, in a writing transaction, gives it one."""
    found = records.get(tx, key=KEY)
    if found is None:
        found = uuid4().hex
        records.put(tx, key=KEY, value=found)
    return found
