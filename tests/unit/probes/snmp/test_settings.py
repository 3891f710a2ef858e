"""What a device is set to, as text: settings are in it, and what changes by itself is not."""

from __future__ import annotations

from ipaddress import IPv4Address
from typing import TYPE_CHECKING, Any

import pytest

from probes.snmp import addressing, routes, settings, vlan_settings
from probes.snmp.addresses import OLD_TABLE
from probes.snmp.client import Gauge32, oid
from probes.snmp.lldp import BASE_PORT_TABLE
from probes.snmp.page import Page
from probes.snmp.tables import Read, nothing
from tests.unit.probes.snmp.tabled import read

if TYPE_CHECKING:
    from probes.snmp.client import Oid

PORTS = {1: b"ge1", 2: b"ge2", 10: b"ge10"}


def written(*some: Read) -> list[str]:
    known = {table.name: nothing(table) for table in settings.TABLES} | {each.table.name: each for each in some}
    page = Page()
    settings.write(page, known)
    return page.text().splitlines()


def ports(**cells: Any) -> tuple[Read, Read]:
    """Return three ports; `cells` are those of the first, by the names of the columns."""
    basic = {index: {"ifDescr": name, "ifType": 6, "ifMtu": 1500, "ifAdminStatus": 1} for index, name in PORTS.items()}
    more = {index: {"ifName": name} for index, name in PORTS.items()}
    for name, value in cells.items():
        (basic if name in settings.IF_TABLE.columns else more)[1][name] = value
    return read(settings.IF_TABLE, basic), read(settings.IFX_TABLE, more)


def section(lines: list[str], heading: str) -> list[str]:
    """Return the items below a heading."""
    begin = lines.index(heading) + 1
    end = next((n for n in range(begin, len(lines)) if not lines[n].startswith(" ")), len(lines))
    return [line.strip() for line in lines[begin:end]]


def test_a_port_is_told_with_all_that_is_set_on_it() -> None:
    lines = written(*ports(ifAlias=b"ward 3", ifLinkUpDownTrapEnable=2, ifAdminStatus=2, ifDescr=b"Gigabit 1"))
    assert section(lines, "interface ge1") == [
        "description: Gigabit 1", "alias: ward 3", "type: ethernetCsmacd", "MTU: 1500", "admin: down",
        "link traps: off",
    ]  # fmt: skip


def test_ports_stand_as_people_count_them() -> None:
    assert [line for line in written(*ports()) if line.startswith("interface")] == [
        "interface ge1", "interface ge2", "interface ge10",
    ]  # fmt: skip


def test_renumbered_ports_are_the_same_ports() -> None:
    lines = written(*ports(ifAlias=b"ward 3"))
    basic, more = ports(ifAlias=b"ward 3")
    rows = [{index[0] * 7 % 11: row.cells for index, row in each.rows.items()} for each in (basic, more)]
    assert written(read(settings.IF_TABLE, rows[0]), read(settings.IFX_TABLE, rows[1])) == lines


@pytest.mark.parametrize("name", [b"veth12ab", b"<pppoe-zhang>", b"Virtual-Access3", b"vnet7", b"cali99"])
def test_a_port_that_is_made_for_one_session_is_no_setting(name: bytes) -> None:
    basic, more = ports()
    passing = {**{index[0]: row.cells for index, row in more.rows.items()}, 99: {"ifName": name}}
    old = read(OLD_TABLE, {(10, 0, 0, 9): {"ipAdEntIfIndex": 99}})
    assert written(basic, read(settings.IFX_TABLE, passing), old) == written(basic, more)


@pytest.mark.parametrize(
    "state",
    [
        {"ifSpeed": Gauge32(100_000_000), "ifHighSpeed": Gauge32(100)},
        {"ifSpeed": Gauge32(4_294_967_295), "ifHighSpeed": Gauge32(10_000)},
        {"ifPhysAddress": bytes.fromhex("001b54102775")},
    ],
)
def test_what_follows_the_link_is_no_setting(state: dict[str, Any]) -> None:
    assert written(*ports(**state)) == written(*ports())


def test_the_speed_of_a_tunnel_is_what_somebody_wrote_down() -> None:
    lines = written(*ports(ifType=131, ifSpeed=Gauge32(10_000_000), ifHighSpeed=Gauge32(10)))
    assert "bandwidth: 10000000 bit/s" in section(lines, "interface ge1")


