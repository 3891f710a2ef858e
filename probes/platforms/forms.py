"""How a secret is given away by the way it is written: in an address, an assignment, an element, a key block."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from probes.platforms.vocabulary import KINDS, TOPICS

if TYPE_CHECKING:
    from collections.abc import Iterator

Span = tuple[int, int]

HOLDER = (
    r"(?:[\w.-]*?(?:password|passwd|passphrase|pass-phrase|passcode|pwd)s?"
    r"|(?:[\w.-]*[-_.])?(?:secrets?|psk(?:-?secret)?|preshare|ppk|cak|token|credential|community(?:-?name|-?string)?|communities)"
    r"|(?:[\w.-]*[-_])?(?:key|keystring|apikey|privatekey|presharedkey|sharedkey|secretkey|pre-?shared-?key)"
    r"|(?:[\w-]*[-_])?(?:auth|priv|login|enable)[-_]?pass"
    r"|(?:[\w-]*[-_])?key-?(?:string|value)|bind[-_]?pw|snmp-?community|psksecret|trapcommunity|rocommunity6?|rwcommunity6?|auth-code|authcode)"
)
"""A word behind which a secret stands."""
HOLDING = re.compile(HOLDER, re.IGNORECASE)
ASSIGNED = re.compile(
    rf"(?<![\w./-])((?:[\w.-]*?(?:password|passwd|passphrase|pass-phrase|passcode|pwd|密码|口令|密钥)s?|[\w-]*_pass|wep[-_]?key\d*|[\w-]*passw(?:or)?d[-_]?hash|[\w-]*otp[-_]?seed|{HOLDER}))"
    r"(\\?[\"'])?\s{0,3}(?:[:=：]|=>)[ \t]*"
    r"(\\\"(?:(?!\\\").)*\\\"|\"(?:\\.|[^\"\\])*\"|'[^']*'|[^\s\"';,]\S*)",
    re.IGNORECASE,
)
PAIRED = re.compile(
    r"(?<![\w-])(?:key|name)\\?[\"']?\s?[:=]\s?\\?[\"']?([\w.-]++)\\?[\"']?[\s,]"
    r"(?:[^\n]{0,80}?[\s,{\"'])?value\\?[\"']?\s?[:=]\s?(\"(?:\\.|[^\"\\])*\"|'[^']*'|[^\s\"';,]\S*)",
    re.IGNORECASE,
)
"""A variable and its value, as the environment of a container is written."""
OF_SECRET = re.compile(r"pass|pwd|secret|token|key|cred|_pw$", re.IGNORECASE)
"""What the name of a variable is like whose value is a secret."""
SPOKEN = re.compile(
    r"(?<![\w./-])(?:password|passwd|passphrase|pwd|psk|密码|口令|密钥)\s*(?:(?:is|are)\s+(?:now\s+)?|是|为)\s*([^\s\"';]\S*)",
    re.IGNORECASE,
)
ADDRESSED = re.compile(r"\b[a-z][a-z0-9+.-]{1,20}://[^\s/:@\"'<>]*:", re.IGNORECASE)
"""An address up to where a password stands in it."""
RUN = re.compile(r"[^\s\"'<>]+")
"""What follows without a blank."""
AT_HOST = re.compile(r"@(?=[\w.\[\-:]++(?:[/\s\"';>,\])\\]|$))")
BEARER = re.compile(r"\b(?:bearer|authorization:\s*\w+)\s+([A-Za-z0-9._~+/=-]{8,})", re.IGNORECASE)
JWT = re.compile(r"(?<![\w-])eyJ[\w-]{8,}\.[\w-]{8,}\.[\w-]*")
"""A signed token of RFC 7519, whatever stands before it."""
SALTED = re.compile(r"\$(?:1|2[abxy]?|5|6|7|8|9|14|y|sha1|h\$6|c\$3|1[acd])\$[^\s:;\"',<>]{6,}")
"""A password as crypt(3) and its relatives write it: a net below the others, for words that nobody knows yet."""
ELEMENT = re.compile(
    rf"<((?:[\w-]+:)?(?:{HOLDER}|[\w-]*password\w*|[\w-]*bindpw|[\w-]*otp_seed|prv|bcrypt-hash|(?:md5|sha512)-hash|tls|static_keys))(?:\s[^<>]*)?>"
    r"(?:<!\[CDATA\[)?([^<\]]+)",
    re.IGNORECASE,
)
PRIVATE = re.compile(
    r"-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----(.*?)(?:-----END [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----|$)"
)
PUBLIC = re.compile(
    r"(?:public|trusted|host|ssh|authorized|foreign|license|licence|product|activation|hot|primary|sort|hash|ssh-rsa|"
    r"tunnel|flow|routing|foreign|send|accept|registry|index|dns|ds|zone|feature|root|sec-name|row)[-_]key$|^(?:key-hash|keys?-exchange|nopasswd)$",
    re.IGNORECASE,
)
SIGN = re.compile(r"[\[\]{}|;,]+|##|\*/")
NEAR = 200
"""So many characters around a word say what it means there."""


def marked(line: str) -> Iterator[Span]:
    """Yield what a form of writing gives as a secret: in an address, an assignment, an element, a key block."""
    yield from _addressed(line)
    for form in (PRIVATE, BEARER):
        yield from (match.span(1) for match in form.finditer(line) if match.end(1) > match.start(1))
    yield from (bare(line, *match.span(1)) for match in SPOKEN.finditer(line))
    yield from (match.span() for match in JWT.finditer(line))
    yield from (match.span(2) for match in ELEMENT.finditer(line))
    if "$" in line:
        yield from (match.span() for match in SALTED.finditer(line))
    pairs = [match for match in PAIRED.finditer(line) if OF_SECRET.search(match[1])] if "value" in line else []
    yield from (bare(line, *match.span(2)) for match in pairs)
    named = {match.start() for match in pairs}
    for match in ASSIGNED.finditer(line):
        if (
            match.start() not in named
            and not is_topic(match[3], line[match.end(3) : match.end(3) + NEAR])
            and not PUBLIC.search(match[1])
        ):
            yield bare(line, *match.span(3))


def _addressed(line: str) -> Iterator[Span]:
    """Yield passwords in addresses: up to the last `@` before a host.

    One regular expression for all of it looks from each `://` to the end of the line: minutes, where a device says
    nothing else in a megabyte. Where an address has no host behind it, none that begins within it has one.
    """
    done = 0
    for match in ADDRESSED.finditer(line):
        start = match.end()
        if start < done:
            continue
        done = run.end() if (run := RUN.match(line, start)) else start
        hosts = [each.start() for each in AT_HOST.finditer(line, start + 1, done + 1)]
        if hosts:
            done = hosts[-1]
            yield start, done


def is_topic(value: str, after: str) -> bool:
    """Whether this is no secret: a word that speaks of one, or a sign that opens or closes something."""
    word = value.strip("\"';,").lower()
    if SIGN.fullmatch(value) or not word:
        return True
    return (word in TOPICS and value[0] not in "\"'") or (word in KINDS and not after.strip(" ;"))


def bare(line: str, start: int, end: int) -> Span:
    """Return a span without a closing mark behind it, and without quotes that are those of a text in quotes."""
    while end - start > 1 and line[end - 1] in ";,":
        end -= 1
    if line.startswith('\\"', start) and line.endswith('\\"', start, end) and end - start > 3:  # noqa: PLR2004 - both marks
        return start + 2, end - 2
    if line[end - 1] in "\"'" and line[start] != line[end - 1] and end - start > 1:
        end -= 1
    return start, end
