"""What devices are set to against what was approved: on both databases, from a read text to a fault and its end."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta
from email import message_from_bytes, policy
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from netwatch import report
from netwatch.actions import carry_out
from netwatch.domain.drift.condition import Condition
from netwatch.domain.drift.finding import Closing, Finding, FindingState
from netwatch.domain.drift.snapshot import Snapshot, canonical, digest
from netwatch.domain.drift.verdict import Verdict
from netwatch.domain.drift.visit import Door
from netwatch.domain.model import Severity
from netwatch.domain.notices import Kind
from netwatch.domain.period import PeriodKind, containing
from netwatch.drift import carrying, journey, judging, rejudging, requesting, standing, troubles
from netwatch.errors import NetwatchError, UsageError
from netwatch.language import translations
from netwatch.mail.case import gather, scene
from netwatch.mail.compose import Reader, notice
from netwatch.mail.desk import Desk
from netwatch.mail.office import office_of
from netwatch.mail.sorting import Slip
from netwatch.report.compliance import compliance
from netwatch.storage import (
    audit,
    baselines,
    blobs,
    change_requests,
    deviations,
    doors,
    events,
    judged,
    outbox,
    schema,
    snapshots,
    waivers,
)
from netwatch.storage.events import EventKind
from netwatch.web.pages.fault import fault_page
from netwatch.workers.observer import Trouble
from probes.api import Message
from probes.collect import Evidence, EvidenceKind, Section
from roster import render
from tests.audit_log import doubts, unguarded
from tests.scenario import START, Scenario, site, switch
from tests.shifts import WHOLE_DAY

if TYPE_CHECKING:
    from datetime import datetime
    from pathlib import Path

    from sqlalchemy import Connection

    from netwatch.domain.drift.baseline import Baseline
    from netwatch.domain.drift.change_request import ChangeRequest
    from netwatch.storage.database import Database

PEOPLE = (
    """
[[person]]
name = "li"
mail = "li@hospital.example"
login = "liming"

[[person]]
name = "wang"
mail = "wang@hospital.example"

[[person]]
name = "boss"
mail = "boss@hospital.example"
role = "leader"

[[person]]
name = "chief"
mail = "chief@hospital.example"
role = "leader"

[change]
grace = "10m"

[[freeze]]
title = "Spring festival"
start = 2026-11-23T00:00:00
end = 2026-11-25T00:00:00
"""
    + WHOLE_DAY
)
PORT = "interface GE1/0/5"
BASE = {"": ("sysname S1", "vlan batch 10 20"), PORT: ("description A", "port link-type access")}


def sections(lines: dict[str, tuple[str, ...]]) -> tuple[Section, ...]:
    return tuple(Section((above,) if above else (), said) for above, said in lines.items())


class Site(Scenario):
    """A centre whose switches are read, and whose people ask for changes. Times are minutes after the start."""

    def do(self, who: str, action: str, /, **values: Any) -> str:
        return str(self.database.write_now(carry_out(self.settings, action, who, self.clock.now(), values)))

    def moment(self, minute: float) -> datetime:
        return START + timedelta(minutes=minute)

    def reads(
        self,
        minute: float,
        lines: dict[str, tuple[str, ...]],
        *evidence: Evidence,
        device: str = "sw-1",
        facet: str = "running",
        **more: Any,
    ) -> judging.Judged:
        """Read a text: again, or as a new snapshot after the last one, and judge it."""
        self.at(minute)
        now, body = self.clock.now(), canonical(sections(lines))
        last = self.rows(lambda tx: snapshots.newest(tx, device, facet))

        def work(tx: Any) -> None:
            name = blobs.put(tx, body)
            if last is not None and last.content == name:
                snapshots.save(tx, replace(last, last_seen=now, **more))
                return
            before = last.last_seen if last is not None else None
            fresh = Snapshot(0, device, facet, name, "vrp/1", now, now, before, evidence, settled=now, **more)
            snapshots.add(tx, fresh)

        self.database.write_now(work)
        return self.judges(minute, device=device, facet=facet)

    def judges(self, minute: float, *, device: str = "sw-1", facet: str = "running", **more: Any) -> judging.Judged:
        self.at(minute)
        return self.database.write_now(
            lambda tx: judging.judge(tx, self.settings, device, facet, self.clock.now(), **more)
        )

    def passes(self, minute: float) -> list[tuple[int, str]]:
        self.at(minute)
        taken = self.database.write_now(lambda tx: requesting.pass_time(tx, self.settings, self.clock.now()))
        return [(each.id, each.state.value) for each in taken]

    def wrong(self, minute: float) -> dict[str, dict[str, tuple[str, str]]]:
        self.at(minute)
        found = self.rows(lambda tx: troubles.of_devices(tx, self.settings, self.clock.now()))
        return {
            device: {key: (each.severity.name.lower(), str(each.summary)) for key, each in wrong.items()}
            for device, wrong in found.items()
            if wrong
        }

    def change(self, start: float, end: float, /, *, approve: bool = True, **more: Any) -> int:
        values = {
            "kind": "parameter",
            "title": "Port for radiology",
            "reason": "new ultrasound",
            "rollback": "undo",
            "devices": ["sw-1"],
            "implementers": ["li"],
            "start": self.moment(start).isoformat(),
            "end": self.moment(end).isoformat(),
            **more,
        }
        said = self.do("zhang", "new_change", **values)
        number = int(said.split()[2])
        if approve:
            self.do("boss", "approve_change", number=number)
        return number

    def request(self, number: int) -> ChangeRequest:
        found = self.rows(lambda tx: change_requests.get(tx, number))
        assert found is not None
        return found

    def findings(self) -> tuple[Finding, ...]:
        return tuple(reversed(self.rows(lambda tx: deviations.history(tx, "sw-1", "running"))))

    def baseline(self) -> Baseline:
        found = self.rows(lambda tx: baselines.approved(tx, "sw-1", "running"))
        assert found is not None
        return found

    def draft(self) -> Any:
        def draw(tx: Any) -> Any:
            shift = report.running(self.settings, self.clock.now())
            assert shift is not None
            return report.draft(tx, self.settings, shift, self.clock.now()).handover

        return self.rows(draw)

    def doubts(self) -> list[str]:
        """Return what the audit log and the rows do not agree on."""
        return self.rows(lambda tx: doubts(tx, self.settings))

    def refused(self, sentence: str, who: str, action: str, /, **values: Any) -> None:
        with pytest.raises(UsageError, match=sentence):
            self.do(who, action, **values)


def altered(**changes: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Return the base with another port or another top."""
    found = dict(BASE)
    if "port" in changes:
        found[PORT] = changes["port"]
    if "top" in changes:
        found[""] = changes["top"]
    return found


MOVED = altered(port=("description B", "port link-type access"))
FURTHER = altered(port=("description C", "port link-type access"))
BOTH = altered(port=("description B", "port link-type access"), top=("sysname S1", "vlan batch 10 20 30"))


