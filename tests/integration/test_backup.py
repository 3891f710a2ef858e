"""The back-up and restore drill: under load, into place, and refused where it would do harm."""

from __future__ import annotations

import fcntl
import os
import shutil
import stat
import threading
from contextlib import closing
from datetime import UTC, datetime
from functools import partial
from typing import TYPE_CHECKING

import pytest

from netwatch.cli import main
from netwatch.clock import SystemClock
from netwatch.domain.model import Fault, FaultId, Severity, Subject
from netwatch.errors import AlreadyRunning, SchemaTooNew, StorageError, UsageError
from netwatch.storage import backup, backups, events, faults, handovers, identity, records, sqlite
from netwatch.storage.database import Database
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.handovers import Archived
from probes.api import Message
from probes.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from netwatch.domain.backups import BackUps

NOW = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def add_pair(tx: Connection, number: int) -> None:
    """Add a fault and its event: whoever sees one sees the other."""
    subject = Subject(f"sw-{number}", "icmp")
    fault = Fault(FaultId(0), subject, Severity.MAJOR, Severity.MAJOR, Message("no answer"), NOW, NOW)
    events.add(tx, Entry(EventKind.OPENED, NOW, NOW, fault=faults.add(tx, fault).id))


@pytest.fixture
def site(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    folder.mkdir()
    config = folder / "config.toml"
    config.write_text('[site]\nlanguage = "en"\n[mail]\ndirectory = "mail"\n')
    config.chmod(0o600)
    return folder


@pytest.fixture
def reader(site: Path) -> Iterator[Database]:
    with closing(Database(url(site))) as database:
        yield database


def url(site: Path) -> str:
    return f"sqlite:///{site}/netwatch.db"


def fill(site: Path, rows: int = 50) -> None:
    database = Database(url(site)).open()
    for number in range(rows):
        database.write_now(partial(add_pair, number=number))
    database.write_now(identity.of)
    database.write_now(partial(handovers.add, report=Archived("day", 1, NOW, NOW, NOW, 0, 1, REPORT), bodies={}))
    database.close()


def net(site: Path, *words: object) -> int:
    return main([*map(str, words), "--config", f"{site}/config.toml"])


def count(path: Path, table: str = "faults") -> int:
    with closing(sqlite.driver.connect(path)) as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_a_back_up_under_load_is_one_whole_state_and_holds_up_nobody(
    site: Path, reader: Database, tmp_path: Path
) -> None:
    database = Database(url(site)).open()
    done, written = threading.Event(), 0

    def write() -> None:
        nonlocal written
        while not done.is_set():
            database.write_now(partial(add_pair, number=written))
            written += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        last = 0
        for number in range(5):
            before = written
            found = backup.back_up(reader, tmp_path / f"{number}.db")
            assert found.good
            assert found.counts["faults"] == found.counts["events"] == count(tmp_path / f"{number}.db")
            assert before <= found.counts["faults"] <= written
            assert found.counts["faults"] >= last
            last = found.counts["faults"]
    finally:
        done.set()
        writer.join()
        database.close()
    assert written > last
    assert sorted(path.name for path in tmp_path.iterdir()) == [*(f"{n}.db" for n in range(5)), "site"]


def test_the_drill_back_up_lose_restore_and_go_on(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(site)
    copy = tmp_path / "copy.db"
    assert net(site, "db", "backup", copy) == 0
    assert "the database is whole" in capsys.readouterr().out
    later = Database(url(site)).open()
    later.write_now(partial(add_pair, number=1000))
    named = later.write_now(identity.of)
    later.close()
    assert net(site, "db", "restore", copy) == 0
    said = capsys.readouterr().out
    (kept,) = (path for path in site.glob("netwatch.db.replaced-*") if path.name.endswith("Z"))
    assert str(kept) in said
    assert count(kept) == 51
    assert count(site / "netwatch.db") == 50
    restored = Database(url(site)).open()
    restored.write_now(partial(add_pair, number=1000))
    assert restored.write_now(identity.of) != named, "what it sends must not pass for what was sent before"
    restored.close()
    assert net(site, "db", "verify") == 0


def test_only_its_owner_can_read_a_back_up_and_what_is_restored(site: Path, tmp_path: Path) -> None:
    umask = os.umask(0)
    try:
        fill(site)
        net(site, "db", "backup", tmp_path / "copy.db")
        net(site, "db", "restore", tmp_path / "copy.db")
    finally:
        os.umask(umask)
    for path in (tmp_path / "copy.db", site / "netwatch.db", site / "netwatch.db.lock"):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600, path


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give a file away")
def test_what_root_restores_belongs_to_the_service(site: Path, tmp_path: Path) -> None:
    fill(site)
    net(site, "db", "backup", tmp_path / "copy.db")
    for name in ("netwatch.db", "netwatch.db.lock"):
        (site / name).unlink()
    os.chown(site, 65534, 65534)
    net(site, "db", "restore", tmp_path / "copy.db")
    assert {(site / name).stat().st_uid for name in ("netwatch.db", "netwatch.db.lock")} == {65534}


def test_a_back_up_overwrites_only_when_told_to(site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(site)
    copy = tmp_path / "copy.db"
    copy.write_text("precious")
    assert net(site, "db", "backup", copy) == 2
    assert f"{copy} is there already; --force overwrites it" in capsys.readouterr().err
    assert copy.read_text() == "precious"
    assert net(site, "db", "backup", copy, "--force") == 0
    assert count(copy) == 50


def test_a_back_up_never_replaces_the_database_itself(site: Path, reader: Database) -> None:
    fill(site)
    (site / "link.db").symlink_to(site / "netwatch.db")
    for name in ("netwatch.db", "link.db"):
        with pytest.raises(UsageError, match="is the database itself"):
            backup.back_up(reader, site / name, overwrite=True)
        with pytest.raises(UsageError, match="is the database itself"):
            backup.restore(Database(url(site)), site / name, NOW)
    assert count(site / "netwatch.db") == 50


def test_a_back_up_that_cannot_be_written_leaves_nothing_and_says_why(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(site)
    assert net(site, "db", "backup", tmp_path / "nowhere" / "copy.db") == 75
    assert "No such file or directory" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["site"]


def test_a_back_up_removes_what_a_killed_one_left_and_leaves_one_that_is_at_work(
    site: Path, reader: Database, tmp_path: Path
) -> None:
    fill(site)
    for name in ("1.part", "1.part-wal", f"{os.getpid()}.part", "2.part"):
        (tmp_path / f".a.db.{name}").write_bytes(b"half")
    with (tmp_path / ".a.db.2.part").open("rb") as at_work:
        fcntl.flock(at_work, fcntl.LOCK_EX)

        backup.back_up(reader, tmp_path / "a.db")

    assert sorted(path.name for path in tmp_path.iterdir() if path != site) == [".a.db.2.part", "a.db"]


def test_a_database_of_postgresql_names_the_commands_that_back_it_up_and_can_be_typed(tmp_path: Path) -> None:
    there = "netwatch@db.example:5433/netwatch?sslmode=require"
    database = Database(f"postgresql+psycopg://{there}", password=Secret("hidden"))
    with pytest.raises(UsageError) as refused:
        backup.back_up(database, tmp_path / "copy")
    typed = f"pg_dump --format=custom --file=FILE postgresql://{there} && netwatch db backed-up FILE"
    assert str(refused.value).endswith(typed)


def on_record(site: Path) -> BackUps:
    with closing(Database(url(site))) as database:
        return database.read_now(lambda tx: backups.known(tx, SystemClock().now()))


def test_a_back_up_is_on_record_but_for_the_copy_itself(site: Path, tmp_path: Path) -> None:
    fill(site)
    begun = SystemClock().now()
    assert net(site, "db", "backup", tmp_path / "copy.db") == 0
    made = on_record(site).good
    assert made is not None
    assert begun <= made <= SystemClock().now()
    assert count(tmp_path / "copy.db", "audit_events") == 0


def test_a_back_up_that_failed_is_on_record_with_its_reason(site: Path, tmp_path: Path) -> None:
    fill(site)
    assert net(site, "db", "backup", tmp_path / "nowhere" / "copy.db") == 75
    found = on_record(site)
    assert found.good is None
    assert "No such file or directory" in found.failed


def test_a_back_up_is_as_good_where_it_cannot_be_put_on_record_and_that_is_said(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(site)
    with closing(Database(url(site)).open()):  # somebody holds the database, and listens to nobody
        assert net(site, "db", "backup", tmp_path / "copy.db") == 0
    told = capsys.readouterr()
    assert "the database is whole" in told.out
    assert "this is not on record, and the handover report will not know of it: " in told.err
    assert count(tmp_path / "copy.db") == 50
    assert on_record(site).good is None


def test_a_back_up_before_an_upgrade_leaves_the_tables_as_they_were(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(site)
    with closing(sqlite.driver.connect(site / "netwatch.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '0001'")
    net(site, "db", "backup", tmp_path / "copy.db")
    assert "the database has the tables of another version" in capsys.readouterr().err
    with closing(sqlite.driver.connect(site / "netwatch.db")) as connection:
        assert connection.execute("SELECT version_num FROM alembic_version").fetchall() == [("0001",)]


def test_what_another_tool_wrote_is_put_on_record_by_its_time(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(site)
    dump = tmp_path / "netwatch.dump"
    dump.write_bytes(b"PGDMP" * 100_000)
    when = datetime(2026, 11, 20, 3, 30, tzinfo=UTC).timestamp()
    os.utime(dump, (when, when))
    assert net(site, "db", "backed-up", dump) == 0
    assert f"on record: {dump} of 2026-11-20 11:30, 0.5 MB" in capsys.readouterr().out
    assert on_record(site).good == datetime(2026, 11, 20, 3, 30, tzinfo=UTC)
    assert net(site, "db", "backed-up", dump) == 2
    assert "not newer than the back-up of 2026-11-20 11:30" in capsys.readouterr().err


def test_what_is_no_back_up_is_not_put_on_record(
    site: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(site)
    (tmp_path / "empty.dump").touch()
    for name, why in (("none.dump", "cannot be looked at"), ("empty.dump", "is empty"), (".", "is no file")):
        assert net(site, "db", "backed-up", tmp_path / name) == 2
        assert why in capsys.readouterr().err
    assert on_record(site).good is None


def test_nothing_is_restored_while_the_service_runs(site: Path, tmp_path: Path) -> None:
    fill(site)
    net(site, "db", "backup", tmp_path / "copy.db")
    service = Database(url(site)).open()
    with pytest.raises(AlreadyRunning, match=f"process {os.getpid()}"):
        backup.restore(Database(url(site)), tmp_path / "copy.db", NOW)
    service.write_now(partial(records.put, key="still", value="here"))
    service.close()
    assert not list(site.glob("*.replaced-*"))


def damaged(path: Path) -> None:
    """Overwrite a page in the middle, as a dying disk would."""
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 8192 * 4096)
        file.write(b"\xa5" * 4096)


def not_a_database(path: Path) -> None:
    path.write_bytes(b"these are not the records you are looking for" * 100)


def cut_off(path: Path) -> None:
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)


def of_another_program(path: Path) -> None:
    path.unlink()
    with closing(sqlite.driver.connect(path)) as connection:
        connection.execute("CREATE TABLE somebody (elses INTEGER)")


def empty(path: Path) -> None:
    path.write_bytes(b"")


@pytest.mark.parametrize("spoil", [damaged, not_a_database, cut_off, of_another_program, empty])
def test_a_back_up_that_is_not_whole_is_refused_and_the_database_stays(
    site: Path, tmp_path: Path, spoil: object
) -> None:
    fill(site)
    copy = tmp_path / "copy.db"
    net(site, "db", "backup", copy)
    spoil(copy)  # type: ignore[operator] # one of the functions above
    with pytest.raises(StorageError, match="cannot be restored"):
        backup.restore(Database(url(site)), copy, NOW)
    assert count(site / "netwatch.db") == 50
    assert sorted(path.name for path in site.iterdir()) == ["config.toml", "netwatch.db", "netwatch.db.lock"]


def test_a_back_up_of_a_newer_program_is_refused(site: Path, tmp_path: Path) -> None:
    fill(site)
    copy = tmp_path / "copy.db"
    net(site, "db", "backup", copy)
    with closing(sqlite.driver.connect(copy)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    with pytest.raises(SchemaTooNew, match="schema 9999"):
        backup.restore(Database(url(site)), copy, NOW)
    assert count(site / "netwatch.db") == 50


def test_there_must_be_a_file_to_restore(site: Path, capsys: pytest.CaptureFixture[str]) -> None:
    fill(site)
    assert net(site, "db", "restore", site / "none.db") == 2
    assert f"there is no file {site}/none.db" in capsys.readouterr().err


def test_a_copy_taken_with_the_log_beside_it_is_restored_with_what_is_in_the_log(site: Path, tmp_path: Path) -> None:
    database = Database(url(site)).open()
    database.write_now(partial(add_pair, number=1))
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{site}/netwatch.db{suffix}", tmp_path / f"copy.db{suffix}")
    database.close()
    backup.restore(Database(f"sqlite:///{tmp_path}/new.db"), tmp_path / "copy.db", NOW)
    assert count(tmp_path / "new.db") == 1


def test_a_damaged_database_is_not_backed_up_as_if_it_were_whole(site: Path, reader: Database, tmp_path: Path) -> None:
    fill(site)
    damaged(site / "netwatch.db")
    with pytest.raises(StorageError, match="is damaged"):
        backup.back_up(reader, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()


def test_what_postgresql_needs_is_named(tmp_path: Path) -> None:
    database = Database("postgresql+psycopg://netwatch@db/netwatch")
    with pytest.raises(UsageError, match="pg_dump --format=custom --file=FILE postgresql://netwatch@db/netwatch"):
        backup.back_up(database, tmp_path / "copy")
    with pytest.raises(UsageError, match="pg_restore --clean --dbname=postgresql://netwatch@db/netwatch FILE"):
        backup.restore(database, tmp_path / "copy", NOW)


REPORT = '{"head":{"after_event":0,"revision":1,"shift":"day","upto_event":1}}'
UNSEALED = "DROP TRIGGER events_update_refused; DROP TRIGGER handovers_update_refused; "
"""The database refuses to change what is recorded; whoever writes into its file need not ask it."""


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        (
            "UPDATE events SET fault_id = 404 WHERE id = 1",
            "row 1 of events refers to a row of faults that is not there",
        ),
        (
            "DROP INDEX uq_faults_one_open; UPDATE faults SET check_id = 'sw-1/icmp' WHERE id < 3",
            "sw-1/icmp has more than one open fault",
        ),
        ("UPDATE faults SET closed = '2020-01-01 00:00:00.000000' WHERE id = 1", "closed before they opened: 1"),
        ("UPDATE handovers SET document = '[]'", "handover report 1 was altered after it was archived"),
        (
            "INSERT INTO visits SELECT 'sw-1', 'running', '2026-11-01 00:00:00.000000', '2099-01-01 00:00:00.000000', 0, NULL, NULL, NULL, 0",
            "times in visits.completed that are still to come: 1, the last is 2099-01-01 00:00 UTC",
        ),
        ("UPDATE handovers SET previous = 'x'", "a report is missing or was altered before handover report 1"),
    ],
)
def test_what_must_not_be_so_is_named(
    site: Path, statement: str, sentence: str, capsys: pytest.CaptureFixture[str]
) -> None:
    fill(site)
    with closing(sqlite.driver.connect(site / "netwatch.db")) as connection:
        connection.executescript(UNSEALED + statement)
    assert net(site, "db", "verify") == 1
    assert sentence in capsys.readouterr().out
