"""The audit log on both databases: what is recorded, what the database refuses, and that whoever tampers is found."""

from __future__ import annotations

import asyncio
import json
import socket
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from functools import partial
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from netwatch.audit import anchors, segments
from netwatch.audit.signing import Keys, Signer
from netwatch.domain.audit import GENESIS, Point, milliseconds
from netwatch.domain.checkpoints import MANY, Anchor, anchors_in
from netwatch.domain.model import Severity
from netwatch.errors import NetwatchError, StorageError, UsageError
from netwatch.handover.day import digest
from netwatch.keyring import KeyringError
from netwatch.storage import audit, checkpoints, events, faults
from netwatch.workers.audit import AuditWorker
from probes.secret import Secret
from tests.audit_log import Log
from tests.scenario import START

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database
    from probes.api import Message


@pytest.fixture
def log(tmp_path: Path, database: Database) -> Log:
    return Log(tmp_path, database)


@pytest.fixture
async def vouched(log: Log) -> Log:
    """Return a log of 13 events: checkpoints at 5 and 11, the file of anchors begun by event 6, 12 and 13 new."""
    log.record(5)
    await log.vouch()
    log.record(5)
    await log.vouch()
    log.record(2)
    assert [each.seq for each in log.rows(partial(checkpoints.after, seq=0))] == [5, 11]
    assert log.wrong() == []
    return log


# What is recorded


def test_an_action_is_recorded_in_its_own_transaction(log: Log):
    log.do("zhang", "log", text="the UPS beeps")
    (event,) = log.events()
    assert (event.seq, event.actor, event.action, event.prev_hash) == (1, "zhang", "log", GENESIS)
    said = json.loads(event.detail)
    assert said["outcome"] == "done"
    assert said["arguments"]["text"]["characters"] == 13
    assert "UPS" not in event.detail
    assert event.at == milliseconds(log.clock.now())


def test_an_action_whose_record_fails_is_taken_back(log: Log):
    create = "CREATE TRIGGER no_room BEFORE INSERT ON audit_events "
    forbid = {
        "sqlite": (create + "BEGIN SELECT RAISE(ABORT, 'no room'); END",),
        "postgresql": (
            "CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no room'; END $$",
            create + "FOR EACH ROW EXECUTE FUNCTION no_room()",
        ),
    }
    before = log.rows(events.last)
    log.database.write_now(lambda tx: [tx.exec_driver_sql(each) for each in forbid[tx.dialect.name]])
    with pytest.raises(DBAPIError, match="no room"):
        log.do("zhang", "log", text="the UPS beeps")
    assert log.rows(events.last) == before
    assert log.events() == []


def test_a_refusal_is_recorded_though_all_of_the_action_is_taken_back(log: Log):
    before = log.rows(events.last)
    with pytest.raises(UsageError, match="it takes the role"):
        log.do("zhang", "release_report", number=3)
    (event,) = log.events()
    assert (event.actor, event.action, event.subject) == ("zhang", "release_report", "report/3")
    said = json.loads(event.detail)
    assert (said["outcome"], said["why"]) == ("refused", "zhang may not do this; it takes the role leader")
    assert log.rows(events.last) == before


def test_who_acts_for_somebody_else_is_refused_and_recorded_under_their_own_login(log: Log):
    with pytest.raises(UsageError, match="zhang may not act for boss"):
        log.do("boss", "release_report", "zhang", trusted=False, number=3)
    (event,) = log.events()
    said = json.loads(event.detail)
    assert (event.actor, said["for"], said["outcome"]) == ("zhang", "boss", "refused")


def test_an_action_or_a_name_that_is_none_is_recorded_within_bounds(log: Log):
    for who, action in (("zhang", "x" * 5000), ("\0" * 5000, "log"), ("zhang", "'; DROP TABLE audit_events; --")):
        with pytest.raises(UsageError):
            log.do(who, action, text="y" * 100_000, odd=["z" * 9000] * 900)
    found = log.events()
    assert [len(each.action) <= 64 and len(each.actor) <= 64 for each in found] == [True] * 3
    assert all(len(each.detail.encode()) <= 8192 for each in found)
    assert log.wrong() == []


