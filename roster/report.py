"""What a handover report holds, and in which places."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from roster.facts import (
    Environment,
    Fault,
    Flapping,
    Kept,
    LogEntry,
    Mail,
    MailFigures,
    Monitoring,
    OnDuty,
    Outlook,
    Performed,
    Place,
    Record,
    Redundancy,
    Saying,
    Severity,
    Silence,
    Stand,
    Task,
    Unapproved,
    Unseen,
    Window,
    Word,
)
from roster.layers import Post

_GRAVE = Severity.MAJOR.rank
_TO_BE_DONE = frozenset({Kept.DUE, Kept.OVERDUE})


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


class Section(Enum):
    """The places of a report, in their order; each is always printed."""

    HEAD = 0
    ACT = 1
    TO_DO = 2
    ABNORMAL = 3
    WATCH = 4
    SHIFT = 5
    ROUNDS = 6
    DUTIES = 7
    PEOPLE = 8
    LOG = 9
    MONITORING = 10
    SIGN_OFF = 11

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]


_TITLES: Mapping[Section, str] = {
    Section.HEAD: _("Handover report"),
    Section.ACT: _("Act now"),
    Section.TO_DO: _("To do"),
    Section.ABNORMAL: _("Abnormal states in force"),
    Section.WATCH: _("Watch"),
    Section.SHIFT: _("This shift"),
    Section.ROUNDS: _("Rounds and environment"),
    Section.DUTIES: _("Duties"),
    Section.PEOPLE: _("People and objects"),
    Section.LOG: _("Duty log"),
    Section.MONITORING: _("The monitoring itself"),
    Section.SIGN_OFF: _("Sign-off"),
}


class Colour(Enum):
    """The state in one word."""

    RED = "red"
    AMBER = "amber"
    GREEN = "green"


class Reason(Enum):
    """Why the state is not green."""

    BLIND = "blind"
    CRITICAL = "critical"
    MAJOR = "major"
    MONITORING = "monitoring"
    UNAPPROVED = "unapproved"
    DUTIES = "duties"
    RECORDS = "records"
    NOBODY_NEXT = "nobody next"


@dataclass(frozen=True, slots=True)
class Head:
    """Which shift hands over to whom, and which events the report holds: after < number <= upto."""

    shift: str
    title: str
    date: date
    day_kind: str
    post: Post
    start: datetime
    end: datetime
    at: datetime
    revision: int
    after_event: int
    upto_event: int
    previous: str
    previous_digest: str
    outgoing: tuple[OnDuty, ...]
    incoming: tuple[OnDuty, ...]
    next_shift: str
    next_start: datetime | None
    next_end: datetime | None


@dataclass(frozen=True, slots=True)
class State:
    """The state in a colour, and why."""

    colour: Colour
    reasons: tuple[Reason, ...]


@dataclass(frozen=True, slots=True)
class FaultEntry:
    """A fault in this report. `age` counts the earlier reports in a row in which it was open.

    What it explains is `hidden` so many and shown beneath it: `behind` names the devices, `worst` is the
    worst of all, and those faults are `beneath`. `lost` is one that the previous report had as open and
    of which the facts know nothing: it is shown once more.
    """

    fault: Fault
    age: int = 0
    open: bool = False
    opened_here: bool = False
    closed_here: bool = False
    worst: Severity = Severity.INFORMATION
    beneath: bool = False
    hidden: int = 0
    behind: tuple[str, ...] = ()
    lost: bool = False


@dataclass(frozen=True, slots=True)
class TaskEntry:
    """A task in this report; `age` counts the earlier reports in a row that had it."""

    task: Task
    age: int = 0


@dataclass(frozen=True, slots=True)
class Handover:
    """One report, whole: everything is worst or earliest first."""

    format: int
    head: Head
    state: State
    faults: tuple[FaultEntry, ...]
    tasks: tuple[TaskEntry, ...]
    windows: tuple[Window, ...]
    silences: tuple[Silence, ...]
    unseen: tuple[Unseen, ...]
    flapping: tuple[Flapping, ...]
    mail: MailFigures
    mails: tuple[Mail, ...]
    log: tuple[LogEntry, ...]
    monitoring: Monitoring
    performed: tuple[Performed, ...] = ()
    environment: tuple[Environment, ...] = ()
    records: tuple[Record, ...] = ()
    unapproved: tuple[Unapproved, ...] = ()
    words: tuple[Word, ...] = ()
    stands: tuple[Stand, ...] = ()
    redundancy: tuple[Redundancy, ...] = ()
    outlook: Outlook = field(default_factory=Outlook)

    @property
    def act_now(self) -> tuple[FaultEntry, ...]:
        """Open critical and major faults."""
        return tuple(entry for entry in self._standing if entry.worst.rank <= _GRAVE)

    @property
    def lesser(self) -> tuple[FaultEntry, ...]:
        """The other open faults."""
        return tuple(entry for entry in self._standing if entry.worst.rank > _GRAVE)

    @property
    def acknowledged(self) -> tuple[FaultEntry, ...]:
        """Open faults that somebody has taken: to be taken over, or released."""
        return tuple(entry for entry in self.faults if entry.open and entry.fault.taken(self.head.at))

    @property
    def opened(self) -> tuple[FaultEntry, ...]:
        """Faults opened in this shift, whether or not they are over."""
        return tuple(entry for entry in self.faults if entry.opened_here)

    @property
    def closed(self) -> tuple[FaultEntry, ...]:
        """Faults closed in this shift."""
        return tuple(entry for entry in self.faults if entry.closed_here)

    @property
    def events(self) -> tuple[FaultEntry, ...]:
        """Faults opened or closed in this shift, but for those that still stand beneath another."""
        return tuple(entry for entry in self.faults if (entry.opened_here or entry.closed_here) and not entry.beneath)

    @property
    def explained(self) -> tuple[FaultEntry, ...]:
        """Faults opened in this shift that still stand beneath another."""
        return tuple(entry for entry in self.faults if entry.opened_here and entry.beneath)

    @property
    def planned(self) -> tuple[Window, ...]:
        """Maintenance to come."""
        return tuple(window for window in self.windows if window.start > self.head.at)

    @property
    def in_force(self) -> tuple[Window, ...]:
        """Maintenance in force."""
        return tuple(window for window in self.windows if window.start <= self.head.at < window.end)

    @property
    def rounds(self) -> tuple[Performed, ...]:
        """Inspection rounds of this shift, done or not."""
        return tuple(each for each in self.performed if each.round)

    @property
    def duties(self) -> tuple[Performed, ...]:
        """The other recurring duties of this shift, done or not."""
        return tuple(each for each in self.performed if not each.round)

    @property
    def due(self) -> tuple[Performed, ...]:
        """Recurring duties that are still to be done."""
        return tuple(each for each in self.performed if each.kept in _TO_BE_DONE)

    @property
    def waiting(self) -> tuple[Record, ...]:
        """Entries of registers that wait for an approval."""
        return tuple(each for each in self.records if each.waiting)

    @property
    def standing(self) -> tuple[Record, ...]:
        """Visitors still inside and things still out."""
        return tuple(each for each in self.records if each.open and not each.waiting and each.place is Place.PEOPLE)

    @property
    def unjudged(self) -> tuple[Unapproved, ...]:
        """What happened without approval and no leader has judged yet."""
        return tuple(each for each in self.unapproved if not each.settled and not each.entry)

    def placed(self, place: Place) -> tuple[Record, ...]:
        """Return the entries of registers that stand in a place."""
        return tuple(each for each in self.records if each.place is place)

    def said(self, saying: Saying) -> tuple[Word, ...]:
        """Return what people said of a kind."""
        return tuple(each for each in self.words if each.saying is saying)

    @property
    def _standing(self) -> tuple[FaultEntry, ...]:
        return tuple(entry for entry in self.faults if entry.open and not entry.beneath)
