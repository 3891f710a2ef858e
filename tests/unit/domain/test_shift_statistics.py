"""What shifts and people did; how soon faults were taken up; what became of a handover."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from netwatch.domain.handing_over import Outcome, offered, outcome
from netwatch.domain.model import Fault, FaultId, Severity, Subject
from netwatch.domain.promptness import Course, Times, repairs, responses
from netwatch.domain.shift_statistics import Worked, by_person, by_shift
from probes.api import Message
from roster.signing import Signature, Step

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def course(confirmed: float, answered: float | None = None, closed: float | None = None, by: str = "") -> Course:
    fault = Fault(
        id=FaultId(1),
        subject=Subject("sw-1", "icmp"),
        severity=Severity.MAJOR,
        worst=Severity.MAJOR,
        summary=Message("no answer"),
        opened=at(confirmed - 2),
        confirmed=at(confirmed),
    )
    ends = [None if minute is None else at(minute) for minute in (answered, closed)]
    return Course(fault, ends[0], ends[1], by)


CASES = [
    ("nothing", [], Times()),
    ("one in time", [course(0, 5, 60)], Times(1, timedelta(minutes=5), timedelta(minutes=5))),
    ("one late", [course(0, 16, 60)], Times(1, timedelta(minutes=16), timedelta(minutes=16), late=1)),
    ("over before anybody took it up: it needs no answer", [course(0, None, 3)], Times()),
    ("still waiting, and in time", [course(90)], Times(open=1)),
    ("still waiting, and too long", [course(0)], Times(late=1, open=1)),
    ("taken up before it was confirmed", [course(10, 9, 60)], Times(1, timedelta(), timedelta())),
    ("two", [course(0, 4, 60), course(0, 20, 60)], Times(2, timedelta(minutes=12), timedelta(minutes=20), late=1)),
]


@pytest.mark.parametrize(("courses", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_time_to_respond(courses, expected):
    assert responses(courses, QUARTER, at(100)) == expected


def test_time_to_repair_is_from_the_first_sign_to_the_end_and_what_lasts_is_counted_apart():
    assert repairs([course(2, None, 10), course(50)], QUARTER, at(100)) == Times(
        1, timedelta(minutes=10), timedelta(minutes=10), late=1, open=1
    )


def signed(*steps: tuple[Step, float]) -> list[Signature]:
    return [Signature(step, "somebody", at(minute)) for step, minute in steps]


OUTCOMES = [
    ("no report", [], Outcome.MISSING),
    ("accepted in time", [signed((Step.OFFERED, -5), (Step.ACCEPTED, 10))], Outcome.ACCEPTED),
    ("accepted with remarks, late", [signed((Step.FROZEN, 0), (Step.REMARKS, 16))], Outcome.LATE),
    ("not signed in time", [signed((Step.FROZEN, 0), (Step.LAPSED, 120))], Outcome.LAPSED),
    ("waits", [signed((Step.OFFERED, 0))], Outcome.WAITING),
    ("refused, and not offered again", [signed((Step.OFFERED, 0), (Step.REFUSED, 5))], Outcome.WAITING),
    (
        "refused, offered again, accepted",
        [signed((Step.OFFERED, 0), (Step.REFUSED, 5)), signed((Step.OFFERED, 10), (Step.ACCEPTED, 12))],
        Outcome.ACCEPTED,
    ),
]


@pytest.mark.parametrize(("revisions", "expected"), [c[1:] for c in OUTCOMES], ids=[c[0] for c in OUTCOMES])
def test_what_becomes_of_a_handover(revisions, expected):
    assert outcome(revisions, at(0), QUARTER) is expected


def test_a_report_that_netwatch_froze_was_not_offered():
    assert not offered([signed((Step.FROZEN, 0), (Step.ACCEPTED, 2))])
    assert offered([signed((Step.OFFERED, 0))])


WORKED = (
    Worked("day", "白班", ("zhang",), at(0), at(480), Outcome.LATE, True, ("li",)),
    Worked("night", "大夜班", ("li", "wang"), at(480), at(960), Outcome.LAPSED, False, ("zhang",)),
    Worked("day", "白班", ("zhang",), at(960), at(1440), Outcome.ACCEPTED, True, ("li",)),
)
MET = (course(10, 15, 60, "zhang"), course(500, 520, 600, "wang"), course(479, 481, 490, "li"))


def test_a_kind_of_shift_has_its_faults_and_its_handovers():
    day, night = by_shift(WORKED, MET, QUARTER)
    assert (day.name, day.title, day.shifts, day.hours, day.faults, day.answered) == ("day", "白班", 2, 16.0, 2, 2)
    assert (day.in_time, day.middle, day.late, day.lapsed, day.unoffered) == (2, 210.0, 1, 0, 0)
    assert (night.faults, night.in_time, night.lapsed, night.unoffered) == (1, 0, 1, 1)


def test_a_person_has_what_they_took_up_and_what_they_were_to_take_over_or_to_offer():
    li, wang, zhang = by_person(WORKED, MET, QUARTER, {"zhang": "张三"}.get)  # type: ignore[arg-type]
    assert (zhang.name, zhang.title, zhang.shifts, zhang.faults, zhang.answered) == ("zhang", "张三", 2, 2, 1)
    assert (zhang.late, zhang.lapsed, zhang.unoffered) == (0, 1, 0)
    assert (li.shifts, li.answered, li.in_time, li.late, li.lapsed, li.unoffered) == (1, 1, 1, 1, 0, 1)
    assert (wang.answered, wang.in_time, wang.unoffered) == (1, 0, 1)


def test_hours_of_the_shifts_are_those_of_the_people_where_each_has_one():
    alone = tuple(each for each in WORKED if each.name == "day")
    assert sum(each.hours for each in by_shift(alone, (), QUARTER)) == sum(
        each.hours for each in by_person(alone, (), QUARTER, str)
    )
