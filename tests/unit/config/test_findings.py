"""Words are offered that are really alike, and paths are told as people read them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.config.findings import LONGEST_SHOWN, closest, named, shown


@pytest.mark.parametrize(
    ("word", "known", "expected"),
    [
        ("adress", {"address", "name", "title"}, "address"),
        ("comunity", {"community", "version"}, "community"),
        ("imcp", {"icmp", "tcp", "http"}, "icmp"),
        ("Name", {"name"}, "name"),
        ("colour", {"name", "zone"}, None),
        ("x", {"name", "zone"}, None),
        ("", {"name"}, None),
        ("name", set(), None),
        ("sw-13", {"sw-12", "sw-14", "core"}, "sw-12"),
    ],
)
def test_the_closest_word_is_offered_if_one_is_close(word: str, known: set[str], expected: str | None) -> None:
    assert closest(word, known) == expected


@given(st.text(max_size=200))
def test_what_is_shown_is_one_short_line_of_printable_signs(text: str) -> None:
    assert shown(text).isprintable()
    assert len(shown(text)) <= LONGEST_SHOWN * len("\\u10ffff")
    assert shown(text) == text or not text.isprintable() or len(text) > LONGEST_SHOWN


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        (("device", 0), "device.sw-1"),
        (("device", 0, "check", 0, "kind"), "device.sw-1.check.snmp.kind"),
        (("device", 0, "check", 1, "every"), "device.sw-1.check.slow.every"),
        (("device", 1, "address"), "device.2.address"),
        (("device", 2, "address"), "device.3.address"),
        (("rotation", 0, "groups", 1, 0), "rotation.1.groups.2.1"),
        (("gone", 4, "x"), "gone.5.x"),
        ((), ""),
    ],
)
def test_a_path_has_names_where_there_are_some_and_counts_from_one(path: tuple[str | int, ...], expected: str) -> None:
    checks = [{"kind": "snmp"}, {"kind": "snmp", "name": "slow"}]
    data = {
        "device": [{"name": "sw-1", "check": checks}, {"name": 5}, "nonsense"],
        "rotation": [{"kind": "x", "groups": [["a"], ["b"]]}],
    }
    assert named(path, data) == expected
