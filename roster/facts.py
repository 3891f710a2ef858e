"""What a handover report is made of: facts, which the service hands in as of one moment.

All times are aware; they are kept in UTC. What people wrote is a `str`, what the program says a `Phrase`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import Enum

from roster.layers import Post
from roster.phrase import Phrase


def _(title: str) -> str:
    """Mark a title for translation; it is translated where it is shown."""
    return title


class Severity(Enum):
    """How bad a fault is, the worst first."""

    CRITICAL = "critical"
    MAJOR = "major"
    MINOR = "minor"
    WARNING = "warning"
    INFORMATION = "information"

    @property
    def rank(self) -> int:
        """Its place among the severities, 0 for the worst."""
        return _RANKS[self]

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _SEVERITIES[self]


_SEVERITIES: Mapping[Severity, str] = {
    Severity.CRITICAL: _("critical"),
    Severity.MAJOR: _("major"),
    Severity.MINOR: _("minor"),
    Severity.WARNING: _("warning"),
    Severity.INFORMATION: _("information"),
}
_RANKS: Mapping[Severity, int] = {severity: rank for rank, severity in enumerate(Severity)}


class Sight(Enum):
    """Why a device's true state is not known."""

    UNREACHABLE = "unreachable"
    UNKNOWN = "unknown"
    NOT_SEEN = "not seen"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _SIGHTS[self]


