"""The compliance page, as a browser gets it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.errors import StorageUnavailable
from netwatch.storage import discrepancies

if TYPE_CHECKING:
    from tests.unit.web.conftest import Page


async def test_every_clause_has_its_line_and_what_is_missing_comes_first(bad: Page):
    answer = await bad.get("/compliance")
    assert answer.status_code == 200
    assert answer.text.index("Missing") < answer.text.index("Clause by clause")
    for clause in ("C1", "C10", "A6", "S5", "L3", "T7", "M3", "D4"):
        assert f"<td>{clause}</td>" in answer.text
    assert 'class="bad"' in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'self'")


async def test_it_is_read_in_both_languages(page: Page):
    chinese = await page.get("/compliance?lang=zh_CN")
    assert '<html lang="zh-CN"' in chinese.text
    assert 'data-head="应办">' in chinese.text  # a narrow page shows no heads of columns
    assert (await page.get("/compliance?lang=en")).text.count("<tr>") == chinese.text.count("<tr>")


@pytest.mark.parametrize("period", ["2026-W47", "2026-10", "2026", "2025-01"])
async def test_other_periods_are_asked_for_by_name(page: Page, period: str):
    answer = await page.get(f"/compliance?period={period}")
    assert answer.status_code == 200
    assert f"Compliance {period}" in answer.text


@pytest.mark.parametrize("period", ["2099-01", "x", "2026-13", "<script>", "2026-11-01", "%00"])
async def test_a_period_that_is_none_or_to_come_is_not_found(page: Page, period: str):
    answer = await page.get(f"/compliance?period={period}")
    assert answer.status_code == 404
    assert "<script>" not in answer.text


async def test_the_pages_around_it_are_linked(page: Page):
    now = await page.get("/compliance")
    assert 'href="?period=2026-10"' in now.text
    assert "2026-12" not in now.text
    before = await page.get("/compliance?period=2026-10")
    assert 'href="?period=2026-11"' in before.text


async def test_it_is_worked_out_once_a_minute_for_everybody(page: Page, monkeypatch: pytest.MonkeyPatch):
    asked = []
    during = discrepancies.during
    monkeypatch.setattr(discrepancies, "during", lambda *args: asked.append(args) or during(*args))
    await page.get("/compliance")
    await page.get("/compliance?lang=zh_CN")
    assert len(asked) == 1
    page.clock.set(page.clock.now() + timedelta(seconds=61))
    await page.get("/compliance")
    assert len(asked) == 2


async def test_without_records_it_says_so(page: Page, monkeypatch: pytest.MonkeyPatch):
    def away(*_args: object) -> None:
        raise StorageUnavailable("the database is away")

    monkeypatch.setattr(discrepancies, "during", away)
    answer = await page.get("/compliance")
    assert answer.status_code == 503
