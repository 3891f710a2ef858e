"""Registers: books of dated entries with approval. Who may take which step, and what an entry is after it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.audit import milliseconds
from netwatch.domain.model import Severity
from netwatch.domain.seal import sealed
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from zoneinfo import ZoneInfo

LONGEST = 1000
"""Characters of a value."""


class FieldKind(Enum):
    """What a field holds."""

    TEXT = "text"
    NUMBER = "number"
    DATE = "date"
    TIME = "time"
    PERSON = "person"
    DEVICE = "device"
    CHOICE = "choice"
    YES = "yes"
    MAIL = "mail"
    DEVICES = "devices"


class Approval(Enum):
    """Whose approval an entry needs."""

    NONE = "none"
    LEADER = "leader"
    TWO_STEP = "two_step"


class Shape(Enum):
    """Whether an entry is of a moment or lasts."""

    POINT = "point"
    INTERVAL = "interval"


class Closing(Enum):
    """What ends an entry; one that is to be verified is confirmed by somebody else than did it."""

    NONE = "none"
    RETURN = "return"
    LEAVE = "leave"
    VERIFY = "verify"


class EntryState(Enum):
    """Where an entry stands. Due, overdue and overrun are computed."""

    DRAFT = "draft"
    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"
    OPEN = "open"
    DONE = "done"
    CONFIRMED = "confirmed"
    CANCELLED = "cancelled"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STATES[self]

    @property
    def over(self) -> bool:
        """Whether nothing more happens to it, but for a confirmation."""
        return self in {EntryState.REJECTED, EntryState.DONE, EntryState.CONFIRMED, EntryState.CANCELLED}


_STATES: Mapping[EntryState, str] = {
    EntryState.DRAFT: _("draft"),
    EntryState.SUBMITTED: _("waits for approval"),
    EntryState.APPROVED: _("approved"),
    EntryState.REJECTED: _("rejected"),
    EntryState.OPEN: _("in progress"),
    EntryState.DONE: _("completed"),
    EntryState.CONFIRMED: _("confirmed"),
    EntryState.CANCELLED: _("cancelled"),
}


class EntryStep(Enum):
    """What somebody does to an entry."""

    CREATE = "create"
    SET = "set"
    SUBMIT = "submit"
    APPROVE = "approve"
    REJECT = "reject"
    OPEN = "open"
    DONE = "done"
    CONFIRM = "confirm"
    CANCEL = "cancel"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STEPS[self]


_STEPS: Mapping[EntryStep, str] = {
    EntryStep.CREATE: _("written"),
    EntryStep.SET: _("changed"),
    EntryStep.SUBMIT: _("submitted"),
    EntryStep.APPROVE: _("approved"),
    EntryStep.REJECT: _("rejected"),
    EntryStep.OPEN: _("begun"),
    EntryStep.DONE: _("completed"),
    EntryStep.CONFIRM: _("confirmed"),
    EntryStep.CANCEL: _("cancelled"),
}
NEEDED_FOR = (EntryStep.SUBMIT, EntryStep.APPROVE, EntryStep.OPEN, EntryStep.DONE, EntryStep.CONFIRM)
"""The steps for which a field can be needed."""


@dataclass(frozen=True, slots=True)
class Field:
    """One thing that an entry says. `needed` is the step that it is needed for; a yes must then be yes."""

    name: str
    titles: Mapping[str, str]
    kind: FieldKind = FieldKind.TEXT
    needed: EntryStep | None = None
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterType:
    """A kind of register. `place` is where its entries stand in the handover report; `owners` keep the book."""

    name: str
    titles: Mapping[str, str]
    fields: tuple[Field, ...]
    approval: Approval = Approval.LEADER
    shape: Shape = Shape.POINT
    closes: Closing = Closing.NONE
    place: str = "nowhere"
    clauses: tuple[str, ...] = ()
    owners: tuple[str, ...] = ()
    remind: timedelta = timedelta()
    severity: Severity = Severity.WARNING
    check_before: timedelta = timedelta()
    """How long before an entry begins its equipment is checked; zero where that is not done."""

    def field(self, name: str) -> Field | None:
        """Return the field of that name."""
        return next((each for each in self.fields if each.name == name), None)

    @property
    def people(self) -> tuple[str, ...]:
        """The fields that name people: whose entry it is, too."""
        return tuple(each.name for each in self.fields if each.kind is FieldKind.PERSON)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as it now is. `start` and `due` are the time asked for, `opened` and `closed` when it really was."""

    register: str
    applicant: str
    created: datetime
    state: EntryState = EntryState.DRAFT
    values: Mapping[str, str] = field(default_factory=dict)
    start: datetime | None = None
    due: datetime | None = None
    opened: datetime | None = None
    closed: datetime | None = None
    approved_by: str | None = None
    approved_at: datetime | None = None
    seconded_by: str | None = None
    done_by: str | None = None
    id: int = 0

    @property
    def approved(self) -> bool:
        """Whether it has all the approval that it needs."""
        return self.state in _APPROVED

    @property
    def seal(self) -> str:
        """All that it says and by whom, as a digest: what it allows follows from any of it."""
        times = (self.created, self.start, self.due, self.opened, self.closed, self.approved_at)
        return sealed(
            "netwatch entry",
            self.register,
            self.values,
            *(None if each is None else milliseconds(each) for each in times),
            *(self.applicant, self.approved_by, self.seconded_by, self.done_by),
        )

    def overdue(self, kind: RegisterType, now: datetime, zone: ZoneInfo) -> bool:
        """Whether it lasts longer than was approved, or waits for its confirmation past the end of its day."""
        if self.state is EntryState.OPEN:
            return self.due is not None and self.due < now
        if self.state is EntryState.DONE and kind.closes is Closing.VERIFY and self.closed is not None:
            return self.closed.astimezone(zone).date() < now.astimezone(zone).date()
        return False

    def covers(self, at: datetime, tolerance: timedelta = timedelta()) -> bool:
        """Whether it was approved and in progress, or meant to be, at a time."""
        if not self.approved:
            return False
        start = self.opened or self.start or self.approved_at or self.created
        end = self.closed or self.due
        return start - tolerance <= at and (end is None or at <= end + tolerance)


