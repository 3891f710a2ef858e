"""How well a facet is known, and what is said when reading fails."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from netwatch.domain.drift.condition import Condition, Pace, condition, of_account, of_door, of_facet, within
from netwatch.domain.drift.visit import CONVINCED, SMALL, Door, Visit, pause
from netwatch.domain.model import Severity
from netwatch.language import said, translations
from probes.api import Message
from roster.wording import Wording

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PACE = Pace(6 * HOUR)
KEY, OTHER = "SHA256:aaa", "SHA256:bbb"
CUT = Message("it ends before '{end}'", {"end": "return"})


def visit(hours: float | None, **more: object) -> Visit:
    read = None if hours is None else NOW - hours * HOUR
    return Visit("sw-1", "running", NOW, read, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("known", "begun", "expected"),
    [
        (None, 0, Condition.NEVER),
        (None, 13, Condition.STALE),
        (None, 37, Condition.MISSING),
        (visit(6), 1000, Condition.KNOWN),
        (visit(12), 1000, Condition.KNOWN),
        (visit(12.1), 1000, Condition.STALE),
        (visit(36.1), 1000, Condition.MISSING),
        (visit(1, suspects=1), 1000, Condition.KNOWN),
        (visit(1, suspects=2), 1000, Condition.SUSPECT),
        (visit(13, suspects=9), 1000, Condition.STALE),
        (visit(None, suspects=2), 1, Condition.SUSPECT),
    ],
)
def test_what_nobody_has_read_for_long_is_never_green(known: Visit | None, begun: int, expected: Condition) -> None:
    assert condition(known, NOW - begun * HOUR, PACE, NOW) is expected


def test_a_worse_condition_is_a_worse_fault() -> None:
    said = [of_facet(visit(hours), "running", NOW - 99 * HOUR, PACE, NOW) for hours in (1, 13, 37)]
    assert [each.severity if each else None for each in said] == [None, Severity.MINOR, Severity.MAJOR]
    never = of_facet(None, "running", NOW - 13 * HOUR, PACE, NOW)
    assert never is not None
    assert str(never.summary) == "running configuration has never been read completely, in 13 h"


def test_a_suspect_read_says_what_is_missing() -> None:
    wrong = of_facet(visit(1, suspects=3, why=CUT), "running", NOW, PACE, NOW)
    assert wrong is not None
    assert str(wrong.summary) == "running configuration was read incompletely 3 times in a row: it ends before 'return'"


def test_a_sentence_within_a_sentence_within_a_sentence_is_still_a_sentence() -> None:
    inner = within("not read: {note}", CUT, facet="x")
    outer = within("again {times} times: {note}", inner, times=2)
    assert str(outer) == "again 2 times: not read: it ends before 'return'"
    assert (
        str(within("{days} days: {note}", outer, days=3)) == "3 days: again 2 times: not read: it ends before 'return'"
    )


def test_each_of_three_sentences_in_one_another_is_told_in_the_readers_language() -> None:
    cut = Message("the table {table} was not read to its end: {note}", {
        "table": "ifXTable", "note": "no answer within {seconds} s", "seconds": 5,
    })  # fmt: skip
    wrong = of_facet(visit(1, suspects=3, why=cut), "running", NOW, PACE, NOW)
    assert wrong is not None
    expected = "运行配置连续 3 次读取不完整：表 ifXTable 未读完：5 秒内无应答"
    catalogue = translations("zh_CN")
    assert said(wrong.summary.template, wrong.summary.values, catalogue) == expected
    assert Wording(catalogue, ZoneInfo("Asia/Shanghai")).said(wrong.summary) == expected


def test_what_needs_a_person_goes_before_what_may_pass() -> None:
    failing = Door("sw-1", "cli", failures=5, why=CUT)
    assert of_door(Door("sw-1", "cli")) is None
    assert of_door(Door("sw-1", "cli", failures=1, why=CUT)) is None
    passing, strange, new, locked = (
        of_door(failing),
        of_door(Door("sw-1", "cli", failures=5, why=CUT, offered=OTHER), KEY),
        of_door(Door("sw-1", "cli", failures=5, why=CUT, offered=KEY)),
        of_door(Door("sw-1", "cli", failures=5, why=CUT, guard={"locked": True, "failures": 2})),
    )
    assert [each.severity for each in (passing, strange, new, locked) if each is not None] == [
        Severity.MINOR,
        Severity.CRITICAL,
        Severity.WARNING,
        Severity.MAJOR,
    ]
    assert of_door(Door("sw-1", "cli", offered=KEY), KEY) is None, "the configuration has it by now"


def test_a_credential_that_is_refused_everywhere_is_one_thing_that_is_wrong() -> None:
    assert of_account(Door("@credentials", "reader", guard={"failures": 1, "locked": False})) is None
    wrong = of_account(Door("@credentials", "reader", guard={"failures": 2, "locked": True}))
    assert wrong is not None
    assert "reader" in str(wrong.summary)


def test_pauses_grow_up_to_the_interval() -> None:
    pauses = [pause(2 * timedelta(minutes=1), times, HOUR) for times in (0, 1, 2, 3, 6, 10_000)]
    assert [each.total_seconds() / 60 for each in pauses] == [2, 2, 4, 8, 60, 60]


def test_a_text_under_half_is_doubted_until_it_was_read_often_enough() -> None:
    known = visit(1)
    for times in range(1, CONVINCED):
        assert known.doubts("short", SMALL, 4 * SMALL)
        known = known.suspect(CUT, NOW, "short")
        assert known.shrinks == times
    assert not known.doubts("short", SMALL, 4 * SMALL)
    assert known.doubts("shorter", SMALL, 4 * SMALL), "another short text is doubted anew"
    assert not known.doubts("x", 2 * SMALL, 4 * SMALL)
    assert not known.doubts("x", 0, SMALL - 1), "of a small text nothing is made"


def test_a_key_that_is_shown_again_keeps_its_first_time_and_trust_ends_it() -> None:
    door = Door("sw-1", "cli").shown(KEY, NOW).shown(KEY, NOW + HOUR)
    assert (door.offered, door.offered_at, door.shut) == (KEY, NOW, True)
    trusted = door.trusted(KEY, "chen", NOW + HOUR)
    assert (trusted.host_key, trusted.trusted_by, trusted.offered, trusted.shut) == (KEY, "chen", "", False)
