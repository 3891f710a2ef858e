"""One UDP socket per address family, through which every device is asked.

An answer counts only with the right number and from the address that was asked. What arrives otherwise is
kept as evidence for the sentence that explains a silence: a refusal (ICMP), a stranger, a garbled datagram.
"""

from __future__ import annotations

import asyncio
import errno
import secrets
import socket
import struct
import sys
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Generic, TypeVar, cast

from probes.snmp.ber import message_number

if TYPE_CHECKING:
    from collections.abc import Callable
    from ipaddress import IPv6Address

T = TypeVar("T")
Address = tuple[str, int] | tuple[str, int, int, int]

RECEIVE_BUFFER = 4 << 20
"""What is asked of the kernel: the default loses replies as soon as twenty devices answer at once."""
DRAIN = 256
"""Datagrams read per wake-up, so that a flood does not starve the loop."""
FIRST_NUMBER = 1 << 24
"""Numbers take four octets always, as some agents answer shortened ones."""
LAST_NUMBER = 1 << 31
DATAGRAM = 65535
RETURNED = 2
"""ICMP errors that end the waiting for one answer."""
LONGEST_WAIT = 10.0
"""Seconds that a slow device is given for the first answer at most."""
STRANGERS = 4
"""Strangers remembered for one question."""

_LINUX = sys.platform == "linux"
_IP_RECVERR = {socket.AF_INET: (socket.IPPROTO_IP, 11), socket.AF_INET6: (socket.IPPROTO_IPV6, 25)}
_EXTENDED_ERROR = struct.Struct("=IBBBBII")


def socket_address(address: IPv4Address | IPv6Address, port: int) -> Address:
    """Return what sockets call an address; the zone of a link-local one is looked up."""
    if isinstance(address, IPv4Address):
        return (str(address), port)
    scope = address.scope_id or "0"
    return (str(address), port, 0, int(scope) if scope.isdecimal() else _interface(scope))


