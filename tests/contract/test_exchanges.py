"""A month is published, and then people swap, go on leave and take over: whose word counts, who is told, who is there."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import pytest

from netwatch.actions import carry_out
from netwatch.errors import UsageError
from netwatch.planned import planned
from netwatch.storage import events
from netwatch.storage import roster as rows
from netwatch.storage.events import EventKind
from netwatch.workers.roster import RosterWorker
from roster.checks import Check, checks
from roster.cover import on_duty, shifts
from roster.layers import Post
from tests.mailroom import text_of
from tests.scenario import Scenario, site, switch
from tests.shifts import DAY_AND_NIGHT

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.config import Settings
    from netwatch.storage.database import Database
    from roster.exchange import Exchange

PEOPLE = (
    """
[[person]]
name = "li"
mail = "li@hospital.example"
language = "en"
[[person]]
name = "wang"
mail = "wang@hospital.example"
[[person]]
name = "chief"
mail = "chief@hospital.example"
role = "leader"
[[person]]
name = "deputy"
mail = "deputy@hospital.example"
role = "leader"
[[person]]
name = "guest"
role = "viewer"
"""
    + DAY_AND_NIGHT
    + """
[[rotation]]
shift = "day"
groups = [{day}]
anchor = 2026-01-01
[[rotation]]
shift = "night"
groups = [["wang"], ["zhang"], ["li"]]
anchor = 2026-01-01
"""
)
DAY = '["zhang"], ["li"], ["wang"]'
# 10:00 in Shanghai on the 20th of September 2026; October has the National Day's holidays and a make-up working day.
START = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def october(day: int, hour: int) -> datetime:
    """An hour of Shanghai in UTC."""
    return datetime(2026, 10, day, tzinfo=UTC) + (hour - 8) * HOUR


class Office(Scenario):
    """A site whose people exchange duty."""

    def do(self, who: str, action: str, /, **values: Any) -> str:
        done = self.database.write_now(carry_out(self.settings, action, who, self.clock.now(), values))
        self.watched.settings = self.as_it_stands()
        return str(done)

    def as_it_stands(self, settings: Settings | None = None) -> Settings:
        return self.rows(lambda tx: planned(tx, settings or self.settings, self.clock.now()))

    def swap(self, who: str, shift: str, other: str, **more: str) -> str:
        return self.do(who, "propose_swap", **{"shift": shift, "with": other, **more})

    def agreed_and_approved(self, who: str, shift: str, other: str, **more: str) -> None:
        self.swap(who, shift, other, **more)
        number = self.newest().id
        self.do(other, "agree_exception", number=number)
        self.do("chief", "approve_exception", number=number)

    def newest(self) -> Exchange:
        return self.rows(lambda tx: rows.newest(tx, 1))[0]

    def there(self, moment: datetime) -> tuple[str, ...]:
        on = on_duty(self.as_it_stands().roster, moment)
        return next((shift.people for shift in on if shift.post is Post.PRIMARY), ())

    def mails(self) -> list[tuple[str, str]]:
        """Return (notice, person) of every mail about the roster."""
        told = [letter for letter in self.letters() if letter.kind == "roster"]
        return [(letter.key.split("/")[1], letter.person or "") for letter in told]

    async def look(self, moment: datetime) -> None:
        self.clock.set(moment)
        self.watched.settings = self.as_it_stands()
        await RosterWorker(self.database, self.watched, self.clock, self._wake).look(moment)


@pytest.fixture
def office(tmp_path: Path, database: Database) -> Office:
    return Office(site(tmp_path, devices=switch("sw-1"), whole=PEOPLE.format(day=DAY)), database, START)


@pytest.fixture
def published(office: Office) -> Office:
    office.do("chief", "publish_month", month="2026-10")
    return office


def of_day(day: int) -> str:
    return f"day/2026-10-{day:02}/primary"


def test_a_month_is_published_once_and_whoever_has_duty_in_it_is_told(published: Office):
    assert sorted(published.mails()) == [("published", "li"), ("published", "wang"), ("published", "zhang")]
    with pytest.raises(UsageError, match="2026-10 is published already"):
        published.do("chief", "publish_month", month="2026-10")
    with pytest.raises(UsageError, match="takes the role leader"):
        published.do("li", "publish_month", month="2026-11")


@pytest.mark.parametrize(
    ("month", "sentence"),
    [("2026-13", "must be a month"), ("soon", "must be a month"), ("2039-01", "holidays of 2039 are not known")],
)
def test_what_is_no_month_or_not_known_for_certain_is_not_published(office: Office, month: str, sentence: str):
    with pytest.raises(UsageError, match=sentence):
        office.do("chief", "publish_month", month=month)
    assert office.rows(rows.published) == {}


def test_a_month_whose_holidays_are_uncertain_is_published_where_that_is_said(office: Office):
    office.do("chief", "publish_month", month="2039-01", provisional=True)
    assert list(office.rows(rows.published)) == ["2039-01"]


def test_a_published_month_is_unmoved_by_later_edits_of_the_rotations(published: Office, tmp_path: Path):
    before = shifts(published.as_it_stands().roster, october(1, 8), october(31, 20))
    edited = site(tmp_path, devices=switch("sw-1"), whole=PEOPLE.format(day='["li"]'))
    after = published.as_it_stands(edited).roster
    assert shifts(after, october(1, 8), october(31, 20)) == before
    november = list(shifts(after, october(31, 21) + 12 * HOUR, october(31, 20) + 72 * HOUR))
    assert {shift.people for shift in november if shift.template == "day"} == {("li",)}

    published.settings = edited
    with pytest.raises(UsageError, match="text: must not be empty"):
        published.do("chief", "publish_month", month="2026-10", again=True)
    told = published.do("chief", "publish_month", month="2026-10", again=True, text="zhang has left")
    assert "shifts that change: 21" in told
    assert {("moved", "zhang"), ("moved", "li"), ("moved", "wang")} <= set(published.mails())
    assert published.there(october(10, 12)) == ("li",)


def test_a_swap_takes_the_colleague_and_a_leader_and_each_is_told(published: Office):
    holders = [published.there(october(day, 12)) for day in (10, 11)]
    assert holders == [("zhang",), ("li",)]
    published.swap("zhang", of_day(10), "li", for_shift=of_day(11), text="家事")
    assert published.mails()[-1] == ("asked", "li")
    assert published.there(october(10, 12)) == ("zhang",)
    with pytest.raises(UsageError, match="li has not agreed yet"):
        published.do("chief", "approve_exception", number=1)
    with pytest.raises(UsageError, match="li is asked, not wang"):
        published.do("wang", "agree_exception", number=1)
    published.do("li", "agree_exception", number=1)
    assert set(published.mails()[-2:]) == {("asked", "chief"), ("asked", "deputy")}
    with pytest.raises(UsageError, match="li does not lead"):
        published.do("li", "approve_exception", number=1)
    published.do("chief", "approve_exception", number=1)
    assert [published.there(october(day, 12)) for day in (10, 11)] == [("li",), ("zhang",)]
    assert {("told", "zhang"), ("told", "li")} <= set(published.mails())
    with pytest.raises(UsageError, match="exception 1 is applied already"):
        published.do("deputy", "reject_exception", number=1, text="no")
    said = [entry.data["state"] for entry in published.rows(lambda tx: events.between(tx, 0, 99))
            if entry.kind is EventKind.ROSTER and entry.data and "state" in entry.data]  # fmt: skip
    assert said == ["proposed", "agreed", "applied"]


def test_nobody_approves_what_they_have_a_part_in(published: Office):
    published.do("chief", "ask_leave", start="2026-10-12 08:00", end="2026-10-13 08:00", text="会议")
    with pytest.raises(UsageError, match="chief has a part in it"):
        published.do("chief", "approve_exception", number=1)
    published.do("deputy", "approve_exception", number=1)
    published.swap("zhang", of_day(10), "chief")
    published.do("chief", "agree_exception", number=2)
    with pytest.raises(UsageError, match="chief has a part in it"):
        published.do("chief", "approve_exception", number=2)


def test_a_leader_enters_a_swap_for_others_but_not_alone_where_they_have_a_part(published: Office):
    published.do("chief", "propose_swap", **{"shift": of_day(10), "with": "li", "for_person": "zhang"})
    assert published.there(october(10, 12)) == ("li",)
    published.do("chief", "propose_swap", **{"shift": of_day(11), "with": "chief", "for_person": "li"})
    assert published.newest().state.value == "agreed"
    assert published.there(october(11, 12)) == ("li",)
    with pytest.raises(UsageError, match="takes the role leader"):
        published.do("wang", "propose_swap", **{"shift": of_day(12), "with": "li", "for_person": "wang"})


def test_mails_say_a_shift_as_people_do(published: Office):
    published.swap("zhang", of_day(10), "li")
    published.do("zhang", "ask_leave", start="2026-10-13 08:00", end="2026-10-14 08:00", text="体检")
    asked, leave = (
        text_of(letter.content or b"")
        for letter in published.letters()
        if "/asked/" in letter.key and letter.person in {"li", "chief"}
    )
    assert "Change: 10-10 白班 (primary): zhang → li" in asked
    assert "10-13 白班" in leave


def test_a_swap_onto_somebody_on_leave_is_refused_when_asked_and_when_approved(published: Office):
    published.swap("zhang", of_day(10), "li")
    published.do("li", "agree_exception", number=1)
    published.do("li", "ask_leave", start="2026-10-09 08:00", end="2026-10-12 08:00", text="年假")
    published.do("chief", "approve_exception", number=2)
    with pytest.raises(UsageError, match="li is on leave then"):
        published.do("chief", "approve_exception", number=1)
    with pytest.raises(UsageError, match="li is on leave then"):
        published.swap("zhang", of_day(10), "li")


def test_what_was_entered_a_moment_ago_counts_for_what_is_asked_now(published: Office):
    published.do("chief", "enter_cover", shift=of_day(10), person="li", text="two are needed")
    assert published.there(october(10, 12)) == ("zhang", "li")
    with pytest.raises(UsageError, match="li has shift 10-10 "):
        published.swap("zhang", of_day(10), "li")


def test_leave_makes_a_gap_that_the_checks_show_until_it_is_covered(published: Office):
    published.do("zhang", "ask_leave", start="2026-10-10", end="2026-10-11", text="体检")
    published.do("chief", "approve_exception", number=1)
    assert published.there(october(10, 12)) == ()
    settings = published.as_it_stands()
    found = checks(settings.roster, october(10, 0), october(11, 0), now=START, leaves=published.rows(rows.leaves))
    assert Check.GAP in {each.check for each in found}
    with pytest.raises(UsageError, match="say who stays away, or who comes"):
        published.do("chief", "enter_cover", shift=of_day(10), text="for zhang")
    published.do("chief", "enter_cover", shift=of_day(10), out="zhang", person="li", text="for zhang")
    assert published.there(october(10, 12)) == ("li",)
    assert ("told", "li") in published.mails()


def test_who_takes_over_is_there_at_once_and_a_leader_judges_within_a_day(published: Office):
    published.clock.set(october(10, 12))
    published.do("wang", "take_now", text="zhang fell ill")
    assert published.there(october(10, 12)) == ("wang",)
    assert published.newest().state.value == "pending"
    assert {("asked", "chief"), ("asked", "deputy"), ("asked", "zhang")} <= set(published.mails())
    with pytest.raises(UsageError, match="wang does not lead"):
        published.do("wang", "approve_exception", number=1)
    published.clock.set(october(10, 14))
    published.do("chief", "reject_exception", number=1, text="zhang is well")
    assert [published.there(october(10, hour)) for hour in (11, 13, 15)] == [("zhang",), ("wang",), ("zhang",)]


async def test_after_24_hours_without_a_word_the_leaders_are_asked_again_once(published: Office):
    published.clock.set(october(10, 12))
    published.do("wang", "take_now", text="zhang fell ill")
    await published.look(october(11, 11))
    before = [told for told in published.mails() if told == ("asked", "chief")]
    for minutes in (0, 1, 60):
        await published.look(october(11, 12) + timedelta(minutes=minutes))
    assert len([told for told in published.mails() if told == ("asked", "chief")]) == len(before) + 1
    published.do("chief", "approve_exception", number=1)
    assert published.newest().state.value == "applied"


def test_who_is_on_duty_takes_nothing_over_and_a_viewer_neither(published: Office):
    published.clock.set(october(10, 12))
    with pytest.raises(UsageError, match="zhang is on duty already"):
        published.do("zhang", "take_now", text="?")
    with pytest.raises(UsageError, match="guest may not do this"):
        published.do("guest", "take_now", text="?")


async def test_what_nobody_judged_before_the_shift_began_expires_and_both_are_told(published: Office):
    published.swap("zhang", of_day(10), "li")
    await published.look(october(10, 7))
    assert published.newest().state.value == "proposed"
    await published.look(october(10, 8))
    await published.look(october(10, 9))
    assert published.newest().state.value == "expired"
    assert sorted(told for told in published.mails() if told[0] == "told") == [("told", "li"), ("told", "zhang")]
    with pytest.raises(UsageError, match="exception 1 is expired already"):
        published.do("li", "agree_exception", number=1)


async def test_sick_leave_that_has_begun_waits_for_the_leader_until_it_is_over(published: Office):
    published.clock.set(october(10, 12))
    published.do("zhang", "ask_leave", start="2026-10-10 11:30", end="2026-10-12 08:00", text="病假")
    await published.look(october(10, 13))
    published.do("chief", "approve_exception", number=1)
    assert [published.there(october(10, hour)) for hour in (12, 13)] == [("zhang",), ()]


async def test_each_is_reminded_a_day_and_an_hour_before_once_each(published: Office):
    for moment in (
        october(9, 8),
        october(9, 8) + timedelta(minutes=1),
        october(10, 7),
        october(10, 7) + timedelta(minutes=1),
    ):
        await published.look(moment)
    ahead = [letter.key for letter in published.letters() if "/ahead/" in letter.key and "day/2026-10-10" in letter.key]
    assert sorted(key.split("/")[-2:] for key in ahead) == [["1440m", "zhang"], ["60m", "zhang"]]


async def test_after_a_swap_it_is_the_new_one_who_is_reminded(published: Office):
    published.agreed_and_approved("zhang", of_day(10), "li")
    await published.look(october(9, 8))
    assert ("ahead", "li") in published.mails()
    assert ("ahead", "zhang") not in published.mails()


async def test_leaders_are_reminded_of_next_month_once_a_day_from_the_25th_in_office_hours(published: Office):
    def asked() -> list[str]:
        return [letter.key.split("/")[3] for letter in published.letters() if letter.key.startswith("roster/publish/")]

    await published.look(october(24, 10))
    await published.look(october(25, 7))
    assert asked() == []
    for hour in (8, 9, 34):
        await published.look(october(25, 0) + hour * HOUR)
    assert sorted(asked()) == ["2026-10-25", "2026-10-25", "2026-10-26", "2026-10-26"]
    published.do("chief", "publish_month", month="2026-11")
    await published.look(october(27, 9))
    assert len(asked()) == 4


def test_what_is_in_force_is_taken_back_by_a_leader_alone(published: Office):
    published.agreed_and_approved("zhang", of_day(10), "li")
    with pytest.raises(UsageError, match="only a leader takes back"):
        published.do("zhang", "withdraw_exception", number=1)
    published.do("deputy", "withdraw_exception", number=1, text="misunderstood")
    assert published.there(october(10, 12)) == ("zhang",)


def test_what_waits_is_withdrawn_by_who_asked_and_declined_by_who_is_asked(published: Office):
    published.swap("zhang", of_day(10), "li")
    with pytest.raises(UsageError, match="only who asked for it"):
        published.do("wang", "withdraw_exception", number=1)
    published.do("zhang", "withdraw_exception", number=1)
    published.swap("zhang", of_day(10), "wang")
    published.do("wang", "decline_exception", number=2, text="没空")
    assert [each.state.value for each in published.rows(lambda tx: rows.newest(tx, 9))] == ["declined", "withdrawn"]
    assert published.there(october(10, 12)) == ("zhang",)


def test_what_is_not_there_cannot_be_spoken_of(published: Office):
    with pytest.raises(UsageError, match="there is no exception 99"):
        published.do("chief", "approve_exception", number=99)
    with pytest.raises(UsageError, match="stranger is not among the people"):
        published.swap("zhang", of_day(10), "stranger")
    with pytest.raises(UsageError, match="at most a year"):
        published.do("li", "ask_leave", start="2026-10-01", end="2028-01-01", text="?")
