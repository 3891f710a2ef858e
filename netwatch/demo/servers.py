"""What answers on the loopback addresses: SNMP agents over UDP, services over TCP and HTTP."""

from __future__ import annotations

import asyncio
import errno
import socket
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import structlog

from netwatch.demo import hospital
from netwatch.demo.agent import answer
from netwatch.demo.machine import Machine
from netwatch.demo.mib import cells

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from netwatch.demo.effects import Condition
    from netwatch.demo.hospital import Device, Service

log = structlog.get_logger()

COMMUNITY = "demo"
AGENT_PORT = 1161
LOOPBACK = "127.0.0.1"
PATIENCE = 5.0
HEAD = 8192
PAGE = "<!doctype html><title>{title}</title><h1>{title}</h1>\n"


def listening(kind: socket.SocketKind, address: str, port: int) -> socket.socket:
    """Return a bound socket: at this address and port if they are free, else at another port of the loopback.

    Linux answers on all of 127.0.0.0/8, others on 127.0.0.1 only.
    """
    for place in ((address, port), (address, 0), (LOOPBACK, 0)):
        bound = socket.socket(socket.AF_INET, kind)
        bound.setblocking(False)
        try:
            if kind is socket.SOCK_STREAM:
                bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            bound.bind(place)
        except OSError as error:
            bound.close()
            if error.errno not in (errno.EADDRINUSE, errno.EADDRNOTAVAIL, errno.EACCES):
                raise
        else:
            return bound
    raise OSError(errno.EADDRNOTAVAIL, f"no free port at {address} or {LOOPBACK}")


class _Agent(asyncio.DatagramProtocol):
    """Answers from a machine, as long as that has power."""

    def __init__(self, machine: Machine, clock: Callable[[], float]) -> None:
        self._machine = machine
        self._clock = clock

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Keep the way back."""
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str | int, int]) -> None:
        """Answer, or keep silent."""
        if self._machine.condition.silent:
            return
        moment = self._machine.at(self._clock())
        reply = answer(data, COMMUNITY.encode(), cells(self._machine.device, moment))
        if reply is not None:
            self._transport.sendto(reply, addr)


class _Offered:
    """One service of a machine: it can be closed and opened again at the same place."""

    def __init__(self, service: Service, machine: Machine, address: str) -> None:
        self._service = service
        self._machine = machine
        self._server: asyncio.Server | None = None
        self._bound: socket.socket | None = listening(socket.SOCK_STREAM, address, service.port)
        self.place: tuple[str, int] = self._bound.getsockname()

    async def follow(self) -> None:
        """Open or close, as the machine's condition has it."""
        condition = self._machine.condition
        wanted = not condition.silent and self._service.name not in condition.refusing
        if wanted and self._server is None:
            bound, self._bound = self._bound or listening(socket.SOCK_STREAM, *self.place), None
            self._server = await asyncio.start_server(self._serve, sock=bound, limit=HEAD)
        elif not wanted:
            self.close()

    def close(self) -> None:
        """Take no connections any more."""
        server, self._server = self._server, None
        bound, self._bound = self._bound, None
        if server is not None:
            server.close()
        if bound is not None:
            bound.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with suppress(TimeoutError, OSError, ValueError, asyncio.IncompleteReadError):
            if self._service.protocol is hospital.Protocol.HTTP:
                async with asyncio.timeout(PATIENCE):
                    await reader.readuntil(b"\r\n\r\n")
                writer.write(self._page())
                await writer.drain()
        writer.close()

    def _page(self) -> bytes:
        broken = self._service.name in self._machine.condition.broken
        status = "503 Service Unavailable" if broken else "200 OK"
        body = PAGE.format(title=status if broken else self._machine.device.name).encode()
        head = f"HTTP/1.1 {status}\r\nContent-Type: text/html; charset=utf-8\r\n"
        return f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


@dataclass(frozen=True, slots=True)
class Where:
    """Where a device is reached: its address, its agent's port, and each service's."""

    address: str
    agent: int
    services: Mapping[str, int]


class Site:
    """One device with all that answers for it. Its sockets are bound when it is made, so that its ports are known."""

    def __init__(self, device: Device, clock: Callable[[], float]) -> None:
        self.machine = Machine(device, clock())
        self._clock = clock
        self._agent = listening(socket.SOCK_DGRAM, device.address, AGENT_PORT)
        address, port = self._agent.getsockname()
        self._offered = {each.name: _Offered(each, self.machine, address) for each in device.services}
        self.where = Where(address, port, {name: each.place[1] for name, each in self._offered.items()})
        self._transport: asyncio.BaseTransport | None = None

    async def open(self) -> None:
        """Begin to answer."""
        loop = asyncio.get_running_loop()
        self._transport, _protocol = await loop.create_datagram_endpoint(
            lambda: _Agent(self.machine, self._clock), sock=self._agent
        )
        for each in self._offered.values():
            await each.follow()

    async def take(self, condition: Condition) -> None:
        """Be in this condition from now on."""
        if condition == self.machine.condition:
            return
        self.machine.take(condition, self._clock())
        for each in self._offered.values():
            try:
                await each.follow()
            except OSError as error:
                log.warning("a service of the demo cannot come back", device=self.machine.device.name, error=str(error))

    def close(self) -> None:
        """Answer no more."""
        if self._transport is not None:
            self._transport.close()
        else:
            self._agent.close()
        for each in self._offered.values():
            each.close()
