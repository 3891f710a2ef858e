"""The one transaction of one look: states, samples, faults, what to tell, what the device is."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import structlog

from netwatch.domain import cases, topology
from netwatch.domain import faults as rules
from netwatch.domain.judge import Judged, judge
from netwatch.domain.model import (
    Changed,
    CheckId,
    CheckState,
    Closed,
    Event,
    Fault,
    FlapEnded,
    FlapStarted,
    Health,
    Observation,
    Opened,
    Policy,
    Severity,
    Subject,
)
from netwatch.domain.topology import Reach
from netwatch.errors import StorageUnavailable
from netwatch.storage import checks, devices, events, faults
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.history import Recorder
from netwatch.workers.hardware import take
from netwatch.workers.telling import Manner, manner, tell
from probes.api import Failure, Measurement, Message, Reading, _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

    from netwatch.clock import Clock
    from netwatch.config import Check
    from netwatch.domain.notices import Circumstances
    from netwatch.progress import Progress
    from netwatch.storage.database import Database
    from netwatch.workers.watched import Watched

log = structlog.get_logger()

KINDS = {
    Opened: EventKind.OPENED,
    Changed: EventKind.CHANGED,
    Closed: EventKind.CLOSED,
    FlapStarted: EventKind.FLAPPING,
    FlapEnded: EventKind.CALM,
}
LONGEST_PAUSE = 30.0
BOOK_POLICY = Policy(fail_after=1, recover_after=1, reopen_within=timedelta(), flap_start=1e9)


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something wrong in a book: how bad, and what, in a sentence."""

    severity: Severity
    summary: Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a look has led to."""

    in_doubt: bool = False
    events: tuple[tuple[CheckState, Event], ...] = ()


class Observer:
    """Turns readings into rows, one transaction each."""

    def __init__(
        self, database: Database, watched: Watched, clock: Clock, progress: Progress, wake: Callable[[], None]
    ) -> None:
        self._database = database
        self._watched = watched
        self._clock = clock
        self._progress = progress
        self._wake = wake
        self._recorder = Recorder()
        self._devices: dict[str, devices.Standing] = {}

    async def load(self) -> None:
        """Read what was known of the devices."""
        self._devices = await self._database.read(devices.everything)

    async def observe(self, check: Check, reading: Reading, now: datetime) -> Outcome:
        """Judge a reading and record what follows from it. While the disk is full it waits, and loses nothing."""
        if self._says_nothing(check, reading):
            return Outcome(in_doubt=True)
        settings = self._watched.settings
        judged = Judged(check.device, check.name, check.reachability, check.severity, settings.meanings(check.kind))
        seen = judge(judged, reading, now, settings.rule, self._watched.by_id(check.device))
        before = {each.subject.id: self._watched.of(each.subject, now) for each in seen}
        stepped = [(each, *rules.step(before[each.subject.id], each, check.policy)) for each in seen]
        states = tuple(state for _seen, state, _events in stepped)
        happened = tuple((state, event) for _seen, state, found in stepped for event in found)
        changed = tuple(state for state in states if _is_news(before[state.subject.id], state))
        only_seen = tuple(state for state in states if not state.subject.meaning and state not in changed)
        standing = self._standing(check.device, states, reading, now)
        samples = _samples(reading)
        around = self._watched.around(check.device, now)
        culprit = self._watched.culprit(check.device)
        how = manner(settings.file.mail)
        inventory = reading.inventory if isinstance(reading, Measurement) else None

        def work(tx: Connection) -> None:
            checks.save(tx, changed)
            checks.see(tx, only_seen)
            if samples:
                self._recorder.add(tx, f"{check.device}/{check.name}", now, samples)
            if standing is not None:
                devices.save(tx, standing)
            for state, event in happened:
                _record(tx, _Happened(check.policy.reopen_within, state, event, now), around, culprit, how)
            if inventory is not None:
                take(tx, settings, check.device, check.name, inventory, now)

        await self._write(work)
        self._watched.keep(states)
        if standing is not None:
            self._devices[check.device] = standing
        if happened or inventory is not None:
            self._wake()
            for state, event in happened:
                log.info(KINDS[type(event)].value, check=state.subject.id, summary=str(state.summary))
        return Outcome(any(state.in_doubt for state in states), happened)

    async def book(self, name: str, troubles: Mapping[str, Trouble], now: datetime) -> None:
        """Record all that is wrong in a book just now, by key; what is no longer in it is over.

        A book is what people keep, not a device: registers, duties. Its faults take the same path as any other:
        `Subject(device="@name", check=key)`. One look decides, since nothing is measured.
        """
        device = f"@{name}"
        wrong = {Subject(device, key): trouble for key, trouble in troubles.items()}
        await self._stand(device, wrong, tuple(state.subject for state in self._watched.states(device)), now)

    async def stand(self, device: str, check: str, troubles: Mapping[str, Trouble], now: datetime) -> None:
        """Record all that is wrong with one side of a device just now, by key; what is no longer in it is over.

        It is for what is not measured, such as what a device is set to: `Subject(device, check, meaning=key)`.
        """
        wrong = {Subject(device, check, key): trouble for key, trouble in troubles.items()}
        known = (state.subject for state in self._watched.states(device))
        await self._stand(device, wrong, tuple(each for each in known if each.check == check and each.meaning), now)

    async def _stand(
        self, device: str, wrong: Mapping[Subject, Trouble], known: tuple[Subject, ...], now: datetime
    ) -> None:
        seen = [Observation(subject, now, each.severity, each.summary) for subject, each in wrong.items()]
        seen += [Observation(each, now, None, Message(_("settled"))) for each in known if each not in wrong]
        stepped = [(each, *rules.step(self._watched.of(each.subject, now), each, BOOK_POLICY)) for each in seen]
        happened = tuple((state, event) for _seen, state, found in stepped for event in found)
        # Looked at twice in one instant, what is wrong still stands: without its state its fault would never close.
        over = [state.subject.id for _each, state, _events in stepped if state.health is not Health.FAILING]
        stands = tuple(state for _each, state, _events in stepped if state.health is Health.FAILING)
        around, how = self._watched.around(device, now), manner(self._watched.settings.file.mail)

        def work(tx: Connection) -> None:
            checks.save(tx, stands)
            checks.forget(tx, frozenset(over))
            for state, event in happened:
                _record(tx, _Happened(timedelta(), state, event, now), around, None, how)

        if not stepped:
            return
        await self._write(work)
        self._watched.keep(stands)
        self._watched.forget(over)
        if happened:
            self._wake()

    def _says_nothing(self, check: Check, reading: Reading) -> bool:
        """Whether a failure says nothing of this check: its device, or the monitor itself, is out of reach."""
        if not isinstance(reading, Failure):
            return False
        canary = check.device in self._watched.settings.site.canaries
        if check.reachability:
            return not canary and self._watched.isolated()
        return self._watched.reach(check.device) in (Reach.NO, Reach.DOUBT)

    def _standing(
        self, device: str, fresh: tuple[CheckState, ...], reading: Reading, now: datetime
    ) -> devices.Standing | None:
        """Return the device as it now is, None when nothing of it has changed."""
        states = {**self._watched.by_id(device), **{state.subject.id: state for state in fresh}}
        window = self._watched.window(device, now)
        upstream = self._watched.standing(device)
        state, reason = topology.device_state(tuple(states.values()), window, upstream)
        known = self._devices.get(device)
        facts = dict(known.facts) if known else {}
        if isinstance(reading, Measurement):
            facts.update(reading.facts)
        since = known.since if known and known.state is state else now
        standing = devices.Standing(device, state, since, reason, facts)
        return None if standing == known else standing

    async def _write(self, work: Callable[[Connection], None]) -> None:
        pause = 1.0
        while True:
            try:
                await self._database.write(work)
            except StorageUnavailable as error:
                self._recorder.forget()
                if self._progress.writer_ok:
                    log.exception("cannot record", error=str(error))
                self._progress.writer_ok = False
                await self._clock.sleep(pause)
                pause = min(2 * pause, LONGEST_PAUSE)
            except BaseException:
                self._recorder.forget()
                raise
            else:
                if not self._progress.writer_ok:
                    log.info("records again")
                self._progress.writer_ok = True
                return


@dataclass(frozen=True, slots=True)
class _Happened:
    """An event with all that its record needs."""

    reopen_within: timedelta
    state: CheckState
    event: Event
    now: datetime


def _record(tx: Connection, happened: _Happened, around: Circumstances, culprit: CheckId | None, how: Manner) -> None:
    """Write an event into its fault and the journal, and what is to be told of it."""
    state, event, now = happened.state, happened.event, happened.now
    last = faults.last_of(tx, state.subject.id)
    kind = KINDS[type(event)]
    if isinstance(event, Opened):
        fault = cases.open_case(state, event, last, happened.reopen_within)
        kind = kind if fault.id == cases.NEW else EventKind.REOPENED
        fault = faults.add(tx, fault) if fault.id == cases.NEW else fault
    elif last is None:
        return
    else:
        fault = cases.advance(last, event)
    fault = caused(tx, fault, culprit)
    faults.save(tx, fault)
    entry = Entry(
        kind=kind,
        at=event.at,
        recorded_at=now,
        device=state.subject.device,
        fault=fault.id,
        level=fault.severity.name.lower(),
        summary=state.summary,
    )
    events.add(tx, entry)
    tell(tx, fault, around, how, now)


def caused(tx: Connection, fault: Fault, culprit: CheckId | None) -> Fault:
    """Return the fault tied to the open fault of the check that explains it, if there is one."""
    if not (fault.reachability and fault.open):
        return fault
    found = faults.open_of(tx, culprit) if culprit is not None else None
    return replace(fault, cause=found.id if found is not None else None)


def _is_news(before: CheckState, after: CheckState) -> bool:
    """Whether a state must be written as a whole: for what changes judgement, and for a check's own sentence.

    The sentence of an item holds its value, which changes with every look and is kept with the samples.
    """
    said = after.summary if after.subject.meaning else before.summary
    return replace(before, seen=None, value=None, summary=said) != replace(after, seen=None, value=None)


def _samples(reading: Reading) -> Mapping[str, float | None]:
    if not isinstance(reading, Measurement):
        return {}
    return {f"{each.meaning}/{each.item}" if each.item else each.meaning: each.value for each in reading.values}
