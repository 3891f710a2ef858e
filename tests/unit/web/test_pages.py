"""The pages themselves, as a browser gets them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.domain.model import Acknowledgement, CheckState, DeviceState, FaultId, Health, Subject, Told
from netwatch.errors import StorageUnavailable
from netwatch.language import translations
from netwatch.mail.forwarding import OFF_DUTY
from netwatch.storage import checks, devices, events, faults
from netwatch.storage.devices import Standing
from netwatch.storage.events import Entry, EventKind
from netwatch.storage.history import Recorder
from netwatch.storage.outbox import Delivery
from probes.api import Message
from tests.hospital import NOW, down, fault, letter, mail

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tests.unit.web.conftest import Page

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(1)>\"'><style>*{}</style>{{ 7*7 }}"


def text_of(html: str) -> str:
    """Return what people read of a page."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


async def test_a_calm_night_says_so_and_who_is_on_duty(page: Page) -> None:
    answer = await page.get("/")
    told = text_of(answer.text)
    assert answer.status_code == 200
    assert "No open faults." in told
    assert "60 of 60 devices are up." in told
    assert "张伟 138 0000 1234" in told
    assert 'href="tel:13800001234"' in answer.text
    assert 'class="verdict calm"' in answer.text
    assert "None, now and in the next 24 hours." in told
    assert "No report yet" in told


async def test_a_bad_night_says_what_is_wrong_who_has_it_and_who_was_told(bad: Page) -> None:
    answer = await bad.get("/")
    told = text_of(answer.text)
    assert 'class="verdict critical"' in answer.text
    assert "15 open faults" in told
    assert "1 critical, 3 major, 4 minor, 7 warning" in told
    assert "14 are not taken" in told
    assert "张伟 has taken it" in told
    assert "已到机房，正在查电源" in told
    assert "9 devices behind it cannot be reached:" in told
    assert "张伟 was told at 00:53" in told
    assert "mail to 陈主任 could not be delivered" in told
    assert "Affects: 门诊楼 3 层、HIS" in told
    assert "1 h 20 min since 00:53" in told
    assert "UPS 换电池" in told


async def test_severity_and_state_are_told_by_word_and_by_shape(bad: Page) -> None:
    html = (await bad.get("/")).text
    badges = re.findall(r'<span class="badge (\w+)">(.*?)</span>', html)
    assert badges
    for name, inside in badges:
        assert f"marks.svg#{name}" in inside
        assert f"<b>{name}</b>" in inside
    states = re.findall(r'<span class="state (\w+)">(.*?)</span>', html)
    assert {name for name, _inside in states} >= {"down", "degraded", "unreachable", "maintenance"}
    assert all(f"marks.svg#{name}" in inside and "<b>" in inside for name, inside in states)


async def test_every_shape_that_a_page_uses_is_drawn(bad: Page) -> None:
    drawn = set(re.findall(r'symbol id="(\w+)"', (await bad.get("/static/marks.svg")).text))
    for path in ("/", "/faults/1", "/devices/servers-20", "/devices", "/faults"):
        assert set(re.findall(r"marks\.svg#(\w+)", (await bad.get(path)).text)) <= drawn


def hostile(tx: Connection) -> None:
    made = down(
        tx,
        fault("core-1", summary=Message("{what}: " + HOSTILE.replace("{", "{{").replace("}", "}}"), {"what": HOSTILE})),
    )
    taken = Acknowledgement(HOSTILE, NOW, HOSTILE, NOW + timedelta(hours=1))
    faults.save(tx, replace(made, acknowledged=taken, quiet=Message("{why}", {"why": HOSTILE})))
    events.add(tx, Entry(EventKind.NOTE, NOW, NOW, "core-1", made.id, actor=HOSTILE, text=HOSTILE))
    facts = {HOSTILE: HOSTILE}
    devices.save(tx, Standing("core-1", DeviceState.DOWN, NOW, Message("{x}", {"x": HOSTILE}), facts))


