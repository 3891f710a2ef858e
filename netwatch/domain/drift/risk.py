"""What a difference is about, and how bad it is that nobody approved it."""

from __future__ import annotations

import re
from enum import Enum
from typing import TYPE_CHECKING

from netwatch.domain.model import Severity
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from netwatch.domain.drift.difference import Alteration, Difference


class Risk(Enum):
    """A part of a configuration that a leader wants named."""

    ACL = "acl"
    USER = "user"
    ROUTE = "route"
    COMMUNITY = "snmp"
    AAA = "aaa"
    UPLINK = "uplink"
    PORT_OFF = "port"
    VLAN = "vlan"
    ACCESS = "access"
    FIREWALL = "firewall"
    LOGGING = "logging"
    TREE = "stp"

    @property
    def title(self) -> str:
        """Its name for people, to be translated."""
        return _TITLES[self]


_TITLES: Mapping[Risk, str] = {
    Risk.ACL: _("access list"),
    Risk.USER: _("user"),
    Risk.ROUTE: _("route"),
    Risk.COMMUNITY: _("SNMP access"),
    Risk.AAA: _("sign-in (AAA)"),
    Risk.UPLINK: _("uplink shut down"),
    Risk.PORT_OFF: _("port shut down"),
    Risk.VLAN: _("VLAN"),
    Risk.ACCESS: _("management access"),
    Risk.FIREWALL: _("firewall"),
    Risk.LOGGING: _("logging and time"),
    Risk.TREE: _("spanning tree"),
}
SEVERITIES: Mapping[Risk, Severity] = {
    Risk.ACL: Severity.MAJOR,
    Risk.USER: Severity.CRITICAL,
    Risk.ROUTE: Severity.MAJOR,
    Risk.COMMUNITY: Severity.CRITICAL,
    Risk.AAA: Severity.CRITICAL,
    Risk.UPLINK: Severity.CRITICAL,
    Risk.PORT_OFF: Severity.MAJOR,
    Risk.VLAN: Severity.MAJOR,
    Risk.ACCESS: Severity.CRITICAL,
    Risk.FIREWALL: Severity.CRITICAL,
    Risk.LOGGING: Severity.MAJOR,
    Risk.TREE: Severity.MAJOR,
}
"""How bad a change of each is that nobody approved."""
OTHERWISE = Severity.MAJOR
"""How bad any other is."""

_NEGATED = re.compile(r"^(?:no|undo|delete|set|add|remove|deactivate)\s+", re.IGNORECASE)
# What a line begins with, or what stands above it does, on IOS and its likes, VRP and Comware, Junos, FortiOS,
# RouterOS, VyOS, and in the facets of servers. One line may be about several things.
_BEGINNINGS: Mapping[Risk, str] = {
    Risk.ACL: r"acl\b|(ip|ipv6|mac) access-list|access-list|access-group|(ip |ipv6 )?access-class|traffic-filter"
    r"|packet-filter|ip prefix-list|ip ip-prefix",
    Risk.USER: r"username\b|local-user\b|users?\b|user-account|system admin|/user\b|system login user|sudo|ssh user"
    r"|account\b|group\b|passwd\b|authorized[_ -]keys?",
    Risk.ROUTE: r"ip(v6)? route\b|ip route-static|ipv6 route-static|route\b|routes?\b|router\b|/ip(v6)? route"
    r"|static route|routing|ospf|bgp|rip\b|isis|protocols (static|ospf|bgp)|policy-statement|route-map|route-policy"
    r"|ip default-gateway|default-gateway",
    Risk.COMMUNITY: r"snmp\b|snmp-server|snmp-agent|/snmp\b|system snmp|service snmp|snmpd?\b",
    Risk.AAA: r"aaa\b|radius|tacacs|hwtacacs|authentication-scheme|authorization-scheme|accounting-scheme|domain\b"
    r"|system (radius|tacplus|authentication)|ldap\b|pam\b|/radius|enable (secret|password)|super password",
    Risk.VLAN: r"vlan\b|vlans\b|vlan-id|switchport (access|trunk) .*vlan|switchport mode|port (default|trunk|hybrid|access)"
    r"|port link-type|/interface (vlan|bridge vlan)|vtp\b|name-of-vlan",
    Risk.ACCESS: r"line (vty|con|console|aux)|user-interface|(ip )?ssh\b|sshd?\b|stelnet|telnet|ip https?\b|https?\b"
    r"|web-manager|netconf|restconf|system services|/ip service|allowaccess|service ssh|management\b|protocol inbound"
    r"|transport input|system access|permitrootlogin|passwordauthentication|listening|feature (telnet|nxapi)",
    Risk.FIREWALL: r"firewall\b|/ip(v6)? firewall|security-policy|security policies|security-zone|policy-map|nat\b"
    r"|ip nat|iptables|nft\b|table (inet|ip|ip6)\b|chain\b|zone-pair|object-group|rule name",
    Risk.LOGGING: r"logging\b|log\b|info-center|syslog|system syslog|/system logging|log syslogd|ntp\b|ntp-service|sntp"
    r"|clock\b|/system ntp|system ntp|service ntp|chrony|timesync|rsyslog|archive\b",
    Risk.TREE: r"stp\b|spanning-tree|mstp|rstp|protocols (stp|rstp|mstp)|bpdu|loop-?protect|loopback-detect",
}
_TOPICS = {risk: re.compile(rf"(?:{pattern})", re.IGNORECASE) for risk, pattern in _BEGINNINGS.items()}
_PORT = re.compile(r"(?:interfaces?|/interface|port)\b", re.IGNORECASE)
_OFF = re.compile(
    r"shutdown\b|set status down|set disabled?\b|disabled?(?:=yes)?\s*;?$|admin(?:istrative)?.*\bdown\b", re.IGNORECASE
)
_NOT_OFF = re.compile(r"(?:no|undo|delete)\s", re.IGNORECASE)
_TRUNK = re.compile(
    r"link-type trunk|mode trunk|up-?link|trunk|eth-trunk|channel-group|lag\b|上联|上行|核心|汇聚|to.?core",
    re.IGNORECASE,
)


