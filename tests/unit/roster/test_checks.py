"""What is wrong with a roster before it is lived."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.calendar import Calendar, Day, DayKind, YearStatus
from roster.checks import checks
from roster.cover import Cover, CoverKind, Roster
from roster.findings import Check, Finding, Leave, Standards
from roster.layers import Layer, Post
from roster.publication import publish
from roster.rotation import Rotation, Template

SHANGHAI = ZoneInfo("Asia/Shanghai")
ANCHOR = datetime(2026, 1, 1)
HOLIDAYS = {day: Day(day, DayKind.STATUTORY, "National Day") for day in (date(2026, 10, n) for n in range(1, 8))}
CALENDAR = Calendar(HOLIDAYS, years={2026: YearStatus.OFFICIAL})
LENIENT = Standards(holiday_leader=False, publish_before=timedelta())


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


NOW = local("2024-06-01")


def layer(code: str, start: int, end: int, *people: str, post: Post = Post.PRIMARY, **more) -> Layer:
    """Return a layer of one turn a day."""
    kept = {key: more.pop(key) for key in ("valid_from", "valid_until") if key in more}
    template = Template(code, code, time(start), time(end), calendar=CALENDAR, **more)
    return Layer(template, Rotation(tuple((name,) for name in people), ANCHOR, SHANGHAI, **kept), post)


def roster(*layers: Layer, covers: tuple[Cover, ...] = ()) -> Roster:
    return Roster(SHANGHAI, layers, covers, calendar=CALENDAR)


def told(of: Roster, start: str, end: str, **more) -> list[str]:
    found = checks(of, local(start), local(end), **{"now": NOW, "standards": LENIENT} | more)
    return [said(each) for each in found]


def said(finding: Finding) -> str:
    begin, until = (moment.astimezone(SHANGHAI) for moment in (finding.start, finding.end))
    return f"{begin:%m-%d %H:%M}–{until:%m-%d %H:%M} {finding.sentence.template.format(**finding.sentence.values)}"


NIGHTS = layer("night", 17, 8, "a", "b", "c", "d")


def test_a_roster_of_nights_has_no_gap_on_working_days():
    assert told(roster(NIGHTS), "2026-11-23", "2026-11-28") == []


def test_the_day_of_a_weekend_is_a_gap_that_office_hours_do_not_fill():
    assert told(roster(NIGHTS), "2026-11-27", "2026-11-30") == [
        "11-28 08:00–11-28 17:00 nobody is planned: primary",
        "11-29 08:00–11-29 17:00 nobody is planned: primary",
    ]


def test_without_office_hours_every_day_is_one():
    standards = replace(LENIENT, office=(time(8), time(8)))
    assert told(roster(NIGHTS), "2026-11-27", "2026-11-28", standards=standards) == [
        "11-27 08:00–11-27 17:00 nobody is planned: primary"
    ]


def test_a_required_post_has_its_own_gaps():
    standards = replace(LENIENT, required=(Post.PRIMARY, Post.SECOND))
    (gap,) = told(roster(NIGHTS), "2026-11-23 18:00", "2026-11-23 20:00", standards=standards)
    assert gap == "11-23 18:00–11-23 20:00 nobody is planned: second"


def test_two_shifts_at_one_time_are_double_duty_but_for_a_shadow():
    second, shadow = (layer(post.value, 20, 6, "b", "c", "d", "d", post=post) for post in (Post.SECOND, Post.SHADOW))
    found = told(roster(NIGHTS, second), "2026-11-23", "2026-11-28")
    assert found == ["11-24 20:00–11-25 06:00 d has two shifts at one time: night 2026-11-24 and second 2026-11-24"]
    assert told(roster(NIGHTS, shadow), "2026-11-23", "2026-11-28") == []


def test_who_is_on_leave_may_not_be_on_duty():
    leaves = [Leave("b", local("2026-11-26 22:00"), local("2026-11-28")), Leave("d", NOW, NOW + timedelta(days=1))]
    assert told(roster(NIGHTS), "2026-11-23", "2026-11-28", leaves=leaves) == [
        "11-26 22:00–11-27 08:00 b is on leave and on duty: night 2026-11-26"
    ]


@pytest.mark.parametrize(
    ("hours", "expected"),
    [(8, ["11-25 13:00–11-25 17:00 b has only 4 h of rest between two shifts"]), (4, []), (0, [])],
)
def test_rest_is_counted_from_the_end_of_a_shift(hours, expected):
    day = layer("day", 8, 13, "b", valid_from=date(2026, 11, 25), valid_until=date(2026, 11, 26))
    swap = Cover(CoverKind.SUBSTITUTE, "a", "b", "night/2026-11-25/primary")
    standards = replace(LENIENT, least_rest=timedelta(hours=hours))
    found = told(roster(NIGHTS, day, covers=(swap,)), "2026-11-25", "2026-11-26 01:00", standards=standards)
    assert found == expected


def test_shifts_that_follow_without_a_break_are_one():
    night = layer("night", 17, 8, "a", "b", "c")
    more = layer("more", 8, 17, "c", "a", "b")  # each goes on from their own night
    assert told(roster(night, more), "2026-11-23", "2026-11-27") == []


def test_nights_in_a_row_are_counted_over_the_edges_of_what_is_asked():
    alone = layer("night", 17, 8, "a", valid_from=date(2026, 11, 22), valid_until=date(2026, 11, 26))
    found = told(roster(alone), "2026-11-25 18:00", "2026-11-26 08:00")
    assert found == ["11-22 17:00–11-26 08:00 a has 4 nights in a row, more than 3"]
    assert told(roster(alone), "2026-11-25 18:00", "2026-11-26 08:00", standards=replace(LENIENT, most_nights=4)) == []


def test_an_evening_is_no_night():
    evening = layer("evening", 17, 0, "a")
    standards = replace(LENIENT, required=())
    assert told(roster(evening), "2026-11-23", "2026-11-28", standards=standards) == []


def test_a_holiday_without_a_leader_is_told_once_for_the_break():
    standards = replace(LENIENT, holiday_leader=True)
    whole = layer("whole", 8, 8, "a", "b", "c")
    lead = layer("lead", 8, 8, "x", post=Post.LEADER, valid_until=date(2026, 10, 3))
    assert told(roster(whole), "2026-09-28", "2026-10-12", standards=standards) == [
        "10-01 00:00–10-08 00:00 no leader on call during the holiday National Day"
    ]
    assert told(roster(whole, lead), "2026-09-28", "2026-10-12", standards=standards) == [
        "10-03 08:00–10-08 00:00 no leader on call during the holiday National Day"
    ]
    assert told(roster(whole, lead), "2026-09-28", "2026-10-03", standards=standards) == []


def test_somebody_whom_no_mail_reaches_is_told():
    standards = replace(LENIENT, reachable={"a": False, "b": True})
    found = told(roster(NIGHTS), "2026-11-23", "2026-11-28", standards=standards)
    assert [text.partition(" a ")[2] for text in found] == ["has no mail address that works"]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        ("2026-10-24 23:59", []),
        ("2026-10-25 00:00", ["2026-11 is not published"]),
        ("2026-11-20 00:00", ["2026-11 is not published"]),
        ("2026-12-01 00:00", []),
    ],
)
def test_a_month_that_is_near_and_not_published_is_told(now, expected):
    of, standards = roster(NIGHTS), replace(LENIENT, publish_before=timedelta(days=7))
    asked = {"now": local(now), "standards": standards}
    found = checks(of, local("2026-11-02"), local("2026-11-06"), **asked)
    assert [each.sentence.template.format(**each.sentence.values) for each in found] == expected
    done = replace(of, published={"2026-11": publish(of.layers, "2026-11", SHANGHAI)})
    assert checks(done, local("2026-11-02"), local("2026-11-06"), **asked) == ()


def test_two_rotations_of_one_shift_and_equal_priority_overlap_unless_they_follow_each_other():
    other = layer("night", 17, 8, "x", "y", valid_from=date(2026, 11, 25))
    found = checks(roster(NIGHTS, other), local("2026-11-23"), local("2026-11-28"), now=NOW, standards=LENIENT)
    assert [each.check for each in found] == [Check.OVERLAP]
    assert (
        found[0].sentence.template.format(**found[0].sentence.values)
        == "two rotations of equal priority plan the shift night: primary"
    )
    assert found[0].start == local("2026-11-25")
    higher = replace(other, priority=1)
    before = layer("night", 17, 8, "a", "b", "c", "d", valid_until=date(2026, 11, 25))
    for of in (roster(NIGHTS, higher), roster(before, other)):
        kinds = {
            each.check for each in checks(of, local("2026-11-23"), local("2026-11-27"), now=NOW, standards=LENIENT)
        }
        assert Check.OVERLAP not in kinds


def test_a_year_that_is_not_official_is_told():
    found = told(roster(NIGHTS), "2026-12-31 20:00", "2027-01-01 03:00")
    assert found == ["01-01 00:00–01-01 03:00 the calendar of 2027 is not known: import its arrangement"]


@given(st.datetimes(datetime(2026, 1, 1), datetime(2026, 12, 1)), st.integers(1, 40))
def test_a_roster_that_has_everything_has_nothing_wrong_at_any_time(start, days):
    whole = layer("whole", 8, 8, "a", "b", "c")
    lead = layer("lead", 8, 8, "x", "y", post=Post.LEADER)
    asked = start.replace(tzinfo=UTC)
    standards = replace(LENIENT, holiday_leader=True)
    found = checks(
        roster(whole, lead), asked, min(asked + timedelta(days=days), local("2027-01-01")), now=NOW, standards=standards
    )
    assert found == ()
