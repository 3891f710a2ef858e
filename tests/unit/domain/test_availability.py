"""The account of a device's time: every instant in exactly one column, and adjoining times add up."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.availability import Share, Sight, everywhere, inside, length, meet, share, sighted, spells, without
from roster.spans import Span, merge

START = datetime(2026, 11, 1, tzinfo=UTC)


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


def span(start: float, end: float) -> Span:
    return Span(at(start), at(end))


WHOLE = span(0, 100)
CASES = [
    ("up all the time", [(0, 100)], [], [], [], (100, 0, 0, 0, 0)),
    ("never seen", [], [], [], [], (0, 0, 0, 0, 100)),
    ("down for ten", [(0, 100)], [(20, 30)], [], [], (90, 10, 0, 0, 0)),
    ("an outage that nobody saw is not counted as up", [(0, 20)], [(20, 30)], [], [], (20, 0, 0, 0, 80)),
    ("planned maintenance is left out, whatever happens in it", [(0, 100)], [(20, 30)], [], [(15, 35)], (80, 0, 0, 20, 0)),
    ("maintenance hides no outage that goes on after it", [(0, 100)], [(20, 50)], [], [(15, 35)], (65, 15, 0, 20, 0)),
    ("cut off is out", [(0, 100)], [(20, 30)], [(20, 30)], [], (90, 0, 10, 0, 0)),
    ("an outage reaches beyond the time", [(0, 100)], [(-50, 10), (90, 200)], [], [], (80, 20, 0, 0, 0)),
    ("outages of two checks overlap", [(0, 100)], [(10, 30), (20, 40)], [], [], (70, 30, 0, 0, 0)),
    ("cut off where it was not out does not count", [(0, 100)], [(20, 30)], [(0, 100)], [], (90, 0, 10, 0, 0)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "out", "cut", "planned", "minutes"), [c[1:] for c in CASES], ids=[c[0] for c in CASES]
)
def test_time_is_spent_in_one_way(seen, out, cut, planned, minutes):
    spans = [[span(*each) for each in some] for some in (seen, out, cut, planned)]
    found = share(WHOLE, seen=spans[0], out=spans[1], cut_off=spans[2], planned=spans[3])
    assert found == Share(*(timedelta(minutes=each) for each in minutes))


def test_availability_is_of_the_time_that_counts():
    found = Share(up=timedelta(hours=9), down=timedelta(minutes=30), cut_off=timedelta(minutes=30), planned=timedelta(hours=5), unknown=timedelta(hours=9))  # fmt: skip
    assert found.per_cent == 90.0
    assert Share(unknown=timedelta(hours=1)).per_cent is None
    assert Share(planned=timedelta(hours=1)).per_cent is None


spans = st.lists(
    st.tuples(st.integers(-50, 150), st.integers(0, 60)).map(lambda each: span(each[0], each[0] + each[1])), max_size=8
)


@given(spans, spans, spans, spans)
def test_the_columns_add_up_to_the_whole_time_and_none_is_negative(seen, out, cut, planned):
    found = share(WHOLE, seen=seen, out=out, cut_off=cut, planned=planned)
    assert found.total == timedelta(minutes=100)
    assert min(found.up, found.down, found.cut_off, found.planned, found.unknown) >= timedelta()
    assert found.per_cent is None or 0 <= found.per_cent <= 100


@given(spans, spans, spans, spans, st.integers(0, 100))
def test_two_halves_add_up_to_the_whole(seen, out, cut, planned, minute):
    halves = [
        share(part, seen=seen, out=out, cut_off=cut, planned=planned) for part in (span(0, minute), span(minute, 100))
    ]
    assert halves[0] + halves[1] == share(WHOLE, seen=seen, out=out, cut_off=cut, planned=planned)


@given(spans, spans, spans)
def test_more_outage_never_means_more_availability(seen, out, more):
    less, worse = share(WHOLE, seen=seen, out=out), share(WHOLE, seen=seen, out=[*out, *more])
    assert worse.up <= less.up
    assert worse.unknown == less.unknown


@given(spans, spans)
def test_what_two_have_in_common_and_what_is_left_make_the_one(some, others):
    one, two = merge(some), merge(others)
    assert length(meet(one, two)) + length(without(one, two)) == length(one)
    assert meet(one, two) == meet(two, one)


@given(spans, st.integers(-60, 220))
def test_an_instant_lies_in_some_time_or_not(some, minute):
    assert inside(at(minute), merge(some)) == any(at(minute) in each for each in some)


@given(st.lists(spans, min_size=1, max_size=4))
def test_a_device_is_out_while_every_check_fails(several):
    common = everywhere(several)
    for minute in range(-60, 220, 7):
        expected = all(any(at(minute) in each for each in some) for some in several)
        assert any(at(minute) in each for each in common) is expected


def test_a_device_without_checks_is_never_out():
    assert everywhere([]) == ()


TURNS = [
    ("over", [(0, True), (10, False)], [(0, 10)]),
    ("still on", [(0, True)], [(0, 100)]),
    ("opened again", [(0, True), (10, False), (20, True), (30, False)], [(0, 10), (20, 30)]),
    ("told twice that it is bad", [(0, True), (5, True), (10, False)], [(0, 10)]),
    ("told of its end only", [(10, False)], []),
    ("ended before it began, as when a clock was set back", [(10, True), (5, False)], []),
]


@pytest.mark.parametrize(("turns", "expected"), [c[1:] for c in TURNS], ids=[c[0] for c in TURNS])
def test_turns_make_spells(turns, expected):
    found = spells([(at(minute), bad) for minute, bad in turns], at(100))
    assert found == tuple(span(*each) for each in expected)


PATIENCE = timedelta(minutes=3)


def test_a_first_look_begins_a_sight():
    assert sighted(None, "sw-1", at(5), PATIENCE) == Sight("sw-1", at(5), at(5))


def test_a_look_in_time_prolongs_it_and_keeps_its_number():
    assert sighted(Sight("sw-1", at(0), at(5), 7), "sw-1", at(8), PATIENCE) == Sight("sw-1", at(0), at(8), 7)


def test_after_a_pause_a_new_one_begins():
    assert sighted(Sight("sw-1", at(0), at(5), 7), "sw-1", at(8.1), PATIENCE) == Sight("sw-1", at(8.1), at(8.1))


def test_what_is_known_already_changes_nothing():
    assert sighted(Sight("sw-1", at(0), at(5), 7), "sw-1", at(5), PATIENCE) is None
    assert sighted(Sight("sw-1", at(0), at(5), 7), "sw-1", at(2), PATIENCE) is None
