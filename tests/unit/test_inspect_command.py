"""`netwatch inspect`: how a host is written, what is wrong with the arguments, and what people read."""

from __future__ import annotations

import pytest

from netwatch.cli import main
from netwatch.cli.inspect import AUTHS, PRIVS, place
from netwatch.cli.sections import sections
from netwatch.errors import UsageError
from probes.api import Message, Problem
from probes.snmp.credentials import Auth, Priv
from probes.snmp.inspection import (
    Address,
    Device,
    Inspection,
    Interface,
    Neighbour,
    Part,
    Platform,
    Pool,
    Processor,
    Sensor,
    System,
    Vlan,
)


@pytest.fixture(autouse=True)
def english(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NETWATCH_LANGUAGE", "en")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10.0.0.1", ("10.0.0.1", 161)),
        ("10.0.0.1:1161", ("10.0.0.1", 1161)),
        ("core.example", ("core.example", 161)),
        ("core.example:162", ("core.example", 162)),
        ("::1", ("::1", 161)),
        ("[::1]", ("::1", 161)),
        ("[::1]:161", ("::1", 161)),
        ("[fe80::1%eth0]:1161", ("fe80::1%eth0", 1161)),
    ],
)
def test_a_host_is_read(text: str, expected: tuple[str, int]) -> None:
    assert place(text) == expected


@pytest.mark.parametrize("text", ["10.0.0.1:0", "10.0.0.1:65536", "10.0.0.1:x", "[::1", "[::1]161", "[::1]:x", "a:١٦١"])
def test_what_is_no_host_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        place(text)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("127.0.0.1:99999",), "no port"),
        (("[::1:161",), "no address"),
        (("127.0.0.1", "--version", "3"), "--user"),
        (("127.0.0.1", "--user", "u", "--version", "2c"), "--user"),
        (("127.0.0.1", "--user", "u", "--auth-password-env", "UNSET_WORD"), "UNSET_WORD"),
        (("127.0.0.1", "--user", "u", "--auth-password-file", "/none"), "/none"),
        (("127.0.0.1", "--user", "u", "--auth-password-env", "SHORT"), "at least 8"),
        (("127.0.0.1", "--user", "u", "--priv-password-env", "LONG"), "auth_password"),
        (("127.0.0.1", "--timeout", "0"), "between"),
        (("127.0.0.1", "--retries", "99"), "between"),
        (("127.0.0.1", "--version", "4"), "invalid choice"),
    ],
)
def test_mistakes_are_said_without_the_secret(
    arguments: tuple[str, ...], words: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("SHORT", "seven77")
    monkeypatch.setenv("LONG", "long enough")
    try:
        code: object = main(["inspect", *arguments])
    except SystemExit as left:
        code = left.code
    said = capsys.readouterr().err
    assert code == 2
    assert words in said
    assert "seven77" not in said
    assert "long enough" not in said


def test_a_name_without_an_address_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["inspect", "no-such-host.invalid"]) == 1
    assert capsys.readouterr().err == "no address is known for no-such-host.invalid\n"


def test_protocols_on_the_command_line_are_those_of_the_configuration() -> None:
    assert tuple(each.value for each in Auth) == AUTHS
    assert tuple(each.value for each in Priv) == PRIVS


WHOLE = Inspection(
    target=Device("192.0.2.1", 161, "2c"),
    system=System("core", "Example switch", "1.3.6.1.4.1.32473", 93_784.0, "noc", "住院部机房"),
    platform=Platform(None, "Example", "EX48", "15.2", "FOC1", None),
    interfaces=(
        Interface(
            1, "ge1", "GigabitEthernet1", "上联", 6, 1500, 10**9, None, "up", "up", 1.0, 2**30, 2048, 1, 2, None, 3
        ),
    ),
    processors=(Processor("CPU", 12.4),),
    memory=(Pool("RAM", 50.0, 2**29, 2**30),),
    storage=(Pool("/", None, None, None),),
    sensors=(Sensor("Inlet", "temperature", 23.5, "°C"), Sensor("PSU", "state", 1, "", "ok")),
    hardware=(Part(1, 0, "chassis", "Chassis", "EX48", "FOC1", None), Part(2, 1, "port", "ge1", None, None, None)),
    neighbours=(Neighbour("lldp", "ge1", "edge", "Gi0/1", None),),
    addresses=(Address("192.0.2.1", 24, 1), Address("2001:db8::1", None, 9)),
    vlans=(Vlan(20, "wards"), Vlan(30, None)),
    problems=(Problem("ifXTable", Message("cut after {n}", {"n": 3})),),
)


def test_people_read_sections() -> None:
    text = sections(WHOLE)
    for words in (
        "192.0.2.1, UDP 161, SNMP 2c",
        "1 d 2 h",
        "住院部机房",
        "1 Gbit/s",
        "1 GiB",
        "2 KiB",
        "CPU  12 %",
        "23.5",
        "EX48",
        "192.0.2.1/24",
        "2001:db8::1",
        "wards",
        "cut after 3",
    ):
        assert words in text, words
    assert not any(line.endswith(" ") for line in text.splitlines())


def test_empty_sections_are_left_out() -> None:
    text = sections(Inspection(Device("192.0.2.1", 161, "3")))
    assert text.splitlines()[0] == "Device"
    assert len(text.splitlines()) == 2
