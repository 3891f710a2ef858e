"""How reading a device stands: each facet by itself, and each way in."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime, timedelta

    from probes.api import Message

DRIFT, COLLECT, CONDUCT = "drift", "collect", "conduct"
"""What the faults of a device are called that are about what it is set to, about reading that, and about the software
and the log-ins on it."""
SIDES = (DRIFT, COLLECT, CONDUCT)
CREDENTIALS = "@credentials"
"""In place of a device: how each credential stands, by its name."""
SMALL = 1024
"""Bytes of a text under which nothing is made of its getting shorter: a list of three lines may lose two."""
CONVINCED = 3
"""How often in a row a text under half of the last one must be read, complete, until it is believed: a device that
was reset to its factory settings is a change, not a read that broke off."""


class Trigger(Enum):
    """Why a device is visited."""

    TIMER = "timer"
    RETRY = "retry"
    """A read that did not count, or was not complete, is tried again."""
    TICKS = "ticks"
    """SNMP says that something was changed."""
    HINT = "hint"
    """A trap or a line of syslog says so."""
    WINDOW = "window"
    """An approved change may begin now, or is over."""
    VERIFY = "verify"
    """Somebody verifies a change: what is read counts at once."""
    HAND = "hand"


def pause(first: timedelta, times: int, most: timedelta) -> timedelta:
    """Return how long to wait after so many fruitless attempts in a row: twice as long after each, up to `most`."""
    return min(first * (1 << min(max(times - 1, 0), 16)), most)


@dataclass(frozen=True, slots=True)
class Visit:
    """How reading one facet of a device stands. `since` is the first of the incomplete reads in a row."""

    device: str
    facet: str
    tried: datetime
    completed: datetime | None = None
    suspects: int = 0
    since: datetime | None = None
    why: Message | None = None
    shrunk: str | None = None
    shrinks: int = 0

    @property
    def is_absent(self) -> bool:
        """Whether the device has said that it has no such thing, or does not tell."""
        return self.why is not None and not self.suspects

    def complete(self, now: datetime) -> Visit:
        """Return it after a complete read."""
        return Visit(self.device, self.facet, tried=now, completed=now)

    def absent(self, why: Message, now: datetime) -> Visit:
        """Return it after the device has said that it has no such thing, or does not tell."""
        return Visit(self.device, self.facet, tried=now, completed=now, why=why)

    def suspect(self, why: Message, now: datetime, shrunk: str | None = None) -> Visit:
        """Return it after a read that is not proven complete, or whose text is suspiciously short."""
        shrinks = 0 if shrunk is None else self.shrinks + 1 if shrunk == self.shrunk else 1
        return replace(
            self,
            tried=now,
            suspects=self.suspects + 1,
            since=self.since or now,
            why=why,
            shrunk=shrunk,
            shrinks=shrinks,
        )

    def doubts(self, content: str, size: int, last: int) -> bool:
        """Whether a complete text of `size` bytes is too short to be believed, after one of `last` bytes."""
        if last < SMALL or 2 * size >= last:
            return False
        again = self.shrinks + 1 if content == self.shrunk else 1
        return again < CONVINCED


@dataclass(frozen=True, slots=True)
class Door:
    """How a way into a device stands: one `[[device.collect]]`, by its name.

    `host_key` is the fingerprint that somebody has approved; `offered` one that the device showed and nobody has.
    `guard` is what the lock-out guard remembers, and `ticks` what SNMP said of the last change.
    """

    device: str
    name: str
    tried: datetime | None = None
    opened: datetime | None = None
    failures: int = 0
    since: datetime | None = None
    why: Message | None = None
    guard: Mapping[str, Any] = field(default_factory=dict)
    host_key: str = ""
    trusted_by: str | None = None
    trusted_at: datetime | None = None
    offered: str = ""
    offered_at: datetime | None = None
    ticks: Mapping[str, Any] = field(default_factory=dict)

    @property
    def locked(self) -> bool:
        """Whether nobody tries any more: log-ins were refused, and one more may lock the account out."""
        return bool(self.guard.get("locked"))

    @property
    def shut(self) -> bool:
        """Whether nothing is read before somebody has acted: it is locked, or shows a key that nobody has approved."""
        return self.locked or bool(self.offered)

    def entered(self, now: datetime) -> Door:
        """Return it after a visit that has read something."""
        return replace(self, tried=now, opened=now, failures=0, since=None, why=None, offered="", offered_at=None)

    def failed(self, why: Message, now: datetime) -> Door:
        """Return it after a visit that led to nothing."""
        return replace(self, tried=now, failures=self.failures + 1, since=self.since or now, why=why)

    def shown(self, key: str, now: datetime) -> Door:
        """Return it after the device has shown a key that nobody has approved."""
        at = self.offered_at if key == self.offered else now
        return replace(self, offered=key, offered_at=at)

    def trusted(self, key: str, by: str, now: datetime) -> Door:
        """Return it with a key that somebody has approved."""
        return replace(
            self,
            host_key=key,
            trusted_by=by,
            trusted_at=now,
            offered="",
            offered_at=None,
            failures=0,
            since=None,
            why=None,
        )
