"""What may happen to an entry of a register, and what may not, whoever asks."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.config.registers import types
from netwatch.config.settings import File
from netwatch.domain.registers import (
    Approval,
    Doer,
    Entry,
    EntryState,
    EntryStep,
    Field,
    FieldKind,
    NotAllowed,
    RegisterType,
    Shape,
    extend,
    read,
    step,
)

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
ZONE = ZoneInfo("Asia/Shanghai")
ZHANG, LI = Doer("zhang"), Doer("li")
BOSS, CHIEF = Doer("boss", leader=True), Doer("chief", leader=True)
KINDS = types(File())
VISITOR = {"name": "王工", "organisation": "华为", "purpose": "换电源"}
INSIDE = {"carried": "电源模块 1 个", "escort": "zhang"}
REPAIR = {"item": "服务器硬盘", "serial": "S1", "fault": "坏道", "firm": "某公司"}
SUBMISSION = {"what": "月报", "to": "卫健委"}


def entry_of(register: str, values: dict[str, str], applicant: str = "zhang") -> Entry:
    return Entry(register, applicant, NOW, values=values, due=NOW + HOUR, id=7)


def walked(
    register: str, values: dict[str, str], *steps: tuple[EntryStep, Doer] | tuple[EntryStep, Doer, dict[str, str]]
):
    entry = entry_of(register, values)
    for what, who, *more in steps:
        entry = step(KINDS[register], entry, what, who, NOW, *more)
    return entry


def test_a_visitor_comes_in_with_approval_and_escort_and_leaves():
    entry = walked(
        "visitor",
        VISITOR,
        (EntryStep.SUBMIT, ZHANG),
        (EntryStep.APPROVE, BOSS),
        (EntryStep.OPEN, ZHANG, INSIDE),
        (EntryStep.DONE, LI),
    )
    assert (entry.state, entry.approved_by, entry.opened, entry.closed) == (EntryState.DONE, "boss", NOW, NOW)


@pytest.mark.parametrize(
    ("register", "values", "steps", "sentence"),
    [
        ("visitor", VISITOR, [(EntryStep.SUBMIT, ZHANG), (EntryStep.OPEN, ZHANG, INSIDE)], "this step cannot follow"),
        (
            "visitor",
            VISITOR,
            [(EntryStep.SUBMIT, ZHANG), (EntryStep.APPROVE, BOSS), (EntryStep.OPEN, ZHANG, {"carried": "无"})],
            "escort: is needed before this step",
        ),
        ("visitor", VISITOR, [(EntryStep.SUBMIT, ZHANG), (EntryStep.APPROVE, LI)], "li does not lead"),
        ("visitor", {"name": "王工"}, [(EntryStep.SUBMIT, ZHANG)], "organisation: is needed before this step"),
        (
            "repair",
            REPAIR,
            [
                (EntryStep.SUBMIT, ZHANG),
                (EntryStep.APPROVE, BOSS),
                (EntryStep.OPEN, ZHANG, {"wiped": "no", "wiped_by": "zhang", "carrier": "li"}),
            ],
            "wiped: must be confirmed before this step",
        ),
        (
            "submission",
            SUBMISSION,
            [
                (EntryStep.SUBMIT, ZHANG),
                (EntryStep.APPROVE, BOSS),
                (EntryStep.DONE, ZHANG, {"receipt": "R1"}),
                (EntryStep.CONFIRM, LI),
            ],
            "phoned: is needed before this step",
        ),
        (
            "submission",
            SUBMISSION,
            [
                (EntryStep.SUBMIT, ZHANG),
                (EntryStep.APPROVE, BOSS),
                (EntryStep.DONE, ZHANG, {"receipt": "R1"}),
                (EntryStep.CONFIRM, ZHANG, {"phoned": "李老师", "number": "1", "phoned_at": "2026-11-23 10:00"}),
            ],
            "zhang did it; somebody else confirms",
        ),
        (
            "visitor",
            VISITOR,
            [(EntryStep.SUBMIT, ZHANG), (EntryStep.APPROVE, BOSS), (EntryStep.CANCEL, LI)],
            "only who asked for it",
        ),
        (
            "software",
            {"device": "sw", "software": "x", "why": "y"},
            [(EntryStep.SUBMIT, ZHANG), (EntryStep.APPROVE, BOSS), (EntryStep.OPEN, ZHANG)],
            "it is completed at once",
        ),
    ],
)
def test_what_may_not_be_is_refused_with_its_reason(register, values, steps, sentence):
    with pytest.raises(NotAllowed, match=sentence):
        walked(register, values, *steps)


def test_whoever_asks_does_not_approve_be_they_leader_or_not():
    entry = step(KINDS["visitor"], entry_of("visitor", VISITOR, "boss"), EntryStep.SUBMIT, BOSS, NOW)
    for what in (EntryStep.APPROVE, EntryStep.REJECT):
        with pytest.raises(NotAllowed, match="boss asked for it; somebody else judges"):
            step(KINDS["visitor"], entry, what, BOSS, NOW)
    assert step(KINDS["visitor"], entry, EntryStep.APPROVE, CHIEF, NOW).approved_by == "chief"


def test_two_steps_take_two_leaders():
    values = {"what": "年报", "to": "网站", "how": "公示"}
    entry = walked("release", values, (EntryStep.SUBMIT, ZHANG), (EntryStep.APPROVE, BOSS))
    assert (entry.state, entry.seconded_by) == (EntryState.SUBMITTED, "boss")
    with pytest.raises(NotAllowed, match="it takes somebody else"):
        step(KINDS["release"], entry, EntryStep.APPROVE, BOSS, NOW)
    assert step(KINDS["release"], entry, EntryStep.APPROVE, CHIEF, NOW).state is EntryState.APPROVED


def test_another_text_asks_for_another_approval():
    entry = walked("visitor", VISITOR, (EntryStep.SUBMIT, ZHANG), (EntryStep.APPROVE, BOSS))
    changed = step(KINDS["visitor"], entry, EntryStep.SET, ZHANG, NOW, {"purpose": "拆机"})
    assert (changed.state, changed.approved_by) == (EntryState.SUBMITTED, None)
    with pytest.raises(NotAllowed, match="stands as it was submitted"):
        step(KINDS["visitor"], entry, EntryStep.SET, LI, NOW, {"purpose": "拆机"})


def test_what_is_filled_in_later_leaves_the_approval_alone():
    entry = walked("visitor", VISITOR, (EntryStep.SUBMIT, ZHANG), (EntryStep.APPROVE, BOSS))
    assert step(KINDS["visitor"], entry, EntryStep.SET, LI, NOW, INSIDE).state is EntryState.APPROVED


def test_a_longer_loan_is_for_a_leader_to_grant():
    kind = KINDS["visitor"]
    entry = walked("visitor", VISITOR, (EntryStep.SUBMIT, ZHANG), (EntryStep.APPROVE, BOSS))
    with pytest.raises(NotAllowed, match="zhang does not lead"):
        extend(kind, entry, NOW + 5 * HOUR, ZHANG)
    assert extend(kind, entry, NOW + 5 * HOUR, CHIEF).due == NOW + 5 * HOUR


def test_what_needs_no_approval_is_done_at_once():
    values = {"what": "网络安全", "teacher": "li", "attended": "全体"}
    assert walked("training", values, (EntryStep.SUBMIT, ZHANG)).state is EntryState.DONE


def test_overdue_is_computed():
    kind = KINDS["visitor"]
    entry = walked(
        "visitor", VISITOR, (EntryStep.SUBMIT, ZHANG), (EntryStep.APPROVE, BOSS), (EntryStep.OPEN, ZHANG, INSIDE)
    )
    assert not entry.overdue(kind, NOW + HOUR, ZONE)
    assert entry.overdue(kind, NOW + HOUR + timedelta(seconds=1), ZONE)


def test_a_submission_is_to_be_confirmed_on_its_day():
    kind = KINDS["submission"]
    entry = walked(
        "submission",
        SUBMISSION,
        (EntryStep.SUBMIT, ZHANG),
        (EntryStep.APPROVE, BOSS),
        (EntryStep.DONE, ZHANG, {"receipt": "R1"}),
    )
    midnight = datetime(2026, 11, 23, 16, 0, tzinfo=UTC)
    assert not entry.overdue(kind, midnight - timedelta(seconds=1), ZONE)
    assert entry.overdue(kind, midnight, ZONE)


@pytest.mark.parametrize(
    ("kind", "text", "good"),
    [
        (FieldKind.NUMBER, "12.5", True),
        (FieldKind.NUMBER, "१२", False),
        (FieldKind.DATE, "2026-02-30", False),
        (FieldKind.TIME, "2026-11-23 08:00", True),
        (FieldKind.YES, "maybe", False),
        (FieldKind.MAIL, "a@b.example", True),
        (FieldKind.MAIL, "a@b\nBcc: c@d", False),
        (FieldKind.PERSON, "a\nb", False),
        (FieldKind.TEXT, "x" * 1001, False),
        (FieldKind.TEXT, "二行\n可以", True),
    ],
)
def test_a_field_holds_what_it_is_for(kind: FieldKind, text: str, good: bool):
    field = Field("f", {"en": "f"}, kind)
    if good:
        assert read(field, text) == text
    else:
        with pytest.raises(NotAllowed, match=r"^f: "):
            read(field, text)


DOERS = st.sampled_from([ZHANG, LI, BOSS, CHIEF])
STEPS = st.sampled_from([each for each in EntryStep if each is not EntryStep.CREATE])
FILLED = {each.name: "yes" if each.kind is FieldKind.YES else "1" for kind in KINDS.values() for each in kind.fields}


@given(st.sampled_from(list(KINDS)), DOERS, st.lists(st.tuples(STEPS, DOERS), max_size=12))
def test_nothing_that_needs_approval_goes_on_without_the_approval_of_somebody_else(register, applicant, walk):
    kind = KINDS[register]
    entry = Entry(register, applicant.name, NOW, due=NOW + HOUR, id=1)
    entry = step(kind, entry, EntryStep.SET, applicant, NOW, {each.name: FILLED[each.name] for each in kind.fields})
    for what, who in walk:
        before = entry
        try:
            entry = step(kind, entry, what, who, NOW)
        except NotAllowed:
            assert entry == before
            continue
        if kind.approval is not Approval.NONE and entry.approved:
            assert entry.approved_by not in {None, entry.applicant, entry.seconded_by}
            assert entry.approved_by in {"boss", "chief"}
        if kind.approval is Approval.TWO_STEP and entry.approved:
            assert entry.seconded_by in {"boss", "chief"}
        assert entry == before or not before.state.over or before.state is EntryState.DONE


def test_a_register_of_a_sites_own_works_by_the_same_rules():
    kind = RegisterType("key", {"zh_CN": "钥匙"}, (Field("who", {"en": "who"}),), Approval.NONE, Shape.INTERVAL)
    entry = step(kind, Entry("key", "li", NOW, due=NOW + HOUR), EntryStep.SUBMIT, LI, NOW)
    assert entry.state is EntryState.OPEN
