"""Swaps, leave and taking over: whose word each takes, and that a post never has two owners or loses one unasked."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from roster.cover import Cover, CoverKind, Roster, on_duty, shifts
from roster.exchange import (
    Exchange,
    ExchangeKind,
    ExchangeState,
    NotPossible,
    Said,
    cover,
    hands_over,
    leave,
    say,
    settled,
    still,
    swap,
    take,
)
from roster.findings import Leave
from roster.layers import Layer, Post
from roster.rotation import Rotation, Template

SHANGHAI = ZoneInfo("Asia/Shanghai")
NAMES = ("zhang", "li", "wang", "sun")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
"""10:00 in Shanghai: zhang is on duty by day, li follows at 20:00."""


def roster(covers: tuple[Cover, ...] = ()) -> Roster:
    """Day and night of twelve hours, of which four people take one after the other."""
    times = {"day": (time(8), time(20)), "night": (time(20), time(8))}
    layers = [
        Layer(
            Template(code, code, *span),
            Rotation(tuple((NAMES[(n + offset) % 4],) for n in range(4)), datetime(2026, 11, 22), SHANGHAI),
        )
        for offset, (code, span) in enumerate(times.items())
    ]
    leader = Rotation((("zhao",),), datetime(2026, 11, 22), SHANGHAI)
    layers.append(Layer(Template("lead", "lead", time(8), time(8)), leader, Post.LEADER))
    return Roster(SHANGHAI, tuple(layers), covers)


def slot(code: str, day: int) -> str:
    return f"{code}/2026-11-{day}/primary"


def there(plan: Roster, at: datetime) -> tuple[str, ...]:
    return next(shift.people for shift in on_duty(plan, at) if shift.post is Post.PRIMARY)


def asked(plan: Roster | None = None, **more: str) -> Exchange:
    """zhang asks li to take the day of the 26th, for li's of the 27th where it says so."""
    return replace(swap(plan or roster(), (), "zhang", slot("day", 26), "li", NOW, **more), id=7)


def applied(exchange: Exchange) -> Exchange:
    return say(say(exchange, Said.AGREE, "li", NOW), Said.APPROVE, "zhao", NOW, leader=True)


def test_a_swap_needs_the_colleague_and_then_a_leader_and_changes_both_shifts():
    one = asked(taken=slot("day", 27))
    assert (one.state, one.effective) == (ExchangeState.PROPOSED, ())
    one = say(one, Said.AGREE, "li", NOW)
    assert (one.state, one.effective) == (ExchangeState.AGREED, ())
    one = say(one, Said.APPROVE, "zhao", NOW, leader=True)
    plan = roster(settled([one]))
    assert there(plan, datetime(2026, 11, 26, 4, tzinfo=UTC)) == ("li",)
    assert there(plan, datetime(2026, 11, 27, 4, tzinfo=UTC)) == ("zhang",)


def test_whoever_took_a_shift_over_may_give_it_on_and_the_last_one_has_it():
    plan = roster(settled([first := applied(asked())]))
    second = swap(plan, (), "li", slot("day", 26), "wang", NOW)
    assert second.covers[0].person == "zhang"
    second = replace(second, state=ExchangeState.APPLIED)
    assert there(roster(settled([first, second])), datetime(2026, 11, 26, 4, tzinfo=UTC)) == ("wang",)


def test_who_takes_over_at_once_takes_over_from_whoever_really_is_there():
    begun = datetime(2026, 11, 26, 4, tzinfo=UTC)
    swapped = applied(asked())
    taken = take(roster(settled([swapped])), "sun", begun, "li fell ill")
    plan = roster(settled([swapped, taken]))
    assert there(plan, begun - HOUR) == ("li",)
    assert there(plan, begun) == ("sun",)
    refused = say(taken, Said.REJECT, "zhao", begun + HOUR, leader=True, text="li is well")
    plan = roster(settled([swapped, refused]))
    assert [there(plan, begun + each * HOUR) for each in (-1, 0, 1)] == [("li",), ("sun",), ("li",)]


def test_leave_takes_away_what_is_planned_and_what_one_came_for():
    swapped = applied(asked())
    away = replace(
        leave("li", datetime(2026, 11, 26, 2, tzinfo=UTC), datetime(2026, 11, 28, tzinfo=UTC), NOW, "flu"),
        state=ExchangeState.APPLIED,
    )
    plan = roster(settled([swapped, away]))
    assert there(plan, datetime(2026, 11, 26, 1, tzinfo=UTC)) == ("li",)
    assert there(plan, datetime(2026, 11, 26, 4, tzinfo=UTC)) == ()
    assert there(plan, datetime(2026, 11, 27, 4, tzinfo=UTC)) == ()
    filled = cover(plan, [Leave("li", away.start, away.end)], "zhao", slot("day", 27), "li", "wang", NOW, "for li")
    assert there(roster(settled([swapped, away, filled])), datetime(2026, 11, 27, 4, tzinfo=UTC)) == ("wang",)


