"""The collector `local`: the machine that netwatch runs on, by the same script as every other server."""

from __future__ import annotations

import asyncio
import os
import signal
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, ClassVar

from probes.api import Failure, Message, Trouble, _
from probes.options import ProbeOptions
from probes.server.facets import FACETS, SELDOM, USUAL, script
from probes.server.ports import SOCKETS, listening
from probes.server.reading import BIGGEST, read

if TYPE_CHECKING:
    from probes.api import Shared, Target
    from probes.collect import Collection, Facet

PATH = "/usr/sbin:/usr/bin:/sbin:/bin"


class LocalCollector:
    """Reads this very machine by a child process: the lowest priority, no environment, an end at the deadline."""

    kind: ClassVar[str] = "local"
    facets: ClassVar[tuple[Facet, ...]] = FACETS
    every: ClassVar[timedelta] = timedelta(hours=1)

    class Options(ProbeOptions):
        """There is little to choose."""

        suid: bool = False
        """Whether programs with the rights of others are looked for, and nothing else: it reads whole disks, so give it
        a table of its own with `every = "7d"`."""

    def __init__(self, options: Options, *, shared: Shared) -> None:
        del shared  # it has nothing in common with others
        self._options = options

    def offered(self) -> tuple[str, ...]:
        """Return what it reads: all but what reads whole disks, or with `suid` only that."""
        return tuple(sorted(SELDOM)) if self._options.suid else USUAL

    async def collect(self, target: Target, facets: frozenset[str]) -> Collection | Failure:
        """Read this machine, whatever the address of the target."""
        del target
        asked = facets or frozenset(self.offered())
        raw = await _run(sorted(asked))
        if isinstance(raw, Failure):
            return raw
        found = read(raw, asked)
        if not isinstance(found, Failure) and SOCKETS in found.unread:
            return await listening(found)
        return found


async def _run(words: list[str]) -> bytes | Failure:
    """Return what the script says to these words; it and its children are ended with whoever waits for them."""
    command = ("/bin/sh", "-s", "--", *words)
    try:
        process = await asyncio.create_subprocess_exec(
            "nice", "-n", "10", *command,
            stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
            env={"PATH": PATH}, cwd="/", start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        values = {"what": error.strerror or str(error)}
        return Failure(Trouble.UNEXPECTED, Message(_("the script cannot be started: {what}"), values))
    try:
        return await _talk(process)
    finally:
        if process.returncode is None:
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            await process.wait()


async def _talk(process: asyncio.subprocess.Process) -> bytes:
    assert process.stdin is not None  # noqa: S101 - both were asked for
    assert process.stdout is not None  # noqa: S101
    with suppress(ConnectionError):
        process.stdin.write(script())
        await process.stdin.drain()
    process.stdin.close()
    said = bytearray()
    while chunk := await process.stdout.read(1 << 16):
        said += chunk
        if len(said) > BIGGEST:
            break
    return bytes(said)
