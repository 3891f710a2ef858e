"""Shows the demo in a quarter of a minute, in a process of its own: `python demo_in_short.py FOLDER`.

Its clock is the system's, moved so that the first shift is over soon: shifts begin at whole minutes.
"""

from __future__ import annotations

import sys
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

from netwatch.clock import SystemClock
from netwatch.demo.configuration import Hours
from netwatch.demo.effects import Broken, Refusing
from netwatch.demo.script import Act, Deed, Episode, Script
from netwatch.demo.show import Plan, folder_for, show
from netwatch.plugins import Registry

FIRST_SHIFT = 22
STORY = Script(
    episodes=(
        Episode(Refusing("lis", "interface"), 0.5, 10, "{device} refuses", "{device} accepts"),
        Episode(Broken("portal", "web"), 0.5, 500, "{device} is broken", "{device} is well"),
    ),
    deeds=(Deed(1, Act.ACKNOWLEDGE, "on my way", "portal/"), Deed(2, Act.LOG, "a round through the machine room")),
    length=1000,
)


class MovedClock(SystemClock):
    """A clock on which the minute is over after `FIRST_SHIFT` seconds."""

    def __init__(self) -> None:
        start = super().now()
        self._ahead = timedelta(seconds=60 - FIRST_SHIFT - start.second)

    def now(self) -> datetime:
        return super().now() + self._ahead


def main(folder: Path) -> int:
    plan = Plan(script=STORY, hours=Hours(short=1))
    say = partial(print, flush=True)
    with folder_for(folder, keep=True) as place:
        return show(place, Registry.installed(), MovedClock(), say, plan)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