def test_a_port_that_does_not_negotiate_has_a_speed_that_is_set() -> None:
    negotiation = read(settings.NEGOTIATION, {(1, 1): {"ifMauAutoNegAdminStatus": 2},
                                              (2, 1): {"ifMauAutoNegAdminStatus": 1}})  # fmt: skip
    mau = {"ifMauDefaultType": oid("1.3.6.1.2.1.26.4.16")}
    lines = written(*ports(), negotiation, read(settings.MAU, {(1, 1): mau, (2, 1): mau}))
    assert section(lines, "interface ge1")[-2:] == ["auto-negotiation: off", "speed: 100BaseTXFD"]
    assert section(lines, "interface ge2")[-1] == "auto-negotiation: on"


def test_the_device_itself_is_told_first() -> None:
    group = {"sysName": b"sw-1", "sysContact": b"\xb0\xd7", "sysLocation": b""}
    lines = written(
        read(settings.SYSTEM, {0: group}),
        read(settings.IP, {0: {"ipForwarding": 2, "ipDefaultTTL": 64}}),
        read(settings.SNMP, {0: {"snmpEnableAuthenTraps": 1}}),
        read(settings.START, {0: {"hrSystemInitialLoadParameters": b"quiet\n"}}),
    )
    assert lines == [
        "system", " name: sw-1", " contact: 白", " start parameters: quiet", " routing of IPv4: off",
        " IPv4 time to live: 64", " snmp authentication traps: on",
    ]  # fmt: skip


class TestVlans:
    BRIDGE = read(BASE_PORT_TABLE, {1: {"dot1dBasePortIfIndex": 1}, 9: {"dot1dBasePortIfIndex": 10}})

    def test_membership_is_told_by_the_name_of_the_port(self) -> None:
        static = read(vlan_settings.STATIC, {
            30: {"Name": b"guests", "EgressPorts": b"\x80\x80", "UntaggedPorts": b"\x80", "ForbiddenEgressPorts": b"\1"}
        })  # fmt: skip
        pvid = read(vlan_settings.PORT_VLAN, {1: {"Pvid": Gauge32(30), "AcceptableFrameTypes": 2}})
        lines = written(*ports(), self.BRIDGE, static, pvid)
        assert section(lines, "interface ge1")[-3:] == [
            "vlan by default (PVID): 30",
            "accepted frames: tagged only",
            "vlan 30: untagged",
        ]
        assert section(lines, "interface ge10")[-1] == "vlan 30: tagged"
        assert section(lines, "vlan 30") == ["name: guests"]

    def test_a_vlan_without_a_name_or_a_port_is_there(self) -> None:
        assert written(read(vlan_settings.STATIC, {7: {"Name": b""}})) == ["vlan 7"]

    def test_both_standards_together_tell_it_once(self) -> None:
        cells = {"Name": b"a", "EgressPorts": b"\x80", "UntaggedPorts": b""}
        both = read(vlan_settings.STATIC, {5: cells}), read(vlan_settings.IEEE_STATIC, {(1, 5): cells})
        lines = written(*ports(), self.BRIDGE, *both)
        assert lines.count(" vlan 5: tagged") == 1
        assert lines.count("vlan 5") == 1

    def test_a_switch_of_cisco_says_it_in_its_own_way(self) -> None:
        names = read(vlan_settings.VTP_VLAN, {(1, 8): {"Type": 1, "Name": b"wards"}, (1, 1002): {"Type": 2}})
        trunk = {"Enabled": bytes([0b0100_0000, 0b0001_1100]), "Native": 5, "Mode": 1}
        ring = read(vlan_settings.VTP_TRUNK, {1: trunk, 2: {**trunk, "Mode": 2}})
        access = read(vlan_settings.MEMBERSHIP, {10: {"vmVlan": 8}})
        lines = written(*ports(), names, ring, access)
        assert section(lines, "interface ge1")[-3:] == [
            "trunk: on",
            "vlan of trunk, native: 5",
            "vlans of trunk: 1, 11-13",
        ]
        assert section(lines, "interface ge2")[-1] == "trunk: off"
        assert section(lines, "interface ge10")[-1] == "vlan of access: 8"
        assert section(lines, "vlan 8") == ["name: wards"]
        assert "vlan 1002" not in lines

    def test_lists_of_all_ports_that_could_be_end(self) -> None:
        full = b"\xff" * 60_000
        rows = {vlan: {"Name": b"", "EgressPorts": full, "UntaggedPorts": full} for vlan in range(1, 60)}
        page, known = Page(), {table.name: nothing(table) for table in settings.TABLES}
        settings.write(page, known | {vlan_settings.STATIC.name: read(vlan_settings.STATIC, rows)})
        assert len(page.text().splitlines()) < 1000

    @pytest.mark.parametrize(
        ("octets", "first", "found"),
        [(b"", 1, []), (b"\x80", 1, [1]), (b"\1\x40", 1, [8, 10]), (b"\xc0", 0, [0, 1]), (b"\0\0\0", 1, [])],
    )
    def test_the_first_bit_is_the_first_port(self, octets: bytes, first: int, found: list[int]) -> None:
        assert list(vlan_settings.numbers(octets, first)) == found

    @pytest.mark.parametrize(("found", "words"), [([], ""), ([5], "5"), ([3, 1, 2, 9, 8], "1-3, 8-9")])
    def test_numbers_in_a_row_are_a_range(self, found: list[int], words: str) -> None:
        assert vlan_settings.ranges(found) == words


