"""What looks every minute goes on looking."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import TYPE_CHECKING

import pytest

from netwatch.errors import StorageUnavailable
from netwatch.workers.minutely import every_minute
from probes.api import Message
from tests.fakes import START, FakeClock

if TYPE_CHECKING:
    from datetime import datetime


class Look:
    """A look that can be told to fail."""

    def __init__(self) -> None:
        self.times: list[datetime] = []
        self.failure: Exception | None = None

    async def __call__(self, now: datetime) -> None:
        self.times.append(now)
        if self.failure is not None:
            raise self.failure


async def test_a_look_is_made_at_once_and_then_every_minute_also_while_the_database_is_away() -> None:
    clock, look = FakeClock(), Look()
    look.failure = StorageUnavailable(Message("the database is locked"))
    async with asyncio.TaskGroup() as group:
        going = group.create_task(every_minute(look, clock, "cannot look"))
        await clock.advance(60)
        look.failure = None
        await clock.advance(60)
        going.cancel()

    assert look.times == [START + timedelta(minutes=each) for each in range(3)]


async def test_an_error_that_is_not_the_databases_ends_it_so_that_it_is_not_hidden() -> None:
    look = Look()
    look.failure = ValueError("a mistake of the program")
    with pytest.raises(ValueError, match="mistake"):
        await every_minute(look, FakeClock(), "cannot look")
