"""The page of baselines: what deviates, in words, and how each facet stands."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import httpx
import pytest

from netwatch.config import load
from netwatch.domain.drift.baseline import Baseline, BaselineState, sealed
from netwatch.domain.drift.condition import Condition
from netwatch.domain.drift.finding import FindingState
from netwatch.domain.drift.verdict import Verdict
from netwatch.domain.drift.visit import Door
from netwatch.domain.drift.waiver import Waiver
from netwatch.domain.model import Fault, FaultId, Subject
from netwatch.drift.judging import judge
from netwatch.drift.keeping import Keys, Visited, keep, work_out
from netwatch.drift.overview import Standing
from netwatch.drift.remedies import of_standing
from netwatch.keyring import Keyring
from netwatch.plugins import Registry
from netwatch.progress import Progress
from netwatch.storage import baselines, deviations, doors, faults, snapshots, waivers
from netwatch.storage.database import Database
from netwatch.web.app import application
from netwatch.web.live import News
from netwatch.web.pages.baselines import MOST, PAGE, baselines_page
from tests.drift_scene import KEY, capture, config
from tests.fakes import FakeClock
from tests.hospital import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from sqlalchemy import Connection

    from netwatch.config import Settings

COUNT = PAGE + 3
CHANGED = config(description="changed")
TO_SEE = '<code>netwatch drift diff sw-1 <span class="whole">--facet</span> running</code>'
SITE = """
[site]
name = "信息中心"
[credential.reader]
user = "reader"
password = "canary-page-1"
"""
DEVICE = """
[[device]]
name = "sw-{number}"
title = "<b>交换机 {number}</b>"
address = "127.0.0.1"
check = [{{ kind = "icmp" }}]
collect = [{{ kind = "cli", platform = "huawei_vrp", credential = "reader" }}]
"""


class Site:
    """Switches of which the first was read twice, and is another than was approved."""

    def __init__(self, folder: Path) -> None:
        path = folder / "config.toml"
        path.write_text(SITE + "".join(DEVICE.format(number=n) for n in range(1, COUNT + 1)), encoding="utf-8")
        path.chmod(0o600)
        self.settings: Settings = load(path, Registry.installed())
        self.keys = Keys.of(Keyring(folder / "keys"))
        self.database = Database(f"sqlite:///{folder}/netwatch.db").open()

    async def get(self, path: str, language: str = "en") -> httpx.Response:
        clock, progress = FakeClock(NOW), Progress(NOW)
        news = News(lambda: self.settings, self.database, clock, progress)
        app = application(lambda: self.settings, self.database, clock, progress, news)
        transport = httpx.ASGITransport(app, raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8650") as client:
            return await client.get(path, headers={"accept-language": language})

    def deviates(self, device: str = "sw-1", state: FindingState = FindingState.OPEN, raw: bytes = CHANGED) -> None:
        self.database.write_now(lambda tx: self._deviate(tx, device, state, raw))

    def _deviate(self, tx: Connection, device: str, state: FindingState, changed: bytes) -> None:
        for hours, raw in ((3, config(description="<i>uplink</i>")), (2, changed)):
            at = NOW - timedelta(hours=hours)
            worked = work_out(self.keys, Visited(device, at, at, "timer"), capture(raw), ())
            keep(tx, worked, timedelta(0), at_once=True)
            if hours == 3:
                newest = snapshots.newest(tx, device, "running")
                assert newest is not None
                base = Baseline(device, "running", newest.content, newest.rules, "li", at)
                base = replace(base, state=BaselineState.APPROVED, judged_by="chen", judged_at=at)
                baselines.add(tx, replace(base, seal=sealed(base)))
        finding = judge(tx, self.settings, device, "running", NOW).finding
        assert finding is not None
        deviations.save(tx, replace(finding, state=state))
        if state is FindingState.OPEN:
            told = finding.told
            about = Subject(device, "drift", f"running/{finding.id}")
            faults.add(tx, Fault(FaultId(0), about, told.severity, told.severity, told.summary, NOW, NOW))


@pytest.fixture
def made(tmp_path: Path) -> Iterator[Site]:
    site = Site(tmp_path)
    yield site
    site.database.close()


async def test_a_deviation_is_told_in_words_with_its_fault_and_how_to_see_it(made: Site) -> None:
    made.deviates()
    text = (await made.get("/baselines")).text
    assert "description &lt;i&gt;uplink&lt;/i&gt; → changed" in text
    assert '<a href="/faults/1">&lt;b&gt;交换机 1&lt;/b&gt; · running configuration</a>' in text
    assert "changed without approval #1" in text
    assert "no change request and no register entry covers it" in text
    assert TO_SEE in text
    assert "canary" not in text
    of_device = (await made.get("/devices/sw-1")).text
    assert "Configuration</a></h2>" in of_device
    assert "changed without approval</b></span> #1</td>" in of_device
    of_fault = (await made.get("/faults/1")).text
    assert f"To see every line: {TO_SEE}" in of_fault


async def test_it_speaks_chinese(made: Site) -> None:
    made.deviates()
    text = (await made.get("/baselines", "zh-CN")).text
    for said in ("<h1>基线</h1>", "未经批准变更 #1", "运行配置", "由领导用命令处置", "变更时间"):
        assert said in text


async def test_what_is_waived_alarms_nobody_and_says_so(made: Site) -> None:
    made.deviates(state=FindingState.WAIVED)
    text = (await made.get("/baselines")).text
    assert "changed without approval #1, waived" in text
    assert 'href="/faults/' not in text
    assert "badge" not in text


async def test_what_a_leader_said_of_it_and_until_when_it_is_waived_is_told(made: Site) -> None:
    made.deviates()

    def waive(tx: Connection) -> None:
        finding = deviations.stand(tx)[0]
        until = NOW + timedelta(days=10)
        waivers.add(tx, Waiver(finding.id, finding.fingerprint, "li", "chen", NOW, until, "<b>old poller</b>"))
        judged = replace(finding, judged_by="chen", judged_at=NOW, judgement="<b>old poller</b>")
        deviations.save(tx, replace(judged, state=FindingState.WAIVED))

    made.database.write_now(waive)
    text = (await made.get("/baselines")).text
    assert re.search(r"<p>chen: &lt;b&gt;old poller&lt;/b&gt; \(until <time [^>]+>12-03 02:13</time>\)</p>", text)


async def test_what_is_in_the_way_of_reading_is_told(made: Site) -> None:
    made.database.write_now(lambda tx: doors.save(tx, Door("sw-2", "cli", offered=KEY, offered_at=NOW)))
    for path in ("/baselines", "/devices/sw-2"):
        text = (await made.get(path)).text
        assert f"host key waits: {KEY}" in text
        assert text.count(f"as a leader: <code>netwatch drift trust sw-2 {KEY}</code>") == 1


@pytest.mark.parametrize(
    ("verdict", "door", "command"),
    [
        (Verdict.NO_BASELINE, None, "netwatch drift approve sw-1 --first"),
        (Verdict.MISSING, Door("sw-1", "cli", guard={"failures": 2, "locked": True}), "netwatch drift unlock sw-1"),
        (Verdict.UNAUTHORISED, Door("sw-1", "cli"), None),
    ],
)
def test_where_a_facet_waits_for_somebody_it_says_what_to_type(
    verdict: Verdict, door: Door | None, command: str | None
) -> None:
    remedy = of_standing(Standing("sw-1", "running", verdict, Condition.KNOWN, door=door))
    assert (remedy[1] if remedy else None) == command


async def test_where_nothing_deviates_or_is_read_it_says_so(made: Site) -> None:
    assert "Nothing deviates from what was approved." in (await made.get("/baselines")).text
    made.settings = replace(made.settings, collects=())
    assert "Nothing is read" in (await made.get("/baselines")).text
    assert 'id="facets"' not in (await made.get("/devices/sw-1")).text


@pytest.mark.parametrize(("asked", "shown"), [("", PAGE), ("?page=2", 3), ("?page=99", 3), ("?page=x", PAGE)])
async def test_devices_stand_on_pages(made: Site, asked: str, shown: int) -> None:
    text = (await made.get(f"/baselines{asked}")).text
    assert text.count('<table class="rows facets">') == shown
    assert ("Page 2 of 2" if shown == 3 else "Page 1 of 2") in text


def test_of_many_deviations_the_first_are_told_and_the_rest_counted(
    made: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwatch.web.pages.baselines.MOST", 1)
    made.deviates("sw-2", FindingState.WAIVED)
    made.deviates("sw-1")
    view = made.database.read_now(lambda tx: baselines_page(tx, made.settings, NOW))
    assert (MOST, [each.device for each in view.findings], view.omitted) == (30, ["sw-1"], 1)


async def test_what_is_the_same_on_many_devices_is_told_once_with_one_command_for_all(
    made: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("netwatch.web.pages.baselines.OTHERS", 1)
    for device in ("sw-2", "sw-3", "sw-1"):
        made.deviates(device)
    made.deviates("sw-4", FindingState.WAIVED)
    view = made.database.read_now(lambda tx: baselines_page(tx, made.settings, NOW))
    assert [(each.device, len(each.others), each.unnamed) for each in view.findings] == [("sw-1", 1, 1), ("sw-4", 0, 0)]
    text = (await made.get("/baselines")).text
    assert "The same on 2 more devices: &lt;b&gt;交换机 2&lt;/b&gt; and 1 more" in text
    assert "<code>netwatch drift approve 1-3</code>" in text
    assert "同样的变更另有 2 台设备：" in (await made.get("/baselines", "zh-CN")).text
