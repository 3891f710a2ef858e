"""The tables of the file become the roster that says who is on duty."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.config.people import roster_of, standards
from roster.calendar import Calendar
from roster.cover import on_duty, shifts, with_calendar
from roster.layers import Post

if TYPE_CHECKING:
    from conftest import Load

PEOPLE = "".join(
    f'[[person]]\nname = "{name}"\nmail = "{name}@hospital.example"\n' for name in ("zhang", "li", "wang", "zhao")
)
SHIFTS = """
[[shift]]
name = "day"
title = "白班"
start = 08:00:00
end = "17:30"
weekdays = ["mon", "tue", "wed", "thu", "fri"]
[[shift]]
name = "night"
start = "17:30"
end = "08:00"
"""
ROTATIONS = """
[[rotation]]
shift = "day"
groups = [["zhang"], ["li", "wang"]]
anchor = 2026-01-05
[[rotation]]
shift = "night"
groups = [["li"], ["wang"], ["zhang"]]
anchor = 2026-01-05
unit = "week"
[[rotation]]
shift = "night"
post = "leader"
groups = [["zhao"]]
anchor = 2026-01-05T17:30:00+08:00
"""


def people(text: str, at: str, loaded: Load) -> dict[str, tuple[str, ...]]:
    moment = datetime.fromisoformat(at).replace(tzinfo=UTC)
    return {
        f"{shift.template}/{shift.post.value}": shift.people
        for shift in on_duty(loaded(PEOPLE + SHIFTS + ROTATIONS + text).roster, moment)
    }


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-01-05T00:00", {"day/primary": ("zhang",)}),  # Monday, 08:00 in Shanghai
        ("2026-01-06T01:00", {"day/primary": ("li", "wang")}),
        ("2026-01-09T01:00", {"day/primary": ("zhang",)}),
        ("2026-01-10T01:00", {}),  # Saturday: the day shift burns no turn
        ("2026-01-12T01:00", {"day/primary": ("li", "wang")}),
        ("2026-01-05T10:00", {"night/primary": ("li",), "night/leader": ("zhao",)}),
        ("2026-01-12T10:00", {"night/primary": ("wang",), "night/leader": ("zhao",)}),
    ],
)
def test_turns_follow_each_other(at: str, expected: dict[str, tuple[str, ...]], loaded: Load) -> None:
    assert people("", at, loaded) == expected


COVER = '[[cover]]\nkind = "{}"\ndate = {}\nshift = "{}"\nreason = "leave"\n'


def test_a_substitute_comes_for_who_was_planned(loaded: Load) -> None:
    text = COVER.format("substitute", "2026-01-05", "day") + 'out = "zhang"\nperson = "zhao"\n'
    assert people(text, "2026-01-05T01:00", loaded) == {"day/primary": ("zhao",)}
    assert people(text, "2026-01-09T01:00", loaded) == {"day/primary": ("zhang",)}


def test_somebody_comes_as_well_or_stays_away(loaded: Load) -> None:
    text = COVER.format("add", "2026-01-05", "day") + 'person = "zhao"\n'
    assert people(text, "2026-01-05T01:00", loaded) == {"day/primary": ("zhang", "zhao")}
    text = COVER.format("remove", "2026-01-06", "day") + 'out = "li"\n'
    assert people(text, "2026-01-06T01:00", loaded) == {"day/primary": ("wang",)}


def test_a_substitute_for_somebody_who_was_not_planned_changes_nothing(loaded: Load) -> None:
    text = COVER.format("substitute", "2026-01-05", "day") + 'out = "wang"\nperson = "zhao"\n'
    assert people(text, "2026-01-05T01:00", loaded) == {"day/primary": ("zhang",)}


def test_somebody_fills_a_shift_that_nobody_was_planned_for(loaded: Load) -> None:
    text = COVER.format("add", "2026-01-10", "day") + 'person = "zhao"\n'
    assert people(text, "2026-01-10T09:29", loaded) == {"extra/primary": ("zhao",)}
    assert people(text, "2026-01-10T09:31", loaded).keys() == {"night/primary", "night/leader"}


def test_a_rotation_holds_from_one_day_to_another(loaded: Load) -> None:
    text = '[[rotation]]\nshift = "day"\ngroups = [["zhao"]]\nanchor = 2026-01-05\npriority = 5\n'
    text += "valid_from = 2026-01-06\nvalid_until = 2026-01-07\n"
    roster = loaded(PEOPLE + SHIFTS + ROTATIONS + text).roster
    found = shifts(roster, datetime(2026, 1, 5, tzinfo=UTC), datetime(2026, 1, 8, tzinfo=UTC))
    day = [shift.people for shift in found if shift.template == "day"]
    assert day == [("zhang",), ("zhao",), ("zhang",)]


def test_shifts_and_posts_keep_their_titles_and_options(loaded: Load) -> None:
    layers = loaded(PEOPLE + SHIFTS + ROTATIONS).roster.layers
    assert [(layer.template.title, layer.post) for layer in layers] == [
        ("白班", Post.PRIMARY),
        ("night", Post.PRIMARY),
        ("night", Post.LEADER),
    ]
    assert layers[0].template.weekdays == frozenset(range(5))
    assert layers[2].rotation.anchor == datetime(2026, 1, 5, 17, 30)  # noqa: DTZ001 - a wall


def test_a_site_without_people_is_watched_all_the_same(loaded: Load) -> None:
    settings = loaded("")
    assert settings.roster.layers == ()
    assert on_duty(settings.roster, datetime(2026, 1, 5, tzinfo=UTC)) == ()


DUTY = """
[[shift]]
name = "duty"
start = "17:00"
end = "08:00"
rest_start = "08:30"
rest_end = "08:30"
[[rotation]]
shift = "duty"
groups = [["zhang"], ["li"], ["wang"]]
anchor = 2026-02-13
"""


@pytest.mark.parametrize(
    ("at", "begun", "who"),
    [
        ("2026-02-13T09:00", "2026-02-13T09:00", "zhang"),
        ("2026-02-14T09:00", "2026-02-14T09:00", "li"),  # a Saturday that is worked
        ("2026-02-15T09:00", "2026-02-15T00:30", "wang"),
        ("2026-02-16T09:00", "2026-02-16T00:30", "zhang"),  # a holiday has the hours of a rest day
    ],
)
def test_a_shift_has_its_own_hours_on_rest_days_and_one_rotation(at: str, begun: str, who: str, loaded: Load) -> None:
    (shift,) = on_duty(loaded(PEOPLE + DUTY).roster, datetime.fromisoformat(at).replace(tzinfo=UTC))
    assert (shift.start, shift.people) == (datetime.fromisoformat(begun).replace(tzinfo=UTC), (who,))


def test_a_holiday_may_have_hours_of_its_own(loaded: Load) -> None:
    text = DUTY.replace("[[rotation]]", 'holiday_start = "09:00"\nholiday_end = "09:00"\n[[rotation]]')
    roster = loaded(PEOPLE + text).roster
    starts = [
        shift.start.hour
        for shift in shifts(roster, datetime(2026, 2, 15, 1, tzinfo=UTC), datetime(2026, 2, 15, 2, tzinfo=UTC))
    ]
    assert starts == [1]


def test_a_shift_of_working_days_follows_the_calendar(loaded: Load) -> None:
    text = '[[shift]]\nname = "day"\nstart = "08:00"\nend = "17:00"\ndays = ["workday"]\n'
    text += '[[rotation]]\nshift = "day"\ngroups = [["zhang"], ["li"]]\nanchor = 2026-02-12\n'
    roster = loaded(PEOPLE + text).roster
    found = shifts(roster, datetime(2026, 2, 12, tzinfo=UTC), datetime(2026, 2, 26, 1, tzinfo=UTC))
    assert [(shift.date.day, *shift.people) for shift in found] == [
        (12, "zhang"), (13, "li"), (14, "zhang"), (24, "li"), (25, "zhang"), (26, "li"),
    ]  # fmt: skip


def test_the_roster_is_made_anew_for_another_calendar(loaded: Load) -> None:
    settings = loaded(PEOPLE + DUTY)
    plain = Calendar()
    assert settings.roster.calendar.country == "CN"
    anew = roster_of(settings.file, plain)
    assert anew == with_calendar(settings.roster, plain)
    assert anew.calendar is plain


def test_what_the_roster_is_held_to_comes_from_the_file(loaded: Load) -> None:
    text = (
        '[roster]\noffice_start = "08:30"\noffice_end = "17:30"\nrequired = ["primary", "second"]\nleast_rest = "11h"\n'
    )
    text += 'most_nights = 2\nholiday_leader = false\npublish_before = "3d"\n[[person]]\nname = "chen"\n'
    found = standards(loaded(PEOPLE + text).file)
    assert found.office == (time(8, 30), time(17, 30))
    assert found.required == (Post.PRIMARY, Post.SECOND)
    assert (found.least_rest, found.most_nights, found.holiday_leader) == (timedelta(hours=11), 2, False)
    assert found.publish_before == timedelta(days=3)
    assert (found.reachable["zhang"], found.reachable["chen"]) == (True, False)
