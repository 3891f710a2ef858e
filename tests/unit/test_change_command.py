"""`netwatch change`, and what a leader says by `netwatch drift`."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import pytest

from netwatch.cli import main
from netwatch.clock import SystemClock
from netwatch.config import load
from netwatch.domain.drift.snapshot import Snapshot, canonical
from netwatch.domain.model import Fault, FaultId, Severity, Subject
from netwatch.drift.judging import judge
from netwatch.plugins import Registry
from netwatch.storage import blobs, deviations, faults, snapshots
from netwatch.storage.database import Database
from probes.api import Message
from probes.collect import Section

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

Run = "Callable[..., tuple[int, str, str]]"
CONFIG = """
[site]
zone = "Asia/Shanghai"

[[person]]
name = "wang"
title = "Wang"
role = "leader"

[[person]]
name = "li"

[[person]]
name = "zhao"

[[group]]
name = "switches"

[[device]]
name = "sw-1"
address = "127.0.0.1"
groups = ["switches"]
check = [{ kind = "icmp" }]

[[device]]
name = "sw-2"
address = "127.0.0.2"
check = [{ kind = "icmp" }]
"""
BEFORE = (Section(("interface GE1/0/5",), ("description A",)),)
AFTER = (Section(("interface GE1/0/5",), ("description B",)),)


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    (tmp_path / "config.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "config.toml").chmod(0o600)
    with closing(Database(f"sqlite:///{tmp_path}/netwatch.db").open()) as database:
        for device in ("sw-1", "sw-2"):
            database.write_now(partial(read, sections=BEFORE, before=None, device=device))
    return tmp_path


@pytest.fixture
def run(folder: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    def ran(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--config", str(folder / "config.toml")])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


def read(tx: Connection, sections: tuple[Section, ...], before: datetime | None, device: str = "sw-1") -> datetime:
    now = SystemClock().now()
    name = blobs.put(tx, canonical(sections))
    snapshots.add(tx, Snapshot(0, device, "running", name, "vrp/1", now, now, before, settled=now))
    return now


def deviate(folder: Path, device: str = "sw-1") -> str:
    """Let the switch become something else; return the hash of what it is."""
    settings = load(folder / "config.toml", Registry.installed())
    with closing(Database(f"sqlite:///{folder}/netwatch.db").open()) as database:
        last = database.read_now(lambda tx: snapshots.newest(tx, device, "running"))
        database.write_now(lambda tx: read(tx, AFTER, last.last_seen, device))
        judged = database.write_now(lambda tx: judge(tx, settings, device, "running", SystemClock().now()))
    return judged.snapshot.content


def asked(*more: str, hours: float = 2) -> tuple[str, ...]:
    until = (datetime.now(UTC) + timedelta(hours=hours)).isoformat()  # noqa: TID251 - a command has no other clock
    return ("change", "new", "Port for radiology", "--reason", "new device", "--until", until, "--device", "sw-1",
            "--rollback", "undo", "--by", "li", *more)  # fmt: skip


def test_a_request_goes_from_its_applicant_to_a_leader_and_is_shown_with_all_that_it_says(run):
    assert run(*asked("--path", "interface GE1/0/*"))[1] == "change request 1 waits for approval\n"
    (listed,) = run("change", "list")[1].splitlines()[1:]
    assert listed.split()[:4] == ["1", "waits", "for", "approval"]
    assert listed.endswith("li         sw-1 · interface GE1/0/*  Port for radiology")
    assert run("change", "approve", "1", "--by", "wang")[1] == "change request 1 is approved\n"
    code, out, _err = run("change", "show", "1")
    assert code == 0
    assert out.startswith("1  Port for radiology  approved\n")
    lines = [" ".join(line.split()) for line in out.splitlines()]
    assert "On sw-1 · interface GE1/0/*" in lines
    assert "Implementers li" in lines
    assert any(line.startswith("Approved by Wang, 20") for line in lines)
    assert lines[-1] == "Nothing was seen to change by it."


def test_requests_under_way_are_listed_and_those_that_are_over_on_demand(run):
    assert run("change", "list")[1] == "No change requests.\n"
    run(*asked("--emergency"))
    run("change", "reject", "1", "--reason", "not now", "--by", "wang")
    assert run("change", "list")[1] == "No change requests.\n"
    out = run("change", "list", "--all")[1].splitlines()
    assert "rejected, emergency" in out[1]
    assert out[1].endswith("Port for radiology")
    (plain,) = json.loads(run("change", "list", "--all", "--format", "json")[1])
    assert (plain["state"], plain["judgement"], plain["targets"][0]["device"]) == ("rejected", "not now", "sw-1")


def test_a_step_that_may_not_be_taken_is_refused_with_a_sentence(run):
    run(*asked())
    assert run("change", "approve", "1", "--by", "zhao") == (2, "", "zhao does not lead\n")
    assert run("change", "verify", "1", "--by", "zhao")[2] == (
        "change request 1 (waits for approval): this step cannot follow\n"
    )
    assert run("change", "show", "9") == (2, "", "there is no change request 9\n")


def test_a_leader_approves_by_number_or_by_the_hash_that_they_have_seen(run, folder):
    assert run("drift", "approve", "sw-1", "--first", "--by", "wang")[1] == "sw-1 is approved as found; facets: 1\n"
    content = deviate(folder)
    said = f"running configuration of sw-1 is approved as {content[:12]}\n"
    code, _out, err = run("drift", "approve", "sw-1", "--facet", "running", "--content", "0123456789ab", "--by", "wang")
    assert (code, err.startswith("running configuration of sw-1 is not, or no longer, what you name")) == (2, True)
    assert run("drift", "approve", "sw-1", "--by", "wang")[2] == (
        "name the facet of sw-1 too, such as --facet running, or --first\n"
    )
    assert run("drift", "approve", "sw-1", "--facet", "running", "--content", content[:12], "--by", "wang")[1] == said


def test_a_finding_is_approved_waived_or_rejected_by_its_number(run, folder):
    run("drift", "approve", "sw-1", "--first", "--by", "wang")
    deviate(folder)
    until = (datetime.now(UTC) + timedelta(days=1)).isoformat()  # noqa: TID251 - a command has no other clock
    said = run("drift", "waive", "1", "--until", until, "--owner", "li", "--reason", "new card", "--by", "wang")[1]
    assert said.startswith("finding 1 is waived until 20")
    assert said.endswith("; li answers for it\n")
    assert run("drift", "reject", "1", "--reason", "no", "--by", "zhao") == (2, "", "zhao does not lead\n")
    code, told, refused = run("drift", "reject", "1-2", "4", "--reason", "put it back", "--by", "wang")
    assert (code, told) == (2, "finding 1 is rejected: sw-1 is to be put back\n")
    assert refused.splitlines() == ["there is no finding 2", "there is no finding 4"]
    assert run("drift", "reject", "1", "--reason", "put it back", "--by", "wang")[1] == (
        "finding 1 is rejected: sw-1 is to be put back\n"
    )
    assert run("drift", "approve", "1", "--by", "wang")[0] == 0
    with closing(Database(f"sqlite:///{folder}/netwatch.db").open()) as database:
        finding = database.read_now(lambda tx: deviations.get(tx, 1))
    assert (finding.state.value, finding.closing.value) == ("closed", "baselined")


def test_a_request_that_names_too_many_devices_is_told_to_name_a_group(run):
    many = [word for _number in range(201) for word in ("--device", "sw-1")]
    asked = ("--reason", "x", "--rollback", "y", "--until", "2030-01-01 00:00", "--by", "li")
    said = "devices: at most 200 names; name a group instead\n"
    assert run("change", "new", "Servers of time", *many, *asked) == (2, "", said)


def test_a_leader_approves_many_at_once_and_what_is_refused_keeps_nothing_else_back(run, folder):
    code, told, refused = run("drift", "approve", "sw-1", "sw-9", "sw-2", "--first", "--by", "wang")
    assert told == "sw-1 is approved as found; facets: 1\nsw-2 is approved as found; facets: 1\n"
    assert (code, refused) == (2, "there is no device sw-9\n")
    deviate(folder)
    deviate(folder, "sw-2")
    code, told, refused = run("drift", "approve", "1-3", "--by", "wang")
    assert [line.split(" is approved")[0] for line in told.splitlines()] == [
        "running configuration of sw-1",
        "running configuration of sw-2",
    ]
    assert (code, refused) == (2, "there is no finding 3\n")
    with closing(Database(f"sqlite:///{folder}/netwatch.db").open()) as database:
        assert database.read_now(deviations.stand) == ()


@pytest.mark.parametrize(
    ("stretch", "sentence"),
    [
        ("3-1", "3-1: must be a stretch of at most 10000 numbers, such as 13-21\n"),
        ("1-20000", "1-20000: must be a stretch of at most 10000 numbers, such as 13-21\n"),
        ("1-2-3", "1-2-3: must be a whole number\n"),
        ("1-sw", "name the facet of 1-sw too, such as --facet running, or --first\n"),
    ],
)
def test_what_is_no_stretch_of_numbers_is_refused_with_a_sentence(run, stretch, sentence):
    assert run("drift", "approve", stretch, "--by", "wang") == (2, "", sentence)


def test_many_faults_are_acknowledged_at_once(run, folder):
    with closing(Database(f"sqlite:///{folder}/netwatch.db").open()) as database:
        now = SystemClock().now()
        for number in range(1, 4):
            subject = Subject("sw-1", "icmp", item=str(number))
            fault = Fault(FaultId(0), subject, Severity.MAJOR, Severity.MAJOR, Message("no answer"), now, now)
            database.write_now(partial(faults.add, fault=fault))
    assert run("faults", "ack", "3", "1-2", "2", "--text", "on my way", "--by", "li") == (
        0,
        "".join(f"fault {number} is acknowledged by li\n" for number in (3, 1, 2)),
        "",
    )


@pytest.mark.parametrize(
    ("number", "sentence"), [("99999999999999999999", "is too large"), ("x", "must be a whole number")]
)
def test_a_number_that_no_database_holds_is_refused_with_a_sentence(run, capsys, number, sentence):
    with pytest.raises(SystemExit) as ended:
        run("change", "show", number)
    assert ended.value.code == 2
    assert f"argument N: {sentence}\n" in capsys.readouterr().err
