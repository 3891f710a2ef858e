"""Approvals, baselines and stored texts against the audit log: a row that was made to say "approved" is found."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text

from netwatch.domain.drift.baseline import Baseline, approve, supersede
from netwatch.domain.registers import Doer, Entry, EntryState
from netwatch.domain.vouching import Ledger
from netwatch.storage import audit, baselines, blobs, judged, registers
from tests.audit_log import Log, unguarded

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database

VISITOR = {"name": "王工", "organisation": "华为", "purpose": "换电源"}


@pytest.fixture
def log(tmp_path: Path, database: Database) -> Log:
    made = Log(tmp_path, database)
    made.record()
    return made


@pytest.fixture
def visit(log: Log) -> Log:
    """Return a log in which a visitor was announced and let in."""
    log.do("zhang", "new_entry", register="visitor", values=VISITOR, due="2026-11-22T12:00")
    log.do("boss", "approve_entry", number=1)
    assert log.wrong() == []
    return log


def test_who_approves_by_writing_the_row_is_found(log: Log):
    log.do("zhang", "new_entry", register="visitor", values=VISITOR, due="2026-11-22T12:00")
    forged = "UPDATE entries SET state = 'approved', approved_by = 'boss', approved_at = '2026-11-22 05:00:00'"
    log.database.write_now(lambda tx: tx.execute(text(forged)))
    assert "entry/1 says that boss judged it, and the log does not" in log.wrong()


def test_a_refused_approval_is_none(log: Log):
    log.do("zhang", "new_entry", register="visitor", values=VISITOR, due="2026-11-22T12:00")
    with pytest.raises(Exception, match="does not lead"):
        log.do("zhang", "approve_entry", number=1)
    forged = "UPDATE entries SET state = 'approved', approved_by = 'zhang', approved_at = '2026-11-22 05:00:00'"
    log.database.write_now(lambda tx: tx.execute(text(forged)))
    assert "entry/1 was judged by zhang, whose own it is: four eyes are needed" in log.wrong()


def test_who_puts_another_name_under_an_approval_is_found(visit: Log):
    visit.database.write_now(lambda tx: tx.execute(text("UPDATE entries SET approved_by = 'li'")))
    assert "entry/1 says that li judged it, and the log does not" in visit.wrong()


def test_what_was_approved_before_there_was_a_log_is_not_missed(log: Log):
    early = datetime(2026, 1, 1, tzinfo=UTC)
    old = Entry("visitor", "zhang", early, EntryState.APPROVED, VISITOR, approved_by="li", approved_at=early)
    log.database.write_now(partial(registers.add, entry=old))
    assert log.wrong() == []


async def test_what_was_approved_in_events_that_are_sealed_and_moved_since_is_not_missed(visit: Log):
    await visit.vouch()
    sealed = visit.events()[-1].seq
    visit.clock.set(visit.clock.now() + timedelta(minutes=5))
    visit.do("zhang", "cancel_entry", number=1, text="not today")

    def wrong(tx: Any) -> list[Any]:
        ledger = Ledger(whole=False)
        for event in audit.after(tx, sealed):
            ledger.take(event)
        return list(ledger.wrong(judged.everything(tx, {}), (), judged.rows(tx)))

    assert visit.rows(wrong) == []


def test_what_is_made_to_look_older_than_the_log_is_found(visit: Log):
    forged = "UPDATE entries SET approved_by = 'li', approved_at = '2026-01-01 00:00:00'"
    visit.database.write_now(lambda tx: tx.execute(text(forged)))
    assert "entry/1 says that li judged it, and the log does not" in visit.wrong()


def test_an_entry_that_allows_something_else_than_was_approved_is_found(visit: Log):
    visit.database.write_now(lambda tx: tx.execute(text("UPDATE entries SET due = '2026-12-31 00:00:00'")))
    [wrong] = visit.wrong()
    assert wrong.startswith("entry/1 is not what it was at event ")


def test_a_rejected_entry_that_was_made_to_say_approved_is_found(log: Log):
    log.do("zhang", "new_entry", register="visitor", values=VISITOR, due="2026-11-22T12:00")
    log.do("boss", "reject_entry", number=1, text="no")
    log.database.write_now(lambda tx: tx.execute(text("UPDATE entries SET state = 'approved', closed = NULL")))
    [wrong] = log.wrong()
    assert wrong.startswith("entry/1 is approved; by event ")
    assert wrong.endswith(" of the log it is rejected")


def baseline(log: Log, content: bytes, facet: str = "running", *, says_who_proposed: bool = True) -> Baseline:
    """Approve a content as the leader's command does."""
    log.clock.set(log.clock.now() + timedelta(minutes=1))
    now = log.clock.now()

    def work(tx: Any) -> Baseline:
        name = blobs.put(tx, content)
        drafted = Baseline("sw-1", facet, name, "huawei_vrp/1", "zhang", now)
        made = approve(drafted, name, Doer("boss", leader=True), (), now)
        before = baselines.approved(tx, "sw-1", facet)
        if before is not None:
            baselines.save(tx, supersede(before, now), before.state)
        made = replace(made, id=baselines.add(tx, made))
        detail = {"baseline": made.id, "content": made.content, "seal": made.seal}
        detail |= {"proposed_by": made.proposed_by} if says_who_proposed else {}
        audit.record(tx, actor="boss", action="baseline.approved", subject=f"sw-1/{facet}", detail=detail, now=now)
        return made

    return log.database.write_now(work)