@pytest.fixture
def centre(tmp_path: Path, database: Database) -> Site:
    devices = switch("sw-1") + switch("sw-2")
    return Site(site(tmp_path, devices=devices, whole=PEOPLE), database, START)


@pytest.fixture
def approved(centre: Site) -> Site:
    """A switch whose running configuration is approved at minute 0."""
    centre.reads(0, BASE)
    centre.do("boss", "approve_first", device="sw-1")
    return centre


def test_what_nobody_has_approved_yet_is_listed_and_alarms_nobody(centre: Site) -> None:
    found = centre.reads(0, BASE)
    assert found.verdict is Verdict.NO_BASELINE
    assert (centre.findings(), centre.wrong(0)) == ((), {})


def test_what_was_never_read_is_missing_and_what_was_read_in_part_is_suspect(centre: Site) -> None:
    assert centre.judges(0).verdict is Verdict.MISSING
    assert centre.judges(0, known=Condition.SUSPECT).verdict is Verdict.SUSPECT


def test_what_is_as_approved_is_unchanged_and_stale_once_it_is_not_read(approved: Site) -> None:
    assert approved.reads(60, BASE).verdict is Verdict.UNCHANGED
    assert approved.judges(60, known=Condition.STALE).verdict is Verdict.STALE


def test_a_change_without_a_request_is_unauthorised_and_told_in_words(approved: Site) -> None:
    found = approved.reads(60, MOVED)
    assert found.verdict is Verdict.UNAUTHORISED
    said = "running configuration changed without approval: interface GE1/0/5: description A → B"
    assert approved.wrong(60) == {"sw-1": {"running/1": ("major", said)}}
    (finding,) = approved.findings()
    assert (finding.low, finding.high, finding.episode) == (approved.moment(0), approved.moment(60), 1)
    assert str(finding.told.why) == "no change request and no register entry covers it"


def test_how_bad_it_is_follows_from_what_it_is_about(approved: Site) -> None:
    risky = altered(top=("sysname S1", "vlan batch 10 20", "local-user x privilege level 15"))
    assert approved.reads(60, risky).finding.told.risks == ("user",)
    assert approved.wrong(60)["sw-1"]["running/1"][0] == "critical"


def test_a_finding_is_one_whatever_how_often_it_is_looked_at(approved: Site) -> None:
    approved.reads(60, MOVED)
    before = approved.rows(events.last)
    for minute in (61, 62, 120):
        approved.judges(minute)
    approved.reads(180, MOVED)
    assert len(approved.findings()) == 1
    assert approved.rows(events.last) == before


def test_reverting_closes_the_finding_and_keeps_the_episode(approved: Site) -> None:
    approved.reads(60, MOVED)
    assert approved.reads(120, BASE).verdict is Verdict.UNCHANGED
    (finding,) = approved.findings()
    assert (finding.state, finding.closing, finding.closed) == (
        FindingState.CLOSED,
        Closing.REVERTED,
        approved.moment(120),
    )
    assert approved.wrong(120) == {}


def test_the_same_deviation_again_is_the_same_finding_opened_again(approved: Site) -> None:
    approved.reads(60, MOVED)
    approved.reads(120, BASE)
    approved.reads(180, MOVED)
    (finding,) = approved.findings()
    assert (finding.state, finding.reopened, finding.opened) == (FindingState.OPEN, 1, approved.moment(180))
    assert (finding.low, finding.high) == (approved.moment(120), approved.moment(180))


def test_a_further_change_supersedes_the_finding_in_the_same_episode_and_is_another_fault(approved: Site) -> None:
    approved.reads(60, MOVED)
    approved.reads(120, FURTHER)
    first, second = approved.findings()
    assert (first.closing, second.state, second.episode) == (Closing.SUPERSEDED, FindingState.OPEN, first.id)
    assert list(approved.wrong(120)["sw-1"]) == ["running/2"]
    approved.reads(180, BASE)
    assert [each.closing for each in approved.findings()] == [Closing.SUPERSEDED, Closing.REVERTED]
    approved.reads(240, altered(port=("description D",)))
    assert approved.findings()[-1].episode == 3


async def test_a_finding_becomes_a_fault_of_its_device_and_a_further_one_another(approved: Site) -> None:
    async def states(minute: float) -> None:
        approved.at(minute)
        wrong = approved.rows(lambda tx: troubles.of_devices(tx, approved.settings, approved.clock.now()))
        stated = {key: Trouble(each.severity, each.summary) for key, each in wrong.get("sw-1", {}).items()}
        await approved.observer.stand("sw-1", "drift", stated, approved.clock.now())

    approved.reads(60, MOVED)
    await states(60)
    approved.mails_leave()
    approved.reads(120, FURTHER)
    await states(120)
    assert sorted(kind for _device, kind in approved.told()) == ["opened", "opened", "recovered"]
    approved.reads(180, BASE)
    await states(180)
    assert [fault.closed is not None for fault in approved.faults()] == [True, True]


@pytest.mark.parametrize(("language", "heading"), [("en", "What has changed"), ("zh_CN", "变更内容")])
async def test_the_mail_and_the_page_say_in_words_what_has_changed(approved: Site, language: str, heading: str) -> None:
    finding = approved.reads(60, MOVED).finding
    approved.at(60)
    wrong = Trouble(finding.told.severity, finding.told.summary)
    await approved.observer.stand("sw-1", "drift", {f"running/{finding.id}": wrong}, approved.clock.now())
    (fault,), now = approved.faults(), approved.clock.now()
    page = approved.rows(lambda tx: fault_page(tx, approved.settings, fault.id, now))
    assert page is not None
    assert [str(each) for each in page.changed] == ["interface GE1/0/5: description A → B"]
    office = replace(office_of(approved.settings), language=language)

    def written(tx: Connection) -> bytes:
        reader = Reader(office, "identity", "", "key", now, "li@hospital.example")
        seen = scene(tx, office, now)
        return notice(reader, Kind.OPENED, gather(tx, office, fault, seen), seen).content

    letter = message_from_bytes(approved.rows(written), policy=policy.default)
    for part in ("plain", "html"):
        body = letter.get_body((part,))
        assert body is not None
        text = body.get_content()
        assert heading in text
        assert "A → B" in text
        assert "netwatch drift diff sw-1 --facet running" in text


