"""What holds for every chain of reports."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from roster.cover import Shift
from roster.facts import Acknowledgement, Facts, Fault, LogEntry, Severity, Task
from roster.handover import build, digest, from_json, to_json
from roster.layers import Post
from roster.phrase import Sentence

START = datetime(2026, 11, 22, tzinfo=UTC)
moments = st.integers(-500_000, 500_000).map(lambda seconds: START + timedelta(seconds=seconds))
texts = st.text(max_size=20)
sentences = st.builds(
    Sentence, texts, st.dictionaries(texts, texts | st.integers() | st.floats(allow_nan=False), max_size=2)
)
ONE_NAME = st.just("sw")
ONE_SENTENCE = st.just(Sentence("does not answer"))
acknowledgements = st.none() | st.builds(Acknowledgement, texts, moments, texts, st.none() | moments)


@st.composite
def histories(draw: st.DrawFn, names=ONE_NAME, said=ONE_SENTENCE) -> tuple[list[Fault], list[int]]:
    """Faults with the events that open and close them, and the event numbers at which shifts are cut."""
    faults = []
    for number in range(1, draw(st.integers(0, 6)) + 1):
        opened = draw(st.integers(1, 60))
        closed = draw(st.none() | st.integers(opened + 1, 70))
        faults.append(
            Fault(
                number,
                device=draw(names),
                check="icmp",
                severity=draw(st.sampled_from(Severity)),
                summary=draw(said),
                opened=START + timedelta(minutes=opened),
                opened_event=opened,
                closed=None if closed is None else START + timedelta(minutes=closed),
                closed_event=closed,
                acknowledged=draw(acknowledgements),
                root=draw(st.none() | st.integers(1, 6)),
            )
        )
    return faults, sorted(draw(st.sets(st.integers(1, 80), min_size=1, max_size=6)))


def shift(number: int) -> Shift:
    start = START + number * timedelta(hours=8)
    day = date(2026, 11, 22) + timedelta(days=number)
    return Shift(f"s/{day}/primary", "s", "s", "", day, Post.PRIMARY, (), (), start, start + timedelta(hours=8))


def chain(faults: list[Fault], cuts: list[int]) -> list:
    reports = []
    for number, cut in enumerate(cuts):
        facts = Facts(at=START + timedelta(minutes=cut), upto_event=cut, faults=tuple(faults))
        reports.append(build(shift(number), facts, reports[-1] if reports else None))
    return reports


@given(histories())
def test_every_opening_and_closing_is_in_exactly_one_report(history):
    faults, cuts = history
    reports = chain(faults, cuts)
    opened = [entry.fault.id for report in reports for entry in report.opened]
    closed = [entry.fault.id for report in reports for entry in report.closed]
    assert sorted(opened) == [fault.id for fault in faults if fault.opened_event <= cuts[-1]]
    assert sorted(closed) == [fault.id for fault in faults if fault.closed_event and fault.closed_event <= cuts[-1]]


@given(histories())
def test_an_item_open_at_a_cut_and_not_closed_is_in_the_next_report_one_shift_older(history):
    faults, cuts = history
    reports = chain(faults, cuts)
    for before, after in pairwise(reports):
        ages = {entry.fault.id: entry.age for entry in after.faults}
        for entry in before.faults:
            if entry.open:
                assert ages[entry.fault.id] == entry.age + 1


@given(histories())
def test_every_open_fault_is_shown_or_stands_beneath_one_that_is(history):
    faults, cuts = history
    for report in chain(faults, cuts):
        shown = {entry.fault.id for entry in (*report.act_now, *report.lesser)}
        beneath = {entry.fault.id for entry in report.faults if entry.beneath}
        assert shown.isdisjoint(beneath)
        assert shown | beneath == {entry.fault.id for entry in report.faults if entry.open}
        assert sum(entry.hidden for entry in report.faults) == len(beneath)


@given(histories(), st.randoms())
def test_the_same_facts_in_any_order_give_the_same_bytes(history, random):
    faults, cuts = history
    plain = chain(faults, cuts)
    random.shuffle(faults)
    assert [digest(report) for report in chain(faults, cuts)] == [digest(report) for report in plain]


@given(histories())
def test_what_happens_after_the_cut_changes_nothing_in_the_report(history):
    faults, cuts = history
    later = [fault for fault in faults if fault.opened_event <= cuts[-1]]
    then = [
        replace(fault, closed=None, closed_event=None) if (fault.closed_event or 0) > cuts[-1] else fault
        for fault in later
    ]
    assert to_json(chain(faults, cuts)[-1]) == to_json(chain(then, cuts)[-1])


@settings(max_examples=100)
@given(
    histories(texts, sentences),
    st.lists(st.builds(Task, texts, texts, moments, st.none() | moments, texts), max_size=3),
    st.lists(st.builds(LogEntry, st.integers(1, 80), moments, moments, texts, texts), max_size=3),
)
def test_a_report_is_read_back_as_it_was(history, tasks, log):
    faults, cuts = history
    facts = Facts(START, 80, faults=tuple(faults), tasks=tuple(tasks), log=tuple(log))
    report = build(shift(len(cuts)), facts)
    assert from_json(to_json(report)) == report
    assert to_json(from_json(to_json(report))) == to_json(report)
