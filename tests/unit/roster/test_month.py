"""The month table, and what it looks like."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

import base64
import hashlib
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from gettext import NullTranslations
from io import BytesIO
from zoneinfo import ZoneInfo

import openpyxl
import pytest

from roster.calendar import Calendar, Day, DayKind, YearStatus
from roster.cover import Cover, CoverKind, Roster
from roster.layers import Layer, Post
from roster.lines import width
from roster.month import month
from roster.month_render import html, style_source, text, xlsx
from roster.publication import publish
from roster.rotation import Hours, Rotation, Template, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
OFF = [date(2026, 2, 15) + timedelta(days=n) for n in range(9)]
WORKED = [date(2026, 2, 14), date(2026, 2, 28)]
CALENDAR = Calendar(
    {day: Day(day, DayKind.STATUTORY, "春节") for day in OFF}
    | {day: Day(day, DayKind.WORKDAY, "春节") for day in WORKED},
    years={2026: YearStatus.OFFICIAL},
)
REST = dict.fromkeys((DayKind.REST, DayKind.STATUTORY), Hours(time(8, 30), time(8, 30)))
DUTY = Template("duty", "值班", time(17), time(8), hours=REST, calendar=CALENDAR)
DAY = Template("day", "白班", time(8), time(17), kinds=frozenset({DayKind.WORKDAY}), calendar=CALENDAR)
LEAD = Template("lead", "带班", time(8), time(8), calendar=CALENDAR)
ANCHOR = datetime(2026, 1, 1, 8)
NAMES = {"zhang": "张建国", "li": "李敏", "wang": "王海涛", "wu": "吴主任", "evil": '=HYPERLINK("x")<b>'}
NONE = NullTranslations()


def local(said: str) -> datetime:
    return datetime.fromisoformat(said).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture
def roster() -> Roster:
    layers = (
        Layer(LEAD, Rotation((("wu",),), ANCHOR, SHANGHAI, Unit.WEEK), Post.LEADER),
        Layer(DUTY, Rotation((("zhang",), ("li",), ("wang",)), ANCHOR, SHANGHAI)),
        Layer(DAY, Rotation((("li",), ("wang",)), ANCHOR, SHANGHAI)),
    )
    return Roster(SHANGHAI, layers, calendar=CALENDAR)


@pytest.fixture
def changed(roster) -> Roster:
    covers = (
        Cover(CoverKind.SUBSTITUTE, "wang", "evil", "duty/2026-02-17/primary"),
        Cover(CoverKind.REMOVE, "li", slot="duty/2026-02-13/primary", start=local("2026-02-13 22:00")),
        Cover(
            CoverKind.ADD, by="wang", post=Post.PRIMARY, start=local("2026-02-15 08:00"), end=local("2026-02-15 08:30")
        ),
    )
    return replace(roster, covers=covers)


def cell(table, day: int, template: str) -> list[tuple]:
    column = next(index for index, each in enumerate(table.columns) if each.template == template)
    return [(entry.people, entry.part) for entry in table.lines[day - 1].cells[column]]


def test_it_has_every_day_and_its_shifts_by_their_hours_leaders_last(roster):
    table = month(roster, 2026, 2)
    assert [line.day.date.day for line in table.lines] == list(range(1, 29))
    assert [(column.template, column.post) for column in table.columns] == [
        ("day", Post.PRIMARY),
        ("duty", Post.PRIMARY),
        ("lead", Post.LEADER),
    ]
    assert cell(table, 14, "day") == [(("li",), False)]
    assert cell(table, 15, "day") == []
    assert cell(table, 1, "duty") == [(("li",), False)]


def test_each_kind_of_day_tells_its_hours(roster):
    duty = month(roster, 2026, 2).columns[1]
    assert duty.hours == {DayKind.WORKDAY: Hours(time(17), time(8)), **REST}


def test_a_change_is_marked_a_part_has_its_hours_and_nobody_is_a_gap(changed):
    table = month(changed, 2026, 2)
    assert cell(table, 17, "duty") == [(("evil",), False)]
    assert cell(table, 13, "duty") == [(("li",), True), ((), True)]
    assert cell(table, 15, "extra") == [(("wang",), True)]
    assert [(line.day.date.day, entry.people) for line, _column, entry in table.changes] == [
        (13, ()),
        (15, ("wang",)),
        (17, ("evil",)),
    ]


def test_totals_count_shifts_nights_days_off_and_calls(roster):
    totals = {total.person: total for total in month(roster, 2026, 2).totals}
    assert totals["wu"].calls == 28
    assert totals["wu"].shifts == 0
    assert totals["zhang"].shifts == totals["zhang"].nights == 9
    assert (totals["zhang"].rest_days, totals["zhang"].holidays) == (0, 3)
    assert totals["zhang"].hours == 6 * 15 + 3 * 24
    assert sum(total.shifts for total in totals.values()) == 28 + 16


def test_it_says_whether_it_is_published_and_its_year_known(roster):
    assert not month(roster, 2026, 2).published
    done = replace(roster, published={"2026-02": publish(roster.layers, "2026-02", SHANGHAI)})
    assert month(done, 2026, 2).published
    assert month(done, 2026, 2).lines == month(roster, 2026, 2).lines
    assert month(roster, 2027, 2).status is YearStatus.MISSING


@pytest.mark.parametrize(("year", "number"), [(2026, 0), (2026, 13)])
def test_what_is_no_month_is_refused(roster, year, number):
    with pytest.raises(ValueError, match="is no month"):
        month(roster, year, number)


def test_as_text_its_columns_are_aligned_though_chinese_is_wide(changed):
    shown = text(month(changed, 2026, 2), NONE, SHANGHAI, NAMES, "信息中心")
    lines = shown.splitlines()
    assert lines[0] == "信息中心 · Duty roster, 2026-02 · draft, not published"
    assert "02-14  Sat      make-up working day  李敏" in shown
    assert "02-17  Tue      春节" in shown
    assert '=HYPERLINK("x")<b>*' in shown
    assert "22:00–08:00 nobody" in shown
    starts = {width(line.partition("吴主任")[0]) for line in lines[4:32]}
    assert len(starts) == 1
    assert lines[1].startswith("白班: 08:00–17:00; 值班: on working days 17:00–08:00, on rest days 08:30–08:30; ")


def test_as_a_page_what_people_wrote_is_text(changed):
    page = html(month(changed, 2027, 2), NONE, SHANGHAI, NAMES, "<i>site</i>")
    assert "<i>" not in page
    assert "&lt;i&gt;site" in page
    assert "The holidays of 2027 are not announced" in page
    february = html(month(changed, 2026, 2), NONE, SHANGHAI, NAMES)
    assert "=HYPERLINK(&#34;x&#34;)&lt;b&gt;" in february
    assert "not announced" not in february
    assert "<script" not in february
    assert "on working days 17:00–08:00" in february


def test_the_pages_style_is_allowed_by_its_hash(roster):
    page = html(month(roster, 2026, 2), NONE, SHANGHAI, NAMES)
    style = page.partition("<style>")[2].partition("</style>")[0]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert style_source() == f"'sha256-{digest}'"


def test_as_a_workbook_no_name_is_a_formula(changed):
    data = xlsx(month(changed, 2026, 2), NONE, SHANGHAI, NAMES, "信息中心")
    book = openpyxl.load_workbook(BytesIO(data))
    cells = [each for sheet in book.worksheets for row in sheet.iter_rows() for each in row if each.value is not None]
    assert {each.data_type for each in cells} == {"s"}
    assert any("=HYPERLINK" in each.value for each in cells)
    assert [sheet.title for sheet in book.worksheets] == ["Duty roster, 2026-02", "Totals", "Changes"]


def test_the_same_month_is_the_same_file(roster):
    table = month(roster, 2026, 2)
    assert xlsx(table, NONE, SHANGHAI, NAMES) == xlsx(table, NONE, SHANGHAI, NAMES)
    assert html(table, NONE, SHANGHAI, NAMES) == html(table, NONE, SHANGHAI, NAMES)


def test_a_month_without_any_shift_is_a_table_of_days():
    empty = month(Roster(SHANGHAI, (), calendar=CALENDAR), 2026, 2)
    assert empty.columns == empty.totals == ()
    assert len(text(empty, NONE, SHANGHAI, {}).splitlines()) > 28
    assert "None" in html(empty, NONE, SHANGHAI, {})
    assert xlsx(empty, NONE, SHANGHAI, {})
