from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest

from probes.api import Message
from probes.collect import Answer, Capture, EvidenceKind, Section
from probes.platforms import normalise, rules_of
from probes.platforms.times import moment

KEY = b"k" * 32
SHANGHAI = ZoneInfo("Asia/Shanghai")

VRP = """\
display current-configuration
2026-03-04 10:11:12.123+08:00
!Software Version V200R019C10SPC500
!Last configuration was updated at 2026-03-04 10:00:00+08:00 by zhang
!Last configuration was saved at 2026-03-03 18:00:00+08:00 by SYSTEM automatically
#
sysname 门诊楼
#
vlan batch 10 20
#
aaa
 authentication-scheme default
 local-user admin password irreversible-cipher $1a$x$
#
interface GigabitEthernet0/0/1
 description 核心交换机上联
 port link-type access
#
interface GigabitEthernet0/0/2
#
ip route-static 0.0.0.0 0.0.0.0 10.1.1.1
#
return
<门诊楼>"""


def read(name, text, facet="running", *, encoding="utf-8", zone=None, question="display current-configuration"):
    raw = text.replace("\n", "\r\n").encode(encoding)
    capture = Capture(facet, name, (Answer(question, raw),))
    return normalise(rules_of(name), capture, KEY, *([zone] if zone else []))


def paths(text):
    return [each.path for each in text.sections]


def lines(text, *path):
    return next(each.lines for each in text.sections if each.path == path)


def why(text):
    return {cut.number: cut.why for cut in text.dropped}


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_chinese_text_is_the_same_in_whatever_encoding_it_came(encoding):
    text = read("huawei_vrp", VRP, encoding=encoding)
    assert text.encoding == encoding
    assert text.gap is None
    assert lines(text, "interface GigabitEthernet0/0/1") == ("description 核心交换机上联", "port link-type access")
    assert text.sections == read("huawei_vrp", VRP).sections


def test_bytes_that_are_neither_are_kept_as_they_are():
    text = read("cisco_ios", "hostname \xe4\xf6\xfc\nend\n", encoding="latin-1")
    assert text.encoding == "latin-1"
    assert lines(text) == ("hostname \xe4\xf6\xfc",)


def test_the_head_of_a_huawei_tells_who_and_when():
    text = read("huawei_vrp", VRP)
    (evidence,) = text.evidence
    assert (evidence.kind, evidence.user) == (EvidenceKind.HEADER, "zhang")
    assert evidence.at == datetime(2026, 3, 4, 2, 0, tzinfo=UTC)
    assert (text.saved_at, text.saved_by) == (datetime(2026, 3, 3, 10, 0, tzinfo=UTC), "SYSTEM")


def test_a_huawei_is_cut_into_sections():
    text = read("huawei_vrp", VRP)
    assert text.rules == rules_of("huawei_vrp").label
    assert lines(text) == ("!Software Version V200R019C10SPC500", "sysname 门诊楼", "vlan batch 10 20")
    assert lines(text, "interface GigabitEthernet0/0/2") == ()
    assert lines(text, "ip route-static") == ("ip route-static 0.0.0.0 0.0.0.0 10.1.1.1",)
    assert why(text)[1] == "the command, echoed"
    assert why(text)[2] == "the time of the display"
    assert why(text)[4] == "says who changed or saved it, and when: kept as evidence"
    assert why(text)[len(VRP.splitlines())] == "the prompt"


