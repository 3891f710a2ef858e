"""Whatever people try in whatever order: what a handover never becomes."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from roster.layers import Post
from roster.signing import Case, Due, Patience, Refused, Side, Signature, Signer, Stage, Step, Wish, check, due, short

ENDS = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)
ITEMS = ("fault/3", "item/7")
PATIENCE = Patience(*(timedelta(minutes=each) for each in (15, 30, 120, 60)))
PEOPLE = (
    Signer("zhang"),
    Signer("li"),
    Signer("wang"),
    Signer("zhao", engineer=False, leader=True),
    Signer("visitor", engineer=False),
)
LAST = frozenset({Stage.ACCEPTED, Stage.REMARKS, Stage.REFUSED, Stage.LAPSED, Stage.SUPERSEDED})
SIDES = st.sampled_from(
    [
        (Side(Post.PRIMARY, ("zhang",), ("li",)),),
        (Side(Post.PRIMARY, ("zhang",), ("li",)), Side(Post.SECOND, ("wang",), ("wang",))),
        (Side(Post.PRIMARY, ("zhang",), ()),),
        (Side(Post.PRIMARY, ("zhang",), ("zhang",)),),
    ]
)
WISHES = st.builds(
    Wish,
    st.sampled_from(
        [Step.ACCEPTED, Step.REMARKS, Step.REFUSED, Step.DEFERRED, Step.SEEN, Step.AMENDED, Step.COUNTERSIGNED]
    ),
    st.sampled_from(PEOPLE),
    st.sampled_from(["", "why"]),
    st.sampled_from([(), ITEMS[:1], ITEMS]),
    st.integers(0, 12),
)
CASES = st.builds(
    Case,
    SIDES,
    st.sampled_from([(), ITEMS]),
    st.just(ENDS),
    st.just(ENDS),
    st.just((Signature(Step.OFFERED, "zhang", ENDS, number=1),)),
    st.booleans(),
    st.booleans(),
)


def walked(case: Case, wishes: list[Wish]) -> list[Case]:
    """Return the case after each wish that may be signed."""
    found = [case]
    for number, wish in enumerate(wishes, 2):
        try:
            check(found[-1], wish)
        except Refused:
            continue
        signed = Signature(wish.step, wish.by.name, ENDS, wish.text, wish.items, wish.amends, number)
        found.append(replace(found[-1], signatures=(*found[-1].signatures, signed)))
    return found


@given(CASES, st.lists(WISHES, max_size=14))
def test_what_is_decided_stays_decided(case: Case, wishes: list[Wish]):
    stages = [each.stage for each in walked(case, wishes)]
    for before, after in pairwise(stages):
        assert before not in LAST or after is before


@given(CASES, st.lists(WISHES, max_size=14))
def test_nobody_takes_over_without_reading_all_of_it_back(case: Case, wishes: list[Wish]):
    end = walked(case, wishes)[-1]
    if end.stage.taken:
        (taken,) = [each for each in end.signatures if each.step in {Step.ACCEPTED, Step.REMARKS}]
        assert set(case.items) <= set(taken.items)
        assert taken.by in {*case.incoming, "zhao"} or (not case.incoming and taken.by != "visitor")
        assert taken.text or taken.step is Step.ACCEPTED


@given(CASES, st.lists(WISHES, max_size=14))
def test_only_leaders_see_and_nobody_countersigns_themselves(case: Case, wishes: list[Wish]):
    end = walked(case, wishes)[-1]
    for signed in end.signatures:
        if signed.step is Step.SEEN:
            assert signed.by == "zhao"
        if signed.step is Step.COUNTERSIGNED:
            (amendment,) = [each for each in end.signatures if each.number == signed.amends]
            assert amendment.step is Step.AMENDED
            assert amendment.by != signed.by


@given(CASES, st.lists(WISHES, max_size=14))
def test_a_report_that_another_goes_on_from_is_not_refused_or_put_off(case: Case, wishes: list[Wish]):
    end = walked(replace(case, newest=False), wishes)[-1]
    assert end.stage not in {Stage.REFUSED, Stage.DEFERRED}


@given(CASES, st.lists(WISHES, max_size=6), st.lists(st.integers(0, 600), max_size=8))
def test_what_waits_is_let_go_in_the_end_and_what_does_not_asks_for_nothing(
    case: Case, wishes: list[Wish], minutes: list[int]
):
    end = walked(case, wishes)[-1]
    for after in sorted(minutes):
        asked = due(end, PATIENCE, ENDS + timedelta(minutes=after))
        if not end.stage.pending:
            assert not asked
        elif after >= 120 and end.stage is Stage.OFFERED:
            assert Due.LAPSE in asked
    if end.stage is Stage.OFFERED:
        assert Due.LAPSE not in due(end, PATIENCE, ENDS + timedelta(minutes=119))


@pytest.mark.parametrize(("key", "said"), [("fault/12", "F12"), ("item/3", "T3"), ("else", "else")])
def test_people_call_an_item_by_a_letter_and_its_number(key: str, said: str):
    assert short(key) == said
