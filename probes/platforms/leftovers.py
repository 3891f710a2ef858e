"""What the dialogue leaves around an answer: the command echoed, the pager, the prompt."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from probes.platforms.reasons import Reason

if TYPE_CHECKING:
    from collections.abc import Callable

Line = tuple[int, str]
"""A line of what the device said, with its number there."""

PAGER = re.compile(
    r"\s*(?:-{2,}\s*\(?\s*more\s*(?:\d+%)?\)?[^-]{0,60}-{2,}|<-+ ?more ?-+>|-- ?more ?--.*|\.{3} ?more.*|lines? \d+-\d+.*|"
    r"press any key.*|--\s?more\s?--, next page.*|:\s*\(END\)|\(END\))\s*$",
    re.IGNORECASE,
)
GLUED = re.compile(r"\s*-{2,} ?\(?more ?(?:\d+%)?\)? ?(?:\([^)]*\))? ?-{2,}(?=\s*\S)", re.IGNORECASE)
PROMPT = re.compile(r"\s*[^\s#>$%]?.{0,100}[\w\])}*~:/|-]\s?[#>$%]\s*$")


def bare(lines: list[Line], question: str, end: str, cut: Callable[[int, str, Reason], None]) -> list[Line]:
    """Return the lines without the echo, the pager and the prompt; each that goes is told to `cut`."""
    kept = [each for each in lines if each[1].strip()]
    prompt = None
    while kept and question and (found := _echo(kept[0][1], question)) is not None:
        cut(*kept.pop(0), Reason.ECHO)
        prompt = found or prompt or ""
    if kept and (prompt is not None or _ends_before_last(kept, end)) and _is_prompt(kept[-1][1], prompt):
        cut(*kept.pop(), Reason.PROMPT)
    return [each for at, each in enumerate(kept) if not _paged(kept, at, cut)]


def _paged(lines: list[Line], at: int, cut: Callable[[int, str, Reason], None]) -> bool:
    """Whether a line is only the pager; one where the text goes on behind it is put right."""
    number, text = lines[at]
    if "-" not in text and not text.lower().lstrip().startswith(("press", "lines", "...", "(end")):
        return False
    if at < len(lines) - 1 and PAGER.match(text):
        cut(number, text, Reason.PAGER)
        return True
    if found := GLUED.match(text):
        cut(number, found[0], Reason.PAGER)
        lines[at] = (number, text[found.end() :])
    return False


def _echo(text: str, question: str) -> str | None:
    """Return the prompt before the echo, empty where there is none; None where this is no echo."""
    line = text.strip()
    if line == question.strip():
        return ""
    before = line.removesuffix(question.strip()).rstrip()
    return before if before != line and len(before) < len(line) and PROMPT.match(before) else None


def _is_prompt(text: str, prompt: str | None) -> bool:
    line = text.strip()
    return line == prompt if prompt else PROMPT.match(text) is not None and any(map(str.isalnum, line))


def _ends_before_last(lines: list[Line], end: str) -> bool:
    return bool(end) and len(lines) > 1 and lines[-2][1].strip() == end
