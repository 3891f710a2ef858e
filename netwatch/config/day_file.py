"""Files that say what the days of a year are: CSV, and the holiday JSON that is in wide use.

CSV has the columns date, kind, name, replaces, in any order, by their English or Chinese names, as a spreadsheet
writes them. JSON is `[{"name", "date", "isOffDay"}]`, or `{"year": …, "days": […]}` around that. A file is taken
whole or not at all.
"""

from __future__ import annotations

import csv
import json
import re
from dataclasses import dataclass, field
from datetime import date
from io import StringIO
from typing import TYPE_CHECKING, Any

from netwatch.config.findings import shown
from netwatch.errors import ConfigError, Problem
from probes.api import _
from roster.calendar import Day, DayKind, Source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

LARGEST = 256 * 1024
MOST = 800
"""Days in one file: two years, each day told."""
LONGEST_NAME = 100
YEARS = range(2000, 2101)
ENCODINGS = ("utf-8-sig", "gb18030")

_COLUMNS = {"日期": "date", "类型": "kind", "类别": "kind", "名称": "name", "调休": "replaces", "替代": "replaces"}
KINDS = {
    **{kind.value: kind for kind in DayKind},
    "rest": DayKind.REST,
    "holiday": DayKind.STATUTORY,
    "工作日": DayKind.WORKDAY,
    "上班": DayKind.WORKDAY,
    "调休上班": DayKind.WORKDAY,
    "休息日": DayKind.REST,
    "法定节假日": DayKind.STATUTORY,
    "节假日": DayKind.STATUTORY,
    "放假": DayKind.STATUTORY,
}
_DATE = re.compile(r"(\d{4})[-/](\d{1,2})[-/](\d{1,2})")
_DAYS = re.compile(r'"days"\s*:\s*\[')
_BETWEEN = re.compile(r"[\s,]*")


@dataclass(slots=True)
class _Reading:
    """What is read so far, and what is wrong with it."""

    file: str
    days: dict[date, Day] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)

    def wrong(self, line: int, name: str, template: str, **values: str | int) -> None:
        self.problems.append(Problem(self.file, line, name, template, values))

    def take(self, line: int, day: Day | None) -> None:
        if day is None:
            return
        if day.date in self.days:
            self.wrong(line, "date", _("{date} stands there twice"), date=str(day.date))
        self.days[day.date] = day


def read_days(path: Path) -> tuple[Day, ...]:
    """Return the days of a file, by date; ConfigError with everything that is wrong, by file, line and field."""
    reading = _Reading(path.name)
    text = _text(path, reading)
    if not reading.problems:
        for line, day in (_json if text.lstrip()[:1] in {"[", "{"} else _csv)(text, reading):
            reading.take(line, day)
    if not reading.problems and not reading.days:
        reading.wrong(0, "", _("says nothing of any day"))
    if len(reading.days) > MOST:
        reading.wrong(0, "", _("says something of more than {most} days"), most=MOST)
    if reading.problems:
        raise ConfigError(reading.problems)
    return tuple(sorted(reading.days.values(), key=lambda day: day.date))


def _text(path: Path, reading: _Reading) -> str:
    try:
        with path.open("rb") as stream:
            data = stream.read(LARGEST + 1)
    except OSError as error:
        reading.wrong(0, "", _("cannot be read: {reason}"), reason=error.strerror or type(error).__name__)
        return ""
    if len(data) > LARGEST:
        reading.wrong(0, "", _("is larger than {most} KiB"), most=LARGEST // 1024)
        return ""
    for encoding in ENCODINGS:
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    reading.wrong(0, "", _("is no text"))
    return ""


def _csv(text: str, reading: _Reading) -> Iterator[tuple[int, Day | None]]:
    rows = csv.reader(StringIO(text, newline=""))
    try:
        head = [_COLUMNS.get(cell.strip(), cell.strip().lower()) for cell in next(rows, [])]
        if not {"date", "kind"} <= set(head):
            reading.wrong(1, "", _("the first line must name the columns: date,kind,name,replaces"))
            return
        for row in rows:
            if any(cell.strip() for cell in row):
                cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
                yield rows.line_num, _of_row(cells, rows.line_num, reading)
    except csv.Error as error:
        reading.wrong(rows.line_num, "", _("is no CSV: {reason}"), reason=str(error))


def _of_row(cells: dict[str, str], line: int, reading: _Reading) -> Day | None:
    day = _date(cells.get("date", ""), "date", line, reading)
    kind = KINDS.get(cells.get("kind", "").lower())
    if kind is None:
        known = ", ".join(f"'{each.value}'" for each in DayKind)
        reading.wrong(line, "kind", _("must be one of {known}"), known=known)
    replaces = _date(cells["replaces"], "replaces", line, reading) if cells.get("replaces") else None
    name = _name(cells.get("name", ""), line, reading)
    if day is None or kind is None:
        return None
    if replaces == day:
        reading.wrong(line, "replaces", _("must be another day"))
    return Day(day, kind, name, replaces, Source.IMPORT.value)


def _json(text: str, reading: _Reading) -> Iterator[tuple[int, Day | None]]:
    try:
        whole = json.loads(text)
    except (ValueError, RecursionError) as error:
        line = error.lineno if isinstance(error, json.JSONDecodeError) else 0
        reading.wrong(line, "", _("is no JSON"))
        return
    days = whole.get("days") if isinstance(whole, dict) else whole
    if not isinstance(days, list):
        reading.wrong(0, "days", _("must be a list of days"))
        return
    for line, one in zip(_lines(text, isinstance(whole, dict)), days, strict=False):
        yield line, _of_object(one, line, reading)


def _lines(text: str, within: bool) -> Iterator[int]:  # noqa: FBT001 - whether the list stands within a table
    """Yield the line on which each element of the list begins."""
    start = _DAYS.search(text) if within else re.search(r"\[", text)
    at, decoder = (start.end() if start else 0), json.JSONDecoder()
    while True:
        begin = _BETWEEN.match(text, at).end()  # type: ignore[union-attr]  # it matches nothing as well
        yield text.count("\n", 0, begin) + 1
        try:
            at = decoder.raw_decode(text, begin)[1]
        except ValueError:
            at = begin


def _of_object(one: Any, line: int, reading: _Reading) -> Day | None:
    if not isinstance(one, dict):
        reading.wrong(line, "", _("must be a table with name, date and isOffDay"))
        return None
    day = _date(one.get("date"), "date", line, reading)
    name = _name(one.get("name", ""), line, reading)
    off = one.get("isOffDay")
    if not isinstance(off, bool):
        reading.wrong(line, "isOffDay", _("must be true or false"))
        return None
    kind = DayKind.STATUTORY if off else DayKind.WORKDAY
    return None if day is None else Day(day, kind, name, source=Source.IMPORT.value)


def _date(value: object, name: str, line: int, reading: _Reading) -> date | None:
    match = _DATE.fullmatch(value) if isinstance(value, str) else None
    try:
        found = date(*(int(part) for part in match.groups())) if match else None
    except ValueError:
        found = None
    if found is None:
        reading.wrong(line, name, _("'{value}' is no date such as 2026-11-22"), value=shown(str(value)))
    elif found.year not in YEARS:
        reading.wrong(line, name, _("{date} is too far away"), date=str(found))
        return None
    return found


def _name(value: object, line: int, reading: _Reading) -> str:
    if not isinstance(value, str) or len(value) > LONGEST_NAME or not value.isprintable():
        reading.wrong(line, "name", _("must be a text of at most {most} characters"), most=LONGEST_NAME)
        return ""
    return value
