"""Network ports of this machine: up or down, and what goes through them."""

from __future__ import annotations

import time
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import psutil

from probes.api import Measurement, Message, State, Value, _
from probes.meanings import PORT_DISCARDS, PORT_ERRORS, PORT_IN, PORT_OUT, PORT_STATE, PORT_UTILISATION

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

UNKNOWN_SPEED = 65535
"""What some drivers say where there is no cable."""


@dataclass(frozen=True, slots=True)
class Counters:
    """What a port has counted since it exists, and when it was read, in seconds that never jump."""

    at: float
    received: int
    sent: int
    errors: int
    discards: int


@dataclass(frozen=True, slots=True)
class Link:
    """What the kernel says of a port: its flags, and its speed in Mbit/s."""

    flags: frozenset[str]
    speed: int


class Network:
    """All ports but those ignored; rates since the last measurement."""

    def __init__(self, ignored: Sequence[str], wanted: Sequence[str]) -> None:
        self._ignored = ignored
        self._wanted = wanted
        self._before: Mapping[str, Counters] = {}

    def read(self) -> Measurement:
        """Return state and traffic of each port; the first measurement has no traffic."""
        links = {name: link for name, link in _links().items() if self._watched(name)}
        after = {name: counters for name, counters in _counters().items() if name in links}
        before, self._before = self._before, after
        values = [state(name, link, asked=self._asked(name)) for name, link in links.items()]
        for name in sorted(before.keys() & after.keys()):
            values += traffic(name, before[name], after[name], links[name].speed)
        gone = [glob for glob in self._wanted if not any(fnmatchcase(name, glob) for name in links)]
        return Measurement((*values, *(_gone(glob) for glob in gone)))

    def _asked(self, name: str) -> bool:
        return any(fnmatchcase(name, glob) for glob in self._wanted)

    def _watched(self, name: str) -> bool:
        return self._asked(name) or not any(fnmatchcase(name, glob) for glob in self._ignored)


def state(name: str, link: Link, *, asked: bool) -> Value:
    """Return whether a port is up; judged only where it is asked for. A port that is switched off is well."""
    up = float("running" in link.flags)
    if not asked:
        return Value(PORT_STATE.name, up, name)
    if "up" not in link.flags:
        return Value(PORT_STATE.name, up, name, State.OK, Message(_("switched off by configuration")))
    if up:
        return Value(PORT_STATE.name, up, name, State.OK)
    return Value(PORT_STATE.name, up, name, State.CRITICAL, Message(_("down")))


def traffic(name: str, before: Counters, after: Counters, speed: int) -> list[Value]:
    """Return the rates of a port; none where a counter fell, as the port was made anew then. `speed` is in Mbit/s."""
    seconds = after.at - before.at
    names = ("received", "sent", "errors", "discards")
    grown = [getattr(after, one) - getattr(before, one) for one in names]
    if seconds <= 0 or min(grown) < 0:
        return []
    received, sent, errors, discards = (growth / seconds for growth in grown)
    values = [
        Value(PORT_IN.name, round(8 * received, 1), name),
        Value(PORT_OUT.name, round(8 * sent, 1), name),
        Value(PORT_ERRORS.name, round(errors, 4), name),
        Value(PORT_DISCARDS.name, round(discards, 4), name),
    ]
    if 0 < speed < UNKNOWN_SPEED:
        used = 100 * 8 * max(received, sent) / (speed * 1_000_000)
        values.append(Value(PORT_UTILISATION.name, round(min(used, 100.0), 2), name))
    return values


def _links() -> Mapping[str, Link]:
    return {name: Link(frozenset(it.flags.split(",")), it.speed) for name, it in psutil.net_if_stats().items()}


def _counters() -> Mapping[str, Counters]:
    at = time.monotonic()
    return {
        name: Counters(at, io.bytes_recv, io.bytes_sent, io.errin + io.errout, io.dropin + io.dropout)
        for name, io in psutil.net_io_counters(pernic=True, nowrap=False).items()
    }


def _gone(name: str) -> Value:
    note = Message(_("this machine has no such port"))
    return Value(PORT_STATE.name, None, name, State.CRITICAL, note)