def test_a_bug_in_an_action_is_recorded_as_a_failure(log: Log, monkeypatch: pytest.MonkeyPatch):
    def broken(tx: Any, doing: Any) -> Message:
        raise ZeroDivisionError

    monkeypatch.setattr("netwatch.actions.ACTIONS", {"log": broken})
    with pytest.raises(ZeroDivisionError):
        log.do("zhang", "log", text="x")
    assert json.loads(log.events()[0].detail)["outcome"] == "failed"


def test_a_secret_that_is_handed_over_is_not_in_the_log(log: Log):
    canary = "c4n4ry-5ecret"
    log.record(detail={"key": Secret(canary), "options": {"password": canary, "list": [Secret(canary)]}})
    with pytest.raises(UsageError):
        log.do("zhang", "no_such", password=canary, options={"community": canary}, text=f"the password is {canary}")
    assert canary not in "".join(each.detail for each in log.events())


def test_the_chain_has_no_gap_where_transactions_fail(log: Log):
    def failing(tx: Any) -> None:
        audit.record(tx, actor="zhang", action="log", subject="", detail={}, now=log.clock.now())
        raise UsageError("no")

    for _turn in range(3):
        log.record()
        with pytest.raises(UsageError):
            log.database.write_now(failing)
    assert [each.seq for each in log.events()] == [1, 2, 3]
    assert log.wrong() == []


def test_a_clock_that_was_set_back_is_recorded_as_such(log: Log):
    log.record()
    log.clock.set(log.clock.now() - timedelta(hours=1))
    log.record()
    assert json.loads(log.events()[1].detail) == {"clock_set_back": 3599}
    assert log.wrong() == []


def test_events_are_found_by_who_what_about_and_since(log: Log):
    log.record(2)
    log.record(actor="boss", action="approve_entry", subject="entry/12", every=3600)
    for wanted, seqs in (
        (audit.Wanted(actor="zhang"), [2, 1]),
        (audit.Wanted(action="approve"), [3]),
        (audit.Wanted(subject="entry/12"), [3]),
        (audit.Wanted(since=log.clock.now()), [3]),
        (audit.Wanted(), [3, 2, 1]),
        (audit.Wanted(action="%"), []),
    ):
        assert [each.seq for each in log.rows(partial(audit.newest, wanted=wanted, most=9))] == seqs


# What the database refuses

HEX = "f" * 64
REFUSED = {
    "a change": "UPDATE audit_events SET actor = 'li' WHERE seq = 3",
    "a deletion": "DELETE FROM audit_events WHERE seq = 13",
    "all deleted": "DELETE FROM audit_events",
    "an event with a gap before it": (
        "INSERT INTO audit_events SELECT seq + 2, at, actor, address, action, subject, detail, hash, hash "
        "FROM audit_events WHERE seq = 13"
    ),
    "an event in the middle": (
        "INSERT INTO audit_events SELECT 0, at, actor, address, action, subject, detail, hash, hash "
        "FROM audit_events WHERE seq = 13"
    ),
    "an event on another hash": (
        "INSERT INTO audit_events SELECT seq + 1, at, actor, address, action, subject, detail, prev_hash, hash "
        "FROM audit_events WHERE seq = 13"
    ),
    "a checkpoint altered": f"UPDATE audit_checkpoints SET hash = '{HEX}'",
    "a checkpoint deleted": "DELETE FROM audit_checkpoints",
    "a checkpoint of another chain": f"INSERT INTO audit_checkpoints VALUES (12, '{HEX}', 1, 'k', 's')",
    "a checkpoint of no event": f"INSERT INTO audit_checkpoints VALUES (99, '{HEX}', 1, 'k', 's')",
    "a segment of young events": (
        'INSERT INTO audit_segments (last, first, prev_hash, hash, upto, sealed_at, digest, "key", signature) '
        "SELECT 5, 1, (SELECT prev_hash FROM audit_events WHERE seq = 1), hash, at, at + 86400000, hash, 'k', 's' "
        "FROM audit_events WHERE seq = 5"
    ),
    "a segment that begins later": (
        'INSERT INTO audit_segments (last, first, prev_hash, hash, upto, sealed_at, digest, "key", signature) '
        "SELECT 5, 2, prev_hash, hash, at, at + 99999999999, hash, 'k', 's' FROM audit_events WHERE seq = 5"
    ),
    "a segment of all events": (
        'INSERT INTO audit_segments (last, first, prev_hash, hash, upto, sealed_at, digest, "key", signature) '
        "SELECT 13, 1, (SELECT prev_hash FROM audit_events WHERE seq = 1), hash, at, at + 99999999999, hash, 'k', 's' "
        "FROM audit_events WHERE seq = 13"
    ),
    "a segment with another hash": (
        'INSERT INTO audit_segments (last, first, prev_hash, hash, upto, sealed_at, digest, "key", signature) '
        "SELECT 5, 1, (SELECT prev_hash FROM audit_events WHERE seq = 1), prev_hash, at, at + 99999999999, hash, "
        "'k', 's' FROM audit_events WHERE seq = 5"
    ),
}


