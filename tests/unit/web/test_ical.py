"""The address of a feed: what it answers with, to whom, and that it is nobody's secret twice."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING

from icalendar import Calendar

from netwatch.storage import feeds
from netwatch.storage.feeds import Feed
from netwatch.workers.feeds import turn
from tests.hospital import NOW

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from tests.unit.web.conftest import Page

SECRET = "jX0-kept_between-us"


def subscribed(page: Page, now_later: timedelta = timedelta()) -> None:
    digest = feeds.digest_of(SECRET)

    def work(tx: Connection) -> None:
        if feeds.get(tx, digest) is None:
            feeds.add(tx, Feed(digest, NOW, "zhang", "zhang"))
        turn(tx, page.settings, NOW + now_later)

    page.hospital.write(work)


async def test_the_secret_address_is_a_calendar_and_any_other_is_nothing(page: Page) -> None:
    subscribed(page)
    answer = await page.get(f"/ical/{SECRET}.ics")
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/calendar; charset=utf-8"
    assert answer.headers["x-content-type-options"] == "nosniff"
    shifts = Calendar.from_ical(answer.content).walk("VEVENT")
    assert shifts
    assert all(str(each["status"]) == "CONFIRMED" for each in shifts)
    for wrong in ("x", SECRET.lower(), SECRET + "0", "%00", "..", feeds.digest_of(SECRET), "9" * 3000):
        assert (await page.get(f"/ical/{wrong}.ics")).status_code == 404


async def test_a_calendar_that_has_not_changed_is_not_sent_again(page: Page) -> None:
    subscribed(page)
    first = await page.get(f"/ical/{SECRET}.ics")
    tag = first.headers["etag"]
    again = await page.get(f"/ical/{SECRET}.ics", **{"if-none-match": tag})
    assert (again.status_code, again.content) == (304, b"")
    assert (await page.get(f"/ical/{SECRET}.ics", **{"if-none-match": '"other"'})).content == first.content
    subscribed(page, timedelta(days=1))
    assert (await page.get(f"/ical/{SECRET}.ics", **{"if-none-match": tag})).status_code == 200


async def test_who_is_configured_no_more_has_no_feed(page: Page) -> None:
    digest = feeds.digest_of(SECRET)
    page.hospital.write(lambda tx: feeds.add(tx, Feed(digest, NOW, "zhang", "gone")))
    assert (await page.get(f"/ical/{SECRET}.ics")).status_code == 404
