"""The probe `tcp`: does a port take a connection, how fast, and does it say what it should."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, ClassVar, Literal

from pydantic import Field

from probes.api import Failure, Meaning, Measurement, Message, Reading, Shared, State, Target, Value, _
from probes.names import names
from probes.options import Port, ProbeOptions, Seconds
from probes.snmp.text import decoded
from probes.troubles import no_connection

if TYPE_CHECKING:
    from datetime import datetime


CONNECT_TIME = Meaning("connect.time", _("Time to connect"), "ms")
ANSWER = Meaning("tcp.answer", _("Answer of the service"))

LONGEST_ANSWER = 4096
"""Bytes in which the expected text must come."""
SHOWN = 80


class TcpProbe:
    """Connects to a port, and where asked to sends a text and looks for another in the answer."""

    kind: ClassVar[str] = "tcp"
    reachability: ClassVar[bool] = False
    meanings: ClassVar[tuple[Meaning, ...]] = (CONNECT_TIME, ANSWER)

    class Options(ProbeOptions):
        """`timeout` holds for the connection, and once more for the answer. Texts are UTF-8."""

        port: Port
        timeout: Seconds = 5.0
        send: Annotated[str, Field(max_length=4096)] = ""
        expect: Annotated[str, Field(max_length=1024)] = ""
        version: Literal[4, 6] | None = None

    def __init__(self, options: Options, *, shared: Shared) -> None:
        self._options = options
        self._names = names(shared)

    async def measure(self, target: Target, now: datetime) -> Reading:
        """Connect once. A wrong answer is a value with its state; a connection that fails is a `Failure`."""
        address = await self._names.resolve(target.address, now, self._options.version)
        if isinstance(address, Failure):
            return address
        clock = asyncio.get_running_loop().time
        started = clock()
        try:
            async with asyncio.timeout(self._options.timeout):
                reader, writer = await asyncio.open_connection(str(address), self._options.port)
        except OSError as error:
            return no_connection(error, address, self._options.port, self._options.timeout)
        try:
            connected = Value(CONNECT_TIME.name, round(1000 * (clock() - started), 3))
            return Measurement((connected, *await self._talk(reader, writer)))
        finally:
            await _close(writer)

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[Value, ...]:
        writer.write(self._options.send.encode())
        expected = self._options.expect.encode()
        if not expected:
            return ()
        seen = bytearray()
        try:
            async with asyncio.timeout(self._options.timeout):
                await _read_until(reader, expected, seen)
        except OSError:  # too slow, or reset: what was seen decides
            pass
        if expected in seen:
            return (Value(ANSWER.name, state=State.OK),)
        sentence = _("expected “{expected}”, got “{answer}”") if seen else _("expected “{expected}”, got nothing")
        values = {"expected": decoded(expected)[:SHOWN], "answer": decoded(bytes(seen))[:SHOWN]}
        return (Value(ANSWER.name, state=State.CRITICAL, note=Message(sentence, values)),)


async def _read_until(reader: asyncio.StreamReader, expected: bytes, seen: bytearray) -> None:
    while expected not in seen and len(seen) < LONGEST_ANSWER:
        piece = await reader.read(LONGEST_ANSWER - len(seen))
        if not piece:
            return
        seen += piece


async def _close(writer: asyncio.StreamWriter) -> None:
    """Close at once, even where the other side takes nothing more."""
    if writer.transport.get_write_buffer_size():
        writer.transport.abort()
    writer.close()
    try:
        async with asyncio.timeout(0.5):
            await writer.wait_closed()
    except OSError:  # reset by the other side, or slow: it is closed for us
        writer.transport.abort()
