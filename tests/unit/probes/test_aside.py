"""Calls that may block for ever hold nobody up."""

from __future__ import annotations

import asyncio
import threading

import pytest

from probes.aside import aside


async def test_the_result_comes_back_to_the_loop() -> None:
    assert await aside(threading.current_thread) is not threading.current_thread()


async def test_an_exception_is_raised_where_it_is_awaited() -> None:
    def fail() -> None:
        raise LookupError("gone")

    with pytest.raises(LookupError, match="gone"):
        await aside(fail)


async def test_a_result_that_nobody_waits_for_any_more_is_dropped() -> None:
    go = threading.Event()
    future = aside(lambda: go.wait(10))
    future.cancel()
    go.set()
    assert await aside(lambda: "the next") == "the next"
    assert future.cancelled()


def test_a_call_that_outlives_the_loop_does_not_hold_it_and_says_nothing() -> None:
    go, threads = threading.Event(), []

    def hang() -> None:
        threads.append(threading.current_thread())
        go.wait(10)

    async def begin() -> None:
        done, _pending = await asyncio.wait({aside(hang)}, timeout=0.01)
        assert not done

    asyncio.run(begin())
    go.set()
    threads[0].join(10)
    assert threads[0].daemon
    assert not threads[0].is_alive()