_APPROVED = frozenset({EntryState.APPROVED, EntryState.OPEN, EntryState.DONE, EntryState.CONFIRMED})


@dataclass(frozen=True, slots=True)
class Doer:
    """Who takes a step."""

    name: str
    leader: bool = False


class NotAllowed(Exception):
    """A step that may not be taken, and why: an English template, which is the gettext key, and its values."""

    def __init__(self, template: str, values: Mapping[str, str | int] | None = None) -> None:
        self.template = template
        self.values = dict(values or {})
        super().__init__(template.format(**self.values))


def step(
    kind: RegisterType, entry: Entry, what: EntryStep, who: Doer, now: datetime, values: Mapping[str, str] | None = None
) -> Entry:
    """Return an entry after a step; NotAllowed where it may not be taken now, or not by them.

    `values` are new ones for fields, written with the step; they are taken as they are (see `read`).
    """
    entry = _written(kind, entry, what, who, values or {})
    if what is EntryStep.SET:
        return entry
    if entry.state not in _FROM[what]:
        raise NotAllowed(_("entry {number} is {state}; this step cannot follow"), _named(entry))
    return _STEP[what](kind, entry, who, now)


_FROM: Mapping[EntryStep, frozenset[EntryState]] = {
    EntryStep.SUBMIT: frozenset({EntryState.DRAFT}),
    EntryStep.APPROVE: frozenset({EntryState.SUBMITTED}),
    EntryStep.REJECT: frozenset({EntryState.SUBMITTED}),
    EntryStep.OPEN: frozenset({EntryState.APPROVED}),
    EntryStep.DONE: frozenset({EntryState.APPROVED, EntryState.OPEN}),
    EntryStep.CONFIRM: frozenset({EntryState.DONE}),
    EntryStep.CANCEL: frozenset({EntryState.DRAFT, EntryState.SUBMITTED, EntryState.APPROVED}),
}


def _named(entry: Entry) -> dict[str, str | int]:
    return {"number": entry.id, "state": entry.state.title}


