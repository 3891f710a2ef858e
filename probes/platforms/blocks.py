"""Lines that are one thing: continued lines, private keys, banners."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from probes.platforms.outline import Row

if TYPE_CHECKING:
    from collections.abc import Sequence

    from probes.platforms.leftovers import Line
    from probes.platforms.rules import Banner

BEGIN = re.compile(r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
END = re.compile(r"-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----")
LONGEST = 400
"""Lines of a private key or a banner; what is longer is none."""


def joined(lines: list[Line], continued: str) -> tuple[list[Line], dict[int, Sequence[int]], str]:
    """Return lines with what goes on over several as one, the numbers that each has taken in, and what has no end.

    A private key without its end reaches to the end: better too much is hidden than too little.
    """
    done: list[Line] = []
    also: dict[int, Sequence[int]] = {}
    unended = ""
    at = 0
    while at < len(lines):
        number, text = lines[at]
        size = 1
        if continued and text.endswith(continued):
            text, size = _continued(lines, at, continued)
        elif "-----BEGIN" in text and BEGIN.search(text) and not END.search(text):
            size, is_whole = _key(lines, at)
            text = " ".join((text, *(each.strip() for _number, each in lines[at + 1 : at + size])))
            unended = unended or ("" if is_whole else lines[at][1])
        if size > 1:
            also[number] = tuple(each for each, _text in lines[at + 1 : at + size])
        done.append((number, text))
        at += size
    return done, also, unended


def unbroken(lines: list[Line], width: int) -> tuple[list[Line], dict[int, Sequence[int]]]:
    """Return lines with those as one that the device has broken at a width, and the numbers that each has taken in."""
    done: list[Line] = []
    also: dict[int, Sequence[int]] = {}
    goes_on = False
    for number, text in lines:
        if goes_on:
            first, before = done[-1]
            done[-1] = (first, before + text)
            also[first] = (*also.get(first, ()), number)
        else:
            done.append((number, text))
        goes_on = len(text) == width
    return done, also


def _continued(lines: list[Line], at: int, mark: str) -> tuple[str, int]:
    text, size = lines[at][1], 1
    while text.endswith(mark) and at + size < len(lines):
        text = text.removesuffix(mark) + lines[at + size][1].lstrip()
        size += 1
    return text, size


def _key(lines: list[Line], at: int) -> tuple[int, bool]:
    for size, (_number, text) in enumerate(lines[at + 1 : at + LONGEST], 2):
        if END.search(text):
            return size, True
    return len(lines) - at, False


def bannered(lines: list[Line], banners: tuple[Banner, ...]) -> list[Row]:
    """Return lines as rows, those of banners with the banner's title."""
    rows: list[Row] = []
    at = 0
    while at < len(lines):
        size, title = _banner(lines, at, banners)
        if title:
            rows += [Row(number, text, title) for number, text in lines[at : at + size]]
        else:
            rows.append(Row(*lines[at]))
        at += size
    return rows


def _banner(lines: list[Line], at: int, banners: tuple[Banner, ...]) -> tuple[int, str]:
    """Return how many lines a banner has that begins here, and its title; 1 and nothing where none does."""
    text = lines[at][1]
    for banner in banners:
        if match := banner.start.match(text):
            mark = banner.end or match["mark"]
            title = (match.groupdict().get("title") or match[0].removesuffix(mark)).strip()
            if not banner.end and mark in text[match.end() :]:
                return 1, title
            for size, (_number, each) in enumerate(lines[at + 1 : at + LONGEST], 2):
                if (each.strip() == mark) if banner.end else (mark in each):
                    return size, title
    return 1, ""
