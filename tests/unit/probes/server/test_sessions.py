"""Log-ins as `last` and sshd's log tell them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.collect import EvidenceKind
from probes.server.sessions import Session, evidence, sessions

START = datetime(2026, 11, 26, 22, 20, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("line", "session"),
    [
        (
            "root     pts/0        10.1.1.9         Thu Nov 26 22:20:02 2026 - Thu Nov 26 22:30:02 2026  (00:10)",
            Session("root", "pts/0", "10.1.1.9", START, START.replace(minute=30)),
        ),
        ("zhang    tty1                          Thu Nov 26 22:20:02 2026   still logged in", Session("zhang", "tty1", "", START, is_open=True)),
        ("zhang    :0           :0               Thu Nov 26 22:20:02 2026   gone - no logout", Session("zhang", ":0", ":0", START)),
        (
            "zhang    tty1                          Thu Nov  5 08:20:02 2026 - crash                     (1+00:10)",
            Session("zhang", "tty1", "", START.replace(day=5, hour=8), START.replace(day=6, hour=8, minute=30)),
        ),
        (
            "zhang    pts/3        fd00::2          Thu Nov 26 22:20:02 2026 - down                      (00:05)",
            Session("zhang", "pts/3", "fd00::2", START, START.replace(minute=25)),
        ),
        (
            "accepted 2026-11-27T06:20:02+0800 root 10.0.0.1",
            Session("root", "ssh", "10.0.0.1", START),
        ),
    ],
)  # fmt: skip
def test_a_log_in_is_read(line: str, session: Session) -> None:
    assert list(sessions([line])) == [session]


@pytest.mark.parametrize(
    "line",
    [
        "",
        "reboot",
        "root pts/0 10.1.1.9 Thu Nov 31 22:20:02 2026 - gone",
        "root pts/0 10.1.1.9 Thu Xyz 26 22:20:02 2026",
        "root pts/0 10.1.1.9 Thu Nov 26 25:20:02 2026",
        "root pts/0 10.1.1.9 Fri Dec 31 23:59:59 9999   still logged in",
        "root pts/0 10.1.1.9 Thu Nov 26 10:00:00 9999 - crash (99999+01:00)",
        "root pts/0 10.1.1.9 Mon Jan  1 00:00:00 0001   still logged in",
        "accepted 9999-12-31T06:20:02+0800 root 10.0.0.1",
        "accepted yesterday root 10.0.0.1",
        "accepted 2026-13-27T06:20:02+0800 root 10.0.0.1",
    ],
)
def test_what_tells_of_no_log_in_is_passed_over(line: str) -> None:
    assert list(sessions([line])) == []


def test_a_log_in_is_a_word_about_who_may_have_changed_something() -> None:
    (word,) = evidence([Session("root", "pts/0", "10.1.1.9", START)])
    assert (word.kind, word.at, word.user, word.address, word.what) == (
        EvidenceKind.LOGIN,
        START,
        "root",
        "10.1.1.9",
        "pts/0",
    )


@given(st.lists(st.text(max_size=80), max_size=5))
def test_no_text_makes_it_fail(lines: list[str]) -> None:
    assert all(each.start.tzinfo is not None for each in sessions(lines))


@given(st.datetimes(min_value=datetime(1970, 1, 2), max_value=datetime(2199, 1, 1)), st.text("abcz09-_.", min_size=1))  # noqa: DTZ001
def test_every_moment_that_last_writes_is_read_as_it_was(moment: datetime, user: str) -> None:
    at = moment.replace(microsecond=0, tzinfo=UTC)
    (session,) = sessions(
        [f"{user:8} pts/0        10.0.0.1         {at:%a %b} {at.day:2} {at:%H:%M:%S %Y}   still logged in"]
    )
    assert (session.user, session.start, session.end, session.is_open) == (user, at, None, True)
