"""The alarm clock rings in the event loop, since what it rings belongs to the loop."""

from __future__ import annotations

import asyncio
import threading

from netwatch.timetable import Timetable


async def test_it_rings_again_and_again_in_the_thread_of_the_loop() -> None:
    rung: list[int] = []
    enough = asyncio.Event()

    def ring() -> None:
        rung.append(threading.get_ident())
        if len(rung) == 2:
            enough.set()

    timetable = Timetable()
    timetable.every(0.01, ring)
    timetable.start()
    async with asyncio.timeout(10):
        await enough.wait()
    timetable.stop()

    assert set(rung) == {threading.get_ident()}
