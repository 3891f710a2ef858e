"""Every minute: what is overdue in the registers, and whom to remind of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

from netwatch.config.registers import types
from netwatch.domain.registers import EntryState
from netwatch.language import label
from netwatch.mail.compose import Reader
from netwatch.mail.office import leaders, office_of
from netwatch.mail.registers import KIND, Notice, letter_for_entry
from netwatch.storage import identity, outbox, registers
from netwatch.workers.minutely import every_minute
from netwatch.workers.observer import Trouble
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.domain.registers import Entry, RegisterType
    from netwatch.storage.database import Database
    from netwatch.workers.observer import Observer
    from netwatch.workers.watched import Watched

BOOK = "registers"
WEEK = timedelta(days=7)
LOOKS = ("item", "name", "software", "what", "device")
"""The fields that say in a word what an entry is about, the first that is filled in."""


class RegistersWorker:
    """A child of the TaskGroup."""

    def __init__(
        self, database: Database, watched: Watched, clock: Clock, observer: Observer, wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._observer = observer
        self._wake = wake

    async def run(self) -> None:
        """Look every minute, until cancelled."""
        await every_minute(self.look, self._clock, "cannot look at the registers")

    async def look(self, now: datetime) -> None:
        """Do once what is to be done now."""
        settings = self._watched.settings
        entries = await self._database.read(registers.open_entries)
        await self._observer.book(BOOK, troubles(settings, entries, now), now)
        if await self._database.write(partial(_remind, settings, entries, now)):
            self._wake()


def troubles(settings: Settings, entries: tuple[Entry, ...], now: datetime) -> Mapping[str, Trouble]:
    """Return what is overdue, by `register/number`."""
    kinds = types(settings.file)
    found = {}
    for entry in entries:
        kind = kinds.get(entry.register)
        if kind is not None and entry.overdue(kind, now, settings.site.zone):
            values: dict[str, str | int | float] = {
                "register": label(kind.titles, settings.site.language),
                "number": entry.id,
                "what": about(entry),
                "due": f"{(entry.due or now).astimezone(settings.site.zone):%Y-%m-%d %H:%M}",
            }
            template = _OVERDUE if entry.state is EntryState.OPEN else _UNCONFIRMED
            found[f"{entry.register}-{entry.id}"] = Trouble(kind.severity, Message(template, values))
    return found


_OVERDUE = _("{register} {number} ({what}) was to end at {due}")
_UNCONFIRMED = _("{register} {number} ({what}) is not confirmed")


def about(entry: Entry) -> str:
    """Return in a word what an entry is about."""
    return next((entry.values[name][:80] for name in LOOKS if entry.values.get(name)), "")


def _remind(settings: Settings, entries: tuple[Entry, ...], now: datetime, tx: Connection) -> bool:
    """Remind before an end, when it has passed, and every week after that; say whether any mail is new."""
    kinds = types(settings.file)
    new = False
    for entry in entries:
        kind = kinds.get(entry.register)
        if kind is None or entry.state is not EntryState.OPEN or entry.due is None:
            continue
        for stamp, notice in _due(kind, entry, now):
            for person, address in _readers(settings, kind, entry, now):
                new |= _write(tx, settings, kind, entry, _Slip(stamp, notice, person, address), now)
    return new


def _due(kind: RegisterType, entry: Entry, now: datetime) -> Iterator[tuple[str, Notice]]:
    """Yield what is to be told by now; of the weeks that have passed only the last."""
    if entry.due is None:
        return
    if kind.remind and entry.due - kind.remind <= now < entry.due:
        yield "before", Notice.DUE
    if now >= entry.due:
        yield f"week-{(now - entry.due) // WEEK}", Notice.OVERDUE


def _readers(settings: Settings, kind: RegisterType, entry: Entry, now: datetime) -> Iterator[tuple[str, str]]:
    """Yield who is reminded: the borrower by the address that the entry names, the applicant, the owners."""
    if entry.values.get("mail"):
        yield entry.values.get("borrower") or entry.values["mail"], entry.values["mail"]
    reachable = office_of(settings).reachable
    for name in dict.fromkeys((entry.applicant, *(kind.owners or leaders(settings, now)))):
        if name in reachable:
            yield name, ""


@dataclass(frozen=True, slots=True)
class _Slip:
    """One reminder to one reader: a person of the site, or an address that an entry names."""

    stamp: str
    notice: Notice
    person: str
    address: str


def _write(tx: Connection, settings: Settings, kind: RegisterType, entry: Entry, slip: _Slip, now: datetime) -> bool:
    key = f"{KIND}/{entry.id}/{slip.stamp}/{slip.address or slip.person}"[:200]
    if outbox.of_keys(tx, [key]):
        return False
    reader = Reader(office_of(settings), identity.of(tx), slip.person[:64], key, now, slip.address)
    return outbox.add(tx, letter_for_entry(reader, slip.notice, kind, entry)) is not None
