"""What a terminal would show of the bytes that a device sends: bytes in, bytes out.

Devices draw: a pager's line is rubbed out with backspaces, a prompt is written over, ProCurve scrolls with VT100
sequences. Every byte looked at here is below 0x30 or follows ESC, which no second byte of GBK, GB18030 or UTF-8 is,
so Chinese text stays as it is (ECMA-48 for the sequences).
"""

from __future__ import annotations

import re

TAIL = 4096
"""Bytes of the last line that are looked at: a longer one is no prompt. Also the widest screen."""

REDRAWN = 4096
"""Bytes of an answer that may be written over without a doubt."""

_SEQUENCE = re.compile(
    rb"\x1b\[(?P<args>[0-9;?]*)(?P<final>[@-~])"  # control sequence
    rb"|\x1b\][^\x07\x1b]{0,500}(?:\x07|\x1b\\)"  # operating system command: a window's title
    rb"|\x1b[()#][0-9A-Za-z]"  # character set
    rb"|\x1b[=>78cDHMZ]"
)
_NEW_LINE = re.compile(rb"\n|\x1bE|\x1b\[[0-9]*L")
"""What begins a new line: ProCurve inserts one at the bottom (`ESC [ 1 L`) or goes to the next (`ESC E`)."""
_SILENT = b"\x00\x07"
_TITLE_END = re.compile(rb"\x1b\][^\x07\x1b]{0,500}\x07")
_DRAWN = re.compile(rb"[\r\x08\x1b]")
_PLAIN = re.compile(rb"[^\r\x08\x1b]+")
_CARRIAGE_RETURN, _BACKSPACE = 0x0D, 0x08


def shown(raw: bytes, limit: int | None = None) -> bytes:
    """Return the text as it stands on the screen in the end, a newline between its lines.

    It is cut behind `limit` bytes: nine bytes that move the cursor draw four thousand blanks.
    """
    lines: list[bytes] = []
    left = limit
    for part in _NEW_LINE.split(raw):
        lines.append(line(part))
        if left is not None and (left := left - len(lines[-1]) - 1) < 0:
            break
    return b"\n".join(lines)


def is_written_over(raw: bytes, drawn: bytes) -> bool:
    """Tell whether most of what came does not stand on the screen in the end, as where lines end in CR alone.

    Pagers and prompts are written over, which is little of a long answer.
    """
    came = _ink(_SEQUENCE.sub(b"", raw))
    return came > REDRAWN and 2 * _ink(drawn) < came


def _ink(text: bytes) -> int:
    return len(text.translate(None, b" \t\r\n\x08\x1b" + _SILENT))


def last_line(raw: bytes | bytearray) -> bytes:
    """Return the line that the cursor is on, as it stands on the screen."""
    return line(_NEW_LINE.split(bytes(raw[-TAIL:]))[-1])


def line(raw: bytes) -> bytes:
    """Return one line as it stands on the screen; nothing where it is blank, since rubbed out is blank as well."""
    raw = _TITLE_END.sub(b"", raw).translate(None, _SILENT)
    if not _DRAWN.search(raw.rstrip(b"\r")):
        return raw.rstrip(b"\r") if raw.strip() else b""
    row, at = _Row(), 0
    while at < len(raw):
        if plain := _PLAIN.match(raw, at):
            row.write(plain[0])
            at = plain.end()
        elif (match := _SEQUENCE.match(raw, at)) is None:
            row.take(raw[at])
            at += 1
        else:
            row.obey(match)
            at = match.end()
    return row.text()


class _Row:
    """A line of the screen with its cursor."""

    def __init__(self) -> None:
        self._cells = bytearray()
        self._cursor = 0
        self._reach = 0
        """How far the text goes: a blank before it was said, one behind it was written to rub out."""
        self._rubs = True
        """Whether nothing but blanks was written since the cursor last went back."""

    def text(self) -> bytes:
        text = bytes(self._cells[: max(self._reach, len(self._cells.rstrip(b" ")))])
        return text if text.strip() else b""

    def take(self, byte: int) -> None:
        """Obey a carriage return or a backspace; an ESC that begins nothing is dropped."""
        if byte == _CARRIAGE_RETURN:
            self._go(0)
        elif byte == _BACKSPACE:
            self._go(self._cursor - 1)

    def write(self, text: bytes) -> None:
        self._cells.extend(b" " * (self._cursor - len(self._cells)))
        end = self._cursor + len(text)
        self._cells[self._cursor : end] = text
        self._cursor = end
        self._reach = max(self._reach, end)
        self._rubs = self._rubs and not text.strip(b" ")

    def obey(self, match: re.Match[bytes]) -> None:
        """Do what a control sequence says about this line; most say nothing about it."""
        final, numbers = (
            match["final"],
            [int(b"0" + part[-4:]) for part in (match["args"] or b"").replace(b"?", b"").split(b";")],
        )
        match final:
            case b"D":
                self._go(self._cursor - max(1, numbers[0]))
            case b"C":
                self._go(self._cursor + max(1, numbers[0]))
            case b"G":
                self._go(numbers[0] - 1)
            case b"H" | b"f":
                self._go(numbers[1] - 1 if len(numbers) > 1 else 0)
            case b"K" | b"J":
                self._erase(numbers[0])
            case _:
                pass

    def _go(self, column: int) -> None:
        column = min(TAIL, max(0, column))
        if column < self._cursor:
            self._reach = column if self._rubs else self._reach
            self._rubs = True
        self._cursor = column

    def _erase(self, what: int) -> None:
        """Erase to the end (0), to the cursor (1) or all (2) of the line; the cursor stays."""
        if what == 0:
            del self._cells[self._cursor :]
        elif what == 1:
            self._cells[: self._cursor] = b" " * min(self._cursor, len(self._cells))
        else:
            self._cells.clear()
        self._reach = min(self._reach, len(self._cells))