@pytest.mark.parametrize(
    "path", ["/", "/faults", "/faults/1", "/devices", "/devices/core-1", "/devices?q=%3Cscript%3E"]
)
async def test_what_devices_and_people_write_is_never_markup(page: Page, path: str) -> None:
    page.hospital.write(hostile)
    page.hospital.progress.outbox_error = HOSTILE
    page.hospital.progress.last_reload_error = HOSTILE
    html = (await page.get(path)).text
    assert html.count("<script") == 1
    assert "<img" not in html
    assert "<style" not in html
    assert "&lt;/style&gt;49" not in html
    assert "&lt;script&gt;" in html


@pytest.mark.parametrize(
    "path", ["/", "/faults", "/faults/1", "/devices", "/devices/servers-20", "/faults/999", "/unapproved", "/baselines"]
)
async def test_no_page_needs_what_the_policy_forbids(bad: Page, path: str) -> None:
    html = (await bad.get(path)).text
    assert not re.search(r"\sstyle=|\son\w+=|javascript:|<style|https?://", html)
    assert re.findall(r"<script[^>]*>", html) == ['<script src="/static/live.js" defer>']


async def test_a_page_works_without_its_script(page: Page) -> None:
    html = (await page.get("/")).text
    assert '<noscript><meta http-equiv="refresh" content="30"></noscript>' in html


@pytest.mark.parametrize(
    "path",
    [
        "/faults/999",
        "/faults/x",
        "/faults/" + "9" * 3000,
        "/faults/-1",
        "/devices/nobody",
        "/devices/..%2f..%2fetc",
        "/handovers/7",
        "/handovers/" + "9" * 40,
        "/no/such/page",
        "/static/../app.py",
    ],
)
async def test_what_is_not_there_is_a_page_that_leads_back(page: Page, path: str) -> None:
    answer = await page.get(path)
    assert answer.status_code == 404
    assert "There is no such page." in answer.text
    assert 'href="/"' in answer.text


async def test_a_fault_has_its_case_its_mails_and_the_reasons(bad: Page) -> None:
    told = text_of((await bad.get("/faults/1")).text)
    assert "核心交换机 1" in told
    assert "已到机房，正在查电源" in told
    assert "已联系供应商" in told
    assert "confirmed; goes to who is on duty" in told
    assert "张伟 has taken it" in told
    assert "zhang@hospital.example" in told
    assert "550 no such user" in told
    assert "4 tries" in told


async def test_why_a_mail_did_not_leave_is_said_in_the_readers_language(bad: Page) -> None:
    def give_up(tx: Connection) -> None:
        core = faults.get(tx, FaultId(1))
        assert core is not None
        mail(tx, replace(letter(core, "li", Delivery.DROPPED, error=str(OFF_DUTY)), key="other"))
        mail(tx, replace(letter(core, "li", Delivery.GIVEN_UP, error="the disk is 100% full"), key="more"))

    bad.hospital.write(give_up)
    told = text_of((await bad.get("/faults/1", **{"accept-language": "zh-CN"})).text)
    assert "邮件发出前收件人已下班，改为通知当前当班人员" in told
    assert "the disk is 100% full" in told


async def test_a_hidden_fault_leads_to_the_one_in_front(bad: Page) -> None:
    html = (await bad.get("/faults/2")).text
    assert "It is behind 核心交换机 1, whose fault is the cause:" in html
    assert 'href="/faults/1"' in html
    assert "Nobody was told: unreachable behind 核心交换机 1, whose fault is told" in html


async def test_a_device_shows_what_was_read_last(bad: Page) -> None:
    told = text_of((await bad.get("/devices/servers-20")).text)
    assert "12.5 %" in told
    assert "Packet loss is 12 %; the limit is 10 %" in told
    assert "Traffic in Gi1 2.5 Gbit/s" in told
    assert "Huawei S5735 V200R021" in told
    assert "every 1 min" in told


