"""Lays every handover report into the folder as it is archived, and tells of it."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from netwatch.storage import handovers

if TYPE_CHECKING:
    from pathlib import Path

    from netwatch.clock import Clock
    from netwatch.demo.console import Console
    from netwatch.storage.database import Database

TICK = 1.0
MOST = 20


class Archive:
    """Watches the service's archive."""

    def __init__(self, folder: Path, language: str, database: Database, clock: Clock, console: Console) -> None:
        self.count = 0
        self._folder = folder
        self._language = language
        self._database = database
        self._clock = clock
        self._console = console
        self._last = 0

    async def run(self) -> None:
        """Look every second until cancelled."""
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        while True:
            await self.look()
            await self._clock.sleep(TICK)

    async def look(self) -> None:
        """Lay down what is new."""
        newest = await self._database.read(partial(handovers.listed, most=MOST))
        for archived in reversed([each for each in newest if each.id > self._last]):
            read = partial(handovers.rendering, number=archived.id, language=self._language, form="html")
            page = await self._database.read(read)
            path = self._folder / f"handover-{archived.id}.html"
            await asyncio.to_thread(path.write_text, page or "", encoding="utf-8")
            self._last, self.count = archived.id, self.count + 1
            self._console.report(archived, path)
