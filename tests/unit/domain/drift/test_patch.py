"""A difference as lines beside each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.drift.difference import compare
from netwatch.domain.drift.patch import Row, rows
from probes.collect import Section

LINES = st.lists(st.sampled_from("abcdefgh"), max_size=12).map(tuple)


def test_changed_lines_stand_beside_each_other_with_a_little_around_them() -> None:
    before = (Section(("interface 1",), ("a", "b", "c", "old", "d", "e", "f")),)
    after = (Section(("interface 1",), ("a", "b", "c", "new", "more", "d", "e", "f")),)
    assert rows(compare(before, after)) == (
        Row(section=("interface 1",)),
        Row("b", "b"),
        Row("c", "c"),
        Row("old", "new"),
        Row(None, "more"),
        Row("d", "d"),
        Row("e", "e"),
    )


def test_a_section_that_is_new_or_gone_is_shown_whole() -> None:
    section = Section(("vlan 30",), ("name x", "quit"))
    assert rows(compare((), (section,))) == (Row(section=("vlan 30",)), Row(None, "name x"), Row(None, "quit"))
    assert rows(compare((section,), ())) == (Row(section=("vlan 30",)), Row("name x", None), Row("quit", None))


@given(LINES, LINES)
def test_with_enough_around_them_the_rows_are_both_texts(old: tuple[str, ...], new: tuple[str, ...]) -> None:
    found = rows(compare((Section(("s",), old),), (Section(("s",), new),)), around=100)
    if old == new:
        assert found == ()
        return
    lines = [row for row in found if row.section is None]
    assert tuple(row.before for row in lines if row.before is not None) == old
    assert tuple(row.after for row in lines if row.after is not None) == new


@given(LINES, LINES, st.integers(0, 3))
def test_no_line_is_shown_twice(old: tuple[str, ...], new: tuple[str, ...], around: int) -> None:
    numbered = tuple(f"{n} {line}" for n, line in enumerate(old))
    found = rows(compare((Section(("s",), numbered),), (Section(("s",), new),)), around=around)
    shown = [row.before for row in found if row.before is not None]
    assert len(shown) == len(set(shown))
