"""Change requests, baselines, waivers and findings: which step may follow which, and by whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.drift import baseline as baselines
from netwatch.domain.drift import finding as findings
from netwatch.domain.drift.baseline import Baseline, BaselineState, means, sealed
from netwatch.domain.drift.change_request import ChangeKind, ChangeRequest, ChangeState, ChangeStep
from netwatch.domain.drift.change_steps import step
from netwatch.domain.drift.change_window import Freeze, Patience, ended, frozen, overdue, passes, permit, unreported
from netwatch.domain.drift.finding import Closing, Finding, FindingState, Told
from netwatch.domain.drift.permit import Scope
from netwatch.domain.drift.verdict import Verdict
from netwatch.domain.drift.waiver import Waiver, grant
from netwatch.domain.model import Severity
from netwatch.domain.registers import Doer, NotAllowed
from probes.api import Message

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PATIENCE = Patience(timedelta(hours=4), timedelta(hours=24), timedelta(minutes=10))
PEOPLE = {
    "zhang": Doer("zhang"),
    "li": Doer("li"),
    "wang": Doer("wang"),
    "boss": Doer("boss", leader=True),
    "chief": Doer("chief", leader=True),
}


def at(minute: float) -> datetime:
    return START + timedelta(minutes=minute)


REQUEST = ChangeRequest(
    ChangeKind.PARAMETER, "title", "reason", "zhang", at(0), at(60), at(120), (Scope("sw-1"),), ("li", "chief"), "undo",
    id=7,
)  # fmt: skip
EMERGENCY = replace(REQUEST, emergency=True, rollback="", start=at(0), end=at(60))
STEPS = st.tuples(st.sampled_from(ChangeStep), st.sampled_from(sorted(PEOPLE)), st.integers(0, 90))


@given(st.lists(STEPS, max_size=14), st.booleans())
def test_however_a_request_comes_about_four_eyes_hold_and_what_is_over_stays_so(taken, is_emergency):
    request, now = (EMERGENCY if is_emergency else REQUEST), 0
    for what, who, passed in taken:
        now += passed
        try:
            after = step(request, what, PEOPLE[who], at(now))
        except NotAllowed:
            continue
        assert not request.state.over
        request = after
    if request.judged_by is not None:
        assert PEOPLE[request.judged_by].leader
        assert request.judged_by not in request.parties
        assert request.submitted is not None
    if request.verified_by is not None:
        assert request.verified_by not in request.implementers
        assert request.approved_by is not None
    if request.implemented_by is not None:
        assert request.implemented_by in request.implementers
        assert request.approved_by is not None or request.emergency
    allowed = permit(request)
    if allowed is not None and not allowed.claimed:
        assert request.approved_by is not None
        assert request.emergency or allowed.start >= (request.judged_at or at(0))


def taken(request: ChangeRequest, *steps: tuple[ChangeStep, str, float]) -> ChangeRequest:
    for what, who, minute in steps:
        request = step(request, what, PEOPLE[who], at(minute), "why")
    return request


SUBMIT, APPROVE = (ChangeStep.SUBMIT, "zhang", 1), (ChangeStep.APPROVE, "boss", 30)


def test_a_request_from_its_draft_to_its_end():
    request = taken(REQUEST, SUBMIT, APPROVE, (ChangeStep.OPEN, "zhang", 60), (ChangeStep.IMPLEMENT, "li", 70))
    assert request.state is ChangeState.IMPLEMENTED
    request = taken(request, (ChangeStep.VERIFY, "wang", 80), (ChangeStep.CLOSE, "zhang", 90))
    assert (request.state, request.ended, request.verified_by) == (ChangeState.CLOSED, at(90), "wang")


@pytest.mark.parametrize(
    ("request_", "before", "what", "who", "minute", "sentence"),
    [
        (REQUEST, (SUBMIT,), ChangeStep.APPROVE, "li", 5, "li does not lead"),
        (REQUEST, (SUBMIT,), ChangeStep.APPROVE, "chief", 5, "chief is to do it; somebody else judges"),
        (replace(REQUEST, requested_by="boss"), (SUBMIT,), ChangeStep.APPROVE, "boss", 5, "boss asked for it; somebody"),
        (REQUEST, (SUBMIT,), ChangeStep.REJECT, "chief", 5, "chief is to do it; somebody else judges"),
        (REQUEST, (SUBMIT,), ChangeStep.APPROVE, "boss", 121, "its window is over; only an emergency is approved"),
        (REQUEST, (), ChangeStep.APPROVE, "boss", 5, r"change request 7 \(draft\): this step cannot follow"),
        (REQUEST, (SUBMIT, APPROVE), ChangeStep.IMPLEMENT, "li", 59, "its window has not begun"),
        (REQUEST, (SUBMIT, APPROVE), ChangeStep.IMPLEMENT, "wang", 70, "wang is not among those who were to do it"),
        (REQUEST, (SUBMIT, APPROVE, (ChangeStep.IMPLEMENT, "li", 70)), ChangeStep.VERIFY, "li", 80, "li did it; some"),
        (REQUEST, (SUBMIT, APPROVE), ChangeStep.ROLL_BACK, "wang", 70, "wang is not among those who were to do it"),
        (REQUEST, (SUBMIT,), ChangeStep.CANCEL, "li", 5, "only who asked for it, or a leader, cancels it"),
        (REQUEST, (SUBMIT,), ChangeStep.IMPLEMENT, "li", 70, r"\(waits for approval\): this step cannot follow"),
        (EMERGENCY, ((ChangeStep.IMPLEMENT, "li", 5),), ChangeStep.CANCEL, "zhang", 9, "is done already"),
    ],
)  # fmt: skip
def test_a_step_that_may_not_be_taken_says_why(request_, before, what, who, minute, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        step(taken(request_, *before), what, PEOPLE[who], at(minute))


def test_an_emergency_is_implemented_first_and_approved_afterwards():
    request = taken(EMERGENCY, (ChangeStep.IMPLEMENT, "li", 10))
    assert (request.state, permit(request).claimed) == (ChangeState.DRAFT, True)
    request = taken(request, (ChangeStep.SUBMIT, "zhang", 100), (ChangeStep.APPROVE, "boss", 300))
    assert (request.state, permit(request).claimed, permit(request).start) == (ChangeState.IMPLEMENTED, False, at(0))
    rejected = taken(EMERGENCY, (ChangeStep.SUBMIT, "zhang", 10), (ChangeStep.REJECT, "boss", 20))
    assert (permit(rejected), rejected.approved_by) == (None, None)


@pytest.mark.parametrize(
    ("steps", "minute", "late"),
    [
        ((), 239, False),
        ((), 241, True),
        (((ChangeStep.SUBMIT, "zhang", 200),), 300, False),
        (((ChangeStep.SUBMIT, "zhang", 250),), 300, True),
        (((ChangeStep.SUBMIT, "zhang", 200),), 24 * 60 + 1, True),
        (((ChangeStep.SUBMIT, "zhang", 250), (ChangeStep.APPROVE, "boss", 300)), 24 * 60 + 1, False),
        (((ChangeStep.SUBMIT, "zhang", 200), (ChangeStep.REJECT, "boss", 300)), 24 * 60 + 1, False),
    ],
)
def test_an_emergency_is_asked_for_and_approved_in_time_or_overdue(steps, minute, late):
    assert overdue(taken(EMERGENCY, *steps), at(minute), PATIENCE) is late
    assert not overdue(REQUEST, at(minute), PATIENCE)


def test_time_opens_a_window_and_lets_one_expire_in_which_nothing_changed():
    request = taken(REQUEST, SUBMIT, APPROVE)
    # by its grace early: the device is read once more before anybody touches it
    assert passes(request, at(49), PATIENCE, changed=False) is None
    assert passes(request, at(50), PATIENCE, changed=False) is ChangeStep.OPEN
    assert [ended(request, at(low), at(high)) for low, high in ((100, 119), (119, 120), (120, 121))] == [
        False,
        True,
        False,
    ]
    opened = step(request, ChangeStep.OPEN, PEOPLE["zhang"], at(60))
    assert passes(opened, at(130), PATIENCE, changed=False) is None
    assert passes(opened, at(131), PATIENCE, changed=False) is ChangeStep.EXPIRE
    assert passes(opened, at(131), PATIENCE, changed=True) is None
    assert unreported(opened, at(131), PATIENCE)
    assert not unreported(taken(opened, (ChangeStep.IMPLEMENT, "li", 100)), at(131), PATIENCE)


def test_what_was_done_before_the_approval_was_not_approved():
    assert permit(taken(REQUEST, SUBMIT, (ChangeStep.APPROVE, "boss", 90))).start == at(90)
    assert permit(taken(REQUEST, SUBMIT)) is None
    # what is read after the window may have changed in it
    assert permit(taken(REQUEST, SUBMIT, APPROVE, (ChangeStep.EXPIRE, "zhang", 140))).end == at(120)
    assert permit(taken(REQUEST, SUBMIT, APPROVE, (ChangeStep.CANCEL, "zhang", 40))) is None


def test_what_is_done_once_it_was_verified_is_not_approved_though_the_window_lasts():
    done = taken(REQUEST, SUBMIT, APPROVE, (ChangeStep.IMPLEMENT, "li", 70))
    assert permit(done).end == at(120)
    assert permit(taken(done, (ChangeStep.VERIFY, "wang", 80))).end == at(80)
    assert permit(taken(done, (ChangeStep.VERIFY, "wang", 180))).end == at(120)


def test_a_freeze_is_for_its_devices_and_not_for_an_emergency():
    freeze = Freeze("festival", at(100), at(200))
    for each, devices, is_frozen in (
        (freeze, {"sw-1"}, True),
        (replace(freeze, devices=frozenset({"sw-1"})), {"sw-1"}, True),
        (replace(freeze, devices=frozenset({"sw-2"})), {"sw-1"}, False),
        (replace(freeze, start=at(120)), {"sw-1"}, False),
        (replace(freeze, start=at(0), end=at(60)), {"sw-1"}, False),
    ):
        assert (frozen(REQUEST, [each], frozenset(devices)) is not None) is is_frozen
    assert frozen(replace(REQUEST, emergency=True), [freeze], frozenset({"sw-1"})) is None


BASE = Baseline("sw-1", "running", "a" * 64, "vrp/1", "wang", at(0), "d" * 64, 7)


def test_a_baseline_is_approved_by_somebody_else_and_only_as_it_still_is():
    approved = baselines.approve(BASE, "a" * 64, PEOPLE["boss"], (), at(5))
    assert (approved.state, approved.judged_by, approved.seal) == (BaselineState.APPROVED, "boss", sealed(approved))
    for who, newest, parties, sentence in (
        ("boss", "b" * 64, (), "sw-1 has moved on since: look at it again"),
        ("li", "a" * 64, (), "li does not lead"),
        ("boss", "a" * 64, ("boss",), "boss asked for it, or did it; somebody else judges"),
    ):
        with pytest.raises(NotAllowed, match=sentence):
            baselines.approve(BASE, newest, PEOPLE[who], parties, at(5))
    with pytest.raises(NotAllowed, match="boss proposed it; somebody else judges"):
        baselines.approve(replace(BASE, proposed_by="boss"), "a" * 64, PEOPLE["boss"], (), at(5))
    with pytest.raises(NotAllowed, match="is in force; it is not judged again"):
        baselines.reject(approved, PEOPLE["boss"], (), at(6), "x")


@pytest.mark.parametrize("field", ["device", "facet", "content", "rules", "difference", "change"])
def test_a_seal_binds_every_part_of_what_was_approved(field):
    assert sealed(replace(BASE, **{field: 8 if field == "change" else "x"})) != sealed(BASE)


def test_a_proposal_lapses_once_the_device_is_something_else():
    assert baselines.void(BASE, "a" * 64, at(1)) is None
    assert baselines.void(BASE, "b" * 64, at(1)).state is BaselineState.VOID
    approved = baselines.approve(BASE, "a" * 64, PEOPLE["boss"], (), at(5))
    assert baselines.void(approved, "b" * 64, at(6)) is None


@pytest.mark.parametrize(
    ("given_", "meant"), [("aaaaaaaa", True), (" AAAAAAAA ", True), ("aaaaaaa", False), ("", False), ("b" * 12, False)]
)
def test_a_content_is_meant_by_enough_of_its_hash(given_, meant):
    assert means(given_, BASE.content) is meant


def test_a_waiver_has_an_owner_who_does_not_grant_it_and_an_end_in_sight():
    draft = Waiver(1, "f", "li", "boss", at(0), at(60), "why")
    assert grant(draft, PEOPLE["boss"], at(0), timedelta(days=90)).holds(at(59))
    assert not draft.holds(at(60))
    assert not replace(draft, ended=at(5)).holds(at(6))
    for each, who, sentence in (
        (draft, "wang", "wang does not lead"),
        (replace(draft, owner="boss"), "boss", "boss answers for it; somebody else grants it"),
        (replace(draft, until=at(0)), "boss", "must be in the future"),
        (replace(draft, until=at(0) + timedelta(days=91)), "boss", "at most 90 days from now"),
    ):
        with pytest.raises(NotAllowed, match=sentence):
            grant(each, PEOPLE[who], at(0), timedelta(days=90))


TOLD = Told(Verdict.UNAUTHORISED, Severity.MAJOR, Message("x"), Message("y"))
FINDING = Finding("f", "sw-1", "running", "a", "b", "d", TOLD, at(0), at(5), at(5), id=3, episode=3)
MOVES = st.lists(st.sampled_from(["close", "reopen", "expire", "waive", "acknowledge"]), max_size=12)


@given(MOVES)
def test_however_a_finding_moves_it_is_over_or_stands_and_keeps_what_it_is(moves):
    finding = FINDING
    for number, move in enumerate(moves):
        now = at(10 + number)
        try:
            finding = {
                "close": lambda each, now=now: findings.close(each, Closing.REVERTED, now),
                "reopen": lambda each, now=now: findings.reopen(each, now, anew=True),
                "expire": lambda each, now=now: findings.reopen(each, now, anew=False),
                "waive": lambda each, now=now: findings.waive(each, PEOPLE["boss"], (), now, "x"),
                "acknowledge": lambda each, now=now: findings.acknowledge(each, PEOPLE["boss"], (), now, "x"),
            }[move](finding)
        except NotAllowed:
            assert not finding.stands
        assert finding.stands == (finding.closed is None) == (finding.closing is None)
        assert (finding.fingerprint, finding.base, finding.content, finding.episode) == ("f", "a", "b", 3)
        if finding.state in {FindingState.WAIVED, FindingState.ACKNOWLEDGED}:
            assert finding.judged_by == "boss"


def test_closing_twice_changes_nothing():
    once = findings.close(FINDING, Closing.REVERTED, at(10))
    assert findings.close(once, Closing.BASELINED, at(20)) == once
