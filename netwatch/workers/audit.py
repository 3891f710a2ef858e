"""Vouches for the audit log: signs where it stands, carries that outside, verifies it, and seals what is old."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import replace
from datetime import datetime, time, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from netwatch.audit import anchors, retention, syslog, verifying
from netwatch.audit.signing import Signer
from netwatch.domain.audit import milliseconds
from netwatch.domain.checkpoints import is_approval, is_due
from netwatch.domain.model import Severity
from netwatch.errors import NetwatchError, StorageUnavailable
from netwatch.storage import audit, checkpoints, records
from netwatch.workers.observer import Trouble
from probes.api import Message, _

if TYPE_CHECKING:
    from pathlib import Path

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.domain.audit import Point
    from netwatch.domain.checkpoints import Checkpoint, Verified
    from netwatch.storage.database import Database
    from netwatch.workers.observer import Observer
    from netwatch.workers.watched import Watched

log = structlog.get_logger()

BOOK = "audit"
SERVICE = "@service"
"""Who acts where no person does. No person can be called so."""
EVERY = 5.0
NIGHTLY = time(3, 30)
"""When it is verified, by the site's clocks."""
MOST = 20
"""So many of the things that are wrong become faults; `netwatch audit verify` tells all."""
SENT = "audit/syslog"
"""Under which is kept up to which event the checkpoints were sent to the syslog."""
LATE = 100
"""So many of the newest checkpoints are sent to a syslog that was away."""


class AuditWorker:
    """A child of the TaskGroup."""

    def __init__(self, database: Database, watched: Watched, clock: Clock, observer: Observer) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._observer = observer
        self._carried: tuple[Path, int] | None = None
        self._unusable: dict[str, Trouble] = {}
        self._broken: dict[str, Trouble] = {}
        self._unsealed: dict[str, Trouble] = {}
        self._booked: dict[str, Trouble] | None = None
        # Reports ask for a verification while the worker is about its own.
        self._booking = asyncio.Lock()

    async def run(self) -> None:
        """Verify at the start and every night, and vouch for what is new, until cancelled."""
        night: datetime | None = None
        while True:
            now = self._clock.now()
            try:
                if night is None or now >= night:
                    await self.tend(now, "nightly" if night else "start")
                    night = self._night(now)
                await self.vouch(now)
            except StorageUnavailable as error:
                log.warning("cannot look at the audit log", error=str(error))
            await self._clock.sleep(EVERY)

    async def vouch(self, now: datetime, *, anyway: bool = False) -> None:
        """Sign where the log stands when it is time, or anyway, and carry outside what was signed."""
        try:
            if head := await self._database.read(partial(_due, now=now, anyway=anyway)):
                signed = (await self._signer()).checkpoint(head, milliseconds(now))
                await self._database.write(partial(checkpoints.add, checkpoint=signed))
            self._unusable = {}
        except StorageUnavailable:
            raise
        except NetwatchError as error:
            self._unusable = {"key": _trouble(error)}
        await self._anchor(now)
        await self._send()
        await self._book(now)

    async def tend(self, now: datetime, why: str) -> None:
        """Verify the log; where it is whole, seal what is older than it is to be kept."""
        verified = await self.verify(now, why)
        if verified is not None and not verified.wrong:
            await self._seal(now)
            await self._book(now)

    async def verify(self, now: datetime, why: str) -> Verified | None:
        """Verify the log and record that; what is wrong is a fault. None where it cannot be done now."""
        settings = self._watched.settings
        try:
            going_by = await asyncio.to_thread(verifying.asked, settings)
            found = await self._database.read(partial(verifying.verify, asked=going_by))
        except StorageUnavailable:
            raise
        except NetwatchError as error:
            self._broken = {"verify": _trouble(error)}
            await self._book(now)
            return None
        except Exception as error:
            # Whoever can write the database can put anything into it; the monitoring goes on.
            log.exception("the audit log cannot be verified")
            what = Message(_("the audit log cannot be verified: {what}"), {"what": type(error).__name__})
            self._broken = {"verify": Trouble(Severity.CRITICAL, what)}
            await self._book(now)
            return None
        self._broken = _troubles(found)
        await self._record(now, "audit.verified", "log", {"why": why, **told(found)})
        await self._book(now)
        for each in found.wrong:
            log.error("the audit log is not as it was", number=each.seq, what=str(each.message))
        return found

    async def _signer(self) -> Signer:
        return await asyncio.to_thread(Signer, self._watched.settings.keys)

    async def _anchor(self, now: datetime) -> None:
        """Append to the file of anchors what is not in it yet."""
        path = self._watched.settings.anchors
        upto = self._carried[1] if self._carried and self._carried[0] == path else 0
        rows = await self._database.read(partial(checkpoints.after, seq=upto))
        if not rows:
            return
        try:
            is_new = await asyncio.to_thread(anchors.append, path, rows)
        except NetwatchError as error:
            self._unusable["anchors"] = _trouble(error)
            return
        self._carried = (path, rows[-1].seq)
        if is_new:
            await self._record(now, "audit.anchors", str(path), {"begun_with": rows[0].seq})

    async def _send(self) -> None:
        """Send to the syslog what it has not been sent yet."""
        target = self._watched.settings.file.audit.syslog
        if not target:
            return
        rows = (await self._database.read(_unsent))[-LATE:]
        if not rows:
            return
        try:
            await asyncio.to_thread(syslog.send, target if isinstance(target, str) else syslog.LOCAL, rows)
        except NetwatchError as error:
            self._unusable["syslog"] = replace(_trouble(error), severity=Severity.MAJOR)
            return
        await self._database.write(partial(records.put, key=SENT, value=str(rows[-1].seq)))

    async def _seal(self, now: datetime) -> None:
        """Write what is older than it is to be kept into a file, and then take it out."""
        settings = self._watched.settings
        ripe = await self._database.read(partial(retention.ripe, now=now, keep=settings.file.audit.keep))
        if ripe is None:
            return
        try:
            signer = await self._signer()
            writing = partial(retention.write_out, what=ripe, folder=settings.segments, signer=signer, now=now)
            segment = await self._database.read(writing)
        except StorageUnavailable:
            raise
        except NetwatchError as error:
            self._unsealed = {"segments": _trouble(error)}
            return
        self._unsealed = {}
        await self._database.write(partial(retention.take_out, segment=segment, actor=SERVICE, now=now))
        log.info("sealed old events of the audit log", first=segment.first, last=segment.last)

    async def _record(self, now: datetime, action: str, subject: str, detail: dict[str, Any]) -> None:
        await self._database.write(
            partial(audit.record, actor=SERVICE, action=action, subject=subject, detail=detail, now=now)
        )

    async def _book(self, now: datetime) -> None:
        """State all that is wrong, where that is not what was stated last."""
        async with self._booking:
            wrong = {**self._broken, **self._unusable, **self._unsealed}
            if wrong != self._booked:
                await self._observer.book(BOOK, wrong, now)
                self._booked = wrong

    def _night(self, now: datetime) -> datetime:
        zone = self._watched.settings.site.zone
        day = now.astimezone(zone).date()
        night = datetime.combine(day, NIGHTLY, zone)
        return night if night > now else datetime.combine(day + timedelta(days=1), NIGHTLY, zone)


