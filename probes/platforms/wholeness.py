"""Whether a text can be all of it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from probes.api import Message, _
from probes.platforms.leftovers import GLUED, PAGER
from probes.platforms.rules import Layout

if TYPE_CHECKING:
    from probes.platforms.leftovers import Line
    from probes.platforms.rules import Rules

ERRORS = re.compile(
    r"\s*(?:% ?(?:invalid|incomplete|ambiguous|unknown|unrecognized|wrong|too many|authori[sz]ation|permission|bad |command |access denied)"
    r"|(?:error|% ?error): ?(?:unrecognized|incomplete|ambiguous|wrong|too many|unknown|.*permission|.*authori[sz])"
    r"|command authorization failed|permission denied|invalid input|unknown command|syntax error"
    r"|(?:-?v?bash|sh): .*(?:command not found|permission denied))",
    re.IGNORECASE,
)
NEAR = 4
"""A refusal stands among the first or the last lines; further in it is text that somebody has configured."""
LONGEST = 100


def gap(lines: list[Line], end: str, rules: Rules) -> Message | None:
    """Return what is missing from an answer, None where nothing seems to be."""
    if rules.layout is Layout.ITEMS:
        # A list may be empty; that all of it is there was proven by whoever read it.
        return None
    if not lines:
        return Message(_("nothing was answered"))
    for _number, text in (*lines[:NEAR], *lines[-NEAR:]):
        if ERRORS.match(text) or (rules.errors and rules.errors.match(text.lstrip())):
            return Message(_("the device refused: {line}"), {"line": text.strip()[:LONGEST]})
    for _number, text in lines if rules.broken else ():
        if rules.broken and rules.broken.match(text):
            return Message(_("the device says that a part is missing: {line}"), {"line": text.strip()[:LONGEST]})
    return _cut_off(lines[-1][1], end, rules.continued)


def _cut_off(last: str, end: str, continued: str) -> Message | None:
    if PAGER.match(last) or GLUED.match(last):
        return Message(_("it stops at the pager"))
    if end and last.strip() != end:
        return Message(_("it does not end with '{end}'"), {"end": end})
    return Message(_("its last line goes on")) if continued and last.endswith(continued) else None


def unended(line: str) -> Message:
    """Return that something was begun and not ended."""
    return Message(_("what begins with '{line}' has no end"), {"line": line.strip()[:LONGEST]})
