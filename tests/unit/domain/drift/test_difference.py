"""What is different between two texts, section by section."""

from __future__ import annotations

import random

from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.drift import edits
from netwatch.domain.drift.difference import Difference, apply, compare
from probes.collect import Section

LINES = st.lists(st.sampled_from(["quit", "#", "description A", "description B", "shutdown", "rule 5 permit"]))
PATHS = st.sampled_from([(), ("interface GE1/0/1",), ("interface GE1/0/2",), ("firewall", "filter a"), ("acl 3001",)])


@st.composite
def sections(draw: st.DrawFn) -> Section:
    path, lines, is_ordered = draw(PATHS), draw(LINES), draw(st.booleans())
    return Section(path, tuple(lines if is_ordered else sorted(lines)), is_ordered)


TEXTS = st.lists(sections(), max_size=6).map(tuple)
PORT = Section(("interface GE1/0/1",), ("description A", "port link-type trunk", "quit", "quit", "#"))
TEXT = (
    Section((), ("sysname S1", "vlan batch 10 20")),
    PORT,
    Section(("acl 3001",), ("rule 5 permit", "rule 10 deny")),
)


@given(TEXTS, TEXTS)
def test_a_difference_makes_the_one_of_the_other(before, after):
    assert apply(compare(before, after), before) == after


@given(TEXTS)
def test_a_text_does_not_differ_from_itself(text):
    assert compare(text, text) == Difference()
    assert compare(text, tuple(text)).empty


@given(TEXTS, TEXTS)
def test_what_is_new_one_way_is_gone_the_other(before, after):
    there, back = compare(before, after), compare(after, before)
    assert (there.added, there.removed) == (back.removed, back.added)


@given(TEXTS, TEXTS, TEXTS)
def test_differences_have_one_name_where_they_are_the_same_and_another_where_not(before, one, other):
    first, second = compare(before, one), compare(before, other)
    assert (first.digest == second.digest) == (one == other)


@given(st.data())
def test_one_line_edited_deleted_or_added_shows_exactly_that_line(data):
    which = data.draw(st.integers(0, len(TEXT) - 1))
    section = TEXT[which]
    at = data.draw(st.integers(0, len(section.lines) - 1))
    what = data.draw(st.sampled_from(["edited", "deleted", "added"]))
    lines = list(section.lines)
    lines[at : at + (what != "added")] = [] if what == "deleted" else ["something else"]
    after = (*TEXT[:which], Section(section.path, tuple(lines)), *TEXT[which + 1 :])
    (found,) = compare(TEXT, after).alterations
    assert found.path == section.path
    assert found.removed == ((section.lines[at],) if what != "added" else ())
    assert found.added == (("something else",) if what != "deleted" else ())


def test_a_section_that_moves_is_told_and_no_line_of_it():
    moved = compare(TEXT, (TEXT[1], TEXT[0], TEXT[2]))
    assert (moved.alterations, moved.empty) == ((), False)
    assert apply(moved, TEXT) == (TEXT[1], TEXT[0], TEXT[2])


def test_a_section_that_loses_its_order_is_a_difference():
    after = (*TEXT[:2], Section(TEXT[2].path, TEXT[2].lines, is_ordered=False))
    assert not compare(TEXT, after).empty
    assert apply(compare(TEXT, after), TEXT) == after


def test_two_sections_of_the_same_path_are_told_apart():
    twice = (PORT, Section(PORT.path, ("shutdown",)))
    (found,) = compare(twice, (PORT, Section(PORT.path, ("undo shutdown",)))).alterations
    assert found.place == (PORT.path, 1)


@given(LINES, LINES)
def test_no_fewer_lines_would_do(old, new):
    found = edits.edits(old, new)
    changed = sum(len(hunk.removed) + len(hunk.added) for hunk in found)
    assert changed == len(old) + len(new) - 2 * _longest(old, new)


def _longest(old: list[str], new: list[str]) -> int:
    row = [0] * (len(new) + 1)
    for a in old:
        last = row
        row = [0]
        row += [0] * len(new)
        for at, b in enumerate(new):
            row[at + 1] = last[at] + 1 if a == b else max(row[at], last[at + 1])
    return row[-1]


def test_what_has_little_in_common_is_split_where_both_have_a_line_once():
    draw = random.Random(7)
    old, new = ([f"{side} {draw.randrange(10**6)}" for _ in range(2000)] for side in ("old", "new"))
    old[1000], new[1000] = "the same", "the same"
    before, after = ((Section((), tuple(lines)),) for lines in (old, new))
    difference = compare(before, after)
    assert "the same" not in difference.alterations[0].removed
    assert apply(difference, before) == after


def test_ten_thousand_lines_in_disorder_still_end():
    draw = random.Random(7)
    lines = [draw.choice(["quit", "#", "rule permit", "port trunk allow-pass vlan 10"]) for _ in range(10_000)]
    mixed = draw.sample(lines, len(lines))
    before, after = ((Section((), tuple(each)),) for each in (lines, mixed))
    assert apply(compare(before, after), before) == after
