"""What belongs to what in a text: lines become sections, each below the lines that stand above it."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from probes.collect import Section
from probes.platforms.reasons import Reason
from probes.platforms.rules import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from probes.platforms.rules import Rules


class Row(NamedTuple):
    """A line that is kept: `title` is that of the banner that it is part of."""

    number: int
    text: str
    title: str = ""


class Outline:
    """The sections of one answer while they are made.

    `mask` makes the text of a row fit to be seen, given what stands above it; `cut` is told of lines that only give
    structure.
    """

    def __init__(
        self,
        mask: Callable[[Row, str, Sequence[str]], str],
        cut: Callable[[int, str, Reason], None],
        base: tuple[str, ...],
    ) -> None:
        self._mask, self._cut = mask, cut
        self._above: list[str] = []
        self._indents: list[int] = []
        self._open: list[tuple[tuple[str, ...], list[str]]] = [(base, [])]
        self._made: list[tuple[tuple[str, ...], list[str], bool]] = [(*self._open[0], True)]
        self._shared: dict[tuple[str, ...], list[str]] = {}

    @property
    def depth(self) -> int:
        """How many sections are open."""
        return len(self._above)

    @property
    def opened(self) -> str:
        """The line that opened the innermost section."""
        return self._above[-1] if self._above else ""

    def open(self, row: Row, title: str, indent: int = 0) -> None:
        """Begin a section below a line."""
        shown = self._mask(row, title, self._above)
        path = (*self._open[-1][0], shown)
        self._above.append(title)
        self._indents.append(indent)
        self._open.append((path, []))
        self._made.append((*self._open[-1], True))

    def close(self) -> None:
        """End the innermost section."""
        if self._above:
            self._above.pop()
            self._indents.pop()
            self._open.pop()

    def pass_by(self, row: Row) -> None:
        """Take note of a line that only separates."""
        self._cut(row.number, row.text, Reason.STRUCTURE)

    def back_to(self, indent: int) -> None:
        """End the sections whose title stands no further out than this."""
        while self._indents and indent <= self._indents[-1]:
            self.close()

    def add(self, row: Row, text: str) -> None:
        """Add a line to the innermost section."""
        self._open[-1][1].append(self._mask(row, text, self._above))

    def share(self, row: Row, text: str, title: str, *, is_ordered: bool = True) -> None:
        """Add a line to the section of all lines that share a title, wherever they stand."""
        path = (*self._open[0][0], title) if title else self._open[0][0]
        if path not in self._shared:
            self._shared[path] = []
            self._made.append((path, self._shared[path], is_ordered))
        self._shared[path].append(self._mask(row, text, self._above))

    def sections(self) -> tuple[Section, ...]:
        """Return what was made: all sections, but the top only where it has lines."""
        return tuple(
            Section(path, tuple(lines if is_ordered else sorted(lines)), is_ordered)
            for at, (path, lines, is_ordered) in enumerate(self._made)
            if at or lines
        )


def lay_out(outline: Outline, rows: list[Row], layout: Layout, rules: Rules) -> str:
    """Lay rows out; return the line whose section has no end though it needs one, or nothing."""
    match layout:
        case Layout.INDENT:
            _indent(outline, rows, rules)
        case Layout.BRACES:
            _braces(outline, rows)
            return outline.opened
        case Layout.BLOCKS:
            return _blocks(outline, rows)
        case Layout.PATHS:
            _paths(outline, rows)
        case Layout.LINES:
            for row in rows:
                _leaf(outline, row, row.text.strip(), rules)
        case Layout.ITEMS:
            for row in rows:
                outline.share(row, row.text.strip(), "", is_ordered=False)
    return ""


def _indent(outline: Outline, rows: list[Row], rules: Rules) -> None:
    separator, openers = rules.separator, rules.openers
    last = len(rows) - 1
    for at, row in enumerate(rows):
        if row.title:
            outline.back_to(0)
            outline.share(row, row.text, row.title)
            continue
        text = row.text.lstrip()
        indent = len(row.text) - len(text)
        if separator is not None and separator.match(text):
            if not indent:
                outline.back_to(0)
            outline.pass_by(row)
            continue
        outline.back_to(indent)
        below = rows[at + 1].text if at < last and not rows[at + 1].title else ""
        if len(below) - len(below.lstrip()) > indent or (openers and not outline.depth and openers.match(text)):
            outline.open(row, text, indent)
        else:
            _leaf(outline, row, text, rules)


def _leaf(outline: Outline, row: Row, text: str, rules: Rules) -> None:
    if row.title:
        outline.share(row, row.text, row.title)
        return
    if not outline.depth:
        for group in rules.groups:
            if match := group.line.match(text):
                outline.share(row, text, match[0].strip(), is_ordered=group.is_ordered)
                return
    outline.add(row, text)


def _braces(outline: Outline, rows: list[Row]) -> None:
    for row in rows:
        text = row.text.strip()
        if text == "}":
            outline.close()
            outline.pass_by(row)
        elif text.endswith("{") and text != "{":
            outline.open(row, text[:-1].rstrip())
        else:
            outline.add(row, text)


def _blocks(outline: Outline, rows: list[Row]) -> str:
    quoted = False
    for row in rows:
        text = row.text.strip()
        word = text.split(" ", 1)[0] if not quoted else ""
        if word in {"config", "edit"}:
            outline.open(row, text)
        elif text in {"next", "end"} and word:
            outline.close()
            outline.pass_by(row)
        else:
            # The value goes on over several lines until its quotes are closed; its own blanks are part of it.
            outline.add(row, row.text if quoted else text)
            quoted ^= text.replace("\\\\", "").replace('\\"', "").count('"') % 2 == 1
    return outline.opened


def _paths(outline: Outline, rows: list[Row]) -> None:
    for row in rows:
        text = row.text.strip()
        if text.startswith("/"):
            outline.close()
            outline.open(row, text)
        else:
            outline.add(row, text)
