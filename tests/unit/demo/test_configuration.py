"""The configuration that the demo writes is one like any other, and says who is on duty at any time."""

from __future__ import annotations

import stat
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.config import Settings, load
from netwatch.demo.configuration import DAY, Hours, Places, write
from netwatch.demo.hospital import DUTY, HOSPITAL, LEADER, SECOND
from netwatch.demo.servers import Where
from netwatch.plugins import Registry
from roster.cover import gaps, on_duty, shifts
from roster.layers import Post

if TYPE_CHECKING:
    from pathlib import Path

NOW = datetime(2026, 11, 22, 14, 12, 40, tzinfo=UTC)
ZONE = ZoneInfo("Asia/Shanghai")


def places() -> Places:
    devices = {
        device.name: Where(device.address, 1161, {service.name: service.port for service in device.services})
        for device in HOSPITAL
    }
    return Places(devices, ("127.0.0.1", 2525), ("127.0.0.1", 8651))


@pytest.fixture(params=["zh_CN", "en"])
def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    path = write(tmp_path / "config.toml", request.param, places(), NOW, ZONE, Hours())
    return load(path, Registry.installed())


def test_it_is_valid_and_its_owner_alone_may_read_it(settings: Settings) -> None:
    assert tuple(settings.devices) == tuple(device.name for device in HOSPITAL)
    assert stat.S_IMODE(settings.path.stat().st_mode) == 0o600


def test_nothing_outside_this_machine_is_looked_at(settings: Settings) -> None:
    assert all(device.address.startswith("127.") for device in settings.devices.values())
    assert all(check.kind != "icmp" for check in settings.checks)


def test_every_device_has_a_check_that_says_whether_it_is_reached(settings: Settings) -> None:
    assert {check.device for check in settings.checks if check.reachability} == set(settings.devices)


def test_the_first_shift_begins_with_the_demo_and_the_next_after_three_minutes(settings: Settings) -> None:
    begun = NOW.replace(second=0)
    found = [each for each in shifts(settings.roster, NOW, NOW + timedelta(minutes=9)) if each.post is Post.PRIMARY]
    assert [(each.start - begun).total_seconds() / 60 for each in found] == [0, 3, 6, 9]
    assert [each.people for each in found] == [(person.name,) for person in (*DUTY, DUTY[0])]


def test_nobody_is_missing_for_days(settings: Settings) -> None:
    week = (NOW, NOW + timedelta(days=7))
    assert [gaps(settings.roster, *week, post=post) for post in (Post.PRIMARY, Post.SECOND, Post.LEADER)] == [()] * 3
    people = {each.post: each.people for each in on_duty(settings.roster, NOW)}
    assert (people[Post.SECOND], people[Post.LEADER]) == ((SECOND.name,), (LEADER.name,))


@given(
    st.integers(0, DAY - 1),
    st.builds(Hours, short=st.integers(1, 30), count=st.integers(1, 40), long=st.integers(30, 600)),
)
def test_shifts_fill_a_day_without_beginning_twice(first: int, hours: Hours) -> None:
    begins = hours.begin(first)
    assert begins[0] == first
    assert len(set(begins)) == len(begins)
    offsets = [(minute - first) % DAY for minute in begins]
    assert offsets == sorted(offsets)
