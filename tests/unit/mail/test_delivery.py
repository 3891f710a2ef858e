"""What becomes of a letter after a try, and when relays count as away."""

from __future__ import annotations

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from netwatch.mail.delivery import Later, Outcome, Refused, Taken, after, pause
from netwatch.mail.probing import Probing
from netwatch.storage.outbox import Delivery, Letter
from tests.fakes import START

NOW = START
LETTER = Letter("fault/1/0/zhang", "opened", NOW, NOW, NOW + timedelta(days=2), state=Delivery.QUEUED, error="before")
TAKEN, REFUSED, REPLY = Taken("relay", "250"), Refused("550"), Later("451")
AWAY, DROPPED = Later("refused", away=True), Later("lost", dropped=True)


def test_the_pause_doubles_from_ten_seconds_to_ten_minutes() -> None:
    assert [pause(tries).total_seconds() for tries in range(1, 10)] == [10, 20, 40, 80, 160, 320, 600, 600, 600]


@given(st.integers(-5, 10**9))
def test_no_number_of_tries_makes_the_pause_longer_or_shorter_than_its_bounds(tries: int) -> None:
    assert timedelta(seconds=10) <= pause(tries) <= timedelta(minutes=10)


def test_a_letter_that_was_taken_is_sent_and_remembers_by_whom() -> None:
    done = after(LETTER, Taken("relay:25", "2.0.0 queued as 1\r\nX: y"), NOW)
    assert (done.state, done.sent_at, done.relay, done.error, done.attempts) == (
        Delivery.SENT,
        NOW,
        "relay:25: 2.0.0 queued as 1 X: y",
        None,
        1,
    )


def test_a_letter_that_is_refused_for_good_is_given_up() -> None:
    done = after(LETTER, Refused("550 no such user"), NOW)
    assert (done.state, done.error, done.attempts) == (Delivery.GIVEN_UP, "550 no such user", 1)


@pytest.mark.parametrize(("soon", "seconds"), [(False, 80), (True, 20)])
def test_a_letter_that_may_go_later_waits(soon: bool, seconds: int) -> None:
    tried = after(after(after(LETTER, REPLY, NOW), REPLY, NOW), REPLY, NOW)
    done = after(tried, Later("x" * 1000), NOW, soon=soon)
    assert (done.state, done.attempts, done.next_at) == (Delivery.QUEUED, 4, NOW + timedelta(seconds=seconds))
    assert done.error is not None
    assert len(done.error) == 300


def test_the_last_try_is_at_the_deadline() -> None:
    assert after(LETTER, REPLY, LETTER.deadline - timedelta(seconds=1)).state is Delivery.QUEUED
    assert after(LETTER, REPLY, LETTER.deadline).state is Delivery.GIVEN_UP
    assert after(LETTER, TAKEN, LETTER.deadline + timedelta(days=1)).state is Delivery.SENT


def told(*heard: tuple[int, Outcome]) -> Probing:
    """Return what is known after these tries, one a second."""
    probing = Probing()
    for second, (letter, outcome) in enumerate(heard):
        probing.heard(letter, outcome, float(second))
    return probing


@pytest.mark.parametrize(
    ("heard", "away", "stalled"),
    [
        ([(1, TAKEN)], False, False),
        ([(1, REFUSED)], False, False),
        ([(1, REPLY), (2, REPLY), (3, REPLY), (4, REPLY)], False, False),
        ([(1, AWAY)], True, False),
        ([(1, AWAY), (1, TAKEN)], False, False),
        ([(1, AWAY), (1, REFUSED)], False, False),
        ([(1, AWAY), (1, REPLY)], False, False),
        ([(1, DROPPED)], False, False),
        ([(1, DROPPED), (1, DROPPED), (1, DROPPED)], False, False),
        ([(1, DROPPED), (2, DROPPED), (3, DROPPED)], True, True),
        ([(1, DROPPED), (2, DROPPED), (4, TAKEN), (3, DROPPED)], False, False),
        ([(1, AWAY), (1, DROPPED)], True, True),
        ([(1, DROPPED), (2, TAKEN), (1, DROPPED), (1, DROPPED), (1, DROPPED)], False, False),
    ],
)
def test_relays_are_away_when_none_can_be_talked_to_or_three_mails_are_dropped_in_a_row(
    heard: list[tuple[int, Outcome]],
    away: bool,
    stalled: bool,
) -> None:
    probing = told(*heard)
    assert (probing.away, probing.stalled) == (away, stalled)


def test_a_round_in_which_something_was_dropped_and_nothing_taken_ends_with_single_tries() -> None:
    probing = told((1, DROPPED))
    probing.pause(5.0)
    assert (probing.away, probing.stalled, probing.again) == (True, True, 15.0)


def test_the_mail_that_was_dropped_while_others_were_taken_waits_longer_each_time() -> None:
    probing = told((1, DROPPED), (2, TAKEN))
    assert probing.heard(1, DROPPED, 10.0) is False
    assert probing.heard(3, DROPPED, 11.0) is True


@given(st.lists(st.tuples(st.integers(1, 6), st.sampled_from([TAKEN, REFUSED, REPLY, AWAY, DROPPED])), max_size=40))
def test_while_away_the_next_try_is_at_most_twenty_seconds_off_and_never_at_once(
    heard: list[tuple[int, Outcome]],
) -> None:
    probing = Probing()
    for second, (letter, outcome) in enumerate(heard):
        probing.heard(letter, outcome, float(second))
        if probing.away:
            assert 10 <= probing.again - second <= 20
