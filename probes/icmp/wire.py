"""ICMP messages as bytes (RFC 792, RFC 4443): what an echo reply answers, and what an error speaks of.

Pure, and safe on any bytes: what is not one of these is None.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from struct import Struct
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Mapping

Version = Literal[4, 6]


class Obstacle(Enum):
    """Why a router, or the host before the device, sent a request back."""

    NETWORK = "network"
    HOST = "host"
    FORBIDDEN = "forbidden"
    LOOP = "loop"


@dataclass(frozen=True, slots=True)
class EchoReply:
    """An echo reply, and which request it says it answers."""

    identifier: int
    sequence: int
    payload: bytes


@dataclass(frozen=True, slots=True)
class Refusal:
    """An error about an echo request; `destination` is the packed address that the request was for."""

    identifier: int
    sequence: int
    destination: bytes
    obstacle: Obstacle


@dataclass(frozen=True, slots=True)
class _Numbers:
    """The numbers by which one version of ICMP goes."""

    protocol: int
    request: int
    reply: int
    unreachable: int
    exceeded: int
    other_errors: tuple[int, ...]
    codes: Mapping[int, Obstacle]


_NUMBERS: Mapping[Version, _Numbers] = {
    4: _Numbers(
        1, 8, 0, unreachable=3, exceeded=11, other_errors=(12,),
        codes={
            **dict.fromkeys((0, 6, 11), Obstacle.NETWORK),
            **dict.fromkeys((9, 10, 13, 14, 15), Obstacle.FORBIDDEN),
        },
    ),
    6: _Numbers(
        58, 128, 129, unreachable=1, exceeded=3, other_errors=(2, 4),
        codes={
            **dict.fromkeys((0, 2, 6), Obstacle.NETWORK),
            **dict.fromkeys((1, 5), Obstacle.FORBIDDEN),
        },
    ),
}  # fmt: skip
_HEAD = Struct("!BBHHH")
_V4_HEADER, _V6_HEADER = 20, 40


def wanted(version: Version) -> tuple[int, ...]:
    """Return the types of message that say something about a request."""
    numbers = _NUMBERS[version]
    return (numbers.reply, numbers.unreachable, numbers.exceeded, *numbers.other_errors)


def read_packet(packet: bytes) -> EchoReply | Refusal | None:
    """Read what a raw IPv4 socket gives: the message behind its IP header, options and all."""
    start = _message_in_v4(packet)
    return None if start is None else read_message(4, packet[start:])


def read_message(version: Version, message: bytes) -> EchoReply | Refusal | None:
    """Read a message that has no IP header before it."""
    if len(message) < _HEAD.size:
        return None
    kind, code, _checksum, identifier, sequence = _HEAD.unpack_from(message)
    if kind == _NUMBERS[version].reply:
        return EchoReply(identifier, sequence, message[_HEAD.size :])
    if kind not in wanted(version):
        return None
    quoted, why = message[_HEAD.size :], obstacle(version, kind, code)
    return _quoted_v4(quoted, why) if version == 4 else _quoted_v6(quoted, why)  # noqa: PLR2004 — the IP version


def read_request(version: Version, message: bytes, destination: bytes, why: Obstacle) -> Refusal | None:
    """Read a request that comes back without its IP header, as the error queue of a socket gives it."""
    if len(message) < _HEAD.size:
        return None
    kind, _code, _checksum, identifier, sequence = _HEAD.unpack_from(message)
    return Refusal(identifier, sequence, destination, why) if kind == _NUMBERS[version].request else None


def obstacle(version: Version, kind: int, code: int) -> Obstacle:
    """Say what an error of this type and code means."""
    numbers = _NUMBERS[version]
    if kind == numbers.exceeded:
        return Obstacle.LOOP
    return numbers.codes.get(code, Obstacle.HOST) if kind == numbers.unreachable else Obstacle.HOST


def _quoted_v4(quoted: bytes, why: Obstacle) -> Refusal | None:
    start = _message_in_v4(quoted)
    return None if start is None else read_request(4, quoted[start:], quoted[16:20], why)


def _quoted_v6(quoted: bytes, why: Obstacle) -> Refusal | None:
    if len(quoted) < _V6_HEADER or quoted[0] >> 4 != 6 or quoted[6] != _NUMBERS[6].protocol:  # noqa: PLR2004 — the IP version
        return None
    return read_request(6, quoted[_V6_HEADER:], quoted[24:40], why)


def _message_in_v4(packet: bytes) -> int | None:
    """Return where the ICMP message begins in an IPv4 packet that holds one."""
    if len(packet) < _V4_HEADER or packet[0] >> 4 != 4 or packet[9] != _NUMBERS[4].protocol:  # noqa: PLR2004 — the IP version
        return None
    start = (packet[0] & 15) * 4
    return start if start >= _V4_HEADER else None
