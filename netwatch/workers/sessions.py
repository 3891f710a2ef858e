"""Every minute: booked sessions that are near, or on; what is wrong with their equipment is a fault until it is mended.

What is found first is told and recorded; so is each change of the verdict. When a session begins, its entry is opened,
so that it stands as in progress, and as overdue when nobody files it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from netwatch.config.registers import types
from netwatch.domain.model import Severity
from netwatch.domain.registers import Doer, EntryState, EntryStep, FieldKind, NotAllowed, listed, step
from netwatch.domain.sessions import Preparation, Sight, Verdict, begins, near, needed, prepared
from netwatch.language import label
from netwatch.mail.sessions import tell
from netwatch.storage import events, registers, sessions, windows
from netwatch.storage.events import EventKind
from netwatch.storage.registers import Taken
from netwatch.storage.sessions import Prepared
from netwatch.workers.minutely import every_minute
from netwatch.workers.observer import Trouble
from probes.api import Message, _

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from datetime import datetime

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config import Settings
    from netwatch.domain.model import Window
    from netwatch.domain.registers import Entry, RegisterType
    from netwatch.storage.database import Database
    from netwatch.workers.observer import Observer
    from netwatch.workers.watched import Watched

BOOK = "sessions"
NETWATCH = "netwatch"
"""Who opens the entry of a session that begins."""
NAMED = 5


@dataclass(frozen=True, slots=True)
class Booked:
    """A session that is near: its entry, the kind of its register, and what was found just now."""

    kind: RegisterType
    entry: Entry
    what: str
    found: Preparation


class SessionsWorker:
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
        await every_minute(self.look, self._clock, "cannot look at the booked sessions")

    async def look(self, now: datetime) -> None:
        """Do once what is to be done now."""
        kinds = {name: kind for name, kind in types(self._watched.settings.file).items() if kind.check_before}
        entries = await self._database.read(registers.open_entries) if kinds else ()
        coming = [each for each in entries if each.register in kinds and near(kinds[each.register], each, now)]
        opened = await self._database.read(partial(_windows, now=now, entries=coming)) if coming else ()
        booked = [self._booked(kinds[each.register], each, opened, now) for each in coming]
        await self._observer.book(BOOK, troubles(self._watched.settings, booked), now)
        if not booked:
            return
        if await self._database.write(lambda tx: self._keep(tx, booked, now)):
            self._wake()

    def _booked(self, kind: RegisterType, entry: Entry, opened: tuple[Window, ...], now: datetime) -> Booked:
        settings = self._watched.settings
        end = entry.due or now
        what = needed(_named(kind, entry), _members(settings), settings.parents)
        planned = (*settings.windows(now, end), *opened)
        sights = {name: self._sight(name, planned) for name in (*what.devices, *what.links)}
        about = next((entry.values[each.name] for each in kind.fields if entry.values.get(each.name)), "")
        return Booked(kind, entry, about, prepared(what, sights, now, end))

    def _sight(self, device: str, planned: tuple[Window, ...]) -> Sight:
        intervals = [check.every for check in self._watched.settings.checks if check.device == device]
        over = tuple(window for window in planned if device in window.devices)
        states = self._watched.states(device)
        return Sight(states, over, max(intervals)) if intervals else Sight(states, over)

    def _keep(self, tx: Connection, booked: list[Booked], now: datetime) -> bool:
        """Record and tell what is new; say whether anything is."""
        known = sessions.last(tx, now)
        new = [_recorded(tx, self._watched.settings, each, known, now) for each in booked]
        return any(new)


def troubles(settings: Settings, booked: Collection[Booked]) -> Mapping[str, Trouble]:
    """Return what is not in order before sessions, by `register-number`."""
    found = {}
    for each in booked:
        verdict = each.found.verdict
        if verdict is Verdict.GOOD:
            continue
        values: dict[str, str | int | float] = {
            "register": label(each.kind.titles, settings.site.language),
            "number": each.entry.id,
            "what": each.what[:80],
            "start": f"{begins(each.entry).astimezone(settings.site.zone):%Y-%m-%d %H:%M}",
            "devices": ", ".join(part.device for part in each.found.wrong[:NAMED]),
        }
        severity = Severity.MAJOR if verdict is Verdict.BAD else Severity.MINOR
        found[f"{each.entry.register}-{each.entry.id}"] = Trouble(severity, Message(_SAYS[verdict], values))
    return found


_SAYS = {
    Verdict.BAD: _("{register} {number} ({what}, {start}): not in order: {devices}"),
    Verdict.UNKNOWN: _("{register} {number} ({what}, {start}): not known whether in order: {devices}"),
}


def _recorded(tx: Connection, settings: Settings, each: Booked, known: Mapping[int, Prepared], now: datetime) -> bool:
    """Write what was found where it is the first time or another verdict, tell it, and open what begins."""
    entry, start = each.entry, begins(each.entry)
    _begin(tx, each.kind, entry, now)
    before = known.get(entry.id)
    if before is not None and before.start == start and before.found.verdict is each.found.verdict:
        return False
    event = sessions.add(tx, entry, each.what, start, each.found, now)
    tell(tx, settings, each.kind, entry, Prepared(entry.id, each.what, start, now, each.found, event), now)
    return True


def _begin(tx: Connection, kind: RegisterType, entry: Entry, now: datetime) -> None:
    """Open the entry of a session that begins; where a field is needed for that, somebody has to."""
    if entry.state is not EntryState.APPROVED or begins(entry) > now:
        return
    try:
        after = step(kind, entry, EntryStep.OPEN, Doer(NETWATCH), now)
    except NotAllowed:
        return
    if registers.save(tx, after, entry.state):
        data = {"entry": entry.id, "register": kind.name, "step": EntryStep.OPEN.value, "state": after.state.value}
        event = events.add(tx, events.Entry(EventKind.REGISTER, now, now, data=data))
        registers.take(tx, after, Taken(entry.id, EntryStep.OPEN, NETWATCH, now, int(event)))


def _named(kind: RegisterType, entry: Entry) -> tuple[str, ...]:
    """Return the devices and groups that an entry names."""
    lists = (entry.values.get(each.name, "") for each in kind.fields if each.kind is FieldKind.DEVICES)
    return tuple(name for text in lists for name in listed(text))


def _members(settings: Settings) -> Mapping[str, tuple[str, ...]]:
    """Return the devices of each group. A device of the same name as a group is meant before it."""
    found: dict[str, tuple[str, ...]] = {}
    for name, device in settings.devices.items():
        for group in device.groups:
            found[group] = (*found.get(group, ()), name)
    return {group: names for group, names in found.items() if group not in settings.devices}


def _windows(tx: Connection, entries: Collection[Entry], now: datetime) -> tuple[Window, ...]:
    """Return the windows opened by command that meet any of some sessions."""
    end = max((each.due for each in entries if each.due is not None), default=now)
    return tuple(each.window for each in windows.overlapping(tx, now, end))
