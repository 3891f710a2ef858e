"""What holds for every roster, in zones whose clocks do odd things."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from roster.cover import Cover, CoverKind, Roster, gaps, next_change, on_duty, shifts, timeline
from roster.layers import Layer, Post
from roster.rotation import Counts, Rotation, Template, Unit

ZONES = (
    "Asia/Shanghai",
    "America/Chicago",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "Africa/Casablanca",
    "America/Sao_Paulo",
    "UTC",
)
# Days around which the clocks of these zones change, and one on which none does.
DAYS = (
    datetime(2026, 3, 8, tzinfo=UTC),
    datetime(2026, 11, 1, tzinfo=UTC),
    datetime(2026, 4, 4, tzinfo=UTC),
    datetime(2026, 10, 3, tzinfo=UTC),
    datetime(2011, 12, 30, tzinfo=UTC),
    datetime(2026, 2, 15, tzinfo=UTC),
    datetime(2026, 3, 22, tzinfo=UTC),
    datetime(2018, 11, 4, tzinfo=UTC),
    datetime(2018, 2, 18, tzinfo=UTC),
    datetime(2026, 7, 1, tzinfo=UTC),
)

zones = st.sampled_from(ZONES).map(ZoneInfo)
# Clocks change between midnight and three: that is where shifts must meet without a seam.
minutes = st.integers(0, 12).map(lambda step: 15 * step) | st.integers(0, 24 * 12 - 1).map(lambda step: 5 * step)
instants = st.builds(
    lambda day, seconds: day + timedelta(seconds=seconds), st.sampled_from(DAYS), st.integers(-200_000, 200_000)
)
names = st.sampled_from("ABCDE")


def at_minute(minute: int) -> time:
    return (datetime(1, 1, 1) + timedelta(minutes=minute)).time()


@st.composite
def complete_rosters(draw: st.DrawFn) -> Roster:
    """A day cut into shifts that follow each other, each with a rotation of any unit."""
    zone = draw(zones)
    cuts = sorted(draw(st.sets(minutes, min_size=1, max_size=4)))
    edges = [*cuts, cuts[0]]
    layers = []
    for start, end in pairwise(edges):
        rotation = Rotation(
            groups=tuple((name,) for name in draw(st.lists(names, min_size=1, max_size=4))),
            anchor=draw(st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1))),
            zone=zone,
            unit=draw(st.sampled_from(Unit)),
            length=draw(st.integers(1, 5)),
            counts=draw(st.sampled_from(Counts)),
        )
        layers.append(Layer(Template(f"t{start}", "", at_minute(start), at_minute(end)), rotation))
    return Roster(zone, tuple(layers))


@given(complete_rosters(), instants)
def test_the_shifts_of_a_complete_rotation_tile_time(roster, at):
    found = shifts(roster, at - timedelta(days=3), at + timedelta(days=3))
    assert all(shift.start < shift.end for shift in found)
    assert all(earlier.end == later.start for earlier, later in pairwise(found))
    assert gaps(roster, at - timedelta(days=3), at + timedelta(days=3)) == ()
    assert len({shift.id for shift in found}) == len(found)


@given(complete_rosters(), instants)
def test_exactly_one_person_has_the_post_at_any_instant(roster, at):
    (shift,) = on_duty(roster, at)
    assert shift.start <= at < shift.end
    assert len(shift.people) == 1


@given(complete_rosters(), instants)
def test_who_is_on_duty_does_not_depend_on_how_one_asks(roster, at):
    (shift,) = on_duty(roster, at)
    assert shift in shifts(roster, at - timedelta(days=9), at + timedelta(days=5))
    stretch = next(part for part in timeline(roster, at, at + timedelta(days=2)) if part.start == at)
    assert stretch.shifts == (shift,)
    assert next_change(roster, at) == shift.end == stretch.end


@given(
    zones,
    st.sampled_from([Unit.HOURS, Unit.DAY, Unit.WEEK, Unit.MONTH]),
    st.integers(1, 40),
    st.datetimes(datetime(2009, 1, 1), datetime(2030, 1, 1)),
    instants,
)
def test_the_turn_at_an_instant_is_the_one_that_runs_then(zone, unit, length, anchor, at):
    rotation = Rotation((("a",),), anchor.replace(microsecond=0), zone, unit, length)
    turn = rotation.turn_at(at)
    assert at in rotation.turn_span(turn)
    assert rotation.turn_span(turn - 1).end == rotation.turn_span(turn).start


@st.composite
def some_covers(draw: st.DrawFn, ids: list[str]) -> Cover:
    kind = draw(st.sampled_from(CoverKind))
    start = draw(st.none() | instants)
    end = None if start is None else start + timedelta(minutes=draw(st.integers(1, 3000)))
    return Cover(
        kind,
        person="" if kind is CoverKind.ADD else draw(names),
        by="" if kind is CoverKind.REMOVE else draw(names),
        slot=draw(st.sampled_from(ids)) if start is None else draw(st.sampled_from(["", *ids])),
        post=Post.PRIMARY,
        start=start,
        end=end,
    )


@given(st.data(), complete_rosters(), instants)
def test_the_order_of_covers_does_not_matter_and_they_never_chain(data, roster, at):
    plain = shifts(roster, at - timedelta(days=2), at + timedelta(days=2))
    ids = sorted({shift.slot for shift in plain})
    covers = data.draw(st.lists(some_covers(ids), max_size=6))
    shuffled = data.draw(st.permutations(covers))
    found = on_duty(Roster(roster.zone, roster.layers, tuple(covers)), at)
    assert found == on_duty(Roster(roster.zone, roster.layers, tuple(shuffled)), at)
    (planned,) = on_duty(roster, at)
    there = {name for shift in found for name in shift.people}
    hit = [
        cover
        for cover in covers
        if cover.slot in {"", planned.slot}
        and (cover.start is None or cover.start <= at)
        and (cover.end is None or at < cover.end)
    ]
    gone = {cover.person for cover in hit if cover.kind is not CoverKind.ADD} & set(planned.people)
    come = {cover.by for cover in hit if cover.kind is CoverKind.ADD or cover.person in gone} - {""}
    assert there == (set(planned.people) - gone) | come
