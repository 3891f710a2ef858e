"""The monitoring itself, as a handover report has it: what is known, even where no service runs that could be asked."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.config.values import duration_text
from netwatch.domain.model import DeviceState
from netwatch.storage import backups, checks, devices, records
from netwatch.storage.events import EventKind
from probes.api import Message, _
from roster.facts import Monitoring, Polls

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.backups import BackUps
    from netwatch.progress import Progress
    from netwatch.storage.events import Entry

AWAY = (DeviceState.UNKNOWN, DeviceState.UNREACHABLE, DeviceState.DOWN)
GONE = timedelta(minutes=1)
"""So long after its last beat a service does not run: it beats every five seconds."""
FEW = 3


def monitoring(
    tx: Connection,
    settings: Settings,
    progress: Progress | None,
    now: datetime,
    journal: tuple[Entry, ...],
    *,
    synchronised: bool | None = None,
) -> Monitoring:
    """Return how the monitoring itself fares; `journal` is what happened since the report before."""
    known = devices.everything(tx)
    backup = backups.known(tx, now)
    within = settings.file.storage.backup_within
    behind = backup.wrong(now, within, duration_text(within))
    looks = Polls(_("all checks"), _last_look(tx, progress), progress.overdue if progress else 0)
    return Monitoring(
        len(settings.devices),
        sum(known[name].state not in AWAY for name in settings.devices if name in known),
        polls=(looks,),
        queue=progress.overdue if progress else None,
        clock_synchronised=progress.clock_synchronised if progress else synchronised,
        backup_at=backup.good,
        backup_good=_good(backup, behind),
        problems=(
            *(_of_service(progress) if progress else _of_rows(tx, now)),
            *_jumps(journal),
            *([behind] if behind else []),
        ),
    )


def _good(backup: BackUps, behind: Message | None) -> bool | None:
    if behind is not None:
        return False
    return True if backup.good is not None else None


def _last_look(tx: Connection, progress: Progress | None) -> datetime | None:
    """Return when a look last ended: a service that has just started has not looked yet, and the records have."""
    if progress is not None and progress.last_poll_at is not None:
        return progress.last_poll_at
    return checks.last_seen(tx)


def _of_service(progress: Progress) -> Iterator[Message]:
    if progress.last_reload_error:
        yield Message(_("a change of the configuration was refused; the one before it is in force"))
    if progress.isolated:
        yield Message(_("the monitor itself is cut off from the network"))
    if progress.outbox_error:
        yield Message(_("mail is not taken: {error}"), {"error": progress.outbox_error})


def _of_rows(tx: Connection, now: datetime) -> Iterator[Message]:
    """Yield what can be known without asking the service: whether it runs."""
    alive = records.get(tx, records.ALIVE)
    if alive is not None and now - datetime.fromisoformat(alive) > GONE:
        yield Message(_("the service does not run: nothing is looked at, and no mail goes out"))


def _jumps(journal: tuple[Entry, ...]) -> Iterator[Message]:
    """Yield that the clock jumped in this time, since durations and times of faults are off by as much."""
    jumps = [entry.summary for entry in journal if entry.kind is EventKind.CLOCK and entry.summary]
    yield from jumps[-FEW:]
    if jumps[FEW:]:
        yield Message(_("the wall clock jumped {count} times in all"), {"count": len(jumps)})
