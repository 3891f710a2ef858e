"""Lets the git repository have what has changed, where one is asked for."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from netwatch.drift.mirror import Mirror, Page
from netwatch.storage import snapshots

if TYPE_CHECKING:
    from collections.abc import Iterable

    from sqlalchemy import Connection

    from netwatch.domain.drift.snapshot import Snapshot
    from netwatch.storage.database import Database
    from netwatch.workers.watched import Watched


class MirrorKeeper:
    """One commit at a time: git allows no more."""

    def __init__(self, database: Database, watched: Watched) -> None:
        self._database = database
        self._watched = watched
        self._turn = asyncio.Lock()

    async def add(self, changed: Iterable[Snapshot]) -> None:
        """Commit snapshots that have begun to count. MirrorError if it cannot be done."""
        folder = self._watched.settings.file.drift.mirror
        if folder is None or not (found := tuple(changed)):
            return
        pages = await self._database.read(partial(_pages, found=found))
        async with self._turn:
            await asyncio.to_thread(Mirror(folder).add, pages)

    async def everything(self) -> None:
        """Commit all that counts and is not there yet, such as after the mirror was asked for."""
        if self._watched.settings.file.drift.mirror is not None:
            await self.add(await self._database.read(snapshots.everything))


def _pages(tx: Connection, found: Iterable[Snapshot]) -> tuple[Page, ...]:
    return tuple(
        Page(each.device, each.facet, snapshots.sections_of(tx, each), each.first_seen, each.rules) for each in found
    )
