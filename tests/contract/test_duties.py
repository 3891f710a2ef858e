"""Duties from their first minute to their last: due, reminded of, done, found wanting, missed, excused."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from netwatch import report
from netwatch.actions import carry_out
from netwatch.errors import NetwatchError, UsageError
from netwatch.storage import faults
from netwatch.workers.duties import DutiesWorker
from tests.scenario import Scenario, site, switch
from tests.shifts import DAY_AND_NIGHT, taken

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database

# 07:00 in Shanghai: the day shift begins in an hour.
START = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)
PEOPLE = (
    """
[[person]]
name = "li"
mail = "li@hospital.example"

[[person]]
name = "boss"
mail = "boss@hospital.example"
role = "leader"
"""
    + DAY_AND_NIGHT
    + taken(day="zhang", night="li")
    + """
[[rotation]]
shift = "day"
post = "leader"
groups = [["boss"]]
anchor = 2026-01-01
"""
)
DUTIES = """
[[duty]]
name = "round"
title = { zh_CN = "机房巡检", en = "Round" }
kind = "round"
each_shift = ["day"]
within = "2h"
escalate_after = "1h"
[[duty.item]]
name = "door"
title = "门禁"
[[duty.item]]
name = "climate"
title = "温度"
kind = "number"
unit = "°C"
low = 18
high = 27

[[duty]]
name = "weekly"
title = "远程医疗设备周维护"
kind = "maintenance"
repeat = "FREQ=WEEKLY;BYDAY=MO"
at = "17:00"
group = "switches"
clauses = ["T7"]
"""


class Duties(Scenario):
    def do(self, who: str, action: str, /, **values: Any) -> str:
        return str(self.database.write_now(carry_out(self.settings, action, who, self.clock.now(), values)))

    async def look(self, after: timedelta) -> None:
        self.clock.set(START + after)
        await DutiesWorker(self.database, self.watched, self.clock, self.observer, self._wake).look(self.clock.now())

    def wrong(self) -> list[str]:
        return [str(fault.summary) for fault in self.rows(faults.opened)]

    def mails(self) -> list[tuple[str, str]]:
        return [(letter.key.split("/")[-2], letter.person or "") for letter in self.letters() if letter.kind == "duty"]

    def draft(self) -> Any:
        now = self.clock.now()
        shift = report.running(self.settings, now)
        return self.rows(lambda tx: report.draft(tx, self.settings, shift, now)).handover


@pytest.fixture
async def duties(tmp_path: Path, database: Database) -> Duties:
    devices = switch("sw-1") + switch("sw-2") + DUTIES
    made = Duties(site(tmp_path, devices=devices, whole=PEOPLE), database, START)
    await made.look(timedelta())
    return made


async def test_a_round_that_nobody_makes_is_reminded_of_escalated_missed_and_then_explained(duties: Duties):
    for hours in (1, 2.1, 3.1, 4.1, 13.1):
        await duties.look(hours * HOUR)
        await duties.look(hours * HOUR)
    assert duties.mails()[:3] == [("reminder", "zhang"), ("overdue", "zhang"), ("escalation", "boss")]
    assert len(duties.mails()) == len(set(duties.mails()))
    assert any("round" in fault.subject.id for fault in duties.rows(faults.opened))
    duties.do("boss", "duty_excused", duty="round", reason="fire drill")
    await duties.look(13.2 * HOUR)
    assert not any("round" in fault.subject.id for fault in duties.rows(faults.opened))
    (row,) = duties.draft().rounds
    assert (row.kept.value, row.text) == ("missed", "fire drill")


async def test_what_a_round_finds_out_of_order_is_a_fault_until_a_later_one_finds_it_good(duties: Duties):
    duties.clock.set(START + 1.5 * HOUR)
    duties.do("zhang", "duty_done", duty="round", answers=["door=ok", "climate=29.5"])
    await duties.look(1.6 * HOUR)
    assert len(duties.wrong()) == 1
    assert "29.5" in duties.wrong()[0]
    (row,) = duties.draft().rounds
    assert [answer.good for answer in row.answers] == [True, False]
    duties.clock.set(START + 25.5 * HOUR)
    duties.do("zhang", "duty_done", duty="round", answers=["door=ok", "climate=22"])
    await duties.look(25.6 * HOUR)
    assert not any("29.5" in each for each in duties.wrong())


async def test_each_device_is_ticked_off_and_it_is_done_when_all_are(duties: Duties):
    duties.clock.set(START + 3 * HOUR)
    assert "1" in duties.do("zhang", "duty_done", duty="weekly", devices=["sw-1"])
    row = next(each for each in duties.draft().duties if each.duty == "weekly")
    assert (row.kept.value, "sw-2" in row.text) == ("due", True)
    duties.do("zhang", "duty_done", duty="weekly", devices=["sw-2"])
    row = next(each for each in duties.draft().duties if each.duty == "weekly")
    assert row.kept.value == "done"


@pytest.mark.parametrize(
    ("who", "values", "sentence"),
    [
        ("zhang", {"duty": "nothing"}, "nothing"),
        ("zhang", {"duty": "round", "answers": ["door=ok"]}, "climate"),
        ("zhang", {"duty": "round", "answers": ["door=fail", "climate=20"]}, "say what is wrong"),
        ("zhang", {"duty": "round", "answers": ["door=ok", "climate=nan"]}, "must be a number"),
        ("zhang", {"duty": "round", "answers": ["door=ok", "climate=20", "roof=ok"]}, "roof"),
        ("zhang", {"duty": "weekly", "devices": ["sw-9"]}, "sw-9"),
        ("li", {"duty": "round", "answers": ["door=ok", "climate=20"]}, "li"),
    ],
)
async def test_what_cannot_be_so_is_refused(duties: Duties, who: str, values: dict[str, Any], sentence: str):
    duties.clock.set(START + 1.5 * HOUR)
    with pytest.raises(UsageError, match=sentence):
        duties.do(who, "duty_done", **values)


async def test_a_duty_is_done_once_and_a_round_may_be_made_again(duties: Duties):
    duties.clock.set(START + 1.5 * HOUR)
    for _again in range(2):
        duties.do("zhang", "duty_done", duty="round", answers=["door=ok", "climate=20"])
    duties.do("zhang", "duty_done", duty="weekly", devices=["sw-1", "sw-2"])
    with pytest.raises(UsageError):
        duties.do("zhang", "duty_done", duty="weekly", devices=["sw-1"])


async def test_the_database_refuses_to_change_what_was_entered(duties: Duties):
    await duties.look(2 * HOUR)
    duties.do("zhang", "duty_done", duty="round", answers=["climate=22"], rest=True)
    for statement in ("UPDATE fulfilments SET actor = 'li'", "DELETE FROM fulfilments"):
        with pytest.raises((DBAPIError, NetwatchError), match="are never changed"):
            duties.database.write_now(lambda tx, statement=statement: tx.execute(text(statement)))
