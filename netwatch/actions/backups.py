"""Back-ups: that one was made, or failed. The audit log's record of the action is the record of the back-up."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.actions.doing import WRITES
from netwatch.errors import UsageError
from netwatch.storage import backups
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.actions.doing import Action, Doing

AHEAD = timedelta(minutes=1)
"""By so much the clock of a file server may be fast."""


def backed_up(tx: Connection, doing: Doing) -> Message:
    """Record that a back-up was made: which file, how large, of when. It is newer than all that are known."""
    _allow(doing)
    made, size = doing.moment("made"), doing.arguments.get("bytes")
    if made is None or not isinstance(size, int) or size <= 0:
        raise UsageError(_("a back-up has a time and a size"))
    values = {"file": doing.text("file"), "time": _said(doing, made), "size": f"{size / 1e6:.1f}"}
    if made > doing.now + AHEAD:
        raise UsageError(_("{file} is of {time}, which is still to come"), file=values["file"], time=values["time"])
    last = backups.known(tx, doing.now).good
    if last is not None and made <= last:
        template = _("{file} is of {time}, and not newer than the back-up of {last} that is on record")
        raise UsageError(template, file=values["file"], time=values["time"], last=_said(doing, last))
    return Message(_("on record: {file} of {time}, {size} MB"), values)


def backup_failed(_tx: Connection, doing: Doing) -> Message:
    """Record that a back-up was tried and failed, and why."""
    _allow(doing)
    values = {"file": doing.text("file"), "why": doing.text("trouble")}
    return Message(_("on record: {file} failed: {why}"), values)


def _allow(doing: Doing) -> None:
    """Let nobody of the people do it who may not write; the service's own user, as from cron, is none of them."""
    if doing.actor in doing.settings.people:
        doing.require(*WRITES)


def _said(doing: Doing, moment: datetime) -> str:
    return f"{moment.astimezone(doing.settings.site.zone):%Y-%m-%d %H:%M}"


ACTIONS: Mapping[str, Action] = {backups.MADE: backed_up, backups.FAILED: backup_failed}
