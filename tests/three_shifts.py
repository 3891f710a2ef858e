"""A day of three shifts with all that can go wrong in it, told hour by hour on a clock that nothing waits for."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

from netwatch.actions import carry_out
from netwatch.config import load
from netwatch.handover import cases
from netwatch.planned import planned
from netwatch.plugins import Registry
from netwatch.storage import handovers
from netwatch.workers.duties import DutiesWorker
from netwatch.workers.handover import HandoverWorker
from netwatch.workers.mailer import Mailer
from netwatch.workers.registers import RegistersWorker
from netwatch.workers.roster import RosterWorker
from probes.api import Failure, Message, Trouble
from tests.mailroom import RecordingTransport
from tests.scenario import ANSWERS, Scenario, site, switch
from tests.shifts import THREE, taken

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.config import Settings
    from netwatch.storage.database import Database

SHANGHAI = ZoneInfo("Asia/Shanghai")
BEGINS = datetime(2026, 11, 22, 0, 0, tzinfo=UTC)
"""08:00 in Shanghai: the day shift begins; evening and night follow at 16:00 and 00:00."""
PEOPLE = (
    """
[[person]]
name = "li"
title = "李四"
mail = "li@hospital.example"
phone = "8002"
language = "en"

[[person]]
name = "wang"
title = "王五"
mail = "wang@hospital.example"
phone = "8003"

[[person]]
name = "zhao"
title = "赵主任"
mail = "zhao@hospital.example"
phone = "8010"
role = "leader"
"""
    + THREE
    + """
[[shift]]
name = "lead"
title = "带班"
start = "08:00"
end = "08:00"
"""
    + taken(day="zhang", evening="li", night="wang")
    + """
