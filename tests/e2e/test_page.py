"""The status page in a real browser."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from playwright.sync_api import expect

from netwatch.domain.model import Severity
from netwatch.storage import faults, handovers
from tests import hospital
from tests.e2e.served_page import ServedPage
from tests.e2e.visitor import SECONDS, Visitor, keep
from tests.hospital import NOW, down, fault

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser
    from sqlalchemy import Connection

pytestmark = pytest.mark.needs("chromium")

PAGES = {
    "status": "/",
    "faults": "/faults",
    "fault": "/faults/1",
    "devices": "/devices",
    "baselines": "/baselines",
    "device": "/devices/servers-20",
}
WIDTHS = {"phone": (360, 740), "desk": (1440, 900)}

CONTRAST = """() => {
  const paint = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const rgba = (colour) => {
    paint.clearRect(0, 0, 1, 1); paint.fillStyle = colour; paint.fillRect(0, 0, 1, 1);
    return [...paint.getImageData(0, 0, 1, 1).data];
  };
  const light = ([r, g, b]) => [r, g, b].map((c) => c / 255)
    .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4).reduce((sum, c, i) => sum + c * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (element) => {
    for (let each = element; each; each = each.parentElement) {
      const colour = rgba(getComputedStyle(each).backgroundColor);
      if (colour[3] === 255) return colour;
    }
    return rgba("white");
  };
  const weak = [];
  for (const element of document.querySelectorAll("body *")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility() || element.closest("svg, .skip, thead.quiet")) continue;
    const style = getComputedStyle(element);
    const pair = [light(rgba(style.color)), light(ground(element))].sort((a, b) => b - a);
    const ratio = (pair[0] + 0.05) / (pair[1] + 0.05);
    const size = parseFloat(style.fontSize), large = size >= 24 || (size >= 18.66 && style.fontWeight >= 700);
    if (ratio < (large ? 3 : 4.5)) weak.push(`${ratio.toFixed(2)} ${element.tagName} ${element.textContent.trim().slice(0, 40)}`);
  }
  return weak;
}"""


@pytest.fixture
def served(tmp_path: Path) -> Iterator[ServedPage]:
    made = hospital.opened(tmp_path)
    page = ServedPage(made)
    page.start()
    yield page
    page.stop()
    made.database.close()


@pytest.fixture(scope="module")
def night(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ServedPage]:
    """A bad night that nobody changes."""
    made = hospital.opened(tmp_path_factory.mktemp("night"), count=200)
    made.write(hospital.bad_night, hospital.reports, lambda tx: hospital.measured(tx, "servers-20"))
    page = ServedPage(made)
    page.start()
    yield page
    page.stop()
    made.database.close()


@pytest.fixture
def visitor(browser: Browser, served: ServedPage) -> Iterator[Visitor]:
    made = Visitor(browser, served)
    yield made
    made.leave()


def test_a_fault_appears_in_an_open_page_and_goes_again(visitor: Visitor, served: ServedPage) -> None:
    page = visitor.visit("/")
    expect(page.get_by_role("heading", level=1)).to_have_text("No open faults.")
    page.evaluate("window.opened = 'once'")
    served.hospital.write(lambda tx: down(tx, fault("core-1")))
    expect(page.get_by_role("heading", level=1)).to_have_text("1 open fault", timeout=SECONDS)
    expect(page.get_by_role("article")).to_contain_text("核心交换机 1")
    expect(page).to_have_title("(1) critical – 市第一医院信息中心")

    def over(tx: Connection) -> None:
        made = faults.get(tx, 1)  # type: ignore[arg-type]
        assert made is not None
        faults.save(tx, replace(made, closed=NOW))
        hospital.well(tx, served.hospital.settings)

    served.hospital.write(over)
    expect(page.get_by_role("heading", level=1)).to_have_text("No open faults.", timeout=SECONDS)
    assert page.evaluate("window.opened") == "once"
    assert visitor.complaints == []


def test_what_is_open_and_where_the_focus_is_survives_a_refresh(visitor: Visitor, served: ServedPage) -> None:
    page = visitor.visit("/")
    group = page.locator("#group-servers")
    group.locator("summary").click()
    expect(group).to_have_attribute("open", "")
    link = group.get_by_role("link", name="服务器 3", exact=True)
    link.focus()
    served.hospital.write(lambda tx: down(tx, fault("power-1", severity=Severity.MAJOR)))
    expect(page.locator("#devices")).to_contain_text("1 of 6 not up", timeout=SECONDS)
    expect(group).to_have_attribute("open", "")
    expect(link).to_be_focused()
    assert visitor.complaints == []


def test_a_page_whose_service_is_gone_says_since_when_and_comes_back(visitor: Visitor, served: ServedPage) -> None:
    page = visitor.visit("/")
    lost = page.locator("#lost")
    expect(lost).to_be_hidden()
    page.wait_for_function("performance.getEntriesByType('resource').some((each) => each.name.endsWith('/live.js'))")
    served.stop()
    expect(lost).to_contain_text("Connection lost since", timeout=SECONDS)
    served.hospital.write(lambda tx: down(tx, fault("core-1")))
    served.start()
    expect(lost).to_be_hidden(timeout=SECONDS)
    expect(page.get_by_role("heading", level=1)).to_have_text("1 open fault", timeout=SECONDS)


@pytest.mark.parametrize(("language", "scheme"), [("zh_CN", "light"), ("en", "dark")])
def test_every_page_fits_and_can_be_read(browser: Browser, night: ServedPage, language: str, scheme: str) -> None:
    made = Visitor(browser, night, color_scheme=scheme)
    for name, path in PAGES.items():
        page = made.visit(f"{path}?lang={language}")
        expect(page.locator("html")).to_have_attribute("lang", language.replace("_", "-"))
        for width, (wide, high) in WIDTHS.items():
            page.set_viewport_size({"width": wide, "height": high})
            assert page.evaluate("document.documentElement.scrollWidth") <= wide, name
            keep(page, f"{name}-{width}-{language}-{scheme}")
        assert page.evaluate(CONTRAST) == [], name
    assert made.complaints == []
    made.leave()


@pytest.mark.parametrize(("language", "told"), [("zh_CN", "none"), ("en", "uppercase")])
def test_what_a_device_says_keeps_its_first_letter_in_chinese(
    browser: Browser, night: ServedPage, language: str, told: str
) -> None:
    made = Visitor(browser, night)
    page = made.visit(f"/faults/1?lang={language}")
    style = "getComputedStyle(document.querySelector('.summary'), '::first-letter').textTransform"
    assert page.evaluate(style) == told
    made.leave()


def test_the_checks_of_the_pages_find_what_is_wrong(browser: Browser, night: ServedPage) -> None:
    made = Visitor(browser, night, viewport={"width": 360, "height": 740})
    page = made.visit("/?lang=en")
    page.evaluate("document.querySelector('h1').setAttribute('style', 'min-width: 800px')")
    expect(page.locator("h1")).to_be_visible()
    assert any(line.startswith("policy: style-src") for line in made.complaints)
    page.evaluate("document.querySelector('.age b').style.color = '#e8e8e8'")
    page.evaluate("document.querySelector('.verdict').style.minWidth = '800px'")
    assert len(page.evaluate(CONTRAST)) == 1
    assert page.evaluate("document.documentElement.scrollWidth") > 360
    made.leave()


def test_the_first_screen_of_a_phone_says_what_is_wrong_and_who_is_on_it(browser: Browser, night: ServedPage) -> None:
    made = Visitor(browser, night, viewport={"width": 360, "height": 740}, has_touch=True)
    page = made.visit("/?lang=en")
    for shown in (page.get_by_role("heading", level=1), page.get_by_text("138 0000 1234"), page.locator("#fault-1")):
        expect(shown).to_be_in_viewport(ratio=1)
    made.leave()


def test_without_script_the_page_says_the_same(browser: Browser, night: ServedPage) -> None:
    made = Visitor(browser, night, java_script_enabled=False)
    page = made.visit("/?lang=en")
    expect(page.get_by_role("heading", level=1)).to_have_text("15 open faults")
    expect(page.locator("meta[http-equiv=refresh]")).to_have_attribute("content", "30")
    made.leave()


def test_the_search_finds_a_device_and_the_back_button_leads_back(visitor: Visitor) -> None:
    page = visitor.visit("/devices?lang=en")
    page.get_by_role("searchbox").fill("服务器 12")
    page.get_by_role("button", name="Show").click()
    page.get_by_role("link", name="服务器 12", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("服务器 12")
    page.go_back()
    expect(page.get_by_role("searchbox")).to_have_value("服务器 12")
    assert visitor.complaints == []


def test_a_report_keeps_its_style_and_runs_nothing(visitor: Visitor, served: ServedPage) -> None:
    body = "<style>p { color: rgb(1, 2, 3) }</style><p>Report</p><script>document.title = 'ran'</script>"
    made = handovers.Archived("night/2026-11-21/primary", 1, NOW, NOW, NOW, 0, 0, "{}")
    served.hospital.write(lambda tx: handovers.add(tx, made, {("en", "html"): body}))
    page = visitor.visit("/handovers/1")
    expect(page.get_by_text("Report")).to_have_css("color", "rgb(1, 2, 3)")
    assert page.title() != "ran"
