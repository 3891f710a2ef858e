"""Hardware by serial number from read to read: what a bad read may not make of it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.approval import Happening
from netwatch.domain.parts import BOOTING, Compared, Elsewhere, Part, compare
from probes.api import Component, Inventory

NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
READS = 3
NAMES = ("chassis", "disk-1", "disk-2", "fan")
ALL = frozenset(NAMES)


def inventory(*serials: str, complete: bool = True) -> Inventory:
    kinds = {"chassis": "chassis"}
    return Inventory(tuple(Component(each, each, "M", kinds.get(each, "module")) for each in serials), complete)


class Box:
    """A device that is read every hour."""

    def __init__(self) -> None:
        self.parts: tuple[Part, ...] = ()
        self.hour = 0
        self.told: list[tuple[int, Happening, str]] = []

    def reads(self, *serials: str, complete: bool = True, hour: int | None = None, **elsewhere: Elsewhere) -> Compared:
        self.hour = self.hour + 1 if hour is None else hour
        at = NOW + self.hour * HOUR
        found = compare("srv-1", self.parts, inventory(*serials, complete=complete), elsewhere, at, READS)
        self.parts = found.parts
        self.told += [(self.hour, each.kind, each.item) for each in found.happened]
        return found

    @property
    def there(self) -> set[str]:
        return {part.serial for part in self.parts if part.gone is None}


@pytest.fixture
def box() -> Box:
    """Return a device that was read once, whole."""
    made = Box()
    made.reads(*NAMES)
    return made


def test_nothing_of_the_first_read_is_new(box: Box) -> None:
    assert (box.there, box.told) == (set(NAMES), [])


@pytest.mark.parametrize(("serials", "complete"), [(NAMES, False), ((), True)])
def test_a_device_is_not_known_by_half_a_read(serials: tuple[str, ...], complete: bool) -> None:
    made = Box()
    made.reads(*serials, complete=complete)
    assert made.parts == ()
    made.reads(*NAMES)
    assert made.told == []


def test_a_part_is_gone_after_so_many_complete_reads_without_it(box: Box) -> None:
    for _read in range(READS):
        assert "fan" in box.there
        found = box.reads("chassis", "disk-1", "disk-2")
    assert box.told == [(4, Happening.PART_GONE, "fan")]
    (gone,) = found.happened
    assert (gone.since, gone.at) == (NOW + HOUR, NOW + 2 * HOUR)
    assert gone.whole == {"chassis"}
    assert str(gone.what) == "fan M with the serial number fan is gone"
    again = box.reads("chassis", "disk-1", "disk-2")
    assert len(box.told) == 1
    assert next(part for part in again.parts if part.serial == "fan").gone == NOW + 4 * HOUR


def test_the_cards_of_a_chassis_that_boots_are_not_gone(box: Box) -> None:
    first = NOW + 2 * HOUR
    for minute in range(0, 25, 5):
        at = first + minute * MINUTE
        found = compare("srv-1", box.parts, inventory("chassis"), {}, at, READS)
        box.parts = found.parts
        assert bool(found.happened) is (at - first >= BOOTING)


def test_a_part_that_is_seen_in_between_begins_anew(box: Box) -> None:
    for _time in range(5):
        box.reads("chassis", "disk-1")
        box.reads("chassis", "disk-1")
        box.reads("disk-2", "fan", complete=False)
    assert box.told == []


def test_half_reads_and_empty_ones_are_not_counted(box: Box) -> None:
    for _time in range(10):
        box.reads("chassis", complete=False)
        box.reads()
    assert (box.told, box.there) == ([], set(NAMES))


def test_a_part_in_half_a_read_is_new_all_the_same(box: Box) -> None:
    (new,) = box.reads("chassis", "disk-3", complete=False).happened
    assert (new.kind, new.since, new.at) == (Happening.PART_NEW, NOW + HOUR, NOW + 2 * HOUR)


def test_a_part_that_comes_back_is_back_and_not_new(box: Box) -> None:
    for _read in range(READS):
        box.reads("chassis", "disk-1", "disk-2")
    box.reads(*NAMES)
    assert [kind for _hour, kind, _serial in box.told] == [Happening.PART_GONE, Happening.PART_BACK]


def test_an_older_read_that_comes_late_says_nothing(box: Box) -> None:
    box.reads(*NAMES, hour=5)
    for hour in (2, 3, 4, 5):
        box.reads("chassis", "other", hour=hour)
    assert (box.told, box.there) == ([], set(NAMES))


def there(since: datetime, *, there: bool, model: str = "M") -> Elsewhere:
    return Elsewhere("srv-2", model, there, since)


@pytest.mark.parametrize(
    ("known", "kind", "other"),
    [
        (there(NOW - HOUR, there=False), Happening.PART_MOVED, "srv-2"),
        (there(NOW - HOUR, there=True), Happening.PART_NEW, ""),
        (there(NOW - HOUR, there=False, model="N"), Happening.PART_NEW, ""),
    ],
)
def test_a_part_has_moved_only_when_the_other_device_has_it_no_more(
    box: Box, known: Elsewhere, kind: Happening, other: str
) -> None:
    (found,) = box.reads(*NAMES, "card", card=known).happened
    assert (found.kind, found.other) == (kind, other)


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        (there(NOW + 2 * HOUR, there=True), "fan M with the serial number fan is gone; srv-2 has it now"),
        (there(NOW - HOUR, there=True), "fan M with the serial number fan is gone"),
        (there(NOW + 2 * HOUR, there=False), "fan M with the serial number fan is gone"),
    ],
)
def test_what_is_gone_is_said_to_be_where_it_was_put_in_later(box: Box, known: Elsewhere, sentence: str) -> None:
    for _read in range(READS):
        found = box.reads("chassis", "disk-1", "disk-2", fan=known)
    assert str(found.happened[0].what) == sentence


looks = st.lists(st.tuples(st.frozensets(st.sampled_from(NAMES)), st.booleans()), max_size=25)


@given(looks)
def test_a_part_is_gone_exactly_when_the_last_complete_reads_had_it_not(found) -> None:
    box = Box()
    box.reads(*NAMES)
    missed = dict.fromkeys(NAMES, 0)
    gone: set[str] = set()
    for serials, complete in found:
        box.reads(*sorted(serials), complete=complete)
        for name in NAMES:
            if name in serials:
                missed[name] = 0
                gone.discard(name)
            elif complete and serials:
                missed[name] += 1
                gone |= {name} if missed[name] >= READS else set()
        assert box.there == ALL - gone


@given(looks)
def test_gone_and_back_take_turns(found) -> None:
    box = Box()
    box.reads(*NAMES)
    for serials, complete in found:
        box.reads(*sorted(serials), complete=complete)
    for name in NAMES:
        kinds = [kind for _hour, kind, serial in box.told if serial == name]
        turns = [Happening.PART_GONE, Happening.PART_BACK] * len(kinds)
        assert kinds == turns[: len(kinds)]


@given(looks, st.randoms())
def test_the_order_in_which_a_device_lists_its_parts_does_not_matter(found, chance) -> None:
    boxes = Box(), Box()
    for serials, complete in [(ALL, True), *found]:
        for box in boxes:
            order = sorted(serials)
            chance.shuffle(order)
            box.reads(*order, complete=complete)
    assert sorted(boxes[0].told, key=str) == sorted(boxes[1].told, key=str)


@given(looks)
def test_an_interval_begins_before_it_ends_and_a_read_saw_it_so(found) -> None:
    box = Box()
    box.reads(*NAMES)
    for serials, complete in found:
        for each in box.reads(*sorted(serials), complete=complete).happened:
            assert each.since < each.at <= NOW + box.hour * HOUR
