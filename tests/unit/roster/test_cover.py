"""Who is on duty: layers, and covers over them."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from itertools import permutations
from zoneinfo import ZoneInfo

import pytest

from roster.cover import Cover, CoverKind, Roster, gaps, next_change, on_duty, shifts, timeline
from roster.layers import Layer, Post, windows
from roster.rotation import Rotation, Template, Unit

SHANGHAI = ZoneInfo("Asia/Shanghai")
UTC_ZONE = ZoneInfo("UTC")
DAY = date(2026, 11, 22)
MIDNIGHT = datetime(2026, 11, 22, tzinfo=UTC)
HOUR = timedelta(hours=1)


def layer(name: str, start: float, end: float, priority: int = 0, post: Post = Post.PRIMARY) -> Layer:
    """One person's layer on one day in UTC; its code says when it is."""
    times = [(datetime(1, 1, 1) + timedelta(hours=hour)).time() for hour in (start, end)]
    rotation = Rotation(((name,),), datetime(2026, 1, 1), UTC_ZONE, valid_from=DAY, valid_until=DAY + timedelta(days=1))
    return Layer(Template(f"{name}{start}-{end}", name, *times), rotation, post, priority)


def hours(roster: Roster) -> list[tuple[float, float, str]]:
    found = shifts(roster, MIDNIGHT, MIDNIGHT + 24 * HOUR)
    return [((shift.start - MIDNIGHT) / HOUR, (shift.end - MIDNIGHT) / HOUR, "+".join(shift.people)) for shift in found]


def test_a_higher_layer_cuts_the_lower_and_equal_ones_stand_side_by_side():
    roster = Roster(UTC_ZONE, (layer("A", 10, 20, 1), layer("B", 12, 16, 1), layer("C", 15, 18, 2)))
    assert hours(roster) == [(10, 15, "A"), (12, 15, "B"), (15, 18, "C"), (18, 20, "A")]


def test_the_rest_of_a_cut_shift_keeps_the_shifts_id_and_adds_its_minutes():
    roster = Roster(UTC_ZONE, (layer("A", 10, 20), layer("C", 15, 18, 1)))
    ids = [(shift.id, shift.slot) for shift in shifts(roster, MIDNIGHT, MIDNIGHT + 24 * HOUR)]
    slot = "A10-20/2026-11-22/primary"
    assert ids == [(slot, slot), ("C15-18/2026-11-22/primary",) * 2, (f"{slot}+480", slot)]


def test_posts_do_not_cut_each_other():
    roster = Roster(UTC_ZONE, (layer("A", 10, 20), layer("L", 8, 20, 9, Post.LEADER)))
    assert hours(roster) == [(8, 20, "L"), (10, 20, "A")]
    assert [shift.post for shift in on_duty(roster, MIDNIGHT + 12 * HOUR)] == [Post.PRIMARY, Post.LEADER]


def test_two_equal_rotations_of_the_same_shift_put_all_their_people_on_it():
    one = layer("A", 8, 20)
    other = replace(one, rotation=replace(one.rotation, groups=(("B", "A"),)))
    assert hours(Roster(UTC_ZONE, (one, other))) == [(8, 20, "A+B")]


def test_a_new_version_of_a_rotation_takes_over_on_its_day():
    old = Layer(
        Template("day", "白班", time(8), time(8)),
        Rotation((("zhang",), ("li",)), datetime(2026, 11, 1, 8), SHANGHAI, valid_until=date(2026, 11, 23)),
    )
    new = replace(
        old,
        rotation=Rotation(
            (("li",), ("new",), ("zhang",)), datetime(2026, 11, 23, 8), SHANGHAI, valid_from=date(2026, 11, 23)
        ),
    )
    start = datetime(2026, 11, 21, 12, tzinfo=UTC)
    found = shifts(Roster(SHANGHAI, (old, new)), start, start + timedelta(days=4))
    assert [shift.people[0] for shift in found] == ["zhang", "li", "li", "new", "zhang"]


def test_two_layers_may_not_give_one_shift_different_times():
    one = layer("A", 8, 20)
    other = replace(one, template=replace(one.template, end=time(21)))
    with pytest.raises(ValueError, match="different times"):
        Roster(UTC_ZONE, (one, other))


SLOT = "A8-20/2026-11-22/primary"