_OF_FACETS: Mapping[str, Risk] = {
    "users": Risk.USER,
    "sudoers": Risk.USER,
    "authorized_keys": Risk.USER,
    "logins": Risk.USER,
    "sockets": Risk.ACCESS,
    "firewall": Risk.FIREWALL,
}
"""The sides of a server that are about one thing as a whole."""


def risks(
    difference: Difference, severities: Mapping[Risk, Severity] = SEVERITIES, facet: str = ""
) -> tuple[Risk, ...]:
    """Return what a difference of a facet is about, the worst first."""
    found = {risk for each in difference.alterations for risk in _of(each)}
    if facet in _OF_FACETS and not difference.empty:
        found.add(_OF_FACETS[facet])
    return tuple(sorted(found, key=lambda risk: (-severities.get(risk, OTHERWISE), list(Risk).index(risk))))


def severity(found: Iterable[Risk], severities: Mapping[Risk, Severity] = SEVERITIES) -> Severity:
    """Return how bad it is that nobody approved what is about these."""
    return max((severities.get(risk, OTHERWISE) for risk in found), default=OTHERWISE)


def _of(alteration: Alteration) -> Iterator[Risk]:
    above = " ".join(alteration.path)
    lines = (*alteration.removed, *alteration.added)
    yield from _topics(above, lines)
    if turned_off(alteration):
        yield Risk.UPLINK if _leads_up(alteration) else Risk.PORT_OFF


def _topics(above: str, lines: Iterable[str]) -> Iterator[Risk]:
    said = [above, *alone(above), *(bare(line) for line in lines)] if above else [bare(line) for line in lines]
    for risk, pattern in _TOPICS.items():
        if any(pattern.match(each) for each in said):
            yield risk


def alone(above: str) -> Iterator[str]:
    """Yield a heading without the words that only group: `config system snmp user` is also about `snmp user`."""
    first, _blank, rest = above.partition(" ")
    while first.casefold() in _GROUPING and rest:
        yield rest
        first, _blank, rest = rest.partition(" ")


_GROUPING = frozenset({"config", "system", "set", "services", "service", "protocols", "security", "router", "global"})


def bare(line: str) -> str:
    """Return a line without what makes it its own contrary: `no`, `undo`, `set`."""
    return _NEGATED.sub("", line.strip())


def turned_off(alteration: Alteration) -> bool:
    """Whether a port was shut down: it says so now, and did not, or says no longer that it is not."""
    if not any(_PORT.match(each) for each in alteration.path):
        return False
    return any(_OFF.match(line.strip()) for line in alteration.added) or any(
        _NOT_OFF.match(line.strip()) and _OFF.match(bare(line)) for line in alteration.removed
    )


def turned_on(alteration: Alteration) -> bool:
    """Whether a port that was shut down is no longer."""
    if not any(_PORT.match(each) for each in alteration.path) or turned_off(alteration):
        return False
    return any(_OFF.match(line.strip()) for line in alteration.removed)


def _leads_up(alteration: Alteration) -> bool:
    stood = alteration.before or alteration.after
    return stood is not None and any(_TRUNK.search(line) for line in (*alteration.path, *stood.lines))
