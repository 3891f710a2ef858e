"""The collector `server`: a server over SSH, by one fixed script that changes nothing.

The key that it logs in with may run the script and nothing else, by this line of `authorized_keys` on the server:

    restrict,command="/usr/local/sbin/netwatch-collect" ssh-ed25519 AAAA… netwatch

Then the server ignores what is sent but for the names of facets in it. Where the script is not installed, it is sent to
the server's own shell. Both take the same bytes: the command `sh -s -- FACET …`, and the script on its input. There is
no terminal, and nothing is forwarded.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, ClassVar

import asyncssh
from pydantic import AfterValidator

from probes.api import Failure, Message, Trouble, _
from probes.options import Port, ProbeOptions, Seconds
from probes.server.facets import FACETS, SELDOM, USUAL, script
from probes.server.reading import BIGGEST, read
from probes.ssh.collector import resolved
from probes.ssh.credentials import Login
from probes.ssh.options import fingerprint
from probes.ssh.transport import NoSessionError, Place, session

if TYPE_CHECKING:
    from collections.abc import Iterable

    from probes.api import Shared, Target
    from probes.collect import Collection, Facet
    from probes.names import Address

CHUNK = 1 << 16


class ServerCollector:
    """Reads one server in one visit."""

    kind: ClassVar[str] = "server"
    facets: ClassVar[tuple[Facet, ...]] = FACETS
    every: ClassVar[timedelta] = timedelta(hours=1)

    class Options(ProbeOptions):
        """Where to log in, and as whom. How long a visit may take is its `deadline`."""

        credentials: ClassVar[tuple[type, ...]] = (Login,)
        """What its credential may be."""

        credential: str
        """The `[credential.NAME]` to log in with: a user and a key that may run nothing but the script."""
        host_key: Annotated[str, AfterValidator(fingerprint)] | None = None
        """The fingerprint of its host key, as `ssh-keygen -l` prints it. Without it nobody logs in: the first try names it."""
        port: Port = 22
        """The port of its SSH."""
        connect: Seconds = 15.0
        """Seconds until the log-in must be done."""
        legacy: bool = False
        """Offer this server algorithms of yesterday as well: SHA-1 key exchange, ssh-rsa, CBC."""
        suid: bool = False
        """Whether programs with the rights of others are looked for, and nothing else: it reads whole disks, so give it
        a table of its own with `every = "7d"`."""

    def __init__(self, options: Options, *, shared: Shared) -> None:
        self._options = options
        self._shared = shared
        self._login = shared.credentials.get(options.credential)

    def offered(self) -> tuple[str, ...]:
        """Return what it reads: all but what reads whole disks, or with `suid` only that."""
        return tuple(sorted(SELDOM)) if self._options.suid else USUAL

    async def collect(self, target: Target, facets: frozenset[str]) -> Collection | Failure:
        """Log in once and read these facets; one session at a time for each address."""
        login = self._login
        if not isinstance(login, Login):
            what = _("no SSH credential is called {name}")
            return Failure(Trouble.PERMISSION, Message(what, {"name": self._options.credential}))
        address = await resolved(target.address)
        if isinstance(address, Failure):
            return address
        async with self._shared.get(f"ssh/{address}", asyncio.Lock):
            return await self._visit(address, login, facets or frozenset(self.offered()))

    async def _visit(self, address: Address, login: Login, asked: frozenset[str]) -> Collection | Failure:
        options = self._options
        place = Place(address, options.port, options.host_key, options.legacy, options.connect)
        try:
            async with session(place, login, options.credential) as held:
                raw = await said(held.connection, asked)
        except NoSessionError as error:
            return error.failure
        return read(raw, asked, held.host_key)


def command(facets: Iterable[str]) -> str:
    """Return what is asked for: all that is ever sent as a command."""
    known = [each.name for each in FACETS]
    return " ".join(("sh -s --", *(name for name in known if name in set(facets))))


async def said(connection: asyncssh.SSHClientConnection, facets: Iterable[str]) -> bytes:
    """Return what the script says, as far as it comes. What is missing at its end is seen when it is taken apart.

    The channel is left to the session, which is closed in any case: a server whose command goes on does not answer
    when the channel alone is closed.
    """
    collected = bytearray()
    with suppress(asyncssh.Error, OSError):
        process = await connection.create_process(
            command(facets), encoding=None, stderr=asyncssh.DEVNULL, request_pty=False
        )
        with suppress(OSError):  # the installed script does not read it, and may be through already
            process.stdin.write(script())
            process.stdin.write_eof()
        while len(collected) <= BIGGEST and (chunk := await process.stdout.read(CHUNK)):
            collected += chunk
    return bytes(collected)
