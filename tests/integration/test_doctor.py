"""`netwatch doctor` on a real folder, a real database and a real relay."""

from __future__ import annotations

import asyncio
import json
import os
from datetime import timedelta
from functools import partial
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.cli import main
from netwatch.clock import SystemClock
from netwatch.doctor import look
from netwatch.domain.drift.visit import Visit
from netwatch.storage import records, visits
from netwatch.storage.database import Database
from netwatch.storage.soundness import TOLERATED
from tests.shifts import WHOLE_DAY
from tests.smtp_relay import PASSWORD, Certificate, Mailbox, relay, unused_port

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = (
    """
[site]
language = "en"
{storage}
[mail]
{mail}
[[person]]
name = "zhang"
mail = "zhang@hospital.example"
"""
    + WHOLE_DAY
)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return written(tmp_path)


def written(folder: Path, *, mail: str = 'directory = "mail"', storage: str = "") -> Path:
    path = folder / "config.toml"
    path.write_text(CONFIG.format(mail=mail, storage=storage))
    path.chmod(0o600)
    return path


def examined(config: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, dict[str, list[dict[str, Any]]]]:
    code = main(["doctor", "--format", "json", "--config", str(config)])
    found: dict[str, list[dict[str, Any]]] = {}
    for finding in json.loads(capsys.readouterr().out):
        found.setdefault(finding["check"], []).append(finding)
    return code, found


def opened(config: Path) -> Database:
    return Database(f"sqlite:///{config.with_name('netwatch.db')}").open()


