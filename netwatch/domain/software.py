"""What is installed, what runs and what listens on a server, against what was approved (C6)."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import Enum
from functools import cache
from typing import TYPE_CHECKING

from netwatch.domain.logins import Remark
from netwatch.domain.model import Severity
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

MOST_TOLD = 20
"""So many things of one kind are told one by one; where there are more, nobody reads them, and they are told as one."""
NAMED = 5
"""How many are named then."""


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
            return f"{self.name} {self.protocol}/{self.port}"
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

    def holds_for(self, device: str, groups: frozenset[str]) -> bool:
        """Whether it is approved for a device."""
        return not (self.devices or self.groups) or device in self.devices or bool(self.groups & groups)

    def covers(self, thing: Thing) -> bool:
        """Whether a thing is of this software."""
        match thing.look:
            case Look.INSTALLED:
                return _any(self.packages, thing.name) and self._right(thing.version)
            case Look.RUNNING:
                return _any(self.processes, thing.name) or _any(self.processes, thing.other)
            case Look.SERVICES:
                return _any(self.services, thing.name)
            case Look.LISTENING:
                return self._listens(thing)
            case Look.LOGINS:
                return False

    def _right(self, version: str) -> bool:
        # A package may have an epoch before its version, `1:9.2`, which nobody writes down.
        return not self.versions or any(_any(self.versions, each) for each in (version, version.partition(":")[2]))

    def _listens(self, thing: Thing) -> bool:
        """Whether it may listen there. Who listens is not told to every account: then the port alone decides."""
        known = thing.name in {"", "-"} or not self.processes or _any(self.processes, thing.name)
        within = (each for each in self.ports if each.protocol in {"", thing.protocol})
        return known and any(each.first <= thing.port <= each.last for each in within)


def remarks(
    things: Iterable[Thing], approved: Iterable[Approved], device: str, groups: frozenset[str]
) -> tuple[Remark, ...]:
    """Return what is wrong with what a server shows: nobody approved it, or its approval lacks something."""
    allowed = tuple(each for each in approved if each.holds_for(device, groups))
    found: dict[Look, list[Remark]] = {}
    for thing in {each.identity: each for each in things}.values():
        if (said := remark(thing, allowed)) is not None:
            found.setdefault(thing.look, []).append(said)
    return tuple(each for look, said in found.items() for each in _told(look, said))


def remark(thing: Thing, allowed: Iterable[Approved]) -> Remark | None:
    """Return what is wrong with one thing. An approval without doubt goes before one with."""
    covering = [each for each in allowed if each.covers(thing)]
    if any(each.doubt is None for each in covering):
        return None
    values: dict[str, str | int | float] = {"what": thing.shown}
    if not covering:
        if _is_other_version(thing, allowed):
            return Remark(
                thing.key, Severity.MINOR, Message(_("{what} is installed in a version that nobody approved"), values)
            )
        if thing.look is Look.LISTENING:
            values["address"] = thing.address
        return Remark(thing.key, _SEVERITIES[thing.look], Message(_TEMPLATES[thing.look], values))
    worst = max(covering, key=lambda each: each.severity)
    assert worst.doubt is not None  # noqa: S101 - there is none without
    template = _("{what} is on the server: {note}")
    return Remark(
        thing.key, worst.severity, Message(template, {**worst.doubt.values, **values, "note": worst.doubt.template})
    )


_SEVERITIES = {
    Look.INSTALLED: Severity.MINOR,
    Look.RUNNING: Severity.MINOR,
    Look.SERVICES: Severity.MINOR,
    Look.LISTENING: Severity.MAJOR,
}
_TEMPLATES = {
    Look.INSTALLED: _("{what} is installed and nobody approved it"),
    Look.RUNNING: _("{what} runs and nobody approved it"),
    Look.SERVICES: _("the service {what} runs and nobody approved it"),
    Look.LISTENING: _("{what} listens on {address} and nobody approved it"),
}
_MANY = {
    Look.INSTALLED: _("{number} packages are installed that nobody approved: {names} …"),
    Look.RUNNING: _("{number} programs run that nobody approved: {names} …"),
    Look.SERVICES: _("{number} services run that nobody approved: {names} …"),
    Look.LISTENING: _("{number} services listen that nobody approved: {names} …"),
}


def _told(look: Look, said: list[Remark]) -> Iterator[Remark]:
    """Yield remarks one by one, or as one where they are too many."""
    if len(said) <= MOST_TOLD:
        yield from said
        return
    names = ", ".join(str(each.summary.values["what"]) for each in said[:NAMED])
    worst = max(each.severity for each in said)
    yield Remark(f"{look.value}-many", worst, Message(_MANY[look], {"number": len(said), "names": names}))


def _is_other_version(thing: Thing, allowed: Iterable[Approved]) -> bool:
    return thing.look is Look.INSTALLED and any(_any(each.packages, thing.name) for each in allowed)


def _any(patterns: Iterable[str], text: str) -> bool:
    return bool(text) and any(_pattern(each).fullmatch(text) for each in patterns)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    parts = (".*" if each == "*" else "." if each == "?" else re.escape(each) for each in re.split(r"([*?])", text))
    return re.compile("".join(parts), re.IGNORECASE | re.DOTALL)
