"""How things are said on a page."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from gettext import NullTranslations
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from netwatch.domain.model import DeviceState, Health, Severity
from netwatch.domain.notices import Kind
from netwatch.storage.events import EventKind
from netwatch.storage.outbox import Delivery
from netwatch.web.wording import DELIVERIES, HAPPENINGS, HEALTHS, NOTICES, SEVERITIES, STATES, Wording
from probes.api import Message

if TYPE_CHECKING:
    from enum import Enum

NOW = datetime(2026, 11, 22, 18, 13, 20, tzinfo=UTC)


def wording(zone: str = "Asia/Shanghai", now: datetime = NOW) -> Wording:
    return Wording("en", NullTranslations(), ZoneInfo(zone), now)


@pytest.mark.parametrize(
    ("words", "closed"),
    [(SEVERITIES, Severity), (STATES, DeviceState), (HEALTHS, Health), (DELIVERIES, Delivery), (HAPPENINGS, EventKind)],
)
def test_everything_that_can_be_has_a_word(words: dict[Enum, str], closed: type[Enum]) -> None:
    assert set(words) == set(closed)


def test_every_kind_of_notice_has_a_word() -> None:
    assert {kind.value for kind in Kind} <= set(NOTICES)
    assert wording().notice("something of a plugin") == "something of a plugin"


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (NOW, "02:13"),
        (NOW - timedelta(hours=2), "00:13"),
        (NOW - timedelta(hours=3), "11-22 23:13"),
        (NOW + timedelta(days=1), "11-24 02:13"),
        (datetime(2025, 12, 31, 18, 0, tzinfo=UTC), "01-01 02:00"),
        (datetime(2025, 12, 31, 15, 0, tzinfo=UTC), "2025-12-31 23:00"),
    ],
)
def test_a_time_is_as_short_as_it_can_be_told_apart(moment: datetime, expected: str) -> None:
    assert wording().clock(moment) == expected


def test_the_exact_time_tells_the_two_halves_of_a_repeated_hour_apart() -> None:
    first = datetime(2026, 11, 1, 6, 30, tzinfo=UTC)
    chicago = wording("America/Chicago")
    assert chicago.exact(first) == "2026-11-01 01:30:00 -05:00"
    assert chicago.exact(first + timedelta(hours=1)) == "2026-11-01 01:30:00 -06:00"
    assert chicago.machine(first) == "2026-11-01T06:30:00+00:00"


def test_a_sentence_without_words_says_nothing() -> None:
    assert wording().message(Message("")) == ""
    assert wording().message(Message("{what} is {value}", {"what": "CPU", "value": "93 %"})) == "CPU is 93 %"


def test_what_began_in_the_future_has_lasted_no_time() -> None:
    assert wording().since(NOW + timedelta(minutes=5)) == "0 s"
