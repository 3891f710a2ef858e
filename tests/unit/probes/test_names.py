"""Names keep their last known address, ask seldom, and make nobody wait for a dead DNS."""

from __future__ import annotations

import asyncio
import threading
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from typing import TYPE_CHECKING

import pytest

from probes.api import Failure, Message, Shared, Trouble
from probes.names import FRESH, RETRY, THREADS, Names, ask_system, names

if TYPE_CHECKING:
    from probes.names import Answer, Version

NOW = datetime(2026, 11, 22, 3, tzinfo=UTC)
DEAD = Message("{name} does not resolve: no answer", {"name": "sw-1"})
FIRST, SECOND = ip_address("127.0.0.7"), ip_address("127.0.0.8")


class Dns:
    """Answers by what is set, and counts the questions."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.questions: list[str] = []

    def __call__(self, name: str, version: Version | None) -> Answer:
        self.questions.append(name)
        return self.answer


class StuckDns(Dns):
    """Answers only when it is let go."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer)
        self.go = threading.Event()

    def __call__(self, name: str, version: Version | None) -> Answer:
        super().__call__(name, version)
        self.go.wait(10)
        return self.answer


async def idle(resolver: Names) -> None:
    """Wait until every question has its answer."""
    for _count in range(2000):
        if not resolver._running:
            return
        await asyncio.sleep(0.001)
    pytest.fail("the look-ups do not end")


@pytest.mark.parametrize("text", ["127.0.0.1", "::1", "fe80::1%lo"])
async def test_an_address_needs_no_dns(text: str) -> None:
    dns = Dns(DEAD)
    assert await Names(dns).resolve(text, NOW) == ip_address(text)
    assert not dns.questions


async def test_an_ipv4_address_in_ipv6_clothes_is_ipv4() -> None:
    assert await Names(Dns(DEAD)).resolve("::ffff:127.0.0.9", NOW) == ip_address("127.0.0.9")


@pytest.mark.parametrize("text", ["10.1.2", "1234", "", "10.0.0.1/24", "sw-1\0x", "sw\n1"])
async def test_a_mistyped_address_is_not_guessed_at(text: str) -> None:
    dns = Dns((FIRST,))
    reading = await Names(dns).resolve(text, NOW)
    assert isinstance(reading, Failure)
    assert reading.trouble is Trouble.NAME
    assert not dns.questions


async def test_a_name_is_asked_once_and_again_when_it_is_stale() -> None:
    dns = Dns((FIRST,))
    resolver = Names(dns)
    for minutes in (0, 1, 4):
        assert await resolver.resolve("sw-1", NOW + timedelta(minutes=minutes)) == FIRST
    assert len(dns.questions) == 1
    await resolver.resolve("sw-1", NOW + FRESH)
    await idle(resolver)
    assert len(dns.questions) == 2


async def test_a_name_that_never_resolved_is_a_failure_of_the_name() -> None:
    reading = await Names(Dns(DEAD)).resolve("sw-1", NOW)
    assert reading == Failure(Trouble.NAME, DEAD)


async def test_when_dns_dies_the_last_known_address_stays_and_it_says_since_when() -> None:
    dns = Dns((FIRST,))
    resolver = Names(dns)
    await resolver.resolve("sw-1", NOW)
    dns.answer = DEAD
    for hours in (1, 2, 3):
        assert await resolver.resolve("sw-1", NOW + timedelta(hours=hours)) == FIRST
        await idle(resolver)
    assert resolver.failing == {"sw-1": NOW + timedelta(hours=1)}
    dns.answer = (FIRST,)
    await resolver.resolve("sw-1", NOW + timedelta(hours=4))
    await idle(resolver)
    assert resolver.failing == {}


async def test_what_is_looked_up_is_asked_anew_each_time_and_literals_never() -> None:
    dns = Dns((FIRST,))
    resolver = Names(dns)
    assert await resolver.look_up("127.0.0.1") == ip_address("127.0.0.1")
    assert [await resolver.look_up("sw-1"), await resolver.look_up("sw-1")] == [FIRST, FIRST]
    assert dns.questions == ["sw-1", "sw-1"]
    assert isinstance(await resolver.look_up("10.1.2"), Failure)