async def test_one_mail_tells_the_same_change_of_two_devices_once(approved: Site) -> None:
    approved.reads(1, BASE, device="sw-2")
    approved.do("boss", "approve_first", device="sw-2")
    for device in ("sw-1", "sw-2"):
        finding = approved.reads(60, MOVED, device=device).finding
        wrong = Trouble(finding.told.severity, finding.told.summary)
        await approved.observer.stand(device, "drift", {f"running/{finding.id}": wrong}, approved.clock.now())
    office, faults = replace(office_of(approved.settings), language="en"), approved.faults()

    def written(tx: Connection) -> str | None:
        desk = Desk(tx, office, scene(tx, office, approved.clock.now()))
        source = outbox.listed(tx, 1)[0]
        desk.together("li", tuple(Slip("", Kind.OPENED, each, "li", Message("on duty"), source) for each in faults))
        return next(each.subject for each in outbox.listed(tx, 10) if each.kind == "digest")

    subject = approved.database.write_now(written)
    assert subject is not None
    assert "The same change on 2 devices: running configuration changed without approval: interface GE1/0/5" in subject


def test_a_change_as_requested_is_authorised_and_nobodys_alarm(approved: Site) -> None:
    number = approved.change(30, 90)
    found = approved.reads(60, MOVED)
    # nothing was read between the approval and the change, so it may have happened before its window
    assert found.verdict is Verdict.NEEDS_REVIEW
    assert approved.rows(deviations.waiting) == 1
    approved.reads(61, BASE)
    found = approved.reads(70, MOVED)
    assert approved.rows(deviations.waiting) == 0
    assert (found.verdict, found.finding.told.change) == (Verdict.AUTHORISED, number)
    assert str(found.finding.told.why) == f"change request {number} covers it"
    assert approved.wrong(70) == {}


def test_a_change_that_may_have_happened_before_the_window_is_to_be_reviewed(approved: Site) -> None:
    approved.change(61, 80)
    approved.reads(50, BASE)
    found = approved.reads(60, MOVED)
    assert found.verdict is Verdict.NEEDS_REVIEW
    assert str(found.finding.told.why) == "it may have happened outside the window of change request 1"
    said = "running configuration changed, to be reviewed: interface GE1/0/5: description A → B"
    assert approved.wrong(60)["sw-1"]["running/1"] == ("minor", said)


def test_evidence_of_the_instant_narrows_the_interval(approved: Site) -> None:
    approved.change(100, 130)
    said = Evidence(EvidenceKind.HEADER, approved.moment(110), "liming")
    found = approved.reads(360, MOVED, said)
    assert found.verdict is Verdict.AUTHORISED
    assert (found.finding.told.users, found.finding.told.confidence) == (("liming",), "high")


def test_whoever_is_known_to_have_done_it_must_have_been_to_do_it(approved: Site) -> None:
    approved.change(40, 80)
    approved.reads(50, BASE)
    found = approved.reads(60, MOVED, Evidence(EvidenceKind.SYSLOG, approved.moment(55), "wang"))
    assert found.verdict is Verdict.NEEDS_REVIEW
    assert str(found.finding.told.why) == "it was done by wang, who is no implementer of change request 1"


def test_who_was_merely_logged_in_decides_nothing(approved: Site) -> None:
    approved.change(40, 80)
    approved.reads(50, BASE)
    found = approved.reads(60, MOVED, Evidence(EvidenceKind.LOGIN, approved.moment(55), "vendor"))
    assert (found.verdict, found.finding.told.confidence) == (Verdict.AUTHORISED, "low")


def test_a_request_for_a_group_covers_its_devices_and_one_for_another_device_does_not(approved: Site) -> None:
    approved.change(40, 80, devices=["sw-2"])
    approved.reads(50, BASE)
    assert approved.reads(60, MOVED).verdict is Verdict.UNAUTHORISED
    approved.change(40, 80, devices=[], groups=["switches"], emergency=True)
    assert approved.judges(61).verdict is Verdict.AUTHORISED


def test_what_a_request_leaves_out_is_unauthorised_and_only_that_is_told(approved: Site) -> None:
    number = approved.change(40, 80, paths=["interface GE1/0/5"])
    approved.reads(50, BASE)
    found = approved.reads(60, BOTH)
    assert (found.verdict, found.finding.told.change) == (Verdict.UNAUTHORISED, number)
    assert found.finding.told.risks == ("vlan",)
    said = "running configuration changed without approval: vlan batch 10 20 → 10 20 30"
    assert approved.wrong(60)["sw-1"]["running/1"] == ("major", said)
    assert str(found.finding.told.why) == ("change request 1 does not cover 2 changed parts, such as vlan batch 10 20")


def test_of_overlapping_requests_the_closest_explains_it(approved: Site) -> None:
    approved.change(40, 200, devices=[], groups=["switches"])
    approved.change(40, 200)
    narrow = approved.change(40, 200, paths=["interface GE1/0/5"])
    approved.reads(50, BASE)
    assert approved.reads(60, MOVED).finding.told.change == narrow


def test_of_equally_close_requests_the_shorter_window_explains_it_and_several_cover_it_together(approved: Site) -> None:
    approved.change(40, 500, paths=["vlan batch*"])
    approved.change(40, 200, paths=["interface*"])
    short = approved.change(45, 90, paths=["interface*"])
    approved.reads(50, BASE)
    found = approved.reads(60, BOTH)
    assert (found.verdict, found.finding.told.change) == (Verdict.AUTHORISED, short)


def test_two_changes_in_two_windows_are_both_as_approved(approved: Site) -> None:
    approved.change(50, 70, paths=["interface*"])
    approved.change(200, 220, paths=["vlan*"])
    approved.reads(55, BASE)
    assert approved.reads(60, MOVED).verdict is Verdict.AUTHORISED
    approved.reads(205, MOVED)
    assert approved.reads(210, BOTH).verdict is Verdict.AUTHORISED


def test_a_change_that_nobody_approved_does_not_hide_behind_one_that_was(approved: Site) -> None:
    evil = altered(top=("sysname EVIL", "vlan batch 10 20"))
    approved.reads(20, evil)
    approved.change(50, 70, paths=["interface*"])
    approved.reads(50, evil)
    both = altered(top=evil[""], port=MOVED[PORT])
    found = approved.reads(60, both)
    assert found.verdict is Verdict.UNAUTHORISED
    assert "it calls itself EVIL instead of S1 (renamed, or another device answers here)" in str(
        found.finding.told.summary
    )
    # once it is undone, only what was approved is left
    assert approved.reads(62, MOVED).verdict is Verdict.AUTHORISED


def test_of_very_many_changes_the_first_ones_are_one_that_came_about_since_the_approval(
    approved: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journey, "MOST", 2)
    approved.change(45, 80)
    evil = ("sysname EVIL", "vlan batch 10 20")
    for minute, top, letter in ((20, evil, "A"), (50, evil, "B"), (55, evil, "C"), (60, evil, "D")):
        approved.reads(minute, altered(top=top, port=(f"description {letter}", "port link-type access")))
    (finding,) = (each for each in approved.findings() if each.state is FindingState.OPEN)
    assert finding.told.verdict is Verdict.NEEDS_REVIEW
    assert finding.low == approved.moment(0)


