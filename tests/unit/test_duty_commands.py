"""`netwatch duty`: the roster published, exchanged, looked at and printed by command."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest
from openpyxl import load_workbook

from netwatch.cli import main
from netwatch.clock import SystemClock
from tests.shifts import DAY_AND_NIGHT
from tests.tables import laid

if TYPE_CHECKING:
    from pathlib import Path

CONFIG = (
    """
[site]
name = "信息中心"
zone = "Asia/Shanghai"
[[person]]
name = "zhang"
title = "张伟"
mail = "zhang@hospital.example"
[[person]]
name = "li"
title = "李娜"
mail = "li@hospital.example"
[[person]]
name = "chief"
title = "赵主任"
mail = "chief@hospital.example"
role = "leader"
"""
    + DAY_AND_NIGHT
    + """
[[rotation]]
shift = "day"
groups = [["zhang"], ["li"]]
anchor = 2026-01-01
[[rotation]]
shift = "night"
groups = [["li"], ["zhang"]]
anchor = 2026-01-01
"""
)
Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command at a site of three people; return its code, its output, its errors."""
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    path = tmp_path / "config.toml"
    path.write_text(CONFIG, encoding="utf-8")
    path.chmod(0o600)
    laid(tmp_path / "netwatch.db")

    def ran(*words: str) -> tuple[int, str, str]:
        code = main(["duty", *words, "--config", str(path)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


def plain(run: Run, *words: str) -> Any:
    return json.loads(run(*words, "--format", "json")[1])


def ahead(run: Run, who: str, template: str = "day") -> str:
    """Return the id of a shift of somebody's in the days to come, the second one so that it has not begun."""
    found = [each["id"] for each in plain(run, "timeline", "--days", "12") if each["people"] == [who]]
    return [each for each in found if each.startswith(template)][2]


def holder(run: Run, shift: str) -> list[str]:
    return next(each["people"] for each in plain(run, "timeline", "--days", "20") if each["id"] == shift)


def test_a_swap_goes_from_hand_to_hand_by_command(run: Run):
    mine = ahead(run, "zhang")
    assert run("swap", mine, "--with", "chief", "--reason", "家事", "--by", "zhang")[:2] == (
        0,
        "exception 1 waits for the colleague to agree\n",
    )
    assert run("agree", "1", "--by", "chief")[1] == "exception 1 waits for a leader's approval\n"
    assert run("approve", "1", "--by", "chief")[::2] == (2, "chief has a part in it; somebody else judges\n")
    assert holder(run, mine) == ["zhang"]
    assert run("withdraw", "1", "--by", "zhang")[1] == "exception 1 is withdrawn\n"
    assert run("agree", "1", "--by", "chief")[::2] == (2, "exception 1 is withdrawn already\n")
    (row,) = plain(run, "exceptions")
    assert (row["number"], row["state"], row["shifts"], row["reason"]) == (1, "withdrawn", [mine], "家事")
    assert "1    swap  withdrawn  张伟 → 赵主任" in run("exceptions")[1]


def test_leave_is_granted_suggested_for_and_covered(run: Run):
    gap = ahead(run, "li")
    day = gap.split("/")[1]
    words = ("leave", f"{day} 08:00", f"{day} 20:00", "--reason", "年假")
    assert run(*words, "--by", "li")[1] == "exception 1 waits for a leader's approval\n"
    assert run("approve", "1", "--by", "chief")[1] == "exception 1 is applied\n"
    assert holder(run, gap) == []
    assert "nobody: " in run("timeline", "--days", "12")[1]
    assert "gap" in {each["check"] for each in plain(run, "checks", "--days", "12")}
    assert "li" not in plain(run, "suggest", gap)
    assert run("cover", gap, "--person", "chief", "--out", "li", "--reason", "顶班", "--by", "chief")[0] == 0
    assert holder(run, gap) == ["chief"]
    code, _, error = run("swap", ahead(run, "zhang"), "--with", "nobody", "--by", "zhang")
    assert (code, error) == (2, "nobody is not among the people of the configuration\n")


def test_who_takes_over_is_on_duty_and_stands_as_pending(run: Run):
    (before,) = plain(run, "now")
    assert run("take", "--reason", "突发", "--by", "chief")[0] == 0
    (now,) = plain(run, "now")
    assert (now["planned"], now["people"]) == (before["people"], ["chief"])
    planned = {"zhang": "张伟", "li": "李娜"}[before["people"][0]]
    assert f"take now  in force, waits for approval  {planned} → 赵主任" in run("exceptions")[1]


def test_a_month_is_published_and_published_again_only_with_a_reason(run: Run):
    code, out, _ = run("publish", "2026-10", "--by", "chief")
    assert (code, out.split(";")[:2]) == (0, ["2026-10 is published", " shifts: 62"])
    code, _, error = run("publish", "2026-10", "--by", "chief")
    assert (code, error) == (2, "2026-10 is published already; say that it is to be published again, and why\n")
    out = run("publish", "2026-10", "--again", "--reason", "核对", "--by", "chief")[1]
    assert out.startswith("2026-10 is published again; shifts that change: 0; digest ")
    assert run("publish", "2026-11", "--by", "li")[::2] == (2, "li may not do this; it takes the role leader\n")


def test_the_month_is_printed_in_every_form(run: Run, tmp_path: Path):
    run("publish", "2026-10", "--by", "chief")
    text = run("table", "2026-10", "--language", "zh_CN")[1]
    assert "信息中心" in text
    assert "国庆" in text
    assert len(plain(run, "table", "2026-10")) == 63
    page = tmp_path / "october.html"
    assert run("table", "2026-10", "--format", "html", "--output", str(page))[0] == 0
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")
    book = tmp_path / "october.xlsx"
    assert run("table", "2026-10", "--format", "xlsx", "--output", str(book))[0] == 0
    sheet = load_workbook(BytesIO(book.read_bytes())).worksheets[0]
    assert "张伟" in {str(cell.value).strip() for row in sheet.iter_rows() for cell in row}


def test_who_is_next_and_how_fair_it_is(run: Run):
    assert run("next")[1].splitlines()[0].split() == ["Post", "On", "duty", "Shift", "From", "Until"]
    shares = plain(run, "fairness", "--days", "30")["shares"]
    assert {share["person"] for share in shares} == {"zhang", "li"}
    assert abs(shares[0]["shifts"] - shares[1]["shifts"]) <= 2
    assert "balance: " in run("fairness", "--days", "30")[1]


def test_before_anything_is_on_record_the_roster_is_checked_as_configured(run: Run):
    assert run("checks", "--days", "3")[2] == ""
    assert plain(run, "suggest", ahead(run, "zhang")) != []


def test_a_preview_shows_which_shifts_change_hands_before_anything_is_saved(run: Run, tmp_path: Path):
    other = tmp_path / "other.toml"
    first = f"{SystemClock().now() + timedelta(days=3):%Y-%m-%d}"
    joiner = CONFIG.replace('groups = [["zhang"], ["li"]]\nanchor = 2026-01-01', (
        f'groups = [["zhang"], ["li"]]\nanchor = 2026-01-01\nvalid_until = {first}\n'
        f'[[rotation]]\nshift = "day"\ngroups = [["chief"]]\nanchor = {first}\nvalid_from = {first}'
    ))  # fmt: skip
    other.write_text(joiner, encoding="utf-8")
    other.chmod(0o600)
    code, out, error = run("preview", str(other), "--days", "10")
    assert (code, error) == (0, "")
    assert "赵主任" in out
    assert f"{first[5:]} 白班 (primary)" in out
    same = run("preview", str(tmp_path / "config.toml"))
    assert same[1] == "No shift changes hands.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("approve", "9", "--by", "chief"), "there is no exception 9\n"),
        (("suggest", "day/2001-01-01/primary"), "there is no shift day/2001-01-01/primary ahead\n"),
        (("leave", "soon", "later", "--reason", "?", "--by", "li"), "start: must be a time such as 2026-11-22 08:00\n"),
        (
            ("swap", "day/2001-01-01/primary", "--with", "li", "--by", "zhang"),
            "there is no shift day/2001-01-01/primary ahead\n",
        ),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(run: Run, words: tuple[str, ...], sentence: str):
    assert run(*words)[::2] == (2, sentence)