@pytest.mark.parametrize(
    ("name", "head", "user", "at", "saved", "by"),
    [
        ("cisco_ios", "! Last configuration change at 13:57:08 CST Wed Mar 13 2024 by li\n! NVRAM config last updated at 15:26:39 CST Wed Mar 13 2024 by wang",
         "li", datetime(2024, 3, 13, 5, 57, 8, tzinfo=UTC), datetime(2024, 3, 13, 7, 26, 39, tzinfo=UTC), "wang"),
        ("cisco_ios", "! Last configuration change at 13:57:08 UTC Wed Mar 13 2024", "", datetime(2024, 3, 13, 13, 57, 8, tzinfo=UTC), None, ""),
        ("cisco_nxos", "!Running configuration last done at: Wed Mar 13 13:57:08 2024", "", datetime(2024, 3, 13, 5, 57, 8, tzinfo=UTC), None, ""),
        ("cisco_asa", ": Written by enable_15 at 10:33:44.123 UTC Tue Mar 5 2024", None, None, datetime(2024, 3, 5, 10, 33, 44, tzinfo=UTC), "enable_15"),
        ("juniper_junos", "## Last commit: 2024-12-06 11:41:05 CST by root", "root", datetime(2024, 12, 6, 3, 41, 5, tzinfo=UTC), None, ""),
        ("arista_eos", "! Startup-config last modified at  Wed Mar 13 13:57:08 2024 by ops", None, None, datetime(2024, 3, 13, 5, 57, 8, tzinfo=UTC), "ops"),
        ("huawei_vrp", "!Last configuration was updated at 2021-03-04 10:11:12 UTC by a", "a", datetime(2021, 3, 4, 10, 11, 12, tzinfo=UTC), None, ""),
    ],
)  # fmt: skip
def test_each_head_tells_what_it_knows_in_the_devices_own_time(name, head, user, at, saved, by):
    text = read(name, f"{head}\nhostname x\nend\n", zone=SHANGHAI)
    assert [(each.user, each.at) for each in text.evidence] == ([] if user is None else [(user, at)])
    assert (text.saved_at, text.saved_by) == (saved, by)
    assert all(line.startswith(("hostname", "end", ": end")) for each in text.sections for line in each.lines)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-03-04 10:11:12+08:00", datetime(2026, 3, 4, 10, 11, 12, tzinfo=timezone(timedelta(hours=8)))),
        ("2026-03-04 10:11:12 UTC-05:00 DST", datetime(2026, 3, 4, 10, 11, 12, tzinfo=timezone(timedelta(hours=-5)))),
        ("13:57:08 CET Wed Mar 13 2024", datetime(2024, 3, 13, 13, 57, 8, tzinfo=SHANGHAI)),
        ("mar/10/2025 15:04:33", datetime(2025, 3, 10, 15, 4, 33, tzinfo=SHANGHAI)),
        ("5 Mar 2024 10:33:44", datetime(2024, 3, 5, 10, 33, 44, tzinfo=SHANGHAI)),
        ("2026-13-40 10:11:12", None),
        ("2026-03-04 25:11:12", None),
        ("9999-12-31 23:59:59", None),
        ("0001-01-01 00:00:00", None),
        ("never", None),
        ("13:57:08", None),
    ],
)
def test_a_time_is_read_or_is_none(text, expected):
    assert moment(text, SHANGHAI) == expected


def test_what_a_terminal_has_erased_is_gone():
    said = (
        "interface Gi1\n  ---- More ----\x1b[16D                \x1b[16D description a\n"
        " --More-- \b\b\b\b\b\b\b\b\b\b          \b\b\b\b\b\b\b\b\b\b shutdown\n"
        "<--- More --->\r              \r mtu 1500\n\x1b[24;1Hhost\x00name x\x07\nend\n"
    )
    text = read("cisco_ios", said)
    assert lines(text, "interface Gi1") == ("description a", "shutdown", "mtu 1500")
    assert lines(text) == ("hostname x",)


def test_a_pager_that_stands_alone_goes_and_one_at_the_end_is_a_gap():
    text = read("cisco_ios", "hostname x\n --More-- \nip routing\nend\n")
    assert lines(text) == ("hostname x", "ip routing")
    assert why(text)[2] == "the pager"
    assert str(read("cisco_nxos", "hostname x\n --More-- ").gap) == "it stops at the pager"


@pytest.mark.parametrize(
    ("name", "said", "gap"),
    [
        ("huawei_vrp", "#\nsysname a\n#\n", "it does not end with 'return'"),
        ("cisco_ios", "hostname a\n", "it does not end with 'end'"),
        ("cisco_ios", "", "nothing was answered"),
        ("cisco_ios", "\n\n", "nothing was answered"),
        ("cisco_ios", "         ^\n% Invalid input detected at '^' marker.\n", "the device refused: % Invalid input detected at '^' marker."),
        ("huawei_vrp", "Error: Unrecognized command found at '^' position.\n", "the device refused: Error: Unrecognized command found at '^' position."),
        ("juniper_junos", "system {\n  host-name x;\n", "what begins with 'system' has no end"),
        ("fortinet", "config system global\n    set hostname x\nend\nconfig system admin\n    edit a\nend\n", "what begins with 'config system admin' has no end"),
        ("mikrotik_routeros", "/ip address\nadd address=10.1.1.1/24 \\\n", "its last line goes on"),
    ],
)  # fmt: skip
def test_a_read_that_cannot_be_whole_says_what_is_missing(name, said, gap):
    assert str(read(name, said).gap) == gap


