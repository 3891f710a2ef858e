"""How long "who is on duty, a year ahead" takes: by weekdays alone, by kinds of day, from a published month.

python tests/bench/bench_roster.py
"""

# ruff: noqa: DTZ001 - a time of the wall has no zone

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, time
from timeit import repeat
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from netwatch.config.public_holidays import calendar
from roster.calendar import DayKind
from roster.cover import Roster, on_duty
from roster.layers import Layer, Post
from roster.publication import publish
from roster.rotation import PLAIN, Hours, Rotation, Template, Unit

if TYPE_CHECKING:
    from roster.calendar import Calendar

SHANGHAI = ZoneInfo("Asia/Shanghai")
AT = datetime(2027, 11, 22, 3, tzinfo=UTC)
TURNS = 50
WHOLE = Hours(time(8, 30), time(8, 30))


def roster(days: Calendar, hours: dict[DayKind, Hours]) -> Roster:
    """Return three shifts a day and a leader by the week, anchored thirty years ago."""
    kinds = frozenset(DayKind) if hours else None
    layers = []
    for code, start, end in (("day", 8, 17), ("evening", 17, 0), ("night", 0, 8)):
        template = Template(code, code, time(start), time(end), kinds=kinds, hours=hours, calendar=days)
        groups = tuple((f"{code}{n}",) for n in range(3))
        layers.append(Layer(template, Rotation(groups, datetime(1996, 11, 2), SHANGHAI)))
    week = Rotation((("li",), ("wang",)), datetime(2026, 11, 2, 8), SHANGHAI, Unit.WEEK)
    layers.append(Layer(Template("lead", "", time(8), time(8)), week, Post.LEADER))
    return Roster(SHANGHAI, tuple(layers), calendar=days)


def taken(of: Roster) -> float:
    """Return milliseconds for one question, the best of five rounds."""
    return min(repeat(lambda: on_duty(of, AT), number=TURNS, repeat=5)) / TURNS * 1000


def main() -> None:
    """Print each way, and its ratio to the first."""
    by_kind = roster(calendar(), dict.fromkeys((DayKind.REST, DayKind.STATUTORY), WHOLE))
    published = replace(by_kind, published={"2027-11": publish(by_kind.layers, "2027-11", SHANGHAI)})
    ways = {"every day": roster(PLAIN, {}), "kinds of day": by_kind, "published": published}
    times = {name: taken(of) for name, of in ways.items()}
    for name, milliseconds in times.items():
        print(f"{name:14} {milliseconds:7.3f} ms  {milliseconds / times['every day']:5.2f}")


if __name__ == "__main__":
    main()
