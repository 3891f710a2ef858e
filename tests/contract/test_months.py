"""A month is planned, published and changed: swap, leave, taking over, each with the words that it takes."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest
from icalendar import Calendar
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from netwatch import report
from netwatch.actions import carry_out
from netwatch.errors import NetwatchError, UsageError
from netwatch.language import translations
from netwatch.planned import planned
from netwatch.storage import events, feeds
from netwatch.storage import roster as rows
from netwatch.web.pages.ical import feed_page
from netwatch.workers.roster import RosterWorker
from roster import month_render
from roster.cover import on_duty
from roster.exchange import ExchangeState
from roster.layers import Post
from roster.month import month
from tests.mailroom import text_of
from tests.scenario import Scenario, site, switch

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.storage.database import Database

# 09:00 in Shanghai on a Monday, a month before the Spring Festival.
START = datetime(2026, 1, 19, 1, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
PEOPLE = """
[[person]]
name = "li"
title = "李四"
mail = "li@hospital.example"
language = "en"

[[person]]
name = "wang"
title = "王五"
mail = "wang@hospital.example"

[[person]]
name = "boss"
title = "赵主任"
mail = "boss@hospital.example"
role = "leader"

[[shift]]
name = "whole"
title = "值班"
start = "17:00"
end = "08:00"
rest_start = "08:00"
rest_end = "08:00"
[[rotation]]
shift = "whole"
groups = [{groups}]
anchor = 2026-01-01
"""


class Rota(Scenario):
    """A site whose people plan."""

    def do(self, who: str, action: str, /, **values: Any) -> str:
        self.plan()
        said = str(self.database.write_now(carry_out(self.watched.settings, action, who, self.clock.now(), values)))
        self.plan()
        return said

    def plan(self) -> None:
        self.watched.settings = self.rows(lambda tx: planned(tx, self.settings, self.clock.now()))

    async def look(self, now: datetime) -> None:
        self.clock.set(now)
        self.plan()
        await RosterWorker(self.database, self.watched, self.clock, self._wake).look(now)

    def there(self, at: datetime) -> tuple[str, ...]:
        self.plan()
        return next(
            (each.people for each in on_duty(self.watched.settings.roster, at) if each.post is Post.PRIMARY), ()
        )

    def states(self) -> list[str]:
        return [each.state.value for each in reversed(self.rows(lambda tx: rows.newest(tx, 50)))]

    def mails(self, after: int = 0) -> list[tuple[str, str]]:
        found = [each for each in self.letters() if each.kind == "roster"]
        return [(each.person or "", each.subject or "") for each in found[after:]]


def opened(folder: Path, database: Database, *, groups: str = '["zhang"], ["li"], ["wang"]') -> Rota:
    made = Rota(site(folder, devices=switch("sw-1"), whole=PEOPLE.format(groups=groups)), database, START)
    made.plan()
    return made


@pytest.fixture
def rota(tmp_path: Path, database: Database) -> Rota:
    return opened(tmp_path, database)


def local(wall: str) -> datetime:
    return datetime.fromisoformat(f"{wall}+08:00").astimezone(UTC)


def shift(day: str) -> str:
    return f"whole/{day}/primary"


async def test_february_2026_is_published_with_its_make_up_days_and_stays(rota: Rota, tmp_path: Path):
    said = rota.do("boss", "publish_month", month="2026-02")
    assert said.startswith("2026-02 is published; shifts: 28; digest ")
    # Saturday the 14th is worked, for the Spring Festival: duty begins at 17:00. Sunday the 15th is the first holiday.
    assert rota.there(local("2026-02-14T12:00")) == ()
    assert rota.there(local("2026-02-15T12:00")) != ()
    before = [rota.there(local("2026-02-01T23:00") + n * DAY) for n in range(28)]

    turned = opened(tmp_path, rota.database, groups='["wang"], ["zhang"], ["li"]')
    assert [turned.there(local("2026-02-01T23:00") + n * DAY) for n in range(28)] == before
    march = [turned.there(local("2026-03-01T23:00") + n * DAY) for n in range(9)]
    assert march != [rota.there(local("2026-03-01T23:00") + n * DAY) for n in range(9)]

    with pytest.raises(UsageError, match="2026-02 is published already"):
        turned.do("boss", "publish_month", month="2026-02")
    again = turned.do("boss", "publish_month", month="2026-02", again=True, text="li leaves")
    assert "shifts that change: 28" in again
    assert [turned.there(local("2026-02-01T23:00") + n * DAY) for n in range(28)] != before
    with pytest.raises((DBAPIError, NetwatchError), match="are never changed"):
        rota.database.write_now(lambda tx: tx.execute(text("UPDATE publications SET actor = 'li'")))


async def test_a_swap_takes_three_words_and_is_in_the_table_the_report_and_the_mails(rota: Rota):
    rota.do("boss", "publish_month", month="2026-02")
    told = len(rota.mails())
    first, second = "2026-02-02", "2026-02-03"
    (mine,), (theirs,) = rota.there(local(f"{first}T23:00")), rota.there(local(f"{second}T23:00"))
    said = rota.do(
        mine, "propose_swap", **{"with": theirs, "shift": shift(first), "for_shift": shift(second)}, text="家里有事"
    )
    assert said == "exception 1 waits for the colleague to agree"
    with pytest.raises(UsageError, match="has not agreed yet"):
        rota.do("boss", "approve_exception", number=1)
    rota.do(theirs, "agree_exception", number=1)
    with pytest.raises(UsageError, match="does not lead"):
        rota.do(mine, "approve_exception", number=1)
    rota.do("boss", "approve_exception", number=1)
    assert (rota.there(local(f"{first}T23:00")), rota.there(local(f"{second}T23:00"))) == ((theirs,), (mine,))
    assert [who for who, _subject in rota.mails(told)] == [theirs, "boss", mine, theirs]

    table = month_render.text(
        month(rota.watched.settings.roster, 2026, 2), translations("zh_CN"), rota.settings.site.zone,
        {name: person.title or name for name, person in rota.settings.people.items()}, "信息中心",
    )  # fmt: skip
    assert "2026" in table

    rota.clock.set(local(f"{second}T08:30"))
    running = next(each for each in on_duty(rota.watched.settings.roster, local(f"{first}T23:00")))
    handover = rota.rows(lambda tx: report.draft(tx, rota.watched.settings, running, rota.clock.now())).handover
    (stand,) = handover.stands
    assert (stand.reason, stand.approved) == ("家里有事", True)


async def test_who_is_on_leave_is_not_swapped_onto_and_the_gap_is_seen_and_filled(rota: Rota):
    day = "2026-02-02"
    (mine,) = rota.there(local(f"{day}T23:00"))
    other = next(name for name in ("li", "wang", "zhang") if name != mine)
    rota.do(other, "ask_leave", start="2026-02-01T00:00", end="2026-02-05T00:00", text="探亲")
    assert rota.there(local("2026-02-01T23:00")) != ()
    (asked,) = [each for each in rota.letters() if each.kind == "roster" and each.person == "boss"]
    filled = [line for line in text_of(asked.content or b"").splitlines() if line.startswith("需补班次")]
    assert len(filled) == sum(rota.there(local(f"2026-02-0{n}T23:00")) == (other,) for n in range(1, 5))
    assert all(re.search(r"02-0\d .+（主班）；可替班：.+、.+", line) for line in filled)
    assert "赵主任" not in "".join(filled), "a leader takes no turns"
    rota.do("boss", "approve_exception", number=1)
    with pytest.raises(UsageError, match="is on leave then"):
        rota.do(mine, "propose_swap", **{"with": other, "shift": shift(day)})
    gap = next(f"2026-02-0{n}" for n in range(1, 5) if rota.there(local(f"2026-02-0{n}T23:00")) == ())
    with pytest.raises(UsageError, match="is on leave then"):
        rota.do("boss", "enter_cover", shift=shift(gap), out=other, person=other, text="x")
    rota.do("boss", "enter_cover", shift=shift(gap), out=other, person=mine, text="代探亲")
    assert rota.there(local(f"{gap}T23:00")) == (mine,)
    rota.do("boss", "withdraw_exception", number=2)
    assert rota.there(local(f"{gap}T23:00")) == ()
    assert rota.states() == ["applied", "cancelled"]


async def test_taking_over_counts_at_once_and_a_leader_is_asked_again_after_a_day(rota: Rota):
    rota.clock.set(local("2026-02-02T21:00"))
    (planned_one,) = rota.there(rota.clock.now())
    taker = next(name for name in ("li", "wang", "zhang") if name != planned_one)
    said = rota.do(taker, "take_now", text=f"{planned_one} 急病")
    assert said == "exception 1 is in force now; a leader has to approve it within 24 hours"
    assert (rota.there(rota.clock.now() - HOUR), rota.there(rota.clock.now())) == ((planned_one,), (taker,))
    asked = [who for who, _subject in rota.mails()].count("boss")
    for hours in (1, 23, 24.1, 25):
        await rota.look(local("2026-02-02T21:00") + hours * HOUR)
    assert [who for who, subject in rota.mails() if "急替" in subject].count("boss") == asked + 1
    with pytest.raises(UsageError, match="does not lead"):
        rota.do(taker, "approve_exception", number=1)
    rota.do("boss", "approve_exception", number=1)
    assert rota.states() == ["applied"]


async def test_a_swap_that_nobody_speaks_of_expires_with_its_shift_and_both_are_told(rota: Rota):
    day = "2026-02-02"
    (mine,) = rota.there(local(f"{day}T23:00"))
    other = next(name for name in ("li", "wang", "zhang") if name != mine)
    rota.do(mine, "propose_swap", **{"with": other, "shift": shift(day)})
    told = len(rota.mails())
    await rota.look(local(f"{day}T16:59"))
    assert rota.states() == ["proposed"]
    await rota.look(local(f"{day}T17:00"))
    await rota.look(local(f"{day}T17:01"))
    assert rota.states() == ["expired"]
    assert sorted(who for who, subject in rota.mails(told) if "expired" in subject or "已过期" in subject) == sorted(
        [mine, other]
    )
    with pytest.raises(UsageError, match="exception 1 is expired already"):
        rota.do(other, "agree_exception", number=1)


async def test_duty_is_reminded_of_a_day_and_an_hour_ahead_once_even_after_a_restart(rota: Rota):
    begin = local("2026-02-02T17:00")
    (mine,) = rota.there(begin + HOUR)
    for hours in (30, 24, 23.9, 5, 1, 0.9, 0.1):
        await rota.look(begin - hours * HOUR)
        await rota.look(begin - hours * HOUR)
    keys = [each.key for each in rota.letters() if f"ahead/{shift('2026-02-02')}/" in each.key]
    assert keys == [f"roster/ahead/{shift('2026-02-02')}/{minutes}m/{mine}" for minutes in (1440, 60)]


async def test_the_leader_is_reminded_to_publish_from_the_25th_once_a_day_until_it_is_done(rota: Rota):
    for day in (24, 25, 25, 26):
        await rota.look(local(f"2026-01-{day}T10:00"))
    asked = [each.key for each in rota.letters() if "/publish/" in each.key]
    assert len(asked) == 2
    rota.do("boss", "publish_month", month="2026-02")
    await rota.look(local("2026-01-27T10:00"))
    assert [each.key for each in rota.letters() if "/publish/" in each.key] == asked


async def test_a_year_whose_holidays_are_not_known_is_published_only_as_provisional(rota: Rota):
    rota.clock.set(datetime(2027, 12, 20, tzinfo=UTC))
    with pytest.raises(UsageError, match="the holidays of 2028 are not known for certain"):
        rota.do("boss", "publish_month", month="2028-01")
    assert "is published" in rota.do("boss", "publish_month", month="2028-01", provisional=True)
    with pytest.raises(UsageError, match="must be a month such as 2026-10"):
        rota.do("boss", "publish_month", month="2026-13")
    with pytest.raises(UsageError, match="it takes the role"):
        rota.do("li", "publish_month", month="2028-02", provisional=True)


async def test_what_a_leader_enters_for_somebody_is_approved_by_that(rota: Rota):
    rota.do("boss", "ask_leave", for_person="li", start="2026-02-01T00:00", end="2026-02-05T00:00", text="病假")
    assert rota.rows(lambda tx: rows.get(tx, 1)).state is ExchangeState.APPLIED
    with pytest.raises(UsageError, match="at most a year"):
        rota.do("li", "ask_leave", start="2026-02-01T00:00", end="2028-02-05T00:00", text="long")


SECRET = "s3cret-address"


async def test_a_feed_follows_the_roster_and_its_address_can_be_taken_away(rota: Rota):
    digest = feeds.digest_of(SECRET)
    assert rota.do("zhang", "add_feed", digest=digest) == f"feed {digest[:8]} is made"
    with pytest.raises(UsageError, match="it takes the role"):
        rota.do("zhang", "add_feed", digest=feeds.digest_of("x"), person="li")
    rota.do("boss", "add_feed", digest=feeds.digest_of("post"), post="primary")
    at_once = rota.rows(lambda tx: feed_page(tx, rota.watched.settings, digest))
    await rota.look(START)
    assert rota.rows(lambda tx: feed_page(tx, rota.watched.settings, digest)) == at_once, "it is full from the start"
    day = next(f"2026-02-0{n}" for n in range(1, 5) if rota.there(local(f"2026-02-0{n}T23:00")) == ("zhang",))

    def said(address: str = SECRET) -> dict[str, Any]:
        page = rota.rows(lambda tx: feed_page(tx, rota.watched.settings, feeds.digest_of(address)))
        assert page is not None
        return {str(each["uid"]).split("@")[0]: each for each in Calendar.from_ical(page).walk("VEVENT")}

    assert str(said()[shift(day)]["summary"]) == "值班：值班（主班）"
    assert len(said("post")) > 2 * len(said())
    rota.do("boss", "enter_cover", shift=shift(day), out="zhang", person="li", text="开会")
    await rota.look(START + HOUR)
    gone = said()[shift(day)]
    assert (str(gone["status"]), int(gone["sequence"])) == ("CANCELLED", 1)
    assert str(said("post")[shift(day)]["summary"]) == "值班：李四"
    await rota.look(START + 2 * HOUR)
    assert int(said()[shift(day)]["sequence"]) == 1

    with pytest.raises(UsageError, match="it takes the role"):
        rota.do("li", "revoke_feed", feed=digest[:8])
    rota.do("zhang", "revoke_feed", feed=digest[:8])
    assert rota.rows(lambda tx: feed_page(tx, rota.watched.settings, digest)) is None
    with pytest.raises(UsageError, match="there is no feed"):
        rota.do("zhang", "revoke_feed", feed=digest[:8])
    kept = " ".join(str(each) for each in rota.rows(lambda tx: events.between(tx, 0, 10_000)))
    assert SECRET not in kept
