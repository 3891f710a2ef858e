"""A site whose mail is under test: real configuration, database and worker; time and relay are the test's."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from itertools import count
from typing import TYPE_CHECKING

from netwatch.domain.model import Fault, FaultId, Severity, Subject
from netwatch.domain.notices import Kind
from netwatch.mail.delivery import Later, Outcome, Posted, Taken
from netwatch.progress import Progress
from netwatch.storage import events, faults, outbox
from netwatch.storage.outbox import Delivery, Letter
from netwatch.workers.mailer import Mailer
from probes.api import Message
from tests import tables
from tests.fakes import START, FakeClock
from tests.scenario import site, switch

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from netwatch.config import Settings
    from netwatch.storage.events import Entry
    from netwatch.storage.faults import Decided

PEOPLE = """
[[person]]
name = "li"
title = "李四"
mail = "li@hospital.example"
phone = "8123"

[[person]]
name = "wang"
title = "王主任"
mail = "wang@hospital.example"
language = "en"
"""
POSTS = """
[[rotation]]
shift = "whole"
post = "second"
groups = [["li"]]
anchor = 2026-01-01

[[rotation]]
shift = "whole"
post = "leader"
groups = [["wang"]]
anchor = 2026-01-01
"""
DEVICES = "".join(switch(name) for name in ("core", "sw1", "sw2", "sw3", "sw4", "sw5"))
AWAY = Later("relay: connection refused", away=True)


class RecordingTransport:
    """Takes every mail and keeps it, unless the test has it answer otherwise."""

    def __init__(self) -> None:
        self.taken: list[Posted] = []
        self.tried: list[Posted] = []
        self.closed = 0
        self.answer: Callable[[Posted], Outcome] = self.take

    def take(self, mail: Posted) -> Outcome:
        self.taken.append(mail)
        return Taken("relay", "250 OK")

    def away(self) -> None:
        """Be out of reach from now on."""
        self.answer = lambda _mail: AWAY

    def back(self) -> None:
        """Take mail again."""
        self.answer = self.take

    async def send(self, mail: Posted) -> Outcome:
        self.tried.append(mail)
        return self.answer(mail)

    async def close(self) -> None:
        self.closed += 1


def parsed(content: bytes) -> EmailMessage:
    """Return a mail as a mail program reads it."""
    mail = message_from_bytes(content, policy=default)
    assert isinstance(mail, EmailMessage)
    assert not mail.defects
    return mail


def text_of(content: bytes) -> str:
    """Return the plain text of a mail."""
    body = parsed(content).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def html_of(content: bytes) -> str:
    """Return the HTML of a mail."""
    body = parsed(content).get_body(("html",))
    assert body is not None
    return str(body.get_content())


def office_settings(folder: Path, *, mail: str = "", more: str = POSTS) -> Settings:
    """Write and load the configuration of the mail room."""
    return site(folder, devices=DEVICES + PEOPLE + more, site='language = "en"', mail=mail)


class Mailroom:
    """The outbox, the worker that empties it, and the relay."""

    def __init__(self, folder: Path, *, mail: str = "", more: str = POSTS) -> None:
        self.settings = office_settings(folder, mail=mail, more=more)
        self.database = tables.opened(self.settings.database_url)
        self.clock = FakeClock()
        self.progress = Progress(START)
        self.relay = RecordingTransport()
        self.mailer = self.hire()
        self._checks = count()

    def hire(self) -> Mailer:
        """Return a worker, as after a start of the service."""
        return Mailer(
            self.database, lambda: self.settings, self.clock, self.progress, transports=lambda *_args: self.relay
        )

    @property
    def now(self) -> datetime:
        return self.clock.now()

    async def turn(self, after: float = 0.0) -> None:
        """Let so many seconds pass, and the worker do what there is to do."""
        self.clock.set(self.now + timedelta(seconds=after))
        await self.mailer.turn()

    async def minutes(self, many: float, step: float = 10.0) -> None:
        """Let minutes pass, with a turn of the worker every few seconds."""
        for _number in range(round(many * 60 / step)):
            await self.turn(step)

    async def next_try(self) -> float:
        """Let time pass until the worker has something to do, and let it; return how many seconds that was."""
        before = self.clock.monotonic()
        await self.turn(await self.mailer._pause())
        return self.clock.monotonic() - before

    def fault(
        self,
        device: str = "core",
        severity: Severity = Severity.CRITICAL,
        summary: Message | None = None,
    ) -> Fault:
        """Record a fault that began a minute ago, each of a check of its own."""
        began = self.now - timedelta(minutes=1)
        subject = Subject(device, f"icmp{next(self._checks)}")
        fault = Fault(
            FaultId(0), subject, severity, severity, summary or Message("no answer"), began, self.now, reachability=True
        )
        return self.database.write_now(lambda tx: faults.add(tx, fault))

    def recover(self, fault: Fault) -> Fault:
        """Close a fault now."""
        closed = replace(fault, closed=self.now)
        self.database.write_now(lambda tx: faults.save(tx, closed))
        return closed

    def notice(
        self, fault: Fault, kind: Kind = Kind.OPENED, number: int = 0, *, wait: float = 0.0, also: tuple[str, ...] = ()
    ) -> int:
        """Ask for people to be told of a fault."""
        letter = Letter(
            key=f"fault/{fault.id}/{number}",
            kind=kind.value,
            created=self.now,
            next_at=self.now + timedelta(seconds=wait),
            deadline=self.now + self.settings.mail.deadline,
            priority=int(fault.severity),
            fault=fault.id,
            also=also,
        )
        number_of = self.database.write_now(lambda tx: outbox.add(tx, letter))
        assert number_of is not None
        return number_of

    def opened(self, *devices: str, severity: Severity = Severity.CRITICAL) -> list[Fault]:
        """Record faults of devices, and ask for people to be told."""
        found = [self.fault(device, severity) for device in devices]
        for fault in found:
            self.notice(fault)
        return found

    def letters(self) -> dict[str, Letter]:
        """Return the outbox by key."""
        return {letter.key: letter for letter in reversed(self.database.read_now(lambda tx: outbox.listed(tx, 1000)))}

    def states(self) -> dict[str, Delivery]:
        """Return what has become of each letter."""
        return {key: letter.state for key, letter in self.letters().items()}

    def decided(self, fault: Fault) -> list[Decided]:
        """Return who was told or not, and why."""
        return list(self.database.read_now(lambda tx: faults.decisions_of(tx, fault.id)))

    def journal(self) -> list[Entry]:
        """Return the events."""
        return list(self.database.read_now(lambda tx: events.between(tx, 0, 10_000)))

    def inbox(self) -> list[tuple[str, str]]:
        """Return (to, subject) of the mails that the relay took, each Message-ID once."""
        seen = {mail.message_id: mail for mail in self.relay.taken}
        return [(mail.recipient.partition("@")[0], str(parsed(mail.content)["Subject"])) for mail in seen.values()]