def _interface(name: str) -> int:
    try:
        return socket.if_nametoindex(name)
    except OSError:
        return 0  # sending will say that there is no such way


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait: `timeout` seconds after the first try, twice as long after each of `retries` more."""

    timeout: float = 1.0
    retries: int = 2

    def waits(self, attempts: int | None = None, *, usual: float = 0.0) -> tuple[float, ...]:
        """Seconds to wait after each try; at most `attempts` tries. `usual` is what the device is known to take."""
        tries = 1 + self.retries
        first = max(self.timeout, min(2 * usual, LONGEST_WAIT))
        return tuple(first * 2**n for n in range(tries if attempts is None else min(attempts, tries)))


@dataclass(slots=True)
class Silence:
    """What is known about an answer that never came."""

    tries: int = 0
    seconds: float = 0.0
    error: int = 0
    """The errno with which the network returned it, such as ECONNREFUSED."""
    returned: int = 0
    """How many of the tries came back as ICMP errors."""
    strangers: list[str] = field(default_factory=list)
    """Addresses that answered in place of the one asked."""
    rejected: int = 0
    """Datagrams from the right address that were no answer to the question."""


@dataclass(slots=True)
class _Waiting(Generic[T]):
    to: Address
    any_source: bool
    accept: Callable[[bytes], T | None]
    result: asyncio.Future[T | Silence]
    silence: Silence


class Endpoint:
    """Sends datagrams and hands each answer to who waits for it. One serves a whole process and event loop."""

    def __init__(self) -> None:
        self._sockets: dict[int, socket.socket] = {}
        self._waiting: dict[int, _Waiting[object]] = {}
        self._by_source: dict[tuple[object, ...], set[int]] = {}
        self._is_closed = False

    def number(self) -> int:
        """Return a message number that nobody waits for and nobody can guess."""
        while True:
            number = FIRST_NUMBER + secrets.randbelow(LAST_NUMBER - FIRST_NUMBER)
            if number not in self._waiting:
                return number

    async def ask(
        self,
        to: Address,
        number: int,
        datagram: bytes,
        accept: Callable[[bytes], T | None],
        waits: tuple[float, ...],
        *,
        any_source: bool = False,
    ) -> T | Silence:
        """Send until `accept` makes something of an answer, or the waits are over.

        `accept` gets every datagram with this number from this address (with `any_source`, from any);
        it must not raise, and its None means: keep waiting.
        """
        loop = asyncio.get_running_loop()
        waiting = _Waiting(to, any_source, accept, loop.create_future(), Silence())
        self._waiting[number] = cast("_Waiting[object]", waiting)
        self._by_source.setdefault(to[:2], set()).add(number)
        started = loop.time()
        try:
            return await self._persist(waiting, datagram, waits)
        finally:
            waiting.silence.seconds = loop.time() - started
            waiting.result.cancel()
            self._forget(number, to)

    async def _persist(self, waiting: _Waiting[T], datagram: bytes, waits: tuple[float, ...]) -> T | Silence:
        for wait in waits:
            waiting.silence.tries += 1
            if self._is_closed or not self._send(datagram, waiting.to, waiting.silence):
                break
            await asyncio.wait((waiting.result,), timeout=wait)
            if waiting.result.done():
                return waiting.result.result()
        return waiting.silence

    def close(self) -> None:
        """Close the sockets for good; whoever still waits is told of silence."""
        self._is_closed = True
        for waiting in self._waiting.values():
            if not waiting.result.done():
                waiting.result.set_result(waiting.silence)
        for opened in self._sockets.values():
            asyncio.get_running_loop().remove_reader(opened)
            opened.close()
        self._sockets.clear()

    def _forget(self, number: int, to: Address) -> None:
        del self._waiting[number]
        numbers = self._by_source[to[:2]]
        numbers.discard(number)
        if not numbers:
            del self._by_source[to[:2]]

    def _socket(self, family: int) -> socket.socket:
        opened = self._sockets.get(family)
        if opened is None:
            opened = self._sockets[family] = _open(family)
            asyncio.get_running_loop().add_reader(opened, self._readable, opened)
        return opened

    def _send(self, datagram: bytes, to: Address, silence: Silence) -> bool:
        """Send; False when there is no way to send there at all, and `silence.error` says why."""
        family = socket.AF_INET6 if ":" in to[0] else socket.AF_INET
        for _attempt in range(2):
            try:
                self._socket(family).sendto(datagram, to)
            except BlockingIOError:
                return True  # the send buffer is full: the next try heals it
            except OSError as error:
                # An ICMP error of another device may be reported here: read it away and send again.
                silence.error = error.errno or errno.EIO
                if family in self._sockets:
                    self._read_errors(self._sockets[family])
            else:
                silence.error = 0
                return True
        return False

    def _readable(self, opened: socket.socket) -> None:
        for _datagram in range(DRAIN):
            try:
                data, source = opened.recvfrom(DATAGRAM)
            except BlockingIOError:
                break
            except OSError:
                continue  # an ICMP error; the error queue says for whom
            self._received(data, source)
        self._read_errors(opened)

    def _received(self, data: bytes, source: Address) -> None:
        waiting = self._waiting.get(message_number(data) or 0)
        if waiting is None:
            self._blame(source)
        elif not waiting.any_source and source[:2] != waiting.to[:2]:
            if len(waiting.silence.strangers) < STRANGERS and source[0] not in waiting.silence.strangers:
                waiting.silence.strangers.append(source[0])
        elif not waiting.result.done():
            self._deliver(waiting, data)

    def _deliver(self, waiting: _Waiting[object], data: bytes) -> None:
        result = waiting.accept(data)
        if result is None:
            waiting.silence.rejected += 1
        else:
            waiting.result.set_result(result)

    def _blame(self, source: Address) -> None:
        """Count what nobody can read, or nobody asked, for whoever waits for that address."""
        for number in self._by_source.get(source[:2], ()):
            self._waiting[number].silence.rejected += 1

    def _read_errors(self, opened: socket.socket) -> None:
        """Empty the queue of ICMP errors (ip(7), IP_RECVERR); each carries the datagram that it is about."""
        for _error in range(DRAIN if _LINUX else 0):
            try:
                data, extra, _flags, _to = opened.recvmsg(DATAGRAM, 512, socket.MSG_ERRQUEUE)
            except OSError:
                return
            waiting = self._waiting.get(message_number(data) or 0)
            if waiting is not None and not waiting.result.done():
                self._returned(waiting, [body for _level, _kind, body in extra])

    def _returned(self, waiting: _Waiting[object], bodies: list[bytes]) -> None:
        """Note an ICMP error. One may be a passing trouble of a router; the second ends the waiting."""
        silence = waiting.silence
        for body in bodies:
            if len(body) >= _EXTENDED_ERROR.size:
                silence.error = _EXTENDED_ERROR.unpack_from(body)[0]
                silence.returned += 1
        if silence.returned >= RETURNED:
            waiting.result.set_result(silence)


def _open(family: int) -> socket.socket:
    opened = socket.socket(family, socket.SOCK_DGRAM)
    opened.setblocking(False)
    opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BUFFER)
    if family == socket.AF_INET6:
        opened.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
    if _LINUX:
        opened.setsockopt(*_IP_RECVERR[socket.AddressFamily(family)], 1)
    return opened
