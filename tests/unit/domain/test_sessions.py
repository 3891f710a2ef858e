"""What a booked session needs, and whether it is in order: nothing that is not known to be good counts as good."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.model import CheckState, Health, Severity, Subject, Window
from netwatch.domain.registers import Entry, EntryState, RegisterType, Shape, listed
from netwatch.domain.sessions import Needed, Sight, Verdict, near, needed, prepared
from probes.api import Message

NOW = datetime(2026, 11, 22, 2, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
UNTIL = NOW + 2 * HOUR
PARENTS = {"codec": ("access",), "camera": ("access",), "access": ("core", "spare"), "core": ("router",)}


def state(device: str = "codec", check: str = "icmp", **more: object) -> CheckState:
    """Return a reachability check that was good a minute ago."""
    good = CheckState(Subject(device, check), Health.OK, seen=NOW - MINUTE, reachability=True)
    return replace(good, **more)  # type: ignore[arg-type]


def down(device: str = "codec") -> CheckState:
    return state(device, health=Health.FAILING, severity=Severity.CRITICAL, summary=Message("no answer"))


def verdict(*states: CheckState, link: bool = False, windows: tuple[Window, ...] = ()) -> tuple[Verdict, str]:
    what = Needed((), ("codec",)) if link else Needed(("codec",), ())
    (part,) = prepared(what, {"codec": Sight(states, windows)}, NOW, UNTIL).parts
    return part.verdict, str(part.what)


@pytest.mark.parametrize(
    ("names", "devices", "links"),
    [
        (("codec",), ("codec",), ("access", "core", "router", "spare")),
        (("codec", "access"), ("codec", "access"), ("core", "router", "spare")),
        (("room",), ("camera", "codec"), ("access", "core", "router", "spare")),
        (("room", "codec"), ("camera", "codec"), ("access", "core", "router", "spare")),
        (("router",), ("router",), ()),
        ((), (), ()),
    ],
)
def test_what_is_needed_is_what_is_named_and_all_that_stands_in_front(
    names: tuple[str, ...], devices: tuple[str, ...], links: tuple[str, ...]
):
    assert needed(names, {"room": ("codec", "camera")}, PARENTS) == Needed(devices, links)


WARNED = state(check="disk", reachability=False, health=Health.FAILING, severity=Severity.WARNING)
BROKEN = state(
    check="disk", reachability=False, health=Health.FAILING, severity=Severity.MAJOR, summary=Message("disk is full")
)
LATER = Window("割接", frozenset({"codec"}), NOW + HOUR, NOW + 3 * HOUR)
AFTER = Window("割接", frozenset({"codec"}), UNTIL, UNTIL + HOUR)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (verdict(state()), (Verdict.GOOD, "in order")),
        (verdict(down()), (Verdict.BAD, "no answer")),
        (verdict(state(), WARNED), (Verdict.GOOD, "in order")),
        (verdict(state(), BROKEN), (Verdict.BAD, "disk is full")),
        (verdict(down(), BROKEN), (Verdict.BAD, "no answer")),
        (verdict(state(), BROKEN, link=True), (Verdict.GOOD, "in order")),
        (verdict(down(), link=True), (Verdict.BAD, "no answer")),
        (verdict(), (Verdict.UNKNOWN, "nobody has looked at it yet")),
        (verdict(state(health=Health.UNKNOWN)), (Verdict.UNKNOWN, "nobody has looked at it yet")),
        (verdict(state(seen=NOW - HOUR)), (Verdict.UNKNOWN, "it was last looked at too long ago")),
        (
            verdict(state(against=1, doubt=Severity.CRITICAL)),
            (Verdict.UNKNOWN, "the last look contradicts those before it"),
        ),
        (verdict(state(), windows=(LATER,)), (Verdict.BAD, "maintenance: 割接")),
        (verdict(state(), windows=(AFTER,)), (Verdict.GOOD, "in order")),
    ],
)
def test_each_device_is_judged_by_what_was_really_seen(found: tuple[Verdict, str], expected: tuple[Verdict, str]):
    assert found == expected


def test_a_device_that_is_looked_at_seldom_is_given_more_patience():
    seldom = Sight((state(seen=NOW - HOUR),), every=timedelta(minutes=30))
    assert prepared(Needed(("codec",), ()), {"codec": seldom}, NOW, UNTIL).verdict is Verdict.GOOD


def test_a_session_that_needs_nothing_known_is_not_called_good():
    assert prepared(Needed((), ()), {}, NOW, UNTIL).verdict is Verdict.UNKNOWN


STATES = st.sampled_from([state(), down(), WARNED, BROKEN, state(seen=NOW - HOUR), state(against=1)])


@given(st.lists(st.lists(STATES, max_size=3), max_size=4), st.booleans())
def test_one_part_that_is_not_good_spoils_the_whole_and_the_worst_comes_first(
    found: list[list[CheckState]], links: bool,
):  # fmt: skip
    names = tuple(f"d{n}" for n in range(len(found)))
    what = Needed((), names) if links else Needed(names, ())
    made = prepared(what, {name: Sight(tuple(each)) for name, each in zip(names, found, strict=True)}, NOW, UNTIL)
    order = [list(Verdict).index(part.verdict) for part in made.parts]
    assert order == sorted(order)
    assert {part.device for part in made.parts} == set(names)
    assert (made.verdict is Verdict.GOOD) == (bool(names) and not made.wrong)


KIND = RegisterType("session", {"en": "Session"}, (), shape=Shape.INTERVAL, check_before=30 * MINUTE)
BOOKED = Entry("session", "li", NOW - HOUR, EntryState.APPROVED, start=NOW + HOUR, due=NOW + 2 * HOUR)


@pytest.mark.parametrize(
    ("entry", "minutes", "expected"),
    [
        (BOOKED, 29, False),
        (BOOKED, 30, True),
        (BOOKED, 119, True),
        (BOOKED, 120, False),
        (replace(BOOKED, state=EntryState.SUBMITTED), 30, False),
        (replace(BOOKED, state=EntryState.CANCELLED), 30, False),
        (replace(BOOKED, state=EntryState.OPEN, start=None, opened=NOW), 5, True),
        (replace(BOOKED, state=EntryState.DONE, closed=NOW), 30, False),
    ],
)
def test_a_session_is_near_from_its_lead_time_until_its_end(entry: Entry, minutes: int, expected: bool):
    assert near(KIND, entry, NOW + minutes * MINUTE) is expected
    assert not near(replace(KIND, check_before=timedelta()), entry, NOW + minutes * MINUTE)


def test_a_list_of_names_is_read_as_people_write_it():
    assert listed(" codec，camera、far; codec\nrouter ") == ("codec", "camera", "far", "router")
