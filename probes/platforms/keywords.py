"""Where secrets stand in any device's text: behind the words that people use for them.

This holds for every platform, also for one that nobody has written rules for. It looks at where a word stands, never
at what it looks like: whatever follows `password` is one, however plain. What merely speaks of passwords
(`service password-encryption`, a route map's `set community`) is left as it is.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from probes.platforms import programs, remarks
from probes.platforms.forms import HOLDER, HOLDING, NEAR, PUBLIC, Span, bare, is_topic, marked
from probes.platforms.pattern import FOLLOWING, QUOTED, RESERVED
from probes.platforms.vocabulary import HINTS, KINDS, NAMED, PAIRS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


HELD = re.compile(rf"(?<![\w./,=-])({HOLDER})(?![\w/.-])(?=\s)", re.IGNORECASE)
HASHED = re.compile(
    r"(?<![\w-])(?:auth|authentication|authentication-mode|auth-protocol|priv|privacy|privacy-mode|priv-protocol|encryption-mode)\s+"
    r"(?:md5|sha\S*|aes\S*|des\S*|3des\S*)\s+(?:(?:128|192|256|cipher|simple|encrypted|localized|ciphertext|\d)\s+)*"
    r"(\"[^\"]*\"|[^\s;{]\S*)",
    re.IGNORECASE,
)

TALK = re.compile(
    r"\s*(?:(?:set|add|edit)\s+)?(?:(?![\w-]*(?:user|key|password|account|client|peer|archive))\S+\s+){0,2}?"
    r"(?:description|desc|descr|remark|comments?|alias|location|contact|sys-?(?:location|contact|descr))\b"
    r"|\s*(?:sysname|hostname|system-name|banner|header|prompt|title|label|message|motd)\b|\s*备注",
    re.IGNORECASE,
)
"""What people have written for people: only what is plainly given as a secret is one there."""
ADDRESS = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}")
HOLDS = ("community", "read", "write", "ro", "rw", "get", "set", "access")
"""How the words begin that are a community of SNMP and none of BGP: `read-community`, not `send-community`."""
MADE = frozenset({"add", "create", "readonly", "readwrite", "index"})
"""What is done with a community, before it is named."""
NUMBER = re.compile(r"\d{1,2}")
"""How it is written, such as 0, 7 or 15, or a number of its own."""
ENCRYPTED = re.compile(r"(?<![\w-])(?:[\w-]+-)?encrypt(?:ed)?\s+(?:sha_?\d+\s+)?(\"[^\"]*\"|[^\s;]\S*)", re.IGNORECASE)
ACCOUNT = re.compile(r"account|admin|user|radius|tacacs|snmp|ntp|auth", re.IGNORECASE)
"""Where `encrypted` is said of one of these, a secret stands behind it."""
USED = re.compile(r"\s+\S+\s+(?:secret|key)\s+\S", re.IGNORECASE)
VALUE = re.compile(rf"\s*(?:[:=]\s*)?({QUOTED}|\S+)")
FOLLOWS = re.compile(
    rf"(?:{FOLLOWING}|rekey_interval|user_control|[{{}}\[\];|]|##|[A-Za-z][\w.-]*=[^=\s]\S*)",
    re.IGNORECASE,
)
NUMBERED = re.compile(
    r"^\s*(?:no\s+|undo\s+)?(?:ntp|sntp|key-chain|keychain|tunnel|ip\s+ssh|ssh|crypto)\b", re.IGNORECASE
)
ORDER = re.compile(r"(?:order|methods?)\s+[^]]*$", re.IGNORECASE)
"""Behind it stand ways to prove who one is, one of which is called `password`."""
BGP = re.compile(
    r"(?:^|\s)(?:set|match|from|then|import|export|apply|permit|deny|if-match|route-map|delete|add|policy|policy-options|vpn|bgp|large|ext|extended|filter|standard|advertise)"
    r"(?:\s+\S+)?\s+$|community-(?:list|filter|set|map)",
    re.IGNORECASE,
)
SNMP = re.compile(r"snmp|trap|inform|notif", re.IGNORECASE)


HINTED = re.compile("|".join(map(re.escape, (*HINTS, *programs.HINTS, "eyj"))))
USER = re.compile(
    r"\s*(?:set\s+)?(?:snmp-server user|snmp user|snmpv3 user|snmp-agent usm-user|snmp-agent remote\S* \S+ usm-user)\s",
    re.IGNORECASE,
)
USER_WORDS = re.compile(
    r"v?[123]c?|auth|authentication\S*|priv|privacy\S*|encrypted|encryption\S*|cipher|simple|plain\S*|ciphertext|localized\S*|md5\S*|hmac\S*|"
    r"sha\S*|aes\S*|3?des\S*|no-?auth|no-?priv|(?:auth|priv)-pass|\d{1,3}|ipv6|access|acl|remote|engine-?id|view|group|role|user-role|local|"
    r"authnopriv|authpriv|noauth|none|trap|context|exact|match|read|write|notify",
    re.IGNORECASE,
)
"""What may stand in the definition of an SNMPv3 user besides names and keys."""
NO_KEY = re.compile(rf"(?:{USER_WORDS.pattern}|{RESERVED})", re.IGNORECASE)


def may_hold(low: str) -> bool:
    """Whether a line in small letters can hold anything for `spans`."""
    return HINTED.search(low) is not None


def is_talk(line: str) -> bool:
    """Whether a line is what people have written for people: a description, a name."""
    return TALK.match(line) is not None


def spans(line: str, above: Sequence[str] = (), *, talk: bool = False, is_for_people: bool = False) -> Iterator[Span]:
    """Yield where secrets stand in a line below these lines.

    In `talk` only what is given as one counts; in text for people what is told in passing counts, too.
    """
    yield from marked(line)
    yield from programs.given(line)
    yield from remarks.told(line, is_for_people=is_for_people)
    if not talk:
        yield from _behind(line, above)


def _behind(line: str, above: Sequence[str]) -> Iterator[Span]:
    if USER.match(line):
        yield from _user(line)
        return
    for match in ENCRYPTED.finditer(line) if ACCOUNT.search(line) else ():
        if not NO_KEY.fullmatch(match[1]) and not FOLLOWS.fullmatch(match[1]):
            yield bare(line, *match.span(1))
    for match in HASHED.finditer(line):
        if not NO_KEY.fullmatch(match[1]):
            yield bare(line, *match.span(1))
    last = 0
    for match in HELD.finditer(line):
        start, end = match.span(1)
        if start >= last and not _speaks(
            match[1].lower(), line[max(0, start - NEAR) : start], line[end : end + NEAR], above
        ):
            for span in _value(line, end, match[1].lower()):
                last = span[1]
                yield span


def _user(line: str) -> Iterator[Span]:
    """Yield the keys of an SNMPv3 user: what stands behind how they are made, and is no word of the definition."""
    since, before = False, ""
    for token in re.finditer(r"\"[^\"]*\"|\S+", line):
        word = token[0].lower()
        if since and not USER_WORDS.fullmatch(word) and before not in NAMED:
            yield token.span()
        since = since or (
            word.startswith(("auth", "priv", "md5", "sha", "aes", "des", "encrypted"))
            and before not in {"user", "usm-user"}
        )
        before = word


def _speaks(word: str, before: str, after: str, above: Sequence[str]) -> bool:
    """Whether a word stands there without giving a secret."""
    if "communit" in word:
        return not _of_snmp(word, before, above)
    if PUBLIC.search(word) or ORDER.search(before):
        return True
    if word in {"psk", "shared-secret"} and USED.match(after):
        return True
    if word == "key":
        is_number = re.fullmatch(r"\s+\d{1,10}\s*[;{]?\s*", after) is not None
        chained = bool(above) and re.match(
            r"\s*(?:key[- ]?chain|authentication-key-chains|mka|macsec)", above[-1], re.IGNORECASE
        )
        return is_number and bool(NUMBERED.match(before) or chained)
    return word.endswith("-key") and "trusted" in word


def _of_snmp(word: str, before: str, above: Sequence[str]) -> bool:
    if word not in {"community", "communities"}:
        return SNMP.search(word) is not None or word.startswith(HOLDS)
    if BGP.search(before) and not SNMP.search(before):
        return False
    return bool(SNMP.search(before)) or any(SNMP.search(each) for each in above)


def _value(line: str, at: int, holder: str) -> Iterator[Span]:
    """Yield the secret that stands from there on, behind the words that say how it is written."""
    token = VALUE.match(line, at)
    while token and (rest := VALUE.match(line, token.end())):
        word = token[1].lower()
        if HOLDING.fullmatch(word):
            return
        if word in PAIRS:
            token = VALUE.match(line, rest.end())
        elif _describes(word, rest[1], holder):
            token = rest
        else:
            break
    if token is None or is_topic(token[1], line[token.end() : token.end() + NEAR]):
        return
    start, end = bare(line, *token.span(1))
    yield start, end if "communit" in holder or token[1][0] in "\"'" else _tail(line, end)


def _describes(word: str, following: str, holder: str) -> bool:
    """Whether a word says how the secret behind it is written, or what it is for."""
    if NUMBER.fullmatch(word):
        return holder.endswith("-key") or not FOLLOWS.fullmatch(following)
    if "communit" in holder and word in MADE:
        return True
    return word.rstrip(":") in KINDS or ADDRESS.fullmatch(word) is not None


def _tail(line: str, end: int) -> int:
    """Return where a secret with spaces ends: at a word that is known to follow, or with the line."""
    if line[end : end + 1] in {";", '"', "'", "\\"}:
        return end
    while (token := VALUE.match(line, end)) and not FOLLOWS.fullmatch(token[1]) and token[1][0] not in ";{}#|[]":
        end = token.end()
    return end
