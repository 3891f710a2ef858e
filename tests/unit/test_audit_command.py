"""`netwatch audit`, and the anchors that go to a syslog."""

from __future__ import annotations

import json
import socket
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from netwatch.audit import anchors, syslog
from netwatch.audit.segments import events_in
from netwatch.audit.signing import Signer
from netwatch.audit.syslog import SyslogUnusable
from netwatch.cli import main
from netwatch.domain.checkpoints import Anchor, Checkpoint, anchors_in
from netwatch.storage import audit, checkpoints
from netwatch.storage.database import Database, open_reader

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

    Run = Callable[..., tuple[int, str, str]]

AT = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CONFIG = """
[site]
zone = "Asia/Shanghai"
canaries = []

[[person]]
name = "wang"
role = "leader"
"""


def filled(tx: Connection, signer: Signer) -> None:
    """Record 6 events, and a checkpoint after the fourth."""
    for number in range(6):
        action, actor = ("approve_entry", "wang") if number == 3 else ("log", "zhang")
        audit.record(
            tx,
            actor=actor,
            action=action,
            subject=f"entry/{number}",
            detail={"outcome": "done"},
            now=AT + timedelta(minutes=number),
        )
        if number == 3:
            checkpoints.add(tx, signer.checkpoint(audit.head(tx), 1))


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command at a site with a short log; return its code, its output, its errors."""
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    path.chmod(0o600)
    with closing(Database(f"sqlite:///{tmp_path}/netwatch.db").open()) as database:
        database.write_now(partial(filled, signer=Signer(tmp_path / "keys")))

    def ran(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--config", str(path)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


def tamper(folder: Path, statement: str) -> None:
    with closing(sqlite3.connect(folder / "netwatch.db")) as database:
        database.execute("DROP TRIGGER audit_events_update_refused")
        database.execute(statement)
        database.commit()


def test_a_log_that_is_whole_says_so_and_where_it_stands(run: Run):
    code, out, _err = run("audit", "verify")
    assert code == 0
    assert "6 events; checkpoints: 1, anchors: 0, sealed segments: 0" in out
    assert "the last is event 6 of 2026-11-22 10:05:00: " in out
    assert out.endswith("The audit log is as it was recorded.\n")


def test_a_log_that_is_not_says_what_and_up_to_where_it_was_vouched_for(run: Run, tmp_path: Path):
    tamper(tmp_path, "UPDATE audit_events SET actor = 'li' WHERE seq = 5")
    code, out, _err = run("audit", "verify")
    assert code == 1
    assert out.startswith("event 5 was altered after it was recorded\n")
    assert "The first event that is wrong: 5\n" in out
    assert out.endswith("Up to event 4 it is vouched for by a signature and as it was.\n")
    code, out, _err = run("audit", "verify", "--format", "json")
    said = json.loads(out)
    assert (code, said["ok"], said["first_bad"], said["last_good"]) == (1, False, 5, 4)
    assert said["wrong"] == [{"event": 5, "what": "event 5 was altered after it was recorded"}]


def test_a_verification_that_cannot_be_done_exits_75(run: Run, tmp_path: Path):
    code, _out, err = run("audit", "verify", "--anchors", str(tmp_path / "none"))
    assert (code, "none cannot be used: No such file or directory" in err) == (75, True)
    (tmp_path / "keys" / "audit.key").chmod(0o644)
    code, _out, err = run("audit", "verify")
    assert (code, "can be read by others" in err) == (75, True)


def test_who_only_verifies_makes_no_key(run: Run, tmp_path: Path):
    (tmp_path / "keys" / "audit.key").rename(tmp_path / "saved.key")
    code, out, _err = run("audit", "verify")
    assert code == 1
    assert "the checkpoint at event 4 was altered or forged" in out
    assert not (tmp_path / "keys" / "audit.key").exists()
    code, _out, err = run("audit", "key")
    assert (code, "there is none yet" in err) == (2, True)


def test_the_public_key_is_shown_and_is_enough_to_verify(run: Run, tmp_path: Path):
    code, out, _err = run("audit", "key")
    public, name = out.split()
    assert (code, len(public), len(name)) == (0, 64, 16)
    (tmp_path / "keys" / "audit.key").unlink()
    assert run("audit", "verify", "--key", public)[0] == 0
    assert run("audit", "verify", "--key", "f" * 63)[0] == 2


def test_what_was_refused_is_listed_in_the_readers_language(run: Run, monkeypatch: pytest.MonkeyPatch):
    assert run("audit", "list", "--most", "1")[1].endswith("done\n")
    assert run("faults", "ack", "7", "--text", "x", "--by", "wang")[0] == 2
    assert "refused: there is no fault 7\n" in run("audit", "list", "--most", "1")[1]
    monkeypatch.setenv("NETWATCH_LANGUAGE", "zh_CN")
    assert "被拒绝：没有编号为 7 的故障\n" in run("audit", "list", "--most", "1")[1]


def test_events_are_listed_newest_first_and_as_asked(run: Run):
    code, out, _err = run("audit", "list", "--since", "2026-11-22 10:02", "--most", "3")
    assert code == 0
    assert [line.split()[0] for line in out.splitlines()] == ["No.", "6", "5", "4"]
    out = run("audit", "list", "--action", "approve", "--actor", "wang", "--subject", "entry/3", "--format", "json")[1]
    (event,) = json.loads(out)
    assert (event["seq"], event["at"], event["detail"]) == (4, "2026-11-22T02:03:00+00:00", {"outcome": "done"})
    assert run("audit", "list", "--actor", "nobody")[1] == "Nothing of that kind is in the audit log.\n"


def test_an_export_is_signed_and_holds_the_events_that_were_asked_for(run: Run, tmp_path: Path):
    file = tmp_path / "out" / "log.jsonl"
    code, out, _err = run("audit", "export", str(file), "--from", "2", "--upto", "5")
    assert (code, "events 2 to 5 are in " in out) == (0, True)
    assert [event.seq for event in events_in(file)] == [2, 3, 4, 5]
    end = json.loads(file.read_text().splitlines()[-1])
    assert (end["export"]["first"], end["export"]["last"], len(end["signature"])) == (2, 5, 128)
    assert run("audit", "export", str(file))[0] == 2


def test_statistics_and_compliance_say_where_the_log_is_not_as_it_was(run: Run, tmp_path: Path):
    assert run("report", "compliance")[2] == ""
    tamper(tmp_path, "UPDATE audit_events SET actor = 'li' WHERE seq = 5")
    for words in (("compliance",), ("statistics",), ("yearbook", "2026")):
        _code, _out, err = run("report", *words)
        assert err.startswith("event 5 was altered after it was recorded\n")
    said = json.loads(run("report", "compliance", "--format", "json")[1])
    wanting = [each["wanting"] for line in said["lines"] for each in line["evidence"] if each["source"] == "audit"]
    assert len(wanting) == 2
    assert all(len(each) == 1 for each in wanting)


def test_a_command_without_a_service_is_recorded_with_its_refusal(run: Run):
    code, _out, err = run("log", "add", "the UPS beeps", "--by", "wang")
    assert (code, err) == (0, "")
    code, _out, err = run("report", "release", "9", "--by", "wang")
    assert (code, "there is no service report 9" in err) == (2, True)
    first, second = json.loads(run("audit", "list", "--most", "2", "--format", "json")[1])
    assert (first["action"], first["subject"], first["detail"]["outcome"]) == ("release_report", "report/9", "refused")
    assert (second["action"], second["actor"], second["detail"]["outcome"]) == ("log", "wang", "done")
    assert run("audit", "verify")[0] == 0


# Anchors to a syslog

POINT = Checkpoint(7, "a" * 64, 1_795_838_400_123, "b" * 16, "c" * 128)


def test_an_anchor_is_a_message_of_rfc_5424():
    said = syslog.message(POINT, "monitor").decode()
    assert said.startswith("<109>1 2026-11-28T04:00:00.123Z monitor netwatch ")
    assert said.endswith(f" checkpoint - {POINT.line}")
    assert list(anchors_in([said], "f")) == [Anchor(POINT, "f", 1)]


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_an_anchor_goes_by_udp_one_datagram_each(address: str):
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as server:
        try:
            server.bind((address, 0))
        except OSError:
            pytest.skip("this machine has no such loopback address")
        server.settimeout(5)
        host = f"[{address}]" if ":" in address else address
        syslog.send(f"udp://{host}:{server.getsockname()[1]}", [POINT, POINT])
        for _each in range(2):
            assert server.recv(4096).decode().endswith(POINT.line)


def test_an_anchor_goes_by_tcp_with_its_length_before_it():
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.settimeout(5)
        syslog.send(f"tcp://127.0.0.1:{server.getsockname()[1]}", [POINT, POINT])
        connection, _address = server.accept()
        with connection, connection.makefile("rb") as stream:
            data = stream.read()
    for _each in range(2):
        length, _blank, rest = data.partition(b" ")
        message, data = rest[: int(length)], rest[int(length) :]
        assert message.decode().endswith(POINT.line)
    assert data == b""


def test_an_anchor_goes_to_the_socket_of_this_machine(tmp_path: Path):
    path = str(tmp_path / "log")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as server:
        server.bind(path)
        server.settimeout(5)
        syslog.send(path, [POINT])
        assert server.recv(4096).decode().endswith(POINT.line)


def test_a_syslog_that_is_not_there_is_said_in_one_sentence(tmp_path: Path):
    with pytest.raises(SyslogUnusable, match=r"the syslog .*/nowhere took no anchor: No such file or directory"):
        syslog.send(str(tmp_path / "nowhere"), [POINT])


def test_a_restored_back_up_says_so_and_the_anchors_say_what_is_gone(run: Run, tmp_path: Path):
    copy = tmp_path / "copy.db"
    assert run("db", "backup", str(copy))[0] == 0
    assert run("log", "add", "the UPS beeps", "--by", "wang")[0] == 0
    with closing(open_reader(f"sqlite:///{tmp_path}/netwatch.db")) as database:
        head = database.read_now(audit.head)
        known = database.read_now(partial(checkpoints.after, seq=0))
    anchors.append(tmp_path / "audit.anchors", [*known, Signer(tmp_path / "keys").checkpoint(head, 2)])
    code, out, _err = run("db", "restore", str(copy))
    assert code == 0
    assert f"put {tmp_path}/audit.anchors aside under another name" in out
    (event,) = json.loads(run("audit", "list", "--most", "1", "--format", "json")[1])
    assert (event["seq"], event["action"], event["subject"]) == (7, "database.restored", "copy.db")
    code, out, _err = run("audit", "verify")
    assert code == 1
    assert "the log ends at event 7; by line 2 of " in out
    (tmp_path / "audit.anchors").rename(tmp_path / "before-the-restore.anchors")
    assert run("audit", "verify")[0] == 0
    assert run("audit", "verify", "--anchors", str(tmp_path / "before-the-restore.anchors"))[0] == 1