def test_leave_that_has_begun_is_still_granted_and_counts_from_then():
    ill = leave("zhang", NOW - HOUR, NOW + 2 * DAY, NOW, "ill")
    assert not ill.expired(NOW + HOUR)
    granted = say(ill, Said.APPROVE, "zhao", NOW + HOUR, leader=True)
    plan = roster(settled([granted]))
    assert [there(plan, NOW + each * HOUR) for each in (0, 1)] == [("zhang",), ()]
    with pytest.raises(NotPossible, match="is expired already"):
        say(ill, Said.APPROVE, "zhao", NOW + 2 * DAY, leader=True)


def test_a_swap_of_two_shifts_taken_back_between_them_keeps_the_first():
    one = applied(asked(taken=slot("day", 27)))
    between = datetime(2026, 11, 26, 20, tzinfo=UTC)
    plan = roster(settled([say(one, Said.WITHDRAW, "zhao", between, leader=True)]))
    assert there(plan, datetime(2026, 11, 26, 4, tzinfo=UTC)) == ("li",)
    assert there(plan, datetime(2026, 11, 27, 4, tzinfo=UTC)) == ("li",)


def test_what_is_in_force_is_taken_back_by_a_leader_and_what_it_has_changed_stays():
    one = applied(asked())
    with pytest.raises(NotPossible, match="only a leader takes back"):
        say(one, Said.WITHDRAW, "zhang", NOW)
    early = say(one, Said.WITHDRAW, "zhao", NOW, leader=True)
    assert (early.state, settled([early])) == (ExchangeState.CANCELLED, ())
    middle = datetime(2026, 11, 26, 4, tzinfo=UTC)
    late = roster(settled([say(one, Said.WITHDRAW, "zhao", middle, leader=True)]))
    assert [there(late, middle + each * HOUR) for each in (-1, 0)] == [("li",), ("zhang",)]


IMPOSSIBLE = {
    "with oneself": (lambda: swap(roster(), (), "zhang", slot("day", 26), "zhang", NOW), "cannot swap with themselves"),
    "not mine": (lambda: swap(roster(), (), "wang", slot("day", 26), "li", NOW), "wang does not have shift"),
    "not theirs": (
        lambda: swap(roster(), (), "zhang", slot("day", 26), "li", NOW, taken=slot("day", 28)),
        "li does not have shift",
    ),
    "begun": (lambda: swap(roster(), (), "zhang", slot("day", 22), "li", NOW), "has begun"),
    "no such shift": (lambda: swap(roster(), (), "zhang", "day/2026-11-26/second", "li", NOW), "there is no shift"),
    "on leave": (
        lambda: swap(roster(), [Leave("li", NOW, NOW + 9 * DAY)], "zhang", slot("day", 26), "li", NOW),
        "li is on leave then",
    ),
    "at work already": (
        lambda: swap(roster((Cover(CoverKind.ADD, by="li", slot="lead/2026-11-26/leader"),)), (), "zhang",
                     slot("day", 26), "li", NOW),
        "li has shift 11-26 lead then",
    ),
    "leave that is over": (lambda: leave("li", NOW - DAY, NOW - HOUR, NOW, "late"), "would be over already"),
    "leave backwards": (lambda: leave("li", NOW + DAY, NOW + HOUR, NOW, "?"), "end before it begins"),
    "taking over from oneself": (lambda: take(roster(), "zhang", NOW, ""), "zhang is on duty already"),
    "agreement of another": (lambda: say(asked(), Said.AGREE, "wang", NOW), "li is asked, not wang"),
    "approval before agreement": (
        lambda: say(asked(), Said.APPROVE, "zhao", NOW, leader=True), "li has not agreed yet",
    ),
    "approval without leading": (lambda: say(asked(), Said.APPROVE, "wang", NOW), "wang does not lead"),
    "approval of one's own": (
        lambda: say(say(asked(), Said.AGREE, "li", NOW), Said.APPROVE, "li", NOW, leader=True), "li has a part in it",
    ),
    "too late": (
        lambda: say(asked(), Said.AGREE, "li", datetime(2026, 11, 26, 1, tzinfo=UTC)), "exception 7 is expired already",
    ),
    "twice": (lambda: say(applied(asked()), Said.APPROVE, "zhao", NOW, leader=True), "exception 7 is applied already"),
    "withdrawn by another": (lambda: say(asked(), Said.WITHDRAW, "wang", NOW), "only who asked for it"),
    "what was taken over": (
        lambda: say(take(roster(), "li", NOW, ""), Said.WITHDRAW, "li", NOW),
        "is approved or rejected by a leader",
    ),
}  # fmt: skip


@pytest.mark.parametrize("what", IMPOSSIBLE)
def test_what_cannot_be_is_refused_with_its_reason(what: str):
    attempt, sentence = IMPOSSIBLE[what]
    with pytest.raises(NotPossible, match=sentence):
        attempt()


