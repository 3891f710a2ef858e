"""No line vanishes; only what changes by itself makes no difference; everything else makes one, where it stands."""

import random
import re
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from netwatch.domain.drift.difference import compare
from netwatch.domain.drift.snapshot import written
from probes.collect import Answer, Capture
from probes.platforms import normalise, rules_of
from tests.unit.probes.platforms.canaries import EVERY

KEY = b"k" * 32
TAG = re.compile(r"<secret(?::[0-9a-f]{8})?>")

VOLATILE = {
    "cisco_ios": ["Building configuration...", "Current configuration : {0}123 bytes", "! Last configuration change at 13:57:0{0} CST Wed Mar 13 2024 by u{0}",
                  "! NVRAM config last updated at 13:57:0{0} CST Wed Mar 13 2024 by u{0}", "ntp clock-period 1720850{0}",
        "expression {0}", "*Mar  1 00:01:0{0}.123: %SYS-5-CONFIG_I: by u{0}"],
    "cisco_nxos": ["!Command: show running-config", "!Running configuration last done at: Wed Mar 13 13:57:0{0} 2024", "!Time: Wed Mar 13 13:57:0{0} 2024"],
    "cisco_asa": [": Saved", ": Written by u{0} at 10:33:4{0}.123 UTC Tue Mar 5 2024", "Cryptochecksum:{0}abc"],
    "huawei_vrp": ["2026-03-04 10:11:1{0}.123", "!Last configuration was updated at 2026-03-04 10:11:1{0} by u{0}", "!Last configuration was saved at 2026-03-04 10:11:1{0} by u{0}"],
    "hp_comware": ["%Mar 10 10:00:0{0}:123 2026 H3C SHELL/5/SHELL_LOGIN: u{0} logged in"],
    "ruijie_os": ["Building configuration...", "Current configuration : {0}123 bytes"],
    "zte_zxros": ["Building configuration...", "timestamp_write: 10:11:1{0} Mon Mar 2 2026"],
    "arista_eos": ["! Command: show running-config", "! Time: Wed Mar 13 13:57:0{0} 2024"],
    "hp_procurve": ["Running configuration:"],
    "aruba_aoscx": ["Current configuration:"],
    "juniper_junos": ["## Last commit: 2024-12-06 11:41:0{0} CST by u{0}"],
    "mikrotik_routeros": ["# 2026-03-10 15:04:3{0} by RouterOS 7.18.2", "# mar/10/2026 15:04:3{0} by RouterOS 6.49", "# poe-out status: short_circuit{0}", "# inactive time {0}"],
    "fortinet": ["#config-version=FGT-7.4:opmode=0:user=u{0}", "#conf_file_ver={0}123", "#buildno={0}"],
    "frr": ["Building configuration...", "Current configuration:"],
}  # fmt: skip
"""Lines that change by themselves; {0} is a digit that does."""

FREE = sorted(set(EVERY) - {"linux", "generic"})
STRUCTURE = re.compile(
    r"[!#$}]|exit.*|next|end|return|: end|config .*|edit .*|/.*|.*\{|<.*|-----.*|.*\\|!<.*|mail|[A-Z]+AAAA|MIIB\w+"
)


def read(name, lines):
    return text_of(name, tuple(lines))


@lru_cache(maxsize=64)
def text_of(name, lines):
    facet = "sudoers" if name == "linux" else "running"
    raw = "\r\n".join(lines).encode()
    return normalise(rules_of(name), Capture(facet, name, (Answer("show it", raw),)), KEY)


def bare(line):
    return re.sub(r"\s+", " ", line).strip()


@pytest.mark.parametrize("name", EVERY)
def test_every_line_is_kept_masked_or_cut_with_a_reason(name):
    lines = EVERY[name].splitlines()
    text = read(name, lines)
    told = {cut.number for cut in (*text.dropped, *text.masked)}
    kept = {bare(line) for each in text.sections for line in (*each.path, *each.lines)}
    whole = " ".join(kept)
    for number, line in enumerate(lines, 1):
        if line.strip() and number not in told:
            # A title stands without its brace; a continued line stands in the one that it continues.
            one = bare(line).removesuffix("{").removesuffix("\\").strip()
            assert one in kept or (rules_of(name).continued and one in whole), line
    assert all(cut.why for cut in text.dropped)


@pytest.mark.parametrize("name", EVERY)
def test_no_line_is_kept_twice(name):
    lines = [line for line in EVERY[name].splitlines() if line.strip()]
    text = read(name, lines)
    # A group has a name that its lines begin with; it is no line of its own.
    titles = [
        each for each in text.sections if each.path and not any(line.startswith(each.path[-1]) for line in each.lines)
    ]
    assert sum(len(each.lines) for each in text.sections) + len(titles) <= len(lines)


@pytest.mark.parametrize("name", FREE)
def test_a_text_read_again_is_the_same_but_for_the_tags(name):
    once = read(name, EVERY[name].splitlines())
    shape = [TAG.sub("<>", line) for line in written(once.sections)]
    if rules_of(name).layout.value == "indent" and not any(group for group in rules_of(name).groups):
        again = read(name, list(written(once.sections)))
        assert [TAG.sub("<>", line) for line in written(again.sections)] == shape
    tagged = [line for each in once.sections for line in each.lines if TAG.search(line)]
    assert tagged
    assert all(TAG.search(line) for line in shape if "CANARY" in line)


