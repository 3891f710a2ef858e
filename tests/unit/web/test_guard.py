"""Whose name the page answers to, and what its answers forbid."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.web.guard import is_ours

if TYPE_CHECKING:
    from tests.unit.web.conftest import Page


@pytest.mark.parametrize(
    "host", ["localhost", "LOCALHOST:8650", "127.0.0.1", "127.0.0.1:1", "127.9.9.9", "[::1]:8650", "localhost."]
)
def test_names_of_this_machine_are_answered(host: str) -> None:
    assert is_ours(host, None)


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.example",
        "localhost.evil.example",
        "127.0.0.1.evil.example",
        "10.0.0.1",
        "[::1",
        "a b",
        "0.0.0.0",
        "127.0.0.1@evil.example",
        "@",
        "::1",
    ],
)
def test_other_names_are_not(host: str) -> None:
    assert not is_ours(host, None)


def test_the_configured_address_of_the_page_is_answered_too() -> None:
    assert is_ours("watch.hospital.example", "https://watch.hospital.example/duty")
    assert not is_ours("other.hospital.example", "https://watch.hospital.example/duty")


@given(st.text())
def test_no_host_makes_it_stumble(host: str) -> None:
    assert is_ours(host, None) in (True, False)


async def test_a_foreign_name_that_leads_here_is_refused(page: Page) -> None:
    for path in ("/", "/live", "/static/page.css", "/healthz"):
        answer = await page.get(path, host="rebound.evil.example")
        assert answer.status_code == 421
        assert "hospital" not in answer.text


@pytest.mark.parametrize(
    "path", ["/", "/faults", "/faults/99", "/devices", "/devices/core-1", "/nothing", "/static/page.css", "/healthz"]
)
async def test_every_answer_forbids_what_the_page_does_not_need(page: Page, path: str) -> None:
    answer = await page.get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "no-referrer"
    assert answer.headers["cache-control"] == ("no-cache" if path.startswith("/static") else "no-store")


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "OPTIONS", "TRACE"])
async def test_nothing_can_be_changed_here(page: Page, method: str) -> None:
    assert (await page.get("/", method=method)).status_code == 405
    assert (await page.get("/faults/1", method=method)).status_code == 405