def test_baselines_are_what_the_log_has_approved_last(log: Log):
    baseline(log, b"a")
    baseline(log, b"b")
    baseline(log, b"c", "hardware")
    assert log.wrong() == []


FORGED = {
    "an older one put back into force": (
        (
            "UPDATE baselines SET state = 'void' WHERE id = 2",
            "UPDATE baselines SET state = 'approved', ended = NULL WHERE id = 1",
        ),
        "the baseline of sw-1/running is {first}; by the log {second} was approved",
    ),
    "another content under the same signature": (
        ("UPDATE baselines SET content = (SELECT content FROM baselines WHERE id = 1) WHERE id = 2",),
        "the baseline of sw-1/running is not what was approved: its seal differs",
    ),
    "taken out of force": (
        ("UPDATE baselines SET state = 'superseded' WHERE id = 2",),
        "by the log {second} is the baseline of sw-1/running; the database has none in force",
    ),
    "another leader under it": (
        ("UPDATE baselines SET judged_by = 'li' WHERE id = 2",),
        "baseline/2 says that li judged it, and the log does not",
    ),
    "somebody else who proposed it": (
        ("UPDATE baselines SET proposed_by = 'li' WHERE id = 2",),
        "baseline/2 says that boss judged it, and the log does not",
    ),
    "in force for a facet of which nothing was approved": (
        ("UPDATE baselines SET facet = 'startup', state = 'approved', ended = NULL WHERE id = 1",),
        "no event of the log approves the baseline of sw-1/startup",
    ),
}


def test_an_event_that_does_not_say_who_proposed_a_baseline_vouches_for_its_content_and_its_leader(log: Log):
    made = baseline(log, b"a", says_who_proposed=False)
    assert log.wrong() == []
    unguarded(log.database, "UPDATE baselines SET judged_by = 'li'")
    assert f"baseline/{made.id} says that li judged it, and the log does not" in log.wrong()


@pytest.mark.parametrize("what", FORGED)
def test_a_baseline_that_was_made_to_say_something_else_is_found(log: Log, what: str):
    statements, sentence = FORGED[what]
    first, second = baseline(log, b"a"), baseline(log, b"b")
    unguarded(log.database, *statements)
    assert sentence.format(first=first.content[:12], second=second.content[:12]) in log.wrong()


def test_a_stored_text_that_was_altered_is_found_by_who_looks_deep(log: Log):
    name = log.database.write_now(partial(blobs.put, text=b"interface GE1/0/5"))
    assert log.wrong(deep=True) == []

    unguarded(log.database, "UPDATE blobs SET data = '1'")
    assert log.wrong() == []
    assert log.wrong(deep=True) == [f"the text {name[:12]} was altered in the database"]