@pytest.mark.parametrize("name", VOLATILE)
def test_what_changes_by_itself_makes_no_difference(name):
    plain = EVERY[name].splitlines()
    one, two = ([*[line.format(digit) for line in VOLATILE[name]], *plain] for digit in (1, 2))
    quiet, first, second = read(name, plain), read(name, one), read(name, two)
    assert quiet.sections == first.sections == second.sections
    reasons = {cut.number: cut.why for cut in first.dropped}
    assert all(number in reasons for number in range(1, len(VOLATILE[name]) + 1))


def leaves(name):
    lines = EVERY[name].splitlines()
    layout = rules_of(name).layout.value
    for at, line in enumerate(lines):
        below = lines[at + 1] if at + 1 < len(lines) else ""
        is_title = layout == "indent" and len(below) - len(below.lstrip()) > len(line) - len(line.lstrip())
        if (
            line.strip()
            and not STRUCTURE.fullmatch(line.strip())
            and not is_title
            and "PRIVATE" not in line
            and "CERTIFICATE" not in line
        ):
            yield at


@pytest.mark.parametrize("name", FREE)
@settings(max_examples=20)
@given(data=st.data())
def test_one_edited_line_differs_in_exactly_its_section(name, data):
    lines = EVERY[name].splitlines()
    at = data.draw(st.sampled_from(list(leaves(name))))
    edited = [
        *lines[:at],
        lines[at].replace("CANARY", "CANBRY") if "CANARY" in lines[at] else edit(lines[at]),
        *lines[at + 1 :],
    ]
    difference = compare(read(name, lines).sections, read(name, edited).sections)
    if not is_rewritten(name, lines[at]):
        assert not difference.empty, lines[at]
        assert sum(len(each.added) + len(each.removed) for each in difference.alterations) <= 2 or is_title_of(
            name, lines, at
        )


def edit(line):
    return f'{line[:-1]}9"' if line.endswith('"') else f"{line[:-1]}9;" if line.endswith(";") else line + "9"


def is_rewritten(name, line):
    return name == "fortinet" and ("ENC" in line or "private" in line or line.startswith("CANARY"))


def is_title_of(name, lines, at):
    """Whether the line names a section, or the group it stands in: then the section is another one."""
    rules = rules_of(name)
    text = lines[at].strip()
    return bool(rules.openers and rules.openers.match(text)) or any(each.line.match(text) for each in rules.groups)


@pytest.mark.parametrize("name", FREE)
@settings(max_examples=20)
@given(data=st.data())
def test_one_line_less_or_more_is_one_line_of_difference(name, data):
    lines = EVERY[name].splitlines()
    at = data.draw(st.sampled_from(list(leaves(name))))
    fewer = [*lines[:at], *lines[at + 1 :]]
    if is_title_of(name, lines, at) or not is_among_others(name, lines, at) or is_rewritten(name, lines[at]):
        return
    before, after = read(name, lines), read(name, fewer)
    gone = compare(before.sections, after.sections)
    assert [(len(each.removed), len(each.added)) for each in gone.alterations] == [(1, 0)], lines[at]
    come = compare(after.sections, before.sections)
    assert [(len(each.removed), len(each.added)) for each in come.alterations] == [(0, 1)], lines[at]


def is_among_others(name, lines, at):
    """Whether its section has other lines, so that it stays a section without it."""
    indent = len(lines[at]) - len(lines[at].lstrip())
    near = [
        each
        for each in lines[max(0, at - 1) : at + 2]
        if each is not lines[at] and each.strip() and not STRUCTURE.fullmatch(each.strip())
    ]
    return (
        name in {"vyos", "mikrotik_routeros", "juniper_junos", "fortinet"}
        or indent == 0
        or any(len(each) - len(each.lstrip()) == indent for each in near)
    )


@settings(max_examples=20)
@given(noise=st.binary(max_size=400), seed=st.integers(0, 999))
@pytest.mark.parametrize(
    "name", ["cisco_ios", "huawei_vrp", "juniper_junos", "fortinet", "mikrotik_routeros", "vyos", "linux", "generic"]
)
def test_whatever_bytes_come_there_is_a_text(name, noise, seed):
    lines = EVERY[name].encode().split(b"\n")
    at = random.Random(seed).randrange(len(lines))
    raw = b"\n".join((*lines[:at], noise, *lines[at:]))
    text = normalise(rules_of(name), Capture("running", name, (Answer("q", raw),)), KEY)
    assert text.encoding in {"utf-8", "gb18030", "latin-1"}
    assert "\x1b" not in "".join(line for each in text.sections for line in each.lines)


@pytest.mark.parametrize(
    "name", ["cisco_ios", "huawei_vrp", "hp_comware", "ruijie_os", "arista_eos", "cisco_asa", "frr"]
)
def test_a_text_cut_anywhere_is_not_whole(name):
    raw = EVERY[name].encode()
    for part in range(1, 20):
        cut = raw[: len(raw) * part // 20]
        assert normalise(rules_of(name), Capture("running", name, (Answer("q", cut),)), KEY).gap is not None, part
