"""The facts of a handover report, read from the rows as of one moment, and its archive."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from netwatch.domain.model import BOOKS, DeviceState, Fault, FaultId, Told, Window
from netwatch.domain.notices import Kind
from netwatch.drift import standing as drift_standing
from netwatch.report import approval, capacity, duties, own, redundancy, registers, sessions, signing, standing
from netwatch.storage import devices, events, faults, handovers, outbox, windows
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.outbox import Delivery
from roster import facts as of_report
from roster.cover import Shift, on_duty, shifts
from roster.handover import build, from_json
from roster.layers import Post

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from sqlalchemy import Connection

    from netwatch.config import Settings
    from netwatch.progress import Progress
    from netwatch.storage.devices import Standing
    from netwatch.storage.outbox import Letter
    from roster.report import Handover

COMING = timedelta(days=1)
"""How far ahead maintenance windows are listed."""
INSTANT = timedelta(microseconds=1)
SIGHTS = {
    DeviceState.UNREACHABLE: of_report.Sight.UNREACHABLE,
    DeviceState.UNKNOWN: of_report.Sight.UNKNOWN,
}


ALERTS = frozenset({"digest", *(kind.value for kind in Kind)})
"""The kinds of mails that are listed one by one: those about faults. The others are counted."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A report that is not archived yet."""

    shift: Shift
    handover: Handover


def draft(
    tx: Connection,
    settings: Settings,
    shift: Shift,
    now: datetime,
    progress: Progress | None = None,
    *,
    relief: str | None = None,
    synchronised: bool | None = None,
) -> Draft:
    """Build the report of a shift as of now. Pure but for reading.

    `relief` is who relieves the shift before its end, empty where nobody is named; None at its end. `synchronised`
    is what the kernel says of the clock, for who has no `progress` of a service.
    """
    last = handovers.before(tx, shift.id, relief=relief is not None)
    previous = from_json(last.document) if last is not None else None
    upto = events.last(tx)
    after = last.upto_event if last is not None else 0
    journal = events.between(tx, after, upto)
    letters = _letters(tx, journal)
    seen = devices.everything(tx)
    known = handovers.of_shift(tx, shift.id)
    following = running(settings, shift.end)
    facts = of_report.Facts(
        at=now,
        upto_event=upto,
        revision=known.revision + 1 if known is not None else 1,
        previous_digest=last.digest if last is not None else "",
        day_kind=settings.roster.calendar.day(shift.date).title,
        outgoing=tuple(_on_duty(settings, shift.end - INSTANT)),
        incoming=tuple(
            _on_duty(settings, shift.end)
            if relief is None
            else (of_report.OnDuty(shift.post, person(settings, name)) for name in (relief,) if name)
        ),
        next_shift=following.title if following else "",
        next_start=following.start if following else None,
        next_end=following.end if following else None,
        faults=tuple(_faults(tx, settings, journal)),
        tasks=signing.tasks(tx, settings),
        windows=tuple(_windows(tx, settings, now)),
        unseen=tuple(_unseen(settings, seen)),
        redundancy=tuple(redundancy.lost(tx, settings, seen)),
        flapping=tuple(_flapping(tx)),
        outlook=capacity.outlook(tx, settings, now),
        mail=_mail_figures(tx, journal, letters),
        mails=tuple(_mails(journal, letters)),
        log=tuple(_log(tx, journal, settings)),
        monitoring=own.monitoring(tx, settings, progress, now, journal, synchronised=synchronised),
        words=signing.words(tx, settings, after),
        stands=standing.stands(tx, settings, shift),
        records=(
            *registers.records(tx, settings, after, upto, now),
            *drift_standing.requests(tx, settings, after, upto, now),
        ),
        unapproved=(
            *approval.unapproved(tx, settings, after, upto, now),
            *drift_standing.unapproved(tx, settings, after, upto, now),
        ),
        performed=(
            *duties.performed(tx, settings, shift, after, upto, now),
            *sessions.performed(tx, settings, after, upto),
        ),
        environment=duties.environment(tx, settings, shift, now),
    )
    return Draft(shift, build(shift, facts, previous))


