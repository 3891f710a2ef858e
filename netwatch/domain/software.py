"""What is installed, what runs and what listens on a server, against what was approved (C6)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity

if TYPE_CHECKING:
    from probes.api import Message

UNKNOWN = "-"
"""The name of a program that a server shows to nobody but root."""


class Look(Enum):
    """What is looked at on a server."""

    INSTALLED = "installed"
    RUNNING = "running"
    SERVICES = "services"
    LISTENING = "listening"
    LOGINS = "logins"


@dataclass(frozen=True, slots=True)
class Thing:
    """A piece of software as a server shows it: `name` of a package, a program, a service or what listens.

    `other` is a second name that may be approved as well: the path of a program.
    """

    look: Look
    name: str
    version: str = ""
    other: str = ""
    protocol: str = ""
    port: int = 0
    address: str = ""

    @property
    def shown(self) -> str:
        """What people call it."""
        if self.look is Look.LISTENING:
            there = f"{self.protocol}/{self.port}"
            return there if self.name == UNKNOWN else f"{self.name} {there}"
        return " ".join(part for part in (self.name, self.version) if part)

    @property
    def key(self) -> str:
        """What it is called among all that is wrong: its own name as far as one can read it, and a digest of it all."""
        plain = re.sub(r"[^a-z0-9.-]+", "_", self.shown.casefold())[:36]
        return f"{self.look.value}-{plain}-{hashlib.sha256(self.identity.encode('utf-8', 'replace')).hexdigest()[:8]}"

    @property
    def identity(self) -> str:
        """What makes it the same thing tomorrow: not the address on which it listens."""
        return "\0".join((self.look.value, self.name, self.version, self.other, self.protocol, str(self.port)))


@dataclass(frozen=True, slots=True)
class Ports:
    """Ports from `first` to `last` of a protocol; of each where it is empty."""

    protocol: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Approved:
    """A piece of software that may be there: on these devices and groups, on all where none is named.

    Names are patterns in which `*` stands for any text and `?` for one character, in whatever case.
    """

    name: str
    packages: tuple[str, ...] = ()
    versions: tuple[str, ...] = ()
    processes: tuple[str, ...] = ()
    services: tuple[str, ...] = ()
    ports: tuple[Ports, ...] = ()
    devices: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()
    doubt: Message | None = None
    """What its own approval lacks: no entry in the register, no virus check."""
    severity: Severity = Severity.MINOR
    """How bad that is."""

    def names(self, look: Look) -> tuple[str, ...]:
        """Return the patterns by which its things of a kind are known; what listens is known by its port."""
        match look:
            case Look.INSTALLED:
                return self.packages
            case Look.RUNNING:
                return self.processes
            case Look.SERVICES:
                return self.services
            case Look.LISTENING | Look.LOGINS:
                return ()

    def holds_for(self, device: str, groups: frozenset[str]) -> bool:
        """Whether it is approved for a device."""
        return not (self.devices or self.groups) or device in self.devices or bool(self.groups & groups)

    def covers(self, thing: Thing) -> bool:
        """Whether a thing is of this software."""
        if thing.look is Look.LISTENING:
            return self._listens(thing)
        named = is_named(self.names(thing.look), thing)
        return named and (thing.look is not Look.INSTALLED or self._right(thing.version))

    def _right(self, version: str) -> bool:
        # A package may have an epoch before its version, `1:9.2`, which nobody writes down.
        return not self.versions or any(like(self.versions, each) for each in (version, version.partition(":")[2]))

    def _listens(self, thing: Thing) -> bool:
        """Whether it may listen there. Who listens is not told to every account: then the port alone decides."""
        known = thing.name in {"", "-"} or not self.processes or like(self.processes, thing.name)
        within = (each for each in self.ports if each.protocol in {"", thing.protocol})
        return known and any(each.first <= thing.port <= each.last for each in within)


def is_named(patterns: tuple[str, ...], thing: Thing) -> bool:
    """Whether one of these patterns is about a thing."""
    return like(patterns, thing.name) or like(patterns, thing.other)


@lru_cache(maxsize=1 << 17)
def like(patterns: tuple[str, ...], text: str) -> bool:
    """Whether a text is like one of these patterns. Servers are much alike: most of it has been asked before."""
    return bool(text and patterns) and _compiled(patterns).fullmatch(text) is not None


@cache
def _compiled(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(_expression, patterns)), re.IGNORECASE | re.DOTALL)


def _expression(pattern: str) -> str:
    parts = re.split(r"([*?])", pattern)
    return "".join(".*" if each == "*" else "." if each == "?" else re.escape(each) for each in parts)
