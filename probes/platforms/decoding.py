"""From bytes to lines as a terminal would show them."""

from __future__ import annotations

import re

ENCODINGS = ("utf-8", "gb18030")
CONTROL = re.compile(
    r"\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|\x1b[()#%][0-9A-Za-z]|\x1b[=>78DEHMNOZc]?|[\x00-\x07\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f]"
)
_MOVES = str.maketrans("", "", "\r\b")
MOVED = re.compile(r"\x1b\[(\d{0,6})([CDGK])|\x1b\[[0-?]*[ -/]*[@-~]|\x1b.?|[\r\b]|[^\r\b\x1b]+", re.DOTALL)


SCREEN = 4096
"""Columns of a screen. No screen is wider; a device that says otherwise must not make us fill memory."""
DRAWN = 32 * 1024 * 1024
"""Characters of lines that are played to a terminal; behind them what moves the cursor is dropped."""


def decoded(parts: tuple[bytes, ...]) -> tuple[tuple[str, ...], str]:
    """Return all parts as text, and the encoding that fits every one: UTF-8, else GB18030, else Latin-1."""
    for encoding in ENCODINGS:
        try:
            return tuple(part.decode(encoding) for part in parts), encoding
        except UnicodeDecodeError:
            continue
    return tuple(part.decode("latin-1") for part in parts), "latin-1"


def shown(text: str) -> list[str]:
    """Return the lines that stand on a terminal in the end: no control characters, nothing that was erased again."""
    lines = text.replace("\r\r\n", "\n").replace("\r\n", "\n").split("\n")
    if not lines[-1]:
        lines.pop()
    left = DRAWN
    for at, line in enumerate(lines):
        if (not line.isprintable() and CONTROL.search(line)) or "\b" in line or "\r" in line:
            lines[at] = _settled(line) if left > 0 else CONTROL.sub("", line.translate(_MOVES))
            left -= len(lines[at])
    return lines


def _settled(line: str) -> str:
    """Play one line to a terminal of one line: carriage return, backspace, cursor left and right, erase."""
    if "\r" not in line and "\b" not in line and not re.search(r"\x1b\[\d*[CDGK]", line):
        return CONTROL.sub("", line)
    cells: list[str] = []
    at = 0
    for match in MOVED.finditer(line):
        piece = match[0]
        if piece == "\r":
            at = 0
        elif piece == "\b":
            at = max(0, at - 1)
        elif match[2]:
            at = _moved(cells, at, int(match[1] or 0), match[2])
        elif piece[0] != "\x1b":
            piece = CONTROL.sub("", piece)
            cells += [" "] * (at - len(cells))
            cells[at : at + len(piece)] = piece
            at += len(piece)
    return "".join(cells)


def _moved(cells: list[str], at: int, count: int, how: str) -> int:
    if how == "K":
        cells[:] = [] if count == 2 else cells[:at] if count == 0 else [" "] * at + cells[at:]  # noqa: PLR2004 - ECMA-48
        return at
    if how == "G":
        return min(SCREEN, max(0, count - 1))
    return min(SCREEN, max(0, at + (max(1, count) if how == "C" else -max(1, count))))