async def test_the_database_itself_refuses_all_but_the_next_event(vouched: Log):
    for what, statement in REFUSED.items():
        with pytest.raises((DBAPIError, NetwatchError), match=r"never changed|continue the chain|floor|denied"):
            vouched.database.write_now(lambda tx, each=statement: tx.execute(text(each)))
        assert vouched.wrong() == [], what
    assert len(vouched.events()) == 13


async def test_sqlite_refuses_to_replace_and_postgresql_to_truncate(vouched: Log):
    statements = {
        "sqlite": "INSERT OR REPLACE INTO audit_events SELECT * FROM audit_events WHERE seq = 3",
        "postgresql": "TRUNCATE audit_events",
    }
    with pytest.raises((DBAPIError, NetwatchError), match=r"never changed|continue the chain"):
        vouched.database.write_now(lambda tx: tx.execute(text(statements[tx.dialect.name])))
    assert len(vouched.events()) == 13


# Who tampers is found

CUT = "the log ends at event 8; a signed checkpoint says that it went to 11: its end was cut"
MOVE = (
    "UPDATE audit_events SET seq = -(seq + 1) WHERE seq >= 7",
    "UPDATE audit_events SET seq = -seq WHERE seq < 0",
    (
        "INSERT INTO audit_events SELECT 7, at, 'eve', address, action, subject, detail, prev_hash, hash "
        "FROM audit_events WHERE seq = 6"
    ),
)
TAMPERING: dict[str, tuple[tuple[str, ...], str, int | None, int | None]] = {
    "who it was": (
        ("UPDATE audit_events SET actor = 'li' WHERE seq = 7",),
        "event 7 was altered after it was recorded",
        7,
        5,
    ),
    "when it was": (("UPDATE audit_events SET at = at + 1 WHERE seq = 2",), "event 2 was altered", 2, None),
    "what it was about": (
        ('UPDATE audit_events SET detail = \'{"outcome":"refused"}\' WHERE seq = 12',),
        "event 12 was altered",
        12,
        11,
    ),
    "a row deleted": (("DELETE FROM audit_events WHERE seq = 7",), "events 7 to 7 are missing", 7, 5),
    "the first rows deleted": (("DELETE FROM audit_events WHERE seq < 4",), "events 1 to 3 are missing", 1, None),
    "two rows in another order": (
        (
            "UPDATE audit_events SET seq = 900 WHERE seq = 7",
            "UPDATE audit_events SET seq = 7 WHERE seq = 8",
            "UPDATE audit_events SET seq = 8 WHERE seq = 900",
        ),
        "event 7 does not continue the event before it: one was altered, moved or put in",
        7,
        5,
    ),
    "a row put in": (MOVE, "event 7 was altered after it was recorded", 7, 5),
    "the end cut": (("DELETE FROM audit_events WHERE seq > 8",), CUT, 9, 5),
    "everything deleted": (
        ("DELETE FROM audit_events", "DELETE FROM audit_checkpoints"),
        "the log ends at event 0; by line 1 of ",
        1,
        None,
    ),
    "the end cut, and its checkpoint with it": (
        ("DELETE FROM audit_events WHERE seq > 8", "DELETE FROM audit_checkpoints WHERE seq > 8"),
        "the log ends at event 8; by line 2 of ",
        9,
        5,
    ),
    "a checkpoint's hash": (
        (f"UPDATE audit_checkpoints SET hash = '{HEX}' WHERE seq = 5",),
        "the checkpoint at event 5 was altered or forged",
        None,
        11,
    ),
    "a checkpoint's signature": (
        (f"UPDATE audit_checkpoints SET signature = '{HEX}{HEX}' WHERE seq = 11",),
        "the checkpoint at event 11 was altered or forged",
        None,
        11,
    ),
    "a checkpoint's key": (
        ("UPDATE audit_checkpoints SET \"key\" = 'ffffffffffffffff' WHERE seq = 11",),
        "the checkpoint at event 11 was altered or forged",
        None,
        11,
    ),
    "a checkpoint that never was": (
        (
            f"INSERT INTO audit_checkpoints SELECT seq, hash, 1, '{'f' * 16}', '{HEX}{HEX}' FROM audit_events WHERE seq = 9",
        ),
        "the checkpoint at event 9 was altered or forged",
        None,
        11,
    ),
    "a checkpoint taken out": (
        ("DELETE FROM audit_checkpoints WHERE seq = 5",),
        "the checkpoint at event 5 was taken out of the database",
        None,
        11,
    ),
}


