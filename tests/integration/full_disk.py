"""Run in a process of its own, since it limits what that process may write: a disk fills up, and is freed again.

Arguments: `limit` or `disk`, and a folder. Prints what the writer said, and what is there at the end. With `start`
instead the disk is full when the service starts, and it prints how long that has waited each time.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sys
from functools import partial
from pathlib import Path

from netwatch.daemon import once_usable
from netwatch.errors import StorageUnavailable
from netwatch.storage import records, soundness
from netwatch.storage.database import Database

FILLER = "x" * 20_000


def main(how: str, folder: Path) -> None:
    database = Database(f"sqlite:///{folder}/netwatch.db").open()
    stop, free = {"limit": limited, "disk": filled}[how](folder)
    database.write_now(partial(records.put, key="before", value="x"))
    stop()
    written, said = 0, ""
    try:
        while written < 1000:
            database.write_now(partial(records.put, key=f"key-{written}", value=FILLER))
            written += 1
    except StorageUnavailable as error:
        said = str(error)
    again = []
    for _try in range(3):
        try:
            database.write_now(partial(records.put, key="more", value=FILLER * 20))
        except StorageUnavailable as error:
            again.append(str(error))
    read = database.read_now(partial(records.get, key="before"))
    free()
    database.write_now(partial(records.put, key="after", value="x"))
    sound = database.read_now(soundness.examine)
    kept = database.read_now(lambda tx: [records.get(tx, f"key-{number}") == FILLER for number in range(written)])
    database.close()
    json.dump([written, said, again, read, sound.good, all(kept)], sys.stdout)


def start(folder: Path) -> None:
    database = Database(f"sqlite:///{folder}/netwatch.db")
    database.open().close()
    fill, free = filled(folder, room=0)
    fill()
    waited: list[float] = []

    class Freeing:
        async def sleep(self, seconds: float) -> None:
            waited.append(seconds)
            if len(waited) == 2:
                free()

    async def opened() -> None:
        database.open().write_now(partial(records.put, key="after", value="x"))

    asyncio.run(once_usable(opened, Freeing()))  # type: ignore[arg-type] # nothing else of a clock is asked
    database.close()
    json.dump(waited, sys.stdout)


def limited(folder: Path):  # type: ignore[no-untyped-def] # two functions without arguments
    """Limit how large any file may become."""
    most = (folder / "netwatch.db-wal").stat().st_size + 300_000
    return (
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY)),
        lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY)),
    )


def filled(folder: Path, room: int = 300_000):  # type: ignore[no-untyped-def] # two functions without arguments
    """Fill a small file system with something else."""
    filler = folder / "filler"

    def fill() -> None:
        there = os.statvfs(folder)
        filler.write_bytes(b"x" * max(0, there.f_bavail * there.f_frsize - room))

    return fill, filler.unlink


if sys.argv[1] == "start":
    start(Path(sys.argv[2]))
else:
    main(sys.argv[1], Path(sys.argv[2]))
