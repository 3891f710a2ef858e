"""A change counts when two reads in a row, a while apart, say the same."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.drift.sighting import FIRST, LATER, Said, Sight, sighted
from probes.collect import Evidence, EvidenceKind

if TYPE_CHECKING:
    from netwatch.domain.drift.snapshot import Snapshot

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
SETTLE = MINUTE = timedelta(seconds=60)


def said(content: str = "a", **more: object) -> Said:
    return Said("sw-1", "running", content, "huawei_vrp/1", **more)  # type: ignore[arg-type]


class Reads:
    """What a device says, read by read, and what is kept of it."""

    def __init__(self) -> None:
        self.counts: Snapshot | None = None
        self.doubted: Snapshot | None = None
        self.now = NOW
        self.number = 0

    def read(self, content: str, after: int = 60, *, at_once: bool = False) -> Sight:
        self.now += timedelta(seconds=after)
        sight, found = sighted(said(content), self.counts, self.doubted, self.now, SETTLE, at_once=at_once)
        if found.id == 0:
            self.number += 1
            found = replace(found, id=self.number)
        if found.settled is not None:
            self.counts = found
            self.doubted = None if self.doubted is not None and self.doubted.id == found.id else self.doubted
        else:
            self.doubted = found
        return sight


def test_the_first_read_of_all_counts() -> None:
    reads = Reads()
    assert reads.read("a") is Sight.SETTLED
    assert reads.counts is not None
    assert reads.counts.previous_seen is None


def test_a_second_read_too_soon_does_not_make_it_count() -> None:
    reads = Reads()
    reads.read("a")
    assert [reads.read("b", after) for after in (60, 30, 29, 1)] == [Sight.DOUBTED] * 3 + [Sight.SETTLED]


def test_what_somebody_takes_back_begins_anew_when_it_comes_again() -> None:
    reads = Reads()
    found = [reads.read(content) for content in "abab"]
    assert found == [Sight.SETTLED, Sight.DOUBTED, Sight.SAME, Sight.DOUBTED]
    assert reads.read("b") is Sight.SETTLED


def test_what_was_read_in_between_does_not_count_and_does_not_hide_when_the_change_began() -> None:
    reads = Reads()
    reads.read("a")
    last = reads.now
    assert [reads.read(content) for content in "bcdd"][-1] is Sight.SETTLED
    assert reads.counts is not None
    assert (reads.counts.content, reads.counts.previous_seen) == ("d", last)


def test_a_read_that_verifies_a_change_counts_at_once() -> None:
    reads = Reads()
    reads.read("a")
    assert reads.read("b", at_once=True) is Sight.SETTLED
    reads.read("c")
    assert reads.read("c", after=1, at_once=True) is Sight.SETTLED


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(1, 200)), min_size=1, max_size=30))
def test_what_counts_was_read_twice_in_a_row_and_long_enough_apart(course: list[tuple[str, int]]) -> None:
    reads = Reads()
    seen: list[tuple[str, datetime]] = []
    for content, after in course:
        sight = reads.read(content, after)
        seen.append((content, reads.now))
        if sight is Sight.SETTLED and len(seen) > 1:
            run = [at for word, at in seen[::-1][: _run(seen)]]
            assert run[0] - run[-1] >= SETTLE
        assert reads.counts is not None
        assert reads.counts.first_seen <= reads.counts.last_seen <= reads.now


def _run(seen: list[tuple[str, datetime]]) -> int:
    """How many of the last reads say the same."""
    return next((n for n, (word, _at) in enumerate(seen[::-1]) if word != seen[-1][0]), len(seen))


def test_of_words_about_who_changed_it_the_first_and_the_newest_are_kept() -> None:
    words = [Evidence(EvidenceKind.LOGIN, user=f"user{number}") for number in range(FIRST + LATER + 20)]
    _sight, known = sighted(said(evidence=tuple(words[:FIRST])), None, None, NOW, SETTLE)
    for each in words[FIRST:]:
        _sight, known = sighted(said(evidence=(each, words[0])), known, None, NOW, SETTLE)
    assert known.evidence == (*words[:FIRST], *words[-LATER:])


def test_after_the_clock_was_set_back_a_change_counts_at_once_and_its_range_is_not_inverted() -> None:
    reads = Reads()
    reads.read("a")
    reads.read("a", 7200)
    assert reads.read("b", -3600) is Sight.SETTLED
    assert reads.counts is not None
    assert (reads.counts.previous_seen, reads.counts.first_seen) == (NOW + MINUTE, NOW + MINUTE + timedelta(hours=1))
    assert [reads.read(each) for each in "bcc"] == [Sight.SAME, Sight.DOUBTED, Sight.SETTLED]


def test_what_was_read_in_a_future_that_never_came_does_not_stand_in_the_way_of_changes_for_ever() -> None:
    reads, year = Reads(), 365 * 86400
    reads.read("a")
    reads.read("a", year)
    reads.read("a", -year)
    assert [reads.read(each) for each in "bb"] == [Sight.DOUBTED, Sight.SETTLED]
    assert reads.counts is not None
    assert reads.counts.previous_seen == NOW + MINUTE


def test_a_first_read_while_somebody_types_does_not_wait_for_a_clock_that_was_set_back() -> None:
    reads = Reads()
    reads.read("a")
    assert reads.read("b") is Sight.DOUBTED
    assert reads.read("b", -3600) is Sight.SETTLED
    assert reads.counts is not None
    assert reads.counts.previous_seen is None
