"""Compliance, statistics and the year-book over a day and a half of real records, on both databases."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.actions import carry_out
from netwatch.domain import compliance as clauses
from netwatch.domain import yearbook as books
from netwatch.domain.compliance import Source, Standing
from netwatch.domain.period import written
from netwatch.handover import cases
from netwatch.planned import planned
from netwatch.report.compliance import compliance
from netwatch.report.compliance_paper import compliance_paper
from netwatch.report.paper import html, text
from netwatch.report.statistics import statistics, statistics_paper
from netwatch.report.yearbook import yearbook
from netwatch.report.yearbook_paper import yearbook_paper
from netwatch.storage import outbox
from netwatch.storage.outbox import Delivery
from netwatch.workers.duties import DutiesWorker
from netwatch.workers.handover import HandoverWorker
from netwatch.workers.reports import ReportsWorker
from tests.scenario import ANSWERS, SILENT, Scenario, site, switch
from tests.shifts import DAY_AND_NIGHT, taken

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.config import Settings
    from netwatch.domain.compliance import Compliance, Line
    from netwatch.storage.database import Database

SITE = (
    """
[[person]]
name = "li"
title = "李四"
mail = "li@hospital.example"
[[person]]
name = "boss"
mail = "boss@hospital.example"
role = "leader"
"""
    + DAY_AND_NIGHT
    + taken(day="zhang", night="li")
    + """
