"""What an SNMP engine offers to everything above it: questions, answers, typed values.

Two engines may serve the same contract; nothing above this module knows which one does.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from probes.api import Message

Oid = tuple[int, ...]
"""An object identifier, always numeric."""


class Counter32(int):
    """A counter that wraps at 2**32 (RFC 2578 section 7.1.6)."""

    __slots__ = ()


class Counter64(int):
    """A counter that wraps at 2**64, which no device lives to see (RFC 2578 section 7.1.10)."""

    __slots__ = ()


class Gauge32(int):
    """An unsigned number that may rise and fall; also Unsigned32 (RFC 2578 sections 7.1.7 and 7.1.11)."""

    __slots__ = ()


class TimeTicks(int):
    """Hundredths of a second modulo 2**32 (RFC 2578 section 7.1.8)."""

    __slots__ = ()


class Opaque(bytes):
    """Octets that are BER again, such as net-snmp's floating point numbers."""

    __slots__ = ()


class Missing(Enum):
    """Said in place of a value (RFC 3416 section 3): it is not there, which is neither zero nor empty."""

    NO_SUCH_OBJECT = "noSuchObject"
    NO_SUCH_INSTANCE = "noSuchInstance"
    END_OF_MIB_VIEW = "endOfMibView"


Value = int | bytes | Oid | IPv4Address | Missing | None
VarBind = tuple[Oid, Value]


class Cause(Enum):
    """Why a question has no answer that can be used."""

    TIMEOUT = "timeout"
    REFUSED = "refused"
    UNREACHABLE = "unreachable"
    AUTHENTICATION = "authentication"
    TOO_BIG = "tooBig"
    NO_SUCH_NAME = "noSuchName"
    ERROR_STATUS = "genErr"
    MALFORMED = "malformed"


HOPELESS = frozenset({Cause.REFUSED, Cause.UNREACHABLE, Cause.AUTHENTICATION})
"""Causes for which no other question to the same device is worth a try now."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What the device answered, in the order of the question."""

    varbinds: tuple[VarBind, ...]


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Why there is none. `index` is the error-index, from 1, where the device gave one."""

    cause: Cause
    detail: Message
    index: int = 0


Reply = Answer | Unanswered


class SnmpClient(Protocol):
    """Asks one device. Never raises for what a device does or fails to do; may be cancelled at any await.

    `attempts` bounds how often a question is sent; by default as often as configured.
    SNMPv1 looks like v2c from here: a noSuchName becomes `Missing`, a GETBULK one repetition.
    """

    async def get(self, names: Sequence[Oid], *, attempts: int | None = None) -> Reply:
        """Ask for exactly these instances: one varbind for each name, in order."""
        ...

    async def get_next(self, names: Sequence[Oid], *, attempts: int | None = None) -> Reply:
        """Ask for what follows each name: one varbind for each, `END_OF_MIB_VIEW` where nothing follows."""
        ...

    async def get_bulk(self, names: Sequence[Oid], repetitions: int, *, attempts: int | None = None) -> Reply:
        """Ask for up to `repetitions` successors of each name, row by row; the device may stop early."""
        ...


def oid(text: str) -> Oid:
    """Read dotted notation: `oid("1.3.6.1")`."""
    return tuple(map(int, text.strip(".").split(".")))


def dotted(name: Oid) -> str:
    """Write dotted notation."""
    return ".".join(map(str, name))