@pytest.mark.parametrize(
    ("covers", "expected"),
    [
        # part of the shift
        ([Cover(CoverKind.SUBSTITUTE, "A", "B", SLOT, start=MIDNIGHT + 13 * HOUR, end=MIDNIGHT + 14 * HOUR)],
         [(8, 13, "A"), (13, 14, "B"), (14, 20, "A")]),
        # longer than the shift
        ([Cover(CoverKind.SUBSTITUTE, "A", "B", start=MIDNIGHT + 19 * HOUR, end=MIDNIGHT + 30 * HOUR)],
         [(8, 19, "A"), (19, 20, "B")]),
        # from its end on: nothing
        ([Cover(CoverKind.SUBSTITUTE, "A", "B", start=MIDNIGHT + 20 * HOUR, end=MIDNIGHT + 21 * HOUR)], [(8, 20, "A")]),
        # for somebody who is not planned: nothing
        ([Cover(CoverKind.SUBSTITUTE, "Z", "B", SLOT)], [(8, 20, "A")]),
        # another shift, another post: nothing
        ([Cover(CoverKind.REMOVE, "A", slot="other/2026-11-22/primary")], [(8, 20, "A")]),
        ([Cover(CoverKind.REMOVE, "A", post=Post.SECOND, start=MIDNIGHT, end=MIDNIGHT + 24 * HOUR)], [(8, 20, "A")]),
        # nobody left is a gap that is seen
        ([Cover(CoverKind.REMOVE, "A", slot=SLOT)], [(8, 20, "")]),
        # an open end
        ([Cover(CoverKind.REMOVE, "A", slot=SLOT, start=MIDNIGHT + 18 * HOUR)], [(8, 18, "A"), (18, 20, "")]),
        # they never chain
        ([Cover(CoverKind.SUBSTITUTE, "A", "B", SLOT), Cover(CoverKind.SUBSTITUTE, "B", "C", SLOT)], [(8, 20, "B")]),
        # two for one: both are there
        ([Cover(CoverKind.SUBSTITUTE, "A", "C", SLOT), Cover(CoverKind.SUBSTITUTE, "A", "B", SLOT)], [(8, 20, "B+C")]),
        ([Cover(CoverKind.ADD, by="B", slot=SLOT), Cover(CoverKind.REMOVE, "A", slot=SLOT)], [(8, 20, "B")]),
        # one who is added outside any shift has a shift of its own; two that touch are one
        ([Cover(CoverKind.ADD, by="B", post=Post.PRIMARY, start=MIDNIGHT + 20 * HOUR, end=MIDNIGHT + 21 * HOUR),
          Cover(CoverKind.ADD, by="B", post=Post.PRIMARY, start=MIDNIGHT + 21 * HOUR, end=MIDNIGHT + 22 * HOUR)],
         [(8, 20, "A"), (20, 22, "B")]),
    ],
)  # fmt: skip
def test_covers_are_held_against_the_plan(covers, expected):
    for order in permutations(covers):
        assert hours(Roster(UTC_ZONE, (layer("A", 8, 20),), tuple(order))) == expected


def test_a_shift_keeps_who_was_planned():
    (shift,) = on_duty(
        Roster(UTC_ZONE, (layer("A", 8, 20),), (Cover(CoverKind.SUBSTITUTE, "A", "B", SLOT),)), MIDNIGHT + 9 * HOUR
    )
    assert (shift.planned, shift.people) == (("A",), ("B",))


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: Cover(CoverKind.SUBSTITUTE, "A", slot=SLOT), "does not say whom"),
        (lambda: Cover(CoverKind.REMOVE, by="A", slot=SLOT), "does not say whom"),
        (lambda: Cover(CoverKind.REMOVE, "A"), "names a shift, or a start and an end"),
        (lambda: Cover(CoverKind.ADD, by="A", start=MIDNIGHT, end=MIDNIGHT + HOUR), "names the post"),
        (lambda: Cover(CoverKind.REMOVE, "A", start=MIDNIGHT, end=MIDNIGHT), "ends before it begins"),
        (lambda: Cover(CoverKind.REMOVE, "A", slot=SLOT, start=datetime(2026, 1, 1)), "says no zone"),
    ],
)
def test_a_mistaken_cover_says_what_is_wrong(make, sentence):
    with pytest.raises(ValueError, match=sentence):
        make()


def test_the_day_changes_hands_at_the_hour(three_shifts, local):
    before = on_duty(three_shifts, local("2026-11-22 16:59:59"))
    after = on_duty(three_shifts, local("2026-11-22 17:00"))
    assert [(s.template, s.people) for s in before] == [("day", ("day2",)), ("lead", ("li",))]
    assert [(s.template, s.people) for s in after] == [("evening", ("evening2",)), ("lead", ("li",))]


def test_the_next_change_is_the_exact_instant(three_shifts, local):
    change = next_change(three_shifts, local("2026-11-22 16:59:59"))
    assert change == local("2026-11-22 17:00")
    assert next_change(three_shifts, change) == local("2026-11-23 00:00")


