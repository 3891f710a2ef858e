"""What is installed, runs and listens on servers, against what was approved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.config.registers import types
from netwatch.config.settings import File
from netwatch.domain.inventory import things
from netwatch.domain.model import Severity
from netwatch.domain.registers import Entry, EntryState
from netwatch.domain.software import Approved, Look, Ports, Thing
from netwatch.domain.software_approval import of_entry, vouched
from netwatch.domain.unapproved_software import MOST_TOLD, remark, remarks
from probes.api import Message
from probes.collect import Section

NOW = datetime(2026, 11, 28, 2, 0, tzinfo=UTC)
KIND = types(File())["software"]
SSHD = Approved("sshd", packages=("openssh-*",), processes=("sshd", "/usr/sbin/sshd"), ports=(Ports("tcp", 22, 22),))
PG = Approved("postgresql", packages=("postgresql*",), versions=("15.*",), devices=frozenset({"srv-1"}))


def package(name: str, version: str = "1.0") -> Thing:
    return Thing(Look.INSTALLED, name, version)


def socket(port: int, name: str = "sshd", protocol: str = "tcp") -> Thing:
    return Thing(Look.LISTENING, name, "", "", protocol, port, "0.0.0.0")


def said(
    *shown: Thing, approved: tuple[Approved, ...] = (SSHD, PG), device: str = "srv-1"
) -> list[tuple[str, Severity]]:
    return [(str(each.summary), each.severity) for each in remarks(shown, approved, device, frozenset({"linux"}))]


@pytest.mark.parametrize(
    ("thing", "sentence", "severity"),
    [
        (package("openssh-server"), None, None),
        (package("OpenSSH-Client"), None, None),
        (package("postgresql-15", "15.4-1"), None, None),
        (package("postgresql-15", "1:15.4-1"), None, None),
        (
            package("postgresql-16", "16.1"),
            "postgresql-16 16.1 is installed in a version that nobody approved",
            Severity.MINOR,
        ),
        (package("nmap", "7.93"), "nmap 7.93 is installed and nobody approved it", Severity.MINOR),
        (Thing(Look.RUNNING, "sshd", other="/usr/sbin/sshd"), None, None),
        (Thing(Look.RUNNING, "x", other="/usr/sbin/sshd"), None, None),
        (Thing(Look.RUNNING, "xmrig", other="/tmp/xmrig"), "xmrig runs and nobody approved it", Severity.MINOR),
        (Thing(Look.SERVICES, "Telnet"), "the service Telnet runs and nobody approved it", Severity.MINOR),
        (socket(22), None, None),
        (socket(22, "-"), None, None),
        (socket(22, "nc"), "nc tcp/22 listens on 0.0.0.0 and nobody approved it", Severity.MAJOR),
        (socket(4444, "-"), "tcp/4444 listens on 0.0.0.0 and nobody approved it", Severity.MAJOR),
        (socket(2222), "sshd tcp/2222 listens on 0.0.0.0 and nobody approved it", Severity.MAJOR),
        (socket(22, protocol="udp"), "sshd udp/22 listens on 0.0.0.0 and nobody approved it", Severity.MAJOR),
    ],
)
def test_what_nobody_approved_is_told(thing: Thing, sentence: str | None, severity: Severity | None) -> None:
    assert said(thing) == ([] if sentence is None else [(sentence, severity)])


def test_software_is_approved_where_it_says_so_and_nowhere_else() -> None:
    assert said(package("postgresql-15", "15.4")) == []
    assert said(package("postgresql-15", "15.4"), device="srv-2") != []
    of_group = replace(PG, devices=frozenset(), groups=frozenset({"linux"}))
    assert said(package("postgresql-15", "15.4"), approved=(of_group,), device="srv-2") == []


def test_so_many_things_that_nobody_reads_them_are_told_as_one() -> None:
    few, many = ([package(f"p{n}") for n in range(count)] for count in (MOST_TOLD, MOST_TOLD + 1))
    assert len(said(*few)) == MOST_TOLD
    assert said(*many) == [
        ("21 packages are installed that nobody approved: p0 1.0, p1 1.0, p2 1.0, p3 1.0, p4 1.0 …", Severity.MINOR)
    ]


def test_the_same_thing_twice_is_told_once() -> None:
    both = (socket(2222), replace(socket(2222), address="[::]"))
    assert len(said(*both)) == 1


@given(st.text(max_size=300), st.text(max_size=300))
def test_a_key_is_short_and_tells_things_apart(name: str, other: str) -> None:
    one, two = package(name), package(other)
    assert len(one.key) <= 64
    assert one.key.isascii()
    assert "/" not in one.key
    assert (one.key == two.key) == (name == other)


@given(
    st.lists(st.sampled_from([SSHD, PG, replace(SSHD, doubt=Message("doubt"))]), max_size=3),
    st.sampled_from(["openssh-server", "nmap"]),
)
def test_more_approvals_never_make_it_worse(approved: list[Approved], name: str) -> None:
    thing = package(name)
    before, after = remark(thing, approved), remark(thing, [*approved, SSHD])
    assert after is None or before is not None


def entry(state: EntryState = EntryState.CONFIRMED, **values: str) -> Entry:
    approved = state not in {EntryState.DRAFT, EntryState.SUBMITTED, EntryState.REJECTED}
    said = {"device": "srv-1", "software": "7-Zip 22.01", "virus_check": "clean", **values}
    at = NOW if approved else None
    return Entry("software", "zhang", NOW, state=state, values=said, approved_by="boss", approved_at=at, id=7)


@pytest.mark.parametrize(
    ("text", "name", "version", "fits"),
    [
        ("7-Zip 22.01", "7-Zip", "22.01", True),
        ("7-Zip 22.01", "7-zip", "22.01-2", True),
        ("7-Zip 22.01", "7-Zip", "23.00", False),
        ("7-Zip", "7-Zip", "23.00", True),
        ("Notepad++ v8", "Notepad++", "8.5.4", True),
        ("Visual Studio Code 1.84", "visual-studio-code", "1.84", True),
        ("nginx 1.22，1.24", "nginx", "1.24", True),
        ("*", "anything", "1", False),
        ("nginx* 1.22", "nginx-extras", "1.22", False),
    ],
)
def test_an_entry_of_the_register_approves_the_software_that_it_names(
    text: str, name: str, version: str, fits: bool
) -> None:
    allowed = of_entry(KIND, entry(software=text))
    assert (allowed is not None and allowed.covers(package(name, version))) == fits


@pytest.mark.parametrize("state", list(EntryState))
def test_an_entry_that_nobody_approved_approves_nothing(state: EntryState) -> None:
    approved = {EntryState.APPROVED, EntryState.OPEN, EntryState.DONE, EntryState.CONFIRMED}
    assert (of_entry(KIND, entry(state)) is not None) == (state in approved)


@pytest.mark.parametrize(
    ("of", "sentence", "severity"),
    [
        (entry(), None, None),
        (
            entry(EntryState.APPROVED, virus_check=""),
            "7-Zip 22.01 is on the server: the virus check of entry 7 is not on record",
            Severity.WARNING,
        ),
        (
            entry(EntryState.DONE, virus_check="infected"),
            "7-Zip 22.01 is on the server: its virus check in entry 7 found it infected",
            Severity.CRITICAL,
        ),
    ],
)
def test_software_without_a_clean_virus_check_is_told(
    of: Entry, sentence: str | None, severity: Severity | None
) -> None:
    allowed = of_entry(KIND, of)
    assert allowed is not None
    expected = [] if sentence is None else [(sentence, severity)]
    assert said(package("7-Zip", "22.01"), approved=(allowed,)) == expected


@pytest.mark.parametrize(
    ("of", "doubt"),
    [
        (entry(), None),
        (None, "entry 7 is none of the register of software"),
        (replace(entry(), register="change"), "entry 7 is none of the register of software"),
        (entry(EntryState.SUBMITTED), "entry 7 is not approved"),
        (entry(EntryState.OPEN, virus_check=""), "the virus check of entry 7 is not on record"),
    ],
)
def test_software_of_the_configuration_that_names_an_entry_needs_a_good_one(
    of: Entry | None, doubt: str | None
) -> None:
    found = vouched(SSHD, 7, KIND, of).doubt
    assert (str(found) if found else None) == doubt


def test_an_approval_without_doubt_goes_before_one_with() -> None:
    doubted = replace(SSHD, doubt=Message("its entry is missing"))
    assert said(socket(22), approved=(doubted,)) == [
        ("sshd tcp/22 is on the server: its entry is missing", Severity.MINOR)
    ]
    assert said(socket(22), approved=(doubted, SSHD)) == []


@pytest.mark.parametrize(
    ("facet", "line", "thing"),
    [
        ("packages", "dpkg openssl 3.0.11-1~deb12u2 amd64 ii", package("openssl", "3.0.11-1~deb12u2")),
        ("packages", "dpkg gone 1.0 all rc", None),
        ("packages", "rpm bash 5.1.8-6.el9 x86_64 installed", package("bash", "5.1.8-6.el9")),
        ("packages", "odd", None),
        ("software", "application: 7-Zip 22.01 (x64)", package("7-Zip", "22.01")),
        ("software", "application: Notepad++", package("Notepad++", "")),
        ("software", "unknown: openssl_3.0.11-1_amd64", package("openssl", "3.0.11-1")),
        ("software", "unknown: bash-5.1.8-6.el9.x86_64", package("bash", "5.1.8-6.el9")),
        ("running_software", "process root sshd /usr/sbin/sshd", Thing(Look.RUNNING, "sshd", other="/usr/sbin/sshd")),
        ("running_software", "process root x -", Thing(Look.RUNNING, "x")),
        ("running_software", "program: svchost.exe at C:\\Windows\\", Thing(Look.RUNNING, "svchost.exe", other="C:\\Windows\\")),
        ("services", "service: DHCP Client", Thing(Look.SERVICES, "DHCP Client")),
        ("sockets", "tcp 0.0.0.0 22 sshd", socket(22)),
        ("sockets", f"tcp 0.0.0.0 {'9' * 5000} sshd", None),
        ("sockets", "tcp [::ffff:127.0.0.1] 22 sshd", None),
        ("sockets", "tcp 127.0.0.1 22 sshd", None),
        ("sockets", "tcp [::1] 22 sshd", None),
        ("sockets", "udp 127.0.0.53%lo 53 resolved", None),
        ("sockets", "udp * ephemeral chronyd", None),
        ("users", "passwd root:x:0:0", None),
    ],
)  # fmt: skip
def test_a_line_of_a_facet_is_read(facet: str, line: str, thing: Thing | None) -> None:
    assert things(facet, [Section(("above",), (f" {line}",))]) == (() if thing is None else (thing,))


@given(
    st.sampled_from(["packages", "software", "running_software", "services", "sockets"]), st.lists(st.text(max_size=60))
)
def test_no_line_makes_it_fail(facet: str, lines: list[str]) -> None:
    remarks(things(facet, [Section((), tuple(lines))]), (SSHD, PG), "srv-1", frozenset())
