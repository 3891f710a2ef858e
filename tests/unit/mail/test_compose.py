"""What mails say: read as the engineer on duty reads them."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from gettext import NullTranslations
from html.parser import HTMLParser
from typing import TYPE_CHECKING

import pytest

from netwatch.domain.model import Acknowledgement, DeviceState, Fault, FaultId, Severity, Subject
from netwatch.domain.notices import Kind
from netwatch.mail import layout, wording
from netwatch.mail.case import Case, Note, Scene, Told
from netwatch.mail.compose import Reader, digest, notice, plain, trial
from netwatch.mail.digest import LINES
from netwatch.mail.office import Office, office_of
from probes.api import Message
from tests.fakes import START
from tests.mailroom import html_of, office_settings, parsed, text_of

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.mail.envelope import Composed

NOW = START + timedelta(minutes=25)
FAULT = Fault(
    FaultId(17),
    Subject("core", "icmp"),
    Severity.CRITICAL,
    Severity.CRITICAL,
    Message("no answer"),
    START,
    START + timedelta(minutes=1),
    reachability=True,
)
CASE = Case(
    FAULT,
    "Core switch A",
    "10.0.0.1",
    "outpatient building",
    "check the power of rack B2",
    ("sw1", "sw2"),
    (Note(NOW - timedelta(minutes=5), "Li", "in the machine room"),),
)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    folder: Path = tmp_path_factory.mktemp("office")
    return office_of(office_settings(folder, mail='page = "https://netwatch.example/"'))


@pytest.fixture
def reader(office: Office) -> Reader:
    return Reader(office, "database", "zhang", "fault/17/0/zhang", NOW)


@pytest.fixture
def around(office: Office) -> Scene:
    return Scene(NOW, {number: replace(FAULT, id=FaultId(number)) for number in (17, 3, 4)}, office.shifts(NOW))


class _Words(HTMLParser):
    """The words of a page, and what it would load."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.words: list[str] = []
        self.tags: set[str] = set()
        self.loads: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.loads += [value or "" for name, value in attrs if name in ("src", "background", "href") and tag != "a"]
        self.loads += [value or "" for _name, value in attrs if "url(" in (value or "")]

    def handle_data(self, data: str) -> None:
        self.words += data.split()


def first_line(mail: Composed) -> str:
    return text_of(mail.content).splitlines()[0]


def test_a_first_mail_says_in_its_first_line_what_where_since_and_whom_it_affects(
    reader: Reader, around: Scene
) -> None:
    mail = notice(reader, Kind.OPENED, CASE, around)
    assert mail.subject == "[Critical] Core switch A: no answer"
    assert text_of(mail.content).splitlines() == [
        "[critical] Core switch A: no answer, since 10:00; affects: outpatient building",
        "",
        "Do first: check the power of rack B2",
        "",
        "Severity: critical",
        "Device: Core switch A (core)",
        "Address: 10.0.0.1",
        "Check: icmp",
        "Began: 2026-11-22 10:00:00, confirmed 10:01",
        "Unreachable behind it: 2 devices: sw1, sw2",
        "Also open: 2 other faults",
        (
            "On duty: primary zhang until 2026-11-23 08:00; second 李四 8123 until 2026-11-23 08:00; "
            "leader on call 王主任 until 2026-11-23 08:00"
        ),
        "",
        "Done and written so far",
        "- 10:20 Li: in the machine room",
        "",
        'To acknowledge it: netwatch faults ack 17 --text "…"',
        "The whole case: netwatch faults show 17",
        "Open the page: https://netwatch.example/faults/17",
        "",
        "-- ",
        "netwatch, written 2026-11-22 10:25:00; times are those of Asia/Shanghai. Please do not answer this mail.",
    ]


@pytest.mark.parametrize(
    ("kind", "changes", "subject", "line"),
    [
        (
            Kind.REMINDER,
            {},
            "Reminder: [Critical] Core switch A: no answer",
            (
                "[critical] Core switch A: no answer, since 10:00 (25 min), and nobody has acknowledged it; "
                "affects: outpatient building"
            ),
        ),
        (
            Kind.WORSE,
            {"severity": Severity.MAJOR},
            "Worse: [Major] Core switch A: no answer",
            "[major] Core switch A: no answer, now major, since 10:00; affects: outpatient building",
        ),
        (
            Kind.RECOVERED,
            {"closed": NOW - timedelta(minutes=5)},
            "Recovered: [Critical] Core switch A: no answer",
            (
                "[recovered] Core switch A has recovered. It had been: no answer, from 10:00 to 10:20 (20 min); "
                "affects: outpatient building"
            ),
        ),
        (
            Kind.FLAPPING,
            {},
            "Flapping: [Critical] Core switch A: no answer",
            (
                "[critical] Core switch A: no answer, flapping since 10:00; you are told again when it settles; "
                "affects: outpatient building"
            ),
        ),
        (
            Kind.FLAPPING,
            {"closed": NOW},
            "Flapping: [Critical] Core switch A: no answer",
            (
                "[recovered] Core switch A: no answer, flapping since 10:00, just now it is well; "
                "you are told again when it settles; affects: outpatient building"
            ),
        ),
    ],
)
def test_each_kind_of_notice_begins_with_its_news(
    reader: Reader, around: Scene, kind: Kind, changes: dict[str, object], subject: str, line: str
) -> None:
    mail = notice(reader, kind, replace(CASE, fault=replace(FAULT, **changes)), around)  # type: ignore[arg-type]
    assert mail.subject == subject
    assert first_line(mail) == line


