"""The agent's answers, read by the codecs with which netwatch reads those of real devices."""

from __future__ import annotations

from ipaddress import IPv4Address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.demo.agent import LARGEST, answer
from probes.snmp.ber import OCTETS, SEQUENCE, Reader, element, integer
from probes.snmp.client import Counter32, Counter64, Gauge32, Missing, Oid, TimeTicks, Value
from probes.snmp.codec import Codec, Kind, Pdu, Question
from probes.snmp.pysnmp_codec import PysnmpCodec
from probes.snmp.wire import WireCodec

COMMUNITY = b"demo"
CELLS: dict[Oid, Value] = {
    (1, 3, 6, 1, 2, 1, 1, 1, 0): b"a device",
    (1, 3, 6, 1, 2, 1, 1, 2, 0): (1, 3, 6, 1, 4, 1, 32473, 1),
    (1, 3, 6, 1, 2, 1, 1, 3, 0): TimeTicks(4_294_967_295),
    (1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 1): Counter32(4_294_967_295),
    (1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 2): Counter32(0),
    (1, 3, 6, 1, 2, 1, 2, 2, 1, 10, 300): Gauge32(128),
    (1, 3, 6, 1, 2, 1, 4, 20, 1, 1, 127, 0, 0, 1): IPv4Address("127.0.0.1"),
    (1, 3, 6, 1, 2, 1, 31, 1, 1, 1, 6, 1): Counter64(2**64 - 1),
    (1, 3, 6, 1, 2, 1, 33, 1, 2, 6, 0): -3,
}
ORDER = sorted(CELLS)
BEFORE, AFTER = (0, 0), (2, 999)
oids = st.lists(st.integers(0, 2**32 - 1), max_size=6).map(lambda rest: (1, 3, *rest))

codecs = pytest.mark.parametrize("codec", [WireCodec(), PysnmpCodec()], ids=["fast", "complete"])


def ask(codec: Codec, question: Question, cells: dict[Oid, Value] = CELLS) -> Pdu:
    reply = answer(_sealed(codec.encode(question, 4711)), COMMUNITY, cells)
    assert reply is not None
    assert len(reply) < 1472
    message = Reader(reply).enter(SEQUENCE)
    assert (message.integer(), message.octets()) == (1, COMMUNITY)
    pdu = codec.decode(reply[message.at : message.end])
    assert pdu is not None
    assert pdu.number == 4711
    return pdu


def _sealed(pdu: bytes, community: bytes = COMMUNITY, version: int = 1) -> bytes:
    return element(SEQUENCE, integer(version) + element(OCTETS, community) + pdu)


@codecs
def test_get_returns_each_value_with_its_type(codec: Codec) -> None:
    pdu = ask(codec, Question(Kind.GET, tuple(ORDER)))
    assert pdu.varbinds == tuple((name, CELLS[name]) for name in ORDER)
    assert [type(value) for _name, value in pdu.varbinds] == [type(CELLS[name]) for name in ORDER]


@codecs
def test_get_says_what_is_not_there(codec: Codec) -> None:
    name = (1, 3, 6, 1, 9)
    assert ask(codec, Question(Kind.GET, (name,))).varbinds == ((name, Missing.NO_SUCH_INSTANCE),)


@codecs
def test_getnext_walks_through_everything_in_order_and_ends(codec: Codec) -> None:
    seen, name = [], BEFORE
    while True:
        ((name, value),) = ask(codec, Question(Kind.GET_NEXT, (name,))).varbinds
        if value is Missing.END_OF_MIB_VIEW:
            break
        seen.append((name, value))
    assert seen == [(name, CELLS[name]) for name in ORDER]
    assert name == ORDER[-1]


@codecs
def test_getbulk_is_so_many_steps_of_getnext(codec: Codec) -> None:
    pdu = ask(codec, Question(Kind.GET_BULK, (ORDER[0], ORDER[3]), repetitions=3))
    wanted = [name for row in zip(ORDER[1:4], ORDER[4:7], strict=True) for name in row]
    assert [name for name, _value in pdu.varbinds] == wanted


@codecs
def test_getbulk_at_the_end_repeats_that_it_is_the_end(codec: Codec) -> None:
    pdu = ask(codec, Question(Kind.GET_BULK, (AFTER,), repetitions=2))
    assert pdu.varbinds == ((AFTER, Missing.END_OF_MIB_VIEW),) * 2


def test_an_answer_to_getbulk_ends_where_a_datagram_does() -> None:
    cells: dict[Oid, Value] = {(1, 3, number): b"x" * 100 for number in range(100)}
    pdu = ask(WireCodec(), Question(Kind.GET_BULK, ((1, 3),), repetitions=100), cells)
    assert 10 <= len(pdu.varbinds) <= LARGEST // 100
    assert [name for name, _value in pdu.varbinds] == sorted(cells)[: len(pdu.varbinds)]


@pytest.mark.parametrize("kind", [Kind.GET, Kind.GET_NEXT])
def test_what_does_not_fit_into_one_answer_is_said_to_be_too_big(kind: Kind) -> None:
    cells: dict[Oid, Value] = {(1, 3, number): b"x" * 100 for number in range(100)}
    pdu = ask(WireCodec(), Question(kind, tuple(sorted(cells)[:50])), cells)
    assert (pdu.error_status, pdu.varbinds) == (1, ())


@pytest.mark.parametrize(
    "datagram",
    [
        _sealed(WireCodec().encode(Question(Kind.GET, (ORDER[0],)), 1), community=b"public"),
        _sealed(WireCodec().encode(Question(Kind.GET, (ORDER[0],)), 1), version=0),
        _sealed(element(0xA3, b"")),
        _sealed(element(0xA0, b"")),
        b"",
    ],
    ids=["another community", "another version", "a set", "a PDU without content", "nothing"],
)
def test_what_is_no_question_for_it_gets_no_answer(datagram: bytes) -> None:
    assert answer(datagram, COMMUNITY, CELLS) is None


@given(st.binary(max_size=200))
def test_no_datagram_harms_it(datagram: bytes) -> None:
    answer(datagram, COMMUNITY, CELLS)
    answer(_sealed(datagram), COMMUNITY, CELLS)


@given(st.dictionaries(oids, st.integers(0, 2**32 - 1).map(Gauge32), min_size=1), oids)
def test_what_follows_a_name_is_the_smallest_that_is_larger(cells: dict[Oid, Value], name: Oid) -> None:
    larger = [each for each in sorted(cells) if each > name]
    ((found, value),) = ask(WireCodec(), Question(Kind.GET_NEXT, (name,)), cells).varbinds
    assert (found, value) == ((larger[0], cells[larger[0]]) if larger else (name, Missing.END_OF_MIB_VIEW))
