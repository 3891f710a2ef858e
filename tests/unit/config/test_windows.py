"""Maintenance windows come by the clock on the wall, whatever the clocks do."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.config.settings import Maintenance
from netwatch.config.windows import RuleError, Windows, rule_of

if TYPE_CHECKING:
    from conftest import Load

    from netwatch.domain.model import Window

SHANGHAI = ZoneInfo("Asia/Shanghai")
CHICAGO = ZoneInfo("America/Chicago")


def table(start: datetime, end: datetime, repeat: str | None = None) -> Maintenance:
    return Maintenance(title="Sunday", devices=("a",), start=start, end=end, repeat=repeat)


def between(maintenance: Maintenance, zone: ZoneInfo, start: str, end: str) -> list[tuple[str, str]]:
    windows = Windows([maintenance], {}, zone).between(instant(start), instant(end))
    return [(shown(window.start), shown(window.end)) for window in windows]


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def shown(moment: datetime) -> str:
    assert moment.utcoffset() == timedelta()
    return moment.strftime("%m-%d %H:%M")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_a_single_window_is_counted_in_the_zone_of_the_site() -> None:
    once = table(at("2026-01-04T02:00"), at("2026-01-04T04:00"))
    assert between(once, SHANGHAI, "2026-01-01", "2026-02-01") == [("01-03 18:00", "01-03 20:00")]


def test_an_offset_goes_before_the_zone() -> None:
    once = table(at("2026-01-04T02:00+00:00"), at("2026-01-04T12:00+08:00"))
    assert between(once, SHANGHAI, "2026-01-01", "2026-02-01") == [("01-04 02:00", "01-04 04:00")]


@pytest.mark.parametrize(
    ("start", "end", "met"),
    [
        ("2026-01-03T17:00", "2026-01-03T18:00", False),  # half open: it has not begun
        ("2026-01-03T17:00", "2026-01-03T18:01", True),
        ("2026-01-03T19:59", "2026-01-03T21:00", True),
        ("2026-01-03T20:00", "2026-01-03T21:00", False),
    ],
)
def test_only_windows_that_share_an_instant_are_told(start: str, end: str, met: bool) -> None:
    once = table(at("2026-01-04T02:00"), at("2026-01-04T04:00"))
    assert bool(between(once, SHANGHAI, start, end)) is met


def test_every_sunday_across_midnight() -> None:
    weekly = table(at("2026-01-04T23:00"), at("2026-01-05T01:00"), "FREQ=WEEKLY;BYDAY=SU")
    assert between(weekly, SHANGHAI, "2026-06-01", "2026-06-15") == [
        ("06-07 15:00", "06-07 17:00"),
        ("06-14 15:00", "06-14 17:00"),
    ]
    # Asked in the middle of one, after midnight, it is still there.
    assert between(weekly, SHANGHAI, "2026-06-07T16:30", "2026-06-07T16:31") == [("06-07 15:00", "06-07 17:00")]


def test_the_wall_is_kept_when_the_clocks_change() -> None:
    daily = table(at("2026-03-01T04:00"), at("2026-03-01T05:00"), "FREQ=DAILY")
    assert between(daily, CHICAGO, "2026-03-07T06:00", "2026-03-09T06:00") == [
        ("03-07 10:00", "03-07 11:00"),  # UTC-6
        ("03-08 09:00", "03-08 10:00"),  # UTC-5
    ]


def test_a_window_over_the_skipped_hour_is_as_long_as_the_wall_says() -> None:
    daily = table(at("2026-03-01T02:30"), at("2026-03-01T03:30"), "FREQ=DAILY")
    # On 8 March 02:30 is not shown; the window begins at the change, 03:00 new time.
    assert between(daily, CHICAGO, "2026-03-08T06:00", "2026-03-09T06:00") == [("03-08 08:00", "03-08 08:30")]


def test_a_window_over_the_repeated_hour_covers_both() -> None:
    daily = table(at("2026-10-01T01:00"), at("2026-10-01T01:45"), "FREQ=DAILY")
    assert between(daily, CHICAGO, "2026-11-01T05:00", "2026-11-02T05:00") == [("11-01 06:00", "11-01 07:45")]


def test_a_rule_ends_by_count_or_by_a_day() -> None:
    start, end = at("2026-01-01T00:00"), at("2026-01-01T01:00")
    for repeat in ("FREQ=DAILY;COUNT=3", "FREQ=DAILY;UNTIL=20260103"):
        days = between(table(start, end, repeat), ZoneInfo("UTC"), "2025-01-01", "2027-01-01")
        assert days == [("01-01 00:00", "01-01 01:00"), ("01-02 00:00", "01-02 01:00"), ("01-03 00:00", "01-03 01:00")]


def test_the_first_window_is_not_before_the_start() -> None:
    weekly = table(at("2026-01-07T02:00"), at("2026-01-07T03:00"), "FREQ=WEEKLY;BYDAY=SU")
    assert between(weekly, ZoneInfo("UTC"), "2025-12-01", "2026-01-12") == [("01-11 02:00", "01-11 03:00")]


@given(
    st.sampled_from(["FREQ=DAILY", "FREQ=DAILY;INTERVAL=3", "FREQ=WEEKLY;BYDAY=MO,FR", "FREQ=MONTHLY;BYMONTHDAY=-1"]),
    st.datetimes(at("2026-01-01"), at("2026-03-01")),
    st.timedeltas(timedelta(minutes=1), timedelta(days=4)),
    st.datetimes(at("2026-01-01"), at("2026-12-01"), timezones=st.just(UTC)),
    st.sampled_from([SHANGHAI, CHICAGO, ZoneInfo("Australia/Lord_Howe")]),
)
def test_being_in_a_window_does_not_depend_on_how_far_one_looks(
    repeat: str, start: datetime, length: timedelta, now: datetime, zone: ZoneInfo
) -> None:
    windows = Windows([table(start, start + length, repeat)], {}, zone)

    def around(days: int) -> set[Window]:
        wide = windows.between(now - timedelta(days=days), now + timedelta(days=days))
        return {window for window in wide if window.covers("a", now)}

    narrow = set(windows.between(now, now + timedelta(microseconds=1)))
    assert narrow == around(1) == around(40)
    assert all(window.start < window.end for window in narrow)


@given(st.text(st.sampled_from("FREQ=DAILYWKMONTH;BCU0123456789,+-SUMIV"), max_size=40))
def test_any_text_is_a_rule_or_refused_with_a_sentence(text: str) -> None:
    with contextlib.suppress(RuleError):
        assert rule_of(text, at("2026-01-01"))[0] >= at("2026-01-01")


@pytest.mark.parametrize(
    "repeat",
    [
        "FREQ=DAILY;FREQ=DAILY",
        "FREQ=HOURLY",
        "FREQ=DAILY;INTERVAL=100",
        "FREQ=DAILY;COUNT=1000",
        "FREQ=DAILY;BYHOUR=3",
        "FREQ=DAILY\nEXDATE:20260101T000000",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=DAILY;UNTIL=20260230",
        "FREQ=DAILY;UNTIL=20300101T000000Z",
        "INTERVAL=2",
        "",
    ],
)
def test_a_rule_that_is_more_than_a_duty_book_needs_is_refused(repeat: str) -> None:
    with pytest.raises(RuleError):
        rule_of(repeat, at("2026-01-01"))


def test_a_rule_may_be_written_as_in_a_calendar_file() -> None:
    assert rule_of("RRULE:freq=weekly;byday=su", at("2026-01-01"))[0].day == 4


def test_a_window_is_for_its_devices_and_those_of_its_groups(loaded: Load) -> None:
    device = '[[device]]\nname = "{}"\naddress = "127.0.0.1"\ngroups = [{}]\ncheck = [{{ kind = "icmp" }}]\n'
    text = device.format("a", '"x"') + device.format("b", '"y", "x"') + device.format("c", "") + device.format("d", "")
    text += '[[group]]\nname = "x"\n[[group]]\nname = "y"\n'
    window = '[[maintenance]]\ntitle = "{}"\nstart = {}\nend = 2026-01-04T04:00:00\n'
    text += window.format("later", "2026-01-04T03:00:00") + 'devices = ["c"]\ngroups = ["x"]\n'
    text += window.format("first", "2026-01-04T02:00:00") + 'devices = ["d"]\n'
    windows = loaded(text).windows(instant("2026-01-01"), instant("2026-02-01"))
    assert [(window.title, window.devices) for window in windows] == [
        ("first", frozenset("d")),
        ("later", frozenset("abc")),
    ]
