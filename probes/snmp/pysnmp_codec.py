"""The complete engine: PDUs written and read by pysnmp, type by type as RFC 3416 has them."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

from pyasn1.codec.ber import decoder, encoder
from pyasn1.error import PyAsn1Error
from pyasn1.type import univ
from pysnmp.error import PySnmpError
from pysnmp.proto import rfc1902, rfc1905
from pysnmp.proto.api import v2c

from probes.snmp.client import Counter32, Counter64, Gauge32, Missing, Opaque, TimeTicks, Value
from probes.snmp.codec import Kind, Pdu, Question

if TYPE_CHECKING:
    from collections.abc import Callable

_REQUESTS = {
    Kind.GET: rfc1905.GetRequestPDU,
    Kind.GET_NEXT: rfc1905.GetNextRequestPDU,
    Kind.GET_BULK: rfc1905.GetBulkRequestPDU,
}
_ANSWERS = rfc1905.PDUs()
_CONVERT: dict[type, Callable[[Any], Value]] = {
    rfc1902.Integer32: int,
    rfc1902.Integer: int,
    rfc1902.OctetString: bytes,
    rfc1902.ObjectIdentifier: lambda value: value.asTuple(),
    univ.ObjectIdentifier: lambda value: value.asTuple(),
    rfc1902.IpAddress: lambda value: IPv4Address(bytes(value)),
    rfc1902.Counter32: Counter32,
    rfc1902.Counter64: Counter64,
    rfc1902.Gauge32: Gauge32,
    rfc1902.Unsigned32: Gauge32,
    rfc1902.TimeTicks: TimeTicks,
    rfc1902.Opaque: Opaque,
    rfc1905.NoSuchObject: lambda _value: Missing.NO_SUCH_OBJECT,
    rfc1905.NoSuchInstance: lambda _value: Missing.NO_SUCH_INSTANCE,
    rfc1905.EndOfMibView: lambda _value: Missing.END_OF_MIB_VIEW,
}


class PysnmpCodec:
    """Pure: no socket, no state."""

    def encode(self, question: Question, number: int) -> bytes:
        """Write the PDU of a question."""
        pdu = _REQUESTS[question.kind]()
        if question.kind is Kind.GET_BULK:
            v2c.apiBulkPDU.set_defaults(pdu)
            v2c.apiBulkPDU.set_max_repetitions(pdu, question.repetitions)
        else:
            v2c.apiPDU.set_defaults(pdu)
        v2c.apiPDU.set_request_id(pdu, number)
        v2c.apiPDU.set_varbinds(pdu, [(name, v2c.null) for name in question.names])
        encoded: bytes = encoder.encode(pdu)
        return encoded

    def decode(self, pdu: bytes) -> Pdu | None:
        """Read a Response or Report; None where it cannot be read."""
        try:
            return _read(decoder.decode(pdu, asn1Spec=_ANSWERS)[0].getComponent())
        except (PyAsn1Error, PySnmpError, ValueError, TypeError, ArithmeticError, LookupError, AttributeError):
            # The decoder does not keep to its own errors when octets are hostile; all mean the same here.
            return None


def _read(pdu: Any) -> Pdu | None:
    if not isinstance(pdu, rfc1905.ResponsePDU | rfc1905.ReportPDU):
        return None
    varbinds = tuple((name.asTuple(), _value(value)) for name, value in v2c.apiPDU.get_varbinds(pdu))
    return Pdu(int(pdu[0]), int(pdu[1]), int(pdu[2]), varbinds, isinstance(pdu, rfc1905.ReportPDU))


def _value(value: Any) -> Value:
    convert = _CONVERT.get(type(value))
    return convert(value) if convert else None
