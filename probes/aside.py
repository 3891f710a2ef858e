"""Calls that may block for ever, kept aside of the event loop.

A hung network mount holds its thread until the server is back, a dead DNS for half a minute. Threads of
a pool would run out, and the interpreter waits for them when it ends: these are daemon threads of their own.
"""

from __future__ import annotations

import asyncio
import threading
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

T = TypeVar("T")


def aside(call: Callable[[], T]) -> asyncio.Future[T]:
    """Start the call in a thread of its own and return the future of its result.

    Wait for it with `asyncio.wait`, which leaves it alone when the wait ends first.
    """
    loop = asyncio.get_running_loop()
    future: asyncio.Future[T] = loop.create_future()

    def run() -> None:
        try:
            settle = partial(_result, future, call())
        except Exception as error:  # noqa: BLE001 — it is raised where the future is awaited
            settle = partial(_error, future, error)
        with suppress(RuntimeError):  # the loop has been closed meanwhile: nobody waits any more
            loop.call_soon_threadsafe(settle)

    threading.Thread(target=run, name=f"aside-{getattr(call, '__name__', 'call')}", daemon=True).start()
    return future


def _result(future: asyncio.Future[T], result: T) -> None:
    if not future.done():
        future.set_result(result)


def _error(future: asyncio.Future[T], error: Exception) -> None:
    if not future.done():
        future.set_exception(error)
