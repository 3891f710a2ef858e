"""The mail server of the demo: takes every mail, keeps it, and writes it into a folder. As much of RFC 5321 as that needs."""

from __future__ import annotations

import asyncio
import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import socket
    from collections.abc import Callable
    from pathlib import Path

LONGEST_LINE = 64 * 1024
LARGEST = 16 * 1024 * 1024
PATIENCE = 300.0
SUBJECT, NAME = 200, 80
UNFIT = re.compile(r"[^\w. -]")
"""What is no good in the name of a file."""
_REPLIES = {
    "EHLO": f"250-netwatch demo\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE {LARGEST}",
    "HELO": "250 netwatch demo",
    "NOOP": "250 ok",
    "MAIL": "250 ok",
    "RCPT": "250 ok",
    "RSET": "250 ok",
    "QUIT": "221 goodbye",
}


@dataclass(frozen=True, slots=True)
class Caught:
    """A mail as it came, and where it was written."""

    recipients: tuple[str, ...]
    subject: str
    content: bytes
    path: Path


class Catcher:
    """Listens on a bound socket; `told` hears of each mail."""

    def __init__(self, bound: socket.socket, folder: Path, told: Callable[[Caught], None]) -> None:
        self.mails: list[Caught] = []
        bound.listen()  # from now on who comes waits, until `run` takes them in
        self._bound = bound
        self._folder = folder
        self._told = told

    async def run(self) -> None:
        """Take mail until cancelled."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        server = await asyncio.start_server(self._talk, sock=self._bound, limit=LONGEST_LINE)
        async with server:
            await server.serve_forever()

    async def _talk(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            writer.write(b"220 netwatch demo\r\n")
            await _Session(self, reader, writer).run()
        except (OSError, ValueError, asyncio.IncompleteReadError):
            pass  # it hung up, fell silent, or sent a line without end
        finally:
            writer.close()

    async def keep(self, recipients: tuple[str, ...], content: bytes) -> None:
        """Keep a mail, in memory and on disk, and tell of it."""
        subject = str(message_from_bytes(content, policy=policy.default).get("Subject", ""))
        line = "".join(char if char.isprintable() else " " for char in subject)[:SUBJECT]
        number = len(self.mails) + 1
        name = f"{number:03} {recipients[0].partition('@')[0]} {line}"
        path = self._folder / f"{UNFIT.sub('_', name)[:NAME].strip()}.eml"
        mail = Caught(recipients, line, content, path)
        self.mails.append(mail)
        await asyncio.to_thread(path.write_bytes, content)
        self._told(mail)


class _Session:
    """One connection."""

    def __init__(self, catcher: Catcher, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._catcher = catcher
        self._reader = reader
        self._writer = writer
        self._recipients: list[str] = []

    async def run(self) -> None:
        """Answer command by command until it says goodbye."""
        while True:
            await self._writer.drain()
            async with asyncio.timeout(PATIENCE):
                line = (await self._reader.readuntil(b"\n")).decode("utf-8", "replace").strip()
            verb = line[:4].upper()
            self._writer.write((await self._reply(verb, line)).encode() + b"\r\n")
            if verb == "QUIT":
                return

    async def _reply(self, verb: str, line: str) -> str:
        match verb:
            case "MAIL" | "RSET":
                self._recipients.clear()
            case "RCPT":
                self._recipients.append(line.partition("<")[2].partition(">")[0])
            case "DATA":
                return await self._data()
        return _REPLIES.get(verb, "502 not known here")

    async def _data(self) -> str:
        if not self._recipients:
            return "503 for whom?"
        self._writer.write(b"354 go on, end with a dot\r\n")
        content = bytearray()
        async with asyncio.timeout(PATIENCE):
            while (line := await self._reader.readuntil(b"\n")) not in (b".\r\n", b".\n"):
                content += line[1:] if line.startswith(b".") else line
                if len(content) > LARGEST:
                    raise ValueError("a mail without end")
        await self._catcher.keep(tuple(self._recipients), bytes(content))
        self._recipients.clear()
        return "250 kept"