def test_an_approval_after_the_fact_does_not_cover_what_was_done_before_it(approved: Site) -> None:
    number = approved.change(40, 200, approve=False)
    approved.reads(50, BASE)
    approved.reads(60, MOVED)
    approved.at(100)
    approved.do("boss", "approve_change", number=number)
    assert approved.judges(101).verdict is Verdict.UNAUTHORISED


def test_an_approved_entry_of_the_register_explains_a_change_like_a_request(approved: Site) -> None:
    values = {"device": "sw-1", "what": "描述", "why": "科室搬迁", "back": "改回", "implementer": "li"}
    moments = {"start": approved.moment(40).isoformat(), "due": approved.moment(80).isoformat()}
    approved.do("zhang", "new_entry", register="change", values=values, **moments)
    approved.do("boss", "approve_entry", number=1)
    approved.reads(50, BASE)
    found = approved.reads(60, MOVED, Evidence(EvidenceKind.SYSLOG, approved.moment(55), "li"))
    assert (found.verdict, found.finding.told.entry) == (Verdict.AUTHORISED, 1)
    assert str(found.finding.told.why) == "register entry 1 covers it"


@pytest.mark.parametrize(("facet", "verdict"), [("hardware", Verdict.AUTHORISED), ("running", Verdict.UNAUTHORISED)])
def test_an_approved_dismantling_explains_hardware_that_differs_and_nothing_else(
    approved: Site, facet: str, verdict: Verdict
) -> None:
    whole = {"chassis": ("S5735",), "power supply 2": ("serial: PS2",)}
    approved.reads(10, whole, facet=facet)
    content = approved.rows(lambda tx: snapshots.newest(tx, "sw-1", facet)).content
    if facet == "hardware":
        approved.do("boss", "approve_drift", device="sw-1", facet=facet, content=content)
    else:
        approved.do("boss", "approve_drift", number=1)
    values = {"device": "sw-1", "part": "电源 2", "serial": "PS2", "why": "更换"}
    moments = {"start": approved.moment(40).isoformat(), "due": approved.moment(80).isoformat()}
    approved.do("zhang", "new_entry", register="dismantle", values=values, **moments)
    approved.do("boss", "approve_entry", number=1)
    approved.reads(50, whole, facet=facet)
    assert approved.reads(60, {"chassis": ("S5735",)}, facet=facet).verdict is verdict


def test_blocks_that_only_stand_in_another_order_are_noise(approved: Site) -> None:
    two = {**BASE, "interface GE1/0/6": ("description Z",)}
    approved.reads(10, two)
    approved.do("boss", "approve_drift", number=1)
    turned = {"": BASE[""], "interface GE1/0/6": ("description Z",), PORT: BASE[PORT]}
    assert approved.reads(20, turned).verdict is Verdict.NOISE
    assert approved.wrong(20) == {}


def test_four_eyes_hold_for_requests(approved: Site) -> None:
    number = approved.change(40, 80, approve=False, implementers=["li", "chief"])
    approved.refused("zhang does not lead", "zhang", "approve_change", number=number)
    approved.refused("chief is to do it; somebody else judges", "chief", "approve_change", number=number)
    own = int(approved.do("boss", "new_change", **_asked(approved, implementers=["li"])).split()[2])
    approved.refused("boss asked for it; somebody else judges", "boss", "approve_change", number=own)
    approved.do("chief", "approve_change", number=own)
    assert approved.request(own).approved_by == "chief"


def _asked(centre: Site, **more: Any) -> dict[str, Any]:
    moments = {"start": centre.moment(40).isoformat(), "end": centre.moment(80).isoformat()}
    said = {"kind": "parameter", "title": "x", "reason": "y", "rollback": "z", "devices": ["sw-1"]}
    return {**said, **moments, **more}


SABOTAGE = (
    "UPDATE change_requests SET judged_by = requested_by",
    "UPDATE change_requests SET judged_by = 'li'",
    "UPDATE change_requests SET title = 'another'",
    "DELETE FROM change_implementers",
    "UPDATE change_targets SET device = 'sw-2'",
    "UPDATE baselines SET judged_by = proposed_by",
    "UPDATE baselines SET content = difference",
    "DELETE FROM baselines",
)


def test_the_database_refuses_what_the_program_would_not_do(approved: Site) -> None:
    approved.change(40, 80)
    for statement in SABOTAGE:
        with pytest.raises((DBAPIError, NetwatchError)):
            approved.database.write_now(lambda tx, said=statement: tx.execute(text(said)) and None)
    assert approved.request(1).approved_by == "boss"


def test_there_is_one_baseline_in_force_whatever_the_program_does(approved: Site) -> None:
    base = approved.baseline()
    with pytest.raises((DBAPIError, NetwatchError)):
        approved.database.write_now(lambda tx: baselines.add(tx, replace(base, id=0)) and None)


def test_a_leader_approves_what_they_have_seen_and_it_is_what_counts_from_then_on(approved: Site) -> None:
    finding = approved.reads(60, MOVED).finding
    before = approved.baseline()
    said = approved.do("boss", "approve_drift", number=finding.id, content=finding.content[:12])
    assert said == f"running configuration of sw-1 is approved as {finding.content[:12]}"
    after = approved.baseline()
    assert (after.content, after.judged_by, len(after.seal)) == (finding.content, "boss", 64)
    assert approved.rows(lambda tx: baselines.get(tx, before.id)).state.value == "superseded"
    assert approved.findings()[0].closing is Closing.BASELINED
    assert approved.judges(61).verdict is Verdict.UNCHANGED
    assert approved.rows(lambda tx: baselines.ever(tx, "sw-1", "running")) == {before.content, after.content}


def test_what_has_moved_on_since_it_was_looked_at_is_not_approved(approved: Site) -> None:
    seen = approved.reads(60, MOVED).finding
    approved.reads(70, FURTHER)
    approved.refused("finding 1 is over", "boss", "approve_drift", number=seen.id)
    sentence = "running configuration of sw-1 is not, or no longer, what you name"
    approved.refused(sentence, "boss", "approve_drift", device="sw-1", facet="running", content=seen.content[:12])
    approved.refused(sentence, "boss", "approve_drift", number=2, content=seen.content)
    approved.refused("name the content that you have seen", "boss", "approve_drift", device="sw-1", facet="running")
    assert approved.baseline().content != approved.findings()[1].content


def test_a_snapshot_that_nobody_has_judged_yet_is_not_approved_by_an_older_finding(approved: Site) -> None:
    seen = approved.reads(60, MOVED).finding
    body = canonical(sections(FURTHER))
    now = approved.moment(61)

    def work(tx: Any) -> None:
        blobs.put(tx, body)
        snapshots.add(tx, Snapshot(0, "sw-1", "running", digest(body), "vrp/1", now, now, now, settled=now))

    approved.database.write_now(work)
    approved.refused("is not, or no longer, what you name", "boss", "approve_drift", number=seen.id)


