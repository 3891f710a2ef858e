"""What is wrong with conduct on servers, from the rows: software, services and log-ins that nobody approved."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import structlog

from netwatch.config.registers import types
from netwatch.config.software import approved, looked_at
from netwatch.domain import logins, unapproved_software
from netwatch.domain.drift.condition import Wrong
from netwatch.domain.inventory import FACETS, things
from netwatch.domain.logins import Accounts, Remark, stay
from netwatch.domain.model import Severity
from netwatch.domain.software import Look
from netwatch.domain.software_approval import REGISTER, of_entry, vouched
from netwatch.drift.rulebook import rulebook, users
from netwatch.errors import StorageError
from netwatch.storage import registers, snapshots
from probes.api import Message, _
from probes.facets import LOGINS, PASSING
from probes.server.sessions import sessions

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.snapshot import Snapshot
    from netwatch.domain.logins import Stay
    from netwatch.domain.software import Approved

log = structlog.get_logger()

MOST_ENTRIES = 10_000


@dataclass(frozen=True, slots=True)
class Judged:
    """What was wrong with the software of a server, and what that rests on: the same texts and approvals say the same."""

    contents: tuple[str, ...]
    approved: tuple[Approved, ...]
    groups: frozenset[str]
    remarks: tuple[Remark, ...] = ()


def troubles(
    tx: Connection, settings: Settings, now: datetime, known: dict[str, Judged] | None = None
) -> Mapping[str, Mapping[str, Wrong]]:
    """Return what is wrong with conduct on each server that is looked at, by a key that stays the same.

    `known` is what was found last, by server; it is brought up to date, so that nothing is judged twice.
    """
    servers = {name: frozenset(each.groups) for name, each in settings.devices.items() if _is_asked(settings, name)}
    if not servers:
        return {}
    known = {} if known is None else known
    allowed = tuple(_approved(tx, settings))
    found: dict[str, list[Remark]] = {name: [] for name in servers}
    for name, groups in servers.items():
        with _safely(name, "software", found[name]):
            known[name] = _software(tx, settings, name, groups, allowed, known.get(name))
        found[name] += known[name].remarks if name in known else ()
    stays = _all_stays(tx, settings, servers, found)
    for name, said in _logins(tx, settings, stays, now):
        found[name] += said
    return {name: {each.key: Wrong(each.severity, each.summary) for each in said} for name, said in found.items()}


def _is_asked(settings: Settings, device: str) -> bool:
    return looked_at(settings.file.conduct, settings.devices[device].groups, device)


def _software(
    tx: Connection,
    settings: Settings,
    device: str,
    groups: frozenset[str],
    allowed: tuple[Approved, ...],
    before: Judged | None,
) -> Judged:
    looks = settings.file.conduct.looks
    read = [(facet, _newest(tx, device, facet)) for facet, look in FACETS.items() if look in looks]
    shown = [(facet, each) for facet, each in read if each is not None]
    now = Judged(tuple(f"{facet} {each.content}" for facet, each in shown), allowed, groups)
    if before is not None and replace(before, remarks=()) == now:
        return before
    found = [thing for facet, each in shown for thing in things(facet, snapshots.sections_of(tx, each))]
    return replace(now, remarks=unapproved_software.remarks(found, allowed, device, groups))


def _newest(tx: Connection, device: str, facet: str) -> Snapshot | None:
    """Return what a facet was read to be last. Of one that changes by itself nobody waits for a second read."""
    counts = snapshots.newest(tx, device, facet)
    doubted = snapshots.pending(tx, device, facet) if facet in PASSING else None
    known = [each for each in (counts, doubted) if each is not None]
    return max(known, key=lambda each: each.last_seen, default=None)


def _approved(tx: Connection, settings: Settings) -> Iterator[Approved]:
    """Yield the software of the configuration, each with what its entry lacks, and that of the register's entries."""
    kind = types(settings.file).get(REGISTER)
    for table in settings.file.software:
        allowed = approved(table)
        if table.entry is not None:
            allowed = vouched(allowed, table.entry, kind, registers.get(tx, table.entry))
        yield allowed
    if kind is not None:
        entries = registers.newest(tx, MOST_ENTRIES, register=REGISTER, everything=True)
        yield from (each for each in (of_entry(kind, entry) for entry in entries) if each is not None)


@contextmanager
def _safely(device: str, what: str, found: list[Remark]) -> Iterator[None]:
    """Let what one server says end the look at no other one, whatever it does to the program; it is a fault of its own."""
    try:
        yield
    except StorageError:
        raise
    except Exception as error:
        log.exception("cannot judge what a server says", device=device, what=what)
        why = Message(_("netwatch itself failed at what it read: {error}"), {"error": type(error).__name__})
        found.append(Remark(f"failed/{what}", Severity.WARNING, why))


def _all_stays(
    tx: Connection, settings: Settings, servers: Mapping[str, frozenset[str]], found: Mapping[str, list[Remark]]
) -> list[Stay]:
    """Return the log-ins on all servers that are known."""
    stays: list[Stay] = []
    for name, groups in servers.items() if Look.LOGINS in settings.file.conduct.looks else ():
        with _safely(name, "logins", found[name]):
            stays += _stays(tx, name, groups)
    return stays


def _logins(
    tx: Connection, settings: Settings, stays: Iterable[Stay], now: datetime
) -> Iterator[tuple[str, tuple[Remark, ...]]]:
    """Yield what is wrong with the log-ins on each server that are not long over."""
    asked = settings.file.conduct
    recent = [each for each in stays if each.end >= now - asked.told_for]
    if not recent:
        return
    book = rulebook(tx, settings, min(each.session.start for each in recent), now)
    accounts = Accounts(users(settings), frozenset(asked.shared_accounts), frozenset(asked.ignored_accounts))
    for name in dict.fromkeys(each.device for each in recent):
        mine = (each for each in recent if each.device == name)
        yield name, logins.remarks(mine, book.permits, accounts, book.grace)


def _stays(tx: Connection, device: str, groups: frozenset[str]) -> Iterator[Stay]:
    snapshot = _newest(tx, device, LOGINS.name)
    if snapshot is None:
        return
    for section in snapshots.sections_of(tx, snapshot):
        for session in sessions(section.lines):
            yield stay(device, groups, session, snapshot.last_seen)
