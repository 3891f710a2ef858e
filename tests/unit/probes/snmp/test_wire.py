"""The fast codec says what pysnmp says, and survives what no agent should send."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyasn1.codec.ber import encoder
from pysnmp.proto.api import v2c

from probes.snmp.ber import BerError, Reader, element, integer, message_number
from probes.snmp.client import Counter32, Counter64, Gauge32, Missing, Oid, Opaque, TimeTicks, oid
from probes.snmp.codec import Kind, Pdu, Question
from probes.snmp.pysnmp_codec import PysnmpCodec
from probes.snmp.wire import WireCodec, decode_oid, encode_oid
from tests.snmp_agent import encoded

WIRE, REFERENCE = WireCodec(), PysnmpCodec()

arcs = st.integers(0, 2**32 - 1)
names = st.builds(
    lambda first, second, rest: (first, second, *rest),
    st.integers(0, 1),
    st.integers(0, 39),
    st.lists(arcs, min_size=1, max_size=30),
)
values = st.one_of(
    st.integers(-(2**31), 2**31 - 1),
    st.integers(0, 2**32 - 1).map(Counter32),
    st.integers(0, 2**64 - 1).map(Counter64),
    st.integers(0, 2**32 - 1).map(Gauge32),
    st.integers(0, 2**32 - 1).map(TimeTicks),
    st.binary(max_size=300),
    st.binary(min_size=1, max_size=30).map(Opaque),
    names,
    st.integers(0, 2**32 - 1).map(IPv4Address),
    st.sampled_from(Missing),
    st.none(),
)
numbers = st.integers(1, 2**31 - 1)


def response(number: int, varbinds: list[tuple[Oid, Any]], status: int = 0, index: int = 0) -> bytes:
    pdu = v2c.ResponsePDU()
    v2c.apiPDU.set_defaults(pdu)
    v2c.apiPDU.set_request_id(pdu, number)
    v2c.apiPDU.set_error_status(pdu, status)
    v2c.apiPDU.set_error_index(pdu, index)
    v2c.apiPDU.set_varbinds(pdu, [(name, encoded(v2c, value)) for name, value in varbinds])
    result: bytes = encoder.encode(pdu)
    return result


@given(st.sampled_from(Kind), st.lists(names, max_size=5), st.integers(0, 1000), numbers)
def test_questions_are_written_octet_for_octet_like_pysnmps(
    kind: Kind, asked: list[Oid], repetitions: int, number: int
) -> None:
    question = Question(kind, tuple(asked), repetitions if kind is Kind.GET_BULK else 0)
    assert WIRE.encode(question, number) == REFERENCE.encode(question, number)


@given(numbers, st.lists(st.tuples(names, values), max_size=6), st.integers(0, 18))
def test_answers_are_read_as_pysnmp_reads_them(number: int, varbinds: list[tuple[Oid, Any]], status: int) -> None:
    octets = response(number, varbinds, status, min(1, len(varbinds)))
    found = WIRE.decode(octets)
    assert found == REFERENCE.decode(octets)
    assert found == Pdu(number, status, min(1, len(varbinds)), tuple(varbinds))


@given(st.binary(max_size=200))
def test_noise_is_none(noise: bytes) -> None:
    assert WIRE.decode(noise) is None
    assert REFERENCE.decode(noise) is None


@given(numbers, st.lists(st.tuples(names, values), min_size=1, max_size=4), st.data())
def test_a_damaged_answer_is_read_or_refused_but_never_raises(
    number: int, varbinds: list[tuple[Oid, Any]], data: st.DataObject
) -> None:
    octets = bytearray(response(number, varbinds))
    for _flaw in range(data.draw(st.integers(1, 4))):
        octets[data.draw(st.integers(0, len(octets) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(octets[: data.draw(st.integers(0, len(octets)))])
    for codec in (WIRE, REFERENCE):
        for each in (bytes(octets), cut):
            found = codec.decode(each)
            assert found is None or isinstance(found, Pdu)
    message_number(bytes(octets))


@given(names)
def test_names_survive_the_way_there_and_back(name: Oid) -> None:
    assert decode_oid(encode_oid(name)) == name


@pytest.mark.parametrize("octets", [b"", b"\x80", b"\x2b\x86", b"\x2b" + b"\xff" * 12 + b"\x7f", b"\x01" * 129])
def test_what_is_no_name_is_refused(octets: bytes) -> None:
    with pytest.raises(BerError):
        decode_oid(octets)


def test_the_second_branch_of_the_tree_has_more_than_40_arcs() -> None:
    assert decode_oid(b"\x88\x37\x03") == (2, 999, 3)


def varbind(tag: int, octets: bytes) -> bytes:
    inner = element(0x06, encode_oid(oid("1.3.6.1"))) + element(tag, octets)
    return element(0xA2, integer(1) + integer(0) + integer(0) + element(0x30, element(0x30, inner)))


@pytest.mark.parametrize(
    ("tag", "octets", "value"),
    [
        (0x41, b"\xff\xff\xff\xff", Counter32(2**32 - 1)),
        (0x42, b"\xff\xff\xff\xff", Gauge32(2**32 - 1)),
        (0x43, b"\x80\x00\x00\x00", TimeTicks(2**31)),
        (0x46, b"\xff" * 8, Counter64(2**64 - 1)),
        (0x47, b"\x05", Gauge32(5)),
        (0x40, b"", Opaque(b"")),
        (0x06, b"", (0, 0)),
    ],
    ids=["counter", "gauge", "ticks", "counter64", "old unsigned", "no address", "no name"],
)
def test_known_carelessness_is_understood(tag: int, octets: bytes, value: object) -> None:
    found = WIRE.decode(varbind(tag, octets))
    assert found is not None
    assert found.varbinds[0][1] == value


@pytest.mark.parametrize("tag", [0x02, 0x41, 0x46])
@pytest.mark.parametrize("octets", [b"", b"\0" * 10])
def test_numbers_without_octets_or_with_too_many_are_refused(tag: int, octets: bytes) -> None:
    assert WIRE.decode(varbind(tag, octets)) is None


def test_a_request_is_no_answer() -> None:
    octets = WIRE.encode(Question(Kind.GET, (oid("1.3.6.1"),)), 7)
    assert WIRE.decode(octets) is None
    assert REFERENCE.decode(octets) is None


def test_a_number_is_found_in_messages_of_every_version() -> None:
    pdu = WIRE.encode(Question(Kind.GET, (oid("1.3.6.1"),)), 123456789)
    community = element(0x30, integer(1) + element(0x04, b"public") + pdu)
    usm = element(0x30, integer(3) + element(0x30, integer(123456789) + integer(1)) + b"rest")
    assert message_number(community) == message_number(usm) == 123456789
    assert message_number(b"") is None
    assert message_number(community[:12]) is None


@given(st.binary(max_size=60))
def test_reading_noise_ends_in_its_one_error(noise: bytes) -> None:
    reader = Reader(noise)
    for read in (reader.header, reader.integer, reader.octets, lambda: reader.enter(0x30)):
        try:
            read()
        except BerError:
            continue
    assert reader.at <= len(noise)


@given(st.integers(0, 255), st.binary(max_size=70_000))
def test_an_element_is_read_as_it_was_written(tag: int, body: bytes) -> None:
    octets = element(tag, body)
    assert Reader(octets).header() == (tag, len(octets) - len(body), len(octets))


@given(st.integers(-(2**63), 2**63 - 1))
def test_an_integer_is_read_as_it_was_written(value: int) -> None:
    assert Reader(integer(value)).integer() == value
