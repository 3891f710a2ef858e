"""The demo put together: the hospital, the mail server, the real service, and the script that is played to it."""

from __future__ import annotations

import asyncio
import logging
import shutil
import signal
import socket
import tempfile
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from netwatch import logs
from netwatch.config import load
from netwatch.daemon import Service
from netwatch.demo.archive import Archive
from netwatch.demo.catcher import Catcher
from netwatch.demo.configuration import Hours, Places, write
from netwatch.demo.console import Console
from netwatch.demo.hospital import HOSPITAL
from netwatch.demo.script import SCRIPT, Script
from netwatch.demo.servers import LOOPBACK, Site, listening
from netwatch.demo.stage import Stage
from netwatch.errors import UsageError
from netwatch.language import of_terminal
from netwatch.storage import faults
from netwatch.storage.database import Database
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.plugins import Registry

ZONE = ZoneInfo("Asia/Shanghai")
RELAY_PORT, PAGE_PORT = 2525, 8651
LAST_PAGE_PORT = PAGE_PORT + 50
GREETING = "netwatch demo"
"""How the folder of a demo begins, below the system's folder for such things."""
EVERYTHING = 100_000


@dataclass(frozen=True, slots=True)
class Plan:
    """How a demo is shown: for how many seconds (None: until somebody ends it), which story, with which shifts."""

    seconds: float | None = None
    script: Script = SCRIPT
    hours: Hours = field(default_factory=Hours)


@contextmanager
def folder_for(asked: Path | None, *, keep: bool) -> Iterator[Path]:
    """Make the folder of a demo. A temporary one goes with it unless kept; one that was asked for stays.

    Raises UsageError where there is something in it already.
    """
    if asked is not None:
        yield _new(asked.absolute())
        return
    folder = Path(tempfile.mkdtemp(prefix="netwatch-demo-"))
    try:
        yield folder
    finally:
        if not keep:
            shutil.rmtree(folder, ignore_errors=True)


def _new(folder: Path) -> Path:
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        is_empty = not any(folder.iterdir())
    except OSError as error:
        raise UsageError(_("{folder}: {error}"), folder=str(folder), error=error.strerror or str(error)) from error
    if not is_empty:
        raise UsageError(_("{folder} is not empty: name a folder that is new"), folder=str(folder))
    return folder


def show(folder: Path, registry: Registry, clock: Clock, say: Callable[[str], None], plan: Plan = Plan()) -> int:
    """Show the demo in an empty folder; return the exit code. Lines for the terminal go to `say`."""
    with ExitStack() as stack:
        sites = {device.name: Site(device, clock.monotonic) for device in HOSPITAL}
        for site in sites.values():
            stack.callback(site.close)
        relay = stack.enter_context(listening(socket.SOCK_STREAM, LOOPBACK, RELAY_PORT))
        places = Places(
            {name: site.where for name, site in sites.items()}, relay.getsockname(), (LOOPBACK, _free_port())
        )
        path = write(folder / "config.toml", of_terminal(), places, clock.now(), ZONE, plan.hours)
        settings = load(path, registry)
        stack.enter_context(_logging(settings))
        database = Database(settings.database_url).open()
        stack.callback(database.close)
        asyncio.run(_Show(settings, registry, database, clock, say, plan, sites, relay).run())
    return 0


class _Show:
    """One demo while it runs."""

    def __init__(
        self,
        settings: Settings,
        registry: Registry,
        database: Database,
        clock: Clock,
        say: Callable[[str], None],
        plan: Plan,
        sites: dict[str, Site],
        relay: socket.socket,
    ) -> None:
        self._clock = clock
        self._plan = plan
        self._sites = sites
        self._database = database
        self._console = Console(settings, clock, say)
        self._catcher = Catcher(relay, settings.folder / "mail", self._console.caught)
        self._archive = Archive(settings.folder / "reports", settings.site.language, database, clock, self._console)
        self._service = Service(settings, registry, database, clock)
        self._stage = Stage(plan.script, sites, settings, database, clock, self._console, self._service.carry)

    async def run(self) -> None:
        """Run everything until the service is told to stop, by a signal or when the time is over."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._service.stop)
        self._console.opens()
        try:
            await self._play()
        finally:
            for site in self._sites.values():
                site.close()
        await self._archive.look()
        count = len(await self._database.read(lambda tx: faults.listed(tx, EVERYTHING)))
        self._console.ends(count, len(self._catcher.mails), self._archive.count)

    async def _play(self) -> None:
        for site in self._sites.values():
            await site.open()
        async with asyncio.TaskGroup() as group:
            players = [group.create_task(each.run()) for each in (self._catcher, self._stage, self._archive)]
            if self._plan.seconds is not None:
                players.append(group.create_task(self._end_after(self._plan.seconds)))
            await self._service.run()
            for player in players:
                player.cancel()

    async def _end_after(self, seconds: float) -> None:
        await self._clock.sleep(seconds)
        self._service.stop()


def _free_port() -> int:
    """Return the first port from 8651 on that the page can have."""
    for port in range(PAGE_PORT, LAST_PAGE_PORT):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as trial:
            trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                trial.bind((LOOPBACK, port))
            except OSError:
                continue
            return port
    raise UsageError(
        _("no port from {first} to {last} is free for the status page"), first=PAGE_PORT, last=LAST_PAGE_PORT - 1
    )


@contextmanager
def _logging(settings: Settings) -> Iterator[None]:
    """Send what the service says about itself into a file, since the terminal is for the story."""
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    with (settings.folder / "netwatch.log").open("w", encoding="utf-8") as stream:
        logs.configure(settings.file.log, stream=stream)
        try:
            yield
        finally:
            root.handlers[:] = before
            root.setLevel(level)
