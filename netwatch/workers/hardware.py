"""What a look has read of a device's hardware: kept by serial number; what is new, gone or back is an event."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from netwatch.domain.parts import compare
from netwatch.storage import events, parts
from netwatch.storage.events import Entry, EventKind
from netwatch.workers.weighing import weigh

if TYPE_CHECKING:
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.approval import Happened
    from netwatch.domain.model import EventId
    from probes.api import Inventory


def take(tx: Connection, settings: Settings, device: str, check: str, read: Inventory, now: datetime) -> bool:
    """Record a read of a device's hardware; say whether anything of it is without approval."""
    everything = parts.of(tx, device)
    known = everything.get(check, ())
    # Two checks may ask two agents of one device. What both tell of is the first one's.
    others = {part.serial for name, found in everything.items() if name != check for part in found}
    own = replace(read, parts=tuple(part for part in read.parts if part.serial not in others))
    elsewhere = parts.elsewhere(tx, device, {part.serial for part in own.parts} | {part.serial for part in known})
    compared = compare(device, known, own, elsewhere, now, settings.file.approval.reads)
    parts.save(tx, device, check, known, compared.parts)
    happened = [(each, _event(tx, each, now)) for each in compared.happened]
    return bool(weigh(tx, settings, happened, now))


def _event(tx: Connection, happened: Happened, now: datetime) -> EventId:
    data = {"kind": happened.kind.value, "serial": happened.item, "since": happened.since.isoformat()}
    if happened.other:
        data["other"] = happened.other
    line = Entry(EventKind.PART, happened.at, now, device=happened.device, summary=happened.what, data=data)
    return events.add(tx, line)
