"""All that may ever be sent to a device: a list, below the dialogue and above nothing but the line.

Two locks. A command is on the list only if a platform's file has it and it has the form of one that reads. And
whatever the dialogue wants to send, by mistake or by a hostile answer, is refused unless it is on the list, byte
for byte. No command on it enters a configuration, or changes what a device would still have after the session.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from probes.platforms.platform import Platform

READS = re.compile(
    r"""(show|display|get)(\ [A-Za-z0-9_-]+)*(\ \|\ (no-more|display\ omit))?
    | more\ system:running-config
    | vtysh\ -c\ 'show(\ [A-Za-z0-9_-]+)+'
    | cat\ /etc/frr/frr\.conf
    | vyos-config-to-commands\ /config/config\.boot\ \|\ cat
    | /export(\ show-sensitive)?
    | /system\ routerboard\ print
    | enable | exit | quit
    # for the session only: the pager, the width, log lines in the middle of answers
    | terminal\ (length|width|pager)\ [0-9]+
    | screen-length\ (0\ temporary|disable)
    | undo\ terminal\ monitor
    | no\ page""",
    re.VERBOSE,
)
"""The forms of commands that read, and no others: no redirection, no second command, nothing that is kept."""
STORED = {"cisco_asa": re.compile(r"terminal width .*")}
"""What holds for the session elsewhere, and is a part of the configuration there."""
KEYS = frozenset({b" ", b"q", b"\n"})
"""For pagers: on, and out. And Enter, to see the prompt again."""


class NotAllowedError(RuntimeError):
    """Something was to be sent that is not on the list: a bug. Nothing was sent."""


class Allowed:
    """The list of one platform. It gives what may be sent; a password only once, right behind its command."""

    def __init__(self, platform: Platform, secret: bytes | None = None) -> None:
        for command in platform.commands():
            if not READS.fullmatch(command) or _is_stored(platform.name, command):
                raise NotAllowedError(f"{platform.name}: “{command}” is no command that only reads")
        self._commands = platform.commands()
        talk = platform.dialogue
        answers = {(each.answer + "\n" * each.enter).encode("ascii") for each in talk.questions} if talk else set()
        self._sent = KEYS | answers | {command.encode("ascii") + b"\n" for command in self._commands}
        self._enable = talk.enable.encode("ascii") + b"\n" if talk and talk.enable else None
        self._secret = secret + b"\n" if secret is not None else None
        self._secret_is_due = False

    def line(self, data: bytes) -> bytes:
        """Return what may be sent to a terminal, or raise NotAllowedError."""
        if data == self._secret and self._secret_is_due:
            self._secret, self._secret_is_due = None, False
            return data
        if data not in self._sent:
            raise NotAllowedError(f"{len(data)} bytes that are not on the list of what may be sent")
        self._secret_is_due = data == self._enable
        return data

    def command(self, text: str) -> str:
        """Return what may be run in a channel of its own, or raise NotAllowedError."""
        if text not in self._commands:
            raise NotAllowedError(f"“{text}” is not on the list of what may be run")
        return text


def _is_stored(platform: str, command: str) -> bool:
    pattern = STORED.get(platform)
    return pattern is not None and pattern.fullmatch(command) is not None
