"""The command as the device shows it while it is typed: where it ends, the answer begins."""

from __future__ import annotations

import re

from probes.ssh.terminal import TAIL

WITHIN = 8
"""Lines from the beginning among which the echo is looked for."""


def echo_end(text: bytes, command: str) -> int | None:
    """Return where the echo of the command ends, or None. What stands before it is of the command before.

    A narrow terminal breaks a long command: blanks and line ends within it do not count.
    """
    head = b"".join(text[:TAIL].splitlines(keepends=True)[:WITHIN])
    letters = [re.escape(letter.encode("ascii")) for letter in command if letter != " "]
    echo = rb"^(?:[^\n]{0,200}[>#$%\]] ?)?" + rb"\s*".join(letters) + rb"[ \t]*(?:\n|\Z)"
    found = re.search(echo, head, re.MULTILINE)
    return found.end() if found is not None else None
