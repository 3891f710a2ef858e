"""`netwatch doctor`: what would keep the service from doing its work, found before it does."""

from __future__ import annotations

import asyncio
import sys
from contextlib import closing
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.config import load
from netwatch.config.values import duration_text
from netwatch.doctor import judge, look, records
from netwatch.doctor.finding import Finding, Grade
from netwatch.errors import ConfigError, PluginError
from netwatch.mail.office import duty, office_of
from netwatch.mail.relays import RelayLine
from netwatch.storage.database import Database
from netwatch.storage.sqlite import sqlite_is_sound, sqlite_version
from probes.api import Message, _
from roster.cover import gaps

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from netwatch.config import Settings
    from netwatch.config.settings import Relay
    from netwatch.plugins import Registry

__all__ = ["Finding", "Grade", "examine"]

AHEAD = timedelta(days=7)
MOST_GAPS = 3


def examine(path: Path, registry: Registry, now: datetime) -> Iterator[Finding]:
    """Look at everything that the service needs, one thing after another, and change none of it."""
    yield judge.python(sys.version_info[:3])
    try:
        settings = load(path, registry)
    except ConfigError as error:
        for problem in error.problems:
            where = problem.told("")
            yield Finding("configuration", Grade.PROBLEM, Message(problem.what, problem.values), None, where)
        return
    except PluginError as error:
        yield Finding("configuration", Grade.PROBLEM, Message(error.template, error.values))
        return
    values = {"devices": len(settings.devices), "checks": len(settings.checks)}
    what = Message(_("devices: {devices}, checks: {checks}"), values)
    yield Finding("configuration", Grade.OK, what, None, str(settings.path))
    yield from _of_records(settings, now)
    wanted = any(check.kind == "icmp" for check in settings.checks)
    yield judge.icmp(look.icmp_rights(wanted=wanted, process=records.process_of(Database(settings.database_url))))
    yield from _of_mail(settings)
    yield from _of_disks(settings)
    yield from _of_duty(settings, now)


def _of_records(settings: Settings, now: datetime) -> Iterator[Finding]:
    with closing(Database(settings.database_url, password=settings.file.storage.password)) as database:
        if database.path is not None:
            yield judge.sqlite(sqlite_version(), sound=sqlite_is_sound())
            yield judge.folder("files", look.place(database.path.parent))
            yield from filter(None, [judge.secrecy(look.place(database.path))])
        else:
            yield judge.folder("files", look.place(settings.keys))
        yield from records.examine(database, now)
        known, within = records.backed_up(database, now), settings.file.storage.backup_within
        if known is not None:
            yield judge.backup(known, now, within, duration_text(within))
        yield judge.clock(now, records.last_alive(database), synchronised=look.synchronised())


def _of_mail(settings: Settings) -> Iterator[Finding]:
    relays, folder = settings.mail.relay, settings.mail_directory
    for relay, trouble in zip(relays, asyncio.run(_greeted(relays)), strict=True):
        yield judge.relay(f"{relay.host}:{relay.port}", trouble)
    if relays:
        return
    if folder is None:
        yield judge.no_way_for_mail()
        return
    yield judge.folder("mail", look.place(folder))


def _of_disks(settings: Settings) -> Iterator[Finding]:
    """Look at each file system that records or mails are written to, once."""
    database = Database(settings.database_url).path
    folders = [database.parent if database else None, None if settings.mail.relay else settings.mail_directory]
    for folder in {look.file_system(folder): folder for folder in reversed(folders) if folder}.values():
        yield judge.room(str(folder), look.room(folder))


async def _greeted(relays: tuple[Relay, ...]) -> list[str | None]:
    return await asyncio.gather(*(RelayLine(relay).greet() for relay in relays))


def _of_duty(settings: Settings, now: datetime) -> Iterator[Finding]:
    office = office_of(settings)
    yield judge.duty(duty(office.shifts(now)), settings.mail.fallback, office.reachable)
    for gap in gaps(settings.roster, now, now + AHEAD)[:MOST_GAPS]:
        start, end = (f"{when.astimezone(office.zone):%Y-%m-%d %H:%M}" for when in (gap.start, gap.end))
        yield judge.gap(start, end)