@pytest.mark.parametrize("number", [2**31, 99999999999999999999, -(2**80)])
def test_a_number_that_no_database_holds_is_refused_with_a_sentence(approved: Site, number: int) -> None:
    approved.refused("number: must be a number", "boss", "approve_change", number=number)
    approved.refused("number: must be a number", "boss", "approve_drift", number=number)


def test_who_made_or_asked_for_a_change_does_not_approve_it(approved: Site) -> None:
    approved.settings.file.handover.__dict__["leaders"] = ("li",)
    finding = approved.reads(60, MOVED, Evidence(EvidenceKind.SYSLOG, approved.moment(55), "liming")).finding
    sentence = "li asked for it, or did it; somebody else judges"
    approved.refused(sentence, "li", "approve_drift", number=finding.id)
    approved.refused(sentence, "li", "reject_drift", number=finding.id, text="x")
    approved.refused("wang does not lead", "wang", "approve_drift", number=finding.id)
    approved.do("boss", "approve_drift", number=finding.id)


@pytest.mark.parametrize(("asks", "does"), [("boss", "li"), ("zhang", "boss")])
def test_who_asked_for_a_register_entry_or_was_to_do_it_does_not_approve_what_came_of_it(
    approved: Site, asks: str, does: str
) -> None:
    values = {"device": "sw-1", "what": "描述", "why": "科室搬迁", "back": "改回", "implementer": does}
    moments = {"start": approved.moment(40).isoformat(), "due": approved.moment(80).isoformat()}
    approved.do(asks, "new_entry", register="change", values=values, **moments)
    approved.do("chief", "approve_entry", number=1)
    approved.reads(50, BASE)
    finding = approved.reads(60, MOVED).finding
    assert finding.told.entry == 1
    sentence = "boss asked for it, or did it; somebody else judges"
    approved.refused(sentence, "boss", "approve_drift", number=finding.id)
    approved.refused(sentence, "boss", "approve_drift", device="sw-1", facet="running", content=finding.content)
    approved.do("chief", "approve_drift", number=finding.id)
    assert approved.doubts() == []
    as_text = "'" + json.dumps({**values, "implementer": "chief"}) + "'"
    unguarded(approved.database, 'UPDATE entries SET "values" = ' + as_text.replace(":", r"\:"))
    assert "baseline/2 was judged by chief, whose own it is: four eyes are needed" in approved.doubts()


def test_a_change_is_verified_proposed_approved_and_closed(approved: Site) -> None:
    number = approved.change(40, 80)
    approved.reads(50, BASE)
    assert approved.passes(50) == [(number, "open")]
    finding = approved.reads(60, MOVED).finding
    approved.refused("wang is not among those who were to do it", "wang", "implement_change", number=number)
    approved.do("li", "implement_change", number=number)
    approved.refused("li did it; somebody else confirms", "li", "verify_change", number=number)
    said = approved.do("wang", "verify_change", number=number)
    assert said == f"change request {number} is verified; baselines proposed: 1"
    asked = [each for each in approved.letters() if "/verified/" in each.key]
    assert [each.person for each in asked] == ["boss", "chief"], "the leaders, and nobody whose change it is"
    assert approved.passes(65) == []
    (proposal,) = approved.rows(lambda tx: baselines.proposed(tx, "sw-1", "running"))
    assert (proposal.proposed_by, proposal.change, proposal.content) == ("wang", number, finding.content)
    approved.do("boss", "approve_drift", number=finding.id)
    assert approved.baseline().id == proposal.id
    assert approved.passes(70) == [(number, "closed")]


def test_whoever_verified_a_change_does_not_approve_the_baseline(approved: Site) -> None:
    number = approved.change(40, 80)
    approved.reads(50, BASE)
    approved.reads(60, MOVED)
    approved.do("li", "implement_change", number=number)
    approved.do("boss", "verify_change", number=number)
    asked = [each for each in approved.letters() if "/verified/" in each.key]
    assert [each.person for each in asked] == ["chief"]
    approved.refused("boss proposed it; somebody else judges", "boss", "approve_drift", number=1)
    approved.do("chief", "approve_drift", number=1)


def test_a_proposal_lapses_once_the_device_has_moved_on(approved: Site) -> None:
    number = approved.change(40, 80)
    approved.reads(50, BASE)
    approved.reads(60, MOVED)
    approved.do("li", "implement_change", number=number)
    approved.do("wang", "verify_change", number=number)
    approved.reads(65, FURTHER)
    states = [each.state.value for each in approved.rows(lambda tx: baselines.of_change(tx, number))]
    assert states == ["void"]


def test_a_window_in_which_nothing_changed_expires_and_one_in_which_something_did_is_asked_about(
    approved: Site,
) -> None:
    idle, busy = approved.change(40, 80, devices=["sw-2"]), approved.change(40, 80)
    assert approved.passes(29) == []
    assert approved.passes(30) == [(idle, "open"), (busy, "open")]
    approved.reads(50, BASE)
    approved.reads(60, MOVED)
    ended = approved.rows(lambda tx: requesting.just_ended(tx, approved.moment(79), approved.moment(80)))
    assert [each.id for each in ended] == [idle, busy]
    assert approved.passes(91) == [(idle, "expired")]
    wrong = approved.rows(lambda tx: troubles.of_requests(tx, approved.settings, approved.clock.now()))
    assert [(key, str(each.summary)) for key, each in wrong.items()] == [
        (
            f"unreported/{busy}",
            f"the window of change request {busy} is over and nobody has said what came of it: Port for radiology",
        )
    ]


def test_a_change_that_is_rolled_back_leaves_things_as_they_were(approved: Site) -> None:
    number = approved.change(40, 80)
    approved.reads(50, BASE)
    approved.reads(60, MOVED)
    approved.reads(70, BASE)
    approved.do("li", "roll_back_change", number=number, text="link down")
    assert approved.request(number).state.value == "rolled back"
    assert approved.findings()[0].closing is Closing.REVERTED
    approved.refused(r"\(rolled back\): this step cannot follow", "li", "implement_change", number=number)


def test_an_emergency_is_done_first_and_counts_once_it_is_approved(approved: Site) -> None:
    approved.reads(50, BASE)
    approved.at(55)
    number = approved.change(52, 80, approve=False, emergency=True, rollback="")
    found = approved.reads(60, MOVED)
    assert found.verdict is Verdict.UNAUTHORISED
    said = (
        "running configuration changed in an emergency that nobody has approved: interface GE1/0/5: description A → B"
    )
    assert approved.wrong(60)["sw-1"]["running/1"] == ("major", said)
    approved.do("li", "implement_change", number=number)
    approved.at(300)
    approved.do("boss", "approve_change", number=number)
    assert approved.request(number).state.value == "implemented"
    assert approved.judges(301).verdict is Verdict.AUTHORISED
    assert approved.wrong(301) == {}


