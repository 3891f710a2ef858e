"""One channel of a session: bytes as they come, and whether it ended in good order."""

from __future__ import annotations

import asyncio
from typing import Any

import asyncssh

from probes.api import Failure, Message, Trouble, _

MOST_ERRORS = 4096
"""Bytes that are kept of a channel for errors."""
SIZE = (511, 1000)
"""Columns and lines of the terminal: so wide that no echo is broken, and so high that few devices page."""
_TERMINAL: dict[str, Any] = {"request_pty": True, "term_type": "vt100", "term_size": SIZE}


class Channel(asyncssh.SSHClientSession[bytes]):
    """A channel that keeps what came until it is asked for."""

    def __init__(self) -> None:
        self.errors = bytearray()
        """What came on the channel for errors."""
        self.is_closed = False
        self.has_ended = False
        """Whether the device said itself that it is done, by a status or an end, and the connection was not lost then."""
        self.status: int | None = None
        """What the command ended with, where the device tells."""
        self._chunks: list[bytes] = []
        self._news = asyncio.Event()
        self._channel: asyncssh.SSHClientChannel[bytes] | None = None

    def connection_made(self, chan: asyncssh.SSHClientChannel[bytes]) -> None:
        """Take the channel to write to; asyncssh calls this and what follows."""
        self._channel = chan

    def data_received(self, data: bytes, datatype: int | None) -> None:
        """Take bytes."""
        if datatype is None:
            self._chunks.append(data)
            self._news.set()
        elif len(self.errors) < MOST_ERRORS:
            self.errors += data[:MOST_ERRORS]

    def exit_status_received(self, status: int) -> None:
        """Take the status of the command."""
        self.status, self.has_ended = status, True

    def eof_received(self) -> bool:
        """Take note of the end."""
        self.has_ended = True
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        """Take note that the channel is closed, or the connection gone."""
        self.has_ended = self.has_ended and exc is None
        self.is_closed = True
        self._news.set()

    @property
    def is_over(self) -> bool:
        """Whether nothing more is to be had."""
        return self.is_closed and not self._chunks

    async def receive(self, seconds: float) -> bytes:
        """Return what came, as soon as something came; nothing after these seconds, or when it is over."""
        if not self._chunks and not self.is_closed:
            self._news.clear()
            try:
                async with asyncio.timeout(max(0.0, seconds)):
                    await self._news.wait()
            except TimeoutError:
                return b""
        data, self._chunks = b"".join(self._chunks), []
        return data

    async def over(self, seconds: float) -> None:
        """Wait until it is closed, at most so long; what still comes is dropped."""
        end = asyncio.get_running_loop().time() + seconds
        while not self.is_over and (left := end - asyncio.get_running_loop().time()) > 0:
            await self.receive(left)

    def send(self, data: bytes) -> None:
        """Send bytes. Where the channel is closing they go nowhere, which is seen by whoever listens."""
        if self._channel is not None and not self._channel.is_closing():
            self._channel.write(data)


async def opened(
    connection: asyncssh.SSHClientConnection, seconds: float, command: str | None = None
) -> Channel | Failure:
    """Open a channel for a command, or with a terminal where there is none to run."""
    channel = Channel()
    options = {"request_pty": False} if command is not None else _TERMINAL
    try:
        async with asyncio.timeout(seconds):
            await connection.create_session(lambda: channel, command, encoding=None, **options)
    except TimeoutError:
        what = _("the device accepted the log-in and did not open a session within {seconds} s")
        return Failure(Trouble.TIMEOUT, Message(what, {"seconds": f"{seconds:g}"}))
    except (asyncssh.Error, OSError):
        return Failure(Trouble.PROTOCOL, Message(_("the device accepted the log-in and opens no session")))
    return channel
