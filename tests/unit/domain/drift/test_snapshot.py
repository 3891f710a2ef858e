"""The text by which a facet is the same or another."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.drift.snapshot import canonical, digest, parsed, written
from probes.collect import Section

LINE = st.text(max_size=20)
SECTIONS = st.lists(
    st.builds(
        Section,
        path=st.lists(LINE, max_size=3).map(tuple),
        lines=st.lists(LINE, max_size=4).map(tuple),
        is_ordered=st.booleans(),
    ),
    max_size=6,
).map(tuple)


@given(SECTIONS)
def test_sections_come_back_as_they_were(sections: tuple[Section, ...]) -> None:
    assert parsed(canonical(sections)) == sections


@given(SECTIONS, SECTIONS)
def test_only_the_same_sections_have_the_same_name(one: tuple[Section, ...], other: tuple[Section, ...]) -> None:
    assert (digest(canonical(one)) == digest(canonical(other))) == (one == other)


def test_half_a_surrogate_pair_and_a_nul_are_kept() -> None:
    odd = (Section(("interface \ud800",), ("name \0",)),)
    assert parsed(canonical(odd)) == odd


def test_the_name_of_a_text_never_changes_between_versions_of_the_program() -> None:
    text = canonical((Section((), ("sysname 核心",)), Section(("interface 1",), ("shutdown",), is_ordered=False)))
    assert text == b'[[],["sysname \\u6838\\u5fc3"],true]\n[["interface 1"],["shutdown"],false]'


def test_people_read_sections_as_devices_write_them() -> None:
    sections = (
        Section((), ("sysname sw-1",)),
        Section(("interface 1",), ("shutdown",)),
        Section(("bgp 1", "ipv4-family unicast"), ("network 10.0.0.0",)),
        Section(("bgp 1", "ipv6-family unicast"), ("network ::",)),
    )
    assert written(sections) == (
        "sysname sw-1",
        "interface 1",
        " shutdown",
        "bgp 1",
        " ipv4-family unicast",
        "  network 10.0.0.0",
        " ipv6-family unicast",
        "  network ::",
    )