def test_an_emergency_that_is_not_approved_in_time_is_worse(approved: Site) -> None:
    approved.reads(50, BASE)
    approved.at(55)
    number = approved.change(52, 80, approve=False, emergency=True)
    approved.reads(60, MOVED)
    late = 52 + 24 * 60 + 1
    approved.judges(late)
    assert approved.wrong(late)["sw-1"]["running/1"][0] == "critical"
    wrong = approved.rows(lambda tx: troubles.of_requests(tx, approved.settings, approved.clock.now()))
    assert wrong[f"overdue/{number}"].severity is Severity.CRITICAL
    approved.do("boss", "reject_change", number=number, text="no emergency")
    found = approved.judges(late + 1)
    assert str(found.finding.told.summary).startswith("running configuration changed without approval")


def test_an_emergency_that_is_only_a_draft_is_overdue_after_its_hours(approved: Site) -> None:
    approved.change(0, 60, approve=False, emergency=True, draft=True)
    approved.at(4 * 60 + 1)
    wrong = approved.rows(lambda tx: troubles.of_requests(tx, approved.settings, approved.clock.now()))
    assert [str(each.summary) for each in wrong.values()] == [
        "change request 1, an emergency, was not asked for in time: Port for radiology"
    ]


def test_a_waiver_silences_one_deviation_until_its_end_and_not_the_next_one(approved: Site) -> None:
    approved.reads(60, MOVED)
    until = approved.moment(24 * 60).isoformat()
    given = {"number": 1, "until": until, "text": "until the new card is here"}
    approved.refused("boss answers for it; somebody else grants it", "boss", "waive_drift", owner="boss", **given)
    approved.refused("wang does not lead", "wang", "waive_drift", owner="li", **given)
    said = approved.do("boss", "waive_drift", owner="li", **given)
    assert said == "finding 1 is waived until 2026-11-23 10:00; li answers for it"
    assert approved.judges(600).finding.state is FindingState.WAIVED
    assert approved.wrong(600) == {}
    approved.reads(700, FURTHER)
    assert list(approved.wrong(700)["sw-1"]) == ["running/2"]
    assert approved.rows(waivers.running) == ()


def test_a_waiver_that_was_written_into_the_database_is_none_of_the_log(approved: Site) -> None:
    approved.reads(60, MOVED)
    approved.do("boss", "waive_drift", number=1, owner="li", until=approved.moment(600).isoformat(), text="x")
    assert approved.doubts() == []
    (true,) = approved.rows(waivers.running)
    approved.database.write_now(lambda tx: waivers.add(tx, replace(true, fingerprint="f" * 64)))
    assert approved.doubts() == ["waiver/2 says that boss judged it, and the log does not"]


@pytest.mark.parametrize("column", ["until", "owner", "granted_by", "fingerprint"])
def test_a_waiver_that_was_altered_in_the_database_is_none_of_the_log(
    approved: Site, monkeypatch: pytest.MonkeyPatch, column: str
) -> None:
    approved.reads(60, MOVED)
    until = approved.moment(600)
    approved.do("boss", "waive_drift", number=1, owner="li", until=until.isoformat(), text="x")
    row = approved.rows(lambda tx: tx.execute(select(schema.waivers)).one())._asdict()
    row[column] = until + timedelta(days=1) if column == "until" else "chief"
    altered_row = SimpleNamespace(**row)
    (says,) = judged._waivers(SimpleNamespace(execute=lambda _query: [altered_row]))
    monkeypatch.setattr(judged, "_waivers", lambda _tx: [says])
    assert approved.doubts() == [f"waiver/1 says that {row['granted_by']} judged it, and the log does not"]


BY_HAND = {
    "a window that was made longer": (
        "UPDATE change_requests SET \"end\" = '2026-12-31 00:00:00'",
        "change/1 is not what it was at event",
    ),
    "another device in its scope": (
        "UPDATE change_targets SET device = 'sw-2'",
        "change/1 is not what it was at event",
    ),
    "another who is to do it": (
        "UPDATE change_implementers SET person = 'wang'",
        "change/1 is not what it was at event",
    ),
    "another who asked for it": (
        "UPDATE change_requests SET requested_by = 'chief'",
        "change/1 is not what it was at event",
    ),
    "who asked and who approved exchanged": (
        "UPDATE change_requests SET requested_by = judged_by, judged_by = requested_by",
        "change/1 says that zhang judged it, and the log does not",
    ),
    "an approval that is older than the log": (
        "UPDATE change_requests SET judged_by = 'chief', judged_at = '2020-01-01 00:00:00'",
        "change/1 says that chief judged it, and the log does not",
    ),
    "a request that was rejected and is approved": (
        "UPDATE change_requests SET state = 'approved', ended = NULL WHERE id = 2",
        "change/2 is approved; by event",
    ),
    "a request that is gone": (
        "DELETE FROM change_targets; DELETE FROM change_implementers; DELETE FROM change_requests WHERE id = 2",
        "change/2 is not in the database; by event",
    ),
    "a finding that is over": (
        "UPDATE findings SET state = 'closed', closing = 'reverted'",
        "finding/1 is closed; by event",
    ),
    "a finding that is waived": ("UPDATE findings SET state = 'waived'", "finding/1 is waived; by event"),
    "a finding that a request explains": (
        "UPDATE findings SET verdict = 'authorised', change_id = 1",
        "finding/1 is not what it was at event",
    ),
    "a finding that is gone": ("DELETE FROM findings", "is not in the database; by event"),
}


@pytest.mark.parametrize("what", BY_HAND)
def test_what_was_made_to_look_approved_in_the_database_is_none_of_the_log(approved: Site, what: str) -> None:
    approved.change(200, 300)
    approved.do("boss", "reject_change", number=approved.change(400, 500, approve=False), text="no")
    approved.reads(60, MOVED)
    assert approved.doubts() == []
    statement, sentence = BY_HAND[what]
    unguarded(approved.database, *statement.split(";"))
    assert any(sentence in each for each in approved.doubts()), approved.doubts()


def test_a_request_with_more_targets_than_an_event_holds_is_vouched_for(approved: Site) -> None:
    paths = [f"interface GE1/0/{number} {'x' * 180}" for number in range(200)]
    approved.change(200, 300, devices=["sw-1", "sw-2"], paths=paths)
    assert approved.doubts() == []
    unguarded(approved.database, "UPDATE change_targets SET paths = '[]' WHERE id = 2")
    assert any("change/1 is not what it was" in each for each in approved.doubts())


def test_a_host_key_that_was_written_into_the_database_is_none_of_the_log(approved: Site) -> None:
    door = Door("sw-1", "ssh", host_key="SHA256:" + "a" * 43, trusted_by="boss", trusted_at=approved.moment(1))
    approved.database.write_now(lambda tx: doors.save(tx, door))
    assert approved.doubts() == ["host key/sw-1 says that boss judged it, and the log does not"]