async def test_a_report_is_shown_as_it_was_archived_and_may_do_nothing(bad: Page) -> None:
    links = re.findall(r'href="(/handovers/\d+)"', (await bad.get("/")).text)
    assert len(links) == 10
    english = await bad.get(links[0])
    assert english.text == "<p>en 10</p>"
    assert (await bad.get(links[0], **{"accept-language": "zh"})).text == "<p>zh_CN 10</p>"
    policy = english.headers["content-security-policy"]
    assert policy.startswith("default-src 'none'")
    assert "sandbox" in policy.split("; ")
    assert "script-src" not in policy


async def test_the_language_is_chosen_by_the_link_and_remembered(page: Page) -> None:
    chosen = await page.get("/?lang=zh_CN")
    assert '<html lang="zh-CN"' in chosen.text
    cookie = chosen.headers["set-cookie"]
    assert cookie.startswith("lang=zh_CN;")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert '<html lang="zh-CN"' in (await page.get("/", cookie="lang=zh_CN")).text
    assert '<html lang="en"' in (await page.get("/", cookie="lang=zh_TW")).text
    assert "set-cookie" not in (await page.get("/?lang=klingon")).headers


async def test_without_a_wish_the_site_decides(page: Page) -> None:
    html = (await page.get("/", **{"accept-language": ""})).text
    assert '<html lang="zh-CN"' in html
    assert translations("zh_CN").gettext("No open faults.") in html


async def test_a_language_link_keeps_what_was_asked_and_nothing_else(page: Page) -> None:
    html = (await page.get("/devices?q=core&x=%22%3E&lang=en")).text
    assert 'href="?q=core&amp;lang=zh_CN"' in html


async def test_the_script_gets_only_what_changes(page: Page) -> None:
    answer = await page.get("/", **{"x-fragment": "1"})
    assert answer.text.lstrip().startswith("<title>")
    assert "<html" not in answer.text
    assert '<main id="page"' in answer.text
    assert "X-Fragment" in answer.headers["vary"]


