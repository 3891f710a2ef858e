"""How a PDU is wrapped for the wire and unwrapped from it: one dialect a device. No I/O, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from probes.api import Message, _
from probes.snmp.ber import OCTETS, SEQUENCE, BerError, Reader, element, integer
from probes.snmp.client import Cause, Unanswered

if TYPE_CHECKING:
    from probes.snmp.codec import Codec, Pdu
    from probes.snmp.credentials import Community


class Again:
    """The message taught something about the device's engine: ask again."""


class Dialect(Protocol):
    """Seals requests and opens answers; may keep what it learns of the device."""

    @property
    def is_introduced(self) -> bool:
        """Whether a real question may be sent; until then an empty one is."""
        ...

    def seal(self, pdu: bytes, number: int, now: float) -> bytes:
        """Wrap a request PDU. `now` is monotonic, in seconds."""
        ...

    def open(self, datagram: bytes, number: int, now: float) -> Pdu | Again | Unanswered | None:
        """Unwrap an answer; None if it is none that may be believed. Never raises for what was received."""
        ...

    def forget(self) -> None:
        """Forget what was learnt of the device's engine: after a silence it may be another one."""
        ...


class CommunityDialect:
    """SNMPv1 and v2c (RFC 1157, RFC 1901)."""

    is_introduced = True

    def __init__(self, credential: Community, codec: Codec) -> None:
        self._codec = codec
        self._version = 0 if credential.version == "1" else 1
        self._head = integer(self._version) + element(OCTETS, credential.community.reveal().encode())

    def seal(self, pdu: bytes, number: int, now: float) -> bytes:  # noqa: ARG002 - v1 and v2c have no use for them
        """Wrap a request PDU."""
        return element(SEQUENCE, self._head + pdu)

    def open(self, datagram: bytes, number: int, now: float) -> Pdu | Unanswered | None:  # noqa: ARG002 - as above
        """Unwrap an answer; the community in it is not looked at, as agents differ in what they put there."""
        try:
            message = Reader(datagram).enter(SEQUENCE)
            if message.integer() != self._version:
                return None
            message.octets()
        except BerError:
            return None
        pdu = self._codec.decode(datagram[message.at : message.end])
        if pdu is None:
            # Our number stands in it: this is the answer, and asking again would bring the same.
            return Unanswered(Cause.MALFORMED, Message(_("the answer cannot be decoded")))
        return pdu if pdu.number == number and not pdu.is_report else None

    def forget(self) -> None:
        """Have nothing to forget."""
