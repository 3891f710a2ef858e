"""What an engine must be able to do: turn questions into PDUs, and PDUs into what they say (RFC 3416)."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from probes.snmp.client import Oid, VarBind


class Kind(Enum):
    """The PDUs that ask."""

    GET = "GetRequest"
    GET_NEXT = "GetNextRequest"
    GET_BULK = "GetBulkRequest"


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a PDU without its number."""

    kind: Kind
    names: tuple[Oid, ...]
    repetitions: int = 0


@dataclass(frozen=True, slots=True)
class Pdu:
    """What came back. `is_report` marks the Report-PDU of SNMPv3, which says why there is no answer."""

    number: int
    error_status: int
    error_index: int
    varbinds: tuple[VarBind, ...]
    is_report: bool = False


class Codec(Protocol):
    """Writes and reads PDUs."""

    def encode(self, question: Question, number: int) -> bytes:
        """Write the PDU of a question."""
        ...

    def decode(self, pdu: bytes) -> Pdu | None:
        """Read a Response or Report; None where it cannot be read. Never raises for what was received."""
        ...
