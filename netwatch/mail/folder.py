"""A folder instead of a relay: each mail a file, for sites without a mail server and for trying out."""

from __future__ import annotations

import asyncio
import os
import re
from typing import TYPE_CHECKING

from netwatch.mail.delivery import Later, Outcome, Posted, Taken

if TYPE_CHECKING:
    from pathlib import Path


class FolderTransport:
    """Writes `<name>.eml`, named by the Message-ID: a repeat replaces the file."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    async def send(self, mail: Posted) -> Outcome:
        """Write one mail; it is whole and on the disk when this returns."""
        try:
            path = await asyncio.to_thread(self._write, mail)
        except OSError as error:
            return Later(f"{self._folder}: {error.strerror or type(error).__name__}", away=True)
        return Taken(str(self._folder), path.name)

    async def close(self) -> None:
        """Nothing is kept open."""

    def _write(self, mail: Posted) -> Path:
        self._folder.mkdir(mode=0o750, parents=True, exist_ok=True)
        path = self._folder / f"{_stem(mail.message_id)}.eml"
        # Named by the mail: one that was cut off by a kill is written over when the mail is sent again.
        part = path.with_name(f".{path.name}.part")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(mail.content)
                file.flush()
                os.fsync(file.fileno())
            part.replace(path)
        except BaseException:
            part.unlink(missing_ok=True)
            raise
        _sync(self._folder)
        return path


def _stem(message_id: str) -> str:
    return re.sub(r"[^A-Za-z0-9.-]", "_", message_id.strip("<>").partition("@")[0])[:80] or "mail"


def _sync(folder: Path) -> None:
    """Make the new name last: on Linux a rename is safe only when its folder is."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
