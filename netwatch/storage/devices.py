"""What each device is, in one word, since when and why."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from sqlalchemy import delete, insert, select, update

from netwatch.domain.model import DeviceState
from netwatch.storage.schema import devices

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from probes.api import Message


@dataclass(frozen=True, slots=True)
class Standing:
    """A device as it stands."""

    name: str
    state: DeviceState
    since: datetime
    reason: Message
    facts: Mapping[str, str] = field(default_factory=dict)


def everything(tx: Connection) -> dict[str, Standing]:
    """Return every device that has been looked at."""
    return {
        row.name: Standing(row.name, DeviceState(row.state), row.since, row.reason, row.facts)
        for row in tx.execute(select(devices))
    }


def save(tx: Connection, device: Standing) -> None:
    """Write a device, new or known."""
    row = {"state": device.state.value, "since": device.since, "reason": device.reason, "facts": dict(device.facts)}
    if not tx.execute(update(devices).where(devices.c.name == device.name).values(row)).rowcount:
        tx.execute(insert(devices).values(name=device.name, **row))


def forget(tx: Connection, names: Iterable[str]) -> None:
    """Drop devices that are no longer configured."""
    for name in names:
        tx.execute(delete(devices).where(devices.c.name == name))
