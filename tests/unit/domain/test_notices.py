"""Each decision to tell or to be quiet carries its reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.model import Acknowledgement, Fault, FaultId, Severity, Subject, Told, Window
from netwatch.domain.notices import (
    TELLS,
    Circumstances,
    Kind,
    OnDuty,
    Quiet,
    Step,
    Tell,
    Telling,
    decide,
    route,
)
from netwatch.domain.topology import Standing, Upstream
from probes.api import Message

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CLEAR = Circumstances(Standing(Upstream.CLEAR))
RULES = Telling(steps=(Step(timedelta(minutes=30), ("second",)), Step(timedelta(minutes=60), ("leader", "boss"))))
FAULT = Fault(
    FaultId(17),
    Subject("sw-1", "icmp"),
    Severity.CRITICAL,
    Severity.CRITICAL,
    Message("no answer"),
    NOW - timedelta(minutes=2),
    NOW - timedelta(minutes=1),
    reachability=True,
)
TOLD = replace(FAULT, told=Told.OPENED, told_at=NOW - timedelta(minutes=1), told_severity=Severity.CRITICAL)


def decided(fault: Fault, around: Circumstances = CLEAR, minutes: float = 0) -> Tell | Quiet:
    return decide(fault, around, RULES, NOW + timedelta(minutes=minutes))


def test_a_new_fault_is_told():
    assert decided(FAULT) == Tell(Kind.OPENED)


@pytest.mark.parametrize(
    ("fault", "around", "word"),
    [
        (FAULT, replace(CLEAR, isolated=True), "cut off"),
        (FAULT, replace(CLEAR, window=Window("works", frozenset(), NOW, NOW)), "works"),
        (FAULT, Circumstances(Standing(Upstream.DOWN, "core")), "core"),
        (FAULT, Circumstances(Standing(Upstream.DOUBT, "core")), "being checked"),
        (FAULT, Circumstances(Standing(Upstream.RECOVERING, "core")), "come back"),
        (replace(FAULT, severity=Severity.WARNING), CLEAR, "below"),
        (TOLD, CLEAR, "already told"),
        (replace(TOLD, acknowledged=Acknowledgement("zhang", NOW, "on it")), CLEAR, "zhang"),
        (replace(TOLD, told=Told.FLAPPING, flapping=True), CLEAR, "too often"),
        (replace(FAULT, closed=NOW), CLEAR, "nobody had been told"),
        (replace(TOLD, told=Told.CLOSED, closed=NOW), CLEAR, "recovery is told"),
    ],
)
def test_silence_says_why(fault: Fault, around: Circumstances, word: str):
    decision = decided(fault, around)

    assert isinstance(decision, Quiet)
    assert word in str(decision.why)


def test_a_check_other_than_reachability_is_told_whatever_is_upstream():
    fault = replace(FAULT, reachability=False)

    assert decided(fault, Circumstances(Standing(Upstream.DOWN, "core"))) == Tell(Kind.OPENED)


def test_what_becomes_worse_is_told_again_and_what_becomes_less_bad_is_not():
    worse = replace(TOLD, told_severity=Severity.MINOR, severity=Severity.MAJOR)
    better = replace(TOLD, severity=Severity.MINOR)

    assert decided(worse) == Tell(Kind.WORSE)
    assert isinstance(decided(better), Quiet)


def test_a_critical_fault_that_nobody_takes_is_told_again_to_more_and_more_people():
    assert isinstance(decided(TOLD, minutes=10), Quiet)
    assert decided(TOLD, minutes=15) == Tell(Kind.REMINDER)
    assert decided(TOLD, minutes=30) == Tell(Kind.REMINDER, ("second",))
    assert decided(TOLD, minutes=61) == Tell(Kind.REMINDER, ("second", "leader", "boss"))


def test_an_acknowledgement_that_has_run_out_counts_no_more():
    taken = Acknowledgement("zhang", NOW, "on it", until=NOW + timedelta(minutes=10))
    fault = replace(TOLD, acknowledged=taken)

    assert isinstance(decided(fault, minutes=9), Quiet)
    assert decided(fault, minutes=20) == Tell(Kind.REMINDER)


def test_a_lesser_fault_is_told_once():
    assert isinstance(decided(replace(TOLD, severity=Severity.MAJOR), minutes=600), Quiet)


def test_the_end_of_a_fault_that_was_told_is_told():
    assert decided(replace(TOLD, closed=NOW)) == Tell(Kind.RECOVERED)


def test_the_end_of_a_window_tells_what_is_still_wrong():
    window = Window("works", frozenset(), NOW, NOW + timedelta(hours=1))

    assert isinstance(decided(FAULT, replace(CLEAR, window=window)), Quiet)
    assert decided(FAULT, CLEAR, minutes=61) == Tell(Kind.OPENED)


def test_flapping_is_told_once_and_its_outcome_afterwards():
    flapping = replace(TOLD, flapping=True)
    assert decided(flapping) == Tell(Kind.FLAPPING)
    assert decided(replace(flapping, closed=NOW)) == Tell(Kind.FLAPPING)

    told = replace(flapping, told=Told.FLAPPING)
    assert isinstance(decided(told), Quiet)
    assert isinstance(decided(replace(told, closed=NOW)), Quiet)

    again = replace(flapping, told=Told.CLOSED)  # it had just been told to be over, and is there once more
    assert decided(again) == Tell(Kind.FLAPPING)

    settled = replace(told, flapping=False)
    assert decided(settled) == Tell(Kind.OPENED)
    assert decided(replace(settled, closed=NOW)) == Tell(Kind.RECOVERED)


faults_ = st.builds(
    replace,
    st.just(FAULT),
    severity=st.sampled_from(Severity),
    told=st.sampled_from([None, *Told]),
    told_severity=st.none() | st.sampled_from(Severity),
    told_at=st.none() | st.just(NOW - timedelta(minutes=1)),
    closed=st.none() | st.just(NOW),
    flapping=st.booleans(),
)
circumstances = st.builds(
    Circumstances,
    st.builds(Standing, st.sampled_from(Upstream), st.just("core")),
    st.none() | st.just(Window("works", frozenset(), NOW, NOW)),
    st.booleans(),
)


@given(faults_, circumstances)
def test_telling_settles_the_matter(fault: Fault, around: Circumstances):
    decision = decided(fault, around)
    if isinstance(decision, Quiet):
        assert decision.why.template
        return

    after = replace(fault, told=TELLS[decision.kind], told_at=NOW, told_severity=fault.severity)
    assert isinstance(decided(after, around), Quiet)


def people(*, also: tuple[str, ...] = (), reachable: str = "abcdef", **posts: tuple[str, ...]) -> list[str]:
    told, _passed = route(OnDuty(**posts), also, ("f",), frozenset(reachable))
    return [each.person for each in told]


def test_the_primary_is_told():
    assert people(primary=("a",), second=("b",), leader=("c",)) == ["a"]


def test_escalation_adds_posts_and_people():
    assert people(primary=("a",), second=("b",), leader=("c",), also=("second",)) == ["a", "b"]
    assert people(primary=("a",), second=("b",), leader=("c",), also=("second", "leader", "d")) == ["a", "b", "c", "d"]


@pytest.mark.parametrize(
    ("posts", "expected"),
    [
        ({"second": ("b",), "leader": ("c",)}, ["b"]),
        ({"leader": ("c",)}, ["c"]),
        ({}, ["f"]),
        ({"primary": ("x",), "second": ("b",)}, ["b"]),
        ({"primary": ("x",), "second": ("y",), "leader": ("z",)}, ["f"]),
    ],
)
def test_nobody_is_never_nobody(posts: dict[str, tuple[str, ...]], expected: list[str]):
    assert people(**posts) == expected


def test_who_has_no_address_is_passed_over_with_the_reason():
    _told, passed = route(OnDuty(primary=("a", "x")), (), (), frozenset("a"))

    assert [(each.person, str(each.why)) for each in passed] == [("x", "has no mail address")]


@given(
    st.lists(st.sampled_from("abcxyz"), max_size=3).map(tuple),
    st.lists(st.sampled_from("abcxyz"), max_size=3).map(tuple),
    st.lists(st.sampled_from("abcxyz"), max_size=3).map(tuple),
    st.lists(st.sampled_from(["second", "leader", "a", "x"]), max_size=3).map(tuple),
)
def test_each_person_gets_one_mail_and_somebody_reachable_always_gets_it(
    primary: tuple[str, ...], second: tuple[str, ...], leader: tuple[str, ...], also: tuple[str, ...]
):
    told = people(primary=primary, second=second, leader=leader, also=also)

    assert len(told) == len(set(told))
    assert told
