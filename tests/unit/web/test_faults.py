"""Open faults, as the page shows them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

from netwatch.domain.model import Acknowledgement, DeviceState, Severity, Told
from netwatch.storage import faults, outbox
from netwatch.storage.faults import Decided
from netwatch.storage.outbox import Delivery
from netwatch.web.pages import naming
from netwatch.web.pages.faults import FULLY, MOST, fault_list, open_faults
from probes.api import Message
from tests.hospital import NOW, Hospital, bad_night, down, fault, letter, mail

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from netwatch.web.pages.faults import FaultView, OpenFaults


def shown(hospital: Hospital) -> OpenFaults:
    return hospital.database.read_now(lambda tx: open_faults(tx, hospital.settings, NOW))


def only(hospital: Hospital) -> FaultView:
    (view,) = shown(hospital).full
    return view


def test_the_worst_stands_first_and_what_it_hides_stands_under_it(well: Hospital) -> None:
    well.write(bad_night)
    view = shown(well)
    assert [each.severity for each in (*view.full, *view.short)] == sorted(
        [each.severity for each in (*view.full, *view.short)], reverse=True
    )
    core = view.full[0]
    assert (core.device, core.title, core.affects) == ("core-1", "核心交换机 1", "门诊楼 3 层、HIS")
    assert core.hidden_count == 9
    assert [each.device for each in core.hidden] == [f"sw-{number}" for number in range(2, 20, 2)]
    assert view.behind == 9
    assert view.total == 15
    assert view.worst is Severity.CRITICAL
    assert view.untaken == 14
    assert all(each.severity < Severity.MINOR for each in view.short)


def test_a_fault_behind_a_hidden_one_counts_for_the_one_in_front_of_both(well: Hospital) -> None:
    def chain(tx: Connection) -> None:
        first = down(tx, fault("core-1"))
        second = down(tx, fault("sw-2", cause=first.id), DeviceState.UNREACHABLE)
        down(tx, fault("sw-4", cause=second.id), DeviceState.UNREACHABLE)

    well.write(chain)
    view = only(well)
    assert (view.device, [each.device for each in view.hidden]) == ("core-1", ["sw-2", "sw-4"])


def test_a_fault_whose_cause_has_closed_stands_for_itself_again(well: Hospital) -> None:
    def chain(tx: Connection) -> None:
        first = down(tx, fault("core-1"))
        second = down(tx, fault("sw-2", cause=first.id))
        down(tx, fault("sw-4", cause=second.id))
        faults.save(tx, replace(first, closed=NOW))

    well.write(chain)
    view = only(well)
    assert (view.device, [each.device for each in view.hidden]) == ("sw-2", ["sw-4"])


def test_two_faults_that_name_each_other_do_not_go_round_for_ever(well: Hospital) -> None:
    def ring(tx: Connection) -> None:
        first = down(tx, fault("core-1"))
        second = down(tx, fault("core-2", cause=first.id))
        faults.save(tx, replace(first, cause=second.id))

    well.write(ring)
    assert shown(well).total == 0
    assert shown(well).behind == 2


def test_an_acknowledgement_that_has_run_out_is_none(well: Hospital) -> None:
    def taken(tx: Connection) -> None:
        made = down(tx, fault("core-1"))
        until = NOW - timedelta(seconds=1)
        faults.save(tx, replace(made, acknowledged=Acknowledgement("zhang", NOW - timedelta(hours=1), "", until)))

    well.write(taken)
    assert only(well).taken is None


def test_who_was_told_is_told_by_the_newest_mail_to_each(well: Hospital) -> None:
    def told(tx: Connection) -> None:
        made = down(tx, fault("core-1", told=Told.OPENED, told_at=NOW))
        mail(tx, letter(made, "zhang", Delivery.GIVEN_UP))
        mail(tx, letter(made, "zhang", key="again"))
        mail(tx, letter(made, "li", Delivery.QUEUED))

    well.write(told)
    assert [(each.person, each.state) for each in only(well).told] == [
        ("张伟", Delivery.SENT),
        ("李娜", Delivery.QUEUED),
    ]


def test_a_mail_that_tells_of_many_faults_counts_for_each(well: Hospital) -> None:
    def told(tx: Connection) -> None:
        made = down(tx, fault("core-1", told=Told.OPENED, told_at=NOW))
        digest = outbox.add(tx, letter(made, "zhang", key="digest/1/zhang", fault=None, kind="digest"))
        why = Message("in one mail with {count} others", {"count": 8})
        faults.decide(tx, Decided(NOW, made.id, "opened", told=True, why=why, person="zhang", outbox=digest))

    well.write(told)
    assert [(each.person, each.state) for each in only(well).told] == [("张伟", Delivery.SENT)]


def test_when_nobody_can_be_told_it_says_so_and_not_that_they_were(well: Hospital) -> None:
    nobody = Message("nobody can be told: nobody on duty has a mail address, and there is no fallback")

    def told(tx: Connection) -> None:
        made = down(tx, fault("core-1", told=Told.OPENED, told_at=NOW))
        faults.decide(tx, Decided(NOW, made.id, "opened", told=True, why=Message("confirmed; goes to who is on duty")))
        faults.decide(tx, Decided(NOW, made.id, "opened", told=False, why=nobody))

    well.write(told)
    assert only(well).told == ()
    assert only(well).unreached == nobody


def test_more_faults_than_fit_are_counted_and_not_shown(well: Hospital) -> None:
    def many(tx: Connection) -> None:
        for number in range(MOST + 5):
            made = fault("core-1", severity=Severity.MAJOR)
            down(tx, replace(made, subject=replace(made.subject, item=f"port {number}", meaning="port.state")))

    well.write(many)
    view = shown(well)
    assert (view.total, len(view.full), len(view.short), view.omitted) == (MOST + 5, FULLY, MOST - FULLY, 5)


def test_names_in_a_stored_sentence_become_what_people_call_them(well: Hospital) -> None:
    assert str(naming.message(well.settings, Message("mail to {person}", {"person": "zhang"}))) == "mail to 张伟"
    well.write(lambda tx: down(tx, fault("core-1", quiet=Message("{who} has taken it", {"who": "zhang"}))))
    assert str(only(well).quiet) == "张伟 has taken it"


def test_a_device_that_is_configured_no_more_keeps_its_fault_and_its_name(well: Hospital) -> None:
    well.write(lambda tx: down(tx, fault("gone-1")))
    assert only(well).title == "gone-1"


def test_closed_faults_are_listed_newest_first(well: Hospital) -> None:
    def closed(tx: Connection) -> None:
        for name in ("sw-1", "sw-2", "sw-3"):
            faults.save(tx, replace(down(tx, fault(name)), closed=NOW))

    well.write(closed)
    view = well.database.read_now(lambda tx: fault_list(tx, well.settings, NOW))
    assert [each.device for each in view.closed] == ["sw-3", "sw-2", "sw-1"]
    assert view.open.total == 0
    assert view.closed[0].lasting == timedelta(hours=1, minutes=20)
