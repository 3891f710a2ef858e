"""The collector `cli`: what a device with a command line is set to, read over SSH."""

from __future__ import annotations

import asyncio
from functools import partial
from ipaddress import ip_address
from typing import TYPE_CHECKING, ClassVar

from probes import facets as sides
from probes.api import Failure, Message, Trouble, _
from probes.aside import aside
from probes.collect import Collection
from probes.names import PATIENCE, ask_system
from probes.platforms.platform import load
from probes.ssh.allowed import Allowed
from probes.ssh.commands import Commands
from probes.ssh.credentials import Login
from probes.ssh.options import CliOptions
from probes.ssh.plan import Patience
from probes.ssh.shell import Shell
from probes.ssh.transport import NoSessionError, Place, session
from probes.ssh.visit import Visit

if TYPE_CHECKING:
    from pydantic import BaseModel

    from probes.api import Shared, Target
    from probes.collect import Facet
    from probes.names import Address


class CliCollector:
    """Reads a device as somebody at its prompt would, who may only look."""

    kind: ClassVar[str] = "cli"
    facets: ClassVar[tuple[Facet, ...]] = (sides.RUNNING, sides.STARTUP, sides.HARDWARE, sides.VERSION)
    Options: ClassVar[type[BaseModel]] = CliOptions

    def __init__(self, options: CliOptions, *, shared: Shared, patience: Patience | None = None) -> None:
        self._options = options
        self._shared = shared
        self._platform = load(options.platform)
        self._login = shared.credentials.get(options.credential)
        self._patience = patience or Patience(connect=options.connect, idle=options.idle, total=options.total)

    def offered(self) -> tuple[str, ...]:
        """Return the names of the facets that it reads as it is configured."""
        return tuple(each.name for each in self._platform.readings)

    async def collect(self, target: Target, facets: frozenset[str]) -> Collection | Failure:
        """Log in once and read these facets; one session at a time for each device."""
        if not isinstance(self._login, Login):
            what = _("no SSH credential is called {name}")
            return Failure(Trouble.PERMISSION, Message(what, {"name": self._options.credential}))
        address = await resolved(target.address)
        if isinstance(address, Failure):
            return address
        async with self._shared.get(f"ssh/{address}", asyncio.Lock):
            try:
                return await self._visit(address, self._login, facets)
            except NoSessionError as error:
                return error.failure

    async def _visit(self, address: Address, login: Login, facets: frozenset[str]) -> Collection | Failure:
        options = self._options
        place = Place(address, options.port, options.host_key, options.legacy, options.connect)
        visit = Visit(self._platform, sorted(facets, key=self._turn))
        async with session(place, login, options.credential) as opened:
            failure = await self._shell(login).visit(opened.connection, visit.steps())
        return failure or Collection(tuple(visit.captures), opened.host_key, (), visit.unread)

    def _turn(self, facet: str) -> tuple[int, str]:
        """Return the place of a facet in the visit: as the platform has them, what it does not have last."""
        known = self.offered()
        return (known.index(facet) if facet in known else len(known), facet)

    def _shell(self, login: Login) -> Shell | Commands:
        manners = self._platform.dialogue
        secret = login.enable_password.reveal().encode() if login.enable_password else None
        allowed = Allowed(self._platform, secret)
        if manners is None or manners.channel == "exec":
            return Commands(allowed, self._patience)
        return Shell(manners, allowed, self._patience, secret)


async def resolved(name: str) -> Address | Failure:
    """Return the address of a name, or of a text that is one already."""
    try:
        return ip_address(name)
    except ValueError:
        look_up = aside(partial(ask_system, name, None))
    await asyncio.wait({look_up}, timeout=PATIENCE)
    if not look_up.done():
        return Failure(
            Trouble.NAME, Message(_("{name} does not resolve: DNS has not answered yet"), {"name": name[:253]})
        )
    answer = look_up.result()
    return Failure(Trouble.NAME, answer) if isinstance(answer, Message) else answer[0]
