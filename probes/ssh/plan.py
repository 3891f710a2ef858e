"""How a plan of commands is followed, and how long anybody waits."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Generator
from dataclasses import dataclass

from probes.ssh.dialogue import LIMIT
from probes.ssh.said import Said

Steps = Generator[str, Said, None]
"""A plan: it yields what is to be asked, and is sent what was said."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long to wait, in seconds."""

    connect: float = 15.0
    """Until a channel is open."""
    idle: float = 30.0
    """For the next byte."""
    total: float = 300.0
    """For the whole visit."""
    settle: float = 0.05
    """Silence after which a line is looked at: it may be the prompt."""
    stall: float = 2.0
    """Silence after which Enter is pressed, where that is safe."""
    limit: int = LIMIT
    """Bytes of one answer."""


async def follow(steps: Steps, ask: Callable[[str], Awaitable[Said]]) -> None:
    """Go through a plan to its end: ask what it yields, and send it what was said.

    A plan judges what was said: half a second for half a million lines, so it goes on in a thread.
    """
    command = next(steps, None)
    while command is not None:
        command = await asyncio.to_thread(_go_on, steps, await ask(command))


def _go_on(steps: Steps, said: Said) -> str | None:
    """Return the next command, or None at the end: no future carries a `StopIteration`."""
    try:
        return steps.send(said)
    except StopIteration:
        return None