def test_before_the_first_start_nothing_is_missing_and_nothing_is_made(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    code, found = examined(config, capsys)
    assert code == 0
    assert set(found) == {
        "python",
        "sqlite",
        "configuration",
        "files",
        "disk",
        "database",
        "clock",
        "icmp",
        "mail",
        "duty",
    }
    assert found["database"][0]["what"] == "none yet; the first start makes it"
    assert found["duty"][0]["what"] == "zhang is told of faults now"
    assert [path.name for path in config.parent.iterdir()] == ["config.toml"]


def test_a_table_says_the_same_to_people(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", str(config)]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert f"ok       configuration  {config}: devices: 0, checks: 0" in lines


def test_every_mistake_in_the_configuration_is_a_problem(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.write_text('[site]\nzone = "Mars/Olympus"\n[mail]\nsendr = "x"\n')
    code, found = examined(config, capsys)
    assert code == 1
    assert set(found) == {"python", "configuration"}
    assert [finding["about"] for finding in found["configuration"]] == [
        "config.toml:2: site.zone",
        "config.toml:4: mail.sendr",
    ]
    assert all(finding["grade"] == "problem" for finding in found["configuration"])


def test_a_running_service_is_seen_and_not_disturbed(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = opened(config)
    now = SystemClock().now()
    database.write_now(partial(records.put, key=records.ALIVE, value=now.isoformat()))
    code, found = examined(config, capsys)
    assert code == 0
    assert found["service"][0]["what"] == f"the service runs: process {os.getpid()}"
    assert found["database"][0]["what"].startswith("whole, schema ")
    database.write_now(partial(records.put, key="still", value="here"))
    database.close()
    assert examined(config, capsys)[1]["service"][0]["what"] == "the service does not run on this database now"


def test_a_clock_behind_the_last_record_is_a_problem(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database = opened(config)
    later = SystemClock().now().replace(year=2060)
    database.write_now(partial(records.put, key=records.ALIVE, value=later.isoformat()))
    database.close()
    code, found = examined(config, capsys)
    assert code == 1
    assert "before the last record (2060-" in found["clock"][0]["what"]


def test_a_read_at_a_time_that_is_still_to_come_is_a_warning(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    database, now = opened(config), SystemClock().now()
    for ahead in (timedelta(minutes=1), timedelta(minutes=10)):
        database.write_now(partial(visits.save, visit=Visit("sw-1", "running", now, now + ahead)))
        found = examined(config, capsys)[1]["database"]
        assert [each["grade"] for each in found] == (["ok", "warning"] if ahead > TOLERATED else ["ok"])
    assert found[1]["what"].startswith("times in visits.completed that are still to come: 1,")
    database.close()


def test_a_damaged_database_and_one_that_others_read_are_found(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    opened(config).close()
    path = config.with_name("netwatch.db")
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(4096)
        file.write(b"\xa5" * 8192)
    code, found = examined(config, capsys)
    assert code == 1
    assert found["files"][1]["todo"] == f"run: chmod 600 {path}"
    assert found["database"][0]["grade"] == "problem"
    assert "netwatch db restore FILE" in f"{found['database'][0]['what']} {found['database'][0]['todo']}"


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a folder away")
def test_root_is_told_whether_the_service_may_write(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config.parent.chmod(0o500)
    os.chown(config.parent, 65534, 65534)
    code, found = examined(config, capsys)
    assert code == 1
    assert found["files"][0]["what"] == "cannot be written"


def test_a_disk_that_is_mounted_read_only_is_written_by_nobody(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("os.statvfs", lambda _path: SimpleNamespace(f_flag=os.ST_RDONLY))
    assert not look.place(tmp_path).writable


async def test_a_relay_is_greeted_and_given_no_mail(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    box = Mailbox()
    async with relay(box) as port:
        mail = f'[[mail.relay]]\nhost = "127.0.0.1"\nport = {port}\ntls = "none"'
        code, found = await asyncio.to_thread(examined, written(tmp_path, mail=mail), capsys)
    assert (code, found["mail"][0]["grade"], found["mail"][0]["about"]) == (0, "ok", f"127.0.0.1:{port}")
    assert (box.connections, box.taken) == (1, [])


async def test_a_relay_that_refuses_the_sign_in_is_a_problem_and_the_password_is_not_shown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    certificate = Certificate(tmp_path)
    async with relay(Mailbox(), tls=certificate.server, auth=True) as port:
        who = f'ca_file = "{certificate.file}"\nuser = "netwatch"\npassword = "not {PASSWORD}"'
        mail = f'[[mail.relay]]\nhost = "127.0.0.1"\nport = {port}\n{who}'
        code, found = await asyncio.to_thread(examined, written(tmp_path, mail=mail), capsys)
    assert (code, found["mail"][0]["grade"]) == (1, "problem")
    assert "refuses the user name or password" in found["mail"][0]["what"]
    assert PASSWORD not in json.dumps(found)


def test_a_relay_that_does_not_answer_is_a_problem(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    mail = f'[[mail.relay]]\nhost = "127.0.0.1"\nport = {unused_port()}'
    code, found = examined(written(tmp_path, mail=mail), capsys)
    assert (code, found["mail"][0]["grade"]) == (1, "problem")
    assert "127.0.0.1" in found["mail"][0]["about"]
    assert found["mail"][0]["what"] == "cannot be reached: Connection refused"


def test_a_server_of_postgresql_that_does_not_answer_is_a_problem(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    storage = (
        f'[storage]\nurl = "postgresql+psycopg://netwatch@127.0.0.1:{unused_port()}/netwatch"\npassword = "c4n4ry"'
    )
    code, found = examined(written(tmp_path, storage=storage), capsys)
    assert (code, found["database"][0]["grade"]) == (1, "problem")
    assert "cannot be used now" in found["database"][0]["what"]
    assert "c4n4ry" not in json.dumps(found)


def test_with_postgresql_the_folder_of_the_keys_is_looked_at_all_the_same(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STATE_DIRECTORY", str(tmp_path / "state"))
    storage = f'[storage]\nurl = "postgresql+psycopg://netwatch@127.0.0.1:{unused_port()}/netwatch"'
    _code, found = examined(written(tmp_path, storage=storage), capsys)
    (files,) = found["files"]
    assert (files["grade"], files["about"]) == ("ok", str(tmp_path / "state" / "keys"))


def test_the_machine_itself_can_be_looked_at(tmp_path: Path) -> None:
    assert look.synchronised() in (True, False, None)
    left = look.room(tmp_path / "not" / "there" / "yet")
    assert 0 < left.free <= left.size
    assert look.file_system(tmp_path / "not") == tmp_path.stat().st_dev
    assert not look.place(tmp_path / "not").there
    assert look.place(tmp_path).writable
    own = look.icmp_rights(wanted=True, process=str(os.getpid()))
    assert own.service is own.raw
    assert look.icmp_rights(wanted=True, process="not a process").service is None
