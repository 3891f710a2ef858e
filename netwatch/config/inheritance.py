"""How the tables of groups and of a device become one, such as checks: later keys over earlier ones."""

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
    """A check, or a way to collect, as groups and device describe it together, and which table each key came from."""

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


def tables_of(entry: Entry[Any], key: str) -> Iterator[tuple[KeyPath, Mapping[str, Any]]]:
    """Yield the tables of a group or a device under a key, such as its checks, with their paths."""
    tables = entry.raw.get(key, ())
    for index, raw in enumerate(tables if isinstance(tables, tuple) else ()):
        if isinstance(raw, dict):
            yield (*entry.path, key, index), raw


def named(
    entry: Entry[Any], key: str, twice: str, findings: list[Finding]
) -> dict[str, tuple[KeyPath, Mapping[str, Any]]]:
    """Return the tables under a key by their names, which are their kinds where they have none of their own.

    `twice` is what is said of a name that is there already.
    """
    tables: dict[str, tuple[KeyPath, Mapping[str, Any]]] = {}
    for path, raw in tables_of(entry, key):
        name = raw.get("name", raw.get("kind"))
        if not isinstance(name, str):
            missing = "name" not in raw and "kind" not in raw
            findings += [found((*path, "kind"), _("is missing"))] if missing else []
        elif name in tables:
            findings.append(found((*path, "name" if "name" in raw else "kind"), twice, name=name))
        else:
            tables[name] = (path, raw)
    return tables


def merge(parts: Iterable[tuple[KeyPath, Mapping[str, Any]]]) -> Merged:
    """Lay tables over each other, later keys over earlier ones."""
    raw: dict[str, Any] = {}
    origin: dict[str, KeyPath] = {}
    path: KeyPath = ()
    for part, table in parts:
        raw |= table
        origin |= dict.fromkeys(table, part)
        path = part
    return Merged(raw, origin, path)


def quarrels(name: str, parts: Iterable[tuple[KeyPath, Mapping[str, Any]]], template: str) -> Iterator[Finding]:
    """Yield, in the words of `template`, where a table is said to be of another kind than it was before."""
    kinds = [(path, kind) for path, raw in parts if isinstance(kind := raw.get("kind"), str)]
    for path, kind in kinds[1:]:
        if kind != kinds[0][1]:
            yield found((*path, "kind"), template, name=name, first=kinds[0][1])
