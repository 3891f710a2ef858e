"""An SNMP agent that can be told to misbehave: in memory for rules, over UDP (by pysnmp's codec) for the rest."""

from __future__ import annotations

import asyncio
import socket
from bisect import bisect_right
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

from pyasn1.codec.ber import decoder, encoder
from pysnmp.proto import api, rfc1157, rfc1905
from pysnmp.proto.api import v1, v2c, verdec

from probes.api import Message
from probes.snmp.client import (
    Answer,
    Cause,
    Counter32,
    Counter64,
    Gauge32,
    Missing,
    Oid,
    Opaque,
    Reply,
    TimeTicks,
    Unanswered,
    Value,
    oid,
)

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Sequence

IF, IFX = oid("1.3.6.1.2.1.2.2.1"), oid("1.3.6.1.2.1.31.1.1.1")
NO_ERROR, TOO_BIG, NO_SUCH_NAME, GEN_ERR = 0, 1, 2, 5


@dataclass
class Agent:
    """What the agent has, and how it errs. `asked` keeps every question: (kind, names, repetitions)."""

    mib: dict[Oid, Any]
    most: int = 10_000
    """Varbinds that it answers at most."""
    beyond: str = "truncate"
    """What it does beyond: truncate (GETBULK only), tooBig, silence."""
    order: list[Oid] | None = None
    """The order in which it lists, if not the right one."""
    jumps: dict[Oid, Oid] = field(default_factory=dict)
    """Successors that are wrong, such as those that make a loop."""
    broken: tuple[Oid, ...] = ()
    """Prefixes for which it answers genErr."""
    silent: tuple[Oid, ...] = ()
    """Prefixes for which it does not answer at all."""
    has_bulk: bool = True
    asked: list[tuple[str, tuple[Oid, ...], int]] = field(default_factory=list)

    def read(self, name: Oid) -> Value:
        value = self.mib[name]
        return value() if callable(value) else value

    def names(self) -> list[Oid]:
        return self.order if self.order is not None else sorted(self.mib)

    def follows(self, name: Oid) -> Oid | None:
        if name in self.jumps:
            return self.jumps[name]
        if self.order is None:
            names = self.names()
            place = bisect_right(names, name)
        else:
            names = self.order
            place = names.index(name) + 1 if name in names else bisect_right(sorted(names), name)
            if name not in names:
                place = next((n for n, known in enumerate(names) if known > name), len(names))
        return names[place] if place < len(names) else None

    def answer(
        self, kind: str, names: Sequence[Oid], repetitions: int = 0
    ) -> tuple[int, int, list[tuple[Oid, Value]]] | None:
        """Return (error-status, error-index, varbinds), or None for silence."""
        self.asked.append((kind, tuple(names), repetitions))
        size = len(names) * max(1, repetitions)
        if size > self.most and not (kind == "bulk" and self.beyond == "truncate"):
            return None if self.beyond == "silence" else (TOO_BIG, 0, [])
        if kind == "bulk" and not self.has_bulk:
            return None
        if kind == "get":
            varbinds = [self._get(name) for name in names]
        else:
            varbinds = self._rows(names, max(1, repetitions))[: self.most]
        for n, (name, _value) in enumerate(varbinds):
            if any(name[: len(prefix)] == prefix for prefix in self.silent):
                return None
            if any(name[: len(prefix)] == prefix for prefix in self.broken):
                return GEN_ERR, n % len(names) + 1, []
        return NO_ERROR, 0, varbinds

    def _get(self, name: Oid) -> tuple[Oid, Value]:
        return name, self.read(name) if name in self.mib else Missing.NO_SUCH_INSTANCE

    def _rows(self, names: Sequence[Oid], repetitions: int) -> list[tuple[Oid, Value]]:
        at, varbinds = list(names), []
        for _row in range(repetitions):
            for n, name in enumerate(at):
                follower = self.follows(name)
                if follower is None:
                    varbinds.append((name, Missing.END_OF_MIB_VIEW))
                else:
                    varbinds.append((follower, self.read(follower)))
                    at[n] = follower
        return varbinds


