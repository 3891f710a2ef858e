"""The SNMPv2c side of a played device: GET, GETNEXT and GETBULK over what it has (RFC 3416). Pure.

A datagram that is not a question for this community gets no answer, as with any agent.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from ipaddress import IPv4Address
from typing import TYPE_CHECKING

from probes.snmp.ber import INTEGER, OCTETS, SEQUENCE, BerError, Reader, element, integer
from probes.snmp.client import Counter32, Counter64, Gauge32, Missing, Oid, Opaque, TimeTicks, Value
from probes.snmp.codec import Kind
from probes.snmp.wire import NULL, OID, REQUESTS, RESPONSE, decode_oid, encode_oid

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

VERSION_2C = 1
KINDS = {tag: kind for kind, tag in REQUESTS.items()}
ADDRESS, OPAQUE = 0x40, 0x44
TOO_BIG = 1
LARGEST = 1400
"""Octets of varbinds in one answer, so that it fits into one frame of Ethernet."""
MOST_REPETITIONS = 1000
_NUMBERS = {Counter32: 0x41, Gauge32: 0x42, TimeTicks: 0x43, Counter64: 0x46}
_MISSING = {Missing.NO_SUCH_OBJECT: 0x80, Missing.NO_SUCH_INSTANCE: 0x81, Missing.END_OF_MIB_VIEW: 0x82}


@dataclass(frozen=True, slots=True)
class Request:
    """A question as it came. For GETBULK the two numbers of its PDU, else zeros."""

    kind: Kind
    number: int
    first: int
    second: int
    names: tuple[Oid, ...]


def answer(datagram: bytes, community: bytes, cells: Mapping[Oid, Value]) -> bytes | None:
    """Return the answer to a datagram, None where there is none to give."""
    try:
        request = read(datagram, community)
    except BerError:
        return None
    if request is None:
        return None
    varbinds = _varbinds(request, cells)
    too_big = varbinds is None
    body = element(SEQUENCE, b"".join(varbinds or ()))
    pdu = element(RESPONSE, integer(request.number) + integer(TOO_BIG if too_big else 0) + integer(0) + body)
    return element(SEQUENCE, integer(VERSION_2C) + element(OCTETS, community) + pdu)


def read(datagram: bytes, community: bytes) -> Request | None:
    """Read a question; None where it is not for us. BerError where it cannot be read."""
    message = Reader(datagram).enter(SEQUENCE)
    if message.integer() != VERSION_2C or message.octets() != community:
        return None
    tag, start, end = message.header()
    kind = KINDS.get(tag)
    if kind is None:
        return None
    pdu = Reader(datagram, start, end)
    number, first, second = pdu.integer(), pdu.integer(), pdu.integer()
    listed = pdu.enter(SEQUENCE)
    names = []
    while listed.at < listed.end:
        varbind = listed.enter(SEQUENCE)
        names.append(decode_oid(datagram[slice(*varbind.span(OID))]))
    bulk = kind is Kind.GET_BULK
    return Request(kind, number, max(0, first) if bulk else 0, max(0, second) if bulk else 0, tuple(names))


def _varbinds(request: Request, cells: Mapping[Oid, Value]) -> list[bytes] | None:
    """Return the varbinds of an answer, None where they are too many for one datagram."""
    if request.kind is Kind.GET:
        found = [_varbind(name, cells.get(name, Missing.NO_SUCH_INSTANCE)) for name in request.names]
        return found if sum(map(len, found)) <= LARGEST else None
    order = sorted(cells)
    if request.kind is Kind.GET_NEXT:
        found = [_varbind(*_after(name, order, cells)) for name in request.names]
        return found if sum(map(len, found)) <= LARGEST else None
    return _bulk(request, order, cells)


def _bulk(request: Request, order: Sequence[Oid], cells: Mapping[Oid, Value]) -> list[bytes]:
    """Return as many varbinds of a GETBULK as fit: an agent may stop early (RFC 3416 section 4.2.3)."""
    single, repeated = request.names[: request.first], request.names[request.first :]
    found: list[bytes] = []
    size = 0
    rows = [single, *(() if not repeated else (repeated,) * min(request.second, MOST_REPETITIONS))]
    at = dict(enumerate(repeated))
    for number, row in enumerate(rows):
        for place, asked in enumerate(row):
            name, value = _after(at[place] if number else asked, order, cells)
            if number:
                at[place] = name
            varbind = _varbind(name, value)
            size += len(varbind)
            if size > LARGEST:
                return found
            found.append(varbind)
    return found


def _after(name: Oid, order: Sequence[Oid], cells: Mapping[Oid, Value]) -> tuple[Oid, Value]:
    place = bisect_right(order, name)
    return (order[place], cells[order[place]]) if place < len(order) else (name, Missing.END_OF_MIB_VIEW)


def _varbind(name: Oid, value: Value) -> bytes:
    return element(SEQUENCE, element(OID, encode_oid(name)) + _value(value))


def _value(value: Value) -> bytes:
    match value:
        case None:
            tag, body = NULL, b""
        case Missing():
            tag, body = _MISSING[value], b""
        case bytes():
            tag, body = OPAQUE if isinstance(value, Opaque) else OCTETS, value
        case tuple():
            tag, body = OID, encode_oid(value)
        case IPv4Address():
            tag, body = ADDRESS, value.packed
        case _:
            tag, body = _NUMBERS.get(type(value), INTEGER), _octets(value)
    return element(tag, body)


def _octets(value: int) -> bytes:
    return value.to_bytes(value.bit_length() // 8 + 1, "big", signed=True)
