"""What may be sent to a device: never anything else, whatever the dialogue wants."""

from __future__ import annotations

import pytest

from probes.platforms.platform import Platform, load, parsed, spoken
from probes.ssh.allowed import Allowed, NotAllowedError
from tests.cli_device import visited
from tests.cli_sessions import SESSIONS, device

READ_ONLY = {
    "arista_eos": {
        "enable", "terminal length 0", "show running-config | no-more", "show startup-config | no-more",
        "show inventory | no-more", "show version | no-more", "exit",
    },
    "aruba_aoscx": {"no page", "show running-config", "show startup-config", "show module", "show version", "exit"},
    "cisco_asa": {
        "enable", "terminal pager 0", "more system:running-config", "show running-config", "show startup-config",
        "show inventory", "show version", "exit",
    },
    "cisco_ios": {
        "enable", "terminal length 0", "terminal width 0", "show running-config", "show startup-config",
        "show inventory", "show version", "exit",
    },
    "cisco_nxos": {
        "enable", "terminal length 0", "show running-config", "show startup-config", "show inventory", "show version",
        "exit",
    },
    "fortinet": {"show", "get system status", "exit"},
    "frr": {
        "vtysh -c 'show running-config no-header'", "vtysh -c 'show running-config'", "cat /etc/frr/frr.conf",
        "vtysh -c 'show version'",
    },
    "hp_comware": {
        "screen-length disable", "undo terminal monitor", "display current-configuration",
        "display saved-configuration", "display version", "quit",
    },
    "hp_procurve": {"enable", "no page", "show running-config", "show config", "show version"},
    "huawei_vrp": {
        "screen-length 0 temporary", "display current-configuration", "display saved-configuration", "display version",
        "quit",
    },
    "juniper_junos": {"show configuration | display omit", "show chassis hardware", "show version"},
    "mikrotik_routeros": {"/export show-sensitive", "/export", "/system routerboard print"},
    "ruijie_os": {
        "enable", "terminal length 0", "terminal width 256", "show running-config", "show startup-config",
        "show version", "exit",
    },
    "vyos": {
        "show configuration commands | no-more", "vyos-config-to-commands /config/config.boot | cat",
        "show version | no-more", "exit",
    },
    "zte_zxros": {"enable", "terminal length 0", "show running-config", "show startup-config", "show version", "exit"},
}  # fmt: skip
"""Everything that may be typed, by platform, read and judged by a person: none of it changes what a device keeps."""
READ_ONLY["cisco_xe"] = READ_ONLY["cisco_ios"]


def platform_with(command: str) -> Platform:
    return parsed("x", {"name": "x", "version": 1, "dialogue": {}, "facet": [{"name": "f", "commands": [command]}]})


def test_every_platform_types_what_somebody_has_judged_and_nothing_else() -> None:
    assert {name: load(name).commands() for name in spoken()} == READ_ONLY


@pytest.mark.parametrize("name", [name for name, (prompt, _answers) in SESSIONS.items() if prompt])
def test_a_whole_visit_sends_exactly_the_commands_of_its_platform(name: str) -> None:
    platform = load(name)
    made = device(name)
    _visit, sent = visited(platform, made, [each.name for each in platform.readings])
    talk = platform.dialogue
    assert talk is not None
    typed = [*talk.setup, *(line for each in platform.readings for line in each.commands)]
    assert made.received == sent == [f"{line}\n".encode() for line in typed]
    assert {line.decode().removesuffix("\n") for line in sent} <= READ_ONLY[name]


@pytest.mark.parametrize(
    "command",
    [
        "configure terminal", "system-view", "conf t", "write memory", "copy running-config startup-config", "save",
        "reload", "reboot", "delete flash:vlan.dat", "undo vlan 10", "no vlan 10", "set system host-name x",
        "terminal monitor", "clear log", "debug all", "config system console", "show running-config > flash:x",
        "show running-config | redirect tftp://10.0.0.9/x", "show version; reload", "show version && reload",
        "show version\nreload", "show $(reload)", "show `reload`", "cat /etc/shadow", "cat /etc/frr/frr.conf; reboot",
        "vtysh -c 'configure terminal'", "vtysh -c 'show version' -c 'configure'", "/system reboot", "/export file=x",
        "more system:running-config | redirect x", "display current-configuration | save x", "screen-length 0",
        "display saved-configuration > x", "show running-config | append x", "show version | tee x", "exec x",
    ],
)  # fmt: skip
def test_no_platform_can_have_a_command_that_does_more_than_read(command: str) -> None:
    with pytest.raises((NotAllowedError, ValueError)):
        Allowed(platform_with(command))


def test_the_width_of_the_terminal_is_configuration_on_an_asa() -> None:
    facets = [{"name": "f", "commands": ["terminal width 511"]}]
    with pytest.raises(NotAllowedError):
        Allowed(parsed("cisco_asa", {"name": "cisco_asa", "version": 1, "dialogue": {}, "facet": facets}))


@pytest.mark.parametrize(
    "data", [b"y\n", b"yes\n", b"configure terminal\n", b"show", b"show version", b"  \n", b"", b"\x03"]
)
def test_bytes_that_are_not_on_the_list_are_not_given(data: bytes) -> None:
    with pytest.raises(NotAllowedError):
        Allowed(load("cisco_ios")).line(data)


def test_a_password_is_given_once_right_behind_its_command_and_never_elsewhere() -> None:
    allowed = Allowed(load("cisco_ios"), b"secret")
    with pytest.raises(NotAllowedError):
        allowed.line(b"secret\n")
    allowed.line(b"enable\n")
    allowed.line(b"show version\n")
    with pytest.raises(NotAllowedError):
        allowed.line(b"secret\n")
    allowed.line(b"enable\n")
    assert allowed.line(b"secret\n") == b"secret\n"
    with pytest.raises(NotAllowedError):
        allowed.line(b"secret\n")


def test_a_refusal_does_not_quote_what_was_refused() -> None:
    with pytest.raises(NotAllowedError) as refused:
        Allowed(load("cisco_ios"), b"secret").line(b"secret\n")
    assert "secret" not in str(refused.value)


def test_only_listed_commands_run_in_a_channel_of_their_own() -> None:
    allowed = Allowed(load("juniper_junos"))
    assert allowed.command("show version") == "show version"
    with pytest.raises(NotAllowedError):
        allowed.command("request system reboot")