def test_a_recovery_says_how_long_it_was_and_asks_for_nothing(reader: Reader, around: Scene) -> None:
    taken = Acknowledgement("li", NOW - timedelta(minutes=9), "on my way")
    fault = replace(FAULT, closed=NOW - timedelta(minutes=5), acknowledged=taken, reopened=2, worst=Severity.CRITICAL)
    text = text_of(notice(reader, Kind.RECOVERED, replace(CASE, fault=fault, behind=()), around).content)
    assert "Recovered at: 2026-11-22 10:20:00, after 20 min" in text
    assert "Acknowledged: li, 10:16: on my way" in text
    assert "Reopened: 2 times" in text
    assert "faults ack" not in text
    assert "Do first" not in text


def test_what_is_not_known_has_no_line(reader: Reader, around: Scene) -> None:
    text = text_of(notice(reader, Kind.OPENED, Case(FAULT, "core"), replace(around, shifts=())).content)
    for label in ("Address", "Do first", "affects", "Unreachable", "Reopened", "Acknowledged", "Done and written"):
        assert label not in text
    assert "Device: core\r\n" in text
    assert "On duty: nobody" in text


def test_no_more_than_twenty_names_of_those_behind_it(reader: Reader, around: Scene) -> None:
    case = replace(CASE, behind=tuple(f"sw-{number}" for number in range(37)))
    text = text_of(notice(reader, Kind.OPENED, case, around).content)
    assert "Unreachable behind it: 37 devices: sw-0, sw-1," in text
    assert "sw-19 and 17 more" in text
    assert "sw-20" not in text


def test_no_more_than_twenty_names_of_those_that_have_lost_an_uplink(reader: Reader, around: Scene) -> None:
    case = replace(CASE, hanging=tuple(f"sw-{number}" for number in range(300)))
    text = text_of(notice(reader, Kind.OPENED, case, around).content)
    assert "Redundancy lost: 300 devices: sw-0, sw-1," in text
    assert "sw-19 and 280 more" in text


def test_a_digest_counts_what_has_lost_redundancy(reader: Reader, around: Scene) -> None:
    names = [f"sw-{number}" for number in range(300)]
    office = replace(reader.office, parents=dict.fromkeys(names, ("core", "core-b")))
    states = dict.fromkeys(("core-b", *names), DeviceState.UP) | {"core": DeviceState.DOWN}
    told = tuple(Told(Kind.OPENED, Case(fault, "Core switch A")) for fault in (FAULT, replace(FAULT, id=FaultId(18))))
    mail = digest(replace(reader, office=office), told, replace(around, states=states))
    assert text_of(mail.content).splitlines()[2].endswith("since 10:00; 300 devices have lost redundancy")


@pytest.mark.parametrize("kind", Kind)
def test_the_page_says_all_that_the_text_says_and_loads_nothing(reader: Reader, around: Scene, kind: Kind) -> None:
    mail = notice(reader, kind, CASE, around)
    page = _Words(html_of(mail.content))
    text = text_of(mail.content).replace(f": {'https://netwatch.example/faults/17'}", "")
    missing = {word.strip("[]:-;,") for word in text.split()} - {word.strip("[]:-;,") for word in page.words}
    assert missing == {""}, "but for the line that sets off the footer"
    assert page.loads == []
    assert page.tags.isdisjoint({"img", "script", "link", "style", "iframe", "object"})


def test_a_digest_tells_the_worst_first_and_names_it_in_its_subject(reader: Reader, around: Scene) -> None:
    faults = [replace(FAULT, id=FaultId(number), severity=Severity.MINOR) for number in range(1, 5)]
    faults.append(FAULT)
    faults.append(replace(FAULT, id=FaultId(9), closed=NOW - timedelta(minutes=5)))
    told = tuple(Told(Kind.OPENED, Case(fault, f"switch {fault.id}", affects="ward 3")) for fault in faults)
    mail = digest(reader, told, around)
    assert mail.subject == "[Critical] 6 faults, worst: switch 17"
    lines = text_of(mail.content).splitlines()
    assert lines[0] == "6 faults in one mail: 1 critical, 4 minor, 1 recovered"
    assert [line.partition(":")[0] for line in lines[2:8]] == [
        "[critical] 17 switch 17",
        "[minor] 1 switch 1",
        "[minor] 2 switch 2",
        "[minor] 3 switch 3",
        "[minor] 4 switch 4",
        "[recovered] 9 switch 9",
    ]
    assert lines[2] == "[critical] 17 switch 17: no answer, since 10:00; affects: ward 3"
    assert lines[7] == "[recovered] 9 switch 9: no answer, 10:00 to 10:20 (20 min); affects: ward 3"
    assert parsed(mail.content)["X-Netwatch-Severity"] == "critical"
    page = _Words(html_of(mail.content))
    assert page.loads == []
    assert {"17", "ward", "3", "recovered"} <= set(page.words)