def running(settings: Settings, now: datetime) -> Shift | None:
    """Return the primary shift that is on."""
    return next((shift for shift in on_duty(settings.roster, now) if shift.post is Post.PRIMARY), None)


def ended(settings: Settings, after: datetime, upto: datetime) -> tuple[Shift, ...]:
    """Return the primary shifts that ended in (after, upto], in order."""
    if after >= upto:
        return ()
    found = shifts(settings.roster, after, upto + INSTANT)
    return tuple(
        sorted(
            (shift for shift in found if shift.post is Post.PRIMARY and after < shift.end <= upto),
            key=lambda shift: (shift.end, shift.start),
        )
    )


def of_archive(settings: Settings, archived: handovers.Archived, handover: Handover, people: tuple[str, ...]) -> Shift:
    """Return the shift of an archived report, as the roster has it or as the report says."""
    found = shifts(settings.roster, archived.start, archived.end)
    slot = archived.shift.partition("+")[0]
    said = Shift(
        id=archived.shift,
        slot=slot,
        template=slot.partition("/")[0],
        title=handover.head.title,
        date=handover.head.date,
        post=handover.head.post,
        planned=people,
        people=people,
        start=archived.start,
        end=archived.end,
    )
    return next((shift for shift in found if shift.id == archived.shift), said)


def person(settings: Settings, name: str) -> of_report.Person:
    """Return somebody as a report names them."""
    found = settings.people.get(name)
    if found is None:
        return of_report.Person(name)
    return of_report.Person(found.title or name, found.phone or "", found.mail or "")


def recipients(settings: Settings, shift: Shift) -> tuple[str, ...]:
    """Return who gets the report: outgoing, incoming, the leader on call, and the configured leaders."""
    going = [name for each in on_duty(settings.roster, shift.end - INSTANT) for name in each.people]
    coming = [name for each in on_duty(settings.roster, shift.end) for name in each.people]
    return tuple(dict.fromkeys([*going, *coming, *settings.file.handover.leaders]))


def _on_duty(settings: Settings, at: datetime) -> Iterable[of_report.OnDuty]:
    for shift in on_duty(settings.roster, at):
        for name in shift.people:
            yield of_report.OnDuty(shift.post, person(settings, name))


def _faults(tx: Connection, settings: Settings, journal: tuple[Entry, ...]) -> Iterable[of_report.Fault]:
    found = {fault.id: fault for fault in faults.opened(tx)}
    for entry in journal:
        moved = entry.kind in (EventKind.OPENED, EventKind.REOPENED, EventKind.CLOSED)
        if moved and entry.fault is not None and entry.fault not in found:
            fault = faults.get(tx, FaultId(entry.fault))
            if fault is not None:
                found[fault.id] = fault
    said = signing.next_actions(tx, settings)
    for fault in found.values():
        yield _fault(tx, settings, fault, said.get(int(fault.id)))


def _fault(tx: Connection, settings: Settings, fault: Fault, following: of_report.NextAction | None) -> of_report.Fault:
    timeline = events.of_fault(tx, fault.id)
    device = settings.devices.get(fault.subject.device)
    opening = (EventKind.OPENED, EventKind.REOPENED)
    taken = fault.acknowledged
    return of_report.Fault(
        id=fault.id,
        device=fault.subject.device,
        check=fault.subject.id,
        severity=of_report.Severity(fault.severity.name.lower()),
        summary=fault.summary,
        opened=fault.opened,
        opened_event=_number(timeline, opening),
        where=(device.title or "") if device else BOOKS.get(fault.subject.device, ""),
        confirmed=fault.confirmed,
        closed=fault.closed,
        closed_event=_number(timeline, (EventKind.CLOSED,)) if fault.closed else None,
        reopened=fault.reopened,
        acknowledged=of_report.Acknowledgement(person(settings, taken.by).name, taken.at, taken.text, taken.until)
        if taken
        else None,
        affects=(device.affects or "") if device else "",
        notes=tuple(
            of_report.Note(entry.at, person(settings, entry.actor or "").name, entry.text or "")
            for entry in timeline
            if entry.kind is EventKind.NOTE
        ),
        next_action=following or (of_report.NextAction(device.runbook) if device and device.runbook else None),
        root=fault.cause,
    )