def test_a_waiver_that_has_expired_opens_its_finding_again(approved: Site) -> None:
    approved.reads(60, MOVED)
    approved.do("boss", "waive_drift", number=1, owner="li", until=approved.moment(600).isoformat(), text="x")
    assert approved.judges(599).finding.state is FindingState.WAIVED
    finding = approved.judges(600).finding
    assert (finding.state, finding.reopened) == (FindingState.OPEN, 1)
    assert list(approved.wrong(600)["sw-1"]) == ["running/1"]
    said = [str(each.summary) for each in approved.rows(lambda tx: events.newest(tx, (EventKind.DRIFT,), 1))]
    assert said == ["running configuration: the waiver has ended"]


@pytest.mark.parametrize(("days", "sentence"), [(-1, "until: must be in the future"), (91, "until: at most 90 days")])
def test_a_waiver_always_has_an_end_in_sight(approved: Site, days: int, sentence: str) -> None:
    approved.reads(60, MOVED)
    until = approved.moment(days * 24 * 60).isoformat()
    approved.refused(sentence, "boss", "waive_drift", number=1, owner="li", until=until, text="x")


def test_what_a_leader_rejects_is_to_be_put_back_and_stays_an_alarm(approved: Site) -> None:
    approved.reads(60, MOVED)
    assert approved.do("boss", "reject_drift", number=1, text="put it back") == (
        "finding 1 is rejected: sw-1 is to be put back"
    )
    finding = approved.judges(61).finding
    assert (finding.state, finding.judged_by, finding.judgement) == (FindingState.ACKNOWLEDGED, "boss", "put it back")
    assert list(approved.wrong(61)["sw-1"]) == ["running/1"]
    approved.reads(70, BASE)
    assert approved.findings()[0].closing is Closing.REVERTED


def test_in_a_freeze_nothing_is_asked_for_nor_approved_but_in_an_emergency(approved: Site) -> None:
    day = 24 * 60
    with pytest.raises(UsageError, match="nothing is changed from 2026-11-23 00:00 to 2026-11-25 00:00 but in an em"):
        approved.change(day, day + 60)
    assert approved.rows(lambda tx: change_requests.newest(tx, 10, everything=True)) == ()
    draft = approved.change(day, day + 60, approve=False, draft=True)
    approved.refused("nothing is changed from", "zhang", "submit_change", number=draft)
    approved.change(day, day + 60, emergency=True)
    approved.at(day)
    approved.reads(day, BASE)
    assert approved.reads(day + 5, MOVED).verdict is Verdict.AUTHORISED


def test_what_changes_in_a_freeze_is_recorded_and_told_all_the_same(approved: Site) -> None:
    day = 24 * 60
    approved.reads(day, BASE)
    approved.reads(day + 60, MOVED)
    assert list(approved.wrong(day + 60)["sw-1"]) == ["running/1"]


TOO_LITTLE: list[tuple[dict[str, Any], str]] = [
    ({"kind": "magic"}, "kind: must be one of parameter, software"),
    ({"devices": []}, "name at least one device or group"),
    ({"devices": ["sw-9"]}, "there is no device sw-9"),
    ({"groups": ["cores"]}, "there is no group cores"),
    ({"implementers": ["nobody"]}, "nobody is not among the people"),
    ({"rollback": ""}, "say how it is rolled back"),
    ({"kind": "software"}, "say how the software was searched for viruses"),
    ({"end": "2026-11-22T10:00:00"}, "until: must be after the beginning"),
    ({"start": "2026-11-20T10:00:00", "end": "2026-11-20T12:00:00"}, "its window is over"),
    ({"title": ""}, "title: must not be empty"),
]


def test_a_request_that_does_not_say_enough_is_refused(approved: Site) -> None:
    for more, sentence in TOO_LITTLE:
        approved.refused(sentence, "zhang", "new_change", **_asked(approved, **more))
    assert approved.rows(lambda tx: change_requests.newest(tx, 10, everything=True)) == ()


def test_leaders_are_asked_by_mail_and_those_whose_change_it_is_are_told(approved: Site) -> None:
    approved.change(40, 80, implementers=["li", "chief"])
    letters = [each for each in approved.letters() if each.kind == "change"]
    assert [each.person for each in letters] == ["boss", "chief", "li", "zhang"]
    assert all("Port for radiology" in (each.subject or "") for each in letters)


def test_what_runs_and_is_not_saved_is_told_after_its_deadline_and_until_it_is_saved(approved: Site) -> None:
    approved.reads(1, BASE, facet="startup")
    approved.do("boss", "approve_first", device="sw-1")
    approved.reads(60, MOVED)
    approved.do("boss", "approve_drift", number=1)
    assert approved.wrong(89) == {}
    key, said = "running/unsaved", "what runs is not saved since 2026-11-22 11:00; a power cut would undo it"
    assert approved.wrong(90) == {"sw-1": {key: ("warning", said)}}
    assert approved.wrong(180) == {"sw-1": {key: ("minor", said)}}
    assert approved.reads(200, MOVED, facet="startup").verdict is Verdict.UNCHANGED
    assert approved.wrong(200) == {}


def test_a_device_that_says_when_it_was_changed_and_saved_is_taken_at_its_word(centre: Site) -> None:
    said = Evidence(EvidenceKind.HEADER, centre.moment(5), "li")
    centre.reads(10, BASE, said, saved_at=centre.moment(0))
    assert list(centre.wrong(60)["sw-1"]) == ["running/unsaved"]
    centre.reads(61, BASE, saved_at=centre.moment(60))
    assert centre.wrong(120) == {}


def test_what_was_saved_and_nobody_approved_is_a_deviation_of_what_runs_and_not_told_twice(approved: Site) -> None:
    approved.reads(1, BASE, facet="startup")
    approved.reads(60, MOVED)
    approved.reads(61, MOVED, facet="startup")
    assert list(approved.wrong(61)["sw-1"]) == ["running/1"]


def test_newer_rules_leave_what_was_approved_and_waived_as_it_was(approved: Site) -> None:
    approved.reads(60, MOVED)
    approved.do("boss", "waive_drift", number=1, owner="li", until=approved.moment(900).isoformat(), text="x")

    def said(lines: dict[str, tuple[str, ...]]) -> tuple[bytes, bytes]:
        return tuple(canonical(sections({**lines, "": (*top, "by newer rules") if newer else top}))
                     for newer in (False, True) for top in (lines[""],))  # type: ignore[return-value]  # fmt: skip

    def work(tx: Any) -> None:
        made = {}
        for lines in (BASE, MOVED):
            old, new = said(lines)
            made[digest(old)] = blobs.put(tx, new)
        for each in snapshots.history(tx, "sw-1", "running"):
            snapshots.save(tx, replace(each, content=made[each.content], rules="vrp/2"))
        assert carrying.carry_over(tx, "sw-1", "running", made, "vrp/2", approved.moment(70)) is not None

    approved.database.write_now(work)
    base = approved.baseline()
    assert (base.rules, base.judged_by, base.carried) == ("vrp/2", "boss", 1)
    assert approved.doubts() == []
    finding = approved.judges(71).finding
    assert (finding.state, finding.id, len(approved.findings())) == (FindingState.WAIVED, 2, 2)
    assert approved.wrong(71) == {}
    assert approved.doubts() == []