[[clause]]
name = "C9"
title = "本院培训制度"
[[clause]]
name = "L6"
enabled = false
[[duty]]
name = "spares"
title = "备件核对"
repeat = "FREQ=DAILY"
start = 2026-11-01T12:00:00
after = "1h"
clauses = ["X7"]
[[department]]
name = "radiology"
recipients = ["ct@hospital.example"]
devices = ["sw-1"]
periods = ["week"]
"""
)
START = datetime(2026, 11, 21, 0, 0, tzinfo=UTC)
"""A Saturday, 08:00 in Shanghai: the week is over at 16:00 UTC on Sunday."""
VISITOR = {"name": "刘工", "organisation": "某公司", "purpose": "换电池"}


class House(Scenario):
    """A site whose people do what the regulation asks, or do not."""

    @property
    def planned(self) -> Settings:
        return self.rows(lambda tx: planned(tx, self.settings, self.clock.now()))

    def do(self, who: str, action: str, /, **values: Any) -> str:
        work = carry_out(self.planned, action, who, self.clock.now(), values)
        return str(self.database.write_now(work))

    async def until(self, hours: float, *, step: float = 1, silent: bool = False) -> None:
        """Let time pass to so many hours after the start, and each worker look every `step` hours."""
        end = START + timedelta(hours=hours)
        while self.clock.now() < end:
            self.clock.set(min(end, self.clock.now() + timedelta(hours=step)))
            now, self.watched.settings = self.clock.now(), self.planned
            await self.sees("sw-1/icmp", SILENT if silent else ANSWERS)
            await DutiesWorker(self.database, self.watched, self.clock, self.observer, self._wake).look(now)
            await HandoverWorker(self.database, self.watched, self.clock, self.progress, self._wake).catch_up(now)
            await ReportsWorker(self.database, self.watched, self.clock, self._wake).look(now)

    def weigh(self, period: str = "2026-11") -> Compliance:
        asked = written(period)
        assert asked is not None
        return self.rows(lambda tx: compliance(tx, self.planned, asked, self.clock.now()))

    def line(self, clause: str) -> Line:
        return next(line for line in self.weigh().lines if line.clause == clause)

    def lost(self) -> int:
        return int(next(fault.id for fault in self.faults() if fault.subject.device == "sw-1"))

    def waiting(self) -> int:
        (opened,) = self.rows(cases.pending)
        return len(opened.case.items)


@pytest.fixture
async def house(tmp_path: Path, database: Database) -> House:
    devices = switch("sw-1").replace(
        'groups = ["switches"]', 'groups = ["switches"]\n[[device.check]]\nkind = "icmp"\nevery = "1h"'
    )
    made = House(site(tmp_path, devices=_slow(devices), whole=SITE), database, START)
    made.clock.set(START)
    await made.until(0.5)
    return made


def _slow(devices: str) -> str:
    """Let the device be looked at every hour only."""
    head, _parents, rest = devices.partition("parents = []")
    check = head.index("[[device.check]]")
    return f"{head[:check]}parents = []\n{head[check:]}{rest}"


async def through(house: House) -> None:
    """One shift is handed over in time, the next lapses; a visitor comes, a fault is taken up, a duty is missed."""
    house.do("zhang", "new_entry", register="visitor", values=VISITOR, due="2026-11-21T12:00")
    house.do("boss", "approve_entry", number=1)
    house.do("zhang", "open_entry", number=1, values={"carried": "电池", "escort": "zhang"})
    await house.until(2)
    house.do("zhang", "complete_entry", number=1)
    await house.until(6, silent=True)
    house.do("zhang", "acknowledge", fault=house.lost(), text="到场")
    await house.until(11.5)
    house.do("zhang", "offer_handover")
    house.do("li", "accept_handover", all=house.waiting())
    await house.until(27)


async def test_each_clause_says_what_was_due_and_what_is_missing(house: House):
    await through(house)
    visitors = next(each for each in house.line("C10").evidence if each.name == "visitor")
    assert (visitors.due, visitors.done, visitors.refs, house.line("C10").standing) == (1, 1, ("#1",), Standing.KEPT)
    shifts = next(each for each in house.line("C2").evidence if each.source is Source.HANDOVERS)
    assert (shifts.due, shifts.done, shifts.refs, shifts.wanting) == (2, 1, ("#1",), ("2026-11-21 夜班",))
    months = next(each for each in house.line("C2").evidence if each.source is Source.ROSTER)
    assert months.wanting == ("2026-11",)
    faults = next(each for each in house.line("C4").evidence if each.source is Source.FAULTS)
    assert (faults.refs, faults.wanting) == ((f"F{house.lost()}",), ())
    standings = {line.clause: line.standing for line in house.weigh().lines}
    assert [standings[name] for name in ("C1", "C5", "T2")] == [Standing.KEPT, Standing.QUIET, Standing.ELSEWHERE]
    missed_then_excused(house)
    both_languages_say_the_same(house)
    statistics_are_of_shifts_and_of_people(house)


def missed_then_excused(house: House) -> None:
    """A missed duty is red under its clause until somebody says why."""
    assert (house.line("X7").standing, house.line("X7").evidence[0].wanting) == (Standing.WANTING, ("11-21 12:00",))
    house.do("zhang", "duty_excused", duty="spares", reason="核心交换机故障")
    assert house.line("X7").standing is Standing.KEPT


def both_languages_say_the_same(house: House) -> None:
    found = house.weigh()
    one, two = (compliance_paper(found, language, house.settings.site.zone) for language in ("zh_CN", "en"))
    assert [len(part.grids[0].rows) for part in one.parts] == [len(part.grids[0].rows) for part in two.parts]
    assert clauses.to_json(house.weigh()) == clauses.to_json(found)


def statistics_are_of_shifts_and_of_people(house: House) -> None:
    period = written("2026-W47")
    assert period is not None
    found = house.rows(lambda tx: statistics(tx, house.planned, period, timedelta(minutes=15), house.clock.now()))
    day, night = found.shifts
    assert (day.title, day.shifts, day.hours, day.late, day.lapsed, day.unoffered) == ("白班", 1, 12.0, 0, 0, 0)
    assert (night.title, night.shifts, night.lapsed, night.unoffered) == ("夜班", 1, 1, 1)
    people = {each.name: each for each in found.people}
    assert (people["zhang"].answered, people["zhang"].lapsed, people["li"].unoffered) == (1, 1, 1)
    assert "李四" in text(statistics_paper(found, "zh_CN", house.settings.site.zone))


async def test_a_site_has_its_own_words_for_clauses_and_no_others_than_it_wants(house: House):
    lines = {line.clause: line for line in house.weigh().lines}
    assert lines["C9"].titles == {"zh_CN": "本院培训制度", "en": "本院培训制度"}
    assert "L6" not in lines
    assert lines["X7"].titles == {}


async def test_of_a_time_before_the_first_record_nothing_is_missing(house: House):
    assert house.weigh("2026-10").of(Standing.WANTING) == ()
    assert house.weigh("2025").of(Standing.WANTING) == ()


async def test_a_year_is_bound_and_a_report_that_nobody_released_is_missing_after_a_week(house: House):
    await house.until(41, step=3)
    assert house.line("C8").standing is Standing.QUIET
    house.clock.set(START + timedelta(days=9))
    assert house.line("C8").evidence[0].wanting == ("radiology 2026-W47",)
    house.do("boss", "release_report", number=1)
    house.do("boss", "send_report", number=1)
    assert (house.line("C8").standing, house.line("C8").evidence[0].refs) == (Standing.KEPT, ("#1",))
    letter = next(each for each in house.letters() if each.recipient == "ct@hospital.example")
    house.database.write_now(lambda tx: outbox.save(tx, replace(letter, state=Delivery.GIVEN_UP)))
    assert house.line("C8").evidence[0].wanting == ("radiology 2026-W47: ct@hospital.example",)
    book = house.rows(lambda tx: yearbook(tx, house.planned, 2026, house.clock.now()))
    assert [month.period.name for month in book.months] == ["2026-11"]
    assert book.whole.total.share.accounted == book.months[0].total.share.accounted
    assert [each.number for each in book.handovers] == [1, 2, 3]
    assert [(each.number, each.name, len(each.digest)) for each in book.reports] == [(1, "radiology", 64)]
    for language in ("zh_CN", "en"):
        page = html(yearbook_paper(book, language, house.settings.site.zone))
        assert book.reports[0].digest[:16] in page
        assert book.handovers[0].digest[:16] in page
    assert '"year":2026' in books.to_json(book)
