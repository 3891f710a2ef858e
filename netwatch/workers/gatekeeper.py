"""Who may be visited: not where log-ins were refused twice, nor where a host key waits for a leader's word.

What it knows is in rows, by the device and by the credential: a central account is locked by attempts from everywhere.
"""

from __future__ import annotations

import asyncio
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from netwatch.domain.drift.visit import CREDENTIALS, Door
from netwatch.storage import doors
from probes.api import Failure, Trouble
from probes.ssh.hostkey import offered
from probes.ssh.lockout import Guard

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Mapping

    from sqlalchemy import Connection

    from netwatch.storage.database import Database
    from netwatch.workers.ways import Way
    from probes.api import Message
    from probes.collect import Collection


@dataclass(frozen=True, slots=True)
class Pass:
    """How a way, and the credential that it uses, stand before a visit."""

    way: Way
    door: Door
    account: Door | None = None

    @property
    def refused(self) -> bool:
        """Whether nobody may go there before somebody has acted."""
        strange = bool(self.door.offered) and self.door.offered != self.way.host_key
        return strange or self.door.locked or (self.account is not None and self.account.locked)


def credential_of(way: Way) -> str | None:
    """Return the credential that a way shows, where it shows one by log-in."""
    name = getattr(way.collect.options, "credential", None)
    return name if isinstance(name, str) else None


class Gatekeeper:
    """Asked before each visit and told after it."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._proven: set[str] = set()
        self._turns: dict[str, asyncio.Lock] = defaultdict(asyncio.Lock)

    @asynccontextmanager
    async def turn(self, way: Way) -> AsyncIterator[None]:
        """Let one visit at a time try a credential that has not let anybody in yet, or was refused last.

        Twenty-five at once with a wrong password would be twenty-five refusals.
        """
        name = credential_of(way)
        if name is not None and name not in self._proven:
            async with self._turns[name]:
                # Those who have waited for one that was let in need not wait for each other.
                if name not in self._proven:
                    yield
                    return
        yield

    async def ask(self, way: Way) -> Pass:
        """Return how a way stands."""
        return await self._database.read(partial(_pass, way=way))

    def learned(self, way: Way, outcome: Collection | Failure) -> None:
        """Remember whether a credential lets in."""
        name = credential_of(way)
        if name is not None and not isinstance(outcome, Failure):
            self._proven.add(name)
        elif name is not None and refused(outcome):
            self._proven.discard(name)


def refused(outcome: Collection | Failure) -> bool:
    """Whether a log-in was refused, which may not be tried again soon."""
    return isinstance(outcome, Failure) and outcome.trouble is Trouble.AUTHENTICATION


def tried(door: Door, outcome: Collection | Failure, now: datetime) -> Door:
    """Return a door after a visit: its guard, the host key that it showed and nobody has approved, what was met."""
    door = _guarded(door, outcome, now)
    if not isinstance(outcome, Failure):
        return door.entered(now)
    shown = offered(outcome)
    return (door.shown(shown, now) if shown else door).failed(outcome.detail, now)


def _guarded(door: Door, outcome: Collection | Failure, now: datetime) -> Door:
    return replace(door, guard=_kept(_guard(door.guard).after(outcome, now)))


def tell(tx: Connection, way: Way, outcome: Collection | Failure, now: datetime) -> Door:
    """Record what a visit has met; return the door as it then stands. Somebody may have acted in the meantime."""
    door = tried(doors.get(tx, way.collect.device, way.collect.name), outcome, now)
    doors.save(tx, door)
    _account(tx, way, outcome, now)
    return door


def _account(tx: Connection, way: Way, outcome: Collection | Failure, now: datetime) -> None:
    """Record what the guard of the credential makes of a visit."""
    name = credential_of(way)
    if name is None:
        return
    before = doors.get(tx, CREDENTIALS, name)
    after = _guarded(before, outcome, now)
    if after.guard != before.guard:
        last = {**after.guard, "device": way.collect.device} if after.guard else {}
        doors.save(tx, replace(after, guard=last))


def failed(tx: Connection, way: Way, why: Message, now: datetime) -> None:
    """Record that a visit led to nothing, through no fault of the device."""
    doors.save(tx, doors.get(tx, way.collect.device, way.collect.name).failed(why, now))


def trusted(tx: Connection) -> dict[str, str]:
    """Return the host keys that leaders have approved, by the ways into the devices."""
    return {f"{door.device}/{door.name}": door.host_key for door in doors.everything(tx).values() if door.host_key}


def _pass(tx: Connection, way: Way) -> Pass:
    door = doors.get(tx, way.collect.device, way.collect.name)
    name = credential_of(way)
    return Pass(way, door, None if name is None else doors.get(tx, CREDENTIALS, name))


def _guard(kept: Mapping[str, Any]) -> Guard:
    at = kept.get("failed_at")
    return Guard(int(kept.get("failures", 0)), datetime.fromisoformat(at) if at else None)


def _kept(guard: Guard) -> dict[str, Any]:
    if not guard.failures:
        return {}
    at = guard.failed_at.isoformat() if guard.failed_at else None
    return {"failures": guard.failures, "failed_at": at, "locked": guard.is_shut}
