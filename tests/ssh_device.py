"""A device served over SSH on loopback: its command line, or a channel for each command; it keeps who tried to log in."""

from __future__ import annotations

import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import asyncssh

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from tests.cli_device import CliDevice

USER, PASSWORD = "netwatch", "correct-horse"


@dataclass
class Served:
    """A device on its port. `attempts` are the log-ins that were tried, whatever came of them."""

    port: int = 0
    host_key: str = ""
    attempts: list[tuple[str, str]] = field(default_factory=list)
    sessions: list[CliDevice] = field(default_factory=list)
    commands: list[str] = field(default_factory=list)
    open_connections: int = 0
    most_connections: int = 0

    async def emptied(self) -> None:
        """Wait until nobody is connected any more, at most a few seconds."""
        async with asyncio.timeout(5):
            while self.open_connections:  # noqa: ASYNC110 - the server of the library has no event for it
                await asyncio.sleep(0.01)


class _Server(asyncssh.SSHServer):
    def __init__(self, served: Served, *, by_keyboard: bool) -> None:
        self._served = served
        self._by_keyboard = by_keyboard

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._served.open_connections += 1
        self._served.most_connections = max(self._served.most_connections, self._served.open_connections)

    def connection_lost(self, exc: Exception | None) -> None:
        self._served.open_connections -= 1

    def begin_auth(self, username: str) -> bool:
        return True

    def password_auth_supported(self) -> bool:
        return not self._by_keyboard

    def validate_password(self, username: str, password: str) -> bool:
        self._served.attempts.append((username, password))
        return (username, password) == (USER, PASSWORD)

    def kbdint_auth_supported(self) -> bool:
        return True

    def get_kbdint_challenge(
        self, username: str, lang: str, submethods: str
    ) -> tuple[str, str, str, list[tuple[str, bool]]]:
        return "", "", "", [("Password: ", False)]

    def validate_kbdint_response(self, username: str, responses: list[str]) -> bool:
        return self.validate_password(username, responses[0])


@asynccontextmanager
async def ssh_device(
    make: Callable[[], CliDevice],
    *,
    delay: float = 0.0,
    by_keyboard: bool = False,
    key: asyncssh.SSHKey | None = None,
) -> AsyncIterator[Served]:
    """Serve a device: each session has one of its own from `make`. `delay` is how long it thinks about each word."""
    served = Served()
    host_key = key or asyncssh.generate_private_key("ssh-ed25519")
    served.host_key = host_key.get_fingerprint("sha256")

    async def run(process: asyncssh.SSHServerProcess[bytes]) -> None:
        made = make()
        served.sessions.append(made)
        try:
            if process.command is not None:
                served.commands.append(process.command)
                await _run(process, made, process.command)
            else:
                await _talk(process, made, delay)
        except (asyncssh.Error, OSError):
            return

    server = await asyncssh.create_server(
        lambda: _Server(served, by_keyboard=by_keyboard),
        "127.0.0.1",
        0,
        server_host_keys=[host_key],
        process_factory=run,
        line_editor=False,
        encoding=None,
    )
    served.port = server.sockets[0].getsockname()[1]
    try:
        yield served
    finally:
        server.close()
        await server.wait_closed()


async def _talk(process: asyncssh.SSHServerProcess[bytes], made: CliDevice, delay: float) -> None:
    process.stdout.write(made.connect())
    while not made.is_over:
        try:
            data = await process.stdin.read(4096)
        except asyncssh.TerminalSizeChanged:
            continue
        if not data:
            break
        if delay:
            await asyncio.sleep(delay)
        process.stdout.write(made.take(data))
    await process.stdout.drain()
    if made.cut is not None:
        process.channel.get_connection().abort()
    else:
        process.exit(0)


async def _run(process: asyncssh.SSHServerProcess[bytes], made: CliDevice, command: str) -> None:
    made.received.append(command.encode())
    text = made.answers.get(command)
    if text is None:
        process.stderr.write(made.unknown)
        process.exit(1)
        return
    whole = made.cut is None or made.cut >= len(text)
    process.stdout.write(text if whole else text[: made.cut])
    await process.stdout.drain()
    if whole:
        process.exit(0)
    else:
        process.channel.get_connection().abort()
