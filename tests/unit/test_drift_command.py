"""`netwatch drift`: what is shown, and what people do about reading."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.cli import main
from netwatch.config import load
from netwatch.domain.drift.baseline import Baseline, BaselineState, sealed
from netwatch.domain.drift.finding import FindingState
from netwatch.domain.drift.visit import CREDENTIALS, Door
from netwatch.domain.model import Fault, FaultId, Severity, Subject
from netwatch.drift.judging import judge
from netwatch.drift.keeping import Keys, Visited, keep, work_out
from netwatch.keyring import Keyring
from netwatch.plugins import Registry
from netwatch.storage import audit, baselines, deviations, doors, events, faults, snapshots
from netwatch.storage.audit import Wanted
from netwatch.storage.database import Database
from netwatch.storage.events import Entry, EventKind
from probes.api import Message
from tests.drift_scene import KEY, OTHER_KEY, capture, config

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

NOW = datetime.now(UTC).replace(microsecond=0)  # noqa: TID251 - the command reads the clock of this machine
SITE = """
[site]
zone = "Asia/Shanghai"
[[person]]
name = "chen"
role = "leader"
[[person]]
name = "li"
[credential.reader]
user = "reader"
password = "pw"
[[device]]
name = "sw-1"
address = "127.0.0.1"
check = [{ kind = "icmp" }]
collect = [{ kind = "cli", platform = "huawei_vrp", credential = "reader" }]
[[device]]
name = "sw-2"
address = "127.0.0.1"
check = [{ kind = "icmp" }]
"""
Run = "Callable[..., tuple[int, str, str]]"


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command at a site where a switch was read twice and is another than was approved."""
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    path = tmp_path / "config.toml"
    path.write_text(SITE, encoding="utf-8")
    path.chmod(0o600)
    keys = Keys.of(Keyring(tmp_path / "keys"))
    with closing(Database(f"sqlite:///{tmp_path}/netwatch.db").open()) as database:
        database.write_now(lambda tx: read(tx, keys))

    def ran(*words: str) -> tuple[int, str, str]:
        code = main(["drift", *words, "--config", str(path)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


def read(tx: Connection, keys: Keys) -> None:
    for hours, description in ((3, "uplink"), (2, "changed")):
        at = NOW - timedelta(hours=hours)
        worked = work_out(keys, Visited("sw-1", at, at, "timer"), capture(config(description=description)), ())
        keep(tx, worked, timedelta(0), at_once=True)
        if description == "uplink":
            newest = snapshots.newest(tx, "sw-1", "running")
            assert newest is not None
            base = Baseline("sw-1", "running", newest.content, newest.rules, "li", at)
            base = replace(base, state=BaselineState.APPROVED, judged_by="chen", judged_at=at)
            baselines.add(tx, replace(base, seal=sealed(base)))


def change(tmp_path: Path, *rows: Door) -> None:
    with closing(Database(f"sqlite:///{tmp_path}/netwatch.db").open()) as database:
        for row in rows:
            database.write_now(lambda tx, row=row: doors.save(tx, row))  # type: ignore[misc]


def door(tmp_path: Path, device: str = "sw-1", name: str = "cli") -> Door:
    with closing(Database(f"sqlite:///{tmp_path}/netwatch.db").open()) as database:
        return database.read_now(lambda tx: doors.get(tx, device, name))


def test_status_says_how_each_facet_stands(run: Run) -> None:
    code, out, _err = run("status")
    assert code == 0
    assert out.splitlines()[0].split("  ")[0] == "Device"
    assert "running" in out
    (row,) = json.loads(run("status", "--format", "json")[1])
    assert (row["device"], row["facet"], row["condition"], row["suspects"]) == ("sw-1", "running", "known", 0)
    assert row["read"] == (NOW - timedelta(hours=2)).isoformat()


def test_status_and_the_fault_say_what_has_changed_and_what_a_leader_has_said_of_it(
    run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    def deviate(tx: Connection) -> int:
        settings = load(tmp_path / "config.toml", Registry.installed())
        finding = judge(tx, settings, "sw-1", "running", NOW).finding
        assert finding is not None
        deviations.save(tx, replace(finding, state=FindingState.WAIVED))
        about = Subject("sw-1", "drift", f"running/{finding.id}")
        fault = Fault(FaultId(0), about, Severity.MINOR, Severity.MINOR, Message("x"), NOW, NOW)
        number = faults.add(tx, fault).id
        events.add(tx, Entry(EventKind.REMARK, NOW, NOW, fault=number, text="the vendor sends a part"))
        return number

    with closing(Database(f"sqlite:///{tmp_path}/netwatch.db").open()) as database:
        number = database.write_now(deviate)
    assert "changed without approval #1, waived" in run("status")[1]
    assert main(["faults", "show", str(number), "--config", str(tmp_path / "config.toml")]) == 0
    out = capsys.readouterr().out
    assert "What has changed\n  - interface GigabitEthernet1/0/1: description uplink → changed\n" in out
    assert "To see every line: netwatch drift diff sw-1 --facet running" in out
    assert "remark  the vendor sends a part" in out


def test_status_says_what_is_in_the_way_of_reading(run: Run, tmp_path: Path) -> None:
    change(tmp_path, Door("sw-1", "cli", offered=KEY, offered_at=NOW))
    assert f"host key waits: {KEY}" in run("status", "--wrong")[1]
    change(tmp_path, Door("sw-1", "cli", guard={"failures": 2, "locked": True}))
    assert "locked: log-ins were refused" in run("status")[1]


def test_show_masks_secrets_and_goes_back_in_time(run: Run) -> None:
    assert "description changed" in run("show", "sw-1")[1]
    before = run("show", "sw-1", "--at", (NOW - timedelta(hours=2.5)).isoformat())[1]
    assert "description uplink" in before
    assert "canary-4711" not in before
    assert run("show", "sw-1", "--at", "2020-01-01")[0] == 2
    assert run("show", "sw-2")[2] == "nothing was ever read of sw-2\n"
    assert "name one of the facets of sw-1: running" in run("show", "sw-1", "--facet", "startup")[2]


def test_diff_says_it_in_words_first_and_then_line_by_line(run: Run) -> None:
    code, out, _err = run("diff", "sw-1")
    assert code == 1
    words, lines, advice = out.split("\n\n")
    assert "uplink" in words
    assert "changed" in words
    assert lines.splitlines()[0] == "@@ interface GigabitEthernet1/0/1 @@"
    assert "- description uplink" in lines
    assert "+ description changed" in lines
    now = json.loads(run("diff", "sw-1", "--format", "json")[1])["after"]
    assert advice.endswith(f": netwatch drift approve sw-1 --facet running --content {now[:12]}\n")
    beside = run("diff", "sw-1", "--side-by-side")[1]
    assert any(" | " in line and "uplink" in line and "changed" in line for line in beside.splitlines())
    (section,) = json.loads(run("diff", "sw-1", "--format", "json")[1])["sections"]
    assert (section["removed"], section["added"]) == (["description uplink"], ["description changed"])


def test_diff_between_two_times(run: Run) -> None:
    early, now = (NOW - timedelta(hours=2.5)).isoformat(), NOW.isoformat()
    assert run("diff", "sw-1", "--from", early, "--to", early) == (0, "Nothing differs.\n", "")
    assert run("diff", "sw-1", "--from", early, "--to", now)[0] == 1


def test_history_tells_from_when_until_when(run: Run) -> None:
    rows = json.loads(run("history", "sw-1", "--format", "json")[1])
    assert [row["first_seen"] for row in rows] == [(NOW - timedelta(hours=hours)).isoformat() for hours in (2, 3)]
    assert "approved" in run("history", "sw-1")[1]


def test_what_a_device_said_is_for_leaders_and_who_looked_is_on_record(run: Run, tmp_path: Path) -> None:
    code, out, err = run("show", "sw-1", "--raw", "--by", "li")
    assert (code, out) == (2, "")
    assert "leader" in err
    assert "canary-4711" in run("show", "sw-1", "--raw", "--by", "chen")[1]
    with closing(Database(f"sqlite:///{tmp_path}/netwatch.db").open()) as database:
        told = database.read_now(lambda tx: audit.newest(tx, Wanted(action="show_raw"), 10))
    assert [(each.actor, "canary-4711" in str(each.detail)) for each in told] == [("chen", False), ("li", False)]


def test_a_device_is_unlocked_with_the_credential_that_it_uses(run: Run, tmp_path: Path) -> None:
    assert run("unlock", "sw-1", "--by", "li")[2] == "nothing of sw-1 is locked\n"
    shut = {"failures": 2, "locked": True}
    change(tmp_path, Door("sw-1", "cli", guard=shut), Door(CREDENTIALS, "reader", guard=shut))
    assert run("unlock", "sw-1", "--by", "li") == (0, "sw-1 is tried again\n", "")
    assert not door(tmp_path).locked
    assert not door(tmp_path, CREDENTIALS, "reader").locked


def test_only_a_leader_approves_a_host_key_and_only_one_that_was_shown(run: Run, tmp_path: Path) -> None:
    change(tmp_path, Door("sw-1", "cli", offered=KEY, offered_at=NOW))
    assert "leader" in run("trust", "sw-1", KEY, "--by", "li")[2]
    assert "does not show the host key" in run("trust", "sw-1", OTHER_KEY, "--by", "chen")[2]
    assert "must be a fingerprint" in run("trust", "sw-1", "SHA256:x", "--by", "chen")[2]
    assert door(tmp_path).host_key == ""
    assert run("trust", "sw-1", KEY, "--by", "chen")[0] == 0
    after = door(tmp_path)
    assert (after.host_key, after.trusted_by, after.offered) == (KEY, "chen", "")


def test_a_host_key_of_the_configuration_is_changed_there(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "config.toml"
    path.write_text(SITE.replace('credential = "reader" }', f'credential = "reader", host_key = "{OTHER_KEY}" }}'))
    change(tmp_path, Door("sw-1", "cli", offered=KEY, offered_at=NOW))
    assert "stands in the configuration" in run("trust", "sw-1", KEY, "--by", "chen")[2]


def test_without_a_service_nobody_reads(run: Run) -> None:
    assert "while the service does not run" in run("collect", "sw-1", "--by", "li")[2]
    said = run("collect", "sw-2", "sw-9", "--by", "li")[2]
    assert "nothing is read of sw-2" in said
    assert "there is no device sw-9" in said


def test_what_has_no_baseline_is_named_as_people_name_it(run: Run, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "netwatch.db")) as database:
        for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            database.execute(f"DROP TRIGGER {name}")
        database.execute("DELETE FROM baselines")
        database.commit()
    assert "nothing of running configuration of sw-1 is approved yet" in run("diff", "sw-1")[2]
