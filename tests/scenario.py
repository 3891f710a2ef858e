"""A service without network or waiting: readings come from a script, time from a clock that the test moves.

Everything between a reading and a row of the outbox is the real thing.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

from netwatch.config import Settings, load
from netwatch.plugins import Registry
from netwatch.progress import Progress
from netwatch.storage import checks, events, faults, outbox
from netwatch.storage.outbox import Delivery
from netwatch.workers.observer import Observer, Outcome
from netwatch.workers.reviewer import Reviewer
from netwatch.workers.watched import Watched
from probes.api import Failure, Measurement, Message, Reading, Trouble, Value
from tests.fakes import FakeClock
from tests.shifts import WHOLE_DAY

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

    from netwatch.domain.model import Fault
    from netwatch.storage.database import Database
    from netwatch.storage.outbox import Letter

T = TypeVar("T")
START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)

SILENT = Failure(Trouble.TIMEOUT, Message("no answer"))
ANSWERS = Measurement((Value("packet.loss", 0.0), Value("rtt.median", 1.0)))

SITE = """
[site]
zone = "Asia/Shanghai"
{site}
[mail]
directory = "mail"
{mail}

[[person]]
name = "zhang"
mail = "zhang@hospital.example"

{whole}
[[group]]
name = "switches"
[[group.check]]
kind = "icmp"
"""


def site(folder: Path, *, devices: str, site: str = "", mail: str = "", whole: str = WHOLE_DAY) -> Settings:
    """Write a configuration and load it."""
    path = folder / "config.toml"
    path.write_text(SITE.format(site=site, mail=mail, whole=whole) + devices, encoding="utf-8")
    path.chmod(0o600)
    return load(path, Registry.installed())


def switch(name: str, *, parents: tuple[str, ...] = (), more: str = "") -> str:
    """Return the table of a switch that is pinged."""
    above = ", ".join(f'"{parent}"' for parent in parents)
    return f'\n[[device]]\nname = "{name}"\naddress = "127.0.0.1"\ngroups = ["switches"]\nparents = [{above}]\n{more}\n'


class Scenario:
    """A site on a clock."""

    def __init__(self, settings: Settings, database: Database, start: datetime = START) -> None:
        self.settings = settings
        self.database = database
        self.clock = FakeClock(start)
        self.progress = Progress(start)
        self.watched = Watched(settings, database.read_now(checks.everything))
        self.woken = 0
        self.observer = Observer(database, self.watched, self.clock, self.progress, self._wake)
        self.reviewer = Reviewer(database, self.watched, self.clock, self._wake)

    def _wake(self) -> None:
        self.woken += 1

    def at(self, minutes: float) -> None:
        """Move the clock to so many minutes after the start."""
        self.clock.set(START + timedelta(minutes=minutes))

    async def sees(self, name: str, reading: Reading) -> Outcome:
        """Let a check, `device/check`, read this now."""
        check = next(each for each in self.settings.checks if f"{each.device}/{each.name}" == name)
        return await self.observer.observe(check, reading, self.clock.now())

    async def silent(self, *devices: str, minutes: tuple[float, ...]) -> None:
        """Let devices not answer a ping at these minutes."""
        for minute in minutes:
            self.at(minute)
            for device in devices:
                await self.sees(f"{device}/icmp", SILENT)

    async def answers(self, *devices: str, minutes: tuple[float, ...]) -> None:
        """Let devices answer a ping at these minutes."""
        for minute in minutes:
            self.at(minute)
            for device in devices:
                await self.sees(f"{device}/icmp", ANSWERS)

    async def review(self, minutes: float) -> None:
        """Review at this minute."""
        self.at(minutes)
        await self.reviewer.review(self.clock.now())

    def rows(self, read: Callable[[Connection], T]) -> T:
        """Read rows."""
        return self.database.read_now(read)

    def faults(self) -> tuple[Fault, ...]:
        """Return every fault, the oldest first."""
        return tuple(reversed(self.rows(lambda tx: faults.listed(tx, 1000))))

    def letters(self) -> tuple[Letter, ...]:
        """Return what is to be told, the oldest first."""
        return tuple(reversed(self.rows(lambda tx: outbox.listed(tx, 1000))))

    def mails_leave(self) -> None:
        """Let what waits to be told be routed, as the mailer does."""

        def work(tx: Connection) -> None:
            for letter in outbox.due(tx, self.clock.now() + timedelta(days=1), Delivery.UNROUTED, 1000):
                outbox.save(tx, replace(letter, state=Delivery.ROUTED))

        self.database.write_now(work)

    def told(self) -> list[tuple[str, str]]:
        """Return (device, kind) of what is to be told and was not taken back."""
        devices = {fault.id: fault.subject.device for fault in self.faults()}
        return [
            (devices[letter.fault], letter.kind)
            for letter in self.letters()
            if letter.fault is not None and letter.state.value != "dropped"
        ]

    def whys(self, fault: Fault) -> list[str]:
        """Return the reasons on record about a fault."""
        return [str(each.why) for each in self.rows(lambda tx: faults.decisions_of(tx, fault.id))]

    def kinds(self) -> list[str]:
        """Return the kinds of all events."""
        return [entry.kind.value for entry in self.rows(lambda tx: events.between(tx, 0, 10_000))]
