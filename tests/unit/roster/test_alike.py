"""What is the same on many devices is told once, and nothing of it is lost."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from gettext import NullTranslations
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.language import translations
from roster import alike, render
from roster.cover import Shift
from roster.facts import Acknowledgement, Facts, Fault, Note, Severity, Unapproved
from roster.handover import build
from roster.layers import Post
from roster.phrase import Sentence

if TYPE_CHECKING:
    from roster.report import Handover

START = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
END = START + timedelta(hours=8)
ZONE = ZoneInfo("Asia/Shanghai")
ENGLISH, CHINESE = NullTranslations(), translations("zh_CN")
SHIFT = Shift("day/2026-11-22/primary", "", "day", "白班", date(2026, 11, 22), Post.PRIMARY, (), (), START, END)
CHANGED = Sentence("running configuration changed without approval: {detail}", {"detail": "ntp-service 10.0.0.9"})


def fault(number: int, summary: Sentence = CHANGED, severity: Severity = Severity.MAJOR) -> Fault:
    opened = START + timedelta(minutes=number % 3)
    return Fault(number, f"sw-{number}", "drift", severity, summary, opened, number, where=f"{number} 号楼")


def report(*faults: Fault, unapproved: tuple[Unapproved, ...] = ()) -> Handover:
    return build(SHIFT, Facts(END, 9999, faults=faults, unapproved=unapproved))


def section(text: str, number: int) -> str:
    return text.partition(f"== {number} ·")[2].partition("\n== ")[0]


def test_a_change_on_three_hundred_devices_is_one_thing_to_act_on_and_names_them_all():
    told = section(render.text(report(*map(fault, range(1, 301))), ENGLISH, ZONE), 1)
    assert "Act now (300)" in told
    assert told.count("ntp-service 10.0.0.9") == 1
    assert "the same on 300 devices" in told
    words = told.replace(",", " ").split()
    assert all(words.count(f"sw-{number}") == 1 for number in range(1, 301))
    assert "F1-300" in told
    assert len(told.splitlines()) < 90


def test_it_is_told_so_on_the_page_and_in_the_mail_in_chinese():
    made = report(*map(fault, range(1, 301)))
    page, mail = render.html(made, CHINESE, ZONE), render.mail_body(made, CHINESE, ZONE)
    for shown in (page, mail.html, mail.text):
        assert "300 台设备相同" in shown
        assert "F1-300" in shown
    assert page.count("ntp-service 10.0.0.9") == 2, "what to act on, and the shift's events"
    assert "sw-300" in page
    assert "sw-21" not in mail.text, "the mail names some, the report all"
    assert len(mail.text) < 4000


def test_few_are_told_one_by_one():
    told = section(render.text(report(*map(fault, range(1, alike.MANY))), ENGLISH, ZONE), 1)
    assert told.count("ntp-service") == alike.MANY - 1
    assert "F1 [major] sw-1" in told


@pytest.mark.parametrize(
    "other",
    [
        {"severity": Severity.CRITICAL},
        {"summary": Sentence("no answer")},
        {"affects": "HIS"},
        {"notes": (Note(START, "li", "called the vendor"),)},
        {"acknowledged": Acknowledgement("li", START, "on my way")},
        {"reopened": 2},
    ],
    ids=lambda each: next(iter(each)),
)
def test_whatever_else_there_is_to_say_of_one_stands_by_itself(other):
    made = report(*map(fault, range(1, 10)), replace(fault(10), **other))
    told = section(render.text(made, ENGLISH, ZONE), 1)
    assert "the same on 9 devices" in told
    assert "F10 [" in told


def test_what_was_taken_by_one_command_is_told_together_though_it_took_a_minute():
    taken = [
        replace(fault(n), acknowledged=Acknowledgement("li", START + timedelta(seconds=n), "wait")) for n in range(60)
    ]
    told = section(render.text(report(*taken), ENGLISH, ZONE), 3)
    assert "F0-59 the same on 60 devices: li" in told


def test_what_is_over_and_what_is_not_are_told_apart_from_the_first_to_the_last():
    over = [replace(fault(n), closed=START + timedelta(hours=1, minutes=n), closed_event=500) for n in range(1, 21)]
    told = section(render.text(report(*over, *map(fault, range(21, 41))), ENGLISH, ZONE), 5)
    assert told.count("the same on 20 devices") == 2
    assert "Opened: 2026-11-22 08:00; Closed: 2026-11-22 09:20; Duration: 1 h 20 min" in told
    assert "Closed: still open" in told


def test_what_nobody_approved_in_the_same_way_is_one_sentence():
    many = tuple(Unapproved(n, f"sw-{n}", CHANGED, START + timedelta(minutes=n), mark="D") for n in range(1, 31))
    judged = replace(many[4], number=99, device="core", settled=True, by="chen", verdict="waived")
    (told, alone) = alike.told_unapproved(render.ReportWording(ENGLISH, ZONE), (*many, judged), most=3)
    assert told == (
        "the same on 30 devices: running configuration changed without approval: ntp-service 10.0.0.9, "
        "2026-11-22 08:01 – 2026-11-22 08:30 (without approval); sw-1, sw-2, sw-3 and 27 more; D1-30"
    )
    assert alone.startswith("D99 core ")


@given(
    st.lists(
        st.builds(
            fault,
            st.integers(1, 400),
            st.sampled_from([CHANGED, Sentence("no answer")]),
            st.sampled_from([Severity.MAJOR, Severity.CRITICAL, Severity.WARNING]),
        ),
        max_size=40,
        unique_by=lambda each: each.id,
    )
)
def test_each_is_in_exactly_one_group_and_the_order_stays(faults):
    entries = report(*faults).faults
    groups = alike.standing(entries)
    assert sorted(each.fault.id for group in groups for each in group) == sorted(each.id for each in faults)
    assert all(len(group) == 1 or len(group) >= alike.MANY for group in groups)
    places = [entries.index(group[0]) for group in groups]
    assert places == sorted(places)
