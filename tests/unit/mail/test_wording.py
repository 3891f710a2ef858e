"""Words, times, and what devices say made harmless."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.cli.mail import KINDS
from netwatch.domain.model import Severity
from netwatch.domain.notices import Kind
from netwatch.mail import approval, changes, desk, duties, handover, registers, roster, sessions, signing
from netwatch.mail.wording import Wording, harmless
from netwatch.report import letters
from probes.api import Message

NOW = datetime(2026, 11, 22, 18, 25, tzinfo=UTC)  # 02:25 on the 23rd in Shanghai
WORD = Wording("en", ZoneInfo("Asia/Shanghai"), NOW)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("power off", "power off"),
        ("a\r\nb\tc\x00d\x1b[31m", "a b c d [31m"),
        ("left\u202eright\u2066x\u200b", "left right x"),
        ("  spaces   within ", "spaces within"),
        ("断电，02:13 起", "断电，02:13 起"),
        ("", ""),
    ],
)
def test_a_text_is_one_line_without_control_characters(text: str, said: str) -> None:
    assert harmless(text) == said


@given(st.text(), st.integers(5, 500))
def test_a_harmless_text_is_short_printable_and_stays_as_it_is(text: str, longest: int) -> None:
    once = harmless(text, longest)
    assert len(once) <= longest
    assert once.isprintable()
    assert harmless(once, longest) == once


def test_a_text_that_is_too_long_says_so() -> None:
    assert harmless("x" * 500, 10) == "x" * 9 + "…"


@pytest.mark.parametrize(
    ("ago", "said"),
    [
        (timedelta(minutes=12), "02:13"),
        (timedelta(hours=2, minutes=25), "00:00"),
        (timedelta(hours=2, minutes=26), "2026-11-22 23:59"),
        (timedelta(days=400), "2025-10-19 02:25"),
    ],
)
def test_only_times_of_another_day_have_a_date(ago: timedelta, said: str) -> None:
    assert WORD.time(NOW - ago) == said


@pytest.mark.parametrize(
    ("many", "said"), [(1, "a"), (3, "a, b, c"), (4, "a, b, c and 1 more"), (6, "a, b, c and 3 more"), (0, "")]
)
def test_a_row_of_names_says_how_many_it_leaves_out(many: int, said: str) -> None:
    assert WORD.listed(tuple("abcdef"[:many]), 3) == said


def test_severity_is_a_word() -> None:
    assert [WORD.severity(each) for each in sorted(Severity, reverse=True)] == [
        "critical",
        "major",
        "minor",
        "warning",
        "information",
    ]


def test_a_stored_sentence_cannot_break_out_of_its_line() -> None:
    assert WORD.say(Message("{what} is gone", {"what": "a\nb"})) == "a b is gone"


def test_a_stored_sentence_whose_values_are_missing_is_said_as_it_stands() -> None:
    assert WORD.say(Message("{what} is gone")) == "{what} is gone"


def test_every_kind_of_mail_has_a_word_in_the_outbox() -> None:
    modules = (approval, changes, duties, handover, letters, registers, roster, sessions, signing)
    kinds = {*(each.KIND for each in modules), *(each.value for each in Kind), desk.DIGEST}
    assert kinds <= set(KINDS)
