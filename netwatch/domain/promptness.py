"""How soon somebody took up a fault, and how soon it was over."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from statistics import median
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from datetime import datetime

    from netwatch.domain.model import Fault


@dataclass(frozen=True, slots=True)
class Times:
    """Some lengths of time, in short. `late` are those above what was agreed, `open` those that last still."""

    count: int = 0
    middle: timedelta | None = None
    longest: timedelta | None = None
    late: int = 0
    open: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """The course of a fault up to some time: `answered` is when somebody, `by`, took it up, `closed` when it was over."""

    fault: Fault
    answered: datetime | None = None
    closed: datetime | None = None
    by: str = ""

    @property
    def response(self) -> timedelta | None:
        """From its confirmation, since nobody can know of it before, until somebody took it up."""
        return None if self.answered is None else max(timedelta(), self.answered - self.fault.confirmed)

    @property
    def repair(self) -> timedelta | None:
        """From its first sign until it was over, whatever it did in between."""
        return None if self.closed is None else max(timedelta(), self.closed - self.fault.opened)


def responses(courses: Iterable[Course], within: timedelta, now: datetime) -> Times:
    """Return how soon faults were taken up. One that was over before anybody did needs no answer."""
    found = list(courses)
    waiting = [each for each in found if each.answered is None and each.closed is None]
    late = sum(now - each.fault.confirmed > within for each in waiting)
    return _times([each.response for each in found], within, late, len(waiting))


def repairs(courses: Iterable[Course], within: timedelta, now: datetime) -> Times:
    """Return how soon faults were over."""
    found = list(courses)
    lasting = [each for each in found if each.closed is None]
    late = sum(now - each.fault.opened > within for each in lasting)
    return _times([each.repair for each in found], within, late, len(lasting))


def _times(lengths: Iterable[timedelta | None], within: timedelta, late: int, still: int) -> Times:
    known = [each for each in lengths if each is not None]
    if not known:
        return Times(late=late, open=still)
    middle = timedelta(seconds=median(each.total_seconds() for each in known))
    return Times(len(known), middle, max(known), late + sum(each > within for each in known), still)