@pytest.mark.parametrize("what", TAMPERING)
async def test_who_takes_the_seals_off_is_found(vouched: Log, what: str):
    statements, sentence, bad, good = TAMPERING[what]
    vouched.tamper(*statements)
    found = vouched.verified()
    assert any(sentence in str(each.message) for each in found.wrong), [str(each.message) for each in found.wrong]
    assert (found.first_bad, found.last_good) == (bad, good)


async def test_who_rewrites_the_chain_from_some_event_on_is_found_by_the_checkpoints(vouched: Log):
    vouched.tamper("UPDATE audit_events SET actor = 'li' WHERE seq = 7")
    vouched.rebuild(7)
    found = vouched.verified(own=None)
    assert [str(each.message) for each in found.wrong] == [
        "event 11 has another hash than its signed checkpoint: the log was rewritten"
    ]
    assert (found.first_bad, found.last_good) == (11, 5)


async def test_who_takes_the_checkpoints_out_as_well_is_found_by_the_anchors_alone(vouched: Log):
    vouched.tamper("UPDATE audit_events SET actor = 'li' WHERE seq = 7", "DELETE FROM audit_checkpoints")
    vouched.rebuild(7)
    assert vouched.wrong(own=None) == []
    found = vouched.verified()
    assert any("event 11 has another hash than the anchor in line 2 of " in str(each.message) for each in found.wrong)
    assert (found.first_bad, found.last_good) == (11, 5)


async def test_who_signs_anew_with_a_key_of_their_own_is_found(vouched: Log, tmp_path: Path):
    vouched.tamper("UPDATE audit_events SET actor = 'li' WHERE seq = 7", "DELETE FROM audit_checkpoints WHERE seq = 11")
    vouched.rebuild(7)
    head = vouched.rows(partial(audit.point, seq=11))
    forged = Signer(tmp_path / "other-keys").checkpoint(head, milliseconds(vouched.clock.now()))
    vouched.database.write_now(partial(checkpoints.add, checkpoint=forged))
    assert "the checkpoint at event 11 was altered or forged" in vouched.wrong(own=None)


async def test_what_nobody_has_vouched_for_is_kept_by_the_digits_that_were_mailed(vouched: Log):
    digits = vouched.events()[-1].hash[:16]
    assert vouched.wrong(expected=(digits,)) == []
    vouched.tamper("DELETE FROM audit_events WHERE seq > 11")
    assert vouched.wrong() == []
    assert vouched.wrong(expected=(digits,)) == [f"no event of the log has the digits {digits}"]