_SIGHTS: Mapping[Sight, str] = {
    Sight.UNREACHABLE: _("unreachable"),
    Sight.UNKNOWN: _("unknown"),
    Sight.NOT_SEEN: _("not seen yet"),
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody on the roster, by the name that people know."""

    name: str
    phone: str = ""
    mail: str = ""


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Who holds a post."""

    post: Post
    person: Person


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """Somebody has taken a fault upon themselves, until `until` where that is set."""

    by: str
    at: datetime
    text: str = ""
    until: datetime | None = None

    def in_force(self, at: datetime) -> bool:
        """Say whether it still holds."""
        return self.until is None or at < self.until


@dataclass(frozen=True, slots=True)
class Note:
    """What somebody did about a fault."""

    at: datetime
    author: str
    text: str


@dataclass(frozen=True, slots=True)
class NextAction:
    """What is to be done next, by when, by whom, and whom to call."""

    text: str
    due: datetime | None = None
    who: str = ""
    phone: str = ""


@dataclass(frozen=True, slots=True)
class Fault:
    """Something that is or was wrong.

    `opened_event` is the number of the event that opened or last reopened it, `closed_event` of the one
    that closed it: by them it falls into one report. `where` is the place, `affects` who notices, as
    configured. `root` is the fault of the device in front, `hidden` how many faults this one explains.
    """

    id: int
    device: str
    check: str
    severity: Severity
    summary: Phrase
    opened: datetime
    opened_event: int
    where: str = ""
    confirmed: datetime | None = None
    closed: datetime | None = None
    closed_event: int | None = None
    reopened: int = 0
    acknowledged: Acknowledgement | None = None
    affects: str = ""
    notes: tuple[Note, ...] = ()
    next_action: NextAction | None = None
    phone: str = ""
    cause: str = ""
    repair: str = ""
    root: int | None = None
    hidden: int = 0

    def __post_init__(self) -> None:
        if (self.closed is None) != (self.closed_event is None):
            raise ValueError(f"fault {self.id}: a closed fault has the number of the event that closed it")

    def taken(self, at: datetime) -> bool:
        """Say whether somebody has taken it upon themselves."""
        return self.acknowledged is not None and self.acknowledged.in_force(at)


@dataclass(frozen=True, slots=True)
class Task:
    """Something that is handed on; `key` is the same in every report until it is done.

    `text` is what a person wrote, `what` what the program says of it.
    """

    key: str
    text: str
    since: datetime
    due: datetime | None = None
    who: str = ""
    phone: str = ""
    what: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Window:
    """A maintenance window, in force or to come."""

    title: str
    devices: tuple[str, ...]
    start: datetime
    end: datetime
    author: str = ""


@dataclass(frozen=True, slots=True)
class Silence:
    """Something of which nobody is told for a while."""

    scope: str
    since: datetime
    until: datetime | None = None
    author: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Unseen:
    """A device whose true state is not known."""

    device: str
    sight: Sight
    where: str = ""
    since: datetime | None = None
    reason: Phrase | None = None


@dataclass(frozen=True, slots=True)
class Redundancy:
    """A device that has lost an uplink and goes on over the `left` others.

    `away` are the devices in front of it that are gone, `faults` the numbers of the faults that say so.
    """

    device: str
    away: tuple[str, ...]
    left: int
    where: str = ""
    since: datetime | None = None
    faults: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Forecast:
    """A value that reaches its limit before long; numbers are with their unit, `daily` is the change in a day."""

    device: str
    what: str
    item: str
    reaches: datetime
    limit: str
    now: str
    daily: str
    rising: bool = True


@dataclass(frozen=True, slots=True)
class Outlook:
    """What reaches its limit before long: found among the `looked` values nearest to theirs, of `known`."""

    forecasts: tuple[Forecast, ...] = ()
    looked: int = 0
    known: int = 0


@dataclass(frozen=True, slots=True)
class Flapping:
    """Something that changes too often to tell each change."""

    device: str
    check: str
    since: datetime | None = None
    fault: int | None = None


class Kept(Enum):
    """How a recurring duty fares."""

    DONE = "done"
    LATE = "late"
    MISSED = "missed"
    OVERDUE = "overdue"
    DUE = "due"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _KEPT[self]


_KEPT: Mapping[Kept, str] = {
    Kept.DONE: _("done"),
    Kept.LATE: _("done late"),
    Kept.MISSED: _("missed"),
    Kept.OVERDUE: _("overdue"),
    Kept.DUE: _("due"),
}

ANSWERS: Mapping[str, str] = {"yes": _("yes"), "no": _("no"), "clean": _("clean"), "infected": _("infected")}
"""What an entry of a shipped register has in a field of few choices, in words to be translated."""

Names = Mapping[str, str]
"""What a site calls something, by language: `{"zh_CN": "巡检", "en": "Inspection round"}`."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What was found at one item of a checklist; `good` is None where nothing is judged."""

    item: Names
    value: str
    good: bool | None = None
    text: str = ""
    """What a person wrote."""


@dataclass(frozen=True, slots=True)
class Performed:
    """One occurrence of a recurring duty: when it is due, what became of it, by whom.

    `round` says that it is an inspection round, of section 6; any other stands in section 7. `event` is the number of
    the event that says it is done or excused. `text` is a remark, or the reason why it was missed.
    """

    key: str
    duty: str
    names: Names
    kept: Kept
    due: datetime
    round: bool = False
    by: str = ""
    at: datetime | None = None
    text: str = ""
    answers: tuple[Answer, ...] = ()
    receipt: str = ""
    confirmed: str = ""
    """Whom they told by phone, under which number, when: as written."""
    event: int | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """What a sensor of the machine room read over the shift, against its limits."""

    names: Names
    least: float
    most: float
    last: float
    unit: str = ""
    low: float | None = None
    high: float | None = None

    @property
    def good(self) -> bool:
        """Whether it kept within its limits."""
        return (self.low is None or self.low <= self.least) and (self.high is None or self.most <= self.high)


class Place(Enum):
    """Where entries of a register stand in the report."""

    CHANGES = "changes"
    DUTIES = "duties"
    PEOPLE = "people"
    NOWHERE = "nowhere"


@dataclass(frozen=True, slots=True)
class Labelled:
    """A field of an entry: what it is called, and what a person wrote there."""

    names: Names
    value: str


@dataclass(frozen=True, slots=True)
class Record:
    """An entry of a register: what it says, who asked, who approved, whether it still is, and whether it is overdue.

    `state` is one of the words of `netwatch.domain.registers.EntryState`, to be translated. `fields` are names and
    values as written. `opened_event` and `closed_event` are the numbers of the events that say so.
    """

    number: int
    register: str
    names: Names
    place: Place
    state: str
    text: str
    applicant: str
    since: datetime
    due: datetime | None = None
    overdue: bool = False
    waiting: bool = False
    """Whether it waits for an approval."""
    open: bool = True
    approver: str = ""
    closed: datetime | None = None
    fields: tuple[Labelled, ...] = ()
    device: str = ""
    opened_event: int = 0
    closed_event: int | None = None


@dataclass(frozen=True, slots=True)
class Unapproved:
    """Something that happened to a device or a part without an approved entry that explains it.

    `entry` is the register entry that does explain it, `change` the change request, 0 for none; `settled` says that a
    leader has judged it, or that it is over.
    """

    number: int
    device: str
    what: Phrase
    at: datetime
    entry: int = 0
    settled: bool = False
    text: str = ""
    by: str = ""
    event: int = 0
    verdict: str = ""
    """What was judged, in a word of the catalogue."""
    change: int = 0
    mark: str = "#"
    """What stands before its number: each kind of them is numbered by itself."""


class Saying(Enum):
    """What a person adds to the report in words."""

    WATCH = "watch"
    INSTRUCTION = "instruction"
    OBJECTS = "objects"


@dataclass(frozen=True, slots=True)
class Word:
    """Something to watch with what to do then, a leader's instruction, or the count of keys, cards and phones."""

    saying: Saying
    text: str
    by: str
    at: datetime
    key: str = ""


@dataclass(frozen=True, slots=True)
class Stand:
    """Somebody who stands in for another on this shift, and whether a leader has approved it."""

    post: Post
    person: str
    planned: str
    reason: str = ""
    approved: bool = True


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail that was sent; `event` is the number of the event that says so, where there is one."""

    at: datetime
    to: str
    subject: str
    event: int | None = None


@dataclass(frozen=True, slots=True)
class MailFigures:
    """How mail fares: attempts that failed, letters that wait, the oldest of them, and letters given up."""

    sent: int = 0
    failed: int = 0
    waiting: int = 0
    given_up: int = 0
    oldest: datetime | None = None


@dataclass(frozen=True, slots=True)
class LogEntry:
    """A line of the duty log; `id` is its event's number, `level` a word of the program.

    What was corrected names its corrections, and stays; what an admin has hidden has no text, and says so.
    """

    id: int
    occurred_at: datetime
    recorded_at: datetime
    author: str
    text: str
    level: str = ""
    links: tuple[str, ...] = ()
    corrects: int = 0
    replies_to: int = 0
    corrected_by: tuple[int, ...] = ()
    hidden: bool = False


@dataclass(frozen=True, slots=True)
class Polls:
    """How one kind of poll fares: the last that came home, and how many are late."""

    kind: str
    last: datetime | None = None
    late: int = 0


@dataclass(frozen=True, slots=True)
class Monitoring:
    """How the monitoring itself fares. None means not known; `clock_offset` is in seconds.

    `queue` is how many polls are due and wait; `backup_at` when netwatch itself was last backed up, `backup_good`
    whether that is as it should be: where it is not, `problems` say why.
    """

    devices_total: int = 0
    devices_seen: int = 0
    polls: tuple[Polls, ...] = ()
    queue: int | None = None
    clock_offset: float | None = None
    clock_synchronised: bool | None = None
    backup_at: datetime | None = None
    backup_good: bool | None = None
    problems: tuple[Phrase, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that a report is built from, read at one moment `at`, after event number `upto_event`.

    `faults` are all open ones, and those opened or closed since the previous report. `outgoing` and
    `incoming` are everybody on duty in this shift and the next; `next_shift` is that shift's title.
    `after_event` counts only where there is no previous report, else that one's cut does.
    `previous_digest` is the archived digest of the previous report; `day_kind` a word of the calendar.
    """

    at: datetime
    upto_event: int
    after_event: int = 0
    revision: int = 1
    previous_digest: str = ""
    day_kind: str = ""
    outgoing: tuple[OnDuty, ...] = ()
    incoming: tuple[OnDuty, ...] = ()
    next_shift: str = ""
    next_start: datetime | None = None
    next_end: datetime | None = None
    faults: tuple[Fault, ...] = ()
    tasks: tuple[Task, ...] = ()
    windows: tuple[Window, ...] = ()
    silences: tuple[Silence, ...] = ()
    unseen: tuple[Unseen, ...] = ()
    redundancy: tuple[Redundancy, ...] = ()
    flapping: tuple[Flapping, ...] = ()
    outlook: Outlook = Outlook()
    mail: MailFigures = MailFigures()
    mails: tuple[Mail, ...] = ()
    log: tuple[LogEntry, ...] = ()
    monitoring: Monitoring = Monitoring()
    performed: tuple[Performed, ...] = ()
    environment: tuple[Environment, ...] = ()
    records: tuple[Record, ...] = ()
    unapproved: tuple[Unapproved, ...] = ()
    words: tuple[Word, ...] = ()
    stands: tuple[Stand, ...] = ()
