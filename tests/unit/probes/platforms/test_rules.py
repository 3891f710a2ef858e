import re

import pytest

from probes.platforms import RulesError, rule_names, rules_of
from probes.platforms.pattern import PatternError, phrase, place
from probes.platforms.reasons import Reason
from probes.platforms.rules import Layout, parsed

NEEDED = {
    "huawei_vrp", "hp_comware", "ruijie_os", "zte_zxros", "cisco_ios", "cisco_xe", "cisco_nxos", "cisco_asa", "hp_procurve",
    "aruba_aoscx", "juniper_junos", "arista_eos", "mikrotik_routeros", "fortinet", "frr", "vyos", "linux", "snmp", "generic",
}  # fmt: skip


def secrets(pattern, line):
    match = place(pattern).line.match(line)
    return None if match is None else list(match.groups())


def test_every_platform_has_rules():
    assert set(rule_names()) >= NEEDED
    assert all(rules_of(name).label == f"{name}/{rules_of(name).version}" for name in rule_names())


def test_ios_xe_has_the_rules_of_ios_under_its_own_name():
    assert rules_of("cisco_xe").secrets == rules_of("cisco_ios").secrets
    assert rules_of("cisco_xe").label.startswith("cisco_xe/")


def test_rules_that_nobody_has_are_refused_with_those_that_there_are():
    with pytest.raises(RulesError, match=r"there is no platform 'nokia'; the platforms are: .*arista_eos"):
        rules_of("nokia")


@pytest.mark.parametrize(
    ("rules", "sentence"),
    [
        ({"strange": 1}, "x.toml: rules.strange: unknown key"),
        ({"layout": "round"}, "x.toml: rules.layout: must be one of indent, braces, blocks, paths, lines, items"),
        ({"speech": "loud"}, "x.toml: rules.speech: must be one of commands, talk"),
        ({"separator": 3}, "x.toml: rules.separator: must be text"),
        ({"separator": "("}, "x.toml: rules.separator: is no regular expression: missing ), unterminated subpattern at position 0"),
        ({"width": -1}, "x.toml: rules.width: must be a whole number from 0"),
        ({"openers": "interface"}, "x.toml: rules.openers: must be a list of texts"),
        ({"openers": ["ok", "("]}, "x.toml: rules.openers.1: is no regular expression: missing ), unterminated subpattern at position 0"),
        ({"secrets": ["password"]}, "x.toml: rules.secrets.0: marks no secret with $: password"),
        ({"rewritten": ["password"]}, "x.toml: rules.rewritten.0: marks no secret with $: password"),
        ({"plain": ["password $"]}, "x.toml: rules.plain.0: must not mark a secret: password $"),
        ({"drop": []}, "x.toml: rules.drop: must be a table"),
        ({"drop": {"boring": ["x"]}}, "x.toml: rules.drop.boring: unknown key"),
        ({"drop": {"clock": ["["]}}, "x.toml: rules.drop.clock.0: is no regular expression: unterminated character set at position 0"),
        ({"lift": {}}, "x.toml: rules.lift: must be a list of tables"),
        ({"lift": [{"line": "x", "says": "saved"}]}, "x.toml: rules.lift.0.line: must be a regular expression with a group 'at'"),
        ({"lift": [{"line": "(?P<at>x)", "says": "lost"}]}, "x.toml: rules.lift.0.says: must be changed or saved"),
        ({"banners": [{"start": "banner"}]}, "x.toml: rules.banners.0.start: must be a regular expression with a group 'mark', or 'end' must be there"),
        ({"facets": {"running": "round"}}, "x.toml: rules.facets.running: must be one of indent, braces, blocks, paths, lines, items"),
    ],
)  # fmt: skip
def test_a_wrong_rule_file_is_told_by_file_key_and_what(rules, sentence):
    with pytest.raises(RulesError) as error:
        parsed("x", {"name": "x", "version": 1, "rules": rules})
    assert str(error.value) == sentence


@pytest.mark.parametrize(
    ("head", "sentence"),
    [
        ({"name": "y", "version": 1}, "x.toml: name: must be 'x'"),
        ({"name": "x", "version": 0}, "x.toml: version: must be a whole number from 1"),
        ({"name": "x", "version": True}, "x.toml: version: must be a whole number from 1"),
        ({"name": "x"}, "x.toml: version: must be a whole number from 1"),
    ],
)
def test_a_rule_file_without_name_and_version_is_refused(head, sentence):
    with pytest.raises(RulesError) as error:
        parsed("x", head)
    assert str(error.value) == sentence


def test_a_file_without_rules_drops_nothing_and_lays_out_by_indent():
    rules = parsed("x", {"name": "x", "version": 2})
    assert (rules.layout, rules.label, rules.dropped, rules.secrets) == (Layout.INDENT, "x/2", None, ())


def test_the_end_marker_comes_from_the_facet():
    rules = parsed(
        "x", {"name": "x", "version": 1, "facet": [{"name": "running", "end": "return"}, {"name": "version"}]}
    )
    assert rules.ends == {"running": "return"}


def test_every_reason_has_words_for_people():
    assert all(reason.title for reason in Reason)


@pytest.mark.parametrize(
    ("pattern", "line", "expected"),
    [
        ("enable secret % $", "enable secret 9 abc", ["abc"]),
        ("enable secret % $", "Enable  Secret abc", ["abc"]),
        ("enable secret % $", "enable password abc", None),
        ("enable (secret|password) [level *] % $", "enable password level 15 7 abc", ["abc"]),
        ("host * ** version (1|2c) $", "host 1.1.1.1 vrf m version 2c abc udp-port 1", ["abc"]),
        ("host * ^version|vrf $", "host 1.1.1.1 version", None),
        ("host * ^version|vrf $", "host 1.1.1.1 versions", ["versions"]),
        ("password $$", "password two words", ["two words"]),
        ("password $$", "password two words role x", ["two words"]),
        ("key $", 'key "two words" x', ['"two words"']),
        ("key $", "key abc;", ["abc;"]),
        ("** md5-* $", "a b md5-key x", ["x"]),
        ("** private:$", "file /etc/x private:0a1b", ["0a1b"]),
        ("auth * $ priv * $", "auth sha a priv aes b", ["a", "b"]),
        ("password % $", "password cipher abc", ["abc"]),
        ("password % $", "password cipher", ["cipher"]),
        ("name=$", "name=public", ["public"]),
    ],
)  # fmt: skip
def test_a_pattern_finds_its_secret(pattern, line, expected):
    assert secrets(pattern, line) == expected


def test_a_pattern_is_only_tried_where_one_of_its_words_stands():
    assert place("enable (secret|password) % $").triggers == {"secret", "password"}
    assert place("** *-key $").triggers == frozenset()


def test_a_pattern_may_hold_below_some_lines_only():
    above = place("radius server > key $").above
    assert above is not None
    assert above.match("radius server X")
    assert not above.match("radius server-group X")


@pytest.mark.parametrize("text", ["password", "", "( $"])
def test_what_is_no_pattern_is_refused(text):
    with pytest.raises((PatternError, re.error)):
        place(text)
    assert phrase("password encryption").match("password encryption aes")
