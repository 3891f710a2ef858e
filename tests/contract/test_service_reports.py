"""Service reports from the first look at a device to the mail in the department's folder, on both databases."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.policy import SMTP
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from netwatch.actions import carry_out
from netwatch.domain.model import Severity
from netwatch.domain.period import PeriodKind, containing
from netwatch.domain.service_report import ReportState, ReportStep, from_json, stepped, to_json
from netwatch.errors import NetwatchError, StorageError, UsageError
from netwatch.report.service import service_report
from netwatch.storage import events, outbox, service, sights
from netwatch.storage.events import EventKind
from netwatch.workers.observer import Trouble
from netwatch.workers.reports import ReportsWorker, see
from probes.api import Message
from tests.scenario import ANSWERS, SILENT, Scenario, site, switch
from tests.shifts import WHOLE_DAY

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.domain.service_report import ServiceReport
    from netwatch.storage.database import Database

START = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
"""A Sunday, 10:00 in Shanghai: the week ends at 16:00 UTC."""
PEOPLE = (
    """
[[person]]
name = "boss"
mail = "boss@hospital.example"
role = "leader"
language = "en"
"""
    + WHOLE_DAY
    + """

[[department]]
name = "radiology"
title = "放射科"
recipients = ["ct@hospital.example", "mr@hospital.example"]
devices = ["sw-1"]
periods = ["week"]
target = 99.0
"""
)


class Office(Scenario):
    """A site that sends service reports."""

    def do(self, who: str, action: str, /, **values: Any) -> str:
        work = carry_out(self.settings, action, who, self.clock.now(), values)
        return str(self.database.write_now(work))

    async def look(self, at: datetime | None = None) -> None:
        if at is not None:
            self.clock.set(at)
        await ReportsWorker(self.database, self.watched, self.clock, self._wake).look(self.clock.now())

    async def watch(self, minutes: range, *, silent: range = range(0)) -> None:
        """Look at sw-1 every minute, and write down that it was seen."""
        for minute in minutes:
            self.clock.set(START + timedelta(minutes=minute))
            await self.sees("sw-1/icmp", SILENT if minute in silent else ANSWERS)
            self.database.write_now(lambda tx: see(self.settings, tx))

    def report(self, now: datetime) -> ServiceReport:
        table = self.settings.file.department[0]
        period = containing(PeriodKind.WEEK, START.date())
        return self.rows(lambda tx: service_report(tx, self.settings, table, period, now))

    def sent(self) -> list[str]:
        return [letter.recipient or "" for letter in self.letters() if "/sent/" in letter.key]

    def states(self) -> list[str]:
        return [filed.state.value for filed in reversed(self.rows(lambda tx: service.newest(tx, 99)))]


MONDAY = datetime(2026, 11, 22, 16, 10, tzinfo=UTC)
"""Ten minutes after the week's end."""


@pytest.fixture
def office(tmp_path: Path, database: Database) -> Office:
    made = Office(site(tmp_path, devices=switch("sw-1") + switch("sw-2"), whole=PEOPLE), database, START)
    made.clock.set(START)
    return made


def unsealed(office: Office, statement: str) -> None:
    """Do what somebody does who owns the database: take the seals off, and write."""

    def work(tx: Any) -> None:
        sqlite = tx.dialect.name == "sqlite"
        for name in ("update", "delete") if sqlite else ("",):
            seal = f"service_reports_{name}_refused" if sqlite else "service_reports_refused ON service_reports"
            tx.execute(text(f"DROP TRIGGER {seal}"))
        tx.exec_driver_sql(statement)

    office.database.write_now(work)


async def drafted(office: Office) -> None:
    await office.watch(range(5))
    office.do("zhang", "log", text="begins")
    await office.look(MONDAY)


async def test_a_week_is_drafted_once_when_it_is_over(office: Office):
    await office.watch(range(5))
    office.do("zhang", "log", text="begins")
    await office.look(MONDAY - timedelta(minutes=1))
    assert office.states() == []
    await office.look(MONDAY)
    await office.look(MONDAY + timedelta(minutes=1))
    assert office.states() == ["draft"]
    (filed,) = office.rows(lambda tx: service.newest(tx, 9))
    assert (filed.scope, from_json(filed.document).period.name, filed.whole) == ("radiology", "2026-W47", True)
    assert [letter.person for letter in office.letters() if letter.kind == "service"] == ["boss"]
    assert office.sent() == []


