"""What a report holds, case by case."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from roster.cover import Shift
from roster.document import BadDocument
from roster.facts import (
    Acknowledgement,
    Facts,
    Fault,
    LogEntry,
    Mail,
    MailFigures,
    Monitoring,
    OnDuty,
    Person,
    Polls,
    Redundancy,
    Severity,
    Task,
    Window,
)
from roster.handover import build, digest, from_json, to_json
from roster.layers import Post
from roster.phrase import Sentence
from roster.report import Colour, Reason, Section

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
END = START + timedelta(hours=9)
HOUR = timedelta(hours=1)
SHIFT = Shift(
    id="day/2026-11-22/primary",
    slot="day/2026-11-22/primary",
    template="day",
    title="白班",
    date=date(2026, 11, 22),
    post=Post.PRIMARY,
    planned=("zhang",),
    people=("zhang",),
    start=START,
    end=END,
)
WANG = OnDuty(Post.PRIMARY, Person("王五", "8002"))


def fault(number: int, severity: Severity = Severity.MINOR, *, event: int = 105, **more) -> Fault:
    summary = Sentence("power supply {n} has failed", {"n": number})
    opened = more.pop("opened", START + HOUR)
    return Fault(number, f"sw-{number}", "psu", severity, summary, opened, event, **more)


def facts(*faults: Fault, **more) -> Facts:
    return Facts(
        at=END, upto_event=more.pop("upto_event", 110), after_event=100, incoming=(WANG,), faults=faults, **more
    )


def shown(entries) -> list[int]:
    return [entry.fault.id for entry in entries]


def test_the_worst_comes_first_then_what_nobody_has_taken_then_the_oldest():
    taken = Acknowledgement("张三", START + HOUR)
    over = Acknowledgement("张三", START, until=START + HOUR)
    report = build(
        SHIFT,
        facts(
            fault(1, Severity.MAJOR),
            fault(2, Severity.CRITICAL, acknowledged=taken),
            fault(3, Severity.CRITICAL),
            fault(4, Severity.CRITICAL, opened=START),
            fault(5, Severity.WARNING),
            fault(6, Severity.MINOR),
            fault(7, Severity.CRITICAL, acknowledged=over, opened=START - HOUR),
        ),
    )
    assert shown(report.act_now) == [7, 4, 3, 2, 1]
    assert shown(report.lesser) == [6, 5]
    assert shown(report.acknowledged) == [2]


def test_what_a_root_explains_stands_beneath_it_and_lends_it_its_severity():
    report = build(
        SHIFT,
        facts(
            fault(1), fault(2, Severity.CRITICAL, root=1), fault(3, root=2), fault(4, root=99), fault(5, Severity.MAJOR)
        ),
    )
    assert shown(report.act_now) == [1, 5]
    (top,) = (entry for entry in report.act_now if entry.fault.id == 1)
    assert (top.worst, top.hidden, top.behind) == (Severity.CRITICAL, 2, ("sw-2", "sw-3"))
    assert shown(report.lesser) == [4]
    assert sorted(shown(report.opened)) == [1, 2, 3, 4, 5]


def test_a_circle_of_roots_hides_nothing():
    report = build(SHIFT, facts(fault(1, Severity.MAJOR, root=2), fault(2, Severity.MAJOR, root=1), fault(3, root=3)))
    assert shown(report.act_now) == [1, 2]
    assert shown(report.lesser) == [3]


def test_the_service_may_know_of_more_hidden_ones_than_it_lists():
    (entry,) = build(SHIFT, facts(fault(1, hidden=37))).lesser
    assert (entry.hidden, entry.behind) == (37, ())


def test_a_fault_belongs_to_the_shift_of_its_events():
    report = build(
        SHIFT,
        facts(
            fault(1, event=100),
            fault(2, event=101),
            fault(3, event=111),
            fault(4, event=50, closed=END, closed_event=110),
            fault(5, event=103, closed=END, closed_event=104),
            fault(6, event=50, closed=START, closed_event=100),
            fault(7, event=50, closed=END, closed_event=111),
        ),
    )
    assert sorted(shown(report.opened)) == [2, 5]
    assert sorted(shown(report.closed)) == [4, 5]
    assert sorted(shown(report.lesser)) == [1, 2, 7]
    assert next(entry.fault.closed for entry in report.lesser if entry.fault.id == 7) is None


def test_log_entries_and_mails_are_cut_by_event_number_not_by_clock():
    entries = tuple(LogEntry(n, START - HOUR, END, "张三", f"entry {n}") for n in (100, 101, 110, 111))
    mails = (Mail(END, "a@b", "in", 101), Mail(END, "a@b", "out", 111), Mail(START, "a@b", "counted by the service"))
    report = build(SHIFT, facts(log=entries, mails=mails))
    assert [entry.id for entry in report.log] == [101, 110]
    assert [mail.subject for mail in report.mails] == ["counted by the service", "in"]


def test_the_next_report_begins_where_the_previous_was_cut():
    first = build(SHIFT, facts(fault(1)))
    second = build(SHIFT, facts(fault(1), fault(2, event=111), upto_event=120), first)
    assert (second.head.after_event, second.head.upto_event) == (110, 120)
    assert second.head.previous == first.head.shift
    assert {entry.fault.id: (entry.age, entry.opened_here) for entry in second.faults} == {1: (1, False), 2: (0, True)}
    with pytest.raises(ValueError, match="event 109 was handed over already: the previous report goes to 110"):
        build(SHIFT, facts(upto_event=109), first)


def test_an_open_fault_of_which_the_facts_know_nothing_any_more_is_shown_once_more():
    first = build(SHIFT, facts(fault(1, Severity.MAJOR), fault(2, closed=END, closed_event=106)))
    second = build(SHIFT, facts(upto_event=120), first)
    (entry,) = second.faults
    assert (entry.fault.id, entry.age, entry.lost, entry.open) == (1, 1, True, True)
    assert build(SHIFT, facts(upto_event=130), second).faults == ()


def test_a_task_grows_older_until_it_is_gone_and_the_next_due_stands_first():
    tasks = (Task("a", "later", START, due=END + HOUR), Task("b", "whenever", START), Task("c", "soon", START, due=END))
    first = build(SHIFT, facts(tasks=tasks))
    second = build(SHIFT, facts(tasks=tasks[:2], upto_event=120), first)
    assert [(entry.task.key, entry.age) for entry in first.tasks] == [("c", 0), ("a", 0), ("b", 0)]
    assert [(entry.task.key, entry.age) for entry in second.tasks] == [("a", 1), ("b", 1)]


def test_windows_are_in_force_or_to_come():
    windows = (
        Window("coming", (), END + HOUR, END + 2 * HOUR),
        Window("on", (), START, END + HOUR),
        Window("over", (), START, END),
    )
    report = build(SHIFT, facts(windows=windows))
    assert [window.title for window in report.planned] == ["coming"]
    assert [window.title for window in report.in_force] == ["on"]


GOOD = Monitoring(devices_total=10, devices_seen=9, polls=(Polls("snmp", END),), clock_offset=0.1, backup_good=True)


@pytest.mark.parametrize(
    ("given", "colour", "reasons"),
    [
        (facts(fault(1), monitoring=GOOD), Colour.GREEN, ()),
        (facts(), Colour.GREEN, ()),
        (facts(fault(1, Severity.MAJOR)), Colour.AMBER, (Reason.MAJOR,)),
        (facts(fault(1, Severity.MAJOR, closed=END, closed_event=106)), Colour.GREEN, ()),
        (facts(fault(1, Severity.MAJOR), fault(2, Severity.CRITICAL)), Colour.RED, (Reason.CRITICAL, Reason.MAJOR)),
        (facts(monitoring=replace(GOOD, devices_seen=0)), Colour.RED, (Reason.BLIND,)),
        (facts(monitoring=replace(GOOD, polls=(Polls("snmp", END, late=1),))), Colour.AMBER, (Reason.MONITORING,)),
        (facts(monitoring=replace(GOOD, clock_offset=-2.5)), Colour.AMBER, (Reason.MONITORING,)),
        (facts(monitoring=replace(GOOD, clock_synchronised=False)), Colour.AMBER, (Reason.MONITORING,)),
        (facts(monitoring=replace(GOOD, backup_good=False)), Colour.AMBER, (Reason.MONITORING,)),
        (facts(monitoring=replace(GOOD, problems=(Sentence("x"),))), Colour.AMBER, (Reason.MONITORING,)),
        (facts(mail=MailFigures(waiting=1, oldest=END - timedelta(minutes=5))), Colour.GREEN, ()),
        (facts(mail=MailFigures(waiting=1, oldest=END - timedelta(minutes=6))), Colour.AMBER, (Reason.MONITORING,)),
        (facts(mail=MailFigures(given_up=1)), Colour.AMBER, (Reason.MONITORING,)),
        (replace(facts(), incoming=(OnDuty(Post.LEADER, Person("李")),)), Colour.AMBER, (Reason.NOBODY_NEXT,)),
    ],
)
def test_the_state_is_one_colour_with_its_reasons(given, colour, reasons):
    state = build(SHIFT, given).state
    assert (state.colour, state.reasons) == (colour, reasons)


def test_a_closed_fault_must_say_which_event_closed_it():
    with pytest.raises(ValueError, match="fault 1: a closed fault has the number of the event"):
        fault(1, closed=END)


def test_the_document_is_canonical():
    report = build(SHIFT, facts(fault(1)))
    text = to_json(report)
    assert text.startswith('{"environment":[],"faults":[{"age":0,"behind":[],"beneath":false,')
    assert '"opened":"2026-11-22T01:00:00Z"' in text
    assert '"summary":{"template":"power supply {n} has failed","values":{"n":1}}' in text
    assert "白班" in text
    assert len(digest(report)) == 64
    assert from_json(text) == report


def test_hostile_text_is_made_harmless_before_it_is_archived():
    wild = "a\x1b[2J\r\nb\u202ec\ud800\x00"
    report = build(SHIFT, facts(log=(LogEntry(105, START, START, wild, wild),)))
    assert report.log[0].text == "a[2J\nbc\ufffd"
    assert from_json(to_json(report)) == report
    to_json(report).encode()


def test_a_number_that_is_none_becomes_text():
    odd = replace(fault(1), summary=Sentence("{n}", {"n": float("nan")}))
    (entry,) = build(SHIFT, facts(odd)).faults
    assert entry.fault.summary.values == {"n": "nan"}


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        (lambda text: text[:-1], "not JSON"),
        (lambda text: "[" * 100_000, "not JSON"),
        (lambda text: "[]", "Handover: list instead of dict"),
        (lambda text: '{"format":3}', "missing"),
        (lambda text: text.replace('"format":3', '"format":true'), "Handover.format: bool instead of int"),
        (lambda text: text.replace('"format":3', '"format":NaN'), "NaN is no number"),
        (lambda text: text.replace('"format":3', '"format":3,"more":2'), "Handover.more: unknown"),
        (lambda text: text.replace('"minor"', '"awful"'), "severity: 'awful' is not a valid"),
        (lambda text: text.replace('"2026-11-22T01:00:00Z"', '"yesterday"'), "opened: Invalid isoformat"),
        (lambda text: text.replace('"2026-11-22T01:00:00Z"', '"2026-11-22T01:00:00"'), "opened: .* says no zone"),
        (lambda text: text.replace('{"n":1}', '{"n":[]}'), "summary: neither text nor number"),
        (lambda text: text.replace('"closed_event":null', '"closed_event":106'), "the event that closed it"),
    ],
)
def test_what_is_no_report_is_refused_with_the_place(change, sentence):
    text = to_json(build(SHIFT, facts(fault(1))))
    with pytest.raises(BadDocument, match=sentence):
        from_json(change(text))


def test_the_places_are_twelve_in_their_order():
    assert [section.value for section in Section] == list(range(12))
    assert Section.ACT.title == "Act now"


@pytest.mark.parametrize(("version", "lacks"), [(1, {"performed", "words", "redundancy"}), (2, {"redundancy"})])
def test_what_an_earlier_version_archived_is_read_and_keeps_its_digest(version, lacks):
    text = (Path(__file__).parent / f"archived/format-{version}.json").read_text(encoding="utf-8")
    report = from_json(text)
    assert report.format == version
    assert lacks.isdisjoint(json.loads(text))
    assert to_json(report) == text
    assert digest(report) == hashlib.sha256(text.encode()).hexdigest()


def test_lost_redundancy_stands_by_its_beginning_and_in_the_archive():
    early, late = Redundancy("sw-2", ("core-a",), 1, "B1", START, (7,)), Redundancy("sw-1", ("core-b",), 1, since=END)
    report = build(SHIFT, facts(redundancy=(late, early)))
    assert report.redundancy == (early, late)
    assert from_json(to_json(report)) == report
