"""What lines of syslog say of changes: who, from where, and what to read again."""

from __future__ import annotations

import time
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.collect import EvidenceKind
from probes.hints import LONGEST_COMMAND, hint

NOW = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)

LINES = [
    ("<189>45: *Mar  1 02:00:00: %SYS-5-CONFIG_I: Configured from console by zhang on vty0 (10.1.1.9)",
     "running", "zhang", "10.1.1.9", "Configured from console"),
    ("<189>45: %SYS-SW1-5-CONFIG_I: Configured from console by console", "running", "console", "", "Configured from console"),
    ("<189>: 2026 Mar  1 02:00 CST: %VSHD-5-VSHD_SYSLOG_CONFIG_I: Configured from vty by li on 10.1.1.9@pts/0",
     "running", "li", "10.1.1.9", "Configured from vty"),
    ("RP/0/0/CPU0: config[1]: %MGBL-SYS-5-CONFIG_I : Configured from console by wang on vty0 (2001:db8::9)",
     "running", "wang", "2001:db8::9", "Configured from console"),
    ("config[6]: %MGBL-CONFIG-6-DB_COMMIT : Configuration committed by user 'wang'. Use 'show configuration commit'",
     "running", "wang", "", "Configuration committed"),
    ("%SYS-5-CONFIG_STARTUP: Startup config saved from system:/running-config by zhao on vty3 (10.1.1.8)",
     "startup", "zhao", "10.1.1.8", "Startup config saved from system:/running-config"),
    ("%ASA-5-111010: User 'sun', running 'CLI' from IP 10.1.1.9, executed 'no access-list OUT extended'",
     "running", "sun", "10.1.1.9", "no access-list OUT extended"),
    ("%ASA-config-5-111005: 10.1.1.9 end configuration: OK", "running", "", "10.1.1.9", "end configuration"),
    ("mgd[2212]: UI_COMMIT: User 'qian' requested 'commit' operation (comment: none)", "running", "qian", "", "commit"),
    ('mgd 2212 UI_COMMIT [junos@2636.1.1.1.2.39 username="qian" command="commit"] User', "running", "qian", "", ""),
    ("00076 cfg:  Running Config Change", "running", "", "", "Running Config Change"),
    ('HUAWEI %%01CONFIGURATION/6/CFG_FILE_CHANGE(s)[1]:Changed. (TerUser="zhou", SrcAddr=10.1.1.9, ChangeTime=2026-03-01)', "running", "zhou", "10.1.1.9", "CFG_FILE_CHANGE"),
    ('HUAWEI %%01CONFIGURATION/6/CFG_FILE_CHANGE(s)[1]: (TerUser="_SYSTEM_", SrcAddr=)', "running", "", "", "CFG_FILE_CHANGE"),
    ('HUAWEI %%01SHELL/5/CMDRECORD(s)[12]:Recorded command. (Task=VT0, Ip=10.1.1.9, VpnName=, User=wu, Command="undo acl 3001")', "", "wu", "10.1.1.9", "undo acl 3001"),
    ("H3C %%10CFGMAN/5/CFGMAN_CFGCHANGED: -EventIndex=6-CommandSource=2; Configuration is changed.",
     "running", "", "", "CFGMAN_CFGCHANGED: -EventIndex=6-CommandSource=2; Configuration is changed."),
    ("H3C %%10SHELL/6/SHELL_CMD: -Line=vty0-IPAddr=10.1.1.9-User=zheng; Command is vlan 30",
     "", "zheng", "10.1.1.9", "vlan 30"),
    ("H3C %%10SHELL/6/SHELL_CMD: -Line=con0-IPAddr=**-User=**; Command is save", "", "", "", "save"),
]  # fmt: skip


@pytest.mark.parametrize(("line", "facet", "user", "address", "what"), LINES, ids=range(len(LINES)))
@pytest.mark.parametrize("is_gbk", [False, True])
def test_a_message_of_a_change_is_understood(
    line: str, facet: str, user: str, address: str, what: str, *, is_gbk: bool
) -> None:
    found = hint(("核心交换机 " + line).encode("gbk" if is_gbk else "utf-8"), NOW)
    assert found is not None
    assert (found.facet, found.evidence.user, found.evidence.address, found.evidence.what) == (
        facet,
        user,
        address,
        what,
    )
    assert (found.evidence.kind, found.evidence.at) == (EvidenceKind.SYSLOG, NOW)


@pytest.mark.parametrize(
    "line",
    [
        "",
        "%LINK-3-UPDOWN: Interface GigabitEthernet1/0/5, changed state to down",
        "%SYS-5-RESTART: System restarted --",
        "sshd[77]: Accepted publickey for root from 10.1.1.9 port 5022",
        "IFNET/4/IF_STATE(l)[1]:Interface GigabitEthernet0/0/1 has turned into UP state.",
    ],
)
def test_other_messages_say_nothing_of_a_change(line: str) -> None:
    assert hint(line, NOW) is None


def test_chinese_names_of_users_are_read() -> None:
    found = hint("H3C SHELL/6/SHELL_CMD: -Line=vty0-IPAddr=10.1.1.9-User=张伟; Command is save".encode("gbk"), NOW)
    assert found is not None
    assert found.evidence.user == "张伟"


def test_a_forged_line_adds_no_line_and_no_endless_text() -> None:
    found = hint(f'SHELL/5/CMDRECORD( Ip=10.1.1.9, User=x, Command="a\nb\x1b[2J{"y" * 600}")'.encode(), NOW)
    assert found is None or (len(found.evidence.what) <= LONGEST_COMMAND and found.evidence.what.isprintable())
    found = hint(b"H3C SHELL/6/SHELL_CMD: -Line=vty0-IPAddr=1.1.1.1-User=x; Command is a\nb" + b"y" * 9000, NOW)
    assert found is not None
    assert len(found.evidence.what) <= LONGEST_COMMAND
    assert found.evidence.what.startswith("a by")


@given(st.binary(max_size=400), st.sampled_from(LINES))
def test_any_octets_are_read_without_an_error(noise: bytes, line: tuple[str, ...]) -> None:
    hint(noise, NOW)
    hint(noise + line[0][:60].encode() + noise, NOW)


@pytest.mark.parametrize(
    "part", ["/6/CFG_FILE_CHANGE ", "SHELL/5/CMDRECORD Ip=1 User=", "IMI ", "UI_COMMIT [", "by a on "]
)
def test_a_line_made_to_be_slow_is_not(part: str) -> None:
    begun = time.perf_counter()
    hint(part * 2000, NOW)
    assert time.perf_counter() - begun < 0.3