async def test_nothing_is_drafted_of_a_time_before_the_first_record(office: Office):
    await office.look(MONDAY)
    assert office.states() == []


async def test_released_it_goes_to_each_address_once(office: Office):
    await drafted(office)
    office.do("boss", "release_report", number=1)
    await office.look()
    await office.look()
    assert office.sent() == ["ct@hospital.example", "mr@hospital.example"]
    assert office.states() == ["sent"]
    letter = next(letter for letter in office.letters() if "/sent/" in letter.key)
    mail = message_from_bytes(letter.content or b"", policy=SMTP)
    assert "放射科" in str(mail["Subject"])
    (page,) = mail.iter_attachments()
    assert page.get_filename() == "service-radiology-2026-W47-1.html"
    assert "<!doctype html>" in page.get_content().lower()


async def test_only_a_leader_releases_and_nothing_leaves_before(office: Office):
    await drafted(office)
    with pytest.raises(UsageError, match="it takes the role leader"):
        office.do("zhang", "release_report", number=1)
    with pytest.raises(UsageError, match="this step cannot follow"):
        office.do("zhang", "send_report", number=1)
    await office.look()
    assert (office.states(), office.sent()) == (["draft"], [])


async def test_it_is_never_released_or_sent_twice(office: Office):
    await drafted(office)
    office.do("boss", "release_report", number=1)
    with pytest.raises(UsageError, match="is released by the leader; this step cannot follow"):
        office.do("boss", "release_report", number=1)
    office.do("zhang", "send_report", number=1)
    with pytest.raises(UsageError, match="is sent to the department; this step cannot follow"):
        office.do("zhang", "send_report", number=1)
    await office.look()
    assert len(office.sent()) == 2


async def test_killed_between_release_and_sending_it_leaves_once_later(office: Office):
    await drafted(office)
    office.do("boss", "release_report", number=1)
    again = Office(office.settings, office.database, START)
    await again.look(MONDAY + timedelta(hours=1))
    await again.look(MONDAY + timedelta(hours=2))
    assert (len(again.sent()), again.states()) == (2, ["sent"])


async def test_killed_while_sending_nothing_has_left_and_all_of_it_leaves_later(office: Office, monkeypatch):
    await drafted(office)
    office.do("boss", "release_report", number=1)
    queued: list[str] = []
    add = outbox.add

    def dies(tx, letter):
        if queued:
            raise RuntimeError("killed")
        queued.append(letter.key)
        return add(tx, letter)

    with monkeypatch.context() as patched:
        patched.setattr("netwatch.report.letters.outbox.add", dies)
        with pytest.raises(RuntimeError, match="killed"):
            office.do("zhang", "send_report", number=1)
    assert (queued, office.sent(), office.states()) == (["service/1/sent/ct@hospital.example"], [], ["released"])
    await office.look()
    assert (len(office.sent()), office.states()) == (2, ["sent"])


async def test_withheld_it_stays_in_the_house_and_says_why(office: Office):
    await drafted(office)
    office.do("boss", "withhold_report", number=1, text="figures are wrong")
    with pytest.raises(UsageError, match="is withheld; this step cannot follow"):
        office.do("boss", "release_report", number=1)
    await office.look()
    assert (office.states(), office.sent()) == (["withheld"], [])


async def test_a_new_draft_takes_the_place_of_one_that_waits(office: Office):
    await drafted(office)
    office.do("zhang", "draft_report", department="radiology", period="2026-W47")
    assert office.states() == ["replaced", "draft"]
    with pytest.raises(UsageError, match="is replaced by a newer draft; this step cannot follow"):
        office.do("boss", "release_report", number=1)
    office.do("boss", "release_report", number=2)


