"""A service report: what one department got in a week, month or year; how it is released and sent (C8).

A report is frozen when it is drafted. Lengths of time are in seconds. Names of things are in the languages of the site.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import Enum

from netwatch.domain.availability import Share
from netwatch.domain.period import Period, PeriodKind
from netwatch.domain.promptness import Times
from probes.api import _
from roster.document import dumps, loads
from roster.phrase import Phrase


class ReportState(Enum):
    """Where a report stands. Only one that a leader released leaves the house, and it leaves once."""

    DRAFT = "draft"
    RELEASED = "released"
    SENT = "sent"
    WITHHELD = "withheld"
    REPLACED = "replaced"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STATES[self]


_STATES: Mapping[ReportState, str] = {
    ReportState.DRAFT: _("waits to be released"),
    ReportState.RELEASED: _("released by the leader"),
    ReportState.SENT: _("sent to the department"),
    ReportState.WITHHELD: _("withheld"),
    ReportState.REPLACED: _("replaced by a newer draft"),
}


class ReportStep(Enum):
    """What is done to a report."""

    DRAFT = "draft"
    RELEASE = "release"
    WITHHOLD = "withhold"
    SEND = "send"
    REPLACE = "replace"


_LEADS: Mapping[tuple[ReportState, ReportStep], ReportState] = {
    (ReportState.DRAFT, ReportStep.RELEASE): ReportState.RELEASED,
    (ReportState.DRAFT, ReportStep.WITHHOLD): ReportState.WITHHELD,
    (ReportState.DRAFT, ReportStep.REPLACE): ReportState.REPLACED,
    (ReportState.RELEASED, ReportStep.SEND): ReportState.SENT,
}


def stepped(state: ReportState, step: ReportStep) -> ReportState | None:
    """Return where a step leads; None where it cannot follow."""
    return _LEADS.get((state, step))


@dataclass(frozen=True, slots=True)
class Available:
    """How the time of a device, or of several together, was spent. `outages` is how often it was out."""

    name: str
    title: str = ""
    up: float = 0.0
    down: float = 0.0
    cut_off: float = 0.0
    planned: float = 0.0
    unknown: float = 0.0
    outages: int = 0

    @property
    def share(self) -> Share:
        """The same as lengths of time."""
        return Share(
            *(timedelta(seconds=each) for each in (self.up, self.down, self.cut_off, self.planned, self.unknown))
        )


def available(name: str, title: str, share: Share, outages: int) -> Available:
    """Return how the time of a device was spent, as it is kept."""
    return Available(
        name,
        title,
        up=share.up.total_seconds(),
        down=share.down.total_seconds(),
        cut_off=share.cut_off.total_seconds(),
        planned=share.planned.total_seconds(),
        unknown=share.unknown.total_seconds(),
        outages=outages,
    )


@dataclass(frozen=True, slots=True)
class FaultCount:
    """The faults of one severity: those that were open already, those that began, ended, and are open at the end."""

    severity: str
    before: int = 0
    opened: int = 0
    closed: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class Timing:
    """How soon something was done, in short, against what was agreed."""

    within: float
    count: int = 0
    middle: float | None = None
    longest: float | None = None
    late: int = 0
    open: int = 0


def timing(times: Times, within: timedelta) -> Timing:
    """Return how soon something was done, as it is kept."""
    return Timing(
        within=within.total_seconds(),
        count=times.count,
        middle=_seconds(times.middle),
        longest=_seconds(times.longest),
        late=times.late,
        open=times.open,
    )


def _seconds(length: timedelta | None) -> float | None:
    return None if length is None else length.total_seconds()


@dataclass(frozen=True, slots=True)
class Grave:
    """A fault that is worth its own line."""

    number: int
    device: str
    title: str
    severity: str
    what: Phrase
    opened: datetime
    closed: datetime | None = None
    answered: datetime | None = None


@dataclass(frozen=True, slots=True)
class DutyCount:
    """How often a duty was due, and what became of it. `wanting` names what was missed without a reason."""

    name: str
    titles: Mapping[str, str]
    due: int = 0
    done: int = 0
    late: int = 0
    excused: int = 0
    missed: int = 0
    wanting: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class RegisterCount:
    """The entries of a register: written, ended, in progress at the end, overdue.

    `entries` are the numbers of all, `late` of those that are overdue.
    """

    name: str
    titles: Mapping[str, str]
    written: int = 0
    ended: int = 0
    standing: int = 0
    overdue: int = 0
    entries: tuple[int, ...] = ()
    late: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class HandoverCount:
    """The shifts that ended, and what became of their reports."""

    shifts: int = 0
    accepted: int = 0
    late: int = 0
    lapsed: int = 0
    waiting: int = 0
    missing: int = 0


@dataclass(frozen=True, slots=True)
class ServiceReport:
    """The whole report. `upto` is when it was drafted, or the period's end where that comes first.

    `department` is empty for a report of everything that belongs to nobody. `handovers` stands in one of everything.
    """

    site: str
    department: str
    titles: Mapping[str, str]
    kind: PeriodKind
    first: date
    until: date
    start: datetime
    upto: datetime
    built_at: datetime
    target: float
    total: Available
    response: Timing
    repair: Timing
    devices: tuple[Available, ...] = ()
    faults: tuple[FaultCount, ...] = ()
    behind: int = 0
    planned: int = 0
    graves: tuple[Grave, ...] = ()
    duties: tuple[DutyCount, ...] = ()
    registers: tuple[RegisterCount, ...] = ()
    handovers: HandoverCount | None = None

    @property
    def period(self) -> Period:
        """What it is of."""
        return Period(self.kind, self.first, self.until)

    @property
    def reached(self) -> bool | None:
        """Whether the target was reached; None where nothing was seen."""
        per_cent = self.total.share.per_cent
        return None if per_cent is None else per_cent >= self.target


def to_json(report: ServiceReport) -> str:
    """Return a report as canonical JSON: the same report always gives the same text."""
    return dumps(report)


def from_json(text: str) -> ServiceReport:
    """Return the report that was kept; raises `roster.document.BadDocument` where the text is none."""
    return loads(text, ServiceReport)
