"""The service, put together: open, wire, one TaskGroup, ordered stop."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
from datetime import time
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

import structlog

from netwatch import __version__, logs, supervisor
from netwatch.actions import carry_out, socket_path
from netwatch.actions.audited import Asked, noted
from netwatch.config import load
from netwatch.errors import ConfigError, StorageUnavailable, UsageError
from netwatch.progress import Progress
from netwatch.storage import audit, checks, events, records
from netwatch.storage.database import Database
from netwatch.storage.events import Entry, EventKind
from netwatch.timetable import Timetable
from netwatch.web.server import Web
from netwatch.workers import roll
from netwatch.workers.approval import ApprovalWorker
from netwatch.workers.archive import ArchiveWorker
from netwatch.workers.audit import SERVICE, AuditWorker
from netwatch.workers.conduct import ConductWorker
from netwatch.workers.control import Control, Peer
from netwatch.workers.drift import DriftWorker
from netwatch.workers.due import Due
from netwatch.workers.duties import DutiesWorker
from netwatch.workers.handover import HandoverWorker
from netwatch.workers.heart import Heart
from netwatch.workers.janitor import Janitor
from netwatch.workers.mailer import Mailer
from netwatch.workers.observer import Observer
from netwatch.workers.prober import Prober, looks
from netwatch.workers.registers import RegistersWorker
from netwatch.workers.reports import ReportsWorker
from netwatch.workers.reviewer import Reviewer
from netwatch.workers.roster import RosterWorker
from netwatch.workers.sessions import SessionsWorker
from netwatch.workers.watched import Watched
from probes.api import Message, Shared, _
from probes.icmp.pace import Pace

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Mapping
    from pathlib import Path

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.plugins import Registry

log = structlog.get_logger()

T = TypeVar("T")
TICK = 0.5
REVIEW = 10.0
RELOAD_AGAIN = 5.0
START_AGAIN = (5.0, 60.0)
"""Seconds until a start is tried again that the database did not allow: at first, and at most."""
HOUSEKEEPING = time(3, 30)
CONFIGURATION = "configuration"
"""Under which is kept the digest of the configuration that was in force last."""


class Stopping(Exception):
    """Somebody asked the service to stop."""


def run(settings: Settings, registry: Registry, clock: Clock) -> int:
    """Run the service until it is told to stop; return its exit code."""
    logs.configure(settings.file.log)
    _be_reachable(socket_path(settings).parent)
    asyncio.run(_serve(settings, registry, clock))
    return 0


async def _serve(settings: Settings, registry: Registry, clock: Clock) -> None:
    database = Database(settings.database_url, password=settings.file.storage.password)

    async def made() -> Service:
        database.close()  # what was opened for a try before
        return Service(settings, registry, database.open(), clock)

    try:
        service = await once_usable(made, clock)
        await service.run()
    finally:
        database.close()


async def once_usable(step: Callable[[], Awaitable[T]], clock: Clock) -> T:
    """Take a step of the start, again and again while the database cannot be used; the log and systemd are told why.

    To end instead would have systemd start the service every five seconds, a whole day long on a disk that is full.
    """
    again, most = START_AGAIN
    while True:
        try:
            return await step()
        except StorageUnavailable as error:
            log.error("cannot start yet; nothing is watched", error=str(error), again_in=again)
            supervisor.waiting(f"cannot start yet; nothing is watched: {error}", again)
        await clock.sleep(again)
        again = min(2 * again, most)


def _be_reachable(folder: Path) -> None:
    """Refuse to start where commands could not reach the service: with PostgreSQL nothing else needs that folder."""
    if not os.access(folder, os.W_OK | os.X_OK):
        what = _(
            "{folder}, where commands reach the service, is not there or cannot be written: start it by the supplied "
            "systemd unit, or name another folder in RUNTIME_DIRECTORY"
        )
        raise UsageError(what, folder=str(folder))


def keep_in_memory() -> None:
    """Let the collector of garbage pass over what is there now, which stays until the next configuration.

    Its rounds over the modules and over the configuration of a thousand devices held the event loop up for 0.2 s.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


