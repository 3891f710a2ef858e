"""`netwatch report`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from netwatch.cli import main
from netwatch.storage.database import Database

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Run = Callable[..., tuple[int, str, str]]

SITE = """
[mail]
directory = "mail"
[[person]]
name = "wang"
title = "王主任"
mail = "wang@hospital.example"
role = "leader"
[[person]]
name = "zhang"
mail = "zhang@hospital.example"
[[shift]]
name = "day"
title = "白班"
start = "08:00"
end = "08:00"
[[rotation]]
shift = "day"
groups = [["zhang"]]
anchor = 2026-01-01
[[group]]
name = "wards"
[[device]]
name = "sw-1"
title = "<b>放射科</b> 接入"
address = "192.0.2.1"
groups = ["wards"]
[[device.check]]
kind = "icmp"
[[department]]
name = "radiology"
title = { zh_CN = "放射科<script>", en = "Radiology<script>" }
recipients = ["ct@hospital.example", "mr@hospital.example"]
groups = ["wards"]
"""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command at a site; return its code, its output, its errors."""
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")
    path = tmp_path / "config.toml"
    path.write_text(SITE, encoding="utf-8")
    path.chmod(0o600)
    Database(f"sqlite:///{tmp_path}/netwatch.db").open().close()

    def ran(*words: str) -> tuple[int, str, str]:
        code = main(["report", *words, "--config", str(path)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


@pytest.fixture
def drafted(run: Run) -> Run:
    code, out, _err = run("draft", "radiology", "--period", "2026-10", "--by", "zhang")
    assert (code, out) == (0, "service report 1 for radiology, 2026-10, waits to be released\n")
    return run


def test_a_draft_is_released_by_a_leader_and_sent(drafted: Run):
    assert drafted("send", "1", "--by", "zhang")[0] == 2
    assert drafted("release", "1", "--by", "zhang")[0] == 2
    assert drafted("release", "1", "--by", "wang")[1] == "service report 1 is released and goes out\n"
    assert drafted("send", "1", "--by", "zhang")[1] == "service report 1 goes out; addresses: 2\n"
    code, _out, err = drafted("send", "1", "--by", "zhang")
    assert (code, err) == (2, "service report 1 is sent to the department; this step cannot follow\n")
    (row,) = json.loads(drafted("list", "--format", "json")[1])
    assert (row["department"], row["state"], row["judged_by"], row["revision"]) == ("radiology", "sent", "wang", 1)
    listed = drafted("list")[1]
    assert "王主任" in listed
    assert "Radiology<script>" in listed


def test_a_report_is_shown_as_text_page_and_figures(drafted: Run):
    text = drafted("show", "1")[1]
    assert text.startswith("Service report 2026-10: Radiology<script>\n=====")
    assert "Report 1, revision 1: waits to be released" in text
    assert "! Nothing was measured in this time" in text
    page = drafted("show", "--format", "html")[1]
    assert "<script>" not in page
    assert "Radiology&lt;script&gt;" in page
    assert "&lt;b&gt;放射科&lt;/b&gt; 接入" in page
    figures = json.loads(drafted("show", "--format", "json")[1])
    assert (figures["department"], figures["first"], figures["until"]) == ("radiology", "2026-10-01", "2026-11-01")


def test_it_is_withheld_with_a_reason(drafted: Run):
    assert drafted("withhold", "1", "--reason", "数据有误", "--by", "wang")[0] == 0
    assert "数据有误" in drafted("show", "1")[1]
    assert "Withheld by 王主任" in drafted("show", "1")[1]


def test_a_preview_keeps_nothing(run: Run):
    out = run("show", "--live", "radiology")[1]
    assert "Preview: not kept, not released" in out
    assert "The period is not over" in out
    assert run("list")[1] == "No service reports yet.\n"


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("show",), "there is no service report yet; `netwatch report show --live DEPARTMENT` previews one"),
        (("show", "7"), "there is no service report 7"),
        (("show", "--live", "surgery"), "there is no department surgery"),
        (("show", "--live", "radiology", "--period", "may"), "may: must be a period such as 2026-W47, 2026-11 or 2026"),
        (("draft", "surgery", "--by", "zhang"), "there is no department surgery"),
        (
            ("draft", "radiology", "--by", "nobody"),
            "nobody is not among the people of the configuration; --by says who acts",
        ),
        (("yearbook", "1999"), "1999: there is no year-book of it"),
        (("compliance", "--period", "2026-13"), "2026-13: must be a period such as 2026-W47, 2026-11 or 2026"),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(run: Run, words: tuple[str, ...], sentence: str):
    code, _out, err = run(*words)
    assert (code, err) == (2, f"{sentence}\n")


@pytest.mark.parametrize("language", ["en", "zh_CN"])
@pytest.mark.parametrize("form", ["text", "html", "json"])
@pytest.mark.parametrize("words", [("statistics",), ("yearbook", "2026"), ("compliance",), ("show",)])
def test_every_paper_is_printed_in_each_form_and_language(drafted: Run, tmp_path: Path, words, form, language):
    target = tmp_path / "paper"
    code, _out, err = drafted(*words, "--format", form, "--language", language, "--output", str(target))
    assert (code, err) == (0, "")
    content = target.read_text(encoding="utf-8")
    if form == "json":
        assert isinstance(json.loads(content), dict)
    elif form == "html":
        assert f'<html lang="{language.replace("_", "-")}">' in content
        assert "<script>" not in content
    else:
        assert content.splitlines()[1].startswith("====")


def test_compliance_names_what_is_missing_by_clause(drafted: Run):
    found = json.loads(drafted("compliance", "--format", "json")[1])
    lines = {line["clause"]: line for line in found["lines"]}
    assert list(lines)[:3] == ["C1", "C2", "C3"]
    assert lines["C1"]["standing"] == "wanting"
    assert lines["C1"]["evidence"][0]["wanting"] == ["sw-1"]
    assert lines["A1"]["standing"] == "elsewhere"
    assert {each["name"] for each in lines["C10"]["evidence"]} == {"visitor"}
