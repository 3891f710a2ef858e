"""Files that say what days are."""

from __future__ import annotations

import json
from datetime import date
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.config.day_file import LARGEST, read_days
from netwatch.errors import ConfigError
from roster.calendar import Day, DayKind

if TYPE_CHECKING:
    from pathlib import Path

OFF, ON = DayKind.STATUTORY, DayKind.WORKDAY
EXPECTED = (
    Day(date(2027, 1, 1), OFF, "元旦", source="import"),
    Day(date(2027, 2, 14), ON, "春节", date(2027, 2, 11), "import"),
    Day(date(2027, 6, 6), DayKind.REST, "院庆", source="import"),
)
CSV = "date,kind,name,replaces\n2027-02-14,workday,春节,2027-02-11\n2027-01-01,statutory,元旦,\n\n2027-06-06,rest day,院庆,\n"
SPREADSHEET = (
    "类型,日期,名称,调休\r\n调休上班,2027/2/14,春节,2027/2/11\r\n放假,2027/1/1,元旦,\r\n休息日,2027/6/6,院庆,\r\n"
)
PLAIN = [
    {"name": "元旦", "date": "2027-01-01", "isOffDay": True},
    {"name": "春节", "date": "2027-02-14", "isOffDay": False},
]


def read(folder: Path, content: str | bytes) -> tuple[Day, ...]:
    path = folder / "days"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_days(path)


def problems(folder: Path, content: str | bytes) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        read(folder, content)
    return [str(problem) for problem in caught.value.problems]


@pytest.mark.parametrize(
    "content",
    [CSV, "\ufeff" + CSV, SPREADSHEET, SPREADSHEET.encode("gb18030")],
    ids=["plain", "byte order mark", "chinese columns", "gb18030"],
)
def test_a_table_is_read_as_spreadsheets_write_it(tmp_path, content):
    assert read(tmp_path, content) == EXPECTED


@pytest.mark.parametrize(
    "content",
    [PLAIN, {"year": 2027, "papers": [], "days": PLAIN}],
    ids=["list", "with its year"],
)
def test_holiday_json_is_read_in_both_its_forms(tmp_path, content):
    found = read(tmp_path, json.dumps(content, ensure_ascii=False))
    assert [(day.date, day.kind, day.name) for day in found] == [
        (date(2027, 1, 1), OFF, "元旦"),
        (date(2027, 2, 14), ON, "春节"),
    ]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        ("", "days:1: the first line must name the columns: date,kind,name,replaces"),
        ("day,kind\n", "days:1: the first line must name the columns: date,kind,name,replaces"),
        ("date,kind\n", "days: says nothing of any day"),
        ("date,kind\n2027-02-30,rest\n", "days:2: date: '2027-02-30' is no date such as 2026-11-22"),
        ("date,kind\n\nsoon,rest\n", "days:3: date: 'soon' is no date such as 2026-11-22"),
        ("date,kind\n1927-02-03,rest\n", "days:2: date: 1927-02-03 is too far away"),
        ("date,kind\n2027-02-03,off\n", "days:2: kind: must be one of 'workday', 'rest day', 'statutory'"),
        ("date,kind\n2027-02-03\n", "days:2: kind: must be one of 'workday', 'rest day', 'statutory'"),
        ("date,kind\n2027-02-03,rest\n2027-2-3,rest\n", "days:3: date: 2027-02-03 stands there twice"),
        (f"date,kind,name\n2027-02-03,rest,{'x' * 101}\n", "days:2: name: must be a text of at most 100 characters"),
        ("date,kind,name\n2027-02-03,rest,a\x1bb\n", "days:2: name: must be a text of at most 100 characters"),
        ("date,kind,replaces\n2027-02-03,workday,2027-02-03\n", "days:2: replaces: must be another day"),
        ("[", "days:1: is no JSON"),
        ("[1]", "days:1: must be a table with name, date and isOffDay"),
        ("{}", "days: days: must be a list of days"),
        ('{"days": []}', "days: says nothing of any day"),
        ('[{"date": 7, "isOffDay": true}]', "days:1: date: '7' is no date such as 2026-11-22"),
        ('[{"date": "2027-01-01", "isOffDay": "yes"}]', "days:1: isOffDay: must be true or false"),
        ('[{"date": "2027-01-01", "isOffDay": true, "name": 1}]', "days:1: name: must be a text of at most 100 characters"),
        (b"\xff\xfe\xff", "days: is no text"),
        (b"x" * (LARGEST + 1), "days: is larger than 256 KiB"),
        ("[" * 200_000, "days: is no JSON"),
    ],
)  # fmt: skip
def test_a_bad_line_is_told_by_line_and_field(tmp_path, content, expected):
    assert problems(tmp_path, content) == [expected]


def test_every_bad_line_is_told_and_nothing_is_half_read(tmp_path):
    text = json.dumps([PLAIN[0], {"date": "x", "isOffDay": True}, {**PLAIN[1], "isOffDay": 1}], indent=1)
    assert problems(tmp_path, text) == [
        "days:7: date: 'x' is no date such as 2026-11-22",
        "days:11: isOffDay: must be true or false",
    ]


def test_a_file_that_is_not_there_is_told(tmp_path):
    with pytest.raises(ConfigError, match=r"2027\.csv: cannot be read: No such file"):
        read_days(tmp_path / "2027.csv")


def test_more_days_than_two_years_have_are_refused(tmp_path):
    rows = [
        f"20{year}-{month:02}-{day:02},rest" for year in range(20, 23) for month in range(1, 13) for day in range(1, 29)
    ]
    assert problems(tmp_path, "date,kind\n" + "\n".join(rows)) == ["days: says something of more than 800 days"]


@given(content=st.binary(max_size=200) | st.text(max_size=200).map(str.encode))
def test_any_file_is_read_or_refused_with_a_sentence(tmp_path_factory, content):
    folder = tmp_path_factory.mktemp("file")
    try:
        told = read(folder, content)
    except ConfigError as error:
        told = tuple(error.problems)
    assert told
