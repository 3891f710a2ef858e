"""Entries from the first word to the last, with their mails, their alarms and their place in the report."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from netwatch import report
from netwatch.actions import carry_out
from netwatch.errors import NetwatchError, UsageError
from netwatch.storage import events, faults, registers
from netwatch.storage.events import EventKind
from netwatch.workers.registers import RegistersWorker
from tests.scenario import Scenario, site, switch
from tests.shifts import WHOLE_DAY

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PEOPLE = (
    """
[[person]]
name = "li"
mail = "li@hospital.example"
language = "en"

[[person]]
name = "boss"
mail = "boss@hospital.example"
role = "leader"
"""
    + WHOLE_DAY
)
VISITOR = {"name": "王工", "organisation": "华为", "purpose": "换电源"}
INSIDE = {"carried": "电源模块", "escort": "zhang"}
LOAN = {
    "item": "笔记本电脑",
    "borrower": "赵医生",
    "department": "放射科",
    "phone": "8123",
    "mail": "zhao@ward.example",
}


class Office(Scenario):
    """A site whose people keep registers."""

    def do(self, who: str, action: str, /, **values: Any) -> str:
        work = carry_out(self.settings, action, who, self.clock.now(), values)
        return str(self.database.write_now(work))

    async def look(self, after: timedelta) -> None:
        self.clock.set(START + after)
        worker = RegistersWorker(self.database, self.watched, self.clock, self.observer, self._wake)
        await worker.look(self.clock.now())

    def draft(self) -> Any:
        now = self.clock.now()
        shift = report.running(self.settings, now)
        return self.rows(lambda tx: report.draft(tx, self.settings, shift, now)).handover

    def keys(self) -> list[str]:
        return [letter.key for letter in self.letters() if letter.kind == "register"]


@pytest.fixture
def office(tmp_path: Path, database: Database) -> Office:
    return Office(site(tmp_path, devices=switch("sw-1"), whole=PEOPLE), database, START)


def visitor(office: Office) -> None:
    office.do("zhang", "new_entry", register="visitor", values=VISITOR, due="2026-11-22T12:00")
    office.do("boss", "approve_entry", number=1)
    office.do("li", "open_entry", number=1, values=INSIDE)


async def test_a_visitor_who_overruns_raises_an_alert_and_leaving_ends_it(office: Office):
    visitor(office)
    await office.look(timedelta(hours=2))
    assert office.rows(faults.opened) == ()
    await office.look(timedelta(hours=2, minutes=1))
    (fault,) = office.rows(faults.opened)
    assert fault.subject.id == "@registers/visitor-1"
    assert str(fault.summary) == "Visitor 1 (王工) was to end at 2026-11-22 12:00"
    assert any(letter.kind == "opened" for letter in office.letters())
    office.do("li", "complete_entry", number=1)
    await office.look(timedelta(hours=2, minutes=2))
    assert office.rows(faults.opened) == ()


async def test_an_approval_is_asked_of_the_leader_and_the_answer_goes_to_who_asked(office: Office):
    office.do("zhang", "new_entry", register="visitor", values=VISITOR, due="2026-11-22T12:00")
    office.do("boss", "reject_entry", number=1, text="not today")
    letters = [letter for letter in office.letters() if letter.kind == "register"]
    assert [(letter.person, letter.key.split("/")[2]) for letter in letters] == [
        ("boss", "request"),
        ("zhang", "rejected"),
    ]
    assert letters[1].subject == "已驳回：外来人员 1"


async def test_a_borrower_outside_is_reminded_before_at_and_every_week_after_the_end(office: Office):
    office.do("zhang", "new_entry", register="loan", values=LOAN, due="2026-11-24T10:00")
    office.do("boss", "approve_entry", number=1)
    office.do("zhang", "open_entry", number=1, values={"condition_out": "完好"})
    for day in (0, 1, 1.01, 2, 2.5, 8, 9, 9.5, 16.1):
        await office.look(timedelta(days=day))
    to_borrower = [letter for letter in office.letters() if letter.recipient == "zhao@ward.example"]
    assert [letter.key.split("/")[2] for letter in to_borrower] == ["before", "week-0", "week-1", "week-2"]
    assert len(office.keys()) == len(set(office.keys()))


async def test_a_drive_does_not_leave_with_its_data(office: Office):
    values = {"item": "硬盘", "serial": "S1", "fault": "坏道", "firm": "某公司"}
    office.do("zhang", "new_entry", register="repair", values=values, due="2026-12-01T10:00")
    office.do("boss", "approve_entry", number=1)
    with pytest.raises(UsageError, match="wiped: must be confirmed before this step"):
        office.do("zhang", "open_entry", number=1, values={"wiped": "no", "wiped_by": "zhang", "carrier": "li"})
    office.do("zhang", "open_entry", number=1, values={"wiped": "yes", "wiped_by": "zhang", "carrier": "li"})


async def test_every_step_is_an_event_and_stays(office: Office):
    visitor(office)
    office.do("li", "complete_entry", number=1)
    found = [entry.data for entry in office.rows(lambda tx: events.newest(tx, (EventKind.REGISTER,), 50))]
    assert [data["step"] for data in reversed(found)] == ["create", "submit", "approve", "open", "done"]
    assert [taken.actor for taken in office.rows(lambda tx: registers.history(tx, 1))] == [
        "zhang", "zhang", "boss", "li", "li",
    ]  # fmt: skip


async def test_who_is_inside_stands_in_the_report_and_who_has_left_only_in_that_of_the_shift(office: Office):
    visitor(office)
    (inside,) = office.draft().standing
    assert (inside.text, inside.approver, inside.open) == ("王工", "boss", True)
    office.do("li", "complete_entry", number=1)
    assert office.draft().standing == ()
    assert [record.state for record in office.draft().records] == ["completed"]


async def test_what_waits_for_approval_is_handed_on(office: Office):
    office.do("zhang", "new_entry", register="visitor", values=VISITOR, due="2026-11-22T12:00")
    assert [record.number for record in office.draft().waiting] == [1]


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"register": "nothing"}, "there is no register nothing"),
        ({"register": "visitor", "values": {"colour": "red"}}, "visitor has no field colour"),
        ({"register": "visitor", "values": VISITOR}, "until: say until when"),
        ({"register": "change", "values": {"device": "sw-9"}}, "there is no device sw-9"),
        ({"register": "loan", "values": {"mail": "no address"}}, "mail: must be a mail address"),
        ({"register": "visitor", "values": ["name"]}, "values: must be texts by field"),
    ],
)
async def test_what_is_wrong_with_an_entry_is_said_and_nothing_is_written(office: Office, values, sentence):
    with pytest.raises(UsageError, match=sentence):
        office.do("zhang", "new_entry", **values)
    assert office.rows(lambda tx: registers.newest(tx, 10, everything=True)) == ()


async def test_two_who_approve_at_once_do_so_once(office: Office):
    office.do("zhang", "new_entry", register="visitor", values=VISITOR, due="2026-11-22T12:00")
    entry = office.rows(lambda tx: registers.get(tx, 1))
    office.do("boss", "approve_entry", number=1)
    assert office.database.write_now(lambda tx: registers.save(tx, entry, entry.state)) is False


async def test_the_database_refuses_to_change_a_step_that_was_taken(office: Office):
    visitor(office)
    for statement in ("UPDATE steps SET actor = 'li'", "DELETE FROM steps"):
        with pytest.raises((DBAPIError, NetwatchError), match="are never changed"):
            office.database.write_now(lambda tx, statement=statement: tx.execute(text(statement)))
    assert [taken.actor for taken in office.rows(lambda tx: registers.history(tx, 1))] == [
        "zhang",
        "zhang",
        "boss",
        "li",
    ]