def told(found: Verified) -> dict[str, Any]:
    """Return what is recorded of a verification."""
    return {
        "events": found.count,
        "head": found.head.seq,
        "wrong": len(found.wrong),
        "first_bad": found.first_bad,
        "last_good": found.last_good,
    }


def _due(tx: Connection, now: datetime, *, anyway: bool) -> Point | None:
    """Return where the log stands, if that is to be signed now."""
    last = checkpoints.last(tx)
    oldest, count, actions = checkpoints.waiting(tx, last.seq if last else 0)
    approval = anyway or any(is_approval(action) for action in actions)
    return audit.head(tx) if is_due(oldest, count, now, approval=approval) else None


def _unsent(tx: Connection) -> tuple[Checkpoint, ...]:
    return checkpoints.after(tx, int(records.get(tx, SENT) or 0))


def _troubles(found: Verified) -> dict[str, Trouble]:
    troubles: dict[str, Trouble] = {}
    for each in found.wrong[:MOST]:
        # One key for one thing, whichever night it is found; a file's name may be longer than a key.
        name = hashlib.sha256(str(each.message).encode()).hexdigest()[:8]
        troubles[f"event-{each.seq}-{name}" if each.seq else f"anchor-{name}"] = Trouble(
            Severity.CRITICAL, each.message
        )
    return troubles


def _trouble(error: NetwatchError) -> Trouble:
    return Trouble(Severity.CRITICAL, Message(error.template, error.values))