def test_a_digest_of_recoveries_says_so(reader: Reader, around: Scene) -> None:
    closed = replace(FAULT, closed=NOW)
    told = tuple(Told(Kind.RECOVERED, Case(replace(closed, id=FaultId(n)), f"s{n}")) for n in range(5))
    assert digest(reader, told, around).subject == "Recovered: 5 faults: s0, s1, s2 and 2 more"


def test_a_digest_of_ten_thousand_is_bounded_and_counts_them_all(reader: Reader, around: Scene) -> None:
    told = tuple(Told(Kind.OPENED, Case(replace(FAULT, id=FaultId(n)), f"s{n}")) for n in range(10_000))
    mail = digest(reader, told, around)
    lines = text_of(mail.content).splitlines()
    assert mail.subject == "[Critical] 10000 faults, worst: s0, s1, s2 and 9997 more"
    assert sum(line.startswith("[critical]") for line in lines) == LINES
    assert f"and {10_000 - LINES} more" in lines
    assert len(mail.content) < 300_000


def test_a_test_mail_says_by_which_way_it_came(reader: Reader) -> None:
    mail = trial(replace(reader, address="boss@hospital.example"), "relay.example:587")
    assert mail.recipient == "boss@hospital.example"
    assert mail.subject == "Test mail of netwatch"
    assert "By way of: relay.example:587" in text_of(mail.content)
    assert parsed(mail.content)["References"] is None


def test_the_plain_mail_needs_no_template(reader: Reader) -> None:
    one = plain(reader, (Told(Kind.OPENED, replace(CASE, title="<b>Core</b>\r\nBcc: x@y")),))
    assert one.subject == "[Critical] 1: <b>Core</b> Bcc: x@y"
    assert text_of(one.content).splitlines() == ["17 <b>Core</b> Bcc: x@y (opened)", "netwatch faults show 17"]
    assert "<b>" not in html_of(one.content)
    many = plain(reader, (Told(Kind.OPENED, CASE),) * 5000)
    assert many.subject == "[Critical] 5000: Core switch A"
    assert len(many.content) < 20_000


@pytest.mark.parametrize(
    "hostile", ["<img src=http://evil.example/x>", "{{ 7*7 }}{% raw %}", "%(badge)s %s {0}", "'\"&"]
)
def test_what_a_device_says_is_neither_markup_nor_template(reader: Reader, around: Scene, hostile: str) -> None:
    fault = replace(FAULT, summary=Message("{what}", {"what": hostile}))
    case = replace(CASE, fault=fault, title=hostile, affects=hostile, runbook=hostile, behind=(hostile,))
    case = replace(case, notes=(Note(NOW, hostile, hostile),))
    mail = notice(reader, Kind.OPENED, case, around)
    page = _Words(html_of(mail.content))
    assert page.loads == []
    assert "img" not in page.tags
    assert hostile in text_of(mail.content)
    told = (Told(Kind.OPENED, case), Told(Kind.OPENED, case))
    page = _Words(html_of(digest(reader, told, around).content))
    assert "img" not in page.tags


def test_all_mails_of_a_fault_are_one_thread_and_no_mail_of_another(reader: Reader, around: Scene) -> None:
    first = parsed(notice(reader, Kind.OPENED, CASE, around).content)
    later = parsed(notice(replace(reader, key="fault/17/1/zhang"), Kind.REMINDER, CASE, around).content)
    other = parsed(
        notice(
            replace(reader, key="fault/18/0/zhang"),
            Kind.OPENED,
            replace(CASE, fault=replace(FAULT, id=FaultId(18))),
            around,
        ).content
    )
    assert first["References"] == later["References"] != other["References"]
    assert first["Message-ID"] != later["Message-ID"]


class _Marked(NullTranslations):
    """A language in which every sentence stands in marks."""

    def gettext(self, message: str) -> str:
        return f"«{message}»"

    def ngettext(self, msgid1: str, msgid2: str, n: int) -> str:
        return f"«{msgid1 if n == 1 else msgid2}»"


def test_every_word_of_a_mail_is_in_the_readers_language(
    office: Office, around: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    def catalogue(language: str) -> NullTranslations:
        return _Marked() if language == "zh_CN" else NullTranslations()

    monkeypatch.setattr(wording, "translations", catalogue)
    monkeypatch.setattr(layout, "translations", catalogue)
    layout._environment.cache_clear()
    chinese = replace(office, language="zh_CN")
    for person, marked in (("zhang", True), ("wang", False)):
        mail = notice(Reader(chinese, "database", person, "key", NOW), Kind.REMINDER, CASE, around)
        assert ("«[{severity}]".replace("{severity}", "«critical»") in mail.subject) is marked
        lines = [line for line in text_of(mail.content).splitlines() if line.strip("- ") and "netwatch" not in line]
        assert all(("«" in line) is marked for line in lines), lines
        words = _Words(html_of(mail.content)).words
        assert ("«Do" in words) is marked
    layout._environment.cache_clear()
