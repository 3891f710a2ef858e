"""`netwatch register`: the order of words on a command line, and whom and what the lists name."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

import pytest

from netwatch.cli import main
from tests.tables import laid

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = """
[[person]]
name = "zhang"
title = "张伟"
[[person]]
name = "chief"
title = "赵主任"
role = "leader"
"""
LOAN = ("item=laptop", "borrower=Chen", "department=CT", "phone=8123")
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command at a site of two people; return its code, its output, its errors."""
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    path.chmod(0o600)
    laid(tmp_path / "netwatch.db")

    def ran(*words: str) -> tuple[int, str, str]:
        try:
            code = main([*words, "--config", str(path)])
        except SystemExit as left:
            code = int(str(left.code))
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


def test_fields_may_stand_before_and_behind_options(run: Run):
    for words in ((*LOAN, "--until", "2026-12-01T17:00"), ("--until", "2026-12-01T17:00", *LOAN)):
        assert "waits for approval" in run("register", "new", "loan", *words, "--by", "zhang")[1]
    first, second = (run("register", "show", str(number))[1].splitlines()[1:6] for number in (1, 2))
    assert first == second


def test_an_entry_names_people_and_says_what_was_chosen_in_the_readers_language(
    run: Run, monkeypatch: pytest.MonkeyPatch
):
    words = ("item=disk", "serial=4711", "fault=x", "firm=x", "wiped=yes", "wiped_by=zhang")
    assert run("register", "new", "repair", *words, "--until", "2026-12-01T17:00", "--by", "zhang")[0] == 0
    monkeypatch.setenv("NETWATCH_LANGUAGE", "zh_CN")
    told = [line.split() for line in run("register", "show", "1")[1].splitlines()]
    assert ["数据已清除", "是"] in told
    assert ["清除人", "张伟"] in told


@pytest.mark.parametrize(
    "words",
    [
        ("register", "new", "loan", "--by", "zhang", "item=laptop", "--nonesuch"),
        ("register", "list", "--all", "item=laptop", "x"),
        ("log", "add", "seen", "--by", "zhang", "item=laptop"),
    ],
)
def test_what_is_no_field_is_refused_as_ever(run: Run, words: tuple[str, ...]):
    code, _said, error = run(*words)
    assert code == 2
    assert "unrecognized arguments" in error


def test_people_are_called_by_their_names_and_an_overdue_entry_says_so(run: Run):
    run("register", "new", "loan", *LOAN, "--until", "2026-01-01T17:00", "--by", "zhang")
    run("register", "approve", "1", "--by", "chief")
    run("register", "open", "1", "condition_out=good", "--by", "zhang")
    listed, shown = run("register", "list")[1], run("register", "show", "1")[1]
    assert "in progress (overdue)  张伟" in listed
    assert "approved   赵主任" in shown
    assert "condition_in  condition when returned  needed before it is completed" in run("register", "types")[1]
