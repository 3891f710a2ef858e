"""Where secrets stand, and that nobody else may read them there."""

from __future__ import annotations

import shlex
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel

from netwatch.config.findings import Finding, found
from probes.api import _
from probes.secret import Secret

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from netwatch.config.draft import Draft
    from netwatch.config.inheritance import Merged
    from netwatch.config.locate import KeyPath
    from netwatch.config.sources import Sources

OTHERS = stat.S_IRWXG | stat.S_IRWXO


def exposed(draft: Draft, options: Iterable[tuple[Merged, BaseModel]], sources: Sources) -> Iterator[Finding]:
    """Yield each file that holds a secret, or is one, and may be read by others than its owner.

    `options` are those of checks and of ways to collect, each with where it comes from.
    """
    told = set()
    for path, raw in _secrets(draft, options):
        if isinstance(raw, str):
            document = sources.document(path)
            if document.mode & OTHERS and document.path not in told:
                told.add(document.path)
                template = _(
                    "is a secret in a file that others may read: move it to a file of its own, "
                    '{{ file = "NAME" }}, or run chmod 600 {file}'
                )
                yield found(path, template, file=shlex.quote(str(document.path)))
        elif isinstance(raw, dict) and "file" in raw:
            file = Path(draft.folder, raw["file"])
            if _mode(file) & OTHERS:
                yield found(path, _("others may read the secret: run chmod 600 {file}"), file=shlex.quote(str(file)))


def _secrets(draft: Draft, options: Iterable[tuple[Merged, BaseModel]]) -> Iterator[tuple[KeyPath, Any]]:
    """Yield every secret as it stands in a file: the words, or where they are kept."""
    entries = [entry for of_model in draft.entries.values() for entry in of_model]
    for entry in (*entries, *draft.credentials.values()):
        yield from _inside(entry.table, entry.raw, entry.path)
    for merged, model in options:
        for path, raw in _inside(model, merged.raw, ()):
            yield merged.at(path), raw


def _inside(value: Any, raw: Any, path: KeyPath) -> Iterator[tuple[KeyPath, Any]]:
    if isinstance(value, Secret):
        yield path, raw
    elif isinstance(value, BaseModel) and isinstance(raw, dict):
        for key in raw:
            yield from _inside(getattr(value, key, None), raw[key], (*path, key))
    elif isinstance(value, tuple) and isinstance(raw, tuple):
        for index, (each, part) in enumerate(zip(value, raw, strict=False)):
            yield from _inside(each, part, (*path, index))
    elif isinstance(value, dict) and isinstance(raw, dict):
        for key in raw:
            yield from _inside(value.get(key), raw[key], (*path, key))


def _mode(path: Path) -> int:
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:  # gone since it was read
        return 0
