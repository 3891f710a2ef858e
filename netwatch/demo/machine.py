"""One device over time: since when it runs, how long each port has carried traffic, what is wrong with it just now."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING
from zlib import crc32

from netwatch.demo.effects import Condition

if TYPE_CHECKING:
    from collections.abc import Mapping

    from netwatch.demo.hospital import Device

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Moment:
    """A device at one time. All in seconds since it was started: `uptime`, and by port what follows.

    `carried` is how long a port has carried traffic, `changed` when its link last came or went.
    """

    uptime: float
    boots: int
    condition: Condition
    carried: Mapping[str, float]
    changed: Mapping[str, float]
    on_battery: float


class Machine:
    """A device that is switched on, fails and comes back. Times are monotonic seconds."""

    def __init__(self, device: Device, now: float) -> None:
        self.device = device
        self.condition = Condition()
        self._boots = 1
        self._ran_before = DAY * (20 + crc32(device.name.encode()) % 160)
        """A hospital's switch has not been started a minute ago."""
        self._on_battery: float | None = None
        self._begin(now - self._ran_before)

    def take(self, condition: Condition, now: float) -> None:
        """Be in this condition from now on. A device that comes back from silence has started anew."""
        before, self.condition = self.condition, condition
        if before.silent and not condition.silent:
            self._boots += 1
            self._begin(now)
            before = Condition()
        for port in condition.ports_down - before.ports_down:
            self._down[port] = self._changed[port] = now
        for port in before.ports_down - condition.ports_down:
            self._idle[port] = self._idle.get(port, 0.0) + now - self._down.pop(port, now)
            self._changed[port] = now
        if not condition.on_battery:
            self._on_battery = None
        elif self._on_battery is None:
            self._on_battery = now

    def at(self, now: float) -> Moment:
        """Return the device as it is now."""
        uptime = now - self._started
        return Moment(
            uptime=uptime,
            boots=self._boots,
            condition=self.condition,
            carried={
                port.name: uptime - self._idle.get(port.name, 0.0) - (now - self._down.get(port.name, now))
                for port in self.device.ports
            },
            changed={name: max(0.0, at - self._started) for name, at in self._changed.items()},
            on_battery=0.0 if self._on_battery is None else now - self._on_battery,
        )

    def _begin(self, now: float) -> None:
        self._started = now
        self._idle: dict[str, float] = {}
        self._down: dict[str, float] = {}
        self._changed: dict[str, float] = {}
