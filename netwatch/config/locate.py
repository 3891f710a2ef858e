"""Where each key of a TOML document stands: key path -> line.

The standard reader knows no positions. This scanner runs over a document that the reader has
accepted, so it need not judge it: it only has to find the keys and step over the values.
"""

from __future__ import annotations

import re
import tomllib
from typing import TypeAlias

KeyPath: TypeAlias = tuple[str | int, ...]
"""`("device", 2, "check", 0, "kind")`: tables by key, arrays by index from 0."""

_BLANK = re.compile(r"(?:[ \t\r\n]++|#[^\n]*)*")
_BETWEEN = re.compile(r"(?:[ \t\r\n,]|#[^\n]*)*")
_SPACE = re.compile(r"[ \t]*")
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]+")
_STRING = re.compile(
    r"""
    \"{3} (?: [^"\\]++ | \\. | "(?!"") | ""(?!") )* "{3,5}   # a text of several lines may end in two quotes
    | '{3} (?: [^']++ | '(?!'') | ''(?!') )* '{3,5}
    | " (?: [^"\\]++ | \\. )* "
    | ' [^']* '
    """,
    re.DOTALL | re.VERBOSE,
)
_SCALAR = re.compile(r"[^,\]}\n#]*")


def locate(text: str) -> dict[KeyPath, int]:
    """Return the line, counted from 1, of every key, array element and table of a valid TOML document.

    A table that stands there more than once, or only as a part of dotted keys, has its first line.
    """
    scanner = _Scanner(text)
    scanner.document()
    return scanner.lines


class _Scanner:
    def __init__(self, text: str) -> None:
        self.text = text
        self.at = 0
        self.lines: dict[KeyPath, int] = {(): 1}
        self._lengths: dict[KeyPath, int] = {}
        """How many tables each array of tables has so far."""
        self._line = 1
        self._counted = 0

    def document(self) -> None:
        """Read headers and keys until the end."""
        table: KeyPath = ()
        self.skip(_BLANK)
        while self.at < len(self.text):
            if self.text[self.at] == "[":
                table = self.header()
            else:
                self.pair(table)
            self.skip(_BLANK)

    def header(self) -> KeyPath:
        """Read `[a.b]` or `[[a.b]]` and return the path of the table that it opens."""
        brackets = 2 if self.text.startswith("[[", self.at) else 1
        self.at += brackets
        *front, last = self.key()
        self.at += brackets
        path: KeyPath = ()
        for part in front:
            path = self.current((*path, part))
        path = (*path, last)
        if brackets == 1:
            return self.mark(path)
        self.mark(path)
        index = self._lengths.get(path, 0)
        self._lengths[path] = index + 1
        return self.mark((*path, index))

    def current(self, path: KeyPath) -> KeyPath:
        """Return the table that a header's part means: of an array of tables the last."""
        self.mark(path)
        return (*path, self._lengths[path] - 1) if path in self._lengths else path

    def pair(self, table: KeyPath) -> None:
        """Read `a.b = value`."""
        path = table
        for part in self.key():
            path = self.mark((*path, part))
        self.at += 1  # the equals sign
        self.skip(_SPACE)
        self.value(path)

    def key(self) -> list[str]:
        """Read a dotted key, up to and with the space after it."""
        parts = []
        while True:
            self.skip(_SPACE)
            bare = _BARE_KEY.match(self.text, self.at)
            parts.append(bare[0] if bare else self.quoted())
            self.at = bare.end() if bare else self.at
            self.skip(_SPACE)
            if not self.text.startswith(".", self.at):
                return parts
            self.at += 1

    def quoted(self) -> str:
        """Read a quoted key."""
        start = self.at
        self.skip(_STRING)
        return str(tomllib.loads(f"key = {self.text[start : self.at]}")["key"])

    def value(self, path: KeyPath) -> None:
        """Step over a value, marking what is inside."""
        match self.text[self.at]:
            case "[":
                self.array(path)
            case "{":
                self.inline_table(path)
            case '"' | "'":
                self.skip(_STRING)
            case _:
                self.skip(_SCALAR)

    def array(self, path: KeyPath) -> None:
        """Read `[a, b]`."""
        index = 0
        self.at += 1
        while self.inside("]"):
            self.value(self.mark((*path, index)))
            index += 1

    def inline_table(self, path: KeyPath) -> None:
        """Read `{a = 1, b = 2}`."""
        self.at += 1
        while self.inside("}"):
            self.pair(path)

    def inside(self, end: str) -> bool:
        """Step to the next element; False, and behind the bracket, when there is none."""
        self.skip(_BETWEEN)
        if self.text.startswith(end, self.at):
            self.at += 1
            return False
        return True

    def mark(self, path: KeyPath) -> KeyPath:
        """Note where a path is first seen."""
        self._line += self.text.count("\n", self._counted, self.at)
        self._counted = self.at
        self.lines.setdefault(path, self._line)
        return path

    def skip(self, pattern: re.Pattern[str]) -> None:
        """Step over what matches."""
        if match := pattern.match(self.text, self.at):
            self.at = match.end()