def test_the_next_change_is_found_years_ahead_and_never_after_the_end(local):
    later = Layer(
        Template("x", "", time(8), time(17), frozenset({4})),
        Rotation((("a",),), datetime(2030, 1, 1), SHANGHAI, valid_from=date(2030, 1, 1), valid_until=date(2030, 1, 10)),
    )
    roster = Roster(SHANGHAI, (later,))
    assert next_change(roster, local("2026-11-22 00:00")) == local("2030-01-04 08:00")
    assert next_change(roster, local("2030-01-04 17:00")) is None
    assert next_change(Roster(SHANGHAI, ()), local("2026-11-22 00:00")) is None


def test_a_long_addition_does_not_hide_the_change_within_it(local):
    addition = Cover(
        CoverKind.ADD,
        by="b",
        post=Post.SECOND,
        start=local("2026-11-20 00:00"),
        end=local("2026-12-20 00:00"),
    )
    weekly = Layer(
        Template("x", "", time(8), time(17), frozenset({4})), Rotation((("a",),), datetime(2026, 1, 1), SHANGHAI)
    )
    roster = Roster(SHANGHAI, (weekly,), (addition,))
    assert next_change(roster, local("2026-11-22 00:00")) == local("2026-11-27 08:00")


def test_the_timeline_tiles_what_was_asked(three_shifts, local):
    start, end = local("2026-11-22 03:00"), local("2026-11-23 03:00")
    found = timeline(three_shifts, start, end)
    assert [stretch.start for stretch in found] == [
        start,
        *(local(f"2026-11-{text}:00") for text in ("22 08", "22 17", "23 00")),
    ]
    assert [stretch.end for stretch in found] == [*(stretch.start for stretch in found[1:]), end]
    assert [stretch.shifts[0].template for stretch in found] == ["night", "day", "evening", "night"]


def test_a_gap_is_a_time_that_neither_the_roster_nor_office_hours_cover(local):
    night = Layer(Template("night", "", time(17), time(8)), Rotation((("a",),), datetime(2026, 1, 1), SHANGHAI))
    office = Template("office", "", time(8, 30), time(17), frozenset(range(5)))
    start, end = local("2026-11-20 08:00"), local("2026-11-22 08:00")
    staffed = windows(office, SHANGHAI, start, end)
    found = gaps(Roster(SHANGHAI, (night,)), start, end, staffed=staffed)
    assert [(gap.start, gap.end) for gap in found] == [
        (local("2026-11-20 08:00"), local("2026-11-20 08:30")),
        (local("2026-11-21 08:00"), local("2026-11-21 17:00")),
    ]


def test_a_removed_person_and_a_shadow_leave_a_gap(local):
    whole = Layer(Template("d", "", time(8), time(8)), Rotation((("a",),), datetime(2026, 1, 1), SHANGHAI))
    shadow = Layer(
        Template("s", "", time(8), time(8)), Rotation((("b",),), datetime(2026, 1, 1), SHANGHAI), Post.SHADOW
    )
    start, end = local("2026-11-20 08:00"), local("2026-11-21 08:00")
    gone = Cover(CoverKind.REMOVE, "a", slot="d/2026-11-20/primary", start=local("2026-11-20 20:00"))
    (gap,) = gaps(Roster(SHANGHAI, (whole, shadow), (gone,)), start, end)
    assert (gap.start, gap.end) == (local("2026-11-20 20:00"), end)
    assert gaps(Roster(SHANGHAI, (whole, shadow), (gone,)), start, end, post=Post.SHADOW) == ()


def test_a_successor_in_the_repeated_hour_relieves_at_the_first_and_nobody_else_leaves_early():
    chicago = ZoneInfo("America/Chicago")
    week = Rotation((("a",), ("b",)), datetime(2026, 10, 30, 1, 30), chicago, Unit.DAY)
    whole = Roster(chicago, (Layer(Template("d", "", time(1, 30), time(1, 30)), week),))
    (evening,) = on_duty(whole, datetime(2026, 11, 1, 6, 29, tzinfo=UTC))
    assert evening.end == datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    alone = Roster(chicago, (Layer(Template("n", "", time(20), time(1, 30)), week),))
    (night,) = on_duty(alone, datetime(2026, 11, 1, 6, 29, tzinfo=UTC))
    assert night.end == datetime(2026, 11, 1, 7, 30, tzinfo=UTC)


def test_people_call_a_shift_by_its_title_and_day():
    roster = Roster(UTC_ZONE, (layer("Night", 0, 8),))
    assert roster.called("Night0-8/2026-12-02/primary") == "12-02 Night"
    assert roster.called("gone/2026-12-02/primary") == "12-02 gone"