async def test_what_is_in_the_file_of_anchors_cannot_be_changed_there_either(vouched: Log, tmp_path: Path):
    own, copy = vouched.anchors, tmp_path / "copy.anchors"
    lines = own.read_text()
    copy.write_text(lines)
    first, second = lines.splitlines(keepends=True)
    for changed, sentence in (
        (lines.replace("seq=11", "seq=10"), f"the anchor in line 2 of {own} was altered or forged"),
        (lines.replace(f"hash={first.split('hash=')[1][:8]}", "hash=00000000"), f"in line 1 of {own} was altered"),
        (second, f"the checkpoint at event 5 is missing in {own}"),
        (first + second[:-20] + "\n", f"line 2 of {own} is not a whole anchor"),
    ):
        own.write_text(changed)
        assert any(sentence in each for each in vouched.wrong()), vouched.wrong()
    own.unlink()
    assert vouched.wrong() == [f"the file of anchors {own} is gone"]
    assert vouched.wrong(own=None, anchors=(copy,)) == []


async def test_a_copy_of_the_anchors_elsewhere_finds_what_the_own_file_would_hide(vouched: Log, tmp_path: Path):
    copy = tmp_path / "messages"
    copy.write_text("".join(f"Nov 22 host {line}\n" for line in vouched.anchors.read_text().splitlines()))
    vouched.tamper("DELETE FROM audit_events WHERE seq > 6", "DELETE FROM audit_checkpoints WHERE seq > 6")
    vouched.anchors.write_text(vouched.anchors.read_text().splitlines(keepends=True)[0])
    assert vouched.wrong() == []
    assert vouched.wrong(anchors=(copy,)) == [
        f"the log ends at event 6; by line 2 of {copy} it went to 11: its end was cut"
    ]


async def test_a_verification_from_an_event_on_leaves_out_what_was_before(vouched: Log):
    vouched.tamper("UPDATE audit_events SET actor = 'li' WHERE seq = 3")
    assert vouched.wrong(start=6) == []
    assert vouched.verified(start=6).count == 8
    with pytest.raises(UsageError, match="there is no event 98"):
        vouched.verified(start=99)


async def test_with_the_public_key_alone_a_copy_can_be_verified(vouched: Log):
    public = Signer(vouched.settings.keys).public
    assert vouched.wrong(keys=Keys([public])) == []
    assert len(vouched.wrong(keys=Keys([]))) >= 4


async def test_a_table_that_is_gone_is_said_in_one_sentence(vouched: Log):
    vouched.database.write_now(lambda tx: tx.execute(text("DROP TABLE audit_checkpoints")))
    with pytest.raises(StorageError, match="the audit log cannot be read"):
        vouched.verified()


async def test_sqlite_may_hold_anything_and_nothing_of_it_stops_the_verification(vouched: Log):
    if vouched.database.path is None:
        pytest.skip("PostgreSQL keeps what a column is for")
    for number, odd in enumerate(("'x'", "x'ff00'", "1.5")):
        vouched.tamper(
            f"UPDATE audit_events SET at = {odd}, actor = {odd}, detail = {odd} WHERE seq = {number + 2}",
            f'UPDATE audit_checkpoints SET hash = {odd}, at = {odd}, signature = {odd}, "key" = {odd} WHERE seq = 5',
        )
        assert f"event {number + 2} was altered after it was recorded" in vouched.wrong()
    vouched.tamper("UPDATE audit_events SET actor = CAST(x'ff' AS TEXT) WHERE seq = 9")
    with pytest.raises(StorageError, match="the audit log cannot be read"):
        vouched.verified()


# The worker


