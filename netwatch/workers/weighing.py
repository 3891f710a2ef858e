"""What has happened is weighed against the registers, once: explained by an entry, or without approval and told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.config.registers import types
from netwatch.domain.approval import Discrepancy, Verdict, claim, explanation
from netwatch.mail.approval import tell
from netwatch.mail.office import leaders
from netwatch.storage import discrepancies, events, parts, registers
from netwatch.storage.events import Entry, EventKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.domain.approval import Claim, Happened
    from netwatch.domain.model import EventId

INSTANT = timedelta(microseconds=1)


def weigh(
    tx: Connection, settings: Settings, happened: Sequence[tuple[Happened, EventId]], now: datetime
) -> tuple[Discrepancy, ...]:
    """Record what has happened, each by the event that tells of it, and tell the leaders what nobody approved.

    An event is weighed once. What is still open, or was judged after it had happened again, is not raised anew.
    Returns what is without approval.
    """
    new = [each for each in happened if not _weighed(tx, *each)]
    if not new:
        return ()
    claims = _claims(tx, settings, [each for each, _origin in new])
    wholes = {name: parts.whole(tx, name) for name in {each.device for each, _origin in new if not each.whole}}
    found = [
        _record(tx, settings, replace(each, whole=each.whole or wholes[each.device]), origin, claims, now)
        for each, origin in new
    ]
    unapproved = tuple(each for each in found if each.verdict is Verdict.OPEN)
    if unapproved:
        tell(tx, settings, leaders(settings, now), unapproved, now)
    return unapproved


def _weighed(tx: Connection, happened: Happened, origin: EventId) -> bool:
    if discrepancies.of_origin(tx, origin) is not None:
        return True
    last = discrepancies.last_of(tx, happened)
    return last is not None and (last.judged_at is None or last.judged_at >= happened.at) and _raised(last)


def _raised(last: Discrepancy) -> bool:
    """Whether somebody has to judge it, or has. What an entry explained explains nothing that comes after it."""
    return last.verdict is Verdict.OPEN or last.judged_by is not None


def _claims(tx: Connection, settings: Settings, happened: Sequence[Happened]) -> tuple[Claim, ...]:
    """Return what the registers allowed around the time of what happened."""
    asked, kinds = settings.file.approval, types(settings.file)
    start = min(each.since for each in happened) - asked.slack
    end = max(each.at for each in happened) + asked.slack + INSTANT
    entries = [each for each in registers.of(tx, None, start, end) if each.register in asked.registers]
    found = (claim(kinds[each.register], each) for each in entries if each.register in kinds)
    return tuple(each for each in found if each is not None)


def _record(
    tx: Connection,
    settings: Settings,
    happened: Happened,
    origin: EventId,
    claims: Iterable[Claim],
    now: datetime,
) -> Discrepancy:
    by = explanation(happened, claims, settings.file.approval.slack)
    kind = EventKind.UNAPPROVED if by is None else EventKind.EXPLAINED
    data = {"kind": happened.kind.value, "item": happened.item, "origin": int(origin)}
    if by is not None:
        data["entry"] = by.entry
    line = Entry(kind, happened.at, now, device=happened.device, summary=happened.what, data=data)
    found = Discrepancy(
        happened=happened,
        noticed=now,
        verdict=Verdict.OPEN if by is None else Verdict.EXPLAINED,
        entry=None if by is None else by.entry,
        event=int(events.add(tx, line)),
    )
    return replace(found, id=discrepancies.add(tx, found, origin))
