"""What became of the handover at a shift's end, in a word."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING

from probes.api import _
from roster.signing import Stage, Step, stage

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime, timedelta

    from roster.signing import Signature


class Outcome(Enum):
    """What became of it."""

    ACCEPTED = "accepted"
    LATE = "late"
    LAPSED = "lapsed"
    WAITING = "waiting"
    MISSING = "missing"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]


_TITLES = {
    Outcome.ACCEPTED: _("accepted"),
    Outcome.LATE: _("accepted late"),
    Outcome.LAPSED: _("not signed in time"),
    Outcome.WAITING: _("waits for its signature"),
    Outcome.MISSING: _("without a report"),
}


def outcome(revisions: Sequence[Sequence[Signature]], ends: datetime, patience: timedelta) -> Outcome:
    """Return what became of a shift's handover.

    `revisions` are the steps under each revision of its report, the newest last; who signs later than `patience`
    after the shift's end is late.
    """
    signed = [steps for steps in revisions if steps]
    if not signed:
        return Outcome.MISSING
    counting = [steps for steps in signed if stage(tuple(steps)).counts]
    if not counting:
        return Outcome.WAITING
    newest = tuple(counting[-1])
    match stage(newest):
        case Stage.ACCEPTED | Stage.REMARKS:
            taken = next(each.at for each in newest if each.step in {Step.ACCEPTED, Step.REMARKS})
            return Outcome.LATE if taken - ends > patience else Outcome.ACCEPTED
        case Stage.LAPSED:
            return Outcome.LAPSED
        case _:
            return Outcome.WAITING


def offered(revisions: Sequence[Sequence[Signature]]) -> bool:
    """Say whether somebody offered the report, instead of netwatch freezing it at the shift's end."""
    return any(each.step is Step.OFFERED for steps in revisions for each in steps)
