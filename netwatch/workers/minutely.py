"""Looking every minute at what follows from the rows and the clock, not from an event."""

from __future__ import annotations

from typing import TYPE_CHECKING

import structlog

from netwatch.errors import StorageUnavailable

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable
    from datetime import datetime

    from netwatch.clock import Clock

log = structlog.get_logger()

EVERY = 60.0
"""Seconds between two looks."""


async def every_minute(look: Callable[[datetime], Awaitable[None]], clock: Clock, missed: str) -> None:
    """Look every minute, until cancelled. While the database cannot be reached a look is missed, and the log says so."""
    while True:
        try:
            await look(clock.now())
        except StorageUnavailable as error:
            log.warning(missed, error=str(error))
        await clock.sleep(EVERY)
