"""Secrets that people tell each other in passing: `description wifi password Admin@123`, `备注 密码Admin@123`.

Elsewhere whatever follows `password` is one. In text for people most words behind it are none (`password room`,
`password reset 2026-11-30`), so there only what looks like a secret is: a word with a digit or a sign in it that is no
date, address, port or name of a method. A secret of letters alone stays in sight: nobody can tell it from a word.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from probes.platforms.forms import Span

VALUE = r"(?P<value>(?:\\(?!\")|[!#-&(-\[\]-~])+)"
"""A run of signs without a blank and without quotes: a remark stands in quotes itself, and in others within them."""
ENGLISH = re.compile(
    r"(?<![\w.<-])(?:(?:[\w.-]*?(?:password|passwd|passphrase|passcode|pwd)|psk|secret|pass"
    r"|(?:wi-?fi|wlan|(?:wpa\d?-?)?psk|wpa\d?|pre-?shared|shared)[ -]?key|(?:snmp|ro|rw|read|write)[ -]community)s?"
    r"(?:\s{1,3}(?:(?:is|are)(?:\s{1,3}now)?|now|(?:changed|set|reset)\s{1,3}to)\b)?(?:\s*+[:=：]|\s++(?:-++(?=\s))?)|(?:pw|pass)\s?[:=：])"
    rf"[\s(\[（【“\"'\\]*+{VALUE}",
    re.IGNORECASE,
)
CHINESE = re.compile(
    r"(?:密码|口令|密钥|团体字|团体名)(?:已|统一|都|均|改|修改|更改|变更|重置|设置|设|默认|初始)*(?:是|为|成|到)?"
    rf"[\s:：=\-(\[（【“\"'\\]*+{VALUE}"
)
LOOKS = re.compile(r"\d|(?=.*[a-z]).*[!@#$%^&*+=?~]", re.IGNORECASE)
PLAIN = re.compile(
    r"[\d./:,-]*[./:,-][\d./:,-]*|(?:19|20)\d\d"  # a date, a time, an address, a version, a community of BGP; a year
    r"|[a-z][a-z_-]*\d+(?:[/.:]\d+)+"  # a port
    r"|(?:vlan|vl|room|floor|rack|port|eth|[gtx]e|gi|po|ap|sw|switch|srv|server|line|ver|v|type|level|group|part|no)[-_.]?\d[\d./-]*"
    r"|(?:hmac-|eap-)?(?:sha|md|aes|ssh|snmpv|ipv|wpa|win|x|ed)-?\d+[\w-]*|(?:dot|802\.)1x|[a-z]+-?2fa"
    r"|/.*|\w+://.*|<secret.*",
    re.IGNORECASE,
)
"""What has digits or signs and is no secret."""
SHORTEST = 4


def told(line: str, *, is_for_people: bool) -> Iterator[Span]:
    """Yield what is told as a secret. In Chinese it is wherever it stands: no command of a device is Chinese."""
    forms = (*((ENGLISH,) if is_for_people else ()), *(() if line.isascii() else (CHINESE,)))
    for form in forms:
        for match in form.finditer(line):
            if _is_secret(match["value"].rstrip(".,;:!?)]")):
                yield match.start("value"), match.start("value") + len(match["value"].rstrip(",;)]"))


def _is_secret(value: str) -> bool:
    return len(value) >= SHORTEST and LOOKS.search(value) is not None and PLAIN.fullmatch(value) is None