async def test_events_wait_a_quarter_of_an_hour_for_their_checkpoint_and_an_approval_does_not(log: Log):
    async def vouched_for(minutes: float) -> list[int]:
        log.at(minutes)
        await log.worker.vouch(log.clock.now())
        return [each.seq for each in log.rows(partial(checkpoints.after, seq=0))]

    log.at(0)
    log.record()
    assert await vouched_for(14) == []
    assert await vouched_for(16) == [1]
    assert await vouched_for(30) == [1]  # event 2 says that the file of anchors was begun
    assert await vouched_for(32) == [1, 2]
    assert await vouched_for(90) == [1, 2]
    log.record(action="approve_entry")
    assert await vouched_for(91) == [1, 2, 3]
    assert [each.checkpoint.seq for each in anchors.read(log.anchors)[0]] == [1, 2, 3]


async def test_many_events_do_not_wait(log: Log):
    log.database.write_now(
        lambda tx: [
            audit.record(tx, actor="zhang", action="log", subject="", detail={}, now=START) for _each in range(MANY)
        ]
    )
    await log.worker.vouch(START)
    assert [each.seq for each in log.rows(partial(checkpoints.after, seq=0))] == [MANY]


async def test_a_log_that_nothing_vouches_for_any_more_is_wrong(log: Log):
    log.database.write_now(
        lambda tx: [
            audit.record(tx, actor="zhang", action="log", subject="", detail={}, now=START)
            for _each in range(2 * MANY + 1)
        ]
    )
    assert log.wrong() == [f"no checkpoint vouches for the last {2 * MANY + 1} events"]


async def test_what_could_not_be_written_to_the_anchors_is_a_fault_until_it_is(log: Log):
    log.record()
    log.anchors.mkdir()
    await log.vouch()
    (fault,) = log.rows(faults.opened)
    assert (fault.subject.device, fault.subject.check, fault.severity) == ("@audit", "anchors", Severity.CRITICAL)
    log.anchors.rmdir()
    log.at(1)
    await log.vouch()
    assert log.rows(faults.opened) == ()
    assert [each.checkpoint.seq for each in anchors.read(log.anchors)[0]] == [1]


async def test_half_a_line_of_a_full_disk_does_not_spoil_the_next(log: Log):
    log.record()
    await log.vouch()
    with log.anchors.open("a") as file:
        file.write("netwatch/audit/checkpo")
    log.record()
    await log.vouch()
    assert [each.checkpoint.seq for each in anchors.read(log.anchors)[0]] == [1, 3]
    assert log.wrong() == []


async def test_a_key_that_others_can_read_is_a_fault_and_signs_nothing(log: Log):
    log.record()
    log.settings.keys.mkdir()
    (log.settings.keys / "audit.key").write_bytes(b"k" * 32)
    (log.settings.keys / "audit.key").chmod(0o644)
    await log.vouch()
    assert [fault.subject.check for fault in log.rows(faults.opened)] == ["key"]
    assert log.rows(partial(checkpoints.after, seq=0)) == ()
    with pytest.raises(KeyringError):
        log.verified()


async def test_what_was_tampered_with_is_a_critical_fault_that_no_maintenance_silences(vouched: Log):
    await vouched.worker.tend(vouched.clock.now(), "start")
    assert vouched.rows(faults.opened) == ()
    vouched.do("boss", "open_window", title="all", devices=["sw-1"], groups=["switches"], lasting=3600)
    vouched.tamper("UPDATE audit_events SET actor = 'li' WHERE seq = 7")
    await vouched.worker.tend(vouched.clock.now(), "nightly")
    (fault,) = vouched.rows(faults.opened)
    assert (fault.subject.device, fault.severity) == ("@audit", Severity.CRITICAL)
    assert str(fault.summary) == "event 7 was altered after it was recorded"
    assert [letter.kind for letter in vouched.letters() if letter.fault == fault.id] == ["opened"]
    last = vouched.events()[-1]
    assert (last.action, json.loads(last.detail)["first_bad"]) == ("audit.verified", 7)


async def test_a_new_service_goes_on_where_the_old_one_was_cut_off(vouched: Log):
    signer = Signer(vouched.settings.keys)
    head = vouched.rows(audit.head)
    vouched.database.write_now(partial(checkpoints.add, checkpoint=signer.checkpoint(head, head.at)))
    assert [each.checkpoint.seq for each in anchors.read(vouched.anchors)[0]] == [5, 11]
    after = AuditWorker(vouched.database, vouched.watched, vouched.clock, vouched.observer)
    await after.vouch(vouched.clock.now())
    assert [each.checkpoint.seq for each in anchors.read(vouched.anchors)[0]] == [5, 11, 13]
    assert vouched.wrong() == []


