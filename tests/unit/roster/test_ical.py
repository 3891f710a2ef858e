"""A feed says what the roster says, forgets nothing that it said, and says the same in the same bytes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from icalendar import Calendar

from roster.ical import Entry, feed, turned

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
TITLES = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=120)
ENTRIES = st.builds(
    lambda uid, start, length, title: Entry(uid, NOW + start * HOUR, NOW + (start + length) * HOUR, title, NOW),
    st.sampled_from(["day/2026-11-22/primary", "day/2026-11-23/primary", "night/2026-11-22/primary", "x"]),
    st.integers(-100, 100),
    st.integers(1, 24),
    TITLES,
)
PLANS = st.lists(ENTRIES, max_size=4, unique_by=lambda each: each.uid)


def turn(known: dict[str, Entry], plan: list[Entry], now: datetime) -> dict[str, Entry]:
    return {**known, **{each.uid: each for each in turned(known, plan, now)}}


def test_a_shift_that_changes_counts_up_and_one_that_goes_is_cancelled_and_may_come_back():
    one = Entry("day/1", NOW + HOUR, NOW + 9 * HOUR, "值班：白班", NOW)
    moved = Entry("day/1", NOW + 2 * HOUR, NOW + 9 * HOUR, "值班：白班", NOW)
    said = turn({}, [one], NOW)
    said = turn(said, [moved], NOW + HOUR / 2)
    assert (said["day/1"].sequence, said["day/1"].changed) == (1, NOW + HOUR / 2)
    said = turn(said, [], NOW + HOUR)
    assert (said["day/1"].sequence, said["day/1"].cancelled) == (2, True)
    assert turned(said, [], NOW + HOUR) == ()
    said = turn(said, [moved], NOW + HOUR)
    assert (said["day/1"].sequence, said["day/1"].cancelled) == (3, False)


def test_what_has_been_is_not_cancelled():
    over = Entry("day/1", NOW - 9 * HOUR, NOW - HOUR, "值班", NOW - 20 * HOUR)
    assert turned({"day/1": over}, [], NOW) == ()


def test_a_calendar_reads_it_back():
    found = [
        Entry("day/1", NOW, NOW + HOUR, "值班：白班；门诊, 住院\\楼", NOW, 3),
        Entry("day/2", NOW, NOW + HOUR, "gone", NOW, 1, cancelled=True),
    ]
    read = Calendar.from_ical(feed("信息中心 · 张三", found, "abc"))
    assert str(read["x-wr-calname"]) == "信息中心 · 张三"
    one, two = read.walk("VEVENT")
    assert (str(one["uid"]), one.decoded("sequence"), str(one["summary"])) == (
        "day/1@abc",
        3,
        "值班：白班；门诊, 住院\\楼",
    )
    assert (one.decoded("dtstart"), one.decoded("dtend"), str(one["status"])) == (NOW, NOW + HOUR, "CONFIRMED")
    assert str(two["status"]) == "CANCELLED"


@given(st.lists(PLANS, min_size=1, max_size=5))
def test_after_every_turn_it_says_exactly_what_is_planned_and_counts_never_fall(plans: list[list[Entry]]):
    said: dict[str, Entry] = {}
    for number, plan in enumerate(plans):
        now = NOW + number * HOUR
        before, said = said, turn(said, plan, now)
        assert turned(said, plan, now) == ()
        assert all(said[uid].sequence >= each.sequence for uid, each in before.items())
        assert all(said[uid] == each or said[uid].sequence == each.sequence + 1 for uid, each in before.items())
        wanted = {each.uid: (each.start, each.end, each.title) for each in plan}
        for uid, each in said.items():
            assert each.cancelled or each.end <= now or uid in wanted
            if uid in wanted:
                assert (each.start, each.end, each.title) == wanted[uid]
                assert not each.cancelled


@given(PLANS)
def test_the_same_entries_are_the_same_bytes_in_lines_that_are_short_enough(plan: list[Entry]):
    made = feed("duty", plan, "here")
    assert made == feed("duty", reversed(plan), "here")
    assert all(len(line) <= 75 for line in made.split(b"\r\n"))
    assert len(Calendar.from_ical(made).walk("VEVENT")) == len(plan)
