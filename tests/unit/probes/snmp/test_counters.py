"""From counters to rates (design rules 1, 2, 3 and 12)."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.snmp.counters import Baseline, Sample, frames_ceiling, octets_ceiling, rate, utilisation

GIGABIT = 1_000_000_000
BASE = Baseline(epoch=0, discontinuity=0, index=1)


def sample(value: int, ticks: int = 0, bits: int = 64, baseline: Baseline = BASE) -> Sample:
    return Sample(value, bits, ticks, baseline)


def test_a_rate_is_the_difference_by_the_devices_own_clock() -> None:
    assert rate(sample(1000, 0), sample(7000, 6000), None) == 100


def test_the_clock_may_wrap_in_between() -> None:
    assert rate(sample(0, 2**32 - 3000), sample(6000, 3000), None) == 100


def test_a_64_bit_counter_that_falls_never_wrapped() -> None:
    assert rate(sample(2**64 - 1, 0), sample(10, 6000), octets_ceiling(GIGABIT)) is None


def test_a_32_bit_counter_may_wrap_once() -> None:
    before, after = sample(2**32 - 1000, 0, 32), sample(5000, 1000, 32)
    assert rate(before, after, octets_ceiling(GIGABIT)) == 600


def test_a_wrap_faster_than_the_port_is_none() -> None:
    before, after = sample(2**31, 0, 32), sample(2**31 - 1, 1000, 32)
    assert rate(before, after, octets_ceiling(100_000_000)) is None


def test_a_wrap_over_longer_than_a_wrap_takes_is_none() -> None:
    """At 1 Gbit/s 32 bits of octets wrap in 31 s: after a minute nobody knows how often they did."""
    before, after = sample(2**32 - 1, 0, 32), sample(0, 6000, 32)
    assert rate(before, after, octets_ceiling(GIGABIT)) is None
    assert rate(before, after, octets_ceiling(10_000_000)) is not None


def test_without_a_known_speed_a_wrap_is_none() -> None:
    assert rate(sample(2**32 - 1, 0, 32), sample(0, 100, 32), None) is None


@pytest.mark.parametrize(
    "other",
    [
        replace(BASE, epoch=1),
        replace(BASE, discontinuity=4711),
        replace(BASE, discontinuity=None),
        replace(BASE, index=2),
    ],
    ids=["restart", "discontinuity", "discontinuity gone", "another index"],
)
def test_another_baseline_means_no_sample(other: Baseline) -> None:
    assert rate(sample(0), sample(100, 100, baseline=other), None) is None


def test_32_and_64_bits_are_never_mixed() -> None:
    assert rate(sample(0, 0, 32), sample(100, 100, 64), None) is None


def test_two_readings_of_one_moment_make_no_rate() -> None:
    assert rate(sample(0, 50), sample(100, 50), None) is None


def test_utilisation_is_unknown_without_a_speed_and_where_the_speed_is_plainly_wrong() -> None:
    assert utilisation(500.0, 1000) == 50
    assert utilisation(1050.0, 1000) == 100
    assert utilisation(1200.0, 1000) is None
    assert utilisation(500.0, None) is None
    assert utilisation(500.0, 0) is None


counter = st.integers(0, 2**64 - 1)
narrow = st.integers(0, 2**32 - 1)
ticks = st.integers(0, 2**32 - 1)
speeds = st.none() | st.integers(1, 10**12)


@given(counter, counter, ticks, ticks, speeds)
def test_a_rate_of_64_bits_is_never_negative_nor_more_than_the_difference(
    low: int, high: int, start: int, end: int, speed: int | None
) -> None:
    found = rate(sample(low, start), sample(high, end), octets_ceiling(speed))
    if high < low:
        assert found is None
    elif found is not None:
        assert found == pytest.approx((high - low) / ((end - start) % 2**32 / 100))


@given(narrow, st.integers(0, 2**32 - 1), st.integers(1, 100_000), st.integers(1, 10**11))
def test_a_true_wrap_gives_the_true_rate_or_none(start: int, moved: int, passed: int, speed: int) -> None:
    ceiling = octets_ceiling(speed)
    found = rate(sample(start, 0, 32), sample((start + moved) % 2**32, passed, 32), ceiling)
    if found is not None:
        assert found == pytest.approx(moved / (passed / 100))


@given(narrow, narrow, st.integers(1, 2**31), speeds)
def test_no_wrap_is_believed_beyond_what_the_port_can_carry(
    low: int, high: int, passed: int, speed: int | None
) -> None:
    found = rate(sample(low, 0, 32), sample(high, passed, 32), frames_ceiling(speed))
    if high < low and found is not None:
        assert speed is not None
        assert found <= speed * 1.1 / 512
