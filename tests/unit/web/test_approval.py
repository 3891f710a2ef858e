"""What happened without approval, as the page shows it."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.domain.approval import Discrepancy, Happened, Happening, Verdict
from netwatch.storage import discrepancies, events
from netwatch.storage.events import Entry, EventKind
from netwatch.web.pages.approval import MOST, approval_page
from probes.api import Message
from tests.hospital import NOW

if TYPE_CHECKING:
    from conftest import Page
    from sqlalchemy import Connection

    from tests.hospital import Hospital

GONE = Message("{part} with the serial number {serial} is gone", {"part": "<b>Disk</b>", "serial": "WD-1"})


def happened(tx: Connection, number: int = 1, **more: object) -> None:
    at = NOW - timedelta(hours=1)
    event = events.add(tx, Entry(EventKind.PART, at, NOW, device="core-1"))
    what = Happened(Happening.PART_GONE, "core-1", f"WD-{number}", at - timedelta(hours=6), at, GONE)
    discrepancies.add(tx, Discrepancy(what, NOW, event=int(event), **more), event)  # type: ignore[arg-type]


async def test_the_first_page_says_nothing_of_it_while_nothing_waits(page: Page) -> None:
    page.hospital.write(lambda tx: happened(tx, verdict=Verdict.HARMLESS, judged_by="zhang", judged_at=NOW))
    body = (await page.get("/")).text
    assert 'aria-labelledby="unapproved-head" hidden' in body


async def test_the_first_page_leads_to_what_waits(page: Page) -> None:
    page.hospital.write(happened, lambda tx: happened(tx, 2))
    body = (await page.get("/")).text
    assert '<a href="/unapproved">2 things have happened that no register entry explains</a>' in body


async def test_the_page_tells_what_where_and_between_which_times(page: Page) -> None:
    page.hospital.write(happened)
    answer = await page.get("/unapproved")
    assert answer.status_code == 200
    assert "&lt;b&gt;Disk&lt;/b&gt; with the serial number WD-1 is gone" in answer.text
    assert "核心交换机 1" in answer.text
    assert answer.text.count("<time") == 2


async def test_what_was_judged_is_told_with_the_judgement(page: Page) -> None:
    judged = {"verdict": Verdict.INCIDENT, "judged_by": "zhang", "judged_at": NOW, "judgement": "<i>追责</i>"}
    page.hospital.write(lambda tx: happened(tx, **judged))
    text = (await page.get("/unapproved")).text
    assert "an incident" in text
    assert "&lt;i&gt;追责&lt;/i&gt;" in text
    assert "Nothing has happened without approval that nobody has judged." in text


def test_a_flood_is_cut_the_newest_first(well: Hospital) -> None:
    well.write(lambda tx: [happened(tx, number) for number in range(MOST + 5)] and None)
    view = well.database.read_now(lambda tx: approval_page(tx, well.settings))
    assert (len(view.open), view.omitted, view.open[0].number, view.open[-1].number) == (MOST, 5, MOST + 5, 6)