def _number(timeline: Iterable[Entry], kinds: tuple[EventKind, ...]) -> int:
    return max((entry.id or 0 for entry in timeline if entry.kind in kinds), default=0)


def _windows(tx: Connection, settings: Settings, now: datetime) -> Iterable[of_report.Window]:
    for opened in windows.overlapping(tx, now, now + COMING):
        yield _window(opened.window, person(settings, opened.actor).name)
    for window in settings.windows(now, now + COMING):
        yield _window(window, "")


def _window(window: Window, author: str) -> of_report.Window:
    return of_report.Window(window.title, tuple(sorted(window.devices)), window.start, window.end, author)


def _unseen(settings: Settings, known: Mapping[str, Standing]) -> Iterable[of_report.Unseen]:
    for name, device in settings.devices.items():
        standing = known.get(name)
        where = device.title or ""
        if standing is None:
            yield of_report.Unseen(name, of_report.Sight.NOT_SEEN, where)
        elif standing.state in SIGHTS:
            yield of_report.Unseen(name, SIGHTS[standing.state], where, standing.since, standing.reason)


def _flapping(tx: Connection) -> Iterable[of_report.Flapping]:
    for fault in faults.unsettled(tx):
        if fault.flapping or fault.told is Told.FLAPPING:
            yield of_report.Flapping(fault.subject.device, fault.subject.id, fault.opened, fault.id)


def _letters(tx: Connection, journal: tuple[Entry, ...]) -> dict[int, Letter]:
    """Return the mails that events tell of, by number."""
    told = (EventKind.MAILED, EventKind.MAIL_FAILED)
    return outbox.several(tx, (_letter(entry) for entry in journal if entry.kind in told))


def _letter(entry: Entry) -> int:
    return int((entry.data or {}).get("outbox", 0))


def _mail_figures(tx: Connection, journal: tuple[Entry, ...], letters: Mapping[int, Letter]) -> of_report.MailFigures:
    counted = outbox.counts(tx)
    failed = [entry for entry in journal if entry.kind is EventKind.MAIL_FAILED]
    lost = (letters.get(_letter(entry)) for entry in failed)
    return of_report.MailFigures(
        sent=sum(entry.kind is EventKind.MAILED for entry in journal),
        failed=len(failed),
        waiting=counted.get(Delivery.QUEUED, 0) + counted.get(Delivery.UNROUTED, 0),
        given_up=sum(letter is not None and letter.state is Delivery.GIVEN_UP for letter in lost),
        oldest=outbox.oldest_waiting(tx),
    )


def _mails(journal: tuple[Entry, ...], letters: Mapping[int, Letter]) -> Iterable[of_report.Mail]:
    for entry in journal:
        letter = letters.get(_letter(entry)) if entry.kind is EventKind.MAILED else None
        if letter is not None and letter.kind in ALERTS:
            yield of_report.Mail(entry.at, letter.recipient or "", letter.subject or "", entry.id)


def _log(tx: Connection, journal: tuple[Entry, ...], settings: Settings) -> Iterable[of_report.LogEntry]:
    corrections, hidden = events.chained(tx)
    upto = max((int(entry.id or 0) for entry in journal), default=0)
    for entry in journal:
        if entry.kind is EventKind.LOG and entry.id is not None:
            said = entry.data or {}
            about = f"{said.get('port', '')}", f"=> {said['entry']}" if "entry" in said else ""
            links = (entry.device or "", f"F{entry.fault}" if entry.fault else "", *about)
            tags = tuple(f"#{tag}" for tag in said.get("tags", ()))
            yield of_report.LogEntry(
                id=entry.id,
                occurred_at=entry.at,
                recorded_at=entry.recorded_at,
                author=person(settings, entry.actor or "").name,
                text="" if entry.id in hidden else entry.text or "",
                level=entry.level or "",
                links=tuple(link for link in (*links, *tags) if link),
                corrects=int(said.get("corrects", 0)),
                replies_to=int(said.get("replies_to", 0)),
                corrected_by=tuple(number for number in corrections.get(entry.id, ()) if number <= upto),
                hidden=entry.id in hidden,
            )