class TestAddresses:
    NAMES = dict(enumerate(("", "ge1", "ge2"))).get

    def index(self, address: str) -> Oid:
        return (1, 4, *IPv4Address(address).packed)

    def prefix(self, length: int) -> Oid:
        return (1, 3, 6, 1, 2, 1, 4, 32, 1, 5, 1, 1, 4, 10, 0, 0, 0, length)

    def found(self, rows: dict[Any, Any], old: dict[Any, Any] | None = None) -> dict[str, list[str]]:
        reads = {"ipAddressTable": read(addressing.ADDRESS_TABLE, rows), "ipAddrTable": read(OLD_TABLE, old or {})}
        return addressing.by_port(reads, lambda index: self.NAMES(index or 0))

    def test_an_address_stands_with_its_prefix_below_its_port(self) -> None:
        rows = {
            self.index("10.0.0.10"): {"ipAddressIfIndex": 1, "ipAddressType": 1, "ipAddressPrefix": self.prefix(24)},
            self.index("10.0.0.9"): {"ipAddressIfIndex": 1, "ipAddressType": 1, "ipAddressOrigin": 2},
        }
        assert self.found(rows) == {"ge1": ["10.0.0.9", "10.0.0.10/24"]}

    @pytest.mark.parametrize("origin", [4, 5, 6])
    def test_an_address_that_the_network_gave_is_no_setting(self, origin: int) -> None:
        rows = {self.index("10.0.0.9"): {"ipAddressIfIndex": 1, "ipAddressType": 1, "ipAddressOrigin": origin}}
        old = {(10, 0, 0, 9): {"ipAdEntIfIndex": 1, "ipAdEntNetMask": IPv4Address("255.255.255.0")}}
        assert self.found(rows, old) == {}

    def test_an_old_device_has_an_old_table(self) -> None:
        old = {(10, 0, 0, 9): {"ipAdEntIfIndex": 2, "ipAdEntNetMask": IPv4Address("255.255.255.0")}}
        assert self.found({}, old) == {"ge2": ["10.0.0.9/24"]}


