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
from probes.server.facets import FACETS, USUAL, script
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
        """What it reads is said by `facets`; `suid`, which reads whole disks, only where it is named."""

    def __init__(self, options: Options, *, shared: Shared) -> None:
        del options, shared  # there is nothing to choose, and nothing in common with others

    def offered(self) -> tuple[str, ...]:
        """Return all facets but those that read whole disks."""
        return USUAL

    async def collect(self, target: Target, facets: frozenset[str]) -> Collection | Failure:
        """Read this machine, whatever the address of the target."""
        del target
        raw = await _run(sorted(facets))
        if isinstance(raw, Failure):
            return raw
        found = read(raw, facets)
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
