"""What goes alone, what goes together, what waits, and what is overtaken."""

from __future__ import annotations

from datetime import timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.domain.model import Fault, FaultId, Severity, Subject
from netwatch.domain.notices import Kind
from netwatch.mail.sorting import BETWEEN_DIGESTS, Sent, Slip, last_words, sort
from netwatch.storage.outbox import Letter
from probes.api import Message
from tests.fakes import START

NOW = START
MOST = 8


def slip(fault: int, kind: Kind = Kind.OPENED, number: int = 0, person: str = "zhang") -> Slip:
    """Return a slip about a fault."""
    about = Fault(FaultId(fault), Subject(f"d{fault}", "icmp"), Severity.MAJOR, Severity.MAJOR, Message("x"), NOW, NOW)
    base = f"fault/{fault}/{number}"
    return Slip(base, kind, about, person, Message("on duty"), Letter(base, kind.value, NOW, NOW, NOW))


N, W, R, C, F = Kind.OPENED, Kind.WORSE, Kind.REMINDER, Kind.RECOVERED, Kind.FLAPPING


@pytest.mark.parametrize(
    ("kinds", "lasting"),
    [
        ((N,), 0),
        ((N, R), 0),
        ((N, R, R), 0),
        ((N, W), 0),
        ((R, W), 1),
        ((R, R), 1),
        ((W, W), 1),
        ((N, C), 1),
        ((N, R, C), 2),
        ((C,), 0),
        ((N, C, N), 2),
        ((N, C, N, R), 2),
        ((C, N, C), 2),
        ((N, F), 1),
        ((F, N), 1),
        ((F, C), 1),
    ],
)
def test_of_several_notices_of_a_fault_one_still_has_to_be_told(kinds: tuple[Kind, ...], lasting: int) -> None:
    slips = [slip(1, kind, number) for number, kind in enumerate(kinds)]
    left, overtaken = last_words(list(reversed(slips)))
    assert left == (slips[lasting],)
    assert len(overtaken) == len(slips) - 1


def test_notices_are_ordered_by_number_and_not_by_name() -> None:
    nine, ten = slip(1, Kind.OPENED, 9), slip(1, Kind.RECOVERED, 10)
    assert last_words([ten, nine])[0] == (ten,)


slips_of_anything = st.lists(
    st.tuples(st.integers(1, 12), st.sampled_from(list(Kind)), st.sampled_from(["zhang", "li"])), max_size=40
).map(lambda found: [slip(fault, kind, number, person) for number, (fault, kind, person) in enumerate(found)])
sent_of_anybody = st.dictionaries(
    st.sampled_from(["zhang", "li"]),
    st.builds(
        Sent,
        times=st.lists(st.integers(-600, 600).map(lambda s: NOW + timedelta(seconds=s)), max_size=10).map(tuple),
        digest=st.none() | st.integers(-600, 600).map(lambda s: NOW + timedelta(seconds=s)),
    ),
)


@given(slips_of_anything, sent_of_anybody)
def test_nothing_is_lost_or_doubled(slips: list[Slip], sent: dict[str, Sent]) -> None:
    bundles = sort(slips, sent, MOST, NOW)
    assert len({bundle.person for bundle in bundles}) == len(bundles)
    for bundle in bundles:
        own = [each for each in slips if each.person == bundle.person]
        done = [*bundle.single, *bundle.together, *bundle.overtaken]
        if bundle.held_until is not None:
            assert done == []
            assert NOW < bundle.held_until <= NOW + BETWEEN_DIGESTS
        else:
            assert sorted(map(id, done)) == sorted(map(id, own))
            told = [*bundle.single, *bundle.together]
            assert {each.fault.id for each in told} == {each.fault.id for each in own}
            assert len(told) == len({each.fault.id for each in told})
            assert not (bundle.single and bundle.together)
            assert len(bundle.single) <= MOST
            assert len(bundle.together) != 1


@pytest.mark.parametrize(("many", "single", "together"), [(1, 1, 0), (8, 8, 0), (9, 0, 9), (500, 0, 500)])
def test_more_than_eight_at_once_become_one(many: int, single: int, together: int) -> None:
    (bundle,) = sort([slip(number) for number in range(many)], {}, MOST, NOW)
    assert (len(bundle.single), len(bundle.together)) == (single, together)


@pytest.mark.parametrize(
    ("before", "digest", "many", "expected"),
    [
        (7, None, 1, "single"),
        (8, None, 1, "held"),
        (7, None, 2, "together"),
        (0, 30, 1, "held"),
        (0, 30, 5, "held"),
        (0, 90, 5, "together"),
        (0, 90, 1, "single"),
        (0, 301, 5, "single"),
    ],
)
def test_what_somebody_got_lately_counts(before: int, digest: int | None, many: int, expected: str) -> None:
    numbers = count(1)
    at = NOW - timedelta(seconds=digest) if digest is not None else None
    times = [NOW - timedelta(seconds=20)] * before + ([at] if at else [])
    (bundle,) = sort([slip(next(numbers)) for _each in range(many)], {"zhang": Sent(tuple(times), at)}, MOST, NOW)
    found = "held" if bundle.held_until else "together" if bundle.together else "single"
    assert found == expected


def test_mails_of_a_time_to_come_are_those_of_a_clock_set_back_and_hold_up_nothing() -> None:
    later = NOW + timedelta(hours=1)
    (bundle,) = sort([slip(1)], {"zhang": Sent((later,) * 20, later)}, MOST, NOW)
    assert len(bundle.single) == 1
