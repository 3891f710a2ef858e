"""Many numbers in few words."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from netwatch.cli.site import numbers
from roster.stretches import stretches


def test_numbers_that_follow_one_another_are_one_stretch():
    assert stretches((211, 9, 14, 13, 212)) == ("9", "13-14", "211-212")
    assert stretches(()) == ()


@given(st.frozensets(st.integers(1, 60)))
def test_what_is_written_is_read_again_as_the_same_numbers(wanted):
    assert [each for text in stretches(wanted) for each in numbers(text)] == sorted(wanted)
