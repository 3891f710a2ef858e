"""How long the report of a shift takes over 10,000 events, and what its parts cost.

python tests/bench/bench_report.py
"""

from __future__ import annotations

import sys
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING

from netwatch import report
from netwatch.language import translations
from netwatch.storage import events
from netwatch.storage.database import Database
from netwatch.storage.events import Entry, EventKind
from roster import render
from roster.handover import to_json

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.scenario import Scenario, site, switch

if TYPE_CHECKING:
    from collections.abc import Callable

EVENTS = 10_000
START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
ROUNDS = 3


def filled(folder: Path, count: int) -> Scenario:
    """Return a site in whose shift so many events have happened: a tenth of it words, half of it polls judged."""
    settings = site(folder, devices="".join(switch(f"sw-{n}") for n in range(200)))
    scenario = Scenario(settings, Database(settings.database_url).open(), START)
    kinds = [EventKind.LOG, *[EventKind.MAIL_FAILED] * 4, *[EventKind.NOTE] * 5]

    def work(tx: object) -> None:
        for number in range(count):
            at = START + timedelta(seconds=number)
            kind = kinds[number % len(kinds)]
            events.add(tx, Entry(kind, at, at, actor="zhang", device=f"sw-{number % 200}", text=f"巡视 {number}"))  # type: ignore[arg-type]

    scenario.database.write_now(work)
    scenario.clock.set(START + timedelta(seconds=count))
    return scenario


def taken(work: Callable[[], object]) -> float:
    """Return milliseconds, the best of some rounds."""
    times = []
    for _round in range(ROUNDS):
        begun = perf_counter()
        work()
        times.append(perf_counter() - begun)
    return min(times) * 1000


def measured(count: int) -> dict[str, float]:
    """Return what each part takes with so many events."""
    with tempfile.TemporaryDirectory() as folder:
        scenario = filled(Path(folder), count)
        now, settings = scenario.clock.now(), scenario.settings
        shift = report.running(settings, now)
        assert shift is not None
        made = scenario.rows(lambda tx: report.draft(tx, settings, shift, now)).handover
        chinese = translations("zh_CN")
        found = {
            "build": taken(lambda: scenario.rows(lambda tx: report.draft(tx, settings, shift, now))),
            "as JSON": taken(lambda: to_json(made)),
            "as a page": taken(lambda: render.html(made, chinese, settings.site.zone)),
            "as text": taken(lambda: render.text(made, chinese, settings.site.zone)),
        }
        scenario.database.close()
        return found


def main() -> None:
    """Print each part for a quiet shift and for one of 10,000 events, and the ratio of both."""
    quiet, busy = measured(100), measured(EVENTS)
    for name, milliseconds in busy.items():
        print(f"{name:10} {milliseconds:8.1f} ms  {milliseconds / quiet[name]:6.1f} times that of 100 events")


if __name__ == "__main__":
    main()
