"""What goes wrong with a real file: a full disk, a dying one, a lock that another holds, a second service."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from netwatch.errors import StorageError, StorageUnavailable
from netwatch.storage import engines, records, sqlite
from netwatch.storage.database import Database

FULL_DISK = Path(__file__).with_name("full_disk.py")
NETWATCH = [sys.executable, "-m", "netwatch"]
CONFIG = '[site]\nlanguage = "en"\n[web]\nenabled = false\n[mail]\ndirectory = "mail"\n'


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "config.toml"
    path.write_text(CONFIG)
    path.chmod(0o600)
    return path


def run(*words: str, config: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "LC_ALL": "C.UTF-8", "LANG": "C.UTF-8"}
    command = [*NETWATCH, *words, "--config", str(config)]
    return subprocess.run(command, capture_output=True, text=True, timeout=30, check=False, env=environment)


def filled(path: Path) -> None:
    database = Database(f"sqlite:///{path}").open()
    for number in range(50):
        database.write_now(partial(records.put, key=f"key-{number}", value="x" * 4000))
    database.close()


def on_a_full_disk(how: str, folder: Path) -> list[Any]:
    script = [sys.executable, str(FULL_DISK), how, str(folder)]
    if how != "limit":
        apart = ["unshare", "--mount"] if os.geteuid() == 0 else ["unshare", "--user", "--map-root-user", "--mount"]
        script = [*apart, "sh", "-c", f'mount -t tmpfs -o size=4m tmpfs "{folder}" && exec "$@"', "sh", *script]
    done = subprocess.run(script, capture_output=True, text=True, timeout=50, check=False)
    assert done.returncode == 0, done.stderr
    answer: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return answer


@pytest.mark.parametrize(
    ("how", "words"),
    [("limit", "disk I/O error"), pytest.param("disk", "disk is full", marks=pytest.mark.needs("unshare"))],
)
def test_a_full_disk_is_said_and_survived_without_reopening(how: str, words: str, tmp_path: Path) -> None:
    written, said, again, read, sound, kept = on_a_full_disk(how, tmp_path)
    assert 0 < written < 1000
    assert "cannot be used now" in said
    assert words in said
    assert len(again) == 3
    assert read == "x"
    assert sound
    assert kept


@pytest.mark.needs("unshare")
def test_a_start_on_a_full_disk_waits_and_goes_on_once_there_is_room(tmp_path: Path) -> None:
    assert on_a_full_disk("start", tmp_path) == [5.0, 10.0]


def test_a_lock_that_another_program_holds_is_waited_for_and_then_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engines, "PATIENCE", 0.2)
    database = Database(f"sqlite:///{tmp_path}/netwatch.db").open()
    with closing(
        sqlite.driver.connect(tmp_path / "netwatch.db", isolation_level=None, check_same_thread=False)
    ) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(StorageUnavailable, match="database is locked"):
            database.write_now(partial(records.put, key="key", value="x"))
        release = threading.Timer(0.05, other.execute, ("ROLLBACK",))
        release.start()
        database.write_now(partial(records.put, key="key", value="x"))
        release.join()
    assert database.read_now(partial(records.get, key="key")) == "x"
    database.close()


def test_a_damaged_page_is_not_run_on_and_the_command_that_helps_is_named(config: Path) -> None:
    path = config.with_name("netwatch.db")
    filled(path)
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 8192 * 4096)
        file.write(b"\xa5" * 4096)
    done = run("run", config=config)
    assert done.returncode == 1
    assert f"{path} is damaged" in done.stderr
    assert "netwatch db restore FILE" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("content", [b"no database at all" * 1000, b"SQLite format 3\x00" + bytes(4000)])
def test_what_is_no_database_is_left_as_it_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "netwatch.db"
    path.write_bytes(content)
    with pytest.raises(StorageError, match="is damaged"):
        Database(f"sqlite:///{path}").open()
    assert path.read_bytes() == content


def test_a_second_service_on_one_database_is_refused_by_name(config: Path) -> None:
    database = Database(f"sqlite:///{config.with_name('netwatch.db')}").open()
    done = run("run", config=config)
    database.close()
    assert done.returncode == 75
    assert f"another netwatch (process {os.getpid()}) uses {config.with_name('netwatch.db')}" in done.stderr


def test_an_older_program_does_not_touch_a_newer_database(config: Path) -> None:
    path = config.with_name("netwatch.db")
    filled(path)
    with closing(sqlite.driver.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    done = run("run", config=config)
    assert done.returncode == 1
    assert "the database was written by a newer netwatch (schema 9999" in done.stderr


def test_a_folder_that_cannot_be_written_is_said(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageUnavailable, match="cannot be used now"):
        Database(f"sqlite:///{tmp_path}/file/netwatch.db").open()
