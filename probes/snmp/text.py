"""Octets of a device made readable: names, hardware addresses, dates. Bounded, and free of control characters."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime, timedelta, timezone

LONGEST = 1024
"""Characters that are kept of any text of a device."""
LONGEST_HARDWARE_ADDRESS = 20
"""Octets: InfiniBand has the longest."""
_LONE = re.compile(rb"(?:[\x00-\x7f]|[\x80-\xff](?![\x80-\xff]))*")
"""High octets that all stand alone, as in `25°C` of Latin-1: GB18030 would make a Chinese character of them."""
_DATE, _DATE_AND_ZONE = 8, 11


def decoded(octets: bytes, longest: int = LONGEST) -> str:
    """Return text: UTF-8, else GB18030 (Chinese equipment), else Latin-1, which takes anything.

    Line ends and tabs become spaces; NUL, other controls and what cannot be shown go; at most `longest` characters.
    """
    lines = _decode(octets[: 4 * LONGEST].replace(b"\0", b"")).splitlines()
    return _plain(" ".join(line.strip() for line in lines)).strip()[:longest]


def encoding(octets: bytes) -> str:
    """Say how octets are to be read: UTF-8, else GB18030, else Latin-1, which takes anything."""
    encodings = ("utf-8",) if _LONE.fullmatch(octets) else ("utf-8", "gb18030")
    for name in encodings:
        try:
            octets.decode(name)
        except UnicodeDecodeError:
            continue
        return name
    return "latin-1"


def _decode(octets: bytes) -> str:
    return octets.decode(encoding(octets))


def _plain(text: str) -> str:
    if text.isprintable():
        return text
    return "".join(" " if c.isspace() else c for c in text if c.isspace() or unicodedata.category(c)[0] != "C")


def mac(octets: bytes) -> str | None:
    """Format a hardware address as `00:1b:54:10:27:75`; None where there is none."""
    if not octets or len(octets) > LONGEST_HARDWARE_ADDRESS or not any(octets):
        return None
    return octets.hex(":")


def date_and_time(octets: bytes) -> datetime | None:
    """Read DateAndTime (RFC 2579): eight octets, or eleven with a zone; without one it is taken for UTC."""
    if len(octets) not in (_DATE, _DATE_AND_ZONE):
        return None
    zone: timezone = UTC
    if len(octets) == _DATE_AND_ZONE:
        offset = timedelta(hours=octets[9], minutes=octets[10])
        if offset >= timedelta(hours=24):
            return None
        zone = timezone(-offset if octets[8:9] == b"-" else offset)
    try:
        found = datetime(
            int.from_bytes(octets[:2], "big"),
            octets[2],
            octets[3],
            octets[4],
            octets[5],
            min(octets[6], 59),
            tzinfo=zone,
        )
    except ValueError:
        return None
    # With the first or the last day that there is nobody can reckon.
    return found if 1970 <= found.year <= 2200 else None  # noqa: PLR2004 - clocks of devices begin in 1970
