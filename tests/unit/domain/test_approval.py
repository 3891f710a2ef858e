"""Which entry of a register explains what happened, and which only looks as if it did."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.config.registers import types
from netwatch.config.settings import File
from netwatch.domain.approval import (
    Claim,
    Discrepancy,
    Fit,
    Happened,
    Happening,
    Verdict,
    claim,
    explained,
    explanation,
    fit,
    judged,
    lasts,
    serial,
)
from netwatch.domain.registers import Entry, EntryState
from probes.api import Message

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SLACK = 30 * MINUTE
KINDS = types(File())
STATES = (EntryState.APPROVED, EntryState.OPEN, EntryState.DONE, EntryState.CONFIRMED)


def disk(kind: Happening = Happening.PART_GONE, since: datetime = NOW, at: datetime = NOW, **more: object) -> Happened:
    values = {"device": "srv-1", "item": "WD-4711", "whole": frozenset({"CHASSIS-1"}), **more}
    return Happened(kind, since=since, at=at, what=Message("gone"), **values)  # type: ignore[arg-type]


def port(at: datetime = NOW, item: str = "GE1/0/5") -> Happened:
    return Happened(Happening.PORT_DOWN, "sw-1", item, at, at, Message("down"), whole=frozenset({"CHASSIS-2"}))


def device(at: datetime = NOW) -> Happened:
    return Happened(Happening.DEVICE_GONE, "sw-1", "", at, at, Message("gone"), whole=frozenset({"CHASSIS-2"}))


def entry(register: str = "dismantle", state: EntryState = EntryState.APPROVED, **values: str) -> Entry:
    approved = state in STATES
    return Entry(
        register,
        "zhang",
        NOW - 2 * HOUR,
        state=state,
        values=values,
        start=NOW - HOUR,
        due=NOW + HOUR,
        approved_by="boss" if approved else None,
        approved_at=NOW - 90 * MINUTE if approved else None,
        id=7,
    )


def allowed(of: Entry) -> Claim:
    found = claim(KINDS[of.register], of)
    assert found is not None
    return found


@pytest.mark.parametrize("state", list(EntryState))
def test_only_what_a_leader_has_approved_explains_anything(state: EntryState) -> None:
    assert (claim(KINDS["dismantle"], entry(state=state, device="srv-1")) is not None) == (state in STATES)


def test_an_entry_that_needed_no_approval_explains_nothing() -> None:
    of = replace(entry(state=EntryState.OPEN, device="srv-1"), approved_at=None, approved_by=None)
    assert claim(KINDS["dismantle"], of) is None


@pytest.mark.parametrize(
    ("happened", "of", "expected"),
    [
        (disk(), entry(device="srv-1", serial="WD-4711"), Fit.NAMED),
        (disk(), entry(device="srv-1", serial="wd 4711"), Fit.NAMED),
        (disk(), entry(device="srv-1", serial="X1、WD-4711"), Fit.NAMED),
        (disk(), entry(device="srv-2", serial="WD4711"), Fit.NAMED),
        (disk(), entry(device="srv-1", serial="WD-4712"), Fit.NONE),
        (disk(), entry(device="srv-1"), Fit.DEVICE),
        (disk(), entry(device="srv-2"), Fit.NONE),
        (disk(), entry(device="srv-1", serial="CHASSIS-1"), Fit.DEVICE),
        (disk(), entry("loan", item="硬盘", serial="WD-4711"), Fit.NAMED),
        (disk(), entry("loan", item="硬盘"), Fit.NONE),
        (disk(), entry("repair", item="服务器", serial="chassis-1"), Fit.DEVICE),
        (disk(), entry("change", device="srv-1", what="改网卡 MTU"), Fit.NONE),
        (disk(), entry("change", device="srv-1", what="拆下硬盘WD-4711。"), Fit.NAMED),
        (disk(Happening.PART_MOVED, other="srv-2"), entry(device="srv-2"), Fit.DEVICE),
        (disk(Happening.PART_MOVED, other="srv-2"), entry(device="srv-3"), Fit.NONE),
        (port(), entry("change", device="sw-1", what="升级"), Fit.DEVICE),
        (port(), entry("change", device="sw-2", what="升级"), Fit.NONE),
        (port(), entry("change", device="sw-1", what="关闭端口ge1/0/5（空闲）"), Fit.NAMED),
        (port(), entry("change", device="sw-1", what="GE1/0/50"), Fit.DEVICE),
        (port(), entry(device="sw-1", serial="SFP-1", part="光模块"), Fit.NONE),
        (port(), entry(device="sw-1", serial="SFP-1", part="GE1/0/5 光模块"), Fit.NAMED),
        (port(), entry(device="sw-1", serial="CHASSIS-2"), Fit.DEVICE),
        (port(), entry("repair", item="交换机", serial="CHASSIS-2"), Fit.DEVICE),
        (device(), entry(device="sw-1"), Fit.DEVICE),
        (device(), entry(device="sw-1", serial="SFP-1"), Fit.NONE),
        (device(), entry("loan", item="交换机", serial="chassis-2"), Fit.DEVICE),
        (device(), entry("loan", item="sw-1"), Fit.NONE),
    ],
)
def test_what_an_entry_is_about(happened: Happened, of: Entry, expected: Fit) -> None:
    assert fit(happened, allowed(of)) is expected


def test_a_register_with_a_field_for_ports_is_about_no_other_port() -> None:
    of = replace(allowed(entry("change", device="sw-1")), ports=frozenset({"ge1/0/5"}))
    assert fit(port(), of) is Fit.NAMED
    assert fit(port(item="GE1/0/6"), of) is Fit.NONE
    assert fit(device(), of) is Fit.NONE


@pytest.mark.parametrize(
    ("minutes", "within"),
    [(-91, False), (-90, True), (-60, True), (0, True), (60, True), (90, True), (91, False)],
)
def test_an_entry_holds_from_its_start_to_its_end_and_a_little_around(minutes: int, within: bool) -> None:
    at = NOW + minutes * MINUTE
    assert lasts(port(at), allowed(entry("change", device="sw-1")), SLACK) is within


def test_what_happened_before_it_was_approved_is_not_explained_of_itself() -> None:
    late = replace(entry("change", device="sw-1"), approved_at=NOW + 40 * MINUTE)
    assert not lasts(port(NOW), allowed(late), SLACK)
    assert lasts(port(NOW + 10 * MINUTE), allowed(late), SLACK)


def test_what_was_begun_late_and_completed_early_holds_only_so_long() -> None:
    of = replace(entry("change", EntryState.DONE, device="sw-1"), opened=NOW, closed=NOW + 5 * MINUTE)
    assert not lasts(port(NOW - 31 * MINUTE), allowed(of), SLACK)
    assert lasts(port(NOW + 35 * MINUTE), allowed(of), SLACK)
    assert not lasts(port(NOW + 36 * MINUTE), allowed(of), SLACK)


def test_work_that_overruns_is_not_approved_any_longer() -> None:
    of = allowed(replace(entry(state=EntryState.OPEN, device="srv-1"), opened=NOW))
    late = NOW + HOUR + SLACK + MINUTE
    assert not lasts(disk(since=late, at=late), of, SLACK)


def test_what_was_lent_may_come_back_late_but_not_after_the_loan_was_closed() -> None:
    out = replace(entry("loan", EntryState.OPEN, item="硬盘", serial="WD-4711"), opened=NOW)
    late = NOW + 72 * HOUR
    back = disk(Happening.PART_BACK, since=late, at=late)
    assert lasts(back, allowed(out), SLACK)
    assert lasts(back, allowed(replace(out, state=EntryState.DONE, closed=late)), SLACK)
    assert not lasts(back, allowed(replace(out, state=EntryState.DONE, closed=NOW + HOUR)), SLACK)


def test_hardware_is_read_now_and_then_so_it_is_enough_that_it_can_have_happened_in_time() -> None:
    of = allowed(entry(device="srv-1"))
    assert lasts(disk(since=NOW - 8 * HOUR, at=NOW - 80 * MINUTE), of, SLACK)
    assert lasts(disk(since=NOW + 80 * MINUTE, at=NOW + 8 * HOUR), of, SLACK)
    assert not lasts(disk(since=NOW + 91 * MINUTE, at=NOW + 8 * HOUR), of, SLACK)


def test_the_closest_entry_explains_it_then_the_earliest() -> None:
    wide = allowed(entry(device="srv-1"))
    named = replace(allowed(entry(device="srv-1", serial="WD-4711")), entry=9, start=NOW)
    early = replace(wide, entry=8, start=NOW - 2 * HOUR)
    assert explanation(disk(), (wide, early, named), SLACK) == named
    assert explanation(disk(), (wide, early), SLACK) == early
    assert explanation(disk(), (), SLACK) is None


moments = st.integers(-300, 300).map(lambda minutes: NOW + minutes * MINUTE)
names = st.frozensets(st.sampled_from(["srv-1", "srv-2", "sw-1"]), max_size=2)
serials = st.frozensets(st.sampled_from(["wd4711", "chassis1", "x1"]), max_size=2)
claims = st.builds(
    Claim,
    entry=st.integers(1, 50),
    devices=names,
    serials=serials,
    ports=st.just(frozenset()),
    words=st.frozensets(st.sampled_from(["wd4711", "ge1/0/5"]), max_size=1),
    of_things=st.booleans(),
    start=moments,
    end=st.none() | moments,
    back_until=st.none() | moments,
)
happenings = st.builds(
    lambda kind, item, since, length: Happened(
        kind, "srv-1", item, since, since + length * MINUTE, Message("x"), whole=frozenset({"CHASSIS-1"})
    ),
    st.sampled_from(Happening),
    st.sampled_from(["WD-4711", "GE1/0/5", ""]),
    moments,
    st.integers(0, 600),
)


@given(happenings, st.lists(claims, max_size=6, unique_by=lambda each: each.entry), st.randoms())
def test_the_order_of_entries_does_not_matter(happened: Happened, found: list[Claim], chance) -> None:
    shuffled = list(found)
    chance.shuffle(shuffled)
    assert explanation(happened, found, SLACK) == explanation(happened, shuffled, SLACK)


@given(happenings, st.lists(claims, max_size=6, unique_by=lambda each: each.entry))
def test_what_explains_it_is_about_it_and_of_its_time(happened: Happened, found: list[Claim]) -> None:
    by = explanation(happened, found, SLACK)
    able = [each for each in found if fit(happened, each) and lasts(happened, each, SLACK)]
    assert (by is None) == (not able)
    if by is not None:
        assert fit(happened, by) == max(fit(happened, each) for each in able)
        assert by.start <= happened.at + SLACK


@given(happenings, st.lists(claims, max_size=6, unique_by=lambda each: each.entry), st.integers(0, 240))
def test_more_slack_explains_no_less(happened: Happened, found: list[Claim], minutes: int) -> None:
    if explanation(happened, found, SLACK) is not None:
        assert explanation(happened, found, SLACK + minutes * MINUTE) is not None


@given(st.text(max_size=40))
def test_a_serial_number_is_compared_as_people_write_it(text: str) -> None:
    assert serial(serial(text)) == serial(text)
    assert serial(f" {text.upper()} - ") == serial(text.upper())


@pytest.mark.parametrize(("approved", "verdict"), [(-1, Verdict.EXPLAINED), (1, Verdict.AFTERWARDS)])
def test_a_leader_who_ties_it_to_an_entry_says_whether_that_came_first(approved: int, verdict: Verdict) -> None:
    of = replace(entry(device="srv-1"), approved_at=NOW + approved * MINUTE)
    found = explained(Discrepancy(disk(), NOW), of, "boss", NOW + HOUR)
    assert (found.verdict, found.entry, found.judged_by, found.judged_at) == (verdict, 7, "boss", NOW + HOUR)


def test_a_judgement_names_no_entry() -> None:
    found = judged(Discrepancy(disk(), NOW), Verdict.HARMLESS, "boss", NOW + HOUR, "核实过")
    assert (found.verdict, found.entry, found.judgement) == (Verdict.HARMLESS, None, "核实过")
