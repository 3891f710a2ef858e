"""What the clock on the wall shows, where it skips and repeats."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from roster.wall import first_instant, last_instant, utc, wall

CASES = [
    # zone, wall time, first instant, last instant
    ("Asia/Shanghai", "2026-11-22T08:00", "2026-11-22T00:00", "2026-11-22T00:00"),
    ("America/Chicago", "2026-03-08T02:30", "2026-03-08T08:00", "2026-03-08T08:00"),
    ("America/Chicago", "2026-11-01T01:30", "2026-11-01T06:30", "2026-11-01T07:30"),
    ("America/Chicago", "2026-11-01T02:00", "2026-11-01T08:00", "2026-11-01T08:00"),
    ("Australia/Lord_Howe", "2026-04-05T01:45", "2026-04-04T14:45", "2026-04-04T15:15"),
    ("Australia/Lord_Howe", "2026-10-04T02:10", "2026-10-03T15:30", "2026-10-03T15:30"),
    ("Pacific/Apia", "2011-12-30T08:00", "2011-12-30T10:00", "2011-12-30T10:00"),
    ("UTC", "2026-01-01T00:00", "2026-01-01T00:00", "2026-01-01T00:00"),
]


@pytest.mark.parametrize(("zone", "shown", "first", "last"), CASES)
def test_a_skipped_time_is_the_change_and_a_repeated_one_has_two_instants(zone, shown, first, last):
    shown = datetime.fromisoformat(shown)
    assert first_instant(shown, ZoneInfo(zone)) == datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert last_instant(shown, ZoneInfo(zone)) == datetime.fromisoformat(last).replace(tzinfo=UTC)


def test_the_wall_shows_the_repeated_hour_twice():
    chicago = ZoneInfo("America/Chicago")
    shown = datetime(2026, 11, 1, 1, 30)
    assert wall(datetime(2026, 11, 1, 6, 30, tzinfo=UTC), chicago) == shown
    assert wall(datetime(2026, 11, 1, 7, 30, tzinfo=UTC), chicago) == shown


def test_a_time_without_a_zone_is_refused():
    with pytest.raises(ValueError, match="says no zone"):
        utc(datetime(2026, 11, 22))
