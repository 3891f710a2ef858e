"""A remote consultation is booked: its equipment and links are looked at before it, told, recorded, and filed after it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import default
from typing import TYPE_CHECKING, Any

import pytest

from netwatch import report
from netwatch.actions import carry_out
from netwatch.errors import UsageError
from netwatch.storage import faults, registers
from netwatch.workers.registers import RegistersWorker
from netwatch.workers.sessions import SessionsWorker
from roster.facts import Kept
from tests.scenario import ANSWERS, SILENT, Scenario, site, switch

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database
    from netwatch.storage.outbox import Letter

# 10:00 in Shanghai.
START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
WHOLE = """
[[person]]
name = "li"
mail = "li@hospital.example"
language = "en"
[[shift]]
name = "whole"
title = "值班"
start = "08:00"
end = "08:00"
[[rotation]]
shift = "whole"
groups = [["zhang"]]
anchor = 2026-01-01
[[group]]
name = "consultation"
[[group.check]]
kind = "icmp"
"""
DEVICES = (
    switch("core")
    + switch("access", parents=("core",))
    + """
[[device]]
name = "codec"
title = "远程会诊终端"
address = "127.0.0.1"
groups = ["consultation"]
parents = ["access"]
[[device]]
name = "far"
title = "省医院会诊网关"
address = "127.0.0.1"
groups = ["consultation"]
"""
)
SAYS = {
    "what": "远程会诊：心内科",
    "with": "省人民医院",
    "contact": "周医生",
    "phone": "0571-1",
    "equipment": "consultation",
}
ALL = ("core/icmp", "access/icmp", "codec/icmp", "far/icmp")


class Room(Scenario):
    """A centre in which sessions are booked."""

    def do(self, who: str, action: str, /, **values: Any) -> str:
        return str(self.database.write_now(carry_out(self.settings, action, who, self.clock.now(), values)))

    def book(self, **more: Any) -> str:
        values = SAYS | more.pop("values", {})
        asked = {"register": "session", "values": values, "start": "2026-11-22 11:00", "due": "2026-11-22 12:00"}
        return self.do("li", "new_entry", **asked | more)

    async def see(self, minute: float, *silent: str) -> None:
        self.at(minute)
        for check in ALL:
            await self.sees(check, SILENT if check.split("/")[0] in silent else ANSWERS)

    async def look(self, minute: float) -> None:
        self.at(minute)
        worker = SessionsWorker(self.database, self.watched, self.clock, self.observer, self._wake)
        await worker.look(self.clock.now())

    def mails(self) -> list[tuple[str, str]]:
        return [(each.person or "", each.subject or "") for each in self.letters() if each.kind == "session"]

    def wrong(self) -> list[str]:
        return [str(fault.summary) for fault in self.rows(faults.opened) if fault.subject.device == "@sessions"]

    def state(self) -> str:
        entry = self.rows(lambda tx: registers.get(tx, 1))
        assert entry is not None
        return entry.state.value

    def told(self) -> Any:
        now = self.clock.now()
        shift = report.running(self.settings, now)
        drafted = self.rows(lambda tx: report.draft(tx, self.settings, shift, now)).handover
        return [each for each in drafted.duties if each.duty == "session"]


def text_of(letter: Letter) -> str:
    body = message_from_bytes(letter.content or b"", policy=default).get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture
def room(tmp_path: Path, database: Database) -> Room:
    return Room(site(tmp_path, devices=DEVICES, whole=WHOLE, site='language = "en"'), database, START)


async def test_what_is_in_order_is_told_once_half_an_hour_before_and_stands_in_the_report(room: Room):
    assert room.book() == "entry 1 (Booked session) is approved"
    await room.see(29)
    await room.look(29)
    assert room.mails() == []
    for minute in (30, 31, 45):
        await room.see(minute)
        await room.look(minute)
    assert [person for person, _subject in room.mails()] == ["zhang", "li"]
    assert room.mails()[1][1] == "In order: 远程会诊：心内科, 2026-11-22 11:00"
    assert room.wrong() == []
    (row,) = room.told()
    assert (row.kept, row.names["en"]) == (Kept.DONE, "Booked session 1 (远程会诊：心内科): equipment and links")
    assert [answer.good for answer in row.answers] == [True] * 4


async def test_a_dead_link_is_found_before_anybody_sits_in_front_of_it(room: Room):
    room.book()
    for minute in (26, 27, 28, 29):
        await room.see(minute, "access", "codec")
    await room.look(30)
    assert "Not in order" in room.mails()[-1][1]
    assert room.wrong() == ["Booked session 1 (远程会诊：心内科, 2026-11-22 11:00): not in order: codec, access"]
    (row,) = room.told()
    assert [(answer.item["en"], answer.good) for answer in row.answers if answer.good is not True] == [
        ("远程会诊终端", False),
        ("link over access", False),
    ]
    letter = next(each for each in room.letters() if each.kind == "session" and each.person == "li")
    assert "link over access" in text_of(letter)


async def test_what_is_mended_in_time_is_told_again_and_the_fault_is_closed(room: Room):
    room.book()
    for minute in (26, 27, 28, 29):
        await room.see(minute, "far")
    await room.look(30)
    assert len(room.wrong()) == 1
    for minute in (35, 36, 37):
        await room.see(minute)
    await room.look(38)
    assert room.wrong() == []
    assert [subject.split(":")[0] for _person, subject in room.mails()] == [*2 * ["Not in order"], *2 * ["In order"]]
    (row,) = room.told()
    assert all(answer.good for answer in row.answers)


async def test_what_nobody_has_looked_at_is_not_taken_for_good(room: Room):
    room.book(values={"equipment": "codec, far"})
    await room.look(30)
    assert len(room.wrong()) == 1
    assert "not known whether in order" in room.wrong()[0]
    assert "Please look" in room.mails()[-1][1]
    await room.see(31)
    await room.look(31)
    assert room.wrong() == []
    await room.look(50)
    assert len(room.wrong()) == 1


async def test_planned_maintenance_in_the_time_of_a_session_is_said_before_it(room: Room):
    room.do("zhang", "open_window", title="割接", lasting=3600, start="2026-11-22 11:30", devices=["core"])
    room.book()
    await room.see(29)
    await room.look(30)
    assert room.wrong()[0].endswith("not in order: core")


async def test_a_fault_of_a_session_ends_with_it(room: Room):
    room.book()
    for minute in (26, 27, 28, 29):
        await room.see(minute, "far")
    await room.look(30)
    assert len(room.wrong()) == 1
    await room.look(120)
    assert room.wrong() == []


async def test_a_session_that_is_cancelled_is_looked_at_no_more(room: Room):
    room.book()
    room.do("li", "cancel_entry", number=1, text="改期")
    await room.look(30)
    assert room.mails() == []


async def test_a_session_opens_by_itself_and_is_overdue_until_it_is_filed(room: Room):
    room.book()
    await room.see(59)
    await room.look(59)
    assert room.state() == "approved"
    await room.look(60)
    await room.look(61)
    assert room.state() == "open"
    steps = room.rows(lambda tx: registers.history(tx, 1))
    assert [(taken.step.value, taken.actor) for taken in steps][-1] == ("open", "netwatch")
    room.at(125)
    await RegistersWorker(room.database, room.watched, room.clock, room.observer, room._wake).look(room.clock.now())
    assert any(fault.subject.id == "@registers/session-1" for fault in room.rows(faults.opened))
    with pytest.raises(UsageError, match="is needed before this step"):
        room.do("li", "complete_entry", number=1, values={"result": "顺利"})
    room.do("li", "complete_entry", number=1, values={"result": "顺利", "filed": "会诊档案 2026-11"})
    assert room.state() == "done"


def test_a_session_with_a_device_that_is_not_there_is_not_booked(room: Room):
    with pytest.raises(UsageError, match="there is no device and no group nothing"):
        room.book(values={"equipment": "codec，nothing"})
    with pytest.raises(UsageError, match="must be names of devices or groups"):
        room.book(values={"equipment": ",,"})
    with pytest.raises(UsageError, match="equipment: is needed before this step"):
        room.book(values={"equipment": ""})


async def test_after_a_restart_nothing_is_told_twice(room: Room):
    room.book()
    await room.see(30)
    await room.look(30)
    again = Room(room.settings, room.database, START)
    await again.look(31)
    assert len(again.mails()) == 2
