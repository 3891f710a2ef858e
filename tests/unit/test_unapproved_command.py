"""`netwatch unapproved`."""

from __future__ import annotations

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.cli import main
from netwatch.domain.approval import Discrepancy, Happened, Happening
from netwatch.storage import discrepancies, events
from netwatch.storage.database import Database
from netwatch.storage.events import Entry, EventKind
from probes.api import Message

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from sqlalchemy import Connection

AT = datetime(2026, 11, 22, 18, 0, tzinfo=UTC)
WHAT = Message("{part} with the serial number {serial} is gone", {"part": "Disk 1", "serial": "WD-1"})
CONFIG = """
[site]
zone = "Asia/Shanghai"

[[person]]
name = "wang"
role = "leader"

[[person]]
name = "li"

[[device]]
name = "srv-1"
address = "127.0.0.1"
check = [{ kind = "icmp" }]
"""
ENTRY = ("device=srv-1", "serial=wd1", "why=坏道", "--until", "2026-11-24 10:00")


@pytest.fixture
def run(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Callable[..., tuple[int, str, str]]:
    """Run a command at a site where a disk has vanished; return its code, its output, its errors."""
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    path.chmod(0o600)
    with closing(Database(f"sqlite:///{tmp_path}/netwatch.db").open()) as database:
        database.write_now(vanished)

    def ran(*words: str) -> tuple[int, str, str]:
        code = main([*words, "--config", str(path)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


def vanished(tx: Connection) -> None:
    event = events.add(tx, Entry(EventKind.PART, AT, AT, device="srv-1"))
    happened = Happened(Happening.PART_GONE, "srv-1", "WD-1", AT - timedelta(hours=6), AT, WHAT)
    discrepancies.add(tx, Discrepancy(happened, AT, event=int(event)), event)


def test_what_nobody_has_judged_is_listed(run: Callable[..., tuple[int, str, str]]) -> None:
    code, out, _ = run("unapproved", "list")
    assert code == 0
    assert out.splitlines() == [
        "No.  When                 Device  What                                        Approval",
        "1    2026-11-23 02:00:00  srv-1   Disk 1 with the serial number WD-1 is gone  without approval",
    ]


def test_it_is_shown_with_the_entries_that_could_explain_it(run: Callable[..., tuple[int, str, str]]) -> None:
    assert "No approved entry is about it." in run("unapproved", "show", "1")[1]
    run("register", "new", "dismantle", *ENTRY, "--by", "li")
    run("register", "new", "dismantle", "device=srv-1", "serial=X2", "why=坏道", "--until", "2026-11-24", "--by", "li")
    for number in ("1", "2"):
        assert run("register", "approve", number, "--by", "wang")[0] == 0
    out = run("unapproved", "show", "1")[1]
    assert "Not before  2026-11-22 20:00" in out
    assert "Dismantling and moving" in out.splitlines()[-1]
    shown = json.loads(run("unapproved", "show", "1", "--format", "json")[1])
    assert (shown["kind"], shown["item"], shown["verdict"], shown["entries"]) == ("part gone", "WD-1", "open", [1])


def test_a_leader_ties_it_to_an_entry(run: Callable[..., tuple[int, str, str]]) -> None:
    run("register", "new", "dismantle", *ENTRY, "--by", "li")
    run("register", "approve", "1", "--by", "wang")
    code, out, _ = run("unapproved", "explain", "1", "--entry", "1", "--text", "补办手续", "--by", "wang")
    assert (code, out) == (0, "number 1 is explained by entry 1, which was approved afterwards\n")
    assert run("unapproved", "list")[1] == "Nothing has happened without approval that nobody has judged.\n"
    assert "approved afterwards, entry 1" in run("unapproved", "list", "--all")[1]
    out = run("unapproved", "show", "1")[1]
    assert "Judged by   wang" in out
    assert "补办手续" in out


def test_a_leader_judges_it(run: Callable[..., tuple[int, str, str]]) -> None:
    words = ("unapproved", "judge", "1", "harmless", "--text", "演练")
    code, _, error = run(*words, "--by", "li")
    assert (code, error) == (2, "li may not do this; it takes the role leader\n")
    assert run(*words, "--by", "wang")[:2] == (0, "number 1 is judged: harmless\n")
    code, _, error = run(*words, "--by", "wang")
    assert (code, error) == (2, "wang has judged number 1; it is not judged twice\n")
    (told,) = json.loads(run("unapproved", "list", "--all", "--format", "json")[1])
    assert (told["verdict"], told["judged_by"], told["text"]) == ("harmless", "wang", "演练")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show", "7"), "there is no number 7 among what happened without approval\n"),
        (("explain", "1", "--entry", "9", "--by", "wang"), "there is no entry 9\n"),
    ],
)
def test_what_is_not_there_is_said_to_be_so(
    run: Callable[..., tuple[int, str, str]], words: tuple[str, ...], sentence: str
) -> None:
    code, _, error = run("unapproved", *words)
    assert (code, error) == (2, sentence)
