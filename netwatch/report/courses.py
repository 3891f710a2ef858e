"""The courses of the faults that concern a report: who took them up, when they were over, up to some time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from netwatch.domain.availability import inside
from netwatch.domain.drift.visit import SIDES
from netwatch.domain.promptness import Course
from netwatch.storage import faults, retrospect
from roster.spans import Span, merge

if TYPE_CHECKING:
    from collections.abc import Collection

    from sqlalchemy import Connection

    from netwatch.domain.model import Fault, Window


@dataclass(frozen=True, slots=True)
class Courses:
    """The faults of a stretch of time: those that count, those behind another, those of planned maintenance."""

    counting: tuple[Course, ...]
    behind: int = 0
    planned: int = 0


def courses(
    tx: Connection, whole: Span, windows: Collection[Window], devices: Collection[str] | None = None
) -> Courses:
    """Return the faults that were open at some time; of some devices, or of all and of the books that people keep."""
    found = [each for each in faults.during(tx, whole.start, whole.end) if _of(each, devices)]
    behind = [each for each in found if each.cause is not None]
    rest = [each for each in found if each.cause is None]
    times = {name: _planned(name, windows) for name in {each.subject.device for each in rest}}
    planned = [each for each in rest if inside(each.opened, times[each.subject.device])]
    known = {each.id for each in planned}
    kept = [each for each in rest if each.id not in known]
    answers = retrospect.answers(tx, [each.id for each in kept])
    return Courses(
        tuple(_course(each, answers.get(each.id), whole) for each in kept),
        sum(whole.start <= each.opened for each in behind),
        sum(whole.start <= each.opened for each in planned),
    )


def _planned(device: str, windows: Collection[Window]) -> tuple[Span, ...]:
    return merge(Span(window.start, window.end) for window in windows if device in window.devices)


def _of(fault: Fault, devices: Collection[str] | None) -> bool:
    """Whether a fault concerns some devices. What they are set to, and who was on them, does not leave the centre."""
    return devices is None or (fault.subject.device in devices and fault.subject.check not in SIDES)


def _course(fault: Fault, answered: retrospect.Answered | None, whole: Span) -> Course:
    """Return what is known of a fault at the end: what comes later is of another report."""
    at = answered.at if answered is not None and answered.at < whole.end else None
    closed = fault.closed if fault.closed is not None and fault.closed < whole.end else None
    return Course(fault, at, closed, answered.by if answered is not None and at is not None else "")
