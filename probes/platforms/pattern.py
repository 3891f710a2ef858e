"""Where a secret stands in a line, written as the line is: `snmp-server host * version 2c $`.

Words stand for themselves, whatever their case; `*` in a word is any part of it, `*` alone any word, `**` any words or
none. `(a|b c)` is one of these, `[a|b c]` one of these or none. `%` is any words that say how a secret is written
(`7`, `cipher`, `sha512` …) or none. `$` is the secret: one word, or what stands in quotes; `$$` is a secret that may
have spaces: up to a word that is known to follow, or the end. `config system snmp community > set name $` holds only
below a line that begins so.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

RESERVED = (
    r"\d{1,2}|\d{1,3}(?:\.\d{1,3}){3}|cipher|irreversible-cipher|simple|plain|plain-?text|clear-?text|hash|encrypted|ciphertext|sha-?\d*|sha\d-\d+|"
    r"md5|des\d*|3des|aes[-\d]*|hmac\S*|ascii|hex|localized|key|key-?string|key-?chain|key-?id|key-?value|md5-key|"
    r"pass-?phrase|password|secret|psk|authentication\S*|privacy-mode|auth|priv|hostname|address|user-?name|version|vrf|"
    r"traps?|informs?|community|value|type|level|role|local|remote|set-key|vpn-instance|eigrp"
)
"""Words that are no secret where another word follows: they say what that is."""
QUOTED = r"""\"(?:\\.|[^\"\\])*\"(?=[;,)\]}]*(?:\s|$))|\"[^\"]*$|'[^']*'(?=[;,)\]}]*(?:\s|$))"""
"""A text in quotes; where something follows the closing mark at once, the marks are part of a secret themselves."""
ONE = rf"""({QUOTED}|(?!(?:{RESERVED})\s|;+(?:\s|$))\S+);?"""
KINDS = (
    r"(?:(?:\d|10|15|cipher|irreversible-cipher|simple|plain|plain-?text|clear-?text|clear|hash|hashed|encrypted|"
    r"ciphertext|sha-?\d*|sha\d+-\d+|md5|scrypt|ascii|ascii-text|hexadecimal|hex|text|string|secret|enc|localized|"
    r"nt-encrypted|aes|des|type|unencrypted|8a)\s+)*"
)
FOLLOWING = (
    r"secret|password|privilege|role|level|usertype|type|group|vrf|vpn-instance|view|ro|rw|timeout|retransmit|port|"
    r"auth-port|acct-port|authentication|accounting|encrypted|pbkdf2|nt-encrypted|mschap|address|hostname|mask|realm|"
    r"level-[12]|key-id|ckn|service-type|user-role|inform|user-group|callback|expires?|priv|auth|localizedkey|mib-view|"
    r"acl|ipv6|test|weight|quiet|idle-time|tunnel-private|description|source-interface|udp-port|single-connection|"
    r"directed-request|use-vrf|server-group|tls|port-access|cisco|access-class|attempts|user|username|dead-time|aes|tkip|tkip-aes|ccmp"
)
SPACED = rf"""({QUOTED}|(?!;+(?:\s|$))\S.*?)(?=;?\s+(?:""" + FOLLOWING + r""")(?:\s|$)|\s*;\s*(?:##.*)?$|\s*$)"""
PARTS = re.compile(r"\([^)]*\)|\[[^\]]*\]|\S+")


class PatternError(ValueError):
    """A pattern that cannot be read."""


@dataclass(frozen=True, slots=True)
class Place:
    """A place where secrets stand: every group of `line` is one.

    `triggers` are words, one of which is in each line that fits; empty where any line may. `above` must fit the
    beginning of a line that stands above.
    """

    line: re.Pattern[str]
    triggers: frozenset[str]
    above: re.Pattern[str] | None = None
    is_rewritten: bool = False
    """Whether the device writes the secret anew at each display, so that nothing is learnt from its change."""


def place(text: str, *, is_rewritten: bool = False) -> Place:
    """Read a pattern; PatternError where it marks no secret."""
    above, _, line = text.rpartition(" > ")
    words = PARTS.findall(line.removesuffix(" **"))
    if not any(map(_is_secret, words)) or not all(map(_is_closed, words)):
        raise PatternError(text)
    return Place(
        re.compile(_written(words), re.IGNORECASE),
        _triggers(words),
        phrase(above) if above else None,
        is_rewritten,
    )


def phrase(text: str) -> re.Pattern[str]:
    """Read a pattern without a secret: it fits the beginning of a line."""
    words = PARTS.findall(text)
    if not words or any(map(_is_secret, words)) or not all(map(_is_closed, words)):
        raise PatternError(text)
    return re.compile(_written(words) + r"(?![\w-])", re.IGNORECASE)


def _is_secret(word: str) -> bool:
    return word.endswith("$") and word[0] not in "([^"


def _is_closed(word: str) -> bool:
    """Whether a choice has its other bracket, and no empty part."""
    ends = {"(": ")", "[": "]"}.get(word[0])
    return ends is None or (word[-1] == ends and all(map(str.strip, word[1:-1].split("|"))))


def _written(words: list[str]) -> str:
    return "".join(_piece(word, is_last=at == len(words) - 1) for at, word in enumerate(words))


def _piece(word: str, *, is_last: bool) -> str:
    if word in {"**", "%"}:
        return KINDS if word == "%" else r"(?:\S+\s+)*?"
    if word[0] == "^":
        return rf"(?!(?:{'|'.join(map(_word, word[1:].split('|')))})(?:\s|$))"
    gap = "" if is_last else r"\s+"
    if word[0] == "[":
        return f"(?:{_either(word)}{gap})?"
    if _is_secret(word):
        return {"$": ONE, "$$": SPACED}.get(word, re.escape(word[:-1]) + r"(\S+)") + gap
    return (_either(word) if word[0] == "(" else _word(word)) + gap


def _either(word: str) -> str:
    return "(?:" + "|".join(r"\s+".join(map(_word, each.split())) for each in word[1:-1].split("|")) + ")"


def _word(word: str) -> str:
    return r"\S+" if word == "*" else r"\S*".join(map(re.escape, word.split("*")))


def _triggers(words: list[str]) -> frozenset[str]:
    """Return the words that stand nearest before the first secret and are always there."""
    first = next(at for at, word in enumerate(words) if _is_secret(word))
    if words[first] not in {"$", "$$"}:
        return frozenset()
    for word in reversed(words[:first]):
        if word[0] in "[%^" or word in {"*", "**"}:
            continue
        found = [each.split()[-1] for each in word[1:-1].split("|")] if word[0] == "(" else [word]
        if not any("*" in each for each in found):
            return frozenset(each.lower() for each in found)
    return frozenset()
