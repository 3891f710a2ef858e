"""How long 100,000 events of the audit log take to be recorded and verified, against plain SHA-256 of the same bytes.

python tests/bench/bench_audit.py [EVENTS]
"""

from __future__ import annotations

import hashlib
import sys
import tempfile
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, Any

from sqlalchemy import text

sys.path.insert(0, str(Path(__file__).parents[2]))

from netwatch.audit import anchors, verifying
from netwatch.audit.signing import Keys, Signer
from netwatch.domain.audit import Point, canonical, walk
from netwatch.domain.checkpoints import MANY
from netwatch.storage import audit, checkpoints
from netwatch.storage.database import Database
from probes.secret import Secret
from tests.postgresql import PASSWORD, PostgreSql

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = 100_000
START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ROUNDS = 3


def taken(work: Callable[[], object]) -> float:
    """Return seconds, the best of some rounds."""
    times = []
    for _round in range(ROUNDS):
        begun = perf_counter()
        work()
        times.append(perf_counter() - begun)
    return min(times)


def fill(database: Database, signer: Signer, count: int) -> float:
    """Record events as an action does, a checkpoint for every 500; return seconds."""

    def batch(tx: Any, start: int) -> None:
        for number in range(start, min(start + MANY, count)):
            detail = {"arguments": {"number": number, "values": {"device": f"sw-{number % 200}"}}, "outcome": "done"}
            now = START + timedelta(seconds=number)
            audit.record(tx, actor="zhang", action="set_entry", subject=f"entry/{number % 977}", detail=detail, now=now)
        checkpoints.add(tx, signer.checkpoint(audit.head(tx), number))

    begun = perf_counter()
    for start in range(0, count, MANY):
        database.write_now(partial(batch, start=start))
    return perf_counter() - begun


def measure(name: str, database: Database, folder: Path, count: int) -> None:
    signer = Signer(folder / "keys")
    recorded = fill(database, signer, count)
    own = folder / f"{name}.anchors"
    anchors.append(own, database.read_now(partial(checkpoints.after, seq=0)))
    events = database.read_now(lambda tx: list(audit.after(tx, 0)))
    forms = [canonical(*(getattr(each, field) for field in SAID)) for each in events]
    plain = taken(lambda: [hashlib.sha256(each).digest() for each in forms])
    alone = taken(lambda: list(walk(events, Point(), frozenset())))

    def verified() -> Any:
        asked = verifying.Asked(Keys([signer.public]), own)
        return database.read_now(partial(verifying.verify, asked=asked))

    whole, found = taken(verified), verified()
    assert not found.wrong, found.wrong[:3]
    print(f"{name}: {found.count} events of {sum(map(len, forms)) // count} bytes, {found.checkpoints} checkpoints")
    print(f"  recorded in {recorded:6.2f} s ({count / recorded:,.0f} events/s, {MANY} in a commit)")
    print(f"  verified in {whole:6.2f} s ({count / whole:,.0f} events/s), with every checkpoint and anchor")
    print(f"  chain alone {alone:6.2f} s, SHA-256 of the same bytes {plain:6.2f} s")
    print(f"  ratio: chain alone / SHA-256 {alone / plain:.1f}, verified / SHA-256 {whole / plain:.1f}")
    tampered(database, own, signer, count)


SAID = ("seq", "at", "actor", "address", "action", "subject", "detail")


def tampered(database: Database, own: Path, signer: Signer, count: int) -> None:
    """Alter one event in the middle, past the triggers, and see that it is found."""
    middle = count // 2 + 7

    def alter(tx: Any) -> None:
        if tx.dialect.name == "sqlite":
            tx.execute(text("DROP TRIGGER audit_events_update_refused"))
        else:
            tx.execute(text("ALTER TABLE audit_events DISABLE TRIGGER ALL"))
        tx.execute(text("UPDATE audit_events SET actor = 'li' WHERE seq = :seq"), {"seq": middle})

    database.write_now(alter)
    asked = replace(verifying.Asked(Keys([signer.public]), own))
    found = database.read_now(partial(verifying.verify, asked=asked))
    print(f"  one event altered: first bad {found.first_bad} (altered: {middle}), last good {found.last_good}")


def main() -> None:
    count = int(sys.argv[1]) if len(sys.argv) > 1 else EVENTS
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = Database(f"sqlite:///{folder}/netwatch.db").open()
        measure("sqlite", database, folder, count)
        database.close()
        server = PostgreSql()
        try:
            url = server.start().emptied()
            database = Database(url, password=Secret(PASSWORD)).open()
            measure("postgresql", database, folder, count)
            database.close()
        finally:
            server.remove()


if __name__ == "__main__":
    main()