async def test_where_dns_is_dead_a_look_up_has_the_address_that_is_known() -> None:
    dns = Dns((FIRST,))
    resolver = Names(dns)
    await resolver.resolve("sw-1", NOW)
    dns.answer = DEAD
    assert await resolver.look_up("sw-1") == FIRST
    assert await resolver.look_up("sw-2") == Failure(Trouble.NAME, DEAD)


async def test_a_failure_is_asked_again_after_a_while_and_not_before() -> None:
    dns = Dns(DEAD)
    resolver = Names(dns)
    for seconds in (0, 10, 20):
        await resolver.resolve("sw-1", NOW + timedelta(seconds=seconds))
    assert len(dns.questions) == 1
    dns.answer = (FIRST,)
    assert await resolver.resolve("sw-1", NOW + RETRY) == FIRST


async def test_after_a_jump_of_the_clock_it_asks_again() -> None:
    dns = Dns((FIRST,))
    resolver = Names(dns)
    await resolver.resolve("sw-1", NOW)
    await resolver.resolve("sw-1", NOW - timedelta(hours=1))
    await idle(resolver)
    assert len(dns.questions) == 2


async def test_a_new_address_is_taken_and_one_of_several_is_kept() -> None:
    dns = Dns((FIRST, SECOND))
    resolver = Names(dns)
    assert await resolver.resolve("sw-1", NOW) == FIRST
    dns.answer = (SECOND, FIRST)  # round robin
    later = NOW + FRESH
    await resolver.resolve("sw-1", later)
    await idle(resolver)
    assert await resolver.resolve("sw-1", later) == FIRST
    dns.answer = (SECOND,)
    await resolver.resolve("sw-1", later + FRESH)
    await idle(resolver)
    assert await resolver.resolve("sw-1", later + FRESH) == SECOND


async def test_a_dns_that_hangs_delays_only_a_bounded_time() -> None:
    dns = StuckDns((FIRST,))
    resolver = Names(dns, patience=0.01)
    reading = await resolver.resolve("sw-1", NOW)
    assert isinstance(reading, Failure)
    assert "not answered yet" in str(reading.detail)
    dns.go.set()
    await idle(resolver)
    assert await resolver.resolve("sw-1", NOW) == FIRST


async def test_a_dns_that_hangs_fills_the_process_with_few_threads_and_all_are_served_after() -> None:
    dns = StuckDns((FIRST,))
    resolver = Names(dns, patience=0.01)
    await asyncio.gather(*(resolver.resolve(f"sw-{number}", NOW) for number in range(100)))
    assert len(dns.questions) <= THREADS
    dns.go.set()
    await idle(resolver)
    assert await resolver.resolve("sw-99", NOW) == FIRST


async def test_many_measurements_of_one_name_ask_once() -> None:
    dns = Dns((FIRST,))
    resolver = Names(dns)
    assert set(await asyncio.gather(*(resolver.resolve("sw-1", NOW) for _count in range(20)))) == {FIRST}
    assert len(dns.questions) == 1


async def test_a_cancelled_wait_does_not_spoil_the_answer_for_the_next() -> None:
    dns = StuckDns((FIRST,))
    resolver = Names(dns, patience=10)
    waiting = asyncio.get_running_loop().create_task(resolver.resolve("sw-1", NOW))
    await asyncio.sleep(0)
    waiting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await waiting
    dns.go.set()
    assert await resolver.resolve("sw-1", NOW) == FIRST


@pytest.mark.parametrize("name", ["a" * 80, "ü" * 300])
def test_names_that_cannot_be_are_refused_with_a_sentence(name: str) -> None:
    answer = ask_system(name, None)
    assert isinstance(answer, Message)
    assert "does not resolve" in str(answer)


def test_the_system_knows_localhost() -> None:
    assert ip_address("127.0.0.1") in ask_system("localhost", 4)


def test_a_process_has_one_of_them() -> None:
    shared = Shared()
    assert names(shared) is names(shared)