async def test_a_status_page_is_made_once_until_something_changes(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    read = page.hospital.database.read

    async def counted(work: object) -> object:
        asked.append(work)
        return await read(work)  # type: ignore[arg-type]

    monkeypatch.setattr(page.hospital.database, "read", counted)
    first = await page.get("/")
    cost = len(asked)
    assert (await page.get("/")).text == first.text
    assert len(asked) == cost + 1  # the mark alone
    page.hospital.write(lambda tx: down(tx, fault("core-1")))
    assert "1 open fault" in (await page.get("/")).text


async def test_the_page_changes_with_the_minute(page: Page) -> None:
    first = (await page.get("/")).text
    page.clock.set(NOW + timedelta(minutes=1))
    assert (await page.get("/")).text != first


async def test_other_settings_show_at_once(page: Page) -> None:
    await page.get("/")
    site = page.settings.file.site.model_copy(update={"name": "另一家医院"})
    page.settings = replace(page.settings, file=page.settings.file.model_copy(update={"site": site}))
    assert "另一家医院" in (await page.get("/")).text


async def test_without_records_it_still_says_who_is_on_duty(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(work: object) -> object:
        raise StorageUnavailable("the database cannot be used now: disk I/O error")

    monkeypatch.setattr(page.hospital.database, "read", away)
    for path in ("/", "/faults", "/faults/1", "/devices", "/handovers/1"):
        answer = await page.get(path)
        assert answer.status_code == 503
        told = text_of(answer.text)
        assert "The records cannot be read." in told
        assert "disk I/O error" in told
        assert "张伟 138 0000 1234" in told
    assert (await page.get("/readyz")).status_code == 503
    assert (await page.get("/healthz")).status_code == 200


async def test_a_mistake_of_ours_shows_no_traceback(page: Page, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("netwatch.web.answers.fault_list", lambda *_all: 1 / 0)
    answer = await page.get("/faults")
    assert answer.status_code == 500
    assert "The page could not be made." in answer.text
    assert "ZeroDivisionError" not in answer.text
    assert answer.headers["content-security-policy"]


async def test_ready_means_that_devices_are_looked_at_and_records_kept(page: Page) -> None:
    progress = page.hospital.progress
    assert ((await page.get("/readyz")).status_code, (await page.get("/readyz")).text) == (200, "ready\n")
    progress.last_poll_at = NOW - timedelta(minutes=3)
    assert ((await page.get("/readyz")).status_code, (await page.get("/readyz")).text) == (
        503,
        "No device is being looked at.\n",
    )
    progress.last_poll_at = None
    progress.started_at = NOW
    assert (await page.get("/readyz")).text == "No device has been looked at yet.\n"
    progress.last_poll_at = NOW
    progress.writer_ok = False
    assert (await page.get("/readyz")).status_code == 503
    assert (await page.get("/healthz")).text == "alive\n"


async def test_a_service_that_is_blind_says_so_before_anything_else(page: Page) -> None:
    page.hospital.progress.last_poll_at = NOW - timedelta(minutes=9)
    html = (await page.get("/")).text
    assert 'class="verdict blind"' in html
    assert "No open faults." not in html
    assert "No device is being looked at." in html


async def test_devices_that_nobody_has_seen_are_not_called_well(page: Page) -> None:
    page.hospital.write(lambda tx: devices.forget(tx, page.settings.devices))
    html = (await page.get("/")).text
    assert 'class="verdict unsure"' in html
    assert "0 of 60 devices are up." in html


async def test_a_notice_that_has_not_gone_out_is_not_called_told(page: Page) -> None:
    page.hospital.write(lambda tx: down(tx, fault("core-1", told=Told.OPENED, told_at=NOW)))
    told = text_of((await page.get("/")).text)
    assert "was written at 02:13 and is about to go out." in told
    assert "was told" not in told


@pytest.mark.parametrize(
    ("language", "cost", "hangs"),
    [
        ("en", "28 devices have lost an uplink by it: 接入", "Redundancy lost 核心交换机 1 away"),
        ("zh-CN", "28 台设备因此失去冗余： 接入", "失去冗余 上游 核心交换机 1 中断"),
    ],
)
async def test_a_lost_uplink_stands_with_the_fault_that_cost_it_and_with_each_device(
    page: Page, language: str, cost: str, hangs: str
) -> None:
    def work(tx: Connection) -> None:
        down(tx, fault("core-1"))

    page.hospital.write(work)
    floors = {name: ("core-1", "core-2") for name, parents in page.settings.parents.items() if parents}
    page.settings = replace(page.settings, parents={**page.settings.parents, **floors})
    told = text_of((await page.get("/faults/1", **{"accept-language": language})).text)
    assert cost in told
    assert hangs in text_of((await page.get("/devices/sw-1", **{"accept-language": language})).text)
    assert hangs not in text_of((await page.get("/devices/core-2", **{"accept-language": language})).text)


@pytest.mark.parametrize(
    ("language", "foreseen"),
    [
        (
            "en",
            "Capacity forecasts Storage in use /data of servers-20 reaches 85 % about 2026-11-28 (now 80 %, +1 % a day)",
        ),
        ("zh-CN", "容量预测 servers-20 的存储使用率 /data 预计 2026-11-28 前后达到 85 %（当前 80 %，每天 +1 %）"),
    ],
)
async def test_what_fills_up_is_forecast_on_the_page_of_its_device(page: Page, language: str, foreseen: str) -> None:
    def work(tx: Connection) -> None:
        for step in range(42):
            Recorder().add(
                tx, "servers-20/icmp", NOW - timedelta(hours=8) * step, {"storage.usage//data": 80 - step / 3}
            )
        state = CheckState(Subject("servers-20", "icmp", "storage.usage", "/data"), Health.OK)
        checks.save(tx, (state,))

    page.hospital.write(work)
    assert foreseen in text_of((await page.get("/devices/servers-20", **{"accept-language": language})).text)
    other = text_of((await page.get("/devices/servers-21", **{"accept-language": language})).text)
    assert foreseen.split(maxsplit=1)[0] not in other
