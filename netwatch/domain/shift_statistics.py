"""What each kind of shift and each person did: shifts served, faults met and taken up in time, handovers late."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from statistics import median

from netwatch.domain.handing_over import Outcome
from netwatch.domain.period import Period, PeriodKind
from netwatch.domain.promptness import Course
from roster.document import dumps

_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Worked:
    """A shift that is over: who was on it, what became of its handover, whether they offered it, who followed."""

    name: str
    title: str
    people: tuple[str, ...]
    start: datetime
    end: datetime
    outcome: Outcome
    offered: bool
    following: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Tally:
    """Figures of a kind of shift, or of a person. `middle` is the time to respond, in seconds.

    `faults` were confirmed in these shifts; `answered` were taken up, by anybody for a shift, by themselves for a
    person; `in_time` of those in time. `late` and `lapsed` handovers are counted to the shift itself, for a person to
    who was to take over; `unoffered` ones to who was to offer.
    """

    name: str
    title: str = ""
    shifts: int = 0
    hours: float = 0.0
    faults: int = 0
    answered: int = 0
    in_time: int = 0
    middle: float | None = None
    late: int = 0
    lapsed: int = 0
    unoffered: int = 0


@dataclass(frozen=True, slots=True)
class ShiftStatistics:
    """The statistics of a period, up to some time. `within` is how soon a fault is to be taken up, in seconds."""

    site: str
    kind: PeriodKind
    first: date
    until: date
    upto: datetime
    built_at: datetime
    within: float
    shifts: tuple[Tally, ...] = ()
    people: tuple[Tally, ...] = ()

    @property
    def period(self) -> Period:
        """What they are of."""
        return Period(self.kind, self.first, self.until)


def by_shift(worked: Sequence[Worked], courses: Sequence[Course], within: timedelta) -> tuple[Tally, ...]:
    """Return the figures of each kind of shift, in the order of their names."""
    found = []
    for name in sorted({each.name for each in worked}):
        own = [each for each in worked if each.name == name]
        met = _met(own, courses)
        found.append(_tally(name, own[-1].title, own, met, [each for each in met if each.answered], own, own, within))
    return tuple(found)


def by_person(
    worked: Sequence[Worked], courses: Sequence[Course], within: timedelta, called: Callable[[str], str]
) -> tuple[Tally, ...]:
    """Return the figures of each person, in the order of their names."""
    names = {name for each in worked for name in (*each.people, *each.following)}
    found = []
    for name in sorted(names):
        own = [each for each in worked if name in each.people]
        taken = [each for each in courses if each.by == name]
        came = [each for each in worked if name in each.following]
        found.append(_tally(name, called(name), own, _met(own, courses), taken, came, own, within))
    return tuple(found)


def _met(own: Iterable[Worked], courses: Iterable[Course]) -> list[Course]:
    spans = [(each.start, each.end) for each in own]
    return [each for each in courses if any(start <= each.fault.confirmed < end for start, end in spans)]


def _tally(
    name: str,
    title: str,
    own: Sequence[Worked],
    met: Sequence[Course],
    taken: Sequence[Course],
    came: Sequence[Worked],
    went: Sequence[Worked],
    within: timedelta,
) -> Tally:
    responses = [each.response for each in taken if each.response is not None]
    return Tally(
        name=name,
        title=title,
        shifts=len(own),
        hours=round(sum((each.end - each.start) / _HOUR for each in own), 2),
        faults=len(met),
        answered=len(taken),
        in_time=sum(each <= within for each in responses),
        middle=median(each.total_seconds() for each in responses) if responses else None,
        late=sum(each.outcome is Outcome.LATE for each in came),
        lapsed=sum(each.outcome is Outcome.LAPSED for each in came),
        unoffered=sum(not each.offered for each in went),
    )


def to_json(statistics: ShiftStatistics) -> str:
    """Return them as canonical JSON."""
    return dumps(statistics)
