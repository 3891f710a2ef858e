"""Back-ups are on record, and section 10 of the handover report knows of them: on both databases."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Any

import pytest

from netwatch import report
from netwatch.actions import carry_out
from netwatch.domain.backups import BackUps
from netwatch.errors import UsageError
from netwatch.language import translations
from netwatch.progress import Progress
from netwatch.storage import audit, backups, events, records
from netwatch.storage.events import Entry, EventKind
from probes.api import Message
from roster import render
from roster.handover import to_json
from roster.report import Colour, Reason
from roster.report_wording import ReportWording
from tests.scenario import START, Scenario, site, switch

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from netwatch.storage.database import Database
    from roster.report import Handover

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
VIEWER = """
[[person]]
name = "li"
role = "viewer"
[[person]]
name = "boss"
role = "leader"
"""


class Site(Scenario):
    """A duty room with a night job that makes back-ups."""

    def begin(self) -> None:
        self.database.write_now(lambda tx: events.add(tx, Entry(EventKind.STARTED, START, START)))

    def made(self, made: datetime, *, who: str = "netwatch", trusted: bool = True, size: int = 1_200_000) -> str:
        values = {"file": "/var/lib/netwatch/backup.db", "bytes": size, "made": made.isoformat()}
        return self._do("backed_up", values, who, trusted=trusted)

    def failed(self, why: str) -> str:
        return self._do("backup_failed", {"file": "/mnt/backup.db", "trouble": why}, "netwatch", trusted=True)

    def _do(self, action: str, values: dict[str, Any], who: str, *, trusted: bool) -> str:
        work = carry_out(self.settings, action, who, self.clock.now(), values, login=who, trusted=trusted)
        return str(self.database.write_now(work))

    def known(self) -> BackUps:
        return self.rows(lambda tx: backups.known(tx, self.clock.now()))

    def draft(self, progress: Progress | None = None, at: datetime | None = None, **how: Any) -> Handover:
        now = at or self.clock.now()
        shift = report.running(self.settings, now)
        return self.rows(lambda tx: report.draft(tx, self.settings, shift, now, progress, **how)).handover

    def section(self, handover: Handover, language: str = "en") -> list[str]:
        text = render.text(handover, translations(language), self.settings.site.zone)
        return text.partition("== 10 · ")[2].partition("\n== 11 · ")[0].splitlines()

    def problems(self, handover: Handover, language: str = "en") -> list[str]:
        _label, told = ReportWording(translations(language), self.settings.site.zone).monitoring(handover)[-1]
        return [text for text, _good in told]


@pytest.fixture
def room(tmp_path: Path, database: Database) -> Site:
    return Site(site(tmp_path, devices=switch("sw-1") + VIEWER), database)


def test_a_back_up_by_cron_is_on_record_though_its_user_is_nobody_on_duty(room: Site):
    assert room.known() == BackUps()
    said = room.made(START)
    assert said == "on record: /var/lib/netwatch/backup.db of 2026-11-22 10:00, 1.2 MB"
    assert room.known().good == START
    (event,) = room.rows(lambda tx: audit.newest(tx, audit.Wanted(action="backed_up"), 9))
    assert (event.actor, event.subject) == ("netwatch", "/var/lib/netwatch/backup.db")


def test_what_is_on_record_is_as_of_the_moment_that_is_asked_about(room: Site):
    room.made(START)
    room.clock.set(START + DAY)
    room.failed("disk full")
    room.clock.set(START + 2 * DAY)
    room.made(START + 2 * DAY)
    asked = [room.rows(lambda tx, when=START + n * DAY: backups.known(tx, when)) for n in (-1, 0, 1, 2)]
    assert [(each.good, each.failed) for each in asked] == [
        (None, ""),
        (START, ""),
        (START, "disk full"),
        (START + 2 * DAY, ""),
    ]


def test_a_file_that_an_earlier_night_left_is_no_new_back_up(room: Site):
    room.made(START)
    room.clock.set(START + DAY)
    with pytest.raises(UsageError, match="not newer than the back-up of 2026-11-22 10:00"):
        room.made(START)
    with pytest.raises(UsageError, match="still to come"):
        room.made(START + DAY + HOUR)
    with pytest.raises(UsageError, match="a time and a size"):
        room.made(START + DAY, size=0)
    assert room.known().good == START, "what was refused does not count"


@pytest.mark.parametrize(
    "detail",
    [
        {"outcome": "done"},
        {"outcome": "done", "arguments": ["x"]},
        {"outcome": "done", "arguments": {"made": "yesterday"}},
        {"outcome": "done", "arguments": {"made": "2026-11-22T08:00:00"}},
        {"cut": True},
    ],
)
def test_what_is_no_record_of_ours_keeps_no_shift_from_its_report(room: Site, detail: dict[str, Any]):
    room.made(START)
    said = {"actor": "eve", "subject": "", "detail": detail, "now": START}
    for action in (backups.MADE, backups.FAILED):
        room.database.write_now(lambda tx, action=action: audit.record(tx, action=action, **said))
    assert (room.known().good, room.known().failed) == (START, "")
    assert room.draft().monitoring.backup_at == START


@pytest.mark.parametrize(("who", "trusted"), [("li", True), ("li", False), ("mallory", False)])
def test_nobody_puts_a_back_up_on_record_who_may_not_write(room: Site, who: str, trusted: bool):
    with pytest.raises(UsageError):
        room.made(START, who=who, trusted=trusted)
    assert room.known().good is None


async def test_the_report_says_when_the_last_back_up_was_and_does_not_change_later(room: Site):
    room.begin()
    room.made(START)
    await room.answers("sw-1", minutes=(0,))
    room.clock.set(START + HOUR)
    before = room.draft(synchronised=True)
    assert before.state.colour is Colour.GREEN
    assert room.section(before)[1:] == [
        "Devices seen: 1 of 1 devices seen",
        "Last polls: all checks 2026-11-22 10:00",
        "Polls waiting: not known",
        "Mail: 0 sent, 0 failed attempts, 0 waiting, 0 given up",
        "Clock: synchronised",
        "Back-up of netwatch: 2026-11-22 10:00 (1 h ago)",
        "Problems: None",
    ]
    chinese = room.section(before, "zh_CN")[1:]
    assert [line.partition("：")[0] for line in chinese[3:]] == ["邮件", "时钟", "netwatch 备份", "问题"]
    assert (len(chinese), chinese[5]) == (7, "netwatch 备份：2026-11-22 10:00（1 小时前）")
    room.clock.set(START + 2 * HOUR)
    room.made(START + 2 * HOUR)
    assert to_json(room.draft(at=START + HOUR, synchronised=True)) == to_json(before)


def test_a_first_start_does_not_nag_and_says_that_there_is_none(room: Site):
    room.begin()
    drawn = room.draft()
    assert Reason.MONITORING not in drawn.state.reasons
    assert "Back-up of netwatch: no back-up known" in room.section(drawn)
    assert "netwatch 备份：未见备份" in room.section(drawn, "zh_CN")


def test_a_database_that_never_was_backed_up_makes_the_report_amber_after_a_week(room: Site):
    room.begin()
    room.clock.set(START + 8 * DAY)
    drawn = room.draft()
    assert Reason.MONITORING in drawn.state.reasons
    assert room.problems(drawn) == ["there is no back-up of netwatch, for longer than may be (backup_within = 7d)"]
    assert room.problems(drawn, "zh_CN") == ["一直未见 netwatch 备份，已超过允许时间（backup_within = 7d）"]


def test_a_back_up_that_is_old_or_failed_makes_the_report_amber(room: Site):
    room.begin()
    room.made(START)
    room.clock.set(START + 8 * DAY)
    assert room.problems(room.draft()) == ["the last back-up of netwatch is older than it may be (backup_within = 7d)"]
    room.made(START + 8 * DAY)
    assert Reason.MONITORING not in room.draft().state.reasons
    room.failed("disk full")
    drawn = room.draft()
    assert Reason.MONITORING in drawn.state.reasons
    assert room.problems(drawn) == ["the last back-up of netwatch failed: disk full"]


async def test_what_the_rows_know_is_told_where_no_service_can_be_asked(room: Site):
    await room.answers("sw-1", minutes=(0,))
    room.database.write_now(lambda tx: records.put(tx, records.ALIVE, START.isoformat()))
    section = room.section(room.draft())
    assert "Last polls: all checks 2026-11-22 10:00" in section
    assert "Clock: whether it is synchronised is not known" in section
    assert "Problems: None" in section
    room.clock.set(START + HOUR)
    assert "Problems: the service does not run: nothing is looked at, and no mail goes out" in room.section(
        room.draft()
    )


async def test_a_service_that_has_just_started_tells_of_the_looks_before_it(room: Site):
    await room.answers("sw-1", minutes=(0,))
    section = room.section(room.draft(Progress(START + HOUR, clock_synchronised=False)))
    assert "Last polls: all checks 2026-11-22 10:00" in section
    assert "Polls waiting: 0" in section
    assert "Clock: not synchronised" in section


def test_a_clock_that_jumped_in_the_shift_is_told_once(room: Site):
    summary = Message("the wall clock jumped by {seconds} s", {"seconds": "+30"})
    for _each in range(5):
        room.database.write_now(lambda tx: events.add(tx, Entry(EventKind.CLOCK, START, START, summary=summary)))
    drawn = room.draft()
    assert Reason.MONITORING in drawn.state.reasons
    assert [each.template.format_map(each.values) for each in drawn.monitoring.problems] == [
        *["the wall clock jumped by +30 s"] * 3,
        "the wall clock jumped 5 times in all",
    ]
