"""Opening sockets for ICMP, and what the Linux kernel says beside a datagram: when it came, what went wrong.

Python names none of these numbers; they stand in `linux/icmp.h`, `linux/errqueue.h` and `socket(7)`.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable
from contextlib import suppress
from struct import Struct, error, pack
from typing import TYPE_CHECKING

from icmplib import ICMPSocketError, ICMPv4Socket, ICMPv6Socket, SocketPermissionError

from probes.api import Failure, Message, Trouble, _
from probes.icmp.wire import Obstacle, Version, obstacle, wanted

if TYPE_CHECKING:
    from icmplib.sockets import ICMPSocket

Ancillary = Iterable[tuple[int, int, bytes]]

BUFFER = 8 * 2**20
"""Bytes of replies that may wait while the process is busy: about ten thousand."""
SPACE = 512
FAMILY = {4: socket.AF_INET, 6: socket.AF_INET6}
_SOL_RAW, _ICMP_FILTER, _ICMPV6_FILTER = 255, 1, 1
_RECEIVE_BUFFER_FORCE, _TIMESTAMP_NS, _MEMORY_INFO = 33, 35, 55
_RECEIVE_ERRORS = {4: (socket.IPPROTO_IP, 11), 6: (socket.IPPROTO_IPV6, 25)}
_TIME = Struct("@ll")
_EXTENDED_ERROR = Struct("=IBBBBII")
_FROM_ICMP = (2, 3)
_OFFENDER = {4: slice(4, 8), 6: slice(8, 24)}


def open_socket(version: Version, *, modes: Iterable[bool] = (True, False)) -> ICMPSocket | Failure:
    """Open a raw socket (True) or, where that is forbidden, a datagram socket (False)."""
    kind = ICMPv4Socket if version == 4 else ICMPv6Socket  # noqa: PLR2004 — the IP version
    for privileged in modes:
        try:
            opened = kind(privileged=privileged)
        except SocketPermissionError:
            continue
        except ICMPSocketError as trouble:
            values: dict[str, str | int] = {"version": version, "error": str(trouble)}
            return Failure(Trouble.UNREACHABLE, Message(_("This machine has no IPv{version}: {error}"), values))
        _tune(opened.sock, version, privileged=privileged)
        return opened
    return Failure(
        Trouble.PERMISSION,
        Message(
            _(
                "netwatch may not send ping packets: give its service the capability CAP_NET_RAW,"
                " as the supplied systemd unit does, or put its group into the range net.ipv4.ping_group_range"
            )
        ),
    )


def kernel_time(ancillary: Ancillary) -> float:
    """Return when the kernel received a datagram, in seconds of the wall clock; NaN when it does not say."""
    for level, kind, data in ancillary:
        if level == socket.SOL_SOCKET and kind == _TIMESTAMP_NS and len(data) >= _TIME.size:
            seconds, nanoseconds = _TIME.unpack_from(data)
            return float(seconds + nanoseconds / 1e9)
    return float("nan")


def refused_by(version: Version, ancillary: Ancillary) -> tuple[Obstacle, str] | None:
    """Return what a router said, and its address, from beside a datagram of the error queue."""
    for level, kind, data in ancillary:
        if (level, kind) != _RECEIVE_ERRORS[version]:
            continue
        with suppress(error, OSError, ValueError):
            _errno, origin, icmp_type, code, _pad, _info, _data = _EXTENDED_ERROR.unpack_from(data)
            if origin in _FROM_ICMP:
                offender = data[_EXTENDED_ERROR.size :][_OFFENDER[version]]
                return obstacle(version, icmp_type, code), socket.inet_ntop(FAMILY[version], offender)
    return None


def dropped(sock: socket.socket) -> int:
    """Return how many datagrams the kernel threw away because the buffer was full."""
    try:
        memory = sock.getsockopt(socket.SOL_SOCKET, _MEMORY_INFO, 36)
    except OSError:
        return 0
    return int.from_bytes(memory[32:36], "little" if pack("=H", 1) == b"\1\0" else "big")


def _tune(sock: socket.socket, version: Version, *, privileged: bool) -> None:
    """Make room, ask for stamps, and let through only what answers a request: our own requests come by on loopback."""
    sock.setblocking(False)
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        sock.setsockopt(socket.SOL_SOCKET, _RECEIVE_BUFFER_FORCE, BUFFER)
    with suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, _TIMESTAMP_NS, 1)
    with suppress(OSError):
        if not privileged:
            sock.setsockopt(*_RECEIVE_ERRORS[version], 1)
        elif version == 4:  # noqa: PLR2004 — the IP version
            sock.setsockopt(_SOL_RAW, _ICMP_FILTER, pack("=I", _blocked(0, wanted(4))))
        else:
            words = (_blocked(32 * word, wanted(6)) for word in range(8))
            sock.setsockopt(socket.IPPROTO_ICMPV6, _ICMPV6_FILTER, pack("=8I", *words))


def _blocked(first: int, types: Iterable[int]) -> int:
    """Return 32 bits, one for each type of message from `first` on, set for those that are not wanted."""
    passed = sum(1 << (kind - first) for kind in types if first <= kind < first + 32)
    return 0xFFFF_FFFF & ~passed
