"""A paper as text and as a page."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from netwatch.report.figures import count, per_cent
from netwatch.report.paper import Cell, Grid, Paper, Part, html, row, text
from roster.lines import width

HOSTILE = "<script>alert(1)</script>\n* {{ 7*7 }}"


def paper(*cells: str, tone: str = "") -> Paper:
    grid = Grid(("一", "Two"), tuple(row(cell, Cell("x", tone)) for cell in cells))
    return Paper(
        "zh_CN", "标题", ("about",), "无", Cell("said", tone), (Part("Part", (Cell("line"),), (grid,)),), ("签名",)
    )


def test_columns_stand_below_each_other_in_both_scripts():
    lines = text(paper("核心交换机", "sw-1")).splitlines()
    table = lines[lines.index("line") + 1 :][:3]
    assert [width(line[: line.rindex("x" if "x" in line else "Two")]) for line in table] == [12, 12, 12]


def test_what_is_bad_is_so_without_colour_too():
    assert "! said" in text(paper("a", tone="bad"))
    assert "! x" in text(paper("a", tone="bad"))
    assert 'class="bad"' in html(paper("a", tone="bad"))


def test_an_empty_table_says_none():
    assert "\n无\n" in text(paper())
    assert '<p class="soft">无</p>' in html(paper())


def test_what_somebody_wrote_becomes_neither_markup_nor_lines():
    page, plain = html(paper(HOSTILE)), text(paper(HOSTILE))
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "49" not in page
    assert "<script>alert(1)</script> * {{ 7*7 }}  x" in plain


@given(st.floats(0, 100), st.floats(0.001, 100))
def test_less_than_all_never_reads_as_all_and_below_the_target_is_bad(value, target):
    cell = per_cent(value, target)
    assert (cell.text == "100.000 %") == (value == 100)
    assert (cell.tone == "bad") == (value < target)
    assert re.fullmatch(r"\d{1,3}\.\d{3} %", cell.text)


def test_no_figure_is_a_dash_and_nothing_is_soft():
    assert per_cent(None, 99.0) == Cell("–", "soft")
    assert count(0, bad=True) == Cell("0", "soft")
    assert count(2, bad=True) == Cell("2", "bad")
