"""What the monitoring saw against what the registers allow: on both databases, from a reading to the report."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import TYPE_CHECKING, Any

import pytest

from netwatch import report
from netwatch.actions import carry_out
from netwatch.domain.approval import JUDGEMENTS, Verdict, judged
from netwatch.domain.parts import Part
from netwatch.errors import UsageError
from netwatch.language import translations
from netwatch.storage import discrepancies, events, parts
from netwatch.storage.events import EventKind
from netwatch.workers.approval import ApprovalWorker
from probes.api import Component, Inventory, Measurement, Message, State, Value
from roster import render
from tests.audit_log import doubts, unguarded
from tests.scenario import Scenario, site, switch
from tests.shifts import WHOLE_DAY

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.domain.approval import Discrepancy
    from netwatch.storage.database import Database

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
PEOPLE = (
    """
[[person]]
name = "li"
mail = "li@hospital.example"

[[person]]
name = "boss"
mail = "boss@hospital.example"
role = "leader"
language = "en"

[approval]
devices = ["sw-1"]
after = "5m"
slack = "30m"

[credential.public]
version = "2c"
community = "public"
"""
    + WHOLE_DAY
)
SNMP = (
    '[[device.check]]\nkind = "snmp"\ncredential = "public"\nports = ["GE1/0/1"]\nfail_after = 1\nrecover_after = 1\n'
)
CHASSIS = Component("FOC1", "sw-1", "EX48", "chassis")
DISK, FAN = Component("WD-1", "Disk 1", "WD4000", "storageDrive"), Component("FAN9", "Fan 1", "F9", "fan")
DISMANTLE = {"device": "sw-1", "serial": "WD 1", "part": "Disk 1", "why": "坏道"}
CHANGE = {"device": "sw-1", "what": "更换 GE1/0/1 光模块", "why": "误码", "back": "插回", "implementer": "zhang"}


class Room(Scenario):
    """A machine room whose hardware and ports are watched, and whose people keep registers."""

    def do(self, who: str, action: str, /, **values: Any) -> str:
        return str(self.database.write_now(carry_out(self.settings, action, who, self.clock.now(), values)))

    def approved(self, register: str, values: dict[str, str], start: float, until: float) -> None:
        moments = [(START + timedelta(minutes=each)).isoformat() for each in (start, until)]
        said = self.do("zhang", "new_entry", register=register, values=values, start=moments[0], due=moments[1])
        self.do("boss", "approve_entry", number=int(said.split()[1]))

    async def reads(self, minute: float, *found: Component, complete: bool = True, device: str = "sw-1") -> None:
        self.at(minute)
        await self.sees(f"{device}/snmp", Measurement((), inventory=Inventory(found, complete)))

    async def port(self, minute: float, state: State) -> None:
        self.at(minute)
        await self.sees("sw-1/snmp", Measurement((Value("port.state", None, "GE1/0/1", state, Message("down")),)))

    async def look(self, minute: float) -> None:
        self.at(minute)
        await ApprovalWorker(self.database, self.watched, self.clock, self._wake).look(self.clock.now())

    def found(self) -> tuple[Discrepancy, ...]:
        return tuple(reversed(self.rows(lambda tx: discrepancies.newest(tx, 100))))

    def said(self) -> list[tuple[str, str]]:
        return [(str(each.happened.what), each.verdict.value) for each in self.found()]

    def mails(self) -> list[str]:
        return [letter.subject or "" for letter in self.letters() if letter.kind == "approval"]

    def draft(self) -> Any:
        now = self.clock.now()
        shift = report.running(self.settings, now)
        return self.rows(lambda tx: report.draft(tx, self.settings, shift, now)).handover


@pytest.fixture
def room(tmp_path: Path, database: Database) -> Room:
    both = switch("sw-1", more=SNMP) + switch("sw-2", more=SNMP)
    return Room(site(tmp_path, devices=both, whole=PEOPLE), database, START)


async def gone(room: Room) -> None:
    await room.reads(0, CHASSIS, DISK, FAN)
    for minute in (60, 65, 80):
        await room.reads(minute, CHASSIS, FAN)


async def test_the_first_read_of_a_device_is_where_it_begins(room: Room):
    await room.reads(0, CHASSIS, DISK)
    assert room.found() == ()
    kept = room.rows(lambda tx: parts.of(tx, "sw-1"))["snmp"]
    assert [(part.serial, part.title, part.kind) for part in kept] == [
        ("FOC1", "sw-1 EX48", "chassis"),
        ("WD-1", "Disk 1 WD4000", "storageDrive"),
    ]


async def test_a_serial_number_that_vanishes_is_told_to_the_leader_once(room: Room):
    await gone(room)
    for minute in (85, 90):
        await room.reads(minute, CHASSIS, FAN)
    assert room.said() == [("Disk 1 WD4000 with the serial number WD-1 is gone", "open")]
    assert room.mails() == ["Without approval: sw-1: Disk 1 WD4000 with the serial number WD-1 is gone"]
    (found,) = room.found()
    assert (found.happened.since, found.happened.at) == (START, START + timedelta(hours=1))
    assert [letter.person for letter in room.letters() if letter.kind == "approval"] == ["boss"]


async def test_a_service_that_starts_anew_tells_it_no_second_time(room: Room):
    await gone(room)
    again = Room(room.settings, room.database, room.clock.now())
    await again.reads(90, CHASSIS, FAN)
    await again.look(91)
    assert len(again.found()) == 1
    assert len(again.mails()) == 1


async def test_what_is_not_read_to_its_end_makes_nothing_vanish(room: Room):
    await room.reads(0, CHASSIS, DISK, FAN)
    for minute in range(5, 60, 5):
        await room.reads(minute, CHASSIS, complete=False)
        await room.reads(minute + 1, complete=True)
    assert room.found() == ()


async def test_an_approved_entry_for_the_part_explains_it(room: Room):
    room.approved("dismantle", DISMANTLE, 0, 90)
    await gone(room)
    (found,) = room.found()
    assert (found.verdict, found.entry) == (Verdict.EXPLAINED, 1)
    assert room.mails() == []


async def test_a_part_that_comes_into_another_device_is_known_again(room: Room):
    await gone(room)
    await room.reads(85, Component("FOC2", "sw-2", "EX48", "chassis"), device="sw-2")
    await room.reads(90, Component("FOC2", "sw-2", "EX48", "chassis"), DISK, device="sw-2")
    assert room.said()[1] == ("Disk 1 WD4000 with the serial number WD-1 has come from sw-1", "open")
    await room.reads(95, CHASSIS, FAN, DISK)
    assert room.said()[2] == ("Disk 1 WD4000 with the serial number WD-1 is back", "open")


async def test_two_checks_of_one_device_do_not_fight_over_a_part(tmp_path: Path, database: Database):
    second = SNMP.replace('kind = "snmp"', 'kind = "snmp"\nname = "board"\nport = 1161')
    room = Room(site(tmp_path, devices=switch("sw-1", more=SNMP + second), whole=PEOPLE), database, START)
    for minute in range(0, 60, 10):
        await room.reads(minute, CHASSIS, FAN)
        await room.sees("sw-1/board", Measurement((), inventory=Inventory((CHASSIS, DISK), is_complete=True)))
    assert room.found() == ()
    known = room.rows(lambda tx: parts.of(tx, "sw-1"))
    assert {check: [part.serial for part in found] for check, found in known.items()} == {
        "snmp": ["FAN9", "FOC1"],
        "board": ["WD-1"],
    }


async def test_a_port_that_stays_down_needs_an_entry(room: Room):
    await room.port(0, State.OK)
    await room.port(10, State.CRITICAL)
    await room.look(14)
    assert room.found() == ()
    await room.look(15)
    await room.look(16)
    assert room.said() == [("port GE1/0/1 is down", "open")]


async def test_a_port_that_was_down_for_a_moment_only_is_asked_about_no_more(room: Room):
    await room.port(10, State.CRITICAL)
    await room.port(14, State.OK)
    await room.look(20)
    assert room.found() == ()


async def test_a_port_that_was_down_between_two_looks_is_asked_about(room: Room):
    await room.port(10, State.CRITICAL)
    await room.port(16, State.OK)
    await room.look(20)
    assert room.said() == [("port GE1/0/1 is down", "open")]


async def test_a_port_of_a_device_that_nobody_guards_is_a_fault_and_no_more(room: Room):
    room.at(0)
    await room.sees("sw-2/snmp", Measurement((Value("port.state", None, "GE1/0/1", State.CRITICAL, Message("down")),)))
    await room.look(30)
    assert len(room.faults()) == 1
    assert room.found() == ()


async def test_an_approved_change_explains_a_port_that_goes_down_in_its_time(room: Room):
    room.approved("change", CHANGE, 0, 60)
    await room.port(70, State.CRITICAL)
    await room.look(80)
    await room.port(85, State.OK)
    await room.port(125, State.CRITICAL)
    await room.look(135)
    assert room.said() == [("port GE1/0/1 is down", "explained"), ("port GE1/0/1 is down", "open")]


async def test_a_device_that_is_down_is_asked_about_and_one_behind_it_is_not(tmp_path: Path, database: Database):
    devices = switch("sw-1") + switch("sw-2", parents=("sw-1",))
    people = PEOPLE.replace('devices = ["sw-1"]', 'groups = ["switches"]')
    room = Room(site(tmp_path, devices=devices, whole=people), database, START)
    await room.silent("sw-1", "sw-2", minutes=(0, 1, 2, 3))
    await room.look(4)
    assert room.found() == ()
    await room.look(6)
    assert [(each.happened.device, str(each.happened.what)) for each in room.found()] == [("sw-1", "does not answer")]


async def test_a_leader_ties_it_to_an_entry_that_was_approved_afterwards(room: Room):
    await gone(room)
    room.approved("dismantle", DISMANTLE, 85, 120)
    with pytest.raises(UsageError, match="zhang may not do this; it takes the role leader"):
        room.do("zhang", "explain_unapproved", number=1, entry=1)
    said = room.do("boss", "explain_unapproved", number=1, entry=1)
    assert said == "number 1 is explained by entry 1, which was approved afterwards"
    (found,) = room.found()
    assert (found.verdict, found.entry, found.judged_by) == (Verdict.AFTERWARDS, 1, "boss")


@pytest.mark.parametrize(
    ("values", "approve", "sentence"),
    [
        ({"device": "sw-2", "why": "搬家"}, True, "entry 1 names neither this device nor this part"),
        ({"device": "sw-1", "serial": "FAN9", "why": "噪音"}, True, "entry 1 names neither this device nor this part"),
        (DISMANTLE, False, "entry 1 is not approved"),
    ],
)
async def test_an_entry_about_something_else_explains_nothing(room: Room, values, approve, sentence):
    await gone(room)
    room.do("zhang", "new_entry", register="dismantle", values=values, due="2026-11-23T10:00")
    if approve:
        room.do("boss", "approve_entry", number=1)
    with pytest.raises(UsageError, match=sentence):
        room.do("boss", "explain_unapproved", number=1, entry=1)


@pytest.mark.parametrize(
    ("verdict", "sentence"),
    [
        ("harmless", "number 1 is judged: harmless"),
        ("afterwards", "number 1 is judged: approved afterwards"),
        ("incident", "number 1 is judged: an incident"),
    ],
)
async def test_a_leader_says_what_it_was_and_it_is_not_judged_twice(room: Room, verdict, sentence):
    await gone(room)
    assert room.do("boss", "judge_unapproved", number=1, verdict=verdict, text="核实过") == sentence
    with pytest.raises(UsageError, match="boss has judged number 1; it is not judged twice"):
        room.do("boss", "judge_unapproved", number=1, verdict="harmless", text="again")
    (found,) = room.found()
    assert (found.verdict.value, found.judgement, found.judged_at) == (verdict, "核实过", room.clock.now())
    assert room.rows(lambda tx: doubts(tx, room.settings)) == []


@pytest.mark.parametrize("state", ["explained", "harmless"])
async def test_what_was_made_to_look_approved_in_the_database_is_none_of_the_log(room: Room, state: str):
    await gone(room)
    assert room.rows(lambda tx: doubts(tx, room.settings)) == []
    unguarded(room.database, f"UPDATE discrepancies SET state = '{state}'")
    (said,) = room.rows(lambda tx: doubts(tx, room.settings))
    assert re.fullmatch(f"unapproved/1 is {state}; by event \\d+ of the log it is open", said)


@pytest.mark.parametrize(
    ("values", "sentence"),
    [
        ({"number": 7, "verdict": "harmless", "text": "x"}, "there is no number 7"),
        ({"number": 1, "verdict": "open", "text": "x"}, "verdict: must be one of harmless, afterwards, incident"),
        ({"number": 1, "verdict": "harmless", "text": " "}, "text: must not be empty"),
    ],
)
async def test_a_judgement_that_says_nothing_is_refused(room: Room, values, sentence):
    await gone(room)
    with pytest.raises(UsageError, match=sentence):
        room.do("boss", "judge_unapproved", **values)
    assert room.found()[0].verdict is Verdict.OPEN


async def test_of_two_leaders_who_judge_at_once_one_does(room: Room):
    await gone(room)
    (found,) = room.found()
    first, second = (judged(found, verdict, "boss", room.clock.now(), "x") for verdict in JUDGEMENTS[:2])
    assert room.database.write_now(lambda tx: discrepancies.judge(tx, first))
    assert not room.database.write_now(lambda tx: discrepancies.judge(tx, second))
    assert room.found()[0].verdict is first.verdict


def test_of_several_devices_that_had_a_part_the_one_that_has_it_counts(database: Database):
    def seen(device: str, hour: int, **more: Any) -> None:
        at = START + timedelta(hours=hour)
        part = Part("S1", "Card", "M", "module", at, at, **more)
        database.write_now(lambda tx: parts.save(tx, device, "snmp", (), (part,)))

    def has_it() -> tuple[str, bool]:
        found = database.read_now(lambda tx: parts.elsewhere(tx, "sw-9", {"S1", "S2"}))
        assert list(found) == ["S1"]
        return found["S1"].device, found["S1"].there

    seen("sw-1", 1, gone=START)
    seen("sw-2", 2, gone=START)
    assert has_it() == ("sw-2", False)
    seen("sw-3", 0)
    assert has_it() == ("sw-3", True)
    seen("sw-9", 5)
    seen("sw-4", 4)
    seen("sw-5", 6, missed=1, missing=START)
    assert has_it() == ("sw-4", True)


async def test_a_report_up_to_an_event_tells_of_nothing_after_it(room: Room):
    before = room.rows(events.last)
    await gone(room)
    told = room.rows(lambda tx: report.approval.unapproved(tx, room.settings, 0, before, room.clock.now()))
    assert told == ()


async def test_who_asked_for_an_entry_does_not_explain_by_it(room: Room):
    await gone(room)
    said = room.do("boss", "new_entry", register="dismantle", values=DISMANTLE, due="2026-11-23T10:00")
    assert said.startswith("entry 1 ")
    room.settings.file.handover.__dict__["leaders"] = ("li",)
    room.do("li", "approve_entry", number=1)
    with pytest.raises(UsageError, match="boss asked for it; somebody else judges"):
        room.do("boss", "explain_unapproved", number=1, entry=1)
    assert room.do("li", "explain_unapproved", number=1, entry=1).endswith("approved afterwards")


async def test_what_was_judged_is_not_raised_anew_while_it_lasts_and_is_when_it_happens_again(room: Room):
    await room.port(10, State.CRITICAL)
    await room.look(15)
    room.do("boss", "judge_unapproved", number=1, verdict="harmless", text="test")
    await room.look(16)
    assert len(room.found()) == 1
    await room.port(20, State.OK)
    await room.port(60, State.CRITICAL)
    await room.look(66)
    assert [each.verdict for each in room.found()] == [Verdict.HARMLESS, Verdict.OPEN]


async def test_each_stands_in_the_report_of_its_shift_and_what_is_open_in_every_one(room: Room):
    room.approved("change", CHANGE, 0, 60)
    await gone(room)
    await room.port(85, State.CRITICAL)
    await room.look(91)
    drawn = room.draft()
    assert [(each.number, each.entry, each.settled) for each in drawn.unapproved] == [(1, 0, False), (2, 1, True)]
    assert [each.number for each in drawn.unjudged] == [1]
    upto = room.rows(events.last)
    room.do("boss", "judge_unapproved", number=1, verdict="incident", text="追责")
    (told,) = room.rows(lambda tx: report.approval.unapproved(tx, room.settings, upto, upto + 10, room.clock.now()))
    assert (told.settled, told.verdict, told.text, told.by) == (True, "an incident", "追责", "boss")


async def test_the_report_says_who_judged_it_and_what_explains_it(room: Room):
    room.approved("change", CHANGE, 0, 60)
    await gone(room)
    await room.port(85, State.CRITICAL)
    await room.look(91)
    await room.reads(95, CHASSIS, FAN, DISK)
    room.do("boss", "judge_unapproved", number=1, verdict="incident", text="追责")
    lines = " ".join(render.text(room.draft(), translations("en"), room.settings.site.zone).split())
    assert (
        "#1 sw-1 Disk 1 WD4000 with the serial number WD-1 is gone, 2026-11-22 11:00 (judged by boss, an incident, 追责)"
        in lines
    )
    assert "#2 sw-1 port GE1/0/1 is down, 2026-11-22 11:25 (explained by entry 1)" in lines
    assert lines.count("#3 sw-1 Disk 1 WD4000 with the serial number WD-1 is back") == 2
    assert lines.count("#1 ") == lines.count("#2 ") == 1


async def test_each_is_an_event_that_names_its_number(room: Room):
    await gone(room)
    room.do("boss", "judge_unapproved", number=1, verdict="incident", text="追责")
    found = room.rows(lambda tx: events.newest(tx, (EventKind.PART, EventKind.UNAPPROVED), 10))
    assert [(entry.kind.value, entry.device, entry.actor) for entry in reversed(found)] == [
        ("part", "sw-1", None),
        ("unapproved", "sw-1", None),
        ("unapproved", "sw-1", "boss"),
    ]
    json.dumps([dict(entry.data or {}) for entry in found])


async def test_many_at_once_are_one_mail(room: Room):
    many = [Component(f"SFP{n:03}", f"GE1/0/{n}", "SFP-10G", "module") for n in range(30)]
    await room.reads(0, CHASSIS, *many)
    for minute in (5, 15, 25):
        await room.reads(minute, CHASSIS)
    assert len(room.found()) == 30
    (letter,) = [letter for letter in room.letters() if letter.kind == "approval"]
    assert letter.subject == "Without approval: 30 on sw-1 and others"
    body = message_from_bytes(letter.content or b"", policy=SMTP).get_body(("plain",)).get_content()
    assert "No register entry explains 30 things that happened: somebody must judge them" in body
    assert body.count("SFP-10G with the serial number") == 20
    assert "Besides these: 10" in body
    assert "netwatch unapproved judge 1 harmless|afterwards|incident" in body
