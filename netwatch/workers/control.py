"""The service's socket: commands that write come through here, since only the service writes its database.

One line of JSON asks, one line answers. Who may connect is decided by the socket's permissions.
"""

from __future__ import annotations

import asyncio
import json
import os
import pwd
import socket
import struct
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import structlog

from netwatch.errors import NetwatchError
from probes.api import _

if TYPE_CHECKING:
    from pathlib import Path

    from probes.api import Message

log = structlog.get_logger()

LONGEST = 64 * 1024
PATIENCE = 30.0
NOT_UNDERSTOOD = {"error": _("the request is not understood"), "exit": 2}
FAILED = _("the service failed to do this: {what}; see its log")


@dataclass(frozen=True, slots=True)
class Peer:
    """The user of the system at the other end of the socket, as the kernel says."""

    login: str
    trusted: bool
    """Root, and whoever runs the service, may act for anybody: the records say so."""


Carry = Callable[[str, str, dict[str, Any], Peer], Awaitable["Message"]]
"""Carries out an action: its name, who asks, its arguments, whose connection it is."""


class Control:
    """A child of the TaskGroup that listens on a unix socket."""

    def __init__(self, path: Path, carry: Carry) -> None:
        self._path = path
        self._carry = carry

    async def run(self) -> None:
        """Listen until cancelled; the socket is ours alone, since we hold the database."""
        self._path.unlink(missing_ok=True)
        server = await asyncio.start_unix_server(self._answer, self._path, limit=LONGEST)
        self._path.chmod(0o660)
        try:
            async with server:
                await server.serve_forever()
        finally:
            self._path.unlink(missing_ok=True)

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            async with asyncio.timeout(PATIENCE):
                reply = await self._reply(await reader.readline(), _peer(writer))
            writer.write(json.dumps(reply, ensure_ascii=False).encode() + b"\n")
            await writer.drain()
        except (TimeoutError, ConnectionError, ValueError) as error:
            log.warning("a command was cut off", error=str(error) or type(error).__name__)
        finally:
            writer.close()

    async def _reply(self, line: bytes, peer: Peer) -> dict[str, Any]:
        try:
            asked = json.loads(line)
            name, actor, arguments = asked["action"], asked["actor"], asked["arguments"]
        except (ValueError, KeyError, TypeError):
            return NOT_UNDERSTOOD
        if not (isinstance(name, str) and isinstance(actor, str) and isinstance(arguments, dict)):
            return NOT_UNDERSTOOD
        try:
            done = await self._carry(name, actor, arguments, peer)
        except NetwatchError as error:
            return {"error": error.template, "values": error.values, "exit": error.exit_code}
        except Exception as error:
            log.exception("a command failed", action=name)
            return {"error": FAILED, "values": {"what": type(error).__name__}, "exit": 1}
        return {"result": done.template, "values": dict(done.values)}


def _peer(writer: asyncio.StreamWriter) -> Peer:
    connection: socket.socket = writer.get_extra_info("socket")
    credentials = connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, struct.calcsize("3i"))
    uid = struct.unpack("3i", credentials)[1]
    try:
        login = pwd.getpwuid(uid).pw_name
    except KeyError:
        login = str(uid)
    return Peer(login, trusted=uid in {0, os.getuid()})
