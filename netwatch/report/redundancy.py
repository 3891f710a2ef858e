"""The devices that have lost an uplink and go on over another, as the report lists them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from netwatch.domain import redundancy
from netwatch.storage import faults
from roster import facts

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.model import Fault
    from netwatch.storage.devices import Standing


def lost(tx: Connection, settings: Settings, known: Mapping[str, Standing]) -> Iterable[facts.Redundancy]:
    """Yield them with what is away, since when, and whose fault that is."""
    found = redundancy.lost(settings.parents, {name: standing.state for name, standing in known.items()})
    away = {name: _fault(tx, name) for name in dict.fromkeys(name for each in found for name in each.away)}
    for each in found:
        told = [fault for name in each.away if (fault := away[name]) is not None]
        # Without a fault to ask, such as after a change of the configuration, the device's state has a beginning.
        sinces = (fault.opened if (fault := away[name]) else known[name].since for name in each.away)
        yield facts.Redundancy(
            device=each.device,
            away=tuple(_called(settings, name) for name in each.away),
            left=each.left,
            where=settings.devices[each.device].title or "",
            since=min(sinces),
            faults=tuple(int(fault.id) for fault in told),
        )


def _fault(tx: Connection, device: str) -> Fault | None:
    """Return the fault that says that a device is away."""
    return next((fault for fault in faults.opened_of(tx, device) if fault.reachability), None)


def _called(settings: Settings, name: str) -> str:
    return f"{name} {settings.devices[name].title or ''}".rstrip()
