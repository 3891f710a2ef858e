"""Plain text in lines that fit a terminal or a mail, where a Chinese character is two columns wide."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import TYPE_CHECKING
from unicodedata import combining, east_asian_width

if TYPE_CHECKING:
    from collections.abc import Iterator

_CLOSING = "。，、；：？！）】」』》〉”’…％"
_OPENING = "（【「『《〈“‘"
_WIDE = "\u1100-\u11ff\u2e80-\ua4cf\ua960-\ua97f\uac00-\ud7ff\uf900-\ufaff\ufe30-\ufe4f\uff00-\uff60\uffe0-\uffe6"
_MARKS = f"{_CLOSING}{_OPENING}"
# A piece that stays on one line: a word, or one wide character with the marks that hang on it, and its spaces.
_PIECE = re.compile(f"[{_OPENING}]*(?:[{_WIDE}]|[^\\s{_WIDE}{_MARKS}]+)?[{_CLOSING}]*\\s*")


def width(text: str) -> int:
    """Return how many columns a text takes."""
    return len(text) if text.isascii() else sum(map(_columns, text))


@lru_cache(maxsize=8192)
def _columns(each: str) -> int:
    return 0 if combining(each) else 2 if east_asian_width(each) in "WF" else 1


def folded(text: str, columns: int = 78) -> str:
    """Break every longer line; what follows is indented two columns deeper than its beginning."""
    return "\n".join(part for line in text.split("\n") for part in _fold(line.rstrip(), columns))


def one_line(text: object) -> str:
    """Return a text on one line, so that what somebody wrote cannot pass for lines of the report."""
    return " ".join(str(text).split())


def _fold(line: str, columns: int) -> Iterator[str]:
    if width(line) <= columns:
        yield line
        return
    indent = min(len(line) - len(line.lstrip()), columns // 2)
    current = line[:indent]
    for piece in _pieces(line[indent:], columns - indent - 2):
        if width(current + piece.rstrip()) > columns and current.strip():
            yield current.rstrip()
            current = " " * (indent + 2)
        current += piece
    yield current.rstrip()


def _pieces(text: str, most: int) -> Iterator[str]:
    """Yield what may not be broken; a word too long for any line is broken all the same."""
    for match in _PIECE.finditer(text):
        piece = match.group()
        while width(piece) > most:
            cut = next(n for n in range(len(piece), 0, -1) if n == 1 or width(piece[:n]) <= most)
            yield piece[:cut]
            piece = piece[cut:]
        if piece:
            yield piece
