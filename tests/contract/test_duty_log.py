"""The duty log is added to, and nothing in it is ever changed."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from netwatch import report
from netwatch.actions import carry_out
from netwatch.errors import UsageError
from netwatch.storage import events
from netwatch.storage.events import Sought
from tests.scenario import START, Scenario, site, switch

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database

ADMIN = """
[[person]]
name = "root_of_all"
role = "admin"
"""


class Log(Scenario):
    def do(self, who: str, action: str, /, **values: Any) -> int:
        done = self.database.write_now(carry_out(self.settings, action, who, self.clock.now(), values))
        return int(done.values["number"])

    def found(self, **sought: Any) -> list[str]:
        entries = self.rows(lambda tx: events.search(tx, Sought(**sought), 50))
        return [entry.text or "" for entry in entries]

    def in_report(self) -> list[Any]:
        shift = report.running(self.settings, self.clock.now())
        made = self.rows(lambda tx: report.draft(tx, self.settings, shift, self.clock.now()))
        return list(made.handover.log)


@pytest.fixture
def log(tmp_path: Path, database: Database) -> Log:
    return Log(site(tmp_path, devices=switch("sw-1") + ADMIN), database)


async def test_tags_and_devices_in_the_text_are_links(log: Log):
    number = log.do("zhang", "log", text="检查了 @sw-1 的风扇 #巡检 #风扇，@nobody 不在")
    entry = log.rows(lambda tx: events.get(tx, number))
    assert (entry.device, entry.data["tags"]) == ("sw-1", ["巡检", "风扇"])


async def test_a_correction_leaves_what_was_said(log: Log):
    first = log.do("zhang", "log", text="3 把钥匙")
    second = log.do("zhang", "correct_log", number=first, text="是 4 把")
    log.do("zhang", "reply_log", number=second, text="已点清")
    wrong, right, reply = log.in_report()
    assert (wrong.text, wrong.corrected_by) == ("3 把钥匙", (second,))
    assert (right.corrects, reply.replies_to) == (first, second)


async def test_only_an_admin_hides_and_says_why_and_the_entry_stays(log: Log):
    number = log.do("zhang", "log", text="病人姓名……")
    with pytest.raises(UsageError, match="it takes the role admin"):
        log.do("zhang", "hide_log", number=number, text="privacy")
    with pytest.raises(UsageError, match="text: must not be empty"):
        log.do("root_of_all", "hide_log", number=number, text=" ")
    log.do("root_of_all", "hide_log", number=number, text="privacy")
    (entry,) = log.in_report()
    assert (entry.hidden, entry.text, entry.id) == (True, "", number)
    assert log.found(words=("病人",)) == []  # whoever finds it by its words knows what it says


async def test_it_is_searched_by_words_author_tag_device_and_time(log: Log):
    log.do("zhang", "log", text="核心交换机 A 换电源 #电源", device="sw-1")
    log.clock.set(START + timedelta(hours=1))
    log.do("root_of_all", "log", text="100% 正常", level="important")
    assert log.found(words=("交换机", "电源")) == ["核心交换机 A 换电源 #电源"]
    assert log.found(words=("100%",)) == ["100% 正常"]
    assert log.found(words=("1%正",)) == []
    assert log.found(tag="电源") == log.found(device="sw-1") == log.found(actor="zhang")
    assert log.found(level="important") == log.found(start=START + timedelta(minutes=1)) == ["100% 正常"]
    assert log.found(end=START + timedelta(minutes=1)) == ["核心交换机 A 换电源 #电源"]
    assert len(log.found()) == 2


async def test_what_is_not_there_is_not_corrected(log: Log):
    with pytest.raises(UsageError, match="there is no entry 99 in the duty log"):
        log.do("zhang", "correct_log", number=99, text="x")
    with pytest.raises(UsageError, match="there is no entry 7"):
        log.do("zhang", "log", text="x", entry=7)
