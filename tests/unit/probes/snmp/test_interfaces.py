"""Ports: speed, identity, and rows that are not what they should be (design rules 1, 5 and 6)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.snmp.client import Counter32, Counter64, Gauge32, Oid, TimeTicks, Value
from probes.snmp.inspection import Interface
from probes.snmp.interfaces import IF_TABLE, IFX_TABLE, identities, interfaces, speed, wide
from probes.snmp.tables import Read, Row, nothing


def rows(table: object, cells: dict[int, dict[str, Value]]) -> Read:
    found: dict[Oid, Row] = {(index,): Row((index,), row) for index, row in cells.items()}
    return Read(table, found)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("low", "high", "expected"),
    [
        (1_000_000_000, 1000, 1_000_000_000),
        (4_294_967_295, 10_000, 10_000_000_000),
        (4_294_967_295, 0, None),
        (4_294_967_295, None, None),
        (100_000_000, 0, 100_000_000),
        (100_000_000, None, 100_000_000),
        (0, 0, None),
        (None, None, None),
        (64_000, 0, 64_000),
        (1_544_000, 2, 1_544_000),
        (0, 400_000, 400_000_000_000),
        (4_294_967_295, 10_000_000_000, 10_000_000_000),
        (10_000_000, 1000, 1_000_000_000),
        (-1, None, None),
    ],
)
def test_speed(low: int | None, high: int | None, expected: int | None) -> None:
    assert speed(low, high) == expected


def test_a_zero_of_64_bits_beside_a_counter_that_counts_is_no_counter() -> None:
    assert wide(5, 0) == 5
    assert wide(5, None) == 5
    assert wide(5, 10**12) == 10**12
    assert wide(0, 0) == 0
    assert wide(None, 7) == 7
    assert wide(None, None) is None


def test_both_tables_make_one_port() -> None:
    basic = rows(
        IF_TABLE,
        {
            3: {
                "ifDescr": b"GigabitEthernet0/0/3",
                "ifType": 6,
                "ifMtu": 1500,
                "ifSpeed": Gauge32(1_000_000_000),
                "ifPhysAddress": bytes.fromhex("001b54102775"),
                "ifAdminStatus": 1,
                "ifOperStatus": 7,
                "ifLastChange": TimeTicks(400),
                "ifInOctets": Counter32(1),
                "ifOutOctets": Counter32(2),
                "ifInErrors": Counter32(0),
            }
        },
    )
    extended = rows(
        IFX_TABLE, {3: {"ifName": b"GE0/0/3", "ifAlias": "上联".encode("gb18030"), "ifHCInOctets": Counter64(9)}}
    )
    (port,) = interfaces(basic, extended, 1000)
    assert port == Interface(
        index=3,
        name="GE0/0/3",
        description="GigabitEthernet0/0/3",
        alias="上联",
        type=6,
        mtu=1500,
        speed_bps=1_000_000_000,
        mac="00:1b:54:10:27:75",
        admin_status="up",
        oper_status="lowerLayerDown",
        last_change_seconds=6.0,
        in_octets=9,
        out_octets=2,
        in_errors=0,
    )


def test_a_change_after_now_is_none() -> None:
    basic = rows(IF_TABLE, {1: {"ifDescr": b"a", "ifLastChange": TimeTicks(5000)}})
    assert interfaces(basic, nothing(IFX_TABLE), 1000)[0].last_change_seconds is None
    assert interfaces(basic, nothing(IFX_TABLE), None)[0].last_change_seconds is None


def test_husks_of_ports_are_left_out() -> None:
    basic = rows(IF_TABLE, {1: {"ifDescr": b"a"}, 2: {"ifInOctets": Counter32(0)}})
    assert [port.index for port in interfaces(basic, nothing(IFX_TABLE), None)] == [1]


def test_a_port_of_the_second_table_alone_counts() -> None:
    extended = rows(IFX_TABLE, {9: {"ifName": b"vcp-0"}})
    assert [port.name for port in interfaces(nothing(IF_TABLE), extended, None)] == ["vcp-0"]


def port(index: int, name: str | None, description: str | None = None, mac: str | None = None) -> Interface:
    return Interface(index, name, description, mac=mac, type=6)


@pytest.mark.parametrize(
    ("ports", "expected"),
    [
        ([port(1, "ge1"), port(2, "ge2")], {1: "ge1", 2: "ge2"}),
        ([port(1, None, "eth0"), port(2, "", "eth1")], {1: "eth0", 2: "eth1"}),
        (
            [port(1, "x", "slot 1 port 1"), port(2, "x", "slot 2 port 1"), port(3, "y", "z")],
            {1: "slot 1 port 1", 2: "slot 2 port 1", 3: "y"},
        ),
        ([port(1, "x", "x", "aa"), port(2, "x", "x", "bb")], {1: "aa type 6", 2: "bb type 6"}),
        ([port(1, "x", "x", "aa"), port(2, "x", "x", "aa")], {1: "ifIndex 1", 2: "ifIndex 2"}),
        ([port(1, None), port(2, None)], {1: "ifIndex 1", 2: "ifIndex 2"}),
        ([port(1, "a"), port(2, None, "a")], {1: "a", 2: "ifIndex 2"}),
    ],
    ids=[
        "names",
        "descriptions",
        "one name twice is a matter of these two alone",
        "hardware addresses",
        "indexes",
        "nothing at all",
        "a description that is another's name",
    ],
)
def test_identity(ports: list[Interface], expected: dict[int, str]) -> None:
    assert identities(ports) == expected


words = st.sampled_from([None, "", "a", "b", "c", "ifIndex 1"])


@given(st.lists(st.tuples(words, words, words), max_size=8))
def test_every_port_has_an_identity_of_its_own(called: list[tuple[str | None, str | None, str | None]]) -> None:
    ports = [port(index, *names) for index, names in enumerate(called)]
    found = identities(ports)
    assert found.keys() == {each.index for each in ports}
    assert len(set(found.values())) == len(ports)


@given(st.lists(st.tuples(words, words, words), max_size=6), st.integers(1, 1000))
def test_an_identity_by_name_lasts_over_renumbering(
    called: list[tuple[str | None, str | None, str | None]], shift: int
) -> None:
    before = identities([port(index, *names) for index, names in enumerate(called)])
    after = identities([port(index + shift, *names) for index, names in enumerate(called)])
    for index, name in before.items():
        if not name.startswith("ifIndex"):
            assert after[index + shift] == name or after[index + shift].startswith("ifIndex")
