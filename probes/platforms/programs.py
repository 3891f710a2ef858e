"""Passwords that are given to programs, as arguments or by a pipe: scheduled jobs that make back-ups are full of them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

VALUE = r"(\"[^\"]*\"|'[^']*'|[^\s\"';|&]\S*)"
TAKES = {
    # what the programs are called -> the option, and behind it the secret
    r"mysql\w*|mariadb[\w-]*|mydumper|xtrabackup": rf"\s-p(?=\S){VALUE}",
    r"sshpass|mongo\w*|redis-benchmark": rf"\s-p\s*{VALUE}",
    r"redis-cli": rf"\s-a\s*{VALUE}",
    r"7z\w*|rar|unrar": rf"\s-p(?=\S){VALUE}",
    r"zip|unzip|mosquitto_\w+|ipmitool|sqlcmd|isql": rf"\s-P\s*{VALUE}",
    r"ldap\w+": rf"\s-w\s*{VALUE}",
    r"snmp\w+": rf"\s-[cAX]\s*{VALUE}",
    r"curl|wget|lftp|smbclient|rpcclient|net": r"\s(?:-u|-U|--user|--proxy-user)[\s=]*[\"']?[^\s:,%\"']+[:,%]([^\s\"'][^\s\"']*)",
    r"openssl": r"\s-(?:(?:pass(?:in|out)?\s+[\"']?pass:)|[kK]\s+)([^\s\"';|&]+)",
    r"htpasswd": rf"\s-[a-zA-Z0-9]{{0,6}}b[a-zA-Z0-9]{{0,6}}(?:\s+-\S+){{0,3}}\s+\S+\s+\S+\s+{VALUE}",
    r"mount(?:\.cifs)?": r"[\s,]pass=([^\s,\"']+)",
    r"sqlplus|rman|exp|imp|expdp|impdp|sqlldr": r"\s[\"']?[\w.$-]+/([^\s/@\"'][^\s@\"']*)@",
}
GIVEN = tuple((re.compile(names), re.compile(option)) for names, option in TAKES.items())
PROGRAM = re.compile(rf"(?<![\w.-])({'|'.join(TAKES)})(?=\s)")
OPTION = re.compile(
    rf"(?<!\S)--?+(?!no-|ask-|disable|without-|prompt-|require-|need-)(?:[\w-]*(?:password|passwd|passphrase|pwd|secret|token|api-?key)|requirepass|masterauth)"
    rf"\s+(?!-){VALUE}",
    re.IGNORECASE,
)
"""A long option that says by itself that a secret follows, whatever the program is called."""
REDIS = re.compile(rf"(?<![\w.-])(?:requirepass|masterauth)\s+{VALUE}", re.IGNORECASE)
PIPED = re.compile(
    r"(?<![\w.-])(?:echo|printf)\s+(?:-\w+\s+)*(\"[^\"]*\"|'[^']*'|[^\s\"'|]+)[^|]{0,40}"
    r"\|\s*(?:sudo\s+)?(?:\S*/)?(?:sudo\s+-\w*S|passwd\s+--stdin|chpasswd|smbpasswd|su\s|cryptsetup|kinit)"
)
"""A password that is fed to a program by a pipe."""
END = re.compile(r"[|;&]|$")
HINTS = (
    "mysql", "mariadb", "mydumper", "xtrabackup", "mongo", "redis", "7z", "rar ", "zip ", "mosquitto", "ipmitool", "sqlcmd",
    "isql", "ldap", "snmp", "curl ", "wget ", "lftp ", "smbclient ", "rpcclient ", "net ", "sqlplus ", "rman ", "exp ",
    "imp ", "expdp ", "impdp ", "sqlldr ", "openssl ", "masterauth", "mount", "echo ", "printf ", "--",
)  # fmt: skip
"""A line without one of these names none of them."""


def given(line: str) -> Iterator[tuple[int, int]]:
    """Yield the secrets among the arguments of programs, each up to where the next command begins."""
    for form, sign in ((OPTION, "-"), (REDIS, " "), (PIPED, "|")):
        if sign in line:
            yield from (each.span(1) for each in form.finditer(line))
    # A line may name a program a hundred thousand times: what was looked through is not looked through again.
    done = dict.fromkeys(GIVEN, 0)
    end = 0
    for match in PROGRAM.finditer(line):
        if match.end() > end:
            stop = END.search(line, match.end())
            end = stop.start() if stop else len(line)
        for names, option in GIVEN:
            if names.fullmatch(match[1]) and done[names, option] < end:
                yield from (each.span(1) for each in option.finditer(line, match.end(), end))
                done[names, option] = end