class MemoryClient:
    """An `SnmpClient` that asks an agent in memory: a silence is a time-out at once."""

    def __init__(self, agent: Agent) -> None:
        self.agent = agent
        self.attempts: list[int | None] = []

    async def get(self, names: Sequence[Oid], *, attempts: int | None = None) -> Reply:
        return self._ask("get", names, 0, attempts)

    async def get_next(self, names: Sequence[Oid], *, attempts: int | None = None) -> Reply:
        return self._ask("next", names, 0, attempts)

    async def get_bulk(self, names: Sequence[Oid], repetitions: int, *, attempts: int | None = None) -> Reply:
        return self._ask("bulk", names, repetitions, attempts)

    def _ask(self, kind: str, names: Sequence[Oid], repetitions: int, attempts: int | None) -> Reply:
        self.attempts.append(attempts)
        return reply_of(self.agent.answer(kind, names, repetitions))


def reply_of(answered: tuple[int, int, list[tuple[Oid, Value]]] | None) -> Reply:
    if answered is None:
        return Unanswered(Cause.TIMEOUT, Message("silence"))
    status, index, varbinds = answered
    if status:
        cause = {TOO_BIG: Cause.TOO_BIG, NO_SUCH_NAME: Cause.NO_SUCH_NAME}.get(status, Cause.ERROR_STATUS)
        return Unanswered(cause, Message("error"), index)
    return Answer(tuple(varbinds))


@dataclass
class UdpAgent(asyncio.DatagramProtocol):
    """Serves an `Agent` on loopback, v1 and v2c. Each fault of the wire is a field that may change at any time."""

    agent: Agent
    community: str = "public"
    drops: int = 0
    """So many questions are not answered."""
    delay: float = 0.0
    garbage: bytes | None = None
    """Sent in place of the answer."""
    number_error: int = 0
    """Added to the request id of the answer."""
    stranger: str | None = None
    """Another address of loopback from which the answer comes."""
    mangle: Callable[[bytes], bytes] | None = None
    received: int = 0
    port: int = 0

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.port = transport.get_extra_info("sockname")[1]

    def datagram_received(self, data: bytes, source: Any) -> None:
        self.received += 1
        if self.drops:
            self.drops -= 1
            return
        answer = self._answer(data)
        if answer is not None:
            asyncio.get_running_loop().call_later(self.delay, self._send, answer, source)

    def _send(self, answer: bytes, source: Any) -> None:
        if self.stranger:
            with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as other:
                other.bind((self.stranger, 0))
                other.sendto(answer, source)
        elif not self.transport.is_closing():
            self.transport.sendto(answer, source)

    def _answer(self, data: bytes) -> bytes | None:
        if self.garbage is not None:
            return self.garbage
        version = int(verdec.decode_message_version(data))
        module = api.PROTOCOL_MODULES[version]
        message, _rest = decoder.decode(data, asn1Spec=module.Message())
        if bytes(module.apiMessage.get_community(message)).decode() != self.community:
            return None
        request = module.apiMessage.get_pdu(message)
        answered = self._ask(module, request)
        if answered is None:
            return None
        response = module.apiMessage.get_response(message)
        pdu = module.apiMessage.get_pdu(response)
        _fill(module, request, pdu, answered, version)
        module.apiPDU.set_request_id(pdu, int(module.apiPDU.get_request_id(request)) + self.number_error)
        module.apiMessage.set_pdu(response, pdu)
        encoded: bytes = encoder.encode(response)
        return self.mangle(encoded) if self.mangle else encoded

    def _ask(self, module: Any, request: Any) -> tuple[int, int, list[tuple[Oid, Value]]] | None:
        names = [name.asTuple() for name, _value in module.apiPDU.get_varbinds(request)]
        if isinstance(request, rfc1905.GetBulkRequestPDU):
            return self.agent.answer("bulk", names, int(v2c.apiBulkPDU.get_max_repetitions(request)))
        is_get = isinstance(request, rfc1905.GetRequestPDU | rfc1157.GetRequestPDU)
        return self.agent.answer("get" if is_get else "next", names)


def _fill(
    module: Any, request: Any, pdu: Any, answered: tuple[int, int, list[tuple[Oid, Value]]], version: int
) -> None:
    status, index, varbinds = answered
    lost = next((n for n, (_name, value) in enumerate(varbinds) if isinstance(value, Missing)), None)
    if version == 0 and lost is not None:
        status, index = NO_SUCH_NAME, lost + 1
    if status:
        module.apiPDU.set_varbinds(pdu, module.apiPDU.get_varbinds(request))
        module.apiPDU.set_error_status(pdu, status)
        module.apiPDU.set_error_index(pdu, index)
    else:
        module.apiPDU.set_varbinds(pdu, [(name, encoded(module, value)) for name, value in varbinds])


