"""A channel for each command: no terminal, no prompt, no pager, and the device itself says when it is done."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from probes.api import Failure
from probes.ssh.channel import opened
from probes.ssh.plan import Patience, Steps, follow
from probes.ssh.said import KEPT, Said, closed, endless, never_asked, silent, too_long, written_over
from probes.ssh.terminal import is_written_over, shown

if TYPE_CHECKING:
    import asyncssh

    from probes.api import Message
    from probes.ssh.allowed import Allowed
    from probes.ssh.channel import Channel


class Commands:
    """The visit of one device, a channel for each command."""

    def __init__(self, allowed: Allowed, patience: Patience) -> None:
        self._allowed = allowed
        self._patience = patience
        self._deadline = _now() + patience.total
        self._failure: Failure | None = None
        self._has_run = False

    async def visit(self, connection: asyncssh.SSHClientConnection, steps: Steps) -> Failure | None:
        """Run each command of the plan; a failure where the device runs none."""
        await follow(steps, lambda command: self._run(connection, command))
        return self._failure if not self._has_run else None

    async def _run(self, connection: asyncssh.SSHClientConnection, command: str) -> Said:
        began = _now()
        channel = await opened(connection, self._patience.connect, self._allowed.command(command))
        if isinstance(channel, Failure):
            self._failure = channel
            return Said(command, gap=never_asked(command))
        self._has_run = True
        raw, gap = await self._listen(channel, command)
        gap = gap or (None if channel.has_ended else closed(command))
        # In a thread: it takes a second for each four million bytes.
        text, is_lost = await asyncio.to_thread(_drawn, raw or bytes(channel.errors), self._patience.limit)
        if len(text) > self._patience.limit:
            text, gap = text[:KEPT], endless(command, self._patience.limit)
        elif is_lost:
            gap = gap or written_over(command)
        return Said(command, text + b"\n" * bool(text), gap, None, channel.status, _now() - began)

    async def _listen(self, channel: Channel, command: str) -> tuple[bytes, Message | None]:
        raw, patience = bytearray(), self._patience
        while not channel.is_over:
            data = await channel.receive(min(patience.idle, self._deadline - _now()))
            raw += data
            if len(raw) > patience.limit:
                return bytes(raw[:KEPT]), endless(command, patience.limit)
            if _now() >= self._deadline:
                return bytes(raw[:KEPT]), too_long(patience.total)(command)
            if not data and not channel.is_over:
                return bytes(raw[:KEPT]), silent(patience.idle)(command)
        return bytes(raw), None


def _drawn(raw: bytes, limit: int) -> tuple[bytes, bool]:
    """Return the text as it stands on the screen, and whether most of it does not stand there any more."""
    text = shown(raw, limit)
    return text.rstrip(b" \n"), is_written_over(raw, text)


def _now() -> float:
    return asyncio.get_running_loop().time()