def _written(kind: RegisterType, entry: Entry, what: EntryStep, who: Doer, values: Mapping[str, str]) -> Entry:
    """Return an entry with new values: what was approved says what it said, or is submitted anew."""
    if not values:
        return entry
    unknown = next((name for name in values if kind.field(name) is None), None)
    if unknown is not None:
        raise NotAllowed(_("{register} has no field {field}"), {"register": kind.name, "field": unknown})
    if entry.state.over and not (entry.state is EntryState.DONE and what is EntryStep.CONFIRM):
        raise NotAllowed(_("entry {number} is {state} and is not changed any more"), _named(entry))
    changed = {name for name, value in values.items() if entry.values.get(name) != value}
    fixed = {name for name in changed if entry.values.get(name) or not _later(kind, name)}
    new = replace(entry, values={**entry.values, **values})
    if entry.state is EntryState.DRAFT or not fixed:
        return new
    if entry.state in {EntryState.SUBMITTED, EntryState.APPROVED} and who.name == entry.applicant:
        # What an approver has seen is what was approved: another text asks for another approval.
        return replace(new, state=EntryState.SUBMITTED, approved_by=None, approved_at=None, seconded_by=None)
    names: dict[str, str | int] = {"number": entry.id, "field": min(fixed)}
    raise NotAllowed(_("{field} of entry {number} stands as it was submitted; its applicant may submit it anew"), names)


def _later(kind: RegisterType, name: str) -> bool:
    """Whether a field is one that is filled in after the approval."""
    known = kind.field(name)
    return known is not None and known.needed in {EntryStep.OPEN, EntryStep.DONE, EntryStep.CONFIRM}


def _complete(kind: RegisterType, entry: Entry, upto: EntryStep) -> None:
    """Refuse where a field that is needed by now is empty, or a yes is not yes."""
    by_now = NEEDED_FOR[: NEEDED_FOR.index(upto) + 1]
    for each in kind.fields:
        if each.needed not in by_now:
            continue
        value = entry.values.get(each.name, "")
        if not value:
            raise NotAllowed(_("{field}: is needed before this step"), {"field": each.name})
        if each.kind is FieldKind.YES and value != "yes":
            raise NotAllowed(_("{field}: must be confirmed before this step"), {"field": each.name})


def _submit(kind: RegisterType, entry: Entry, _who: Doer, now: datetime) -> Entry:
    _complete(kind, entry, EntryStep.SUBMIT)
    if kind.shape is Shape.INTERVAL and entry.due is None:
        raise NotAllowed(_("until: say until when"))
    if entry.start is not None and entry.due is not None and entry.due <= entry.start:
        raise NotAllowed(_("until: must be after the start"))
    if kind.approval is not Approval.NONE:
        return replace(entry, state=EntryState.SUBMITTED)
    if kind.shape is Shape.INTERVAL:
        if entry.start is not None and entry.start > now:
            return replace(entry, state=EntryState.APPROVED)
        return replace(entry, state=EntryState.OPEN, opened=now)
    _complete(kind, entry, EntryStep.DONE)
    return replace(entry, state=EntryState.DONE, opened=now, closed=now, done_by=entry.applicant)


def _approve(kind: RegisterType, entry: Entry, who: Doer, now: datetime) -> Entry:
    _judge(entry, who)
    _complete(kind, entry, EntryStep.APPROVE)
    if kind.approval is Approval.TWO_STEP and entry.seconded_by is None:
        return replace(entry, seconded_by=who.name)
    if entry.seconded_by == who.name:
        raise NotAllowed(_("{name} has approved it already; it takes somebody else"), {"name": who.name})
    return replace(entry, state=EntryState.APPROVED, approved_by=who.name, approved_at=now)


def _reject(_kind: RegisterType, entry: Entry, who: Doer, now: datetime) -> Entry:
    _judge(entry, who)
    return replace(entry, state=EntryState.REJECTED, approved_by=who.name, approved_at=now, closed=now)


def _judge(entry: Entry, who: Doer) -> None:
    if not who.leader:
        raise NotAllowed(_("{name} does not lead"), {"name": who.name})
    if who.name == entry.applicant:
        raise NotAllowed(_("{name} asked for it; somebody else judges"), {"name": who.name})


def _open(kind: RegisterType, entry: Entry, _who: Doer, now: datetime) -> Entry:
    if kind.shape is Shape.POINT:
        raise NotAllowed(_("an entry of {register} does not last; it is completed at once"), {"register": kind.name})
    _complete(kind, entry, EntryStep.OPEN)
    return replace(entry, state=EntryState.OPEN, opened=now)


def _done(kind: RegisterType, entry: Entry, who: Doer, now: datetime) -> Entry:
    if entry.state is EntryState.APPROVED and kind.shape is Shape.INTERVAL:
        raise NotAllowed(_("entry {number} has not begun"), {"number": entry.id})
    _complete(kind, entry, EntryStep.DONE)
    return replace(entry, state=EntryState.DONE, opened=entry.opened or now, closed=now, done_by=who.name)


