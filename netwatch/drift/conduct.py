"""What is wrong with conduct on servers, from the rows: software, services and log-ins that nobody approved."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from netwatch.config.registers import types
from netwatch.config.software import approved, looked_at
from netwatch.domain import logins, unapproved_software
from netwatch.domain.drift.condition import Wrong
from netwatch.domain.inventory import FACETS, things
from netwatch.domain.logins import Accounts, stay
from netwatch.domain.software import Look
from netwatch.domain.software_approval import REGISTER, of_entry, vouched
from netwatch.drift.rulebook import rulebook, users
from netwatch.storage import registers, snapshots
from probes.facets import LOGINS, PASSING
from probes.server.sessions import sessions

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.drift.snapshot import Snapshot
    from netwatch.domain.logins import Remark, Stay
    from netwatch.domain.software import Approved

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
    for name, groups in servers.items():
        known[name] = _software(tx, settings, name, groups, allowed, known.get(name))
    found = {name: list(known[name].remarks) for name in servers}
    for name, said in _logins(tx, settings, servers, now):
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


def _logins(
    tx: Connection, settings: Settings, servers: Mapping[str, frozenset[str]], now: datetime
) -> Iterator[tuple[str, tuple[Remark, ...]]]:
    """Yield what is wrong with the log-ins on each server that are not long over."""
    asked = settings.file.conduct
    if Look.LOGINS not in asked.looks:
        return
    stays = [each for name, groups in servers.items() for each in _stays(tx, name, groups)]
    recent = [each for each in stays if each.end >= now - asked.told_for]
    if not recent:
        return
    book = rulebook(tx, settings, min(each.session.start for each in recent), now)
    accounts = Accounts(users(settings), frozenset(asked.shared_accounts), frozenset(asked.ignored_accounts))
    for name in servers:
        mine = (each for each in recent if each.device == name)
        yield name, logins.remarks(mine, book.permits, accounts, book.grace)


def _stays(tx: Connection, device: str, groups: frozenset[str]) -> Iterator[Stay]:
    snapshot = _newest(tx, device, LOGINS.name)
    if snapshot is None:
        return
    for section in snapshots.sections_of(tx, snapshot):
        for session in sessions(section.lines):
            yield stay(device, groups, session, snapshot.last_seen)
