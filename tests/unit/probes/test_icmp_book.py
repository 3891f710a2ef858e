"""Whose reply is whose, and what is put aside."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.icmp.book import SEQUENCES, Book, Exchange, Moment, Oddity
from probes.icmp.pace import Pace
from probes.icmp.wire import EchoReply, Obstacle, Refusal

HERE, ELSEWHERE = b"\x7f\0\0\1", b"\x7f\0\0\2"
COOKIE = b"0123456789abcdef"


def moment(seconds: float) -> Moment:
    return Moment(1_800_000_000 + seconds, seconds)


class Bench:
    """A book with one exchange of some packets sent at 0 s, each with a second to come back."""

    def __init__(self, packets: int = 1) -> None:
        self.book = Book(42, COOKIE)
        self.exchange = Exchange(HERE, timeout=1.0)
        self.sequences = [self.book.enter(self.exchange) for _packet in range(packets)]
        for sequence in self.sequences:
            self.book.sent(self.exchange, sequence, moment(0))

    def reply(self, at: float, *, identifier: int = 42, number: int = 0, payload: bytes = COOKIE) -> EchoReply:
        reply = EchoReply(identifier, self.sequences[number], payload)
        self.book.reply(reply, HERE, moment(at))
        return reply


def test_a_reply_in_time_is_counted_with_its_time() -> None:
    bench = Bench()
    bench.reply(0.25)
    assert bench.exchange.times == [pytest.approx(0.25)]
    assert bench.exchange.loss == 0
    assert not bench.book.ignored


def test_a_late_reply_is_a_lost_one() -> None:
    bench = Bench()
    bench.reply(1.25)
    assert bench.exchange.times == []
    assert bench.book.ignored == {Oddity.LATE: 1}


def test_a_reply_after_the_end_of_the_measurement_is_late_and_changes_nothing() -> None:
    bench = Bench()
    bench.book.forget(bench.exchange)
    bench.reply(0.5)
    assert bench.exchange.loss == 100
    assert bench.book.ignored == {Oddity.LATE: 1}


def test_a_second_reply_to_one_request_counts_once() -> None:
    bench = Bench(2)
    bench.reply(0.1)
    bench.reply(0.2)
    assert bench.exchange.loss == 50
    assert bench.book.ignored == {Oddity.DUPLICATE: 1}


def test_a_reply_to_another_program_is_foreign() -> None:
    bench = Bench()
    bench.reply(0.1, identifier=43)
    assert bench.exchange.waiting
    assert bench.book.ignored == {Oddity.FOREIGN: 1}


def test_a_reply_to_nothing_is_foreign() -> None:
    bench = Bench()
    bench.book.reply(EchoReply(42, 999, COOKIE), HERE, moment(0.1))
    assert bench.book.ignored == {Oddity.FOREIGN: 1}


def test_a_reply_from_another_address_is_not_believed_and_the_true_one_still_is() -> None:
    bench = Bench()
    bench.book.reply(EchoReply(42, bench.sequences[0], COOKIE), ELSEWHERE, moment(0.1))
    assert bench.book.ignored == {Oddity.SPOOFED: 1}
    bench.reply(0.2)
    assert bench.exchange.times == [pytest.approx(0.2)]


def test_a_reply_with_other_contents_is_not_believed() -> None:
    bench = Bench()
    bench.reply(0.1, payload=b"guessed")
    assert bench.book.ignored == {Oddity.ALTERED: 1}
    assert bench.exchange.waiting


def test_what_a_router_says_ends_the_wait_for_that_packet() -> None:
    bench, ends = Bench(), []
    bench.exchange.quiet = lambda: ends.append(1)
    bench.book.refusal(Refusal(42, bench.sequences[0], HERE, Obstacle.LOOP), "10.0.0.1")
    assert (bench.exchange.obstacle, bench.exchange.router, ends) == (Obstacle.LOOP, "10.0.0.1", [1])


@pytest.mark.parametrize(
    "refusal", [Refusal(42, 1, ELSEWHERE, Obstacle.HOST), Refusal(41, 1, HERE, Obstacle.HOST), Refusal(42, 2, HERE, Obstacle.HOST)]
)  # fmt: skip
def test_an_error_about_another_request_changes_nothing(refusal: Refusal) -> None:
    bench = Bench()
    assert bench.sequences == [1]
    bench.book.refusal(refusal, "10.0.0.1")
    assert bench.exchange.obstacle is None
    assert bench.exchange.waiting
    assert bench.book.ignored == {Oddity.FOREIGN: 1}


def test_sequence_numbers_go_round_and_pass_over_those_under_way() -> None:
    book, slow, quick = Book(1, COOKIE), Exchange(HERE, 1.0), Exchange(HERE, 1.0)
    first = book.enter(slow)
    book.sent(slow, first, moment(0))
    for _count in range(SEQUENCES + 5):
        number = book.enter(quick)
        assert number != first
        book.sent(quick, number, moment(0))
        book.reply(EchoReply(1, number, COOKIE), HERE, moment(0.1))
    assert quick.loss == 0
    book.reply(EchoReply(1, first, COOKIE), HERE, moment(0.5))
    assert slow.loss == 0


def test_when_every_number_is_under_way_the_next_must_wait() -> None:
    book, exchange = Book(1, COOKIE), Exchange(HERE, 1.0)
    for _count in range(SEQUENCES):
        book.sent(exchange, book.enter(exchange), moment(0))
    with pytest.raises(BlockingIOError):
        book.enter(exchange)
    book.forget(exchange)
    assert book.enter(exchange) in range(SEQUENCES)


def test_a_request_that_could_not_leave_is_not_a_lost_one() -> None:
    book, exchange = Book(1, COOKIE), Exchange(HERE, 1.0)
    book.withdraw(exchange, book.enter(exchange))
    assert exchange.sent == 0
    assert not exchange.waiting


@pytest.mark.parametrize("jump", [-3600, -0.5, 0.5, 3600])
def test_a_jump_of_the_wall_clock_does_not_spoil_a_round_trip_time(jump: float) -> None:
    sent, received = moment(0), Moment(moment(0.02).wall + jump, 0.02)
    assert received.since(sent) == pytest.approx(0.02)


def test_the_stamp_of_the_kernel_counts_when_the_process_was_late() -> None:
    read_late = Moment(moment(0.003).wall, 2.5)
    assert read_late.since(moment(0)) == pytest.approx(0.003, abs=1e-5)


def test_without_a_stamp_the_steady_clock_counts() -> None:
    assert Moment(float("nan"), 0.04).since(moment(0)) == pytest.approx(0.04)


@given(st.lists(st.tuples(st.integers(0, 3), st.sampled_from([HERE, ELSEWHERE]), st.floats(0, 2)), max_size=30))
def test_no_replies_bring_more_than_was_sent(replies: list[tuple[int, bytes, float]]) -> None:
    bench = Bench(3)
    for sequence, source, at in replies:
        bench.book.reply(EchoReply(42, sequence, COOKIE), source, moment(at))
    bench.book.forget(bench.exchange)
    assert 0 <= bench.exchange.loss <= 100
    assert len(bench.exchange.times) + sum(bench.book.ignored.values()) == len(replies)
    assert not bench.exchange.waiting


def test_packets_leave_evenly_and_an_idle_time_saves_nothing_up() -> None:
    pace = Pace()
    pace.limit(10)
    assert [pace.turn(5.0) for _packet in range(3)] == pytest.approx([0, 0.1, 0.2])
    assert [pace.turn(60.0) for _packet in range(2)] == pytest.approx([0, 0.1])


def test_the_lowest_rate_that_is_named_holds() -> None:
    pace = Pace()
    for rate in (5000, 100, 3000):
        pace.limit(rate)
    pace.turn(0.0)
    assert pace.turn(0.0) == pytest.approx(0.01)