def _confirm(kind: RegisterType, entry: Entry, who: Doer, _now: datetime) -> Entry:
    _complete(kind, entry, EntryStep.CONFIRM)
    if kind.closes is Closing.VERIFY and who.name == entry.done_by:
        raise NotAllowed(_("{name} did it; somebody else confirms"), {"name": who.name})
    return replace(entry, state=EntryState.CONFIRMED)


def _cancel(_kind: RegisterType, entry: Entry, who: Doer, now: datetime) -> Entry:
    if who.name != entry.applicant and not who.leader:
        raise NotAllowed(_("only who asked for it, or a leader, cancels it"))
    return replace(entry, state=EntryState.CANCELLED, closed=now)


_STEP = {
    EntryStep.SUBMIT: _submit,
    EntryStep.APPROVE: _approve,
    EntryStep.REJECT: _reject,
    EntryStep.OPEN: _open,
    EntryStep.DONE: _done,
    EntryStep.CONFIRM: _confirm,
    EntryStep.CANCEL: _cancel,
}


def extend(kind: RegisterType, entry: Entry, due: datetime, who: Doer) -> Entry:
    """Return an entry with another end: what was approved is extended by a leader who did not ask for it."""
    if entry.state.over:
        raise NotAllowed(_("entry {number} is {state} and is not changed any more"), _named(entry))
    if kind.approval is not Approval.NONE and entry.state in {EntryState.APPROVED, EntryState.OPEN}:
        _judge(entry, who)
    return replace(entry, due=due)


def read(kind: Field, text: str) -> str:
    """Return a value as it is kept; NotAllowed where it is not what the field holds."""
    clean = "".join(each for each in text if each == "\n" or each.isprintable()).strip()
    if len(clean) > LONGEST:
        raise NotAllowed(_("{field}: is longer than {most} characters"), {"field": kind.name, "most": LONGEST})
    if clean and not _READ[kind.kind](kind, clean):
        raise NotAllowed(_SAYS[kind.kind], {"field": kind.name, "choices": ", ".join(kind.choices)})
    return clean


def listed(text: str) -> tuple[str, ...]:
    """Return the names in a list as a person writes it: between commas of either language, or spaces."""
    return tuple(dict.fromkeys(name for name in re.split(r"[\s,，、;；]+", text) if name))


def _is_number(_kind: Field, text: str) -> bool:
    return re.fullmatch(r"-?\d{1,12}(\.\d{1,6})?", text, re.ASCII) is not None


def _is_date(_kind: Field, text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _is_time(_kind: Field, text: str) -> bool:
    try:
        datetime.fromisoformat(text)
    except ValueError:
        return False
    return True


_READ: Mapping[FieldKind, Callable[[Field, str], bool]] = {
    FieldKind.TEXT: lambda _kind, _text: True,
    FieldKind.PERSON: lambda _kind, text: "\n" not in text,
    FieldKind.DEVICE: lambda _kind, text: "\n" not in text,
    FieldKind.DEVICES: lambda _kind, text: bool(listed(text)),
    FieldKind.NUMBER: _is_number,
    FieldKind.DATE: _is_date,
    FieldKind.TIME: _is_time,
    FieldKind.CHOICE: lambda kind, text: text in kind.choices,
    FieldKind.YES: lambda _kind, text: text in {"yes", "no"},
    FieldKind.MAIL: lambda _kind, text: re.fullmatch(r"[!-~]{1,64}@[A-Za-z0-9.-]{1,190}", text) is not None,
}
_SAYS = {
    FieldKind.TEXT: "",
    FieldKind.PERSON: _("{field}: must be a name on one line"),
    FieldKind.DEVICE: _("{field}: must be a name on one line"),
    FieldKind.DEVICES: _("{field}: must be names of devices or groups"),
    FieldKind.NUMBER: _("{field}: must be a number"),
    FieldKind.DATE: _("{field}: must be a date such as 2026-11-22"),
    FieldKind.TIME: _("{field}: must be a time such as 2026-11-22 08:00"),
    FieldKind.CHOICE: _("{field}: must be one of {choices}"),
    FieldKind.YES: _("{field}: must be yes or no"),
    FieldKind.MAIL: _("{field}: must be a mail address"),
}
