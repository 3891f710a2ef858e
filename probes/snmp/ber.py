"""The little of BER that frames an SNMP message (X.690, as RFC 3417 section 8 restricts it).

Enough to write a message around a PDU and to find one's way into an answer; the PDU itself is the codec's.
"""

from __future__ import annotations

INTEGER = 0x02
OCTETS = 0x04
SEQUENCE = 0x30
LONG = 0x80
LONGEST_LENGTH = 4
"""Octets that a length may take: no datagram needs more."""


class BerError(ValueError):
    """What was received is not BER, or not the element that was expected."""


def element(tag: int, body: bytes) -> bytes:
    """Write one element: tag, length, body."""
    size = len(body)
    if size < LONG:
        return bytes((tag, size)) + body
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, LONG | len(length))) + length + body


def integer(value: int) -> bytes:
    """Write an INTEGER in as few octets as it needs."""
    return element(INTEGER, value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True))


class Reader:
    """Reads elements one after the other within `data[at:end]`; every fault is a `BerError`."""

    __slots__ = ("at", "data", "end")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end

    def header(self) -> tuple[int, int, int]:
        """Read a tag and a length and step over the body: (tag, start of body, end of body)."""
        if self.at + 2 > self.end:
            raise BerError("an element is cut off")
        tag, size = self.data[self.at], self.data[self.at + 1]
        start = self.at + 2
        if size & LONG:
            octets = size & 0x7F
            if not 0 < octets <= LONGEST_LENGTH or start + octets > self.end:
                raise BerError("a length is cut off or unheard of")
            size = int.from_bytes(self.data[start : start + octets], "big")
            start += octets
        if start + size > self.end:
            raise BerError("an element is longer than what holds it")
        self.at = start + size
        return tag, start, self.at

    def span(self, tag: int) -> tuple[int, int]:
        """Read an element that must have this tag: (start, end) of its body."""
        found, start, end = self.header()
        if found != tag:
            raise BerError(f"tag {found:#x} where {tag:#x} belongs")
        return start, end

    def enter(self, tag: int) -> Reader:
        """Step into a constructed element, or into an OCTET STRING that holds BER."""
        return Reader(self.data, *self.span(tag))

    def octets(self) -> bytes:
        """Read an OCTET STRING."""
        start, end = self.span(OCTETS)
        return self.data[start:end]

    def integer(self) -> int:
        """Read an INTEGER."""
        start, end = self.span(INTEGER)
        if start == end:
            raise BerError("an integer without octets")
        return int.from_bytes(self.data[start:end], "big", signed=True)


VERSION_3 = 3


def message_number(datagram: bytes) -> int | None:
    """Return the number by which an answer is matched: request-id (v1, v2c) or msgID (v3); None if unreadable.

    It works on requests too, which is how a returned ICMP error is matched.
    """
    try:
        message = Reader(datagram).enter(SEQUENCE)
        if message.integer() == VERSION_3:
            return message.enter(SEQUENCE).integer()
        message.span(OCTETS)
        _pdu, start, end = message.header()
        return Reader(datagram, start, end).integer()
    except BerError:
        return None