async def test_a_period_that_goes_on_is_not_drafted(office: Office):
    office.do("zhang", "log", text="begins")
    with pytest.raises(UsageError, match="2026-W47 is not over"):
        office.do("zhang", "draft_report", department="radiology", period="2026-W47")
    with pytest.raises(UsageError, match="must be a period such as"):
        office.do("zhang", "draft_report", department="radiology", period="last week")
    with pytest.raises(UsageError, match="there is no department surgery"):
        office.do("zhang", "draft_report", department="surgery")


async def test_a_leader_is_reminded_once_a_day(office: Office):
    await drafted(office)
    for hours in (1, 23, 24, 25, 47, 48, 49):
        await office.look(MONDAY + timedelta(hours=hours))
    keys = [letter.key for letter in office.letters() if letter.kind == "service"]
    assert keys == ["service/1/ready-0/boss", "service/1/reminder-1/boss", "service/1/reminder-2/boss"]
    office.do("boss", "release_report", number=1)
    await office.look(MONDAY + timedelta(hours=80))
    assert len([letter for letter in office.letters() if letter.kind == "service"]) == 5


async def test_a_document_that_was_altered_is_not_released(office: Office):
    await drafted(office)
    unsealed(office, "UPDATE service_reports SET document = replace(document, '99.0', '9.0')")
    with pytest.raises(StorageError, match="is not as it was drafted"):
        office.do("boss", "release_report", number=1)
    await office.look(MONDAY + timedelta(days=3))
    assert office.sent() == []


async def test_nor_is_one_that_was_altered_with_its_digest(office: Office):
    await drafted(office)
    document = office.rows(lambda tx: service.newest(tx, 1))[0].document.replace("99.0", "9.0")
    unsealed(office, f"UPDATE service_reports SET digest = '{service.digest_of(document)}', document = '{document}'")
    assert office.rows(lambda tx: service.newest(tx, 1))[0].whole
    with pytest.raises(StorageError, match="is not as it was drafted"):
        office.do("boss", "release_report", number=1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE service_reports SET document = '{}'",
        "UPDATE service_reports SET scope = 'x'",
        "DELETE FROM service_reports",
    ],
)
async def test_the_database_refuses_to_change_what_was_drafted(office: Office, statement: str):
    await drafted(office)
    with pytest.raises((DBAPIError, NetwatchError), match="are never changed"):
        office.database.write_now(lambda tx: tx.execute(text(statement)))
    assert office.states() == ["draft"]


async def test_every_step_is_an_event_with_the_digest(office: Office):
    await drafted(office)
    office.do("boss", "release_report", number=1, text="seen")
    await office.look()
    found = list(reversed(office.rows(lambda tx: events.newest(tx, (EventKind.REPORT,), 9))))
    (filed,) = office.rows(lambda tx: service.newest(tx, 9))
    assert [(each.actor, (each.data or {})["step"]) for each in found] == [
        (None, "draft"),
        ("boss", "release"),
        (None, "send"),
    ]
    assert {(each.data or {})["digest"] for each in found} == {filed.digest}


async def test_without_departments_devices_are_seen_all_the_same(tmp_path: Path, database: Database):
    office = Office(site(tmp_path, devices=switch("sw-1")), database, START)
    office.clock.set(START)
    await office.sees("sw-1/icmp", ANSWERS)
    await office.look()
    assert list(office.rows(sights.latest)) == ["sw-1"]


async def test_time_is_up_down_or_unknown_as_it_was_seen(office: Office):
    await office.watch(range(61), silent=range(20, 30))
    report = office.report(START + timedelta(minutes=60))
    share = report.total.share
    assert (share.up, share.down) == (timedelta(minutes=50), timedelta(minutes=10))
    assert share.total == report.upto - report.start
    assert share.unknown == share.total - timedelta(minutes=60)
    assert (report.total.outages, report.reached) == (1, False)
    assert [(count.severity, count.opened, count.closed) for count in report.faults if count.opened] == [
        ("critical", 1, 1)
    ]


async def test_while_the_service_was_off_nothing_is_known(office: Office):
    await office.watch(range(11))
    await office.watch(range(40, 61))
    share = office.report(START + timedelta(minutes=60)).total.share
    assert share.up == timedelta(minutes=30)
    assert share.down == timedelta()


