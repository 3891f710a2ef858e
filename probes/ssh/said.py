"""What came of one command, before anybody judges whether it is whole."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Callable

KEPT = 65_536
"""Bytes that are kept of an answer that has no end."""


@dataclass(frozen=True, slots=True)
class Said:
    """The answer to one command: the text as it stands on the screen, without the command and the prompt.

    `gap` says why it was given up; None where the prompt came back. `echoed` is None where nothing was to be echoed,
    `status` where the device does not tell one.
    """

    command: str
    raw: bytes = b""
    gap: Message | None = None
    echoed: bool | None = None
    status: int | None = None
    seconds: float = 0.0

    def after(self, seconds: float) -> Said:
        """Return it with the time that it took."""
        return replace(self, seconds=seconds)


def closed(command: str) -> Message:
    """Say that the session ended before the answer did."""
    return Message(_("The device closed the session in the middle of “{command}”"), {"command": command})


def never_asked(command: str) -> Message:
    """Say that the session ended before the command could be typed."""
    return Message(_("The session ended before “{command}” could be asked"), {"command": command})


def endless(command: str, limit: int) -> Message:
    """Say that there is no end to it."""
    template = _("“{command}” was answered with more than {limit} bytes, and no end to it")
    return Message(template, {"command": command, "limit": limit})


def written_over(command: str) -> Message:
    """Say that most of the answer came and went."""
    return Message(_("The device wrote over most of its answer to “{command}”"), {"command": command})


def asked_back(command: str) -> Message:
    """Say that the device asks what nobody has told this program about."""
    return Message(
        _("The device asks something in the middle of “{command}”, which nobody answers here"), {"command": command}
    )


def silent(seconds: float) -> Callable[[str], Message]:
    """Say that nothing came for so long."""
    template = _("The device stopped in the middle of “{command}”: nothing came for {seconds} s")
    return lambda command: Message(template, {"command": command, "seconds": f"{seconds:g}"})


def too_long(seconds: float) -> Callable[[str], Message]:
    """Say that the visit took so long."""
    template = _("“{command}” was not answered in whole when the visit had taken {seconds} s")
    return lambda command: Message(template, {"command": command, "seconds": f"{seconds:g}"})
