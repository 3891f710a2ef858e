"""A month table as text, as a page for A4 paper, and as a workbook, in the language of a catalogue.

`names` are people's names by what the roster calls them. Nothing of what people wrote can become markup or a formula.
"""

from __future__ import annotations

import base64
import hashlib
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined
from xlsxwriter import Workbook

from roster.calendar import DayKind
from roster.lines import one_line, width
from roster.month_wording import MARK, MonthWording

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from gettext import NullTranslations
    from zoneinfo import ZoneInfo

    from xlsxwriter.format import Format
    from xlsxwriter.worksheet import Worksheet

    from roster.month import Line, MonthTable


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


_PAPERS = {DayKind.WORKDAY: None, DayKind.REST: "#EEF1F4", DayKind.STATUTORY: "#FBE9E7"}
_WIDEST = 40
_A4 = 9
_CHANGED = _("Changed after planning")


def text(
    table: MonthTable, translations: NullTranslations, zone: ZoneInfo, names: Mapping[str, str], site: str = ""
) -> str:
    """Return the table as aligned text; a Chinese character is two columns wide."""
    say = MonthWording(translations, zone, names)
    head = one_line(" · ".join(part for part in (site, say.title(table), say.standing(table)) if part))
    parts = [
        head,
        *([warning] if (warning := say.warning(table)) else []),
        *_hours(table, say),
        "",
        *_aligned(_rows(table, say)),
    ]
    parts += ["", *_aligned(_sums(table, say))]
    if changes := [say.change(*change) for change in table.changes]:
        parts += ["", f"{MARK} {say(_CHANGED)}", *(one_line(change) for change in changes)]
    return "\n".join(parts) + "\n"


def _hours(table: MonthTable, say: MonthWording) -> list[str]:
    """Return in one line when each shift is."""
    told = {say.shift(column): say.clauses(*say.hours(column)) for column in table.columns if say.hours(column)}
    return [one_line(say.statements(*(say.labelled(*each) for each in told.items())))] if told else []


def html(
    table: MonthTable, translations: NullTranslations, zone: ZoneInfo, names: Mapping[str, str], site: str = ""
) -> str:
    """Return the table as a page that stands alone, on one sheet of A4 where it fits."""
    say = MonthWording(translations, zone, names)
    return _TEMPLATES.get_template("month.html.j2").render(table=table, say=say, site=site, kinds=DayKind, mark=MARK)


def style_source() -> str:
    """Return what a Content-Security-Policy must allow in `style-src` for the page: the hash of its style."""
    style = _TEMPLATES.get_template("month.css").render()
    return f"'sha256-{base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()}'"


def xlsx(
    table: MonthTable, translations: NullTranslations, zone: ZoneInfo, names: Mapping[str, str], site: str = ""
) -> bytes:
    """Return the table as a workbook: the month on one sheet, the totals and what was changed on others."""
    say, out = MonthWording(translations, zone, names), BytesIO()
    with Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}) as book:
        # The same month gives the same file, so no time of day goes in.
        made = datetime.fromisoformat(f"{table.month}-01")
        book.set_properties({"title": say.title(table), "author": site, "created": made})
        _fill(book, say.title(table), [say.title(table), site, say.standing(table), say.warning(table)], table, say)
        _plain(book, say(_("Totals")), _sums(table, say))
        changes = [[say.change(*change)] for change in table.changes]
        _plain(book, say(_("Changes")), [[say(_CHANGED)], *changes])
    return out.getvalue()


def _rows(table: MonthTable, say: MonthWording) -> list[list[str]]:
    """Return the table's head and lines."""
    head = [say(_("Date")), say(_("Weekday")), "", *(say.column(column) for column in table.columns)]
    return [head, *(_row(line, say) for line in table.lines)]


def _row(line: Line, say: MonthWording) -> list[str]:
    day = line.day
    return [f"{day.date:%m-%d}", say.weekday(day), say.kind(day), *(say.cell(cell) for cell in line.cells)]


def _sums(table: MonthTable, say: MonthWording) -> list[list[str]]:
    led = say.led(table)
    return [say.totals_head(calls=led), *(say.total(total, calls=led) for total in table.totals)]


def _aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    clean = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(width(row[column]) for row in clean) for column in range(len(clean[0]))]
    for row in clean:
        yield "  ".join(cell + " " * (wide - width(cell)) for cell, wide in zip(row, widths, strict=True)).rstrip()


def _fill(book: Workbook, name: str, heading: Sequence[str], table: MonthTable, say: MonthWording) -> None:
    sheet = book.add_worksheet(name[:31])
    bold, papers = book.add_format({"bold": True, "text_wrap": True, "border": 1}), _papers(book)
    sheet.write_string(
        0, 0, " · ".join(part for part in heading if part), book.add_format({"bold": True, "font_size": 14})
    )
    rows = _rows(table, say)
    _write(sheet, 2, rows[0], bold)
    for number, (line, row) in enumerate(zip(table.lines, rows[1:], strict=True), start=3):
        _write(sheet, number, row, papers[line.day.kind])
    _fitted(sheet, rows)
    sheet.freeze_panes(3, 3)
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 1)


def _plain(book: Workbook, name: str, rows: Sequence[Sequence[str]]) -> None:
    sheet = book.add_worksheet(name[:31])
    _write(sheet, 0, rows[0], book.add_format({"bold": True, "border": 1}))
    for number, row in enumerate(rows[1:], start=1):
        _write(sheet, number, row, book.add_format({"border": 1}))
    _fitted(sheet, rows)


def _papers(book: Workbook) -> dict[DayKind, Format]:
    shades = {kind: {"bg_color": shade} if shade else {} for kind, shade in _PAPERS.items()}
    return {
        kind: book.add_format({"border": 1, "text_wrap": True, "valign": "vcenter"} | shades[kind]) for kind in DayKind
    }


def _write(sheet: Worksheet, number: int, row: Sequence[str], look: Format) -> None:
    """Write every cell as text: what begins with `=` stays what somebody wrote."""
    for column, cell in enumerate(row):
        sheet.write_string(number, column, cell, look)


def _fitted(sheet: Worksheet, rows: Sequence[Sequence[str]]) -> None:
    for column in range(len(rows[0])):
        sheet.set_column(column, column, min(_WIDEST, max(width(row[column]) for row in rows) + 2))


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("roster"), undefined=StrictUndefined, autoescape=True, trim_blocks=True, lstrip_blocks=True
    )
    made.globals["_"] = _
    return made


_TEMPLATES = _environment()