[[rotation]]
shift = "lead"
post = "leader"
groups = [["zhao"]]
anchor = 2026-01-01
[roster]
published = false
[handover]
leaders = ["zhao"]
"""
)
SILENT = Failure(
    Trouble.TIMEOUT,
    Message(
        "{address} answered none of {packets} packets within {seconds} s each",
        {"address": "127.0.0.1", "packets": 3, "seconds": 1},
    ),
)
VISITOR = {
    "name": "刘工",
    "organisation": "某某电源公司",
    "purpose": "更换 UPS 电池",
    "people": "2",
    "phone": "13800000000",
}
INSIDE = {"carried": "电池 4 节、工具箱", "escort": "zhang"}
LOAN = {
    "item": "笔记本电脑 A-07", "serial": "PF2X9K", "borrower": "陈医生", "department": "放射科", "phone": "8123",
    "mail": "chen@ward.example",
}  # fmt: skip


class Day(Scenario):
    """A site on the day: `at("10:30")` moves the clock, `do` lets somebody act, `goes_on` lets all workers look."""

    def __init__(self, settings: Settings, database: Database, start: datetime) -> None:
        super().__init__(settings, database, start)
        self.relay = RecordingTransport()
        self.mailer = Mailer(
            database, lambda: self.watched.settings, self.clock, self.progress, transports=lambda *_args: self.relay
        )

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def do(self, who: str, action: str, /, **values: Any) -> str:
        self.plan()
        said = str(self.database.write_now(carry_out(self.watched.settings, action, who, self.now, values)))
        self.plan()
        return said

    def plan(self) -> None:
        """Know who is on duty by now, as the service does after every command."""
        self.watched.settings = self.rows(lambda tx: planned(tx, self.settings, self.now))

    async def until(self, wall: str, day: int = 22) -> None:
        """Let a time of the day come, and every worker look as often as it would have."""
        hour, minute = (int(part) for part in wall.split(":"))
        end = datetime(2026, 11, day, hour, minute, tzinfo=SHANGHAI).astimezone(UTC)
        while self.now < end:
            self.clock.set(min(end, self.now + timedelta(minutes=5)))
            await self.look()

    async def look(self) -> None:
        self.plan()
        registers = RegistersWorker(self.database, self.watched, self.clock, self.observer, self._wake)
        duties = DutiesWorker(self.database, self.watched, self.clock, self.observer, self._wake)
        await registers.look(self.now)
        await duties.look(self.now)
        await HandoverWorker(self.database, self.watched, self.clock, self.progress, self._wake).catch_up(self.now)
        await RosterWorker(self.database, self.watched, self.clock, self._wake).look(self.now)
        await self.reviewer.review(self.now)
        await self.mailer.turn()

    async def falls_silent(self, device: str) -> int:
        """Let a device fail three times; return the number of its fault."""
        for _attempt in range(3):
            self.clock.set(self.now + timedelta(seconds=15))
            await self.sees(f"{device}/icmp", SILENT)
        return self.fault_of(device)

    def fault_of(self, device: str) -> int:
        return int(next(fault.id for fault in self.faults() if fault.subject.device == device and fault.open))

    async def comes_back(self, device: str) -> None:
        for _attempt in range(3):
            self.clock.set(self.now + timedelta(seconds=15))
            await self.sees(f"{device}/icmp", ANSWERS)


async def opened(folder: Path, database: Database) -> Day:
    """Return the site at 08:00, with a loan that is due in the morning."""
    devices = switch("core-a", more='title = "核心交换机A"\naffects = "门诊楼、住院楼"') + switch(
        "acc-3f", parents=("core-a",), more='title = "门诊楼3层接入"'
    )
    site(folder, devices=devices + switch("ups-1", more='title = "机房UPS"'), whole=PEOPLE)
    path = folder / "config.toml"
    path.write_text(path.read_text().replace('name = "zhang"\n', 'name = "zhang"\ntitle = "张三"\nphone = "8001"\n'))
    day = Day(load(path, Registry.installed()), database, BEGINS)
    await day.look()
    day.do("wang", "new_entry", register="loan", values=LOAN, due="2026-11-22T11:00")
    day.do("zhao", "approve_entry", number=1)
    day.do("wang", "open_entry", number=1, values={"condition_out": "完好，带电源"})
    for name in ("core-a", "acc-3f", "ups-1"):
        await day.sees(f"{name}/icmp", ANSWERS)
    await day.look()
    return day


async def day_shift(day: Day) -> None:
    """The core switch fails, a visitor stays too long, the round is missed, the report is refused, then signed."""
    await day.until("09:10")
    day.do("zhang", "log", text="接 HIS 厂商电话：今晚 22:00 升级，已告知门诊 #HIS", at="2026-11-22T09:05")
    await day.until("10:00")
    day.do("zhang", "new_entry", register="visitor", values=VISITOR, due="2026-11-22T12:00")
    day.do("zhao", "approve_entry", number=2)
    day.do("zhang", "open_entry", number=2, values=INSIDE)
    await day.until("10:31")
    fault = await day.falls_silent("core-a")
    day.clock.set(day.now + timedelta(minutes=4))
    day.do("zhang", "acknowledge", fault=fault, text="到机房查看，电源 1 指示灯灭")
    await day.until("12:20")
    day.do("zhang", "complete_entry", number=2)
    await day.until("15:40")
    day.do("zhang", "next_action", fault=fault, text="等厂商送电源模块", who="li", phone="8002", due="2026-11-22T18:00")
    day.do("zhang", "carry_item", text="跟进 HIS 升级结果", who="li", due="2026-11-22T23:30")
    day.do("zhang", "watch_item", text="若核心 B 负载超过 80%，先停备份任务")
    day.do("zhang", "offer_handover")
    await day.until("16:05")
    day.do("li", "refuse_handover", text="钥匙和值班手机没有清点")
    await day.until("16:15")
    day.do("zhang", "count_objects", text="机房钥匙 3 把、门卡 2 张、值班手机 1 部，齐全")
    day.do("zhang", "offer_handover")
    await day.until("16:20")
    day.do("li", "accept_handover", all=len(waiting(day)), text="门卡一张磨损，须换", take_over=["all"])


async def evening_shift(day: Day) -> None:
    """It is repaired, the round finds water, and nobody signs."""
    await day.until("17:50")
    await day.comes_back("core-a")
    day.do("li", "log", text="Power module replaced, both supplies are fine @core-a")
    await day.until("21:00")
    day.do("li", "duty_done", duty="round", answers=["water=fail:空调下方有积水"], rest=True)
    await day.until("23:00")
    day.do("li", "duty_excused", duty="round", reason="白班处理核心交换机故障，未能巡检")
    await day.until("02:10", day=23)


async def night_shift(day: Day) -> None:
    """Quiet: the leader reads what nobody signed, the water is dealt with, the day shift takes over."""
    await day.until("03:00", day=23)
    day.do("wang", "duty_done", duty="round", answers=["water=ok"], rest=True)
    await day.until("07:30", day=23)
    lapsed = next(number for number, stage in stages(day) if stage == "lapsed")
    day.do("zhao", "see_handover", number=lapsed, text="交接须当面签收，下周例会讲评")
    day.do("wang", "offer_handover")
    await day.until("08:04", day=23)
    day.do("zhang", "accept_handover", all=len(waiting(day)))
    await day.until("08:35", day=23)


def waiting(day: Day) -> tuple[str, ...]:
    """Return what is to be read back in the report that waits."""
    (opened_,) = day.rows(cases.pending)
    return opened_.case.items


def stages(day: Day) -> list[tuple[int, str]]:
    """Return where each report stands, the oldest first."""
    found = day.rows(lambda tx: [cases.read(tx, each) for each in reversed(handovers.listed(tx, 100))])
    return [(each.archived.id, each.case.stage.value) for each in found]