def test_a_swap_that_fits_no_more_is_not_approved():
    one = say(asked(), Said.AGREE, "li", NOW)
    still(roster(), (), one, NOW)
    with pytest.raises(NotPossible, match="zhang does not have shift"):
        still(roster(settled([applied(replace(asked(), other="li"))])), (), one, NOW)
    with pytest.raises(NotPossible, match="li is on leave then"):
        still(roster(), [Leave("li", NOW, NOW + 9 * DAY)], one, NOW)


def test_which_shifts_change_hands():
    before, after = roster(), roster(settled([applied(asked())]))
    (pair,) = hands_over(before, after, NOW, NOW + 20 * DAY)
    assert (pair[0].slot, pair[0].people, pair[1] and pair[1].people) == (slot("day", 26), ("zhang",), ("li",))
    assert hands_over(before, before, NOW, NOW + 20 * DAY) == ()


class Office(RuleBasedStateMachine):
    """People who ask, agree, refuse, approve and withdraw at random, as days go by."""

    def __init__(self) -> None:
        super().__init__()
        self.known: list[Exchange] = []
        self.now = NOW
        self.past: dict[int, tuple[str, ...]] = {}

    @property
    def plan(self) -> Roster:
        return roster(settled(self.known))

    @property
    def leaves(self) -> list[Leave]:
        return [
            Leave(each.applicant, each.start, each.end)
            for each in self.known
            if each.kind is ExchangeKind.LEAVE and each.state is ExchangeState.APPLIED
        ]

    def add(self, made: Exchange) -> None:
        self.known.append(replace(made, id=len(self.known) + 1))

    @rule(hours=st.integers(1, 30))
    def time_passes(self, hours: int) -> None:
        self.now += hours * HOUR
        self.known = [
            replace(each, state=ExchangeState.EXPIRED) if each.expired(self.now) else each for each in self.known
        ]

    @rule(ahead=st.integers(0, 9), other=st.sampled_from(NAMES), instead=st.integers(0, 9), both=st.booleans())
    def somebody_asks_for_a_swap(self, ahead: int, other: str, instead: int, both: bool) -> None:
        coming = [
            shift for shift in shifts(self.plan, self.now + HOUR, self.now + 6 * DAY) if shift.post is Post.PRIMARY
        ]
        given, taken = coming[ahead % len(coming)], coming[instead % len(coming)]
        for who in given.people[:1]:
            with suppress(NotPossible):
                self.add(
                    swap(self.plan, self.leaves, who, given.slot, other, self.now, taken=taken.slot if both else "")
                )

    @rule(who=st.sampled_from(NAMES), start=st.integers(0, 96), length=st.integers(1, 72))
    def somebody_goes_on_leave(self, who: str, start: int, length: int) -> None:
        begin = self.now + start * HOUR
        self.add(leave(who, begin, begin + length * HOUR, self.now, ""))

    @rule(who=st.sampled_from(NAMES))
    def somebody_takes_over(self, who: str) -> None:
        with suppress(NotPossible):
            self.add(take(self.plan, who, self.now, ""))

    @precondition(lambda self: self.known)
    @rule(
        number=st.integers(0, 50),
        what=st.sampled_from(Said),
        who=st.sampled_from((*NAMES, "zhao")),
        leads=st.booleans(),
    )
    def somebody_speaks(self, number: int, what: Said, who: str, leads: bool) -> None:
        one = self.known[number % len(self.known)]
        try:
            if what in {Said.AGREE, Said.APPROVE}:
                still(self.plan, self.leaves, one, self.now)
            said = say(one, what, who, self.now, leader=leads)
        except NotPossible:
            return
        assert one.state.waits or (what is Said.WITHDRAW and leads)
        if what is Said.APPROVE:
            assert leads
            assert who not in {one.applicant, one.other}
        self.known[number % len(self.known)] = said

    @invariant()
    def a_post_has_at_most_the_owners_it_was_planned_for(self) -> None:
        found = [each for each in shifts(self.plan, NOW - DAY, self.now + 8 * DAY) if each.post is Post.PRIMARY]
        for shift in found:
            assert len(shift.people) <= len(shift.planned), shift
        taken_away = any(each.kind is ExchangeKind.LEAVE and each.effective for each in self.known)
        assert taken_away or all(shift.people for shift in found)

    @invariant()
    def what_is_past_stays(self) -> None:
        hours = int((self.now - NOW) / HOUR)
        been = [each for each in shifts(self.plan, NOW, self.now) if each.post is Post.PRIMARY] if hours else []
        for each in range(hours):
            who = next(shift.people for shift in been if NOW + each * HOUR in shift.span)
            assert self.past.setdefault(each, who) == who


Office.TestCase.settings = settings(max_examples=30, stateful_step_count=15, deadline=None)
test_whatever_people_ask_and_say_in_whatever_order = Office.TestCase
