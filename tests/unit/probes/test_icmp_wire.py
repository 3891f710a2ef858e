"""What ICMP messages say, and that no bytes at all upset their reader."""

from __future__ import annotations

from ipaddress import ip_address
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.icmp.sockets import kernel_time, refused_by
from probes.icmp.wire import EchoReply, Obstacle, Refusal, read_message, read_packet, read_request, wanted

V4, V6 = ip_address("10.1.2.3").packed, ip_address("2001:db8::7").packed


def message(kind: int, code: int, identifier: int = 7, sequence: int = 9, rest: bytes = b"") -> bytes:
    return pack("!BBHHH", kind, code, 0, identifier, sequence) + rest


def ipv4(payload: bytes, *, options: int = 0, protocol: int = 1, destination: bytes = V4) -> bytes:
    length = 5 + options
    head = pack("!BBHHHBBH", 0x40 | length, 0, 4 * length + len(payload), 0, 0, 64, protocol, 0)
    return head + bytes(4) + destination + bytes(4 * options) + payload


def ipv6(payload: bytes, *, following: int = 58, destination: bytes = V6) -> bytes:
    return pack("!IHBB", 6 << 28, len(payload), following, 64) + bytes(16) + destination + payload


@pytest.mark.parametrize("options", [0, 1, 10])
def test_an_echo_reply_is_read_behind_its_ip_header_with_or_without_options(options: int) -> None:
    assert read_packet(ipv4(message(0, 0, rest=b"abc"), options=options)) == EchoReply(7, 9, b"abc")


def test_an_echo_reply_without_ip_header_is_read_in_both_versions() -> None:
    assert read_message(4, message(0, 0)) == EchoReply(7, 9, b"")
    assert read_message(6, message(129, 0)) == EchoReply(7, 9, b"")


@pytest.mark.parametrize(
    ("kind", "code", "why"),
    [
        (3, 0, Obstacle.NETWORK),
        (3, 1, Obstacle.HOST),
        (3, 3, Obstacle.HOST),
        (3, 6, Obstacle.NETWORK),
        (3, 9, Obstacle.FORBIDDEN),
        (3, 13, Obstacle.FORBIDDEN),
        (3, 200, Obstacle.HOST),
        (11, 0, Obstacle.LOOP),
        (12, 0, Obstacle.HOST),
    ],
)
def test_an_error_says_why_and_about_which_request(kind: int, code: int, why: Obstacle) -> None:
    error = message(kind, code, 0, 0, ipv4(message(8, 0), options=3))
    assert read_packet(ipv4(error)) == Refusal(7, 9, V4, why)


@pytest.mark.parametrize(
    ("kind", "code", "why"),
    [
        (1, 0, Obstacle.NETWORK),
        (1, 1, Obstacle.FORBIDDEN),
        (1, 3, Obstacle.HOST),
        (1, 5, Obstacle.FORBIDDEN),
        (1, 6, Obstacle.NETWORK),
        (2, 0, Obstacle.HOST),
        (3, 0, Obstacle.LOOP),
    ],
)
def test_an_error_of_version_6_says_the_same(kind: int, code: int, why: Obstacle) -> None:
    assert read_message(6, message(kind, code, 0, 0, ipv6(message(128, 0)))) == Refusal(7, 9, V6, why)


@pytest.mark.parametrize(
    "error",
    [
        message(3, 3, 0, 0, ipv4(message(8, 0), protocol=17)),  # about a UDP datagram
        message(3, 3, 0, 0, ipv4(message(0, 0))),  # about a reply, not a request
        message(3, 3, 0, 0, ipv4(message(8, 0))[:24]),
        message(3, 3),
        message(8, 0),
        message(5, 0, 0, 0, ipv4(message(8, 0))),  # a redirect is no error
    ],
)
def test_what_is_not_about_an_echo_request_is_nothing(error: bytes) -> None:
    assert read_message(4, error) is None
    assert read_packet(ipv4(error)) is None


def test_what_says_something_of_a_request_passes_the_filter() -> None:
    assert set(wanted(4)) == {0, 3, 11, 12}
    assert set(wanted(6)) == {129, 1, 2, 3, 4}


@settings(max_examples=1000)
@given(st.binary(max_size=200), st.sampled_from([4, 6]))
def test_no_bytes_upset_the_reader(data: bytes, version: int) -> None:
    expected = EchoReply | Refusal | None
    assert isinstance(read_packet(data), expected)
    assert isinstance(read_message(version, data), expected)
    assert isinstance(read_request(version, data, V4, Obstacle.HOST), expected)


@given(st.data())
def test_no_mutation_of_a_true_message_upsets_the_reader(data: st.DataObject) -> None:
    whole = bytearray(ipv4(message(3, 1, 0, 0, ipv4(message(8, 0)))))
    for _count in range(data.draw(st.integers(0, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    assert isinstance(read_packet(cut), EchoReply | Refusal | None)


@given(st.lists(st.tuples(st.sampled_from([0, 1, 41]), st.sampled_from([11, 25, 35]), st.binary(max_size=60))))
def test_no_bytes_beside_a_datagram_upset_the_reader(ancillary: list[tuple[int, int, bytes]]) -> None:
    assert isinstance(kernel_time(ancillary), float)
    for version in (4, 6):
        said = refused_by(version, ancillary)
        assert said is None or isinstance(said[0], Obstacle)


def test_the_error_queue_names_the_router_and_the_reason() -> None:
    offender = pack("=HH", 2, 0) + ip_address("10.9.9.1").packed + bytes(8)
    beside = [(0, 11, pack("=IBBBBII", 113, 2, 3, 13, 0, 0, 0) + offender)]
    assert refused_by(4, beside) == (Obstacle.FORBIDDEN, "10.9.9.1")
    offender = pack("=HHI", 10, 0, 0) + V6 + bytes(4)
    beside = [(41, 25, pack("=IBBBBII", 113, 3, 3, 0, 0, 0, 0) + offender)]
    assert refused_by(6, beside) == (Obstacle.LOOP, "2001:db8::7")


def test_the_kernel_says_when_a_datagram_came() -> None:
    assert kernel_time([(1, 35, pack("@ll", 1_800_000_000, 500_000_000))]) == 1_800_000_000.5
    assert kernel_time([]) != kernel_time([])  # NaN
