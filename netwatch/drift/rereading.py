"""What is kept of devices, told again from what they said: whether a text is still what its read gave."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.drift.renormalise import is_current, remake
from netwatch.drift.sealing import SealError, unseal
from netwatch.storage import captures, snapshots
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime, tzinfo

    from sqlalchemy import Connection

    from netwatch.drift.keeping import Keys
    from netwatch.storage.captures import Kept


def altered(tx: Connection, keys: Keys, zone: tzinfo) -> Iterator[Message]:
    """Yield the reads that cannot be opened or say something else, and the newest texts that no read gave.

    It makes every text anew, which takes a while.
    """
    given: dict[tuple[str, str, datetime], str | None] = {}
    for kept in captures.everything(tx):
        given[kept.device, kept.facet, kept.finished] = kept.content
        wrong = _wrong(keys, kept, zone)
        if wrong is not None:
            yield Message(wrong, {"number": kept.id, "device": kept.device, "facet": kept.facet})
    for each in snapshots.everything(tx):
        # The last read of a text is always kept, and is when it was last seen.
        if given.get((each.device, each.facet, each.last_seen)) != each.content:
            values = {"device": each.device, "facet": each.facet, "content": each.content[:12]}
            yield Message(_("{device}/{facet} is {content} in the database, and no read of that time gave it"), values)


def _wrong(keys: Keys, kept: Kept, zone: tzinfo) -> str | None:
    try:
        unseal(keys.captures, kept.device, kept.facet, kept.started, kept.sealed)
    except SealError:
        return _("read {number} of {device}/{facet} cannot be opened: it was altered, or the key `captures` is another")
    # What older rules made is not what today's would make.
    made = remake(keys, kept, zone) if kept.complete and is_current(kept.rules) else None
    if made is not None and made.rules == kept.rules and made.content != kept.content:
        return _("read {number} of {device}/{facet} says something else than the text in the database")
    return None
