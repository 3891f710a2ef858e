"""What mails say of deviations and change requests, read as the engineer on duty reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Any

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
from netwatch.mail.case import Told as ToldFault
from netwatch.mail.changes import Notice, letter_for_change
from netwatch.mail.compose import Reader, digest, notice
from netwatch.mail.office import Office, office_of
from probes.api import Message
from probes.collect import Section
from tests.fakes import START
from tests.mailroom import html_of, office_settings, parsed, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.domain.drift.difference import Difference
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


def test_who_approves_a_change_of_many_devices_is_told_how_many(office: Office) -> None:
    asked = replace(REQUEST, id=1, state=ChangeState.SUBMITTED, targets=tuple(Scope(f"sw{n}") for n in range(200)))
    content = letter_for_change(Reader(office, "database", "wang", "change/1/request/wang", NOW), Notice.REQUEST, asked)
    assert content.content is not None
    lines = text_of(content.content).splitlines()
    assert [line for line in lines if line.startswith("On: ")][-2:] == ["On: sw19", "On: and 180 more"]


@pytest.mark.parametrize(
    ("findings", "first", "command"),
    [
        ([7], "李四 has verified change request 1; 1 new baseline waits for your approval", "netwatch drift approve 7"),
        (
            [9, *range(13, 212)],
            "李四 has verified change request 1; 200 new baselines wait for your approval",
            "netwatch drift approve 9 13-211",
        ),
    ],
)
def test_leaders_are_told_which_contents_wait_for_their_approval(
    office: Office, findings: list[int], first: str, command: str
) -> None:
    verified = replace(REQUEST, id=1, state=ChangeState.VERIFIED, verified_by="li")
    reader = Reader(office, "database", "wang", "change/1/verified/wang", NOW)
    content = letter_for_change(reader, Notice.VERIFIED, verified, findings=findings).content
    assert content is not None
    lines = text_of(content).splitlines()
    assert lines[0].endswith(first)
    assert "To see what has changed: netwatch change show 1" in lines
    assert f"To approve them: {command}" in lines


def changes(how_many: int, **finding: Any) -> tuple[ToldFault, ...]:
    """Return faults about the same change on so many devices, to be told in one mail."""
    return tuple(
        ToldFault(
            Kind.OPENED,
            Case(
                replace(FAULT, id=FaultId(number), subject=Subject(f"sw{number}", "drift", f"running/{number}")),
                f"Switch {number}",
                deviation=Deviation(replace(FINDING, device=f"sw{number}", **finding), CHANGED),
            ),
        )
        for number in range(1, how_many + 1)
    )


def digested(office: Office, told: tuple[ToldFault, ...], person: str = "wang") -> Composed:
    return digest(Reader(office, "database", person, f"digest/1/{person}", NOW), told, Scene(NOW))


def changed_by(told: ToldFault, difference: Difference | None) -> ToldFault:
    assert told.case.deviation is not None
    return replace(told, case=replace(told.case, deviation=replace(told.case.deviation, difference=difference)))


def test_the_same_change_on_many_devices_is_told_once_and_first(office: Office) -> None:
    mail = digested(office, changes(300))
    assert mail.subject == "[Major] The same change on 300 devices: changed"
    lines = text_of(mail.content).splitlines()
    assert lines[2] == "[major] the same change on 300 devices: changed, since 10:00"
    assert lines[3].startswith("- What has changed: ip route: x removed; ip route: y added")
    assert lines[4].startswith("- Devices: Switch 1, Switch 2, ")
    assert lines[4].endswith(", Switch 40 and 260 more")
    assert lines[5:9] == [
        "- Numbers of the faults: 1-300",
        "- Changed: between 2026-11-22 09:59:40 and 2026-11-22 09:59:55",
        "- By whom: nothing is known",
        "- Approval: nothing covers it",
    ]
    assert lines[9] == "- To see every line: netwatch drift diff sw1 --facet running"
    page = html_of(mail.content)
    assert all(said in page for said in ("the same change on 300 devices", "Switch 40 and 260 more", "1-300"))
    assert len(mail.content) < 20_000


def test_devices_stand_as_the_configuration_has_them(office: Office) -> None:
    said = text_of(digested(office, changes(6)[::-1]).content)
    assert "- Devices: Switch 1, Switch 2, Switch 3, Switch 4, Switch 5, Switch 6" in said.splitlines()
    assert "- To see every line: netwatch drift diff sw1 --facet running" in said.splitlines()


def test_of_many_stretches_of_numbers_the_rest_is_counted(office: Office) -> None:
    said = text_of(digested(office, changes(100)[::2]).content)
    (line,) = (line for line in said.splitlines() if line.startswith("- Numbers"))
    assert line.startswith("- Numbers of the faults: 1 3 5 7 ")
    assert line.endswith(" 77 79 and 10 more")


def test_many_changes_on_many_devices_each_are_bounded(office: Office) -> None:
    def other(told: ToldFault, number: int) -> ToldFault:
        lines = (f"description {number}", "x" * 100)
        return changed_by(told, compare((Section(("port",), ("x",)),), (Section(("port",), lines),)))

    told = tuple(other(each, number // 30) for number, each in enumerate(changes(9000)))
    mail = digested(office, told)
    lines = text_of(mail.content).splitlines()
    assert sum(line.startswith("[major] the same change on 30 devices") for line in lines) == 200
    assert sum(line.startswith("- By whom") for line in lines) == 20
    assert "and 3000 more" in lines
    assert len(mail.content) < 600_000


def test_who_made_it_is_told_with_how_many_where_it_was_not_one(office: Office) -> None:
    by = replace(TOLD, users=("admin",), confidence="high")
    told = (*changes(2, told=by), *(replace_number(each, 7) for each in changes(1)))
    said = text_of(digested(office, told).content)
    assert "- By whom: admin (well attested): 2, nothing is known: 1" in said.splitlines()
    assert "- Numbers of the faults: 1-2 8" in said.splitlines()


def replace_number(told: ToldFault, by: int) -> ToldFault:
    fault = told.case.fault
    subject = replace(fault.subject, device=f"other{by}")
    return replace(told, case=replace(told.case, fault=replace(fault, id=FaultId(fault.id + by), subject=subject)))


def test_what_differs_though_it_is_told_alike_is_not_called_the_same(office: Office) -> None:
    other = compare((Section(("ip route",), ("x",)),), (Section(("ip route",), ("y", "z")),))
    first, second, third, fourth = changes(4)
    told = (first, second, changed_by(third, other), changed_by(fourth, None))
    mail = digested(office, told)
    assert mail.subject == "[Major] 4 faults, worst: Switch 1, Switch 2, Switch 3 and 1 more"
    said = [line for line in text_of(mail.content).splitlines() if line.startswith("[")]
    assert said == [
        "[major] the same change on 2 devices: changed, since 10:00",
        "[major] 3 Switch 3: changed, since 10:00",
        "[major] 4 Switch 4: changed, since 10:00",
    ]


def test_the_same_password_is_the_same_change_though_each_device_writes_it_otherwise(office: Office) -> None:
    def password(tag: str) -> Difference:
        lines = (f"local-user admin password <secret:{tag}>",)
        return compare((Section(("aaa",), ("x",)),), (Section(("aaa",), lines),))

    one, two = (changed_by(each, password(tag)) for each, tag in zip(changes(2), ("a1b2c3d4", "e5f60718"), strict=True))
    assert digested(office, (one, two)).subject == "[Major] The same change on 2 devices: changed"


def test_of_other_faults_in_the_same_mail_the_subject_says_how_many(office: Office) -> None:
    other = ToldFault(Kind.OPENED, Case(replace(FAULT, id=FaultId(99), severity=Severity.MINOR), "Core"))
    assert digested(office, (*changes(5), other)).subject == (
        "[Major] The same change on 5 devices: changed; 6 faults in all"
    )


def test_a_digest_does_not_call_recovered_what_is_only_approved(office: Office) -> None:
    approved = changes(3, state=FindingState.CLOSED, closing=Closing.BASELINED)
    told = tuple(
        replace(each, kind=Kind.RECOVERED, case=replace(each.case, fault=replace(each.case.fault, closed=NOW)))
        for each in approved
    )
    mail = digested(office, told)
    assert mail.subject == "[Approved] The same change on 3 devices: changed"
    lines = text_of(mail.content).splitlines()
    assert lines[0] == "3 faults in one mail: 3 approved"
    assert lines[2] == "[approved] the same change on 3 devices: changed, 10:00 to 10:25 (25 min)"
    other = compare((Section(("ip route",), ("x",)),), (Section(("ip route",), ("y", "z")),))
    first, *others = told
    assert digested(office, (changed_by(first, other), *others)).subject == (
        "Approved: 3 faults: Switch 1, Switch 2, Switch 3"
    )
    plain = replace(first, case=replace(first.case, deviation=None))
    assert digested(office, (plain, *others)).subject == ("Recovered, approved: 3 faults: Switch 1, Switch 2, Switch 3")


def test_devices_that_are_named_by_somebody_hostile_are_neither_markup_nor_lines(office: Office) -> None:
    first, *more = changes(3)
    hostile = replace(first, case=replace(first.case, title="<img src=x>\r\n[critical] core", affects="<b>{0}"))
    mail = digested(office, (hostile, *more))
    assert "<img" not in html_of(mail.content)
    assert "<b>{0}" not in html_of(mail.content)
    lines = text_of(mail.content).splitlines()
    assert "- Devices: <img src=x> [critical] core, Switch 2, Switch 3" in lines
    assert "- Affects: <b>{0}" in lines


def test_an_engineer_who_reads_chinese_is_told_so_in_chinese(office: Office) -> None:
    mail = digested(replace(office, language="zh_CN"), changes(300), "li")
    assert mail.subject == "[重要] 300 台设备发生相同变更：已修改"
    lines = text_of(mail.content).splitlines()
    assert lines[2] == "[重要] 300 台设备发生相同变更：已修改，10:00 起"
    assert lines[4].endswith("、Switch 40，另 260 个")
    assert "- 故障编号：1-300" in lines
