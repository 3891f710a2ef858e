"""Which devices have lost one of their uplinks and go on over another.

It is a state and no fault of the device: what is broken is the parent, whose fault is told. What is not known, and
what is planned, loses nothing: a parent counts as away only where it is known to be, and a device in maintenance,
or out of reach itself, hangs on nothing that would be worth a line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.model import DeviceState
from netwatch.domain.topology import behind

if TYPE_CHECKING:
    from collections.abc import Mapping

AWAY = frozenset({DeviceState.DOWN, DeviceState.UNREACHABLE})
"""A parent that cannot be reached for its own parents' sake carries nothing either."""
ANSWERS = frozenset({DeviceState.UP, DeviceState.DEGRADED})


@dataclass(frozen=True, slots=True)
class Lost:
    """A device that answers while some of its parents are away; `left` counts the others."""

    device: str
    away: tuple[str, ...]
    left: int


def lost(
    parents: Mapping[str, tuple[str, ...]], states: Mapping[str, DeviceState], *, device: str | None = None
) -> tuple[Lost, ...]:
    """Return every device that has lost an uplink, or only this one if it has, in the order of `parents`.

    That the device answers is what shows that another uplink carries. With all of its parents away it would be
    unreachable, or is reached in a way that the configuration does not know: neither is lost redundancy.
    """
    found = []
    for name, above in parents.items() if device is None else ((device, parents.get(device, ())),):
        if len(above) > 1 and states.get(name) in ANSWERS:
            away = tuple(parent for parent in above if states.get(parent) in AWAY)
            if 0 < len(away) < len(above):
                found.append(Lost(name, away, len(above) - len(away)))
    return tuple(found)


def because_of(
    device: str, parents: Mapping[str, tuple[str, ...]], states: Mapping[str, DeviceState]
) -> tuple[str, ...]:
    """Return the devices that have lost an uplink since this one is away: over it, or over what is only behind it.

    What is behind it is gone with it, also where that is not confirmed yet.
    """
    if states.get(device) not in AWAY:
        return ()
    gone = {device} | behind(device, parents)
    then = {**states, **dict.fromkeys(gone, DeviceState.UNREACHABLE)}
    return tuple(each.device for each in lost(parents, then) if not gone.isdisjoint(each.away))
