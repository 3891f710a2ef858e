"""A small session for each platform, written for the tests: what is asked, and what such a device says."""

from __future__ import annotations

from tests.cli_device import CliDevice

VRP = b"""#\r
sysname sw-1\r
#\r
vlan batch 10 20\r
#\r
interface GigabitEthernet0/0/1\r
 description \xba\xcb\xd0\xc4\xbd\xbb\xbb\xbb\xbb\xfa\xc9\xcf\xc1\xaa\r
 port link-type trunk\r
#\r
user-interface vty 0 4\r
 authentication-mode aaa\r
#\r
return\r
"""
"""Its description, core switch uplink in Chinese, is GBK."""
IOS = b"""Building configuration...\r
\r
Current configuration : 412 bytes\r
!\r
version 15.2\r
hostname sw-1\r
!\r
banner motd ^C\r
--- only for the information centre ---\r
^C\r
interface GigabitEthernet0/1\r
 description uplink to core \r
 switchport mode trunk\r
!\r
end\r
\r
"""
PLAIN = b"""hostname sw-1\r
vlan 10\r
   name ward\r
interface 1/1\r
   description to the ward\r
   exit\r
ip default-gateway 10.0.0.1\r
"""
SET = b"""set interfaces ge-0/0/1 description ward\r
set system host-name sw-1\r
set vlans ward vlan-id 10\r
"""
VERSION = b"Software, Version 7.1\r\nsw-1 uptime is 3 weeks\r\n"
PARTS = b"NAME: Chassis, SN: FOC0001\r\nNAME: Power supply 1, SN: FOC0002\r\n"
ASA = b": Saved\r\n: Serial Number: JMX0001\r\n" + IOS.replace(b"end\r\n\r\n", b"Cryptochecksum:00\r\n: end\r\n")
FORTINET = b"config system global\r\n    set hostname sw-1\r\nend\r\nconfig user local\r\nend\r\n\r\n"


def _like_cisco(config: bytes, tail: str = "", **more: bytes) -> dict[str, bytes]:
    return {
        f"show running-config{tail}": config,
        f"show startup-config{tail}": config.replace(b"uplink", b"old"),
        f"show version{tail}": VERSION,
        **{command.replace("_", " "): text for command, text in more.items()},
    }


OK = b""
SESSIONS: dict[str, tuple[bytes, dict[str, bytes]]] = {
    "huawei_vrp": (
        b"<sw-1>",
        {
            "screen-length 0 temporary": b"Info: The configuration takes effect on the current user terminal only.\r\n",
            "display current-configuration": VRP,
            "display saved-configuration": VRP.replace(b"10 20", b"10"),
            "display version": VERSION,
        },
    ),
    "hp_comware": (
        b"<sw-1>",
        {
            "screen-length disable": OK,
            "undo terminal monitor": b"The current terminal is disabled to display logs.\r\n",
            "display current-configuration": VRP,
            "display saved-configuration": VRP,
            "display version": VERSION,
        },
    ),
    "ruijie_os": (b"sw-1#", {"terminal length 0": OK, "terminal width 256": OK, **_like_cisco(IOS)}),
    "zte_zxros": (b"sw-1#", {"terminal length 0": OK, **_like_cisco(PLAIN)}),
    "cisco_ios": (
        b"sw-1#",
        {"terminal length 0": OK, "terminal width 0": OK, **_like_cisco(IOS, show_inventory=PARTS)},
    ),
    "cisco_xe": (
        b"sw-1#",
        {"terminal length 0": OK, "terminal width 0": OK, **_like_cisco(IOS, show_inventory=PARTS)},
    ),
    "cisco_nxos": (b"sw-1# ", {"terminal length 0": OK, **_like_cisco(PLAIN, show_inventory=PARTS)}),
    "cisco_asa": (
        b"asa-1# ",
        {
            "terminal pager 0": OK,
            "more system:running-config": ASA,
            **_like_cisco(ASA, show_inventory=PARTS),
        },
    ),
    "hp_procurve": (b"sw-1# ", {"no page": OK, **_like_cisco(PLAIN, show_config=PLAIN)}),
    "aruba_aoscx": (b"sw-1# ", {"no page": OK, **_like_cisco(PLAIN, show_module=PARTS)}),
    "juniper_junos": (
        b"",
        {"show configuration | display omit": PLAIN, "show chassis hardware": PARTS, "show version": VERSION},
    ),
    "arista_eos": (
        b"sw-1#",
        {"terminal length 0": OK, **_like_cisco(IOS, " | no-more"), "show inventory | no-more": PARTS},
    ),
    "mikrotik_routeros": (b"", {"/export show-sensitive": PLAIN, "/system routerboard print": PARTS}),
    "fortinet": (b"fw-1 # ", {"show": FORTINET, "get system status": VERSION}),
    "frr": (
        b"",
        {
            "vtysh -c 'show running-config no-header'": IOS,
            "cat /etc/frr/frr.conf": IOS,
            "vtysh -c 'show version'": VERSION,
        },
    ),
    "vyos": (
        b"admin@sw-1:~$ ",
        {
            "show configuration commands | no-more": SET,
            "vyos-config-to-commands /config/config.boot | cat": SET,
            "show version | no-more": VERSION,
        },
    ),
}
"""The prompt, and the answers without echo and prompt; no prompt where each command has its own channel."""


def device(platform: str, **changes: object) -> CliDevice:
    """Return a device of a platform, with what is different about it."""
    prompt, answers = SESSIONS[platform]
    made = CliDevice(prompt=prompt, answers=answers)
    for name, value in changes.items():
        setattr(made, name, value)
    made.__post_init__()
    return made