async def test_planned_maintenance_is_left_out(office: Office):
    office.clock.set(START)
    office.do("zhang", "open_window", devices=["sw-1"], title="new power supply", lasting=1800)
    await office.watch(range(61), silent=range(5, 20))
    report = office.report(START + timedelta(minutes=60))
    assert report.total.share.planned == timedelta(minutes=30)
    assert report.total.share.out == timedelta()
    assert (report.planned, report.reached) == (1, True)


async def test_another_departments_device_is_not_in_it(office: Office):
    await office.watch(range(5))
    for minute in range(5):
        office.clock.set(START + timedelta(minutes=minute))
        await office.sees("sw-2/icmp", SILENT)
    report = office.report(START + timedelta(minutes=10))
    assert [each.name for each in report.devices] == ["sw-1"]
    assert sum(each.opened for each in report.faults) == 0


async def test_what_devices_are_set_to_is_told_to_the_leaders_and_to_no_department(office: Office):
    wrong = Trouble(Severity.CRITICAL, Message("users and groups changed without approval: user x added"))
    await office.observer.stand("sw-1", "drift", {"users/1": wrong}, office.clock.now())
    assert office.report(MONDAY).graves == ()
    table = office.settings.file.department[0].model_copy(update={"devices": ()})
    period = containing(PeriodKind.WEEK, START.date())
    whole = office.rows(lambda tx: service_report(tx, office.settings, table, period, MONDAY))
    assert [each.what for each in whole.graves] == [wrong.summary]


async def test_a_fault_is_answered_from_its_confirmation_and_repaired_from_its_first_sign(office: Office):
    await office.watch(range(6), silent=range(2, 10))
    office.do("zhang", "acknowledge", fault=1, text="on my way")
    await office.watch(range(6, 12), silent=range(2, 10))
    report = office.report(START + timedelta(minutes=30))
    assert (report.response.count, report.response.middle, report.response.late) == (1, 60.0, 0)
    assert (report.repair.count, report.repair.middle) == (1, 480.0)
    (grave,) = report.graves
    assert (grave.number, grave.device, grave.severity) == (1, "sw-1", "critical")


async def test_the_same_rows_give_the_same_report_and_it_is_read_back_as_it_was(office: Office):
    await office.watch(range(30), silent=range(2, 10))
    now = START + timedelta(minutes=30)
    one, two = to_json(office.report(now)), to_json(office.report(now))
    assert one == two
    assert to_json(from_json(one)) == one
    assert json.loads(one)["kind"] == "week"


def test_only_what_is_released_leads_to_sent():
    sends = [state for state in ReportState if stepped(state, ReportStep.SEND) is ReportState.SENT]
    assert sends == [ReportState.RELEASED]


async def both_silent(tmp_path: Path, database: Database, **more: str) -> Office:
    """The core switch does not answer for ten minutes of an hour, nor does what is behind it."""
    devices = switch("core") + switch("sw-1", parents=("core",))
    office = Office(site(tmp_path, devices=devices, whole=PEOPLE, **more), database, START)
    for minute in range(61):
        office.clock.set(START + timedelta(minutes=minute))
        for name in ("core", "sw-1"):
            await office.sees(f"{name}/icmp", SILENT if 20 <= minute < 30 else ANSWERS)
        await office.reviewer.review(office.clock.now())
        office.database.write_now(lambda tx: see(office.settings, tx))
    return office


async def test_what_is_cut_off_by_a_fault_in_front_was_out_and_is_told_apart(tmp_path: Path, database: Database):
    office = await both_silent(tmp_path, database)
    report = office.report(START + timedelta(minutes=60))
    share = report.total.share
    assert (share.up, share.down, share.cut_off) == (timedelta(minutes=50), timedelta(), timedelta(minutes=10))
    assert report.reached is False
    assert (report.behind, sum(each.opened for each in report.faults), report.graves) == (1, 0, ())


async def test_while_the_monitor_itself_was_cut_off_nothing_is_known(tmp_path: Path, database: Database):
    office = await both_silent(tmp_path, database, site='canaries = ["core"]')
    share = office.report(START + timedelta(minutes=60)).total.share
    assert share.out == timedelta()
    assert timedelta(minutes=48) <= share.up <= timedelta(minutes=50)