def test_the_gap_that_the_collector_found_stays():
    capture = Capture(
        "running", "cisco_ios", (Answer("show run", b"hostname x\nend\n"),), Message("the prompt did not come")
    )
    assert str(normalise(rules_of("cisco_ios"), capture, KEY).gap) == "the prompt did not come"


def test_a_refusal_further_in_is_text_that_somebody_has_written():
    banner = "banner motd ^C\n% Authorization failed is what you will see\n^C\n"
    assert read("cisco_ios", "a 1\na 2\na 3\na 4\na 5\n" + banner + "b 1\nb 2\nb 3\nb 4\nend\n").gap is None


def test_a_banner_is_kept_to_the_letter():
    text = read(
        "cisco_ios",
        "hostname x\nbanner login ^C\n  Building configuration\n!\n   *** keep out ***\n^C\nip routing\nend\n",
    )
    assert lines(text, "banner login") == (
        "banner login ^C",
        "  Building configuration",
        "!",
        "   *** keep out ***",
        "^C",
    )
    assert lines(text) == ("hostname x", "ip routing")


def test_a_banner_that_has_no_end_hides_no_secret():
    text = read("cisco_ios", "banner motd ^C\nenable password abcdef\nend\n")
    assert not any("abcdef" in line for each in text.sections for line in each.lines)


def test_lines_whose_order_means_nothing_are_sorted():
    one = read(
        "cisco_ios", "snmp-server host 10.0.0.1 version 3 auth a\nsnmp-server host 10.0.0.2 version 3 auth a\nend\n"
    )
    two = read(
        "cisco_ios", "snmp-server host 10.0.0.2 version 3 auth a\nsnmp-server host 10.0.0.1 version 3 auth a\nend\n"
    )
    assert one.sections == two.sections
    assert not one.sections[0].is_ordered


def test_the_order_of_an_access_list_counts():
    one, two = (
        read("cisco_ios", f"ip access-list extended A\n{rules}end\n")
        for rules in (" deny 1\n permit 2\n", " permit 2\n deny 1\n")
    )
    assert one.sections != two.sections


def test_a_junos_is_cut_by_its_braces():
    text = read(
        "juniper_junos", "version 22.4;\nsystem {\n    services {\n        ssh;\n        web {\n        }\n    }\n}\n"
    )
    assert text.sections == (
        Section((), ("version 22.4;",)),
        Section(("system",), ()),
        Section(("system", "services"), ("ssh;",)),
        Section(("system", "services", "web"), ()),
    )


def test_a_fortigate_is_cut_by_config_and_edit():
    text = read(
        "fortinet", 'config system replacemsg\n    edit "m"\n        set buffer "one\n  end\nthree"\n    next\nend\n'
    )
    assert text.sections == (
        Section(("config system replacemsg",), ()),
        Section(("config system replacemsg", 'edit "m"'), ('set buffer "one', "  end", 'three"')),
    )
    assert text.gap is None


def test_a_routeros_line_that_goes_on_is_one_line():
    text = read(
        "mikrotik_routeros",
        "# 2026-03-10 15:04:33 by RouterOS 7.18.2\n/ip address\nadd address=10.1.1.1/24 \\\n    interface=e1\n",
    )
    assert text.sections == (Section(("/ip address",), ("add address=10.1.1.1/24 interface=e1",)),)


def test_set_commands_are_gathered_by_what_they_are_about():
    text = read(
        "vyos",
        "set interfaces ethernet eth0 mtu '1500'\nset system host-name 'x'\nset interfaces ethernet eth0 description 'y'\n",
    )
    assert paths(text) == [("set interfaces ethernet eth0",), ("set system host-name",)]
    assert len(text.sections[0].lines) == 2


