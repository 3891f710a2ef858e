"""Three shifts in which everything happens, and the reports that come of them."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

from netwatch.handover.shown import shown
from netwatch.language import LANGUAGES
from netwatch.storage import chain, handovers
from roster.handover import from_json, to_json
from tests import three_shifts
from tests.mailroom import text_of

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database
    from tests.three_shifts import Day

REFUSED, SIGNED, LAPSED, QUIET = 1, 2, 3, 4
"""The numbers of the reports."""


async def test_the_day_is_told_in_four_reports(tmp_path: Path, database: Database):
    day = await three_shifts.opened(tmp_path, database)
    for part in (three_shifts.day_shift, three_shifts.evening_shift, three_shifts.night_shift):
        await part(day)

    each_event_is_in_one_report(day)
    they_say_what_happened(day)
    the_refused_one_stays_as_it_was(day)
    language_only_renders(day)
    whoever_is_on_duty_is_told_and_nobody_else(day)


def text(day: Day, number: int, language: str = "zh_CN", form: str = "text") -> str:
    found = day.rows(lambda tx: shown(tx, day.settings, number, language, form))
    assert found is not None
    return re.sub(r"\s+", "", found) if form == "text" else found


def each_event_is_in_one_report(day: Day):
    assert three_shifts.stages(day) == [(1, "refused"), (2, "remarks"), (3, "lapsed"), (4, "accepted")]
    assert day.rows(lambda tx: tuple(chain.walk(tx, ()))) == ()

    archived = [day.rows(lambda tx, number=number: handovers.get(tx, number)) for number in (SIGNED, LAPSED, QUIET)]
    edges = [(each.after_event, each.upto_event) for each in archived]
    assert [after for after, _upto in edges[1:]] == [upto for _after, upto in edges[:-1]]
    said = Counter(entry.text for each in archived for entry in from_json(each.document).log)
    assert set(said.values()) == {1}
    assert len(said) == 2

    for each in archived:
        assert to_json(from_json(each.document)) == each.document


def they_say_what_happened(day: Day):
    signed, lapsed, quiet = (text(day, number) for number in (SIGNED, LAPSED, QUIET))
    for sentence in (
        "交接班报告 · 白班 · 2026-11-22 · 休息日",
        "机房巡检 · 11-22 白班：漏办，2026-11-22 15:00 前",
        "状态：红 · 未恢复的紧急故障 1 起",
        "F1 [紧急] core-a 核心交换机A",
        "接手人：张三 2026-11-22 10:35：到机房查看，电源 1 指示灯灭",
        "下一步：等厂商送电源模块（2026-11-22 18:00 前，李四，8002）",
        "F4 [次要] 例行职责：11-22 白班的机房巡检漏办，须填写原因",
        "T2 跟进 HIS 升级结果",
        "T3 若核心 B 负载超过 80%，先停备份任务",
        "机房钥匙 3 把、门卡 2 张、值班手机 1 部，齐全（张三，2026-11-22 16:15）",
        "带意见接班，李四 2026-11-22 16:20，已逐项确认：F1、T2；门卡一张磨损，须换",
    ):
        assert sentence.replace(" ", "") in signed
    assert "F3[次要]登记簿：外来人员2（刘工）应于2026-11-2212:00结束" in signed
    assert "F2[警告]登记簿：外借1（笔记本电脑A-07）应于2026-11-2211:00结束" in lapsed
    assert "未签收，netwatch2026-11-2302:00" in lapsed
    assert "T2跟进HIS升级结果（2026-11-2223:30前，逾期，李四，8002，遗留第1班）" in lapsed
    assert "机房巡检·11-22小夜班：已完成" in lapsed
    assert "漏水与异味：不正常" in lapsed
    assert "交接须当面签收，下周例会讲评（赵主任，2026-11-2307:30）" in quiet
    assert "已接班，张三2026-11-2308:04，已逐项确认：T2" in quiet
    assert "遗留第2班" in quiet


def the_refused_one_stays_as_it_was(day: Day):
    assert "拒绝接班，李四2026-11-2216:05；钥匙和值班手机没有清点" in text(day, REFUSED)
    assert "机房钥匙3把" not in text(day, REFUSED)


def language_only_renders(day: Day):
    for number in (REFUSED, SIGNED, LAPSED, QUIET):
        for form in ("text", "html"):
            pages = [text(day, number, language, form) for language in LANGUAGES]
            assert len(set(pages)) == len(LANGUAGES)
            digest = day.rows(lambda tx, number=number: handovers.get(tx, number)).digest
            assert all(digest in page for page in pages)


def whoever_is_on_duty_is_told_and_nobody_else(day: Day):
    told = Counter((mail.recipient, letter.kind) for mail in day.relay.taken for letter in day.letters()
                   if letter.message_id == mail.message_id)  # fmt: skip
    assert told["zhang@hospital.example", "opened"] == 3  # the switch, the visitor, the round; the loan is a warning
    water = [mail for mail in day.relay.taken if "water" in str(mail.content).lower()]
    assert {mail.recipient for mail in water} <= {"li@hospital.example", "wang@hospital.example"}
    assert not [letter for letter in day.letters() if letter.state.value == "gave_up"]
    borrower = [text_of(mail.content) for mail in day.relay.taken if mail.recipient == "chen@ward.example"]
    assert len(borrower) == 2
    assert not [mail for mail in borrower if "netwatch register" in mail], "a borrower has no commands"
    texts = [text_of(mail.content) for mail in day.relay.taken]
    assert [mail for mail in texts if "离开后：netwatch register done 2" in mail]
    assert [mail for mail in texts if "已确认：张三，10:35" in mail]
