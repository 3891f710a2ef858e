"""A month that was published stays as it was published."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from roster.calendar import Calendar, Day, DayKind
from roster.cover import Cover, CoverKind, Roster, next_change, on_duty, planned, shifts, with_calendar
from roster.layers import Layer, Post
from roster.publication import canonical, days_of, digest, publish, restored
from roster.rotation import Rotation, Template, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
OCTOBER = (datetime(2026, 9, 30, 16, tzinfo=UTC), datetime(2026, 10, 31, 16, tzinfo=UTC))


def of_month(roster: Roster, month: str = "2026-10") -> list[tuple]:
    found = [each for edge in OCTOBER for each in shifts(roster, edge - timedelta(days=2), edge + timedelta(days=2))]
    return [(each.id, each.people, each.start, each.end) for each in found if str(each.date).startswith(month)]


def published(roster: Roster, *months: str) -> Roster:
    return replace(roster, published={month: publish(roster.layers, month, roster.zone) for month in months})


def test_it_is_the_shifts_whose_day_is_in_the_month(three_shifts):
    publication = publish(three_shifts.layers, "2026-10", SHANGHAI)
    assert len(publication.slots) == 31 * 4
    assert {slot.date.month for slot in publication.slots} == {10}
    assert of_month(published(three_shifts, "2026-10")) == of_month(three_shifts)


def test_it_is_kept_as_text_and_read_back(three_shifts):
    publication = publish(three_shifts.layers, "2026-10", SHANGHAI)
    text = canonical(publication)
    assert restored(text) == publication
    assert canonical(restored(text)) == text
    assert digest(restored(text)) == digest(publication)
    assert len(digest(publication)) == 64
    other = replace(publication, slots=publication.slots[1:])
    assert digest(other) != digest(publication)


@pytest.mark.parametrize(
    "text",
    ["[]", "{}", "nothing", '{"schema": 2}', '{"schema": 1, "month": "2026-13", "slots": []}',
     '{"schema": 1, "month": "2026-10", "slots": [{}]}', '{"schema": 1, "month": "2026-10", "slots": 7}'],
)  # fmt: skip
def test_what_is_no_publication_is_refused(text):
    with pytest.raises(ValueError, match=r"publication|month|Expecting|schema"):
        restored(text)


def test_a_month_is_written_as_a_year_and_two_digits():
    assert days_of("2026-12") == (date(2026, 12, 1), date(2027, 1, 1))
    for text in ("2026-13", "2026-1", "26-01", "2026-00"):
        with pytest.raises(ValueError, match="is no month such as 2026-10"):
            days_of(text)


def test_the_hours_around_its_edges_belong_to_the_day_on_which_a_shift_begins(three_shifts, local):
    frozen = published(three_shifts, "2026-10")
    empty = replace(frozen, layers=())
    night = on_duty(empty, local("2026-11-01 07:59"))
    assert [(shift.template, shift.date) for shift in night] == [("lead", date(2026, 10, 31))]
    assert on_duty(empty, local("2026-11-01 08:00")) == ()
    assert on_duty(empty, local("2026-10-01 00:00"))[0].template == "night"
    assert next_change(empty, local("2026-01-01 00:00")) == local("2026-10-01 00:00")


def test_a_cover_lies_over_a_published_shift(three_shifts, local):
    frozen = published(three_shifts, "2026-10")
    (day, _leader) = on_duty(frozen, local("2026-10-05 12:00"))
    cover = Cover(CoverKind.SUBSTITUTE, day.people[0], "new", day.slot)
    assert on_duty(replace(frozen, covers=(cover,)), local("2026-10-05 12:00"))[0].people == ("new",)


units = st.sampled_from(Unit)
rotations = st.builds(
    Rotation,
    st.lists(st.sampled_from("abcdef").map(lambda name: (name,)), min_size=1, max_size=4).map(tuple),
    st.datetimes(datetime(2020, 1, 1), datetime(2030, 1, 1)),
    st.sampled_from(("Asia/Shanghai", "America/Chicago", "Australia/Lord_Howe", "UTC")).map(ZoneInfo),
    units,
    st.integers(1, 4),
)
layers = st.lists(
    st.builds(
        lambda rotation, start, end, post, priority, n: Layer(
            Template(f"t{n}", "", time(start), time(end)), rotation, post, priority
        ),
        rotations,
        st.integers(0, 23),
        st.integers(0, 23),
        st.sampled_from((Post.PRIMARY, Post.LEADER)),
        st.integers(0, 2),
        st.integers(0, 999),
    ),
    max_size=3,
    unique_by=lambda layer: layer.template.code,
).map(tuple)


# Each publishes a month and looks at it six times: a few dozen are enough beside the laws of the roster.
@settings(max_examples=30)
@given(layers, layers)
def test_later_edits_never_move_a_published_month(before, after):
    roster = published(Roster(SHANGHAI, before), "2026-10")
    edited = replace(roster, layers=after)
    holiday = Calendar({date(2026, 10, day): Day(date(2026, 10, day), DayKind.STATUTORY) for day in range(1, 8)})
    assert of_month(edited) == of_month(roster) == of_month(with_calendar(edited, holiday))
    # what was published is exactly what was planned then
    assert of_month(roster) == of_month(Roster(SHANGHAI, before))
    # and the months beside it follow the edit
    assert of_month(edited, "2026-11") == of_month(Roster(SHANGHAI, after), "2026-11")


@settings(max_examples=30)
@given(layers, st.integers(-40, 40))
def test_what_is_published_is_planned_the_same_seen_from_anywhere(before, hours):
    roster = published(Roster(SHANGHAI, before), "2026-09", "2026-10", "2026-11")
    at = OCTOBER[0] + timedelta(hours=hours)
    plain = planned(Roster(SHANGHAI, before), at, at + timedelta(hours=1))
    assert planned(roster, at, at + timedelta(hours=1)) == plain


def test_a_publication_says_nothing_of_the_present_time(three_shifts):
    plain = json.loads(canonical(publish(three_shifts.layers, "2026-10", SHANGHAI)))
    assert sorted(plain) == ["month", "schema", "slots"]
