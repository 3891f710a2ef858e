r"""What was read of a device, written down as text: a line for each thing that is set.

    system
     name: sw-ward-3
     location: building 2, floor 3
    interface GE1/0/5
     alias: ward 3, bed side
     admin: up
     vlan by default (PVID): 10
     vlan 10: untagged
    vlan 10
     name: ward

A heading stands at the margin; what belongs to it stands below, each on one line of its own that begins with one
space: the item, a colon and a space, its value. An item without a value is not written. What a device says stays on
its line whatever it holds: controls, line ends and signs that turn the direction of writing become `\x0a`, `\u202e`.

The text is UTF-8. Where a device says things in GBK, as many do in China, and nothing in UTF-8, it is GB18030, which
is to the byte what the device said.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from probes.snmp.text import encoding

if TYPE_CHECKING:
    from collections.abc import Iterable

LONGEST = 1024
"""Characters of one value at most; what is longer is cut, and its length told, so that a change is seen mostly."""
MOST_LINES = 200_000
"""Lines of one page at most: ten times the largest configuration of a chassis."""
MOST_CHARACTERS = 4 << 20
"""Characters of one page at most."""
_UNSAFE = re.compile(
    r"[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\ufffe\uffff\ud800-\udfff]"
)
_GB, _UTF8 = "gb18030", "utf-8"
_NUMBERS = re.compile(r"(\d+)")

Said = bytes | str | int | None
"""A value: octets as a device said them, or words and numbers of our own."""


class Page:
    """A text that grows by sections and items."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._size = 0
        self._heading = ""
        self._encodings: set[str] = set()
        self.is_cut = False
        """Whether there was more to write than a page may hold."""

    def section(self, heading: str, *, is_kept: bool = False) -> None:
        """Begin a section. Its heading is written with its first item; at once with `is_kept`."""
        self._heading = _safe(heading)
        if is_kept:
            self._begin()

    def item(self, name: str, value: Said) -> None:
        """Write one thing that is set, if it is."""
        said = self._said(value)
        if said:
            self._begin()
            self._write(f" {_safe(name)}: {said}")

    def items(self, pairs: Iterable[tuple[str, Said]]) -> None:
        """Write several things."""
        for name, value in pairs:
            self.item(name, value)

    def line(self, value: Said) -> None:
        """Write something that is there or not: it has no value."""
        said = self._said(value)
        if said:
            self._begin()
            self._write(f" {said}")

    @property
    def is_empty(self) -> bool:
        """Whether nothing was written."""
        return not self._lines

    def text(self) -> str:
        """Return what was written."""
        return "".join(f"{line}\n" for line in self._lines)

    def octets(self) -> bytes:
        """Return what was written, in the device's encoding where that is one for all of it."""
        return self.text().encode(_GB if self._encodings == {_GB} else _UTF8)

    def common(self, other: Page) -> Page:
        """Return a page of the lines that the other has too."""
        page, theirs = Page(), set(other._lines)
        page._lines = [line for line in self._lines if line in theirs]
        page._encodings = self._encodings | other._encodings
        page.is_cut = self.is_cut or other.is_cut
        return page

    def _begin(self) -> None:
        if self._heading:
            self._write(self._heading)
            self._heading = ""

    def _write(self, line: str) -> None:
        if len(self._lines) >= MOST_LINES or self._size + len(line) > MOST_CHARACTERS:
            self.is_cut = True
        else:
            self._lines.append(line)
            self._size += len(line)

    def _said(self, value: Said) -> str:
        if isinstance(value, bytes):
            return _cut(_safe(self._decoded(value.strip(b"\0 \t\r\n"))))
        return "" if value is None else _cut(_safe(str(value)))

    def _decoded(self, octets: bytes) -> str:
        if octets.isascii():
            return octets.decode("ascii")
        found = encoding(octets)
        text = octets.decode(found)
        # What GB18030 would write otherwise than it was read must not be taken for the device's own octets.
        is_gb = found == _GB and text.encode(_GB) == octets
        self._encodings.add(_GB if is_gb else _UTF8)
        return text


def natural(name: str) -> list[tuple[int, str]]:
    """Return a key that sorts names as people do: port 2 before port 10."""
    return [(int(part), "") if n % 2 else (-1, part) for n, part in enumerate(_NUMBERS.split(name))]


def _safe(text: str) -> str:
    return _UNSAFE.sub(lambda found: _escaped(ord(found[0])), text)


def _escaped(code: int) -> str:
    return f"\\x{code:02x}" if code <= 0xFF else f"\\u{code:04x}"  # noqa: PLR2004 - one octet


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST else f"{text[:LONGEST]}… ({len(text)} characters)"