def test_a_ruijie_head_and_a_zte_end_say_nothing():
    text = read("ruijie_os", "Building configuration...\nCurrent configuration : 4096 bytes\n!\nhostname x\nend\n")
    assert [each.lines for each in text.sections] == [("hostname x",)]
    text = read(
        "zte_zxros", "timestamp_write: 10:00:00\n!<if-intf>\ninterface gei-0/1\n  shutdown\n$\n!</if-intf>\nend\n"
    )
    assert text.sections == (Section(("interface gei-0/1",), ("shutdown",)),)


def test_server_items_have_no_order_and_kernel_counters_are_not_compared():
    text = read("linux", "kernel.b = 2\nfs.dentry-state = 1 2 3\nkernel.a = 1\n", "sysctl")
    assert text.sections == (Section((), ("kernel.a = 1", "kernel.b = 2"), is_ordered=False),)
    assert why(text) == {2: "a reading that changes by itself"}


def test_what_the_tools_for_accounts_keep_of_the_file_before_is_not_compared():
    text = read(
        "linux", "/etc/passwd 644 root:root 1a\n/etc/passwd- 644 root:root 2b\n/etc/x- 644 root:root 3c\n", "etc"
    )
    assert text.sections == (
        Section((), ("/etc/passwd 644 root:root 1a", "/etc/x- 644 root:root 3c"), is_ordered=False),
    )
    assert why(text) == {2: "the device itself writes it anew"}


def test_server_files_keep_their_lines_in_order_below_their_name():
    text = read("linux", "file /etc/sudoers\n Defaults b\n Defaults a\n", "sudoers")
    assert text.sections == (Section(("file /etc/sudoers",), ("Defaults b", "Defaults a")),)


def test_several_answers_stand_below_their_questions():
    answers = (Answer("show a", b"show a\r\none\r\n"), Answer("show b", b"two\r\n"))
    text = normalise(rules_of("cisco_ios"), Capture("hardware", "cisco_ios", answers), KEY)
    assert text.sections == (Section(("show a",), ("one",)), Section(("show b",), ("two",)))
    assert [cut.number for cut in text.dropped] == [1]


def test_nothing_at_all_is_a_gap():
    assert str(normalise(rules_of("cisco_ios"), Capture("running", "cisco_ios", ()), KEY).gap) == "nothing was answered"


def test_an_empty_list_of_a_server_is_all_of_it():
    assert normalise(rules_of("linux"), Capture("suid", "linux", (Answer("suid", b""),)), KEY).gap is None


def test_what_the_device_refused_is_told_without_a_secret():
    text = read("cisco_ios", "% Invalid input: password abcdef\n")
    assert text.gap is not None
    assert "abcdef" not in str(text.gap)


def test_log_lines_that_fall_into_an_answer_are_not_of_it():
    text = read(
        "cisco_ios", "hostname x\n*Mar  1 00:01:02.123: %SYS-5-CONFIG_I: Configured from console by vty0\nend\n"
    )
    assert lines(text) == ("hostname x",)


def test_a_part_that_the_device_could_not_export_is_a_gap():
    text = read(
        "mikrotik_routeros",
        '/ip address\nadd address=10.1.1.1/24\n#error exporting "/interface/x" (timeout)\n/ip pool\nadd a=1\nadd a=2\nadd a=3\nadd a=4\n',
    )
    assert str(text.gap) == 'the device says that a part is missing: #error exporting "/interface/x" (timeout)'


def test_a_line_that_the_device_breaks_at_its_width_is_one_line_and_its_secret_is_hidden_whole():
    secret = "*21*" + "CANARY" * 30
    line = f"    password encrypted {secret} x"
    broken = [line[at : at + 80] for at in range(0, len(line), 80)]
    text = read("zte_zxros", "\n".join(("system-user", "  user-name who", *broken, "  $", "$", "")))
    (shown,) = lines(text, "system-user", "user-name who")
    assert shown.startswith("password encrypted <secret:")
    assert "CANARY" not in str(text)
    assert [cut.number for cut in text.masked] == [3, 4, 5]


def test_a_line_broken_behind_a_blank_keeps_it():
    line = "snmp-server view AllView included " + "x" * 45 + " y"
    text = read("zte_zxros", f"{line[:80]}\n{line[80:]}\n")
    assert lines(text) == (line,)
