"""What the status page asks, of either kind of database."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.domain.model import DeviceState, Severity
from netwatch.storage import checks, faults, overview
from netwatch.storage.outbox import Delivery
from netwatch.web.pages.status import status
from netwatch.web.tempo import Pace
from tests import hospital
from tests.hospital import NOW

if TYPE_CHECKING:
    from netwatch.config import Settings
    from netwatch.storage.database import Database


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return hospital.settings(tmp_path_factory.mktemp("page"))


@pytest.fixture
def night(database: Database, settings: Settings) -> Database:
    """A bad night."""
    for work in (lambda tx: hospital.well(tx, settings), hospital.bad_night, hospital.reports):
        database.write_now(work)
    return database


def test_the_open_faults_are_those_that_nothing_in_front_explains(night: Database) -> None:
    found = night.read_now(lambda tx: faults.leading(tx, 100))
    assert len(found) == 15
    assert [fault.severity for fault in found] == sorted((fault.severity for fault in found), reverse=True)
    assert len(night.read_now(lambda tx: faults.leading(tx, 3))) == 3
    counts = {Severity.CRITICAL: 1, Severity.MAJOR: 3, Severity.MINOR: 4, Severity.WARNING: 7}
    assert night.read_now(faults.leading_counts) == counts
    assert list(night.read_now(faults.leading_counts)) == list(counts)


def test_what_a_fault_hides_is_found_by_the_fault_in_front(night: Database) -> None:
    (first,) = night.read_now(lambda tx: faults.opened_of(tx, "core-1"))
    hidden = night.read_now(faults.hidden)
    assert list(hidden) == [first.id]
    assert set(hidden[first.id]) == {f"sw-{number}" for number in range(2, 20, 2)}


def test_who_was_told_is_found_by_decision_and_mail(night: Database) -> None:
    (first,) = night.read_now(lambda tx: faults.opened_of(tx, "core-1"))
    telling = night.read_now(lambda tx: overview.telling(tx, [first.id]))[first.id]
    assert [(each.person, each.state) for each in telling.told] == [
        ("zhang", Delivery.SENT),
        ("chen", Delivery.GIVEN_UP),
    ]
    assert telling.told[0].sent_at == first.confirmed + timedelta(seconds=21)
    assert telling.unreached is None


def test_devices_are_asked_for_by_state_and_by_name(night: Database, settings: Settings) -> None:
    states = night.read_now(overview.states)
    assert states.keys() == settings.devices.keys()
    assert states["core-1"] is DeviceState.DOWN
    names = tuple(settings.devices) * 10
    assert night.read_now(lambda tx: overview.standings(tx, names)).keys() == settings.devices.keys()
    assert night.read_now(lambda tx: overview.standings(tx, ())) == {}


def test_the_outbox_is_counted(night: Database) -> None:
    post = night.read_now(lambda tx: overview.post(tx, NOW - timedelta(days=7)))
    assert (post.waiting, post.oldest, post.given_up) == (0, None, 1)
    (first,) = night.read_now(lambda tx: faults.opened_of(tx, "core-1"))
    night.write_now(lambda tx: hospital.mail(tx, hospital.letter(first, "li", Delivery.QUEUED)))
    post = night.read_now(lambda tx: overview.post(tx, NOW))
    assert (post.waiting, post.oldest, post.given_up) == (1, first.confirmed, 0)


def test_reports_come_newest_first_with_their_languages(night: Database) -> None:
    found = night.read_now(lambda tx: overview.reports(tx, 10))
    assert [each.id for each in found] == list(range(11, 1, -1))
    assert {each.pages for each in found} == {("en", "zh_CN")}


def test_the_states_of_one_device_are_those_of_no_other(night: Database) -> None:
    night.write_now(lambda tx: hospital.measured(tx, "servers-20"))
    night.write_now(lambda tx: hospital.measured(tx, "servers-2"))
    assert {each.subject.device for each in night.read_now(lambda tx: checks.of_device(tx, "servers-2"))} == {
        "servers-2"
    }


def test_a_database_has_a_size(night: Database) -> None:
    assert night.read_now(overview.size) > 10_000


def test_the_mark_changes_with_the_records_and_only_then(night: Database) -> None:
    before = night.read_now(overview.mark)
    assert night.read_now(overview.mark) == before
    night.write_now(lambda tx: hospital.down(tx, hospital.fault("sw-1")))
    assert night.read_now(overview.mark) != before


def test_the_whole_page_is_the_same_whatever_keeps_the_records(night: Database, settings: Settings) -> None:
    progress = replace(hospital.Progress(NOW - timedelta(days=3)), last_poll_at=NOW)
    view = night.read_now(lambda tx: status(tx, settings, progress, Pace(60, 0, 60.0), None, NOW))
    assert (view.tone, view.faults.total, view.faults.behind, view.devices.amiss) == ("critical", 15, 9, 25)
    assert [window.title for window in view.windows] == ["UPS 换电池"]
    assert view.monitoring.records.engine.split()[0] in ("SQLite", "PostgreSQL")
