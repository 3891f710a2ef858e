"""One socket for all echo requests of one IP version.

A socket for each device would receive the replies of every other one, and with a thousand of them
two replies of three were lost. Here are one socket, one reader, and one pace for the process.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
from errno import EAGAIN, EBADF, EIO, ENOBUFS
from functools import partial
from typing import TYPE_CHECKING

from icmplib import ICMPRequest, ICMPSocketError

from probes.api import Failure
from probes.icmp.book import Book, Exchange, Moment, Oddity
from probes.icmp.sockets import FAMILY, SPACE, dropped, kernel_time, open_socket, refused_by
from probes.icmp.wire import EchoReply, Refusal, Version, read_message, read_packet, read_request

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from icmplib.sockets import ICMPSocket

    from probes.icmp.pace import Pace
    from probes.names import Address

LONGEST = 2048
AT_ONCE = 256
"""Datagrams read in one go, so that the rest of the process gets its turn."""
TO_THE_LAST = 65536
COOKIE = 16
PAYLOAD = 56
"""Bytes in a request: what every ping sends, and so every device knows."""
SHORTEST_WAIT = 0.001
"""Seconds: the event loop wakes no sooner, so shorter waits go together."""
ATTEMPTS = 20
"""How often a request is tried while the machine's own queues are full, 10 ms apart."""


class Echo:
    """Pings addresses of one IP version; opened at the first use."""

    def __init__(
        self,
        version: Version,
        pace: Pace,
        open_: Callable[[Version], ICMPSocket | Failure] = open_socket,
    ) -> None:
        self._version = version
        self._pace = pace
        self._open_socket = open_
        self._icmp: ICMPSocket | None = None
        self._with_header = False
        self._payload = secrets.token_bytes(PAYLOAD)
        self._book = Book(secrets.randbelow(2**16), self._payload[:COOKIE])

    @property
    def ignored(self) -> Mapping[Oddity, int]:
        """How many datagrams were put aside since the start, by why."""
        return self._book.ignored

    @property
    def dropped(self) -> int:
        """How many datagrams the kernel dropped because the buffer was full."""
        return 0 if self._icmp is None else dropped(self._icmp.sock)

    async def ping(self, address: Address, packets: int, interval: float, timeout: float) -> Exchange | Failure:  # noqa: ASYNC109 — each packet has its own
        """Send packets `interval` seconds apart, and wait for each reply for `timeout` seconds at most."""
        failure = self._open()
        if failure is not None:
            return failure
        exchange = Exchange(address.packed, timeout)
        try:
            for number in range(packets):
                if number:
                    await asyncio.sleep(interval)
                await self._send(exchange, str(address))
            await self._settle(exchange)
        finally:
            exchange.quiet = lambda: None
            self._book.forget(exchange)
        return exchange

    def close(self) -> None:
        """Close the socket; measurements under way get no more replies."""
        icmp, self._icmp = self._icmp, None
        if icmp is not None:
            asyncio.get_running_loop().remove_reader(icmp.sock)
            icmp.close()

    def _open(self) -> Failure | None:
        if self._icmp is not None:
            return None
        opened = self._open_socket(self._version)
        if isinstance(opened, Failure):
            return opened
        self._icmp = opened
        self._with_header = self._version == 4 and opened.is_privileged  # noqa: PLR2004 — the IP version
        asyncio.get_running_loop().add_reader(opened.sock, self._read, AT_ONCE)
        return None

    async def _send(self, exchange: Exchange, address: str) -> None:
        """Send one request when its turn comes, or note why this machine could not."""
        loop = asyncio.get_running_loop()
        wait = self._pace.turn(loop.time())
        if wait > SHORTEST_WAIT:
            await asyncio.sleep(wait)
        for attempt in range(ATTEMPTS):
            trouble = self._try(exchange, address, loop.time())
            if trouble is None:
                return
            exchange.trouble = str(trouble.strerror)
            if trouble.errno in (EAGAIN, ENOBUFS):
                await asyncio.sleep(0.01)
            elif attempt:
                return
            else:  # on a datagram socket it may be the error of an earlier request to somebody else
                self._read(AT_ONCE)

    def _try(self, exchange: Exchange, address: str, now: float) -> OSError | None:
        if self._icmp is None:
            return OSError(EBADF, os.strerror(EBADF))
        try:
            sequence = self._book.enter(exchange)
        except BlockingIOError as full:
            return full
        request = ICMPRequest(address, self._book.identifier, sequence, payload=self._payload)
        try:
            self._icmp.send(request)
        except ICMPSocketError as error:
            self._book.withdraw(exchange, sequence)
            cause = error.__context__  # icmplib keeps only its words
            return cause if isinstance(cause, OSError) else OSError(EIO, str(error))
        self._book.identifier = request.id  # the kernel gives a datagram socket one of its own
        self._book.sent(exchange, sequence, Moment(request.time, now))
        return None

    async def _settle(self, exchange: Exchange) -> None:
        """Wait until nothing is under way any more, or the last packet's time is over."""
        if not exchange.waiting:
            return
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()
        exchange.quiet = partial(_finish, done)
        timer = loop.call_later(exchange.timeout, self._last_look, done)
        try:
            await done
        finally:
            timer.cancel()

    def _last_look(self, done: asyncio.Future[None]) -> None:
        """Read the socket dry before anything is called lost: the process may have been late, not the device."""
        self._read(TO_THE_LAST)
        _finish(done)

    def _read(self, most: int) -> None:
        if self._icmp is None:
            return
        sock, clock = self._icmp.sock, asyncio.get_running_loop().time
        for _count in range(most):
            try:
                packet, ancillary, _flags, place = sock.recvmsg(LONGEST, SPACE)
            except BlockingIOError:
                break
            except OSError:
                continue  # it is in the error queue too, or speaks of this machine's interface
            self._take(packet, place[0], Moment(kernel_time(ancillary), clock()))
        if not self._icmp.is_privileged:
            self._read_errors(sock)

    def _take(self, packet: bytes, source: str, at: Moment) -> None:
        match read_packet(packet) if self._with_header else read_message(self._version, packet):
            case EchoReply() as reply:
                self._book.reply(reply, _packed(self._version, source), at)
            case Refusal() as refusal:
                self._book.refusal(refusal, source)
            case None:
                self._book.ignored[Oddity.UNRELATED] += 1

    def _read_errors(self, sock: socket.socket) -> None:
        """Read what routers said: a datagram socket gets it apart."""
        for _count in range(AT_ONCE):
            try:
                message, ancillary, _flags, place = sock.recvmsg(LONGEST, SPACE, socket.MSG_ERRQUEUE)
            except OSError:
                return
            said = refused_by(self._version, ancillary)
            if said is None:
                continue
            refusal = read_request(self._version, message, _packed(self._version, place[0]), said[0])
            if refusal is not None:
                self._book.refusal(refusal, said[1])


def _packed(version: Version, address: str) -> bytes:
    return socket.inet_pton(FAMILY[version], address.partition("%")[0])


def _finish(done: asyncio.Future[None]) -> None:
    if not done.done():
        done.set_result(None)
