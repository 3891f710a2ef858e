"""All that an author of a collector must read.

A collector reads what a device is set to: its configuration, its parts, what is installed on it. It is a class with
a `kind`, its `Options`, the `facets` it may read, and `collect`. It is registered by one line in `pyproject.toml`,
group `netwatch.collectors`. A collector changes nothing on a device, ever: what it may send is an allow-list.

What a device answers is kept as bytes, with the proof that it is all of it. Turning bytes into the text that is
compared is the work of `probes.platforms`, by rules that are data and have versions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum
from typing import TYPE_CHECKING, ClassVar, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from pydantic import BaseModel

    from probes.api import Failure, Message, Shared, Target


@dataclass(frozen=True, slots=True)
class Facet:
    """One side of a device that has a baseline of its own, such as its running configuration."""

    name: str
    """What commands and rows call it: `running`, `startup`, `hardware`, `packages` …"""
    title: str
    """What people call it, to be translated."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back for one question, to the byte. `seconds` is how long it took."""

    question: str
    raw: bytes
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class Capture:
    """One facet as it was read.

    `rules` names the rules that make text of it, such as `huawei_vrp`. Where `gap` is None the read is proven
    complete; else it says what is missing, and the read is *suspect*: never compared.
    """

    facet: str
    rules: str
    answers: tuple[Answer, ...]
    gap: Message | None = None


class EvidenceKind(Enum):
    """Where a word about who changed something, and when, comes from."""

    HEADER = "header"
    """The device's own configuration says it, at its head."""
    SNMP = "snmp"
    """The device's configuration history, by SNMP."""
    TRAP = "trap"
    SYSLOG = "syslog"
    LOGIN = "login"
    """Somebody was logged in."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """Who may have changed something, and when, as far as a source tells. It is a word, not a proof.

    `at` is None where only the person is known. `what` is what was done, as the source says it: a command, a file.
    """

    kind: EvidenceKind
    at: datetime | None = None
    user: str = ""
    address: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Collection:
    """What one visit to a device has read.

    `host_key` is the fingerprint of the key that the device proved to hold, empty where there is none.
    `unread` are the facets that were asked for and that this device does not have or does not tell, each with why.
    """

    captures: tuple[Capture, ...]
    host_key: str = ""
    evidence: tuple[Evidence, ...] = ()
    unread: Mapping[str, Message] = field(default_factory=dict)


class Collector(Protocol):
    """One configured way to read one device; one instance serves one device."""

    kind: ClassVar[str]
    """The name by which configuration asks for it."""
    facets: ClassVar[tuple[Facet, ...]]
    """Every facet that it may read."""
    Options: ClassVar[type[BaseModel]]
    """Its options: a frozen pydantic model that forbids unknown keys."""

    def __init__(self, options: BaseModel, *, shared: Shared) -> None: ...

    def offered(self) -> tuple[str, ...]:
        """Return the names of the facets that it reads as it is configured."""
        ...

    async def collect(self, target: Target, facets: frozenset[str]) -> Collection | Failure:
        """Visit once and read these facets. The caller bounds the time and may cancel at any await."""
        ...


@dataclass(frozen=True, slots=True)
class Section:
    """A part of a configuration: the lines that stand above it, and its own lines.

    `path` is empty for lines that stand alone; `("interface GE1/0/5",)` for what stands below that line. Where
    `is_ordered` is false the order of `lines` means nothing, and they come sorted.
    """

    path: tuple[str, ...]
    lines: tuple[str, ...]
    is_ordered: bool = True


@dataclass(frozen=True, slots=True)
class Cut:
    """A line, or what stood in it, that is not compared: why, for whoever tries the rules out."""

    number: int
    """The line's number in what the device said, from 1."""
    text: str
    why: str


@dataclass(frozen=True, slots=True)
class Text:
    """A facet as it is compared and shown: no echo, no pager, nothing that changes by itself, no secret.

    `rules` is the name and version of the rules, `huawei_vrp/3`. A secret that stays as it is stands as
    `<secret:1a2b3c4d>`, a keyed tag, so that its change is seen and the secret is not; one that the device writes
    anew at each display is `<secret>`.
    """

    sections: tuple[Section, ...]
    rules: str
    encoding: str = "utf-8"
    evidence: tuple[Evidence, ...] = ()
    saved_at: datetime | None = None
    """When the device says it was saved last, and by whom; None where it does not say."""
    saved_by: str = ""
    gap: Message | None = None
    """What is missing, where the read cannot be complete."""
    dropped: tuple[Cut, ...] = ()
    masked: tuple[Cut, ...] = ()
    """The secrets, each with its tag in place of it."""