def test_every_step_is_in_the_journal_and_in_the_audit_log(approved: Site) -> None:
    number = approved.change(40, 80)
    approved.reads(50, BASE)
    approved.reads(60, MOVED)
    approved.do("li", "implement_change", number=number)
    approved.do("wang", "verify_change", number=number)
    approved.do("boss", "approve_drift", number=1)
    approved.passes(70)
    vouched = [(each.actor, each.action) for each in approved.rows(lambda tx: tuple(audit.after(tx, 0)))]
    # what people do is vouched for by the name of the action, too
    vouched = [each for each in vouched if "." in each[1]]
    assert vouched == [
        ("boss", "baseline.approved"),
        ("zhang", "change.write"),
        ("zhang", "change.submit"),
        ("boss", "change.approve"),
        ("netwatch", "drift.opened"),
        ("li", "change.implement"),
        ("wang", "change.verify"),
        ("wang", "baseline.proposed"),
        ("netwatch", "drift.baselined"),
        ("boss", "baseline.approved"),
        ("netwatch", "change.close"),
    ]
    kinds = (EventKind.CHANGE, EventKind.BASELINE, EventKind.DRIFT)
    journal = approved.rows(lambda tx: events.newest(tx, kinds, 100))
    assert len(journal) == len(vouched)
    assert approved.doubts() == []


def test_what_nobody_approved_stands_in_the_report_until_it_is_over_and_what_was_approved_with_its_request(
    approved: Site,
) -> None:
    def lines(minute: float) -> str:
        approved.at(minute)
        drawn = approved.draft()
        return " ".join(render.text(drawn, translations("en"), approved.settings.site.zone).split())

    approved.change(40, 80, paths=["interface*"])
    approved.reads(50, BASE)
    approved.reads(60, MOVED)
    approved.reads(60, altered(top=("sysname S2", "vlan batch 10 20")), device="sw-2")
    approved.do("boss", "approve_first", device="sw-2")
    approved.reads(70, BASE, device="sw-2")
    said = lines(75)
    assert (
        "D1 sw-1 running configuration changed as approved: interface GE1/0/5: description A → B, 2026-11-22 11:00"
        " (explained by change request 1)"
    ) in said
    renamed = "it calls itself S1 instead of S2 (renamed, or another device answers here)"
    alone = f"D2 sw-2 running configuration changed without approval: {renamed}, 2026-11-22 11:10"
    assert said.count(f"{alone} (without approval)") == 2
    assert "Change request 1: Port for radiology; approved" in said
    approved.do("boss", "waive_drift", number=2, owner="li", until=approved.moment(900).isoformat(), text="agreed")
    assert f"{alone} (judged by boss, waived, agreed)" in lines(80)
    approved.reads(90, altered(top=("sysname S2", "vlan batch 10 20")), device="sw-2")
    assert f"{alone} (judged by boss, put back, agreed)" in lines(95)


def test_a_report_up_to_an_event_tells_of_no_deviation_after_it(approved: Site) -> None:
    before = approved.rows(events.last)
    approved.reads(60, MOVED)
    now = approved.clock.now()
    told = approved.rows(lambda tx: standing.unapproved(tx, approved.settings, 0, before, now))
    assert told == ()
    (told,) = approved.rows(lambda tx: standing.unapproved(tx, approved.settings, before, before + 9, now))
    assert (told.number, told.mark, told.settled, told.entry, told.change) == (1, "D", False, 0, 0)


def test_what_stands_is_judged_again_only_where_something_could_have_made_another_verdict_of_it(
    approved: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[str] = []

    def noted(tx: Any, settings: Any, device: str, facet: str, now: datetime) -> judging.Judged:
        seen.append(device)
        return judging.judge(tx, settings, device, facet, now)

    monkeypatch.setattr(rejudging, "judge", noted)
    upto = -1

    def again(minute: float) -> int:
        nonlocal upto
        approved.at(minute)
        seen.clear()
        upto = approved.database.write_now(
            lambda tx: rejudging.again(tx, approved.settings, upto, approved.clock.now())
        )
        return len(seen)

    approved.reads(50, BASE)
    approved.reads(60, MOVED)
    assert (again(61), again(62)) == (1, 0)
    approved.at(62)
    approved.change(52, 80, approve=False, emergency=True)
    # an emergency may become overdue at any time
    assert (again(63), again(64), again(65)) == (1, 1, 1)
    approved.do("boss", "approve_change", number=1)
    assert again(66) == 1
    assert approved.findings()[0].told.verdict is Verdict.AUTHORISED
    approved.do("boss", "waive_drift", number=1, owner="wang", until=approved.moment(300).isoformat(), text="x")
    approved.do("li", "implement_change", number=1)
    approved.do("wang", "verify_change", number=1)
    assert (again(70), again(299), again(300), again(301)) == (1, 1, 1, 1)


def test_compliance_counts_what_was_changed_without_approval_and_where_nothing_is_approved(
    tmp_path: Path, approved: Site
) -> None:
    read = "".join(switch(name, more='collect = [{ kind = "local" }]\n') for name in ("sw-1", "sw-2"))
    approved.settings = site(tmp_path, devices=read, whole=PEOPLE)

    def told(minute: float) -> dict[str, tuple[int, int, tuple[str, ...]]]:
        approved.at(minute)
        day = containing(PeriodKind.MONTH, approved.clock.now().date())
        made = approved.rows(lambda tx: compliance(tx, approved.settings, day, approved.clock.now()))
        (line,) = (each for each in made.lines if each.clause == "C5")
        return {each.source.value: (each.due, each.done, each.wanting) for each in line.evidence}

    number = approved.change(40, 80)
    approved.reads(50, BASE)
    approved.reads(60, MOVED)
    assert told(61)["drift"] == (1, 1, ()), f"change request {number} explains it"
    approved.reads(190, MOVED)
    approved.reads(200, FURTHER)
    due, done, wanting = told(201)["drift"]
    assert due - done == 1
    assert wanting[0].endswith(" sw-1")
    approved.reads(210, BASE)
    due, done, wanting = told(211)["drift"]
    assert (due - done, wanting) == (0, ())
    assert told(211)["baselines"] == (2, 1, ("sw-2",)), "of sw-2 nothing is approved"
