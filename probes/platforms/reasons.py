"""Why a line of what a device said is not compared."""

from __future__ import annotations

from enum import Enum

from probes.api import _


class Reason(Enum):
    """The reasons; rule files name them in `[rules.drop]`. `title` is what people read."""

    ECHO = "echo"
    PROMPT = "prompt"
    PAGER = "pager"
    CLOCK = "clock"
    SIZE = "size"
    UPTIME = "uptime"
    COUNTER = "counter"
    NOTICE = "notice"
    REWRITTEN = "rewritten"
    STRUCTURE = "structure"
    LIFTED = "lifted"

    @property
    def title(self) -> str:
        """What people read."""
        return _TITLES[self]


_TITLES = {
    Reason.ECHO: _("the command, echoed"),
    Reason.PROMPT: _("the prompt"),
    Reason.PAGER: _("the pager"),
    Reason.CLOCK: _("the time of the display"),
    Reason.SIZE: _("the size of the text"),
    Reason.UPTIME: _("counts since the last start"),
    Reason.COUNTER: _("a reading that changes by itself"),
    Reason.NOTICE: _("a notice to whoever is logged in"),
    Reason.REWRITTEN: _("the device itself writes it anew"),
    Reason.STRUCTURE: _("separates or ends sections"),
    Reason.LIFTED: _("says who changed or saved it, and when: kept as evidence"),
}
