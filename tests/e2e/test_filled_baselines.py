"""The page of baselines in a real browser, with all that makes it long: what a device says is text, and fits."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from netwatch.domain.drift.finding import FindingState
from netwatch.domain.drift.visit import Door
from netwatch.progress import Progress
from netwatch.storage import doors, events
from netwatch.storage.events import Entry, EventKind
from tests.drift_scene import KEY, config
from tests.e2e.served_page import ServedPage
from tests.e2e.visitor import Visitor, keep
from tests.hospital import NOW, Hospital
from tests.unit.web.test_baselines import Site

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser

pytestmark = pytest.mark.needs("chromium")

HOSTILE = "<script>alert(1)</script><img src=x onerror=alert(2)>"
ENDLESS = "a" * 300
LINES = "".join(f"ntp-service unicast-server 192.0.2.{number}\n" for number in range(200))
SAID = {
    "en": ("changed without approval #3, waived", "host key waits", "Next", "Page 2 of 2", "no back-up of netwatch"),
    "zh_CN": ("未经批准变更 #3、豁免中", "主机密钥待批准", "下一页", "第 2 页，共 2 页", "一直未见 netwatch 备份"),
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPage]:
    """A site where five switches deviate, one of them in 200 lines; a host key waits; no back-up was ever made."""
    site = Site(tmp_path_factory.mktemp("filled"))
    began = NOW - 2 * site.settings.file.storage.backup_within
    site.database.write_now(lambda tx: events.add(tx, Entry(EventKind.STARTED, began, began)))
    site.deviates("sw-1", raw=config(description=HOSTILE))
    site.deviates("sw-2", raw=config(description=ENDLESS))
    site.deviates("sw-3", FindingState.WAIVED)
    site.deviates("sw-4", raw=config(more=LINES))
    site.deviates("sw-5", raw=config(name=ENDLESS))
    site.database.write_now(lambda tx: doors.save(tx, Door("sw-6", "cli", offered=KEY, offered_at=NOW)))
    page = ServedPage(Hospital(site.settings, site.database, Progress(NOW)))
    page.start()
    yield page
    page.stop()
    site.database.close()


@pytest.mark.parametrize("language", SAID)
def test_what_deviates_is_text_and_fits_on_a_phone_and_leads_on(
    browser: Browser, filled: ServedPage, language: str
) -> None:
    waived, key, onward, second, no_backup = SAID[language]
    made = Visitor(browser, filled, locale=language.replace("_", "-"), viewport={"width": 390, "height": 800})
    page = made.visit("/baselines")
    expect(page.get_by_role("article")).to_have_count(5)
    expect(page.locator("#deviations")).to_contain_text(HOSTILE)
    expect(page.locator("#deviations")).to_contain_text(waived)
    expect(page.locator("#devices")).to_contain_text(key)
    for path in ("/baselines", "/faults/1", "/faults/2", "/faults/4", "/devices/sw-2", "/"):
        made.visit(path)
        for width in (390, 1280):
            page.set_viewport_size({"width": width, "height": 800})
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
            keep(page, f"filled{path.replace('/', '-')}-{width}-{language}")
    expect(page.locator("#troubles")).to_contain_text(no_backup)
    made.visit("/baselines")
    page.get_by_role("link", name=onward, exact=True).click()
    expect(page.locator(".pages")).to_contain_text(second)
    page.go_back()
    page.get_by_role("article").first.get_by_role("link").click()
    expect(page.locator("#commands code")).to_contain_text("netwatch drift diff sw-")
    for width in range(320, 400, 8):
        page.set_viewport_size({"width": width, "height": 800})
        assert page.locator("#commands .whole").evaluate("each => each.getClientRects().length") == 1, "one line"
    assert made.complaints == []
    made.leave()
