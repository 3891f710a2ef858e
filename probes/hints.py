"""What a line of syslog says of a change: who did it, from where. A hint makes a device be read; it proves nothing.

The time of a hint is when it came: clocks of devices are wrong too often. Words come from anybody who can send a
datagram, so they are evidence at most, and nothing is decided by them.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from ipaddress import ip_address
from typing import TYPE_CHECKING

from probes.collect import Evidence, EvidenceKind
from probes.snmp.text import decoded

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from datetime import datetime

LONGEST = 2048
"""Characters of a line that are looked at: RFC 5424 lets receivers cut there."""
LONGEST_NAME, LONGEST_COMMAND = 64, 512
RUNNING, STARTUP = "running", "startup"
_BY_SYSTEM = frozenset({"_SYSTEM_", "SYSTEM"})
"""Who Huawei's devices say did it when they save by themselves."""


@dataclass(frozen=True, slots=True)
class Hint:
    """A word about a change. `facet` is what to read again; empty where somebody only typed a command."""

    facet: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class _Form:
    """How one kind of message reads. The groups `user`, `address` and `what` are told as far as they are there."""

    facet: str
    pattern: re.Pattern[str]


def _form(facet: str, pattern: str) -> _Form:
    return _Form(facet, re.compile(pattern, re.IGNORECASE))


_WHO = r"by (?P<user>[^\s(]{1,64})(?: on (?:(?P<peer>[0-9a-f.:]+)@)?[^\s(]{1,64})?(?: ?\((?P<address>[0-9a-f.:]+)\))?"
_FORMS = (
    # IOS, EOS, Ruijie; NX-OS; IOS-XR
    _form(RUNNING, rf"%(?:SYS-(?:SW\d+-)?5-CONFIG_I|VSHD-5-VSHD_SYSLOG_CONFIG_I|MGBL-SYS-5-CONFIG_I) ?: *"
                   rf"(?P<what>Configured from [^\s]{{1,64}}) {_WHO}"),
    _form(RUNNING, r"DB_COMMIT ?: *(?P<what>Configuration committed) by user '(?P<user>[^']{1,64})'"),
    _form(STARTUP, rf"%SYS-5-CONFIG_STARTUP ?: *(?P<what>Startup config saved[^,;]{{0,80}}?) {_WHO}"),
    _form(STARTUP, r"(?P<what>startup-config was changed) by (?P<user>[^\s(]{1,64})"),
    # ASA
    _form(RUNNING, r"%ASA-(?:config-)?5-111010: User '(?P<user>[^']{1,64})', running '[^']{0,64}' from IP "
                   r"(?P<address>[0-9a-f.:]+), executed '(?P<what>[^']{0,512})'"),
    _form(RUNNING, r"%ASA-(?:config-)?5-111005: (?:(?P<address>[0-9a-f]*[.:][0-9a-f.:]+)|(?P<user>\S{1,64})) "
                   r"(?P<what>end configuration)"),
    # Junos: said when a commit begins, so what is read at once may still be what was
    _form(RUNNING, r"UI_COMMIT: User '(?P<user>[^']{1,64})' requested '(?P<what>[^']{0,200})' operation"),
    _form(RUNNING, r"UI_COMMIT \[[^\]]{0,400}?username=\"(?P<user>[^\"]{1,64})\""),
    # ProCurve, AlliedWare
    _form(RUNNING, r"(?P<what>Running Config Change)"),
    _form(STARTUP, r"\bIMI\b.{0,80}(?P<what>Startup-config saved).{0,80}? by (?P<user>[^\s(]{1,64})"),
    # H3C
    _form(RUNNING, r"CFGMAN/\d/(?P<what>CFGMAN_CFGCHANGED.{0,200})"),
    _form("", r"SHELL/\d/SHELL_CMD:.{0,80}?-IPAddr=(?P<address>[0-9a-f.:*]*)-User=(?P<user>[^;]{1,64}); "
              r"Command is (?P<what>.{0,512})"),
)  # fmt: skip


_HUAWEI = re.compile(r"/\d/(CFG_FILE_CHANGE|NETCONF_CONFIG_CHANGE_EVENT|CMDRECORD)\b")
_HUAWEI_FIELD = re.compile(r"\b(\w{1,40})=(?:\"([^\"]{0,512})\"|([^\",;)\s]{0,128}))")


def hint(line: bytes | str, at: datetime) -> Hint | None:
    """Read one line of syslog that came at this time; None where it says nothing of a change."""
    text = decoded(line if isinstance(line, bytes) else line.encode("utf-8", "replace"))[:LONGEST]
    if found := _HUAWEI.search(text):
        return _of_huawei(found[1], dict(_fields(text)), at)
    for form in _FORMS:
        if found := form.pattern.search(text):
            return Hint(form.facet, _evidence(found.groupdict(""), at))
    return None


def _fields(text: str) -> Iterator[tuple[str, str]]:
    return ((found[1].lower(), found[2] or found[3] or "") for found in _HUAWEI_FIELD.finditer(text))


def _of_huawei(name: str, fields: Mapping[str, str], at: datetime) -> Hint:
    """Read a message by its fields: every version of VRP has others, in another order."""
    user = next((fields[key] for key in ("teruser", "username", "user") if fields.get(key)), "")
    address = next((fields[key] for key in ("srcaddr", "sourceip", "ip") if fields.get(key)), "")
    is_command = name == "CMDRECORD"
    what = fields.get("command", "") if is_command else name
    return Hint("" if is_command else RUNNING, _evidence({"user": user, "address": address, "what": what}, at))


def _evidence(said: dict[str, str], at: datetime) -> Evidence:
    user = said.get("user", "").strip()[:LONGEST_NAME]
    return Evidence(
        EvidenceKind.SYSLOG,
        at=at,
        user="" if user in _BY_SYSTEM or user == "**" else user,
        address=_address(said.get("address", "")) or _address(said.get("peer", "")),
        what=said.get("what", "").strip()[:LONGEST_COMMAND],
    )


def _address(text: str) -> str:
    try:
        return str(ip_address(text))
    except ValueError:
        return ""