_ABSENT = {
    Missing.NO_SUCH_OBJECT: rfc1905.noSuchObject,
    Missing.NO_SUCH_INSTANCE: rfc1905.noSuchInstance,
    Missing.END_OF_MIB_VIEW: rfc1905.endOfMibView,
}
_ENCODE: dict[type, Callable[[Any, Any], Any]] = {
    type(None): lambda _module, _value: v2c.null,
    Missing: lambda _module, value: _ABSENT[value],
    Counter64: lambda _module, value: v2c.Counter64(int(value)),
    Counter32: lambda module, value: getattr(module, "Counter32", v1.Counter)(int(value)),
    Gauge32: lambda module, value: getattr(module, "Gauge32", v1.Gauge)(int(value)),
    TimeTicks: lambda module, value: module.TimeTicks(int(value)),
    Opaque: lambda module, value: module.Opaque(bytes(value)),
    IPv4Address: lambda module, value: module.IpAddress(str(value)),
    tuple: lambda module, value: module.ObjectIdentifier(value),
    bytes: lambda module, value: module.OctetString(value),
    int: lambda module, value: module.Integer(int(value)),
}


def encoded(module: Any, value: Value) -> Any:
    return _ENCODE[type(value)](module, value)


@asynccontextmanager
async def serving(agent: Agent, local: int = 0, **faults: Any) -> AsyncIterator[UdpAgent]:
    """Serve an agent on loopback, on a free port or this one."""
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.create_datagram_endpoint(
        lambda: UdpAgent(agent, **faults), local_addr=("127.0.0.1", local)
    )
    try:
        yield protocol
    finally:
        transport.close()


def system(**more: Any) -> dict[Oid, Any]:
    """Return the system group, an hour after the start."""
    group = oid("1.3.6.1.2.1.1")
    return {
        (*group, 1, 0): b"Testing Machine",
        (*group, 2, 0): oid("1.3.6.1.4.1.32473.1"),
        (*group, 3, 0): more.get("uptime", TimeTicks(360_000)),
        (*group, 4, 0): b"",
        (*group, 5, 0): b"machine",
        (*group, 6, 0): b"rack 1",
    }


def port(index: int, name: str, **more: Any) -> dict[Oid, Any]:
    """Return one row of ifTable and ifXTable: an Ethernet port of 1 Gbit/s that is up."""
    cells = {
        (*IF, 2, index): name.encode(),
        (*IF, 3, index): more.get("type", 6),
        (*IF, 4, index): 1500,
        (*IF, 5, index): Gauge32(more.get("speed", 1_000_000_000)),
        (*IF, 6, index): bytes((2, 0, 0, 0, index >> 8 & 255, index & 255)),
        (*IF, 7, index): more.get("admin", 1),
        (*IF, 8, index): more.get("oper", 1),
        (*IF, 9, index): TimeTicks(more.get("changed", 100)),
        (*IF, 10, index): Counter32(more.get("low_in", 0)),
        (*IF, 13, index): Counter32(more.get("discards", 0)),
        (*IF, 14, index): Counter32(more.get("errors", 0)),
        (*IF, 16, index): Counter32(more.get("low_out", 0)),
        (*IF, 19, index): Counter32(0),
        (*IF, 20, index): Counter32(0),
    }
    if more.get("wide", True):
        cells |= {
            (*IFX, 1, index): name.encode(),
            (*IFX, 6, index): Counter64(more.get("octets_in", 0)),
            (*IFX, 10, index): Counter64(more.get("octets_out", 0)),
            (*IFX, 15, index): Gauge32(more.get("high_speed", 1000)),
            (*IFX, 18, index): b"",
            (*IFX, 19, index): TimeTicks(more.get("discontinuity", 0)),
        }
    return cells


def switch(ports: int = 4, **more: Any) -> dict[Oid, Any]:
    """Return a small switch."""
    mib = system(**more)
    for index in range(1, ports + 1):
        mib |= port(index, f"ge{index}")
    return mib
