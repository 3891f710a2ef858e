"""A shell with a prompt, as a person has it: the dialogue, on a channel with a terminal.

Nothing is sent but what `Allowed` gives.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from probes.api import Failure, Message, Trouble, _
from probes.ssh.channel import opened
from probes.ssh.dialogue import Dialogue, Phase
from probes.ssh.plan import Patience, Steps, follow
from probes.ssh.said import Said, closed, never_asked, silent, too_long
from probes.ssh.signs import is_privileged

if TYPE_CHECKING:
    import asyncssh

    from probes.platforms.platform import Dialogue as Manners
    from probes.ssh.allowed import Allowed
    from probes.ssh.channel import Channel

FAREWELL = 0.5
"""Seconds that a device has to end the session when it is told to; then it is closed from here."""


class Shell:
    """The visit of one device by its prompt."""

    def __init__(self, manners: Manners, allowed: Allowed, patience: Patience, secret: bytes | None = None) -> None:
        self._manners = manners
        self._allowed = allowed
        self._patience = patience
        self._secret = secret
        self._dialogue = Dialogue(manners, patience.limit)
        self._deadline = _now() + patience.total

    async def visit(self, connection: asyncssh.SSHClientConnection, steps: Steps) -> Failure | None:
        """Ask for more rights where that is needed, then each command of the plan; a failure where none can be asked."""
        channel = await opened(connection, self._patience.connect)
        if isinstance(channel, Failure):
            return channel
        await self._listen(channel)
        if self._dialogue.phase is not Phase.READY:
            return Failure(Trouble.PROTOCOL, Message(_("the device shows no prompt after the log-in")))
        if await self._is_refused(channel):
            return Failure(Trouble.AUTHENTICATION, Message(_("the device refuses the password for more rights")))
        await follow(steps, lambda command: self._ask(channel, command))
        await self._leave(channel)
        return None

    async def _is_refused(self, channel: Channel) -> bool:
        """Ask for more rights, if there is a password to do it with and they are not there already."""
        if self._secret is not None and self._manners.enable and not is_privileged(self._dialogue.prompt):
            await self._ask(channel, self._manners.enable, self._secret)
        return self._dialogue.is_refused

    async def _ask(self, channel: Channel, command: str, secret: bytes | None = None) -> Said:
        if self._dialogue.phase is not Phase.READY:
            return Said(command, gap=never_asked(command))
        began = _now()
        self._dialogue.ask(command, secret)
        await self._listen(channel)
        said = self._dialogue.said or Said(command, gap=closed(command))
        return said.after(_now() - began)

    async def _listen(self, channel: Channel) -> None:
        """Carry bytes in both directions until there is an answer, or there will be none."""
        dialogue, since, wait = self._dialogue, _now(), self._patience.settle
        while dialogue.phase in {Phase.LOGIN, Phase.ASKED}:
            self._send(channel)
            data = await channel.receive(min(since + wait, self._deadline) - _now())
            if data:
                dialogue.receive(data)
                since, wait = _now(), self._patience.settle
            if _now() >= self._deadline:
                dialogue.ended(too_long(self._patience.total))
            elif channel.is_over:
                dialogue.ended()
            elif not data:
                # To draw a screen takes a second for each four million bytes, and more where the cursor is moved.
                wait = await asyncio.to_thread(self._in_silence, wait)

    def _in_silence(self, wait: float) -> float:
        """Tell the dialogue that nothing came for so long, and return when to tell it next."""
        patience = self._patience
        if wait >= patience.idle:
            self._dialogue.ended(silent(patience.idle))
        elif wait <= patience.settle:
            self._dialogue.quiet()
            return min(patience.stall, patience.idle)
        else:
            self._dialogue.stalled()
        return min(wait + patience.stall, patience.idle)

    def _send(self, channel: Channel) -> None:
        for data in self._dialogue.sends():
            channel.send(self._allowed.line(data))

    async def _leave(self, channel: Channel) -> None:
        if self._dialogue.phase is Phase.READY and self._manners.exit:
            self._dialogue.ask(self._manners.exit)
            self._send(channel)
            await channel.over(FAREWELL)


def _now() -> float:
    return asyncio.get_running_loop().time()
