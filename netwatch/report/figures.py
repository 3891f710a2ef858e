"""Figures as people read them: per cent, lengths, counts, titles."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from netwatch.language import label
from netwatch.mail.wording import SEVERITIES, Wording, harmless
from netwatch.report.paper import Cell

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

WHOLE = 100.0
ALMOST = 99.999
DASH = "–"


def per_cent(value: float | None, target: float | None = None) -> Cell:
    """Return a part of a whole; bad below a target. What is not quite all never reads as all."""
    if value is None:
        return Cell(DASH, "soft")
    shown = value if value == WHOLE else min(value, ALMOST)
    return Cell(f"{shown:.3f} %", "bad" if target is not None and value < target else "")


def lasting(word: Wording, seconds: float | None) -> str:
    """Return a length of time; a dash for none."""
    return DASH if not seconds else word.length(timedelta(seconds=seconds))


def count(number: int, *, bad: bool = False) -> Cell:
    """Return a number; nothing is shown softly, and what should be nothing and is not is bad."""
    return Cell(str(number), ("bad" if bad else "") if number else "soft")


def titled(word: Wording, titles: Mapping[str, str]) -> str:
    """Return what a site calls something."""
    return harmless(word(label(titles, word.language)) if titles else "", 120)


def severity(word: Wording, name: str) -> str:
    """Return how bad something is, in a word."""
    return word(SEVERITIES[Severity[name.upper()]])


def moment(word: Wording, at: datetime | None) -> str:
    """Return a time; a dash for none."""
    return DASH if at is None else word.moment(at)
