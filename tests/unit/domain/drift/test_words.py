"""A difference in words, and what it is about."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.drift.difference import compare
from netwatch.domain.drift.matching import Footing, Match
from netwatch.domain.drift.risk import OTHERWISE, Risk, risks, severity
from netwatch.domain.drift.verdict import Verdict
from netwatch.domain.drift.words import LONGEST, MOST, many, sentences
from netwatch.domain.model import Severity
from netwatch.drift.wording import summary
from probes.api import Message
from probes.collect import Section


def text(*sections: tuple[str, ...] | list[str]) -> tuple[Section, ...]:
    """Return sections: a list stands alone, of a tuple the first is the path, parted by bars."""
    return tuple(
        Section((), tuple(each)) if isinstance(each, list) else Section(tuple(each[0].split("|")), tuple(each[1:]))
        for each in sections
    )


OLD, NEW = "3232cd04f33caa9dac874a39c6209da2", "268fab378d21526ded03ba844e8ee617"
CASES = {
    "a description": (
        text(("interface GE1/0/5", "description A", "stp edged-port enable")),
        text(("interface GE1/0/5", "description B", "stp edged-port enable")),
        ["interface GE1/0/5: description A → B"],
        set(),
    ),
    "a port shut down on VRP": (
        text(("interface GE1/0/5", "description A")),
        text(("interface GE1/0/5", "description A", "shutdown")),
        ["interface GE1/0/5: shut down"],
        {Risk.PORT_OFF},
    ),
    "an uplink shut down on IOS": (
        text(("interface Gi1/0/48", "switchport mode trunk", "no shutdown")),
        text(("interface Gi1/0/48", "switchport mode trunk", "shutdown")),
        ["interface Gi1/0/48: shut down"],
        {Risk.UPLINK},
    ),
    "a port of Junos that is disabled": (
        text(("interfaces|ge-0/0/1", "description old;", "unit 0;")),
        text(("interfaces|ge-0/0/1", "description new;", "disable;", "unit 0;")),
        ["interfaces / ge-0/0/1: shut down", "interfaces / ge-0/0/1: description old → new"],
        {Risk.PORT_OFF},
    ),
    "a port that is shut down no longer": (
        text(("interface GE1/0/5", "shutdown")),
        text(("interface GE1/0/5", "undo shutdown")),
        ["interface GE1/0/5: no longer shut down"],
        set(),
    ),
    "a new VLAN": (
        text(["sysname S1", "vlan batch 10 20"]),
        text(["sysname S1", "vlan batch 10 20 30"], ("vlan 30", "name guests")),
        ["vlan batch 10 20 → 10 20 30", "new VLAN 30", "vlan 30: name guests added"],
        {Risk.VLAN},
    ),
    "another device of IOS": (
        text(["service timestamps log", "hostname a-1", "vlan 10"], ("interface Gi1/0/1", "description A")),
        text(["service timestamps debug", "hostname a-2", "vlan 10"], ("interface Gi1/0/1", "description B")),
        [
            "it calls itself a-2 instead of a-1 (renamed, or another device answers here)",
            "service timestamps log → debug",
            "interface Gi1/0/1: description A → B",
        ],
        set(),
    ),
    "another device of RouterOS, and of Junos": (
        text(("/system identity", 'set name="r 1"'), ("system", "host-name r1;"), ("/user", "set name=a")),
        text(("/system identity", "set name=r2"), ("system", "host-name r2;"), ("/user", "set name=b")),
        [
            "it calls itself r2 instead of r 1 (renamed, or another device answers here)",
            "it calls itself r2 instead of r1 (renamed, or another device answers here)",
            "/user: set name=a → name=b",
        ],
        {Risk.USER},
    ),
    "serial numbers": (
        text(["PID: C2960X , VID: V05, SN: FOC1", "MAC: 1"], ("Slot 1", "DEVICE_SERIAL_NUMBER : 2100", "BarCode=7000")),
        text(["PID: C2960X , VID: V05, SN: FOC2", "MAC: 2"], ("Slot 1", "DEVICE_SERIAL_NUMBER : 2101", "BarCode=7001")),
        [
            "PID: C2960X , VID: V05: serial number FOC2 instead of FOC1 (exchanged, or another device answers here)",
            "Slot 1: serial number 2101 instead of 2100 (exchanged, or another device answers here)",
            "Slot 1: serial number 7001 instead of 7000 (exchanged, or another device answers here)",
            "MAC: 1 → 2",
        ],
        set(),
    ),
    "a port called serial": (
        text(("interface Serial0/1", "ip unnumbered Serial0/0"), ["hostname a-1", "no hostname"]),
        text(("interface Serial0/1", "ip unnumbered Serial0/2"), ["hostname a-1", "no hostname"]),
        ["interface Serial0/1: ip unnumbered Serial0/0 → Serial0/2"],
        set(),
    ),
    "a rule of an ACL of VRP": (
        text(("acl number 3001", "rule 5 permit ip", "rule 10 deny ip")),
        text(("acl number 3001", "rule 10 deny ip source any", "rule 15 deny tcp")),
        [
            "ACL 3001: rule 5 removed: permit ip",
            "ACL 3001: rule 10 changed: deny ip → deny ip source any",
            "ACL 3001: rule 15 added: deny tcp",
        ],
        {Risk.ACL},
    ),
    "an ACL of IOS": (
        text(("ip access-list extended MGMT", "10 permit ip any any")),
        text(("ip access-list extended MGMT", "20 deny ip any any")),
        ["ACL MGMT: rule 10 removed: permit ip any any", "ACL MGMT: rule 20 added: deny ip any any"],
        {Risk.ACL},
    ),
    "a whole ACL": (
        text(["sysname S1"]),
        text(["sysname S1"], ("acl name guests 3999", "rule 5 permit ip")),
        ["new ACL guests", "acl name guests 3999: rule 5 permit ip added"],
        {Risk.ACL},
    ),
    "a user of IOS": (
        text(["username zhang secret <secret:0a>"]),
        text(["username zhang secret <secret:0b>", "username x privilege 15", "username x secret <secret:0c>"]),
        ["user x added", "user zhang changed"],
        {Risk.USER},
    ),
    "a user of VRP": (
        text(("aaa", "local-user a privilege level 3", "local-user b privilege level 3")),
        text(("aaa", "local-user a privilege level 15")),
        ["user b removed", "aaa: local-user a privilege level 3 → 15"],
        {Risk.USER, Risk.AAA},
    ),
    "a user of FortiOS": (
        text(["x"]),
        text(["x"], ("config system admin|edit x", "set accprofile super_admin", "set password ENC <secret:1>")),
        ["user x added", "config system admin / edit x: set accprofile super_admin added"],
        {Risk.USER},
    ),
    "a secret": (
        text(("aaa", "local-user a password irreversible-cipher <secret:1>")),
        text(("aaa", "local-user a password irreversible-cipher <secret:2>")),
        ["aaa: local-user a password irreversible-cipher: the secret changed"],
        {Risk.USER, Risk.AAA},
    ),
    "a route": (
        text(["ip route 0.0.0.0 0.0.0.0 10.0.0.1"]),
        text(["ip route 0.0.0.0 0.0.0.0 10.0.0.2", "ip route 10.9.0.0 255.255.0.0 10.0.0.9"]),
        ["ip route 0.0.0.0 0.0.0.0 10.0.0.1 → 10.0.0.2", "route 10.9.0.0 255.255.0.0 10.0.0.9 added"],
        {Risk.ROUTE},
    ),
    "a rule of FortiOS": (
        text(("config firewall policy|edit 5", "set action accept", "set dstaddr all")),
        text(("config firewall policy|edit 5", "set action deny", "set dstaddr all")),
        ["config firewall policy / edit 5: action accept → deny"],
        {Risk.FIREWALL},
    ),
    "a rule of RouterOS": (
        text(("/ip firewall filter", "add action=accept chain=input")),
        text(("/ip firewall filter", "add action=drop chain=input")),
        ["/ip firewall filter: add action=accept chain=input → action=drop chain=input"],
        {Risk.FIREWALL},
    ),
    "a login of VyOS": (
        text(["system login user vyos level admin", "interfaces ethernet eth0 address 10.0.0.1/24"]),
        text(["system login user vyos level operator", "interfaces ethernet eth0 address 10.0.0.2/24"]),
        ["system login user vyos level admin → operator", "interfaces ethernet eth0 address 10.0.0.1/24 → 10.0.0.2/24"],
        {Risk.USER},
    ),
    "what is the same at either end of a line": (
        text(["dpkg openssl 1.1.1 amd64 ii"], ("interface Vlan10", "ip address 10.0.0.1 255.255.255.0")),
        text(["dpkg openssl 3.0.2 amd64 ii"], ("interface Vlan10", "ip address 10.0.0.2 255.255.255.0")),
        ["dpkg openssl 1.1.1 → 3.0.2", "interface Vlan10: ip address 10.0.0.1 → 10.0.0.2"],
        set(),
    ),
    "a package of a server": (
        text(("packages", "bash 5.2", "openssl 1.1.1")),
        text(("packages", "bash 5.2", "nmap 7.94", "openssl 3.0.2")),
        ["packages: openssl 1.1.1 → 3.0.2", "packages: nmap 7.94 added"],
        set(),
    ),
    "who may ask by SNMP, and where logs go": (
        text(["snmp-server community <secret:1> RO", "logging host 10.0.0.7", "ntp server 10.0.0.8"]),
        text(["snmp-server community <secret:2> RO", "logging host 10.0.0.9", "ntp server 10.0.0.8"]),
        ["snmp-server community: the secret changed", "logging host 10.0.0.7 → 10.0.0.9"],
        {Risk.COMMUNITY, Risk.LOGGING},
    ),
    "how it is managed, and the tree": (
        text(("line vty 0 4", "transport input ssh"), ["spanning-tree mode rapid-pvst"]),
        text(("line vty 0 4", "transport input telnet"), ["spanning-tree mode mst"]),
        ["line vty 0 4: transport input ssh → telnet", "spanning-tree mode rapid-pvst → mst"],
        {Risk.ACCESS, Risk.TREE},
    ),
    "lines below what they all begin with": (
        text(("username", "username zhang privilege 15"), ("ip route vrf mgmt", "ip route vrf mgmt 0.0.0.0 0.0.0.0 10.0.0.1")),
        text(("username", "username zhang privilege 15", "username x privilege 15"), ("ip route vrf mgmt", "ip route vrf mgmt 0.0.0.0 0.0.0.0 10.0.0.2")),
        ["user x added", "ip route vrf mgmt 0.0.0.0 0.0.0.0 10.0.0.1 → 10.0.0.2"],
        {Risk.USER, Risk.ROUTE},
    ),
    "the first user of all": (
        text(["x"]),
        text(["x"], ("username", "username y privilege 15")),
        ["user y added"],
        {Risk.USER},
    ),
    "a route of FortiOS": (
        text(("config system route|edit 1", "set gateway 192.0.2.1")),
        text(("config system route|edit 1", "set gateway 192.0.2.9")),
        ["config system route / edit 1: gateway 192.0.2.1 → 192.0.2.9"],
        {Risk.ROUTE},
    ),
    "a name server of Junos": (
        text(("system|name-server", "192.0.2.1;")),
        text(("system|name-server", "192.0.2.2;")),
        ["system / name-server: 192.0.2.1 removed", "system / name-server: 192.0.2.2 added"],
        set(),
    ),
    "a section that is gone": (
        text(["x"], ("class-map match-any voice", "match dscp ef", "match cos 5")),
        text(["x"]),
        ["section class-map match-any voice removed: match dscp ef", "class-map match-any voice: match cos 5 removed"],
        set(),
    ),
    "a section that is new and long, and one of a single line": (
        text(["x"]),
        text(["x"], ("class-map edge", *(f"match dscp c{n}" for n in range(4))), ("wlan on",)),
        ["new section class-map edge, 4 lines", "wlan on added"],
        set(),
    ),
    "a file of sudo that is new, which not everybody may read": (
        text(["x"]),
        text(["x"], ("file /etc/sudoers.d/x", "contents private:<secret:1a>", "x ALL=(ALL) NOPASSWD: ALL")),
        ["new section /etc/sudoers.d/x: x ALL=(ALL) NOPASSWD: ALL"],
        set(),
    ),
    "a file of sudo of which a hidden part changed": (
        text(("file /etc/sudoers.d/x", "contents private:<secret:1a>", "x ALL=(ALL) ALL")),
        text(("file /etc/sudoers.d/x", "contents private:<secret:2b>", "x ALL=(ALL) ALL")),
        ["/etc/sudoers.d/x: contents changed"],
        set(),
    ),
    "a file of sudo of which a shown part changed": (
        text(("file /etc/sudoers.d/x", "contents private:<secret:1a>", "x ALL=(ALL) ALL")),
        text(("file /etc/sudoers.d/x", "contents private:<secret:2b>", "x ALL=(ALL) NOPASSWD: ALL")),
        ["/etc/sudoers.d/x: x ALL=(ALL) ALL → NOPASSWD: ALL"],
        set(),
    ),
    "files of a server": (
        text([f"/etc/a 644 root:root {OLD}", f"/etc/b 644 root:root packaged:cron {OLD}", f"/etc/c 600 root:root {OLD}",
              f"/etc/d 600 root:root {OLD}", f"/etc/e 644 root:root {OLD}", "/etc/f 640 root:adm private:<secret:1a>",
              f"/etc/g 644 root:root {OLD}"]),
        text([f"/etc/a 644 root:root {NEW}", f"/etc/b 644 root:root {NEW}", f"/etc/c 644 root:root {OLD}",
              f"/etc/d 644 root:root {NEW}", f"/etc/e1 644 root:root {NEW}", "/etc/f 640 root:adm private:<secret:2b>",
              "/etc/g 640 root:root private:<secret:2b>"]),
        ["/etc/a: contents changed", "/etc/b: no longer as the package cron brought it",
         "/etc/c: 600 root:root → 644 root:root", "/etc/d: 600 root:root → 644 root:root, and its contents changed",
         "/etc/e 644 root:root removed", "/etc/f: contents changed", "/etc/g: 644 root:root → 640 root:root",
         "/etc/e1 644 root:root added"],
        set(),
    ),
    "an account of a server": (
        text(["group adm:x:4:", "passwd a:x:1:1::/home/a:/bin/sh", "shadow a locked changed:1 most:- expires:- private:<secret:1a>"]),
        text(["group adm:x:4:", "group b:x:2:", "passwd a:x:1:1::/home/a:/bin/bash", "passwd b:x:2:2::/home/b:/bin/sh",
              "shadow a locked changed:1 most:- expires:- private:<secret:1a>",
              "shadow b password changed:2 most:- expires:- private:<secret:2b>"]),
        ["user b added", "passwd a:x:1:1::/home/a:/bin/sh → a:x:1:1::/home/a:/bin/bash", "group b:x:2: added"],
        {Risk.USER},
    ),
    "many lines of a section": (
        text(("route-map X permit 10", *(f"match tag {n}" for n in range(9)))),
        text(("route-map X permit 10", *(f"match metric {n}" for n in range(9)))),
        ["section route-map X permit 10: 9 lines added, 9 removed"],
        {Risk.ROUTE},
    ),
    "sections that only stand elsewhere": (text(("a", "1"), ("b", "2")), text(("b", "2"), ("a", "1")),
        ["sections stand in another order"], set()),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_a_difference_is_told_in_words_and_named_by_what_it_is_about(case):
    before, after, told, about = CASES[case]
    difference = compare(before, after)
    assert [str(each) for each in sentences(difference)] == told
    assert set(risks(difference)) == about


def test_the_worst_is_named_first_and_says_how_bad_it_is():
    before, after, _told, _about = CASES["who may ask by SNMP, and where logs go"]
    found = risks(compare(before, after))
    assert found == (Risk.COMMUNITY, Risk.LOGGING)
    assert severity(found) is Severity.CRITICAL
    assert severity(found, {Risk.COMMUNITY: Severity.MINOR, Risk.LOGGING: Severity.WARNING}) is Severity.MINOR
    assert severity(()) is OTHERWISE


def test_some_sides_of_a_server_are_about_one_thing_as_a_whole():
    difference = compare(text(["tcp 0.0.0.0 22 sshd"]), text(["tcp 0.0.0.0 22 sshd", "tcp 0.0.0.0 4444 nc"]))
    assert risks(difference) == ()
    assert risks(difference, facet="sockets") == (Risk.ACCESS,)
    assert risks(compare((), ()), facet="sockets") == ()


def test_what_a_device_says_neither_moves_a_cursor_nor_fills_a_page():
    before, after = text(["banner x"]), text(["banner \x1b[2J\u202e{name}" + "y" * 1000])
    (said,) = (str(each) for each in sentences(compare(before, after)))
    assert said.startswith("banner x → \\x1b[2J\\u202e{name}yyy")
    assert len(said) < LONGEST + 20


def test_of_very_much_that_changed_the_first_is_told_and_the_rest_counted():
    before, after = text(["x"]), text(["x", *(f"line {n}" for n in range(500))])
    found = sentences(compare(before, after))
    assert len(found) == MOST + 1
    assert str(found[-1]) == f"and {500 - MOST} more differences"


HOSTILE = st.lists(st.text(max_size=12), max_size=8).map(lambda lines: (Section((), tuple(lines)),))


@given(HOSTILE, HOSTILE)
def test_every_difference_has_a_sentence_and_every_sentence_can_be_said(before, after):
    difference = compare(before, after)
    told = [str(each) for each in sentences(difference)]
    assert bool(told) == (not difference.empty)
    assert all(line.isprintable() for line in told)


@pytest.mark.parametrize("most", [1, 20, 40, 99])
def test_what_is_left_out_is_counted_whatever_the_bound(most):
    difference = compare(text(["x"]), text(["x", *(f"line {number}" for number in range(100))]))
    told = [str(each) for each in sentences(difference, most)]
    assert (len(told), told[-1]) == (most + 1, f"and {100 - most} more differences")


@pytest.mark.parametrize("count", [2, 40, 41, 100])
def test_a_deviation_in_one_sentence_counts_all_that_it_does_not_tell(count):
    difference = compare(text(["x"]), text(["x", *(f"line {number}" for number in range(count))]))
    assert many(sentences(difference)) == count
    said = str(summary(Verdict.UNAUTHORISED, Match(Footing.NOTHING, Message("x")), "running", difference))
    assert said.endswith(f"and {count - 1} more")
