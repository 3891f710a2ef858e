"""The monitoring itself: whether what the page says can be believed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch import __version__
from netwatch.config.values import duration_text
from netwatch.domain.backups import BACK_UP
from netwatch.domain.model import Severity
from netwatch.storage import backups, overview
from netwatch.storage.sqlite import sqlite_is_sound, sqlite_version
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Iterator
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.web.tempo import Pace

SHORTEST_SILENCE = timedelta(minutes=2)
MAIL_WAITS = timedelta(minutes=5)
LATE_SHARE = 0.1
FEW = 10
"""A minute with fewer looks than this says nothing about lateness."""
GIVEN_UP_WITHIN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong with the monitoring. With `blind`, what is shown may be old."""

    severity: Severity
    what: Message
    since: datetime | None = None
    detail: str = ""
    blind: bool = False
    todo: Message | None = None


@dataclass(frozen=True, slots=True)
class Records:
    """The database: which one, its size, and whether its SQLite is free of the known defect."""

    engine: str
    bytes: int
    sound: bool


@dataclass(frozen=True, slots=True)
class Monitoring:
    """What the service says of itself."""

    version: str
    started_at: datetime
    pace: Pace
    expected: float
    """Looks a minute that the configuration asks for."""
    last_poll_at: datetime | None
    skipped: int
    mail: overview.Post
    mail_error: str
    records: Records
    reload_at: datetime | None
    reload_error: str
    isolated: bool
    writer_ok: bool
    troubles: tuple[Trouble, ...]

    @property
    def blind(self) -> bool:
        """Whether what is shown may be old."""
        return any(trouble.blind for trouble in self.troubles)


def monitoring(
    tx: Connection, settings: Settings, progress: Progress, pace: Pace, size_on_disk: int | None, now: datetime
) -> Monitoring:
    """Return the state of the monitoring; `progress` is a copy that nobody changes meanwhile."""
    mail = overview.post(tx, now - GIVEN_UP_WITHIN)
    own = troubles_of(settings, progress, now)
    troubles = (*own, *_of_mail(mail, now), *_of_pace(pace), *_of_backup(tx, settings, now))
    return Monitoring(
        version=__version__,
        started_at=progress.started_at,
        pace=pace,
        expected=sum(60 / check.every.total_seconds() for check in settings.checks),
        last_poll_at=progress.last_poll_at,
        skipped=progress.skipped,
        mail=mail,
        mail_error=progress.outbox_error or "",
        records=_records(tx, size_on_disk),
        reload_at=progress.last_reload_at,
        reload_error=progress.last_reload_error or "",
        isolated=progress.isolated,
        writer_ok=progress.writer_ok,
        troubles=tuple(sorted(troubles, key=lambda each: -each.severity)),
    )


def troubles_of(settings: Settings, progress: Progress, now: datetime) -> Iterator[Trouble]:
    """Yield what the counters alone say is wrong, the worst first."""
    if not progress.writer_ok:
        yield Trouble(
            Severity.CRITICAL, Message(_("Nothing can be recorded: the database does not take it.")), blind=True
        )
    seen = progress.last_poll_at or progress.started_at
    if settings.checks and now - seen > silence(settings):
        yield Trouble(Severity.CRITICAL, Message(_("No device is being looked at.")), since=seen, blind=True)
    if progress.isolated:
        what = Message(_("The monitor itself is cut off from the network; states are frozen."))
        yield Trouble(Severity.CRITICAL, what, blind=True)
    if progress.outbox_error:
        what = Message(_("Mail cannot be handed over."))
        yield Trouble(Severity.MAJOR, what, detail=progress.outbox_error)
    if progress.last_reload_error:
        what = Message(_("The changed configuration was refused; the one before is in force."))
        yield Trouble(Severity.WARNING, what, since=progress.last_reload_at, detail=progress.last_reload_error)


def silence(settings: Settings) -> timedelta:
    """Return how long no look at all may pass before something is wrong: twice the shortest interval."""
    shortest = min((check.every for check in settings.checks), default=timedelta())
    return max(2 * shortest, SHORTEST_SILENCE)


def _of_mail(mail: overview.Post, now: datetime) -> Iterator[Trouble]:
    if mail.oldest is not None and now - mail.oldest > MAIL_WAITS:
        yield Trouble(Severity.MAJOR, Message(_("Mail has not left yet.")), since=mail.oldest)
    if mail.given_up:
        what = Message(_("Mails of the last 7 days that could not be delivered: {count}"), {"count": mail.given_up})
        yield Trouble(Severity.MINOR, what)


def _of_pace(pace: Pace) -> Iterator[Trouble]:
    if pace.polls >= FEW and pace.late > LATE_SHARE * pace.polls:
        values = {"late": pace.late, "polls": pace.polls}
        yield Trouble(Severity.MINOR, Message(_("{late} of the last {polls} looks were late."), values))


def _of_backup(tx: Connection, settings: Settings, now: datetime) -> Iterator[Trouble]:
    within = settings.file.storage.backup_within
    wrong = backups.known(tx, now).wrong(now, within, duration_text(within))
    if wrong is not None:
        yield Trouble(Severity.WARNING, wrong, todo=Message(BACK_UP))


def _records(tx: Connection, size_on_disk: int | None) -> Records:
    size = overview.size(tx) if size_on_disk is None else size_on_disk
    if tx.dialect.name != "sqlite":
        return Records("PostgreSQL", size, sound=True)
    return Records(f"SQLite {'.'.join(map(str, sqlite_version()))}", size, sqlite_is_sound())
