"""The file of anchors: signed checkpoints, one line each, only ever appended, outside of the database."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from netwatch.domain.checkpoints import Anchor, anchors_in
from netwatch.errors import NetwatchError
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from netwatch.domain.audit import Wrong
    from netwatch.domain.checkpoints import Checkpoint

TAIL = 4096
"""So many bytes of the end of a file hold its last line many times over."""


class AnchorsUnusable(NetwatchError):
    """A file of anchors cannot be read or written."""

    exit_code = 75


def read(path: Path) -> tuple[list[Anchor], list[Wrong]]:
    """Return the anchors in a file, and what is wrong with lines that look like one."""
    anchors: list[Anchor] = []
    wrong: list[Wrong] = []
    try:
        with path.open(encoding="utf-8", errors="replace") as lines:
            for each in anchors_in(lines, str(path)):
                if isinstance(each, Anchor):
                    anchors.append(each)
                else:
                    wrong.append(each)
    except OSError as error:
        raise _unusable(path, error) from error
    return anchors, wrong


def append(path: Path, checkpoints: Sequence[Checkpoint]) -> bool:
    """Append checkpoints that are later than the file's last one, and see them on the disk; say if the file is new."""
    try:
        is_new = not path.exists()
        last = 0 if is_new else _last(path)
        lines = "".join(f"{each.line}\n" for each in checkpoints if each.seq > last)
        if lines:
            _append(path, lines)
    except OSError as error:
        raise _unusable(path, error) from error
    return is_new


def _last(path: Path) -> int:
    """Return the event of the last anchor in a file; 0 where there is none."""
    with path.open("rb") as file:
        file.seek(max(0, path.stat().st_size - TAIL))
        lines = file.read().decode(errors="replace").splitlines()
    tail = [each.checkpoint.seq for each in anchors_in(lines, str(path)) if isinstance(each, Anchor)]
    return max(tail or (each.checkpoint.seq for each in read(path)[0]), default=0)


def _append(path: Path, lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        end = os.fstat(handle).st_size
        if end and os.pread(handle, 1, end - 1) != b"\n":
            # A disk that was full may have taken half a line; the next one must not be lost with it.
            lines = f"\n{lines}"
        data = lines.encode()
        while data:
            data = data[os.write(handle, data) :]
        os.fsync(handle)
    finally:
        os.close(handle)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Have the names in a folder survive a power cut."""
    handle = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _unusable(path: Path, error: OSError) -> AnchorsUnusable:
    template = _("the file of anchors {path} cannot be used: {what}")
    return AnchorsUnusable(template, path=str(path), what=error.strerror or str(error))
