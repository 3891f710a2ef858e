"""What people do by command, each one transaction: acknowledge, log, sign, approve.

The service carries these out for the commands, over its socket; where no service runs, the command takes the
database and does the same.
"""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from netwatch.actions import (
    approval,
    backups,
    baselines,
    calendar,
    changes,
    duties,
    faults,
    feeds,
    handover,
    log,
    reading,
    registers,
    reports,
    roster,
    windows,
)
from netwatch.actions.audited import Asked, audited
from netwatch.actions.doing import Action, Doing
from netwatch.config.values import NAME
from netwatch.errors import UsageError
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Mapping
    from datetime import datetime

    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.storage.database import Attempt

__all__ = ["ACTIONS", "carry_out", "socket_path"]

LONGEST_SOCKET = 107
"""Bytes in a unix socket's path, by Linux."""

ACTIONS: Mapping[str, Action] = {
    **faults.ACTIONS,
    **log.ACTIONS,
    **windows.ACTIONS,
    **calendar.ACTIONS,
    **roster.ACTIONS,
    **feeds.ACTIONS,
    **registers.ACTIONS,
    **duties.ACTIONS,
    **handover.ACTIONS,
    **reports.ACTIONS,
    **approval.ACTIONS,
    **reading.ACTIONS,
    **changes.ACTIONS,
    **baselines.ACTIONS,
    **backups.ACTIONS,
}


def carry_out(
    settings: Settings,
    action: str,
    actor: str,
    now: datetime,
    arguments: Mapping[str, Any],
    *,
    login: str = "",
    trusted: bool = True,
    progress: Progress | None = None,
) -> Attempt[Message]:
    """Return the transaction that does what was asked and records it in the audit log.

    It raises UsageError for what is refused, such as an action or a name that is unknown; that is recorded, too.
    `login` is the user of the system who asks; one who is trusted, as root is, may act for anybody.
    """

    def found() -> tuple[Action, Doing]:
        if action not in ACTIONS:
            raise UsageError(_("there is no action {name}"), name=action[:40])
        if not NAME.fullmatch(actor):
            raise UsageError(_("{name} is not a name"), name=actor[:40])
        doing = Doing(settings, actor, now, arguments, login, progress)
        if action in backups.ACTIONS and trusted:
            # root, or the service's own user as from cron: neither need be one of the people
            return ACTIONS[action], replace(doing, actor=login or actor, login="")
        return ACTIONS[action], acting(doing, trusted=trusted)

    return audited(action, found, Asked(actor, now, arguments, login))


def acting(doing: Doing, *, trusted: bool) -> Doing:
    """Return who really acts. A person acts by their own login; only who is trusted acts for somebody else."""
    people, login = doing.settings.people, doing.login
    of_login = {person.login: name for name, person in people.items() if person.login}
    name = doing.actor if doing.actor in people else of_login.get(doing.actor, doing.actor)
    if name not in people:
        raise UsageError(_("{name} is not among the people of the configuration; --by says who acts"), name=name)
    own = people[name].login or name
    if login not in {"", own} and not trusted:
        raise UsageError(_("{login} may not act for {name}"), login=login, name=name)
    return replace(doing, actor=name, login="" if login == own else login)


def socket_path(settings: Settings) -> Path:
    """Return where the service listens for commands: beside a SQLite database, else in the runtime folder."""
    folder = Path(os.environ.get("RUNTIME_DIRECTORY", "/run/netwatch"))
    if settings.database_url.startswith("sqlite:///"):
        folder = Path(settings.database_url.removeprefix("sqlite:///")).parent
    path = folder / "netwatch.sock"
    if len(os.fsencode(path)) > LONGEST_SOCKET:
        raise UsageError(_("{path} is too long for a socket: keep the database nearer to the root"), path=str(path))
    return path
