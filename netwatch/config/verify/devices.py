"""Names, groups and parents of devices."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from netwatch.config.findings import Finding, found, unknown
from netwatch.config.inheritance import groups_of
from netwatch.config.settings import Device, Group, Person, ShiftTable, Site
from probes.api import _

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from pydantic import BaseModel

    from netwatch.config.draft import Draft, Entry
    from netwatch.config.locate import KeyPath

Parents = dict[str, tuple[str, ...]]

_NAMED: Mapping[type[BaseModel], str] = {
    Device: _("'{name}' is the name of another device"),
    Group: _("'{name}' is the name of another group"),
    Person: _("'{name}' is the name of another person"),
    ShiftTable: _("'{name}' is the name of another shift"),
}


def unique_names(draft: Draft) -> Iterator[Finding]:
    """Yield every second table of one name."""
    for model, template in _NAMED.items():
        seen: set[str] = set()
        for entry in draft.each(model):
            if entry.name and entry.name in seen:
                yield found((*entry.path, "name"), template, name=entry.name)
            seen.add(entry.name)


def logins(draft: Draft) -> Iterator[Finding]:
    """Yield people whom one login would make two: they could approve what they asked for."""
    known: dict[str, str] = {}
    for path, person in draft.valid(Person):
        login = person.login or person.name
        other = known.setdefault(login.casefold(), person.name)
        if other != person.name:
            template = _("'{login}' is the login of {other}, too: one login is one person")
            yield found((*path, "login") if person.login else path, template, login=login, other=other)


def references(draft: Draft) -> Iterator[Finding]:
    """Yield groups, parents and canaries that are not there."""
    devices, groups = draft.names(Device), draft.names(Group)
    either: tuple[Entry[Any], ...] = (*draft.each(Device), *draft.each(Group))
    for entry in either:
        for path, name in names_in(entry, "parents"):
            if name not in devices:
                yield unknown(path, _("device"), name, devices)
    for device in draft.each(Device):
        for path, name in names_in(device, "groups"):
            if name not in groups:
                yield unknown(path, _("group"), name, groups)
    (site,) = draft.each(Site)
    for path, name in names_in(site, "canaries"):
        if name not in devices:
            yield unknown(path, _("device"), name, devices)


def names_in(entry: Entry[Any], key: str) -> Iterator[tuple[KeyPath, str]]:
    """Yield the names in a list of names, with their paths."""
    names = entry.raw.get(key, ())
    for index, name in enumerate(names if isinstance(names, tuple) else ()):
        if isinstance(name, str):
            yield (*entry.path, key, index), name


def parents_of(draft: Draft) -> Parents:
    """Return the parents of every device: its own, or if it names none those of its groups without itself."""
    of_group = {entry.name: tuple(name for _path, name in names_in(entry, "parents")) for entry in draft.each(Group)}
    parents: Parents = {}
    for entry in draft.each(Device):
        if "parents" in entry.raw:
            own = tuple(name for _path, name in names_in(entry, "parents"))
        else:
            own = tuple(name for group in groups_of(entry) for name in of_group.get(group, ()) if name != entry.name)
        parents.setdefault(entry.name, tuple(dict.fromkeys(own)))
    return parents


def cycles(draft: Draft) -> Iterator[Finding]:
    """Yield each ring of parents once, at the first of its devices in the file."""
    parents = parents_of(draft)
    paths = {entry.name: entry.path for entry in reversed(draft.each(Device))}
    for ring in _rings(parents):
        first = min(ring, key=lambda name: paths[name])
        start = ring.index(first)
        path = (*paths[first], "parents")
        if len(ring) == 1:
            yield found(path, _("a device cannot be its own parent"))
        else:
            around = " → ".join((*ring[start:], *ring[:start], first))
            yield found(path, _("the parents go round in a ring: {ring}"), ring=around)


def _rings(parents: Parents) -> Iterator[tuple[str, ...]]:
    """Yield a ring for each way back to where one came from. Iterative: a chain may be ten thousand long."""
    done: set[str] = set()
    for start in parents:
        trail: dict[str, Iterator[str]] = {} if start in done else {start: iter(parents[start])}
        while trail:
            name, ahead = next(reversed(trail.items()))
            following = next(ahead, None)
            if following is None:
                del trail[name]
                done.add(name)
            elif following in trail:
                names = tuple(trail)
                yield names[names.index(following) :]
            elif following in parents and following not in done:
                trail[following] = iter(parents[following])
