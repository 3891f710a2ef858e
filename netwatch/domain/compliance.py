"""Compliance: for each clause of the regulation what was due in a time, what there is to show for it, what is missing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import Enum

from netwatch.domain.period import Period, PeriodKind
from netwatch.domain.regulation import Clause
from probes.api import _
from roster.document import dumps


class Source(Enum):
    """Where evidence comes from."""

    WATCH = "watch"
    HANDOVERS = "handovers"
    ROSTER = "roster"
    FAULTS = "faults"
    UNAPPROVED = "unapproved"
    BASELINES = "baselines"
    DRIFT = "drift"
    REPORTS = "reports"
    TARGETS = "targets"
    JOURNAL = "journal"
    ARCHIVE = "archive"
    AUDIT = "audit"
    DUTY = "duty"
    REGISTER = "register"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _SOURCES[self]


_SOURCES: Mapping[Source, str] = {
    Source.WATCH: _("devices that were watched"),
    Source.HANDOVERS: _("shifts handed over"),
    Source.ROSTER: _("months of the roster published"),
    Source.FAULTS: _("major faults taken up or over"),
    Source.UNAPPROVED: _("things without approval, judged to be no incident"),
    Source.BASELINES: _("devices whose configuration a leader has approved"),
    Source.DRIFT: _("changes of configurations that were approved, put back or waived"),
    Source.REPORTS: _("service reports sent"),
    Source.TARGETS: _("departments whose target was reached"),
    Source.JOURNAL: _("acts recorded with their actor"),
    Source.ARCHIVE: _("archived reports that are as they were"),
    Source.AUDIT: _("events of the audit log that are as they were"),
    Source.DUTY: _("recurring duty"),
    Source.REGISTER: _("register"),
}
SERVES: Mapping[Source, tuple[str, ...]] = {
    Source.WATCH: ("C1",),
    Source.HANDOVERS: ("C2",),
    Source.ROSTER: ("C2",),
    Source.FAULTS: ("C4",),
    Source.UNAPPROVED: ("C5", "D2"),
    Source.BASELINES: ("C5",),
    Source.DRIFT: ("C5", "C6", "D2"),
    Source.REPORTS: ("C8", "A7"),
    Source.TARGETS: ("A6",),
    Source.JOURNAL: ("C7",),
    Source.ARCHIVE: ("S3", "S4"),
    Source.AUDIT: ("C7", "S4"),
}
"""Which clauses the program's own records are evidence of; duties and registers name theirs themselves."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What there is to show: how much was due, and done; `refs` name it, `wanting` names what is missing."""

    source: Source
    due: int
    done: int
    wanting: tuple[str, ...] = ()
    refs: tuple[str, ...] = ()
    name: str = ""
    titles: Mapping[str, str] = field(default_factory=dict)
    clauses: tuple[str, ...] = ()


class Standing(Enum):
    """How a clause stands."""

    KEPT = "kept"
    WANTING = "wanting"
    QUIET = "quiet"
    ELSEWHERE = "elsewhere"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _STANDINGS[self]


_STANDINGS: Mapping[Standing, str] = {
    Standing.KEPT: _("kept"),
    Standing.WANTING: _("something is missing"),
    Standing.QUIET: _("nothing was due"),
    Standing.ELSEWHERE: _("no evidence is kept here"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """A clause with its evidence."""

    clause: str
    titles: Mapping[str, str]
    standing: Standing
    evidence: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Compliance:
    """How the whole regulation stands in a period, up to some time."""

    site: str
    kind: PeriodKind
    first: date
    until: date
    upto: datetime
    built_at: datetime
    lines: tuple[Line, ...]

    @property
    def period(self) -> Period:
        """What it is of."""
        return Period(self.kind, self.first, self.until)

    def of(self, standing: Standing) -> tuple[Line, ...]:
        """Return the clauses that stand so."""
        return tuple(line for line in self.lines if line.standing is standing)


def serves(evidence: Evidence) -> tuple[str, ...]:
    """Return the clauses that evidence is of."""
    return evidence.clauses or SERVES.get(evidence.source, ())


def judged(clauses: Iterable[Clause], evidence: Iterable[Evidence]) -> tuple[Line, ...]:
    """Return each clause with its evidence, in the order of the clauses."""
    found = list(evidence)
    return tuple(_line(clause, tuple(each for each in found if clause.id in serves(each))) for clause in clauses)


def _line(clause: Clause, own: tuple[Evidence, ...]) -> Line:
    return Line(clause.id, dict(clause.titles), _standing(own), own)


def _standing(own: tuple[Evidence, ...]) -> Standing:
    if any(each.wanting for each in own):
        return Standing.WANTING
    if not own:
        return Standing.ELSEWHERE
    return Standing.KEPT if any(each.due for each in own) else Standing.QUIET


def to_json(compliance: Compliance) -> str:
    """Return it as canonical JSON."""
    return dumps(compliance)
