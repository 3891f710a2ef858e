"""All that an author of a probe must read.

A probe is a class with a `kind`, its `Options`, the `meanings` it may report, and `measure`.
It is registered by one line in `pyproject.toml`, group `netwatch.probes`. What a device answers,
or that it does not answer, is a value (`Reading`), never an exception: an exception is a bug.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from inspect import isawaitable
from typing import TYPE_CHECKING, ClassVar, Protocol, TypeVar, cast

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from datetime import datetime

    from pydantic import BaseModel

T = TypeVar("T")


class State(Enum):
    """What a device itself says of a part of it: a fan, a power supply, a port."""

    OK = "ok"
    WARNING = "warning"
    CRITICAL = "critical"
    UNKNOWN = "unknown"


class Trouble(Enum):
    """Why there is no measurement."""

    TIMEOUT = "timeout"
    UNREACHABLE = "unreachable"
    REFUSED = "refused"
    AUTHENTICATION = "authentication"
    NAME = "name"
    PROTOCOL = "protocol"
    UNEXPECTED = "unexpected"
    PERMISSION = "permission"
    IDENTITY = "identity"
    """Whoever answers did not prove to be the device that is meant: its host key is another, or nobody approved it."""


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for people, kept untranslated: an English template and what fills it.

    The template is the gettext key; mark it with `_` where it is written so that extraction finds it.
    A value called `note` is itself a template, filled from the same values: a sentence within a sentence. `{note}` in
    that one is the value called `inner`.
    """

    template: str
    values: Mapping[str, str | int | float] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template.format_map(noted(self.values))


def noted(values: Mapping[str, object]) -> dict[str, object]:
    """Return values with the sentence among them worded, and the one in that."""
    done = dict(values)
    for name in ("inner", "note"):
        if isinstance(part := values.get(name), str):
            done["note"] = part.format_map(done)
    return done


def _(template: str) -> str:
    """Mark a template for translation; it is translated where it is shown."""
    return template


@dataclass(frozen=True, slots=True)
class Limits:
    """From where on a value is bad, in the unit of its meaning.

    With `rising` a value at or above `warning` or `critical` is bad, else one at or below.
    It is good again only beyond `recover`; without it, beyond the limit that it broke.
    """

    warning: float | None = None
    critical: float | None = None
    recover: float | None = None
    rising: bool = True


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a number is: every device that reports it is judged and worded alike.

    `unit` is one of `%`, `ms`, `s`, `B`, `bit/s`, `/s`, `°C`, `rpm`, `V`, `A`, `W`, `Hz`, `min`, `dBm`, `d`, ``.
    """

    name: str
    title: str
    unit: str = ""
    limits: Limits | None = None


@dataclass(frozen=True, slots=True)
class Value:
    """One number or state that was read. `item` is empty for the device as a whole.

    `value` is None where the device has the item and does not say its value. `state` is set where
    the device judges itself; `note` says more, where a number does not say it all.
    """

    meaning: str
    value: float | None = None
    item: str = ""
    state: State | None = None
    note: Message | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """A part that could not be read while the rest could."""

    part: str
    what: Message


@dataclass(frozen=True, slots=True)
class Component:
    """A piece of hardware that says its serial number, which tells it from every other one of its model."""

    serial: str
    name: str = ""
    model: str = ""
    kind: str = ""
    """What it is, as ENTITY-MIB (RFC 6933) calls it: `chassis`, `module`, `powerSupply`, `storageDrive` …"""


@dataclass(frozen=True, slots=True)
class Inventory:
    """All hardware of a device that has serial numbers, each once.

    Only where `is_complete` does it say that something is not there.
    """

    parts: tuple[Component, ...]
    is_complete: bool


@dataclass(frozen=True, slots=True)
class Measurement:
    """What was read: at most one `Value` for each meaning and item.

    `inventory` is there when this look has read the hardware, which is seldom.
    """

    values: tuple[Value, ...]
    facts: Mapping[str, str] = field(default_factory=dict)
    problems: tuple[Problem, ...] = ()
    inventory: Inventory | None = None


@dataclass(frozen=True, slots=True)
class Failure:
    """The device did not answer, or not so that it could be understood."""

    trouble: Trouble
    detail: Message


Reading = Measurement | Failure


@dataclass(frozen=True, slots=True)
class Target:
    """What is to be measured: a device by its configured name and address."""

    name: str
    address: str


class Shared:
    """What the probes of one process share, such as a socket for all of ICMP: made once, closed at the end."""

    def __init__(self, credentials: Mapping[str, object] | None = None) -> None:
        self.credentials: Mapping[str, object] = credentials or {}
        self._made: dict[str, object] = {}

    def get(self, key: str, make: Callable[[], T]) -> T:
        """Return the one object of this key; `make` builds it at the first call."""
        if key not in self._made:
            self._made[key] = make()
        return cast("T", self._made[key])

    async def close(self) -> None:
        """Close what was made, last first, by its own `close` where it has one."""
        while self._made:
            _key, thing = self._made.popitem()
            closing = getattr(thing, "close", lambda: None)()
            if isawaitable(closing):
                await closing


class Probe(Protocol):
    """One configured way to look at one kind of thing; one instance serves one check of one device.

    The instance may keep what the next measurement needs, such as the last counters.
    """

    kind: ClassVar[str]
    """The name by which configuration asks for it."""
    reachability: ClassVar[bool]
    """Whether its failure means that the device itself cannot be reached."""
    meanings: ClassVar[tuple[Meaning, ...]]
    """Every meaning that it may report beyond the shared ones in `probes.meanings`."""
    Options: ClassVar[type[BaseModel]]
    """Its options: a frozen pydantic model that forbids unknown keys."""

    def __init__(self, options: BaseModel, *, shared: Shared) -> None: ...

    async def measure(self, target: Target, now: datetime) -> Reading:
        """Look once. The caller bounds the time and may cancel at any await."""
        ...
