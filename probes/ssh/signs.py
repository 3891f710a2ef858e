"""How a prompt, a pager, a question and a refusal look on any device: no vendor's prompt is written here."""

from __future__ import annotations

import re

DEEDS = rb"(?:re(?:boot|load|set|start|store)|erase|format|deleting|delete|install|upgrade|save|apply|commit|confirm)"
"""What a device may do once a key is pressed: it is not pressed."""
KEYS = (
    rb"(?:[][\s()<>,;:=\"'|/+%.?*#^\x00-\x1a\x1c-\x1f\x7f-]|\x1b\[[\d;?]*[A-Za-z]|\d"
    rb"|\b(?:next|prev(?:ious)?|one|pages?|lines?|entry|screen|screenful|space|bar|enter|return|cr|key|any|press|hit|type|"
    rb"q?uit|exit|esc|ctrl|control|break|stop|abort|interrupt|to|or|for|of|and|the|all|rest|continue|more|help|bytes?|"
    rb"top|bottom|up|down|end|scroll|forward|back(?:ward)?|[abcdfghnquz])\b){0,80}$"
)
"""What may stand behind a pager's text: which keys there are. Anything else may be a question."""
PAGERS = (
    rb"(?i)<?-+ ?\(?more\)? ?-+>?" + KEYS,  # --More--, ---- More ----, <--- More --->, -- MORE --, next page: Space …
    rb"(?i)-+\(more( \d+%)?\)-+\s*$",  # ---(more 10%)---
    rb"(?i)\b(press|hit|type) (any key|<?space>?( ?bar)?|<cr>|<?enter>?|<?return>?) (to|for) (?!.{0,60}"
    + DEEDS
    + rb")[^.:;!?\n]{0,60}[.:\s]*$",
    rb"^\s*lines \d+-\d+(/\d+)?( \d+%)?\s*$",  # less
    rb"(?i)^\s*more: <space>" + KEYS,
    rb"-- \[Q quit\|.{0,40}\]\s*$",
)
"""The ends of lines on which a device waits for a key before it goes on."""
LONGEST_PAGER = 300
"""Bytes at the end of a line in which a pager's text is looked for."""
LOGGED = re.compile(
    rb"(?i)\s*[*.:<\[]{0,2}(?:\d{4}[-/.]\d{1,2}[-/.]\d{1,2}[ T,]|\d{1,2}:\d{2}:\d{2}|(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
    rb" {1,2}\d{1,2}|%[a-z][\w/]{1,30}-\d)"
)
"""How a line of a log begins: with a time, or with the part of the device that speaks. No question does."""
LAST_PAGE = re.compile(rb"\(END\)\s*$")
"""`less` waits at the end as well, and goes with q."""
RESIDUE = re.compile(rb"(?im)^\s*<?-+ ?\(?more\)?( \d+%\)?)? ?-+>?\s*$|-+ ?more ?-+\s*$")
"""A pager's text that was left in an answer."""
ERRORS = (
    rb"% ?(Invalid|Incomplete|Ambiguous|Unknown|Unrecognized|Bad|Wrong|Too many|Permission|Authorization|Command|Access)\b",
    rb"%Error\b",
    rb"Error: ?(Unrecognized|Incomplete|Ambiguous|Wrong|Too many|Unknown|Invalid)",
    rb"(Invalid|Unknown|Unrecognized|Incomplete|Ambiguous) (input|command)\b",
    rb"Command (authorization failed|not found|rejected|fail)",
    rb"(Permission|Access) denied",
    rb"CLI syntax error",
    rb"(?i)syntax error\b",
)
"""The beginnings of lines by which a command is refused."""
ABSENT = (rb"% ?Error opening .*No such file", rb"(?i)startup-config(uration)? is not present")
PASSWORD = re.compile(rb"(?i)(password|passcode|secret)[^:\n]{0,40}: *$")
ASKS = re.compile(
    rb"(?i)(?:[\[(<] ?(?:y|yes|n|no) ?[/|,] ?(?:n|no|y|yes|q|quit|\^c).{0,20}[\])>] ?:? ?\??"  # [Y/N]:
    rb"|[\[(<] ?(?:y|yes|n|no|ok|confirm|(?:default|enter)\b[^\])>\n]{0,20}) ?[\])>] ?:? ?\??"  # [confirm], (y/n)[n]:
    rb"|(?<![\w/-])(?:y/n|yes/no) ?:? ?\??|\?[ :]{0,3}"  # y/n:, or whatever ends with a question mark
    rb"|\b(?:press|hit|type) .{0,60}" + DEEDS + rb".{0,60}) *$"
)
"""A question that Enter might answer with yes: it is never given one."""
_ENDS = b">#$%]"
_LONGEST = 200


def looks_like_prompt(line: bytes) -> bool:
    """Tell whether somebody who knows no vendor would take the line for a prompt."""
    text = line.strip()
    return (
        0 < len(text) <= _LONGEST
        and text[-1] in _ENDS
        and not any(each.search(text) for each in (PASSWORD, LAST_PAGE, ASKS))
    )


def stem(prompt: bytes) -> bytes:
    """Return a prompt without its sign, which tells the rights: `sw-1>` and `sw-1#` are the same device."""
    return prompt.strip().rstrip(_ENDS + b" ")


def is_privileged(prompt: bytes) -> bool:
    """Tell whether a prompt is that of somebody who need not ask for more rights."""
    return prompt.strip().endswith(b"#")


def any_of(patterns: tuple[bytes, ...]) -> re.Pattern[bytes]:
    """Return one pattern for all of these; each keeps the flags at its head."""
    scoped = [re.sub(rb"^\(\?([a-z]+)\)(.*)$", rb"(?\1:\2)", each, flags=re.DOTALL) for each in patterns]
    return re.compile(b"|".join(b"(?:" + each + b")" for each in scoped) or rb"(?!)")