class TestRoutes:
    CIDR = (10, 8, 0, 0, 255, 255, 0, 0, 0, 10, 0, 0, 1)
    DEFAULT = (0, 0, 0, 0, 0, 0, 0, 0, 0, 10, 0, 0, 1)

    def lines(self, rows: Read) -> list[str]:
        return [line.strip() for line in written(*ports(), rows) if line.startswith(" route")]

    def test_a_route_by_hand_is_told(self) -> None:
        rows = read(routes.CIDR, {self.CIDR: {"ipCidrRouteProto": 3, "ipCidrRouteType": 4, "ipCidrRouteIfIndex": 1}})
        assert self.lines(rows) == ["route: 10.8.0.0/16 via 10.0.0.1"]

    @pytest.mark.parametrize("protocol", [1, 4, 8, 9, 13, 14])
    def test_a_route_that_was_learnt_is_not(self, protocol: int) -> None:
        rows = read(routes.CIDR, {self.DEFAULT: {"ipCidrRouteProto": protocol, "ipCidrRouteType": 4}})
        assert self.lines(rows) == []

    def test_of_routes_that_are_all_called_local_only_the_default_counts(self) -> None:
        cells = {"ipCidrRouteProto": 2, "ipCidrRouteType": 4}
        rows = read(
            routes.CIDR, {self.DEFAULT: cells, self.CIDR: cells, (10, 0, 0, 0, *self.CIDR[4:9], 0, 0, 0, 0): cells}
        )
        assert self.lines(rows) == ["route: 0.0.0.0/0 via 10.0.0.1"]

    def test_the_newest_table_knows_ipv6_and_ways_without_a_gateway(self) -> None:
        network, hop = bytes.fromhex("20010db8") + bytes(12), bytes.fromhex("fe80") + bytes(13) + b"\1"
        index = (2, 16, *network, 32, 2, 0, 0, 2, 16, *hop)
        black = (1, 4, 10, 9, 0, 0, 16, 2, 0, 0, 1, 4, 0, 0, 0, 0)
        cells = {"inetCidrRouteProto": 3, "inetCidrRouteType": 4, "inetCidrRouteIfIndex": 2}
        rows = read(routes.INET, {index: cells, black: cells})
        assert self.lines(rows) == ["route: 10.9.0.0/16 on ge2", "route: 2001:db8::/32 via fe80::1"]

    def test_the_oldest_table_will_do(self) -> None:
        cells = {"ipRouteProto": 3, "ipRouteType": 4, "ipRouteMask": IPv4Address("255.0.0.0"),
                 "ipRouteNextHop": IPv4Address("10.0.0.1")}  # fmt: skip
        assert self.lines(read(routes.OLD, {(11, 0, 0, 0): cells})) == ["route: 11.0.0.0/8 via 10.0.0.1"]

    @pytest.mark.parametrize(
        "index", [(), (1,), (1, 4, 300, 0, 0, 0, 8), (1, 4_000_000_000, 1), (9, 3, 1, 2, 3, 8, 0, 0)]
    )
    def test_an_index_that_is_none_is_passed_over(self, index: Oid) -> None:
        cells = {"inetCidrRouteProto": 3, "ipCidrRouteProto": 3, "ipRouteProto": 3}
        assert [self.lines(read(table, {index: cells})) for table in routes.TABLES] == [[], [], []]

    def test_a_table_that_is_too_long_is_not_read(self) -> None:
        counts = read(routes.COUNTS, {0: {"inetCidrRouteNumber": Gauge32(900_000), "ipCidrRouteNumber": Gauge32(12)}})
        assert routes.is_too_long(routes.INET, counts)
        assert not routes.is_too_long(routes.CIDR, counts)
        assert not routes.is_too_long(routes.OLD, counts)


def test_a_server_tells_its_users_and_shares() -> None:
    users = read(settings.USERS, {(3, 1, 2, 3): {"svUserName": b"zoe"}, (2, 1, 2): {"svUserName": b"Administrator"}})
    shares = read(settings.SHARES, {(1, 65): {"svShareName": b"ADMIN$", "svSharePath": b"C:\\Windows"}})
    assert written(users, shares) == [
        "users", " user: Administrator", " user: zoe", "shares", " ADMIN$: C:\\Windows",
    ]  # fmt: skip


def test_power_ups_and_receivers_of_traps_are_settings() -> None:
    power = read(settings.POWER, {(1, 3): {"pethPsePortAdminEnable": 1, "pethPsePortPowerPriority": 3}})
    supply = read(settings.UPS, {0: {"input voltage (V)": 230}})
    receivers = read(settings.RECEIVERS, {(1,): {"snmpTargetAddrTAddress": bytes((10, 0, 0, 9, 0, 162))},
                                          (2,): {"snmpTargetAddrTAddress": b"nonsense"}})  # fmt: skip
    assert written(power, supply, receivers) == [
        "power over ethernet", " port 1/3: on, low", "UPS", " input voltage (V): 230", "snmp receivers",
        " address: 10.0.0.9 port 162",
    ]  # fmt: skip
