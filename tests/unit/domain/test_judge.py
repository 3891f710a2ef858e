"""What was read is judged by limits, by the device's own word, and with hysteresis."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.judge import Judged, judge, number
from netwatch.domain.model import CheckState, Health, Observation, Rule, Severity, Subject
from probes.api import Failure, Limits, Meaning, Measurement, Message, Problem, State, Trouble, Value

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
CPU = Meaning("cpu.usage", "Processor load", "%")
CHECK = Judged("srv-1", "snmp", False, Severity.MAJOR, {CPU.name: CPU})
LIMITS = Limits(warning=80, critical=95, recover=70)
SUBJECT = Subject("srv-1", "snmp", "cpu.usage", "CPU 1")


def judged(value: Value, limits: Limits | None = LIMITS, *, failing: bool = False) -> Observation | None:
    known = CheckState(SUBJECT, Health.FAILING if failing else Health.OK)
    found = judge(CHECK, Measurement((value,)), NOW, lambda _subject: Rule(limits), {SUBJECT.id: known})
    return found[1] if len(found) > 1 else None


@pytest.mark.parametrize(
    ("reading", "failing", "severity"),
    [
        (50.0, False, None),
        (79.9, False, None),
        (80.0, False, Severity.WARNING),
        (95.0, False, Severity.MAJOR),
        (75.0, False, None),  # below the limit, and it was good: still good
        (75.0, True, Severity.WARNING),  # it was bad, and is not back beyond the recovery level
        (69.9, True, None),
    ],
)
def test_a_value_is_judged_by_its_limits_and_by_what_it_was(reading: float, failing: bool, severity: Severity | None):
    found = judged(Value("cpu.usage", reading, "CPU 1"), failing=failing)

    assert found is not None
    assert found.severity is severity


def test_a_falling_limit_is_broken_from_above():
    limits = Limits(warning=30, critical=7, recover=35, rising=False)

    assert judged(Value("cpu.usage", 40, "CPU 1"), limits).severity is None
    assert judged(Value("cpu.usage", 30, "CPU 1"), limits).severity is Severity.WARNING
    assert judged(Value("cpu.usage", 5, "CPU 1"), limits).severity is Severity.MAJOR
    assert judged(Value("cpu.usage", 33, "CPU 1"), limits, failing=True).severity is Severity.WARNING


def test_the_sentence_names_the_value_and_the_limit():
    found = judged(Value("cpu.usage", 97.44, "CPU 1"))

    assert str(found.summary) == "Processor load CPU 1 is 97.4 %; the limit is 95 %"


def test_a_value_without_limits_is_not_judged():
    assert judged(Value("cpu.usage", 99, "CPU 1"), None) is None


def test_a_value_that_was_not_read_is_neither_good_nor_bad():
    assert judged(Value("cpu.usage", None, "CPU 1")) is None


@pytest.mark.parametrize(
    ("state", "severity"),
    [
        (State.OK, None),
        (State.UNKNOWN, None),
        (State.WARNING, Severity.WARNING),
        (State.CRITICAL, Severity.MAJOR),
    ],
)
def test_the_device_s_own_word_counts(state: State, severity: Severity | None):
    assert judged(Value("cpu.usage", 1, "CPU 1", state)).severity is severity


def test_a_failure_speaks_of_the_check_only():
    detail = Message("no answer")

    found = judge(CHECK, Failure(Trouble.TIMEOUT, detail), NOW, lambda _s: Rule(LIMITS), {})

    assert found == (Observation(Subject("srv-1", "snmp"), NOW, Severity.MAJOR, detail),)


def test_what_is_switched_off_is_not_judged():
    reading = Measurement((Value("cpu.usage", 99, "CPU 1"),))

    found = judge(CHECK, reading, NOW, lambda _s: Rule(LIMITS, off=True), {})

    assert len(found) == 1


def test_parts_that_could_not_be_read_are_said():
    reading = Measurement((), problems=(Problem("ifTable", Message("cut off")),))

    (whole,) = judge(CHECK, reading, NOW, lambda _s: Rule(None), {})

    assert whole.good
    assert "ifTable" in str(whole.summary)


@given(st.floats(0, 200), st.booleans())
def test_a_value_beyond_the_recovery_level_is_always_good(value: float, failing: bool):
    found = judged(Value("cpu.usage", value, "CPU 1"), failing=failing)

    if value < 70:
        assert found.good
    if value >= 80:
        assert not found.good


@pytest.mark.parametrize(
    ("value", "unit", "text"),
    [
        (93, "%", "93 %"),
        (12.54, "ms", "12.5 ms"),
        (0.004, "ms", "0.004 ms"),
        (0.0000001, "ms", "0 ms"),
        (2_400_000_000, "bit/s", "2.4 Gbit/s"),
        (1536, "B", "1.5 KiB"),
        (3, "", "3"),
        (42, "s", "42 s"),
        (1_234_575, "s", "14 d 6 h"),
        (7200, "s", "2 h"),
        (86_460, "s", "1 d"),
    ],
)
def test_numbers_are_as_short_as_they_can_be_read(value: float, unit: str, text: str):
    assert number(value, unit) == text


@given(st.floats(allow_nan=False, allow_infinity=False, min_value=-1e18, max_value=1e18))
def test_every_number_can_be_said(value: float):
    for unit in ("%", "B", "bit/s", "s", ""):
        assert number(value, unit)


def test_what_a_device_says_of_an_item_names_the_item():
    port = Value("cpu.usage", 0, "XGE1/0/8", State.CRITICAL, Message("down"))
    limit = Value("cpu.usage", 81, "Core 0", State.CRITICAL, Message("its own limit is {own}", {"own": 80}))

    assert str(judged(port).summary) == "Processor load XGE1/0/8: down"
    assert str(judged(limit).summary) == "Processor load Core 0: its own limit is 80"
