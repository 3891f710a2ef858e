"""Restart, wrap or jump (design rules 4 and 12)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.snmp.system import Clocks
from probes.snmp.uptime import TICKS, Continuity, advance, continuity, true_uptime

DAY = 86400
HOUR = 3600


@pytest.mark.parametrize(
    ("before", "after", "elapsed", "expected"),
    [
        (Clocks(1000), Clocks(7000), 60, Continuity.SAME),
        (Clocks(1000), Clocks(7900), 60, Continuity.SAME),
        (Clocks(TICKS - 3000), Clocks(3000), 60, Continuity.WRAPPED),
        (Clocks(TICKS - 3000, 5, 100), Clocks(3000, 5, 160), 60, Continuity.WRAPPED),
        (Clocks(TICKS - 3000, None, 1000), Clocks(3000, None, 30), 60, Continuity.RESTARTED),
        (Clocks(DAY * 100), Clocks(2000), 60, Continuity.RESTARTED),
        (Clocks(DAY * 100, 7), Clocks(2000, 8), 60, Continuity.RESTARTED),
        (Clocks(1000, 7), Clocks(7000, 8), 60, Continuity.RESET),
        (Clocks(DAY * 100, 7, DAY), Clocks(2000, 7, DAY + 60), 60, Continuity.RESET),
        (Clocks(DAY * 100, None, None, DAY * 300), Clocks(2000, None, None, DAY * 300 + 6000), 60, Continuity.RESET),
        (Clocks(1000), Clocks(HOUR * 100), HOUR * 24, Continuity.RESTARTED),
        (Clocks(DAY * 1000), Clocks(DAY * 1000 + 6000), HOUR, Continuity.JUMPED),
        (Clocks(DAY * 1000), Clocks(DAY * 1000 + 6000), -HOUR, Continuity.JUMPED),
        (Clocks(), Clocks(), 60, Continuity.SAME),
        (Clocks(None, 1), Clocks(None, 2), 60, Continuity.RESTARTED),
        (Clocks(100), Clocks(), 60, Continuity.SAME),
    ],
    ids=[
        "it ran on",
        "with a late answer",
        "497 days are over",
        "and the engine's clock agrees",
        "the engine's clock says it restarted just then",
        "uptime fell",
        "uptime fell and boots rose",
        "boots rose, uptime ran on",
        "uptime fell, engine ran on",
        "uptime fell, host ran on",
        "restarted during a long silence",
        "our clock went forward",
        "our clock went back",
        "nothing is known",
        "boots alone",
        "uptime is missing once",
    ],
)
def test_what_lies_between_two_readings(before: Clocks, after: Clocks, elapsed: float, expected: Continuity) -> None:
    assert continuity(before, after, elapsed) is expected


@given(st.integers(0, TICKS - 1), st.floats(0, 400 * DAY))
def test_time_that_passes_is_never_a_restart(start: int, elapsed: float) -> None:
    after = Clocks((start + int(elapsed * 100)) % TICKS)
    assert continuity(Clocks(start), after, elapsed) in (Continuity.SAME, Continuity.WRAPPED)


@given(st.integers(10**7, TICKS - 1), st.floats(60, 300), st.floats(0, 59))
def test_a_restart_between_two_polls_is_never_missed(start: int, elapsed: float, since: float) -> None:
    after = Clocks(int(since * 100))
    if abs(advance(start, after.uptime or 0) - elapsed) > 60:
        assert continuity(Clocks(start), after, elapsed) is Continuity.RESTARTED


def test_the_true_uptime_counts_the_wraps_that_the_engine_counts() -> None:
    wrap = TICKS / 100
    assert true_uptime(Clocks(1000)) == 10
    assert true_uptime(Clocks(1000, None, 10)) == 10
    assert true_uptime(Clocks(1000, None, int(wrap) + 12)) == wrap + 10
    assert true_uptime(Clocks(1000, None, int(2 * wrap) + 9)) == 2 * wrap + 10
    assert true_uptime(Clocks(1000, None, int(wrap / 2))) == 10
    assert true_uptime(Clocks()) is None