async def test_a_syslog_gets_every_checkpoint_once_and_what_it_missed_later(tmp_path: Path, database: Database):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        server.settimeout(5)
        port = server.getsockname()[1]
        log = Log(tmp_path, database, more=f'syslog = "udp://127.0.0.1:{port}"')
        log.record()
        await log.vouch()
        await log.vouch()
        log.record()
        await log.vouch()
        said = [server.recv(4096).decode() for _each in range(3)]
        assert [each.checkpoint.seq for each in anchors_in(said, "") if isinstance(each, Anchor)] == [1, 2, 3]
    away = Log(tmp_path, database, more='syslog = "tcp://127.0.0.1:9"')
    away.clock.set(log.clock.now())
    away.record()
    await away.vouch()
    assert [(fault.subject.check, fault.severity) for fault in away.rows(faults.opened)] == [("syslog", Severity.MAJOR)]
    assert [each.checkpoint.seq for each in anchors.read(away.anchors)[0]] == [1, 2, 3, 4]


async def test_two_verifications_at_once_state_what_is_wrong_once(vouched: Log):
    vouched.tamper("UPDATE audit_events SET actor = 'li' WHERE seq = 7")
    now = vouched.clock.now()
    await asyncio.gather(*(vouched.worker.verify(now, why) for why in ("report", "nightly", "report")))
    assert len(vouched.rows(faults.opened)) == 1


async def test_the_leaders_daily_mail_says_where_the_log_stands(vouched: Log):
    morning = datetime(2026, 11, 23, 0, 31, tzinfo=UTC)
    assert vouched.database.write_now(partial(digest, settings=vouched.settings, now=morning)) is True
    (letter,) = [each for each in vouched.letters() if each.key.startswith("handover/day/")]
    mail = message_from_bytes(letter.content, policy=default)
    body = mail.get_body(("plain",)).get_content()
    last = vouched.events()[-1]
    assert f"netwatch audit verify --expect {last.hash[:16]}" in body
    assert vouched.wrong(expected=(last.hash[:16],)) == []


# Retention

OLD = datetime(2023, 1, 10, tzinfo=UTC)


@pytest.fixture
async def aged(tmp_path: Path, database: Database) -> Log:
    """Return a log of which events 1 to 11 have been sealed, being older than three years."""
    log = Log(tmp_path, database, OLD)
    log.record(5)
    await log.vouch()
    log.record(5)
    await log.vouch()
    log.clock.set(OLD + timedelta(days=1130))
    log.record(3)
    await log.vouch()
    await log.worker.tend(log.clock.now(), "nightly")
    assert [event.action for event in log.events()] == ["log"] * 3 + ["audit.verified", "audit.sealed"]
    assert log.events()[0].seq == 12
    return log


def sealed_file(log: Log) -> Path:
    (path,) = log.settings.segments.iterdir()
    return path


async def test_what_is_older_than_it_is_kept_goes_into_a_signed_file_and_the_chain_goes_on(aged: Log):
    (segment,) = aged.rows(checkpoints.segments)
    assert (segment.first, segment.last, segment.prev_hash) == (1, 11, GENESIS)
    path = sealed_file(aged)
    assert path.name == "audit-000000001-000000011.jsonl"
    assert segments.digest_of(path) == segment.digest
    assert [event.seq for event in segments.events_in(path)] == list(range(1, 12))
    assert path.stat().st_mode & 0o077 == 0
    assert aged.wrong() == aged.wrong(segments=aged.settings.segments) == []
    assert aged.verified(segments=aged.settings.segments).start == Point(11, segment.hash, segment.upto)
    digits = next(segments.events_in(path)).hash
    assert aged.wrong(segments=aged.settings.segments, expected=(digits,)) == []


