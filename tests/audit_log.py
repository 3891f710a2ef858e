"""A site whose audit log is vouched for, and somebody who may tamper with it: for tests."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

from netwatch.actions import carry_out
from netwatch.audit import verifying
from netwatch.config.registers import types
from netwatch.domain.audit import GENESIS, hash_of
from netwatch.domain.vouching import Ledger
from netwatch.storage import audit, baselines, judged
from netwatch.workers.audit import AuditWorker
from tests.scenario import START, Scenario, site, switch

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime
    from pathlib import Path

    from netwatch.config import Settings
    from netwatch.domain.audit import AuditEvent
    from netwatch.domain.checkpoints import Verified
    from netwatch.storage.database import Database
    from probes.api import Message

PEOPLE = """
[[person]]
name = "boss"
mail = "boss@hospital.example"
role = "leader"
"""
TABLES = ("audit_events", "audit_checkpoints", "audit_segments")


def unguarded(database: Database, *statements: str) -> None:
    """Write past the application, its triggers and its checks, as who owns the database can."""

    def work(tx: Any) -> None:
        if tx.dialect.name == "sqlite":
            for (name,) in tx.execute(text("SELECT name FROM sqlite_master WHERE type = 'trigger'")).all():
                tx.execute(text(f"DROP TRIGGER {name}"))
            tx.execute(text("PRAGMA ignore_check_constraints = ON"))
        else:
            tx.execute(text("SET LOCAL session_replication_role = replica"))
        for each in statements:
            tx.execute(text(each))

    database.write_now(work)


def doubts(tx: Any, settings: Settings) -> list[str]:
    """Return what the audit log and the rows do not agree on."""
    ledger = Ledger()
    for event in audit.after(tx, 0):
        ledger.take(event)
    people = {name: kind.people for name, kind in types(settings.file).items()}
    found = ledger.wrong(judged.everything(tx, people), baselines.in_force(tx), judged.rows(tx))
    return [str(each.message) for each in found]


class Log(Scenario):
    """A site with an audit log that is vouched for."""

    def __init__(self, folder: Path, database: Database, start: datetime = START, more: str = "") -> None:
        super().__init__(site(folder, devices=switch("sw-1") + PEOPLE + f"\n[audit]\n{more}\n"), database, start)
        self.clock.set(start)
        self.worker = AuditWorker(database, self.watched, self.clock, self.observer)
        self.anchors = self.settings.anchors

    def record(self, count: int = 1, *, every: float = 1.0, **more: Any) -> None:
        for _each in range(count):
            self.clock.set(self.clock.now() + timedelta(seconds=every))
            said: dict[str, Any] = {"actor": "zhang", "action": "log", "subject": "entry/1", "detail": {}} | more
            self.database.write_now(partial(audit.record, now=self.clock.now(), **said))

    def do(self, who: str, action: str, /, login: str = "", *, trusted: bool = True, **values: Any) -> Message:
        now = self.clock.now()
        work = carry_out(self.watched.settings, action, who, now, values, login=login, trusted=trusted)
        return self.database.write_now(work)

    async def vouch(self) -> None:
        await self.worker.vouch(self.clock.now(), anyway=True)

    def events(self) -> list[AuditEvent]:
        return self.rows(lambda tx: list(audit.after(tx, 0)))

    def verified(self, **more: Any) -> Verified:
        going_by = replace(verifying.asked(self.settings), **more)
        return self.rows(partial(verifying.verify, asked=going_by))

    def wrong(self, **more: Any) -> list[str]:
        return [str(each.message) for each in self.verified(**more).wrong]

    @contextmanager
    def unsealed(self) -> Iterator[None]:
        """Let somebody in who owns the database, or has its file: no trigger keeps them from anything."""
        triggers: list[str] = []

        def off(tx: Any) -> None:
            if tx.dialect.name == "postgresql":
                for table in TABLES:
                    tx.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER ALL"))
                return
            query = "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE 'audit%'"
            for name, sql in tx.execute(text(query)).all():
                triggers.append(sql)
                tx.execute(text(f"DROP TRIGGER {name}"))

        def on(tx: Any) -> None:
            if tx.dialect.name == "postgresql":
                for table in TABLES:
                    tx.execute(text(f"ALTER TABLE {table} ENABLE TRIGGER ALL"))
            for sql in triggers:
                tx.exec_driver_sql(sql)

        self.database.write_now(off)
        yield
        self.database.write_now(on)

    def tamper(self, *statements: str) -> None:
        with self.unsealed():
            self.database.write_now(lambda tx: [tx.execute(text(each)) for each in statements])

    def rebuild(self, start: int) -> None:
        """Make all hashes fit again from an event on, as somebody does who knows how they are made."""

        def work(tx: Any) -> None:
            before = GENESIS if start == 1 else audit.point(tx, start - 1).hash
            for event in list(audit.after(tx, start - 1)):
                fitting = replace(event, prev_hash=before)
                before = hash_of(fitting)
                tx.execute(
                    text("UPDATE audit_events SET prev_hash = :prev, hash = :hash WHERE seq = :seq"),
                    {"prev": fitting.prev_hash, "hash": before, "seq": event.seq},
                )

        with self.unsealed():
            self.database.write_now(work)
