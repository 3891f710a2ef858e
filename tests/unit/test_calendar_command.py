"""`netwatch calendar`."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from netwatch.cli import main

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[int, str, str]]:
    """Run a command at a site whose leader types it; return its code, its output, its errors."""
    path = tmp_path / "config.toml"
    path.write_text('[[person]]\nname = "wang"\nrole = "leader"\n', encoding="utf-8")
    path.chmod(0o600)

    def ran(*words: str) -> tuple[int, str, str]:
        code = main(["calendar", *words, "--config", str(path)])
        told = capsys.readouterr()
        return code, told.out, told.err

    return ran


@pytest.fixture
def site(run, tmp_path):
    assert run("set", "2026-11-24", "rest", "--name", "院庆", "--by", "wang")[0] == 0
    return run


def test_a_year_is_its_special_days(site):
    code, out, _ = site("show", "2026")
    lines = out.splitlines()
    assert code == 0
    assert len(lines) == 41
    assert "2026-02-14  Sat      make-up working day  Spring Festival       2026-02-20  built in" in lines
    assert "2026-11-24  Tue      rest day             院庆                              set here" in lines


def test_a_month_is_every_day(site):
    days = json.loads(site("show", "2026-10", "--format", "json")[1])["days"]
    assert len(days) == 31
    assert [day["date"] for day in days if day["kind"] == "statutory"] == [f"2026-10-0{n}" for n in range(1, 8)]


@pytest.mark.parametrize(
    ("year", "sentence"),
    [
        ("2039", "2039 is provisional: its arrangement is not known yet"),
        ("2090", "Nothing is known of 2090: weekends are taken for rest days."),
    ],
)
def test_a_year_that_is_not_known_says_so_and_what_to_do(site, year, sentence):
    out = site("show", year)[1]
    assert sentence in out
    assert "netwatch calendar import FILE" in out


@pytest.mark.parametrize("period", ["26", "2026-13", "1926", "2026-1-1", "soon"])
def test_what_is_no_year_and_no_month_is_refused(site, period):
    code, _, error = site("show", period)
    assert code == 2
    assert error == f"{period}: must be a year such as 2026, or a month such as 2026-10\n"


def test_a_file_makes_a_year_official(site, tmp_path):
    days = [{"name": "节", "date": f"2039-{day}", "isOffDay": True} for day in ("01-01", "05-01", "10-01")]
    file = tmp_path / "2039.json"
    file.write_text(json.dumps({"year": 2039, "days": days}), encoding="utf-8")
    assert site("import", str(file), "--by", "wang")[1] == "days imported: 3, 2039-01-01 to 2039-10-01\n"
    rows = json.loads(site("status", "--format", "json")[1])
    assert next(row for row in rows if row["year"] == 2039)["status"] == "official"
    assert "2039  official" in site("status")[1]


def test_a_bad_file_is_refused_by_line_and_field(site, tmp_path):
    file = tmp_path / "2039.csv"
    file.write_text("date,kind\n2039-01-01,off\n", encoding="utf-8")
    code, _, error = site("import", str(file), "--by", "wang")
    assert code == 78
    assert error == "2039.csv:2: kind: must be one of 'workday', 'rest day', 'statutory'\n"


def test_a_day_is_cleared_and_an_unknown_kind_is_refused(site):
    assert site("clear", "2026-11-24", "--by", "wang")[1] == "2026-11-24 is again what the calendar makes it\n"
    assert site("set", "2026-11-24", "off", "--by", "wang")[0] == 2


def test_what_the_socket_does_not_take_is_refused_before_it_is_sent(site, tmp_path):
    file = tmp_path / "long.csv"
    rows = [
        f"20{year}-{month:02}-{day:02},rest,{'长' * 100}"
        for year in (38, 39)
        for month in range(1, 13)
        for day in range(1, 20)
    ]
    file.write_text("date,kind,name\n" + "\n".join(rows), encoding="utf-8")
    assert (
        site("import", str(file), "--by", "wang")[2] == "long.csv says too much for one time: import it year by year\n"
    )


def test_a_day_of_no_source_names_none_in_chinese_either(site, monkeypatch):
    monkeypatch.setenv("LANGUAGE", "zh_CN")
    monkeypatch.setenv("LC_ALL", "zh_CN.UTF-8")
    code, out, _ = site("show", "2026-12")
    assert code == 0
    assert "星期" in out or "周" in out
    assert "Project-Id-Version" not in out
