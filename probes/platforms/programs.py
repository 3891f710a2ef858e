"""Passwords that are given to programs as arguments: scheduled jobs that make back-ups are full of them."""

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
    r"sqlplus|rman|exp|imp|expdp|impdp|sqlldr": r"\s[\"']?[\w.$-]+/([^\s/@\"'][^\s@\"']*)@",
}
GIVEN = tuple((re.compile(names), re.compile(option)) for names, option in TAKES.items())
PROGRAM = re.compile(rf"(?<![\w.-])({'|'.join(TAKES)})(?=\s)")
END = re.compile(r"[|;&]|$")
HINTS = (
    "mysql", "mariadb", "mydumper", "xtrabackup", "mongo", "redis", "7z", "rar ", "zip ", "mosquitto", "ipmitool", "sqlcmd",
    "isql", "ldap", "snmp", "curl ", "wget ", "lftp ", "smbclient ", "rpcclient ", "net ", "sqlplus ", "rman ", "exp ",
    "imp ", "expdp ", "impdp ", "sqlldr ",
)  # fmt: skip
"""A line without one of these names none of them."""


def given(line: str) -> Iterator[tuple[int, int]]:
    """Yield the secrets among the arguments of programs, each up to where the next command begins."""
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
