"""What mails say of deviations and change requests, read as the engineer on duty reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.domain.drift.change_request import ChangeKind, ChangeRequest, ChangeState
from netwatch.domain.drift.condition import of_door
from netwatch.domain.drift.difference import compare
from netwatch.domain.drift.finding import Closing, Finding, FindingState, Told, close
from netwatch.domain.drift.permit import Scope
from netwatch.domain.drift.verdict import Verdict
from netwatch.domain.drift.visit import Door
from netwatch.domain.model import Fault, FaultId, Severity, Subject
from netwatch.domain.notices import Kind
from netwatch.drift.deviation import Deviation
from netwatch.mail.case import Case, Scene
from netwatch.mail.changes import Notice, letter_for_change
from netwatch.mail.compose import Reader, notice
from netwatch.mail.office import Office, office_of
from probes.api import Message
from probes.collect import Section
from tests.fakes import START
from tests.mailroom import office_settings, parsed, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.mail.envelope import Composed

NOW = START + timedelta(minutes=25)
LOW, HIGH = START - timedelta(seconds=20), START - timedelta(seconds=5)
FAULT = Fault(
    FaultId(17), Subject("core", "drift", "running/4"), Severity.MAJOR, Severity.MAJOR, Message("changed"), START, START
)
TOLD = Told(Verdict.UNAUTHORISED, Severity.MAJOR, Message("changed"), Message("nothing covers it"))
FINDING = Finding("f", "core", "running", "a", "b", "d", TOLD, LOW, HIGH, START, id=4)
CHANGED = compare((Section(("ip route",), ("x",)),), (Section(("ip route",), ("y",)),))
REQUEST = ChangeRequest(ChangeKind.PARAMETER, "Route", "moved", "li", NOW, NOW, NOW, (Scope("core"),), ("li",))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder: Path = tmp_path_factory.mktemp("office")
    return office_of(office_settings(folder))


def mail(office: Office, finding: Finding, *, over: bool = False) -> Composed:
    fault = replace(FAULT, closed=NOW) if over else FAULT
    reader = Reader(office, "database", "zhang", "fault/17/0/zhang", NOW)
    case = Case(fault, "core", deviation=Deviation(finding, CHANGED))
    return notice(reader, Kind.RECOVERED if over else Kind.OPENED, case, Scene(NOW))


def text(office: Office, finding: Finding, *, over: bool = False) -> str:
    return text_of(mail(office, finding, over=over).content)


def test_the_interval_of_a_change_is_told_to_the_second(office: Office) -> None:
    said = text(office, FINDING)
    assert "What has changed:" in said.splitlines()
    assert "Changed: between 2026-11-22 09:59:40 and 2026-11-22 09:59:55" in said


@pytest.mark.parametrize(
    ("finding", "said"),
    [
        (close(FINDING, Closing.REVERTED, NOW), "core: put back. It had been: changed"),
        (close(FINDING, Closing.BASELINED, NOW), "core: approved. It had been: changed"),
        (close(FINDING, Closing.SUPERSEDED, NOW), "core: changed further. It had been: changed"),
        (replace(FINDING, state=FindingState.WAIVED), "core: waived. It had been: changed"),
        (replace(FINDING, told=replace(TOLD, verdict=Verdict.AUTHORISED)), "core: changed as approved. It had been"),
        (FINDING, "core has recovered. It had been: changed"),
    ],
)
def test_the_end_of_a_deviation_says_how_it_ended(office: Office, finding: Finding, said: str) -> None:
    assert said in text(office, finding, over=True).splitlines()[0]


@pytest.mark.parametrize(
    ("door", "command"),
    [
        (Door("core", "cli", offered="SHA256:new"), "netwatch drift trust core SHA256:new"),
        (Door("core", "cli", host_key="SHA256:old", offered="SHA256:new"), "netwatch drift trust core SHA256:new"),
        (Door("core", "cli", guard={"failures": 2, "locked": True}), "netwatch drift unlock core"),
        (Door("core", "cli", failures=5, why=Message("no answer")), None),
    ],
)
def test_what_only_a_person_can_end_says_what_to_type(office: Office, door: Door, command: str | None) -> None:
    wrong = of_door(door, door.host_key)
    assert wrong is not None
    fault = replace(FAULT, subject=Subject("core", "collect", "cli"), summary=wrong.summary)
    reader = Reader(office, "database", "zhang", "fault/17/0/zhang", NOW)
    said = text_of(notice(reader, Kind.OPENED, Case(fault, "core"), Scene(NOW)).content)
    typed = [line.partition(": ")[2] for line in said.splitlines() if "netwatch drift" in line]
    assert typed == ([] if command is None else [command])


def test_the_subject_does_not_call_recovered_what_is_only_waived(office: Office) -> None:
    waived = replace(FINDING, state=FindingState.WAIVED)
    assert mail(office, waived, over=True).subject == "Waived: [Major] core: changed"
    assert mail(office, FINDING, over=True).subject == "Recovered: [Major] core: changed"


def test_why_a_deviation_is_waived_is_told(office: Office) -> None:
    waived = replace(FINDING, state=FindingState.WAIVED, judgement="until the new card is here")
    assert "Reason: until the new card is here" in text(office, waived, over=True)
    assert "Waiver ended: until the new card is here" in text(office, replace(waived, state=FindingState.OPEN))


def test_that_an_emergency_waits_for_approval_is_seen_in_the_subject(office: Office) -> None:
    reader = Reader(office, "database", "wang", "change/1/request/wang", NOW)

    def subject(request: ChangeRequest) -> str:
        content = letter_for_change(reader, Notice.REQUEST, request).content
        assert content is not None
        return str(parsed(content)["Subject"])

    asked = replace(REQUEST, id=1, state=ChangeState.SUBMITTED)
    assert subject(asked) == "Approval asked: change request 1, Route"
    assert subject(replace(asked, emergency=True)) == "[emergency] Approval asked: change request 1, Route"
