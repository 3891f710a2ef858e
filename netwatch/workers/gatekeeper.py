"""Who may be visited: not where log-ins were refused twice, nor where a host key waits for a leader's word.

What it knows is in rows, by the device and by the credential: a central account is locked by attempts from everywhere.
"""

from __future__ import annotations

import asyncio
import hmac
import json
from collections import defaultdict
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from netwatch.domain.drift.visit import CREDENTIALS, Door
from netwatch.storage import doors
from probes.api import Failure, Trouble
from probes.secret import Secret
from probes.ssh.credentials import Login
from probes.ssh.hostkey import offered
from probes.ssh.lockout import Guard, released

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Mapping

    from sqlalchemy import Connection

    from netwatch.storage.database import Database
    from netwatch.workers.ways import Way
    from probes.api import Message
    from probes.collect import Collection


@dataclass(frozen=True, slots=True)
class Account:
    """What a way logs in with. `tag` is another for another password, and does not tell which."""

    name: str
    tag: str


@dataclass(frozen=True, slots=True)
class Pass:
    """How a way, and the account that it uses, stand before a visit."""

    way: Way
    door: Door
    account: Door | None = None
    tag: str = ""

    @property
    def refused(self) -> bool:
        """Whether nobody may go there before somebody has acted, or has changed the password in the configuration."""
        strange = bool(self.door.offered) and self.door.offered != self.way.host_key
        return strange or _shut(self.door, self.tag) or (self.account is not None and _shut(self.account, self.tag))


class Gatekeeper:
    """Asked before each visit and told after it. `key` tags passwords."""

    def __init__(self, database: Database, key: Callable[[], bytes]) -> None:
        self._database = database
        self._key = key
        self._proven: set[Account] = set()
        self._turns: dict[Account, asyncio.Lock] = defaultdict(asyncio.Lock)

    def account(self, way: Way) -> Account | None:
        """Return what a way logs in with, None where nobody can be locked out there."""
        name = getattr(way.collect.options, "credential", None)
        if not isinstance(name, str) or not isinstance(way.credential, Login):
            return None
        shown = (way.credential.user, way.credential.password, way.credential.key, way.credential.passphrase)
        said = [each.reveal() if isinstance(each, Secret) else each for each in shown]
        return Account(name, hmac.digest(self._key(), json.dumps(said).encode(), "sha256").hex()[:16])

    @asynccontextmanager
    async def turn(self, way: Way) -> AsyncIterator[None]:
        """Let one visit at a time try an account that has not let anybody in yet, or was refused last.

        Twenty-five at once with a wrong password would be twenty-five refusals.
        """
        account = self.account(way)
        if account is not None and account not in self._proven:
            async with self._turns[account]:
                # Those who have waited for one that was let in need not wait for each other.
                if account not in self._proven:
                    yield
                    return
        yield

    async def ask(self, way: Way) -> Pass:
        """Return how a way stands."""
        return await self._database.read(partial(_pass, way=way, account=self.account(way)))

    async def tell(self, way: Way, outcome: Failure, now: datetime) -> Door:
        """Record a visit that led to nothing; return the door as it then stands."""
        account = self.account(way)
        if account is not None and refused(outcome):
            self._proven.discard(account)
        return await self._database.write(partial(met, way=way, account=account, outcome=outcome, now=now))

    def let_in(self, way: Way) -> None:
        """Remember that an account lets in."""
        account = self.account(way)
        if account is not None:
            self._proven.add(account)


def refused(outcome: Collection | Failure) -> bool:
    """Whether a log-in was refused, which may not be tried again soon."""
    return isinstance(outcome, Failure) and outcome.trouble is Trouble.AUTHENTICATION


def met(tx: Connection, way: Way, account: Account | None, outcome: Collection | Failure, now: datetime) -> Door:
    """Record what a visit has met; return the door as it then stands. Somebody may have acted in the meantime."""
    door = _tried(doors.get(tx, way.collect.device, way.collect.name), account, outcome, now)
    doors.save(tx, door)
    if account is not None:
        before = doors.get(tx, CREDENTIALS, account.name)
        after = _guarded(before, account, outcome, now)
        if after.guard != before.guard:
            last = {**after.guard, "device": way.collect.device} if after.guard else {}
            doors.save(tx, replace(after, guard=last))
    return door


def _tried(door: Door, account: Account | None, outcome: Collection | Failure, now: datetime) -> Door:
    """Return a door after a visit: its guard, the host key that it showed and nobody has approved, what was met."""
    door = door if account is None else _guarded(door, account, outcome, now)
    if not isinstance(outcome, Failure):
        return door.entered(now)
    shown = offered(outcome)
    return (door.shown(shown, now) if shown else door).failed(outcome.detail, now)


def _guarded(door: Door, account: Account, outcome: Collection | Failure, now: datetime) -> Door:
    after = _guard(door.guard, account.tag).after(outcome, now)
    return replace(door, guard=_kept(after, account.tag))


def _shut(door: Door, tag: str) -> bool:
    return door.locked and door.guard.get("of", tag) == tag


def failed(tx: Connection, way: Way, why: Message, now: datetime) -> None:
    """Record that a visit led to nothing, through no fault of the device."""
    doors.save(tx, doors.get(tx, way.collect.device, way.collect.name).failed(why, now))


def trusted(tx: Connection) -> dict[str, str]:
    """Return the host keys that leaders have approved, by the ways into the devices."""
    return {f"{door.device}/{door.name}": door.host_key for door in doors.everything(tx).values() if door.host_key}


def _pass(tx: Connection, way: Way, account: Account | None) -> Pass:
    door = doors.get(tx, way.collect.device, way.collect.name)
    if account is None:
        return Pass(way, door)
    return Pass(way, door, doors.get(tx, CREDENTIALS, account.name), account.tag)


def _guard(kept: Mapping[str, Any], tag: str) -> Guard:
    """Return the guard as it was kept; a new one for another password."""
    if kept.get("of", tag) != tag:
        return released()
    at = kept.get("failed_at")
    return Guard(int(kept.get("failures", 0)), datetime.fromisoformat(at) if at else None)


def _kept(guard: Guard, tag: str) -> dict[str, Any]:
    if not guard.failures:
        return {}
    at = guard.failed_at.isoformat() if guard.failed_at else None
    return {"failures": guard.failures, "failed_at": at, "locked": guard.is_shut, "of": tag}