class Service:
    """The parts of one running service."""

    def __init__(self, settings: Settings, registry: Registry, database: Database, clock: Clock) -> None:
        self._registry = registry
        self._database = database
        self._clock = clock
        self.progress = Progress(clock.now())
        self.watched = Watched(settings, database.read_now(checks.everything))
        self._recorded = settings
        """The configuration that the journal knows of; what changed since is told against it."""
        self._shared = Shared(settings.credentials)
        self._looks = looks(settings, registry, self._shared, {})
        self.due = Due()
        self._pulse = supervisor.Pulse(("scheduler", "writer", "mailer"))
        current = partial(getattr, self.watched, "settings")
        self.mailer = Mailer(database, current, clock, self.progress, beat=partial(self._pulse.beat, "mailer"))
        wake = self.mailer.wake
        self._observer = Observer(database, self.watched, clock, self.progress, wake)
        self._prober = Prober(self.due, self._observer, self.watched, clock, self.progress, self._looks)
        self._reviewer = Reviewer(database, self.watched, clock, wake)
        self._rota = RosterWorker(database, self.watched, clock, wake)
        self._registers = RegistersWorker(database, self.watched, clock, self._observer, wake)
        self._duties = DutiesWorker(database, self.watched, clock, self._observer, wake)
        self._sessions = SessionsWorker(database, self.watched, clock, self._observer, wake)
        self._archive = ArchiveWorker(database, self.watched, clock, self._observer)
        self._audit = AuditWorker(database, self.watched, clock, self._observer)
        self._approval = ApprovalWorker(database, self.watched, clock, wake)
        self._reports = ReportsWorker(database, self.watched, clock, wake, partial(self._audit.verify, why="report"))
        self._drift = DriftWorker(database, self.watched, clock, self._observer, wake, registry, self._shared)
        self._conduct = ConductWorker(database, self.watched, clock, self._observer)
        self._janitor = Janitor(database, self.watched, clock)
        self._handover = HandoverWorker(database, self.watched, clock, self.progress, wake)
        self._heart = Heart(database, self.watched, clock, self.progress, self._pulse)
        self._web = Web(current, database, clock, self.progress)
        self._stop = asyncio.Event()
        self._reload = asyncio.Event()

    async def run(self) -> None:
        """Run every part until `stop`; a part that fails ends the service, and systemd starts it anew."""
        settings = self.watched.settings
        await once_usable(self._begin, self._clock)
        timetable = self._timetable()
        self._listen()
        try:
            async with asyncio.TaskGroup() as group:
                timetable.start()
                group.create_task(self._prober.run(settings.polling.workers))
                group.create_task(self._reviewer.run())
                group.create_task(self.mailer.run())
                group.create_task(self._handover.run())
                group.create_task(self._duties.run())
                group.create_task(self._registers.run())
                group.create_task(self._sessions.run())
                group.create_task(self._rota.run())
                group.create_task(self._approval.run())
                group.create_task(self._archive.run())
                group.create_task(self._audit.run())
                group.create_task(self._reports.run())
                group.create_task(self._drift.run())
                group.create_task(self._conduct.run())
                group.create_task(self._janitor.run())
                group.create_task(self._heart.run())
                group.create_task(Control(socket_path(settings), self.carry).run())
                if settings.file.web.enabled:
                    group.create_task(self._web.run())
                group.create_task(self.reloads())
                group.create_task(self._until_stopped())
                supervisor.ready(self._stands())
        except* Stopping:
            progress = self.progress
            log.info("stopping", polls=progress.polls, late=self.due.late, skipped=self.due.skipped)
        finally:
            supervisor.stopping()
            timetable.stop()
            await self._shared.close()
        await self._mark(EventKind.STOPPED)
        await self._audit.vouch(self._clock.now(), anyway=True)

    def stop(self) -> None:
        """Ask the service to stop."""
        self._stop.set()

    def reload_soon(self) -> None:
        """Ask the service to take up the configuration file."""
        self._reload.set()

    async def carry(self, action: str, actor: str, arguments: dict[str, Any], peer: Peer) -> Message:
        """Carry out a command."""
        now = self._clock.now()
        if action == "build_handover":
            return await self._build_handover(Asked(actor, now, arguments, peer.login))
        who: dict[str, Any] = {"login": peer.login, "trusted": peer.trusted, "progress": self.progress}
        work = carry_out(self.watched.settings, action, actor, now, arguments, **who)
        done = await self._database.write(work)
        if action == "show_raw":
            return await self._drift.opened(done, arguments)
        await self._drift.carried(action, arguments)
        await self._handover.look(now)
        self._reviewer.ring()
        self.mailer.wake()
        return done

    async def _build_handover(self, asked: Asked) -> Message:
        note = partial(noted, name="build_handover", asked=asked)
        try:
            done = await self._handover.build_running(asked.now)
        except UsageError as error:
            await self._database.write(partial(note, why=str(error)))
            raise
        await self._database.write(note)
        return done

    async def _begin(self) -> None:
        await self._observer.load()
        await self._take_up(self.watched.settings)
        await self._reviewer.review(self._clock.now())
        before = await self._database.read(partial(records.get, key=CONFIGURATION))
        await self._mark(EventKind.STARTED, {"version": __version__, "configuration_before": before})

    async def _take_up(self, settings: Settings) -> None:
        """Watch what this configuration asks for, and let go of the rest."""
        self.watched.settings = settings
        await self._handover.look(self._clock.now())
        self._shared.credentials = settings.credentials
        self._shared.get("icmp/pace", Pace).limit(settings.polling.icmp_rate)
        gone = await self._database.write(partial(roll.call, settings=settings, now=self._clock.now()))
        self.watched.forget(gone)
        self._looks = looks(settings, self._registry, self._shared, self._looks)
        self._prober.take_up(self._looks)
        intervals = {name: look.check.every for name, look in self._looks.items()}
        self.due.plan(intervals, self._clock.monotonic())
        await self._drift.take_up()
        keep_in_memory()

    def _timetable(self) -> Timetable:
        timetable = Timetable()
        timetable.every(TICK, self._tick)
        timetable.every(REVIEW, self._reviewer.ring)
        timetable.daily(HOUSEKEEPING, self.watched.settings.site.zone, self._janitor.ring)
        interval = supervisor.watchdog_interval()
        if interval is not None:
            timetable.every(interval / 2, self._feed)
        return timetable

    def _tick(self) -> None:
        now = self._clock.monotonic()
        self.due.release(now)
        self._drift.tick()
        self.progress.overdue = self.due.overdue(now)
        self._pulse.beat("scheduler")

    def _feed(self) -> None:
        if self._pulse.due(self._clock.monotonic()):
            supervisor.watchdog()

    def _listen(self) -> None:
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self.stop)
        loop.add_signal_handler(signal.SIGHUP, self.reload_soon)

    async def _until_stopped(self) -> None:
        await self._stop.wait()
        raise Stopping

    async def reloads(self) -> None:
        """Take up the configuration whenever somebody asks for it, until cancelled."""
        while True:
            await self._reload.wait()
            self._reload.clear()
            try:
                await self.reload()
            except StorageUnavailable as error:
                # Devices are watched on. What was taken up in part is taken up again as a whole.
                log.warning("cannot take up the configuration now", error=str(error))
                self.progress.last_reload_error = str(error)
                supervisor.ready(self._stands())
                await self._clock.sleep(RELOAD_AGAIN)
                self._reload.set()

    async def reload(self) -> None:
        """Take up the configuration file as it is now, or keep what is in force when it is wrong."""
        supervisor.reloading()
        path = self.watched.settings.path
        self.progress.last_reload_at = self._clock.now()
        try:
            settings = await asyncio.to_thread(load, path, self._registry)
        except ConfigError as error:
            for problem in error.problems:
                log.error("configuration refused", problem=str(problem))
            self.progress.last_reload_error = str(error)
            summary = Message(_("a change of the configuration was refused; the one before it is in force"))
            await self._mark(
                EventKind.REFUSED,
                {"problems": [str(each) for each in error.problems]},
                summary=summary,
                text=str(error),
            )
        else:
            before = self._recorded
            await self._take_up(settings)
            self.progress.last_reload_error = None
            log.info("configuration taken up", devices=len(settings.devices), checks=len(settings.checks))
            changed = settings.differs(before)
            await self._mark(EventKind.RELOADED, {"configuration_before": before.digest, "changed": changed})
            self._recorded = settings
        supervisor.ready(self._stands())

    def _stands(self) -> str:
        """Return what `systemctl status` shows: how much is watched, and why what is asked for is not in force."""
        settings, refused = self.watched.settings, self.progress.last_reload_error
        watched = f"devices: {len(settings.devices)}, checks: {len(settings.checks)}"
        return f"{watched}; the configuration was not taken up: {refused.splitlines()[0]}" if refused else watched

    async def _mark(self, kind: EventKind, detail: Mapping[str, Any] | None = None, **more: Any) -> None:
        """Write into the journal and into the audit log what the service itself has done."""
        now, digest = self._clock.now(), self.watched.settings.digest
        said = {"configuration": digest, **(detail or {})}

        def work(tx: Connection) -> None:
            events.add(tx, Entry(kind, now, now, **more))
            audit.record(tx, actor=SERVICE, action=f"service.{kind.value}", subject="netwatch", detail=said, now=now)
            records.put(tx, key=CONFIGURATION, value=digest)

        await self._database.write(work)