async def test_what_is_young_stays_and_nothing_is_sealed_twice(aged: Log):
    await aged.worker.tend(aged.clock.now(), "nightly")
    assert len(aged.rows(checkpoints.segments)) == 1
    assert aged.events()[0].seq == 12
    for statement in ("DELETE FROM audit_events WHERE seq = 12", "DELETE FROM audit_segments"):
        with pytest.raises((DBAPIError, NetwatchError), match="never changed"):
            aged.database.write_now(lambda tx, each=statement: tx.execute(text(each)))


async def test_the_next_segment_continues_the_last(aged: Log):
    aged.clock.set(aged.clock.now() + timedelta(days=1200))
    aged.record(2)
    await aged.vouch()
    await aged.worker.tend(aged.clock.now(), "nightly")
    first, second = aged.rows(checkpoints.segments)
    assert (second.first, second.prev_hash) == (first.last + 1, first.hash)
    assert aged.wrong(segments=aged.settings.segments) == []


SEALED = {
    "its row deleted": (("DELETE FROM audit_segments",), "events 1 to 11 are missing"),
    "its row altered": (
        (f"UPDATE audit_segments SET digest = '{HEX}'",),
        "sealed segment 1-11 was altered or forged",
    ),
    "its end put back": (
        ("UPDATE audit_segments SET last = 10",),
        "sealed segment 1-10 was altered or forged",
    ),
    "more taken out than was sealed": (("DELETE FROM audit_events WHERE seq = 12",), "events 12 to 12 are missing"),
}


@pytest.mark.parametrize("what", SEALED)
async def test_who_tampers_with_a_segment_in_the_database_is_found(aged: Log, what: str):
    statements, sentence = SEALED[what]
    aged.tamper(*statements)
    assert sentence in aged.wrong()


async def test_who_tampers_with_the_file_of_a_segment_is_found(aged: Log):
    path = sealed_file(aged)
    whole = path.read_text()
    lines = whole.splitlines(keepends=True)
    for changed, sentence in (
        (whole.replace('"actor":"zhang"', '"actor":"li"', 1), f"the sealed segment {path} was altered"),
        (whole.replace('"actor":"zhang"', '"actor":"li"', 1), "event 1 was altered after it was recorded"),
        ("".join(lines[:3] + lines[4:]), "events 4 to 4 are missing"),
        ("".join(lines[:8]), f"the sealed segment {path} does not end where it should"),
        ("", f"the sealed segment {path} does not end where it should"),
    ):
        path.write_text(changed)
        assert sentence in aged.wrong(segments=aged.settings.segments)
    path.unlink()
    assert aged.wrong(segments=aged.settings.segments) == [f"the sealed segment {path} is gone"]


async def test_a_log_that_is_not_whole_is_not_sealed(tmp_path: Path, database: Database):
    log = Log(tmp_path, database, OLD)
    log.record(9)
    await log.vouch()
    log.clock.set(OLD + timedelta(days=1130))
    log.record(3)
    await log.vouch()
    log.tamper("UPDATE audit_events SET actor = 'li' WHERE seq = 3")
    await log.worker.tend(log.clock.now(), "nightly")
    assert log.rows(checkpoints.segments) == ()
    assert log.events()[0].seq == 1


async def test_where_the_file_cannot_be_written_nothing_is_taken_out(tmp_path: Path, database: Database):
    log = Log(tmp_path, database, OLD)
    log.record(9)
    await log.vouch()
    log.clock.set(OLD + timedelta(days=1130))
    log.record(3)
    await log.vouch()
    log.settings.segments.write_text("a file where the folder should be")
    await log.worker.tend(log.clock.now(), "nightly")
    assert log.rows(checkpoints.segments) == ()
    assert log.events()[0].seq == 1
    assert [fault.subject.check for fault in log.rows(faults.opened)] == ["segments"]
    log.settings.segments.unlink()
    log.clock.set(log.clock.now() + timedelta(days=1))
    await log.worker.tend(log.clock.now(), "nightly")
    assert log.events()[0].seq > 9
    assert log.rows(faults.opened) == ()
