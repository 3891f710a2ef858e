"""How the check tables of groups and of a device become one: later keys over earlier ones."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from netwatch.config.findings import Finding, found
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from netwatch.config.draft import Entry
    from netwatch.config.locate import KeyPath
    from netwatch.config.settings import Device


@dataclass(frozen=True, slots=True)
class Merged:
    """A check as groups and device together describe it, and which table each key came from."""

    raw: Mapping[str, Any]
    origin: Mapping[str, KeyPath]
    path: KeyPath

    def at(self, path: KeyPath) -> KeyPath:
        """Return where a key of the check stands in the file."""
        return (*self.origin.get(str(path[0]), self.path), *path) if path else self.path


def groups_of(device: Entry[Device]) -> tuple[str, ...]:
    """Return the groups that a device says it belongs to, valid or not."""
    groups = device.raw.get("groups", ())
    return tuple(name for name in groups if isinstance(name, str)) if isinstance(groups, tuple) else ()


def check_tables(entry: Entry[Any]) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    """Yield the check tables of a group or a device with their paths."""
    tables = entry.raw.get("check", ())
    for index, raw in enumerate(tables if isinstance(tables, tuple) else ()):
        if isinstance(raw, dict):
            yield (*entry.path, "check", index), raw


def merge(parts: Iterable[tuple[KeyPath, Mapping[str, Any]]]) -> Merged:
    """Lay check tables over each other, later keys over earlier ones."""
    raw: dict[str, Any] = {}
    origin: dict[str, KeyPath] = {}
    path: KeyPath = ()
    for part, table in parts:
        raw |= table
        origin |= dict.fromkeys(table, part)
        path = part
    return Merged(raw, origin, path)


def quarrels(name: str, parts: Iterable[tuple[KeyPath, Mapping[str, Any]]]) -> Iterator[Finding]:
    """Yield where a check is said to be of another kind than it was before."""
    kinds = [(path, kind) for path, raw in parts if isinstance(kind := raw.get("kind"), str)]
    for path, kind in kinds[1:]:
        if kind != kinds[0][1]:
            template = _("the check '{name}' of the group is of kind '{first}'; give this one another name")
            yield found((*path, "kind"), template, name=name, first=kinds[0][1])
