"""A forecast is made where nearly every day goes the same way, and nowhere else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.forecast import DAY, HORIZON, LOOKED_BACK, forecast, moves, nearness, next_limit
from probes.api import Limits

NOW = datetime(2026, 11, 28, tzinfo=UTC)
DISK = Limits(warning=85, critical=95)
BATTERY = Limits(warning=60, critical=25, rising=False)
EIGHT_HOURS = DAY / 3


def read(values: list[float], step: timedelta = DAY) -> list[tuple[datetime, float]]:
    """Return the values as they were read, the last one now."""
    return [(NOW - step * age, value) for age, value in enumerate(reversed(values))]


def ahead(values: list[float], limits: Limits = DISK, step: timedelta = DAY):
    return forecast(read(values, step), values[-1], limits, NOW)


def growing(start: float, daily: float, days: int = 14) -> list[float]:
    return [start + daily * day for day in range(days)]


class TestWhatIsForecast:
    def test_a_disk_that_fills_reaches_its_limit_when_the_line_does(self) -> None:
        found = ahead(growing(68.0, 1.0))
        assert found is not None
        assert (found.limit, found.reaches, found.slope) == (85, NOW + 4 * DAY, pytest.approx(1.0))

    def test_a_battery_that_wears_out_falls_to_its_limit(self) -> None:
        found = ahead(growing(80.0, -1.0), BATTERY)
        assert found is not None
        assert (found.limit, found.reaches, found.slope) == (60, NOW + 7 * DAY, pytest.approx(-1.0))

    def test_beyond_the_first_limit_the_second_one_is_forecast(self) -> None:
        found = ahead(growing(75.0, 1.0))
        assert found is not None
        assert (found.limit, found.reaches) == (95, NOW + 7 * DAY)

    def test_three_readings_a_day_with_the_ups_and_downs_of_it_are_one_trend(self) -> None:
        values = [60 + k / 3 + (2, -1, 0)[k % 3] for k in range(42)]
        found = ahead(values, step=EIGHT_HOURS)
        assert found is not None
        assert found.slope == pytest.approx(1.0, abs=0.1)

    def test_growth_that_rests_at_the_weekend_is_growth(self) -> None:
        values, total = [], 65.0
        for day in range(14):
            total += 1.5 if day % 7 < 5 else 0
            values.append(total)
        assert ahead(values) is not None

    def test_five_days_in_a_row_are_enough(self) -> None:
        assert ahead(growing(70.0, 2.0, days=5)) is not None
        assert ahead(growing(70.0, 2.0, days=4)) is None


class TestWhatIsSilent:
    @pytest.mark.parametrize(
        "values",
        [
            pytest.param([80.0] * 14, id="constant"),
            pytest.param([80.0] * 13 + [84.0], id="a step today"),
            pytest.param([70.0] * 7 + [84.0] * 7, id="a step in the middle"),
            pytest.param([60 + 3.0 * (day % 7) for day in range(14)], id="tidied up every week"),
            pytest.param([70 + 5.0 * (day % 3) for day in range(14)], id="tidied up every third day"),
            pytest.param([*growing(60.0, 1.5, days=13), 55.0], id="tidied up today"),
            pytest.param(growing(85.0, -1.0), id="it empties"),
            pytest.param(growing(60.0, 0.1), id="it takes longer than the horizon"),
            pytest.param(growing(90.0, 1.0), id="all limits are broken"),
            pytest.param([], id="nothing was read"),
        ],
    )
    def test_what_is_no_clear_trend_to_a_limit_says_nothing(self, values: list[float]) -> None:
        assert forecast(read(values), values[-1] if values else 80.0, DISK, NOW) is None

    def test_of_a_hundred_noisy_disks_near_their_limit_at_most_one_is_forecast(self) -> None:
        chance = Random(7)
        said = sum(
            ahead([82 + chance.gauss(0, 1) for _ in range(days * 3)], step=EIGHT_HOURS) is not None
            for days in (5, 7, 10, 14)
            for _ in range(250)
        )
        assert said <= 10

    def test_what_has_no_limits_is_never_forecast(self) -> None:
        assert ahead(growing(50.0, 3.0), Limits()) is None

    def test_what_was_read_too_long_ago_or_later_than_now_counts_for_nothing(self) -> None:
        old = [(at - LOOKED_BACK, value) for at, value in read(growing(68.0, 1.0))]
        later = [(at + LOOKED_BACK, value) for at, value in read(growing(68.0, 1.0))][:-1]
        assert forecast([*old, *later], 80.0, DISK, NOW) is None


@pytest.mark.parametrize(
    ("value", "limits", "limit"),
    [(80, DISK, 85), (85, DISK, 95), (96, DISK, None), (70, BATTERY, 60), (60, BATTERY, 25), (20, BATTERY, None)],
)
def test_the_limit_that_comes_next_is_the_first_that_is_not_broken(
    value: float, limits: Limits, limit: float | None
) -> None:
    assert next_limit(limits, value) == limit
    assert (nearness(limits, value) is None) == (limit is None)


@pytest.mark.parametrize(
    ("before", "value", "limits", "open_still"),
    [
        (80.0, 80.0, DISK, False),
        (81.0, 80.0, DISK, False),
        (79.6, 80.0, DISK, False),
        (79.5, 80.0, DISK, True),
        (86.0, 85.0, DISK, False),
        (65.0, 66.0, BATTERY, False),
        (67.0, 66.0, BATTERY, True),
        (95.0, 96.0, DISK, False),
    ],
)
def test_only_what_moved_at_a_third_of_the_pace_is_worth_its_history(
    before: float, value: float, limits: Limits, *, open_still: bool
) -> None:
    assert moves(before, value, limits, 4 * DAY) is open_still


numbers = st.floats(0, 84, allow_nan=False).map(lambda number: round(number, 3))
slopes = st.floats(0.5, 5)
histories = st.lists(numbers, min_size=1, max_size=42)


@given(st.integers(5, 14), slopes, st.floats(0.2, 13.8))
def test_what_rises_steadily_reaches_its_limit_on_the_day_that_is_forecast(
    days: int, slope: float, left: float
) -> None:
    found = ahead(growing(85 - slope * (left + days - 1), slope, days))
    assert found is not None
    assert abs(found.reaches - (NOW + left * DAY)) < timedelta(minutes=1)
    now = 85 - slope * left
    assert moves(now - 4 * slope, now, DISK, 4 * DAY)


@given(numbers, st.integers(1, 42))
def test_what_is_constant_never_reaches_anything(value: float, count: int) -> None:
    assert ahead([value] * count, step=EIGHT_HOURS) is None


@given(numbers, st.integers(3, 42), st.data())
def test_one_odd_reading_makes_no_forecast(value: float, count: int, data: st.DataObject) -> None:
    values = [value] * count
    values[data.draw(st.integers(0, count - 1))] = data.draw(st.floats(-1000, 84))
    assert ahead(values, step=EIGHT_HOURS) is None


@given(slopes, st.integers(0, 41), st.floats(-1000, 1000))
def test_one_odd_reading_among_three_a_day_moves_no_forecast_by_much(slope: float, place: int, odd: float) -> None:
    values = [80 - slope * age / 3 for age in reversed(range(42))]
    plain = ahead(values, step=EIGHT_HOURS)
    readings = read(values, EIGHT_HOURS)
    readings[place] = readings[place][0], odd
    found = forecast(readings, 80, DISK, NOW)
    assert plain is not None
    assert found is not None
    assert abs(found.reaches - plain.reaches) < DAY


@given(histories, st.randoms(use_true_random=False))
def test_the_order_of_the_readings_does_not_matter(values: list[float], chance: Random) -> None:
    readings = read(values, EIGHT_HOURS)
    shuffled = chance.sample(readings, len(readings))
    assert forecast(shuffled, values[-1], DISK, NOW) == forecast(readings, values[-1], DISK, NOW)


@given(histories, st.sampled_from([0.25, 0.5, 2.0, 1024.0]))
def test_the_unit_does_not_matter(values: list[float], scale: float) -> None:
    scaled = ahead([value * scale for value in values], Limits(85 * scale, 95 * scale), EIGHT_HOURS)
    plain = ahead(values, step=EIGHT_HOURS)
    assert (scaled and scaled.reaches) == (plain and plain.reaches)


@given(histories)
def test_up_and_down_are_the_same_thing_in_a_mirror(values: list[float]) -> None:
    mirrored = ahead([-value for value in values], Limits(-85, -95, rising=False), EIGHT_HOURS)
    plain = ahead(values, step=EIGHT_HOURS)
    assert (mirrored and mirrored.reaches) == (plain and plain.reaches)


@given(histories)
def test_a_forecast_lies_within_the_horizon_and_never_in_the_past(values: list[float]) -> None:
    found = ahead(values, step=EIGHT_HOURS)
    assert found is None or NOW <= found.reaches <= NOW + HORIZON
