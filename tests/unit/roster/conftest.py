"""Rosters that the tests of this folder speak of."""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from datetime import UTC, datetime, time
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import pytest

from roster.cover import Roster
from roster.layers import Layer, Post
from roster.rotation import Rotation, Template, Unit

if TYPE_CHECKING:
    from collections.abc import Callable

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def local() -> Callable[[str], datetime]:
    """An instant by the wall in Shanghai."""
    return lambda text: datetime.fromisoformat(text).replace(tzinfo=SHANGHAI).astimezone(UTC)


@pytest.fixture
def three_shifts() -> Roster:
    """白班, 小夜 and 大夜, each with its own people, one turn a day, and a leader by the week."""
    times = {"day": ("08:00", "17:00"), "evening": ("17:00", "00:00"), "night": ("00:00", "08:00")}
    anchor = datetime(2026, 11, 2)
    layers = [
        Layer(
            Template(code, code, time.fromisoformat(start), time.fromisoformat(end)),
            Rotation(tuple((f"{code}{n}",) for n in range(3)), anchor, SHANGHAI),
        )
        for code, (start, end) in times.items()
    ]
    week = Rotation((("li",), ("wang",)), datetime(2026, 11, 2, 8), SHANGHAI, unit=Unit.WEEK)
    layers.append(Layer(Template("lead", "带班", time(8), time(8)), week, Post.LEADER))
    return Roster(SHANGHAI, tuple(layers))
