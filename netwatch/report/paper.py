"""A paper: headings, sentences and tables, ready to be laid out as text and as a page for A4.

Both say the same by construction. What people or devices wrote stands in it as text and can become no markup.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined

from roster.lines import folded, one_line, width

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

COLUMNS = 100
GAP = "  "
BAD = "! "
"""Stands before what is not as it should be, where there is no colour."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A text. `tone` repeats in colour what it says: `bad`, `good`, `soft`, or nothing."""

    text: str
    tone: str = ""


Row = tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Grid:
    """A table. Without rows it says None."""

    head: tuple[str, ...]
    rows: tuple[Row, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A heading with what stands under it: sentences, then tables."""

    title: str
    lines: tuple[Cell, ...] = ()
    grids: tuple[Grid, ...] = ()


@dataclass(frozen=True, slots=True)
class Paper:
    """A whole paper. `none` is what an empty table says, `signatures` whose lines stand at its foot."""

    language: str
    title: str
    about: tuple[str, ...]
    none: str
    verdict: Cell | None = None
    parts: tuple[Part, ...] = ()
    signatures: tuple[str, ...] = ()
    footer: tuple[str, ...] = ()


def row(*cells: Cell | str) -> Row:
    """Return a row."""
    return tuple(each if isinstance(each, Cell) else Cell(each) for each in cells)


def html(paper: Paper) -> str:
    """Return a paper as a page that stands alone."""
    return _templates().get_template("paper.html.j2").render(paper=paper)


def text(paper: Paper) -> str:
    """Return a paper as text; a Chinese character is two columns wide."""
    lines = [paper.title, "=" * width(paper.title), *map(_folded, paper.about)]
    if paper.verdict is not None:
        lines += ["", _folded(_marked(paper.verdict))]
    for part in paper.parts:
        lines += ["", part.title, "-" * width(part.title), *(_folded(_marked(each)) for each in part.lines)]
        for grid in part.grids:
            lines += list(_aligned(grid, paper.none))
    lines += ["", *(f"{name} ________________" for name in paper.signatures), *map(_folded, paper.footer)]
    return "\n".join(lines).rstrip()


def _folded(sentence: str) -> str:
    return folded(one_line(sentence), COLUMNS)


def _marked(cell: Cell) -> str:
    return (BAD if cell.tone == "bad" else "") + one_line(cell.text)


def _aligned(grid: Grid, none: str) -> Iterator[str]:
    if not grid.rows:
        yield none
        return
    table: list[Sequence[str]] = [grid.head, *(tuple(map(_marked, each)) for each in grid.rows)]
    widths = [max(width(line[column]) for line in table) for column in range(len(grid.head))]
    for line in table:
        yield GAP.join(cell + " " * (widths[at] - width(cell)) for at, cell in enumerate(line)).rstrip()


@cache
def _templates() -> Environment:
    return Environment(
        loader=PackageLoader("netwatch.report"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
